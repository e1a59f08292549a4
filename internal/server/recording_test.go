package server_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/logger"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"

	"plenum/internal/id"
	"plenum/internal/live"
	"plenum/internal/server/servertest"
)

// picture is a second of VP8 of one colour, ten pictures, the first a key frame.
func picture(t *testing.T, colour string) (frames [][]byte) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", "color="+colour+":size=320x180:rate=10", "-t", "1",
		"-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-threads", "1", "-g", "10", "-b:v", "200k", "-f", "ivf", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	for at := 32; at < len(out); {
		n := int(binary.LittleEndian.Uint32(out[at:]))
		frames = append(frames, out[at+12:at+12+n])
		at += 12 + n
	}
	return frames
}

// lens is a camera that runs.
type lens chan struct{} // has an element for each frame sent, as long as somebody looks

// wait returns when so many more frames were sent.
func (c lens) wait(t *testing.T, n int) {
	t.Helper()
	for range n {
		select {
		case <-c:
		case <-time.After(patience):
			t.Fatal("the camera stands still")
		}
	}
}

// sound gives one packet after the other.
type sound func() []byte

// stamped are packets of silence which say, in what Opus pads them with (RFC 6716,
// 3.2.5), when they were sent.
func stamped(told func(time.Time)) sound {
	return func() []byte {
		now := time.Now()
		told(now)
		return binary.BigEndian.AppendUint64([]byte{0xfb, 0x41, 8, 0xff, 0xfe}, uint64(now.UnixMilli()))
	}
}

// films is somebody in a meeting whose camera shows frames, until the test ends, and
// whose microphone may be on. The client library knows no authority of ours: it goes
// through a proxy.
func films(t *testing.T, s *servertest.Server, c *servertest.Channel, frames [][]byte, microphone ...sound) lens {
	t.Helper()
	lksdk.SetLogger(logger.GetDiscardLogger())
	target, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target); r.Out.Host = target.Host },
		Transport: s.Browser(t, "").HTTP().Transport,
	})
	t.Cleanup(proxy.Close)
	person := lksdk.NewRoom(lksdk.NewRoomCallback())
	if err := person.JoinWithToken("ws"+strings.TrimPrefix(proxy.URL, "http"), c.Welcome.Media.Token, lksdk.WithConnectTimeout(patience), lksdk.WithDisableRegionDiscovery()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(person.Disconnect)
	track, err := lksdk.NewLocalSampleTrack(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := person.LocalParticipant.PublishTrack(track, &lksdk.TrackPublicationOptions{Source: livekit.TrackSource_CAMERA, VideoWidth: 320, VideoHeight: 180}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	t.Cleanup(cancel)
	for _, next := range microphone {
		voice, err := lksdk.NewLocalSampleTrack(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := person.LocalParticipant.PublishTrack(voice, &lksdk.TrackPublicationOptions{Source: livekit.TrackSource_MICROPHONE}); err != nil {
			t.Fatal(err)
		}
		go func() {
			const every = 20 * time.Millisecond
			pace := time.NewTicker(every)
			defer pace.Stop()
			for ctx.Err() == nil {
				_ = voice.WriteSample(media.Sample{Data: next(), Duration: every}, nil)
				<-pace.C
			}
		}()
	}
	sent := make(lens)
	go func() {
		every := time.Second / time.Duration(len(frames))
		pace := time.NewTicker(every)
		defer pace.Stop()
		for i := 0; ctx.Err() == nil; i++ {
			_ = track.WriteSample(media.Sample{Data: frames[i%len(frames)], Duration: every}, nil)
			<-pace.C
			select {
			case sent <- struct{}{}:
			default:
			}
		}
	}()
	return sent
}

// middles are the middle colours of the two halves of each picture of a video.
func middles(t *testing.T, path string) (left, right [][3]byte) {
	t.Helper()
	raw, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-nostdin", "-i", path, "-an", "-vf", "scale=8:2:flags=area", "-f", "rawvideo", "-pix_fmt", "rgb24", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	for ; len(raw) >= 48; raw = raw[48:] {
		left, right = append(left, [3]byte(raw[6:])), append(right, [3]byte(raw[15:]))
	}
	return left, right
}

// state waits until everybody's word on the recording is a certain one.
func state(t *testing.T, c *servertest.Channel, want string) live.Recording {
	t.Helper()
	for {
		var r live.Recording
		c.Await(t, "recording", &r)
		if r.State == want {
			return r
		}
	}
}

// ownMeeting is one of the account in b.
func ownMeeting(t *testing.T, b *servertest.Browser, name string) servertest.Meeting {
	t.Helper()
	var made struct {
		ID string `json:"id"`
	}
	if status := b.Call(t, http.MethodPost, "/api/v1/meetings", map[string]any{"name": name}, &made); status >= 300 {
		t.Fatalf("no meeting: %d", status)
	}
	return servertest.Meeting{ID: id.Meeting(made.ID)}
}

type library struct {
	Recordings []struct {
		ID, State, Problem, Title string
		Length                    float64
	} `json:"recordings"`
}

// finished waits until the only recording has its video: the server says in its log
// when a piece of work has ended.
func finished(t *testing.T, s *servertest.Server, b *servertest.Browser) (recording string) {
	t.Helper()
	s.Log.Await(t, "job ended")
	var l library
	b.Call(t, http.MethodGet, "/api/v1/recordings", nil, &l)
	if len(l.Recordings) != 1 || l.Recordings[0].State != "ready" {
		t.Fatalf("no video: %+v", l)
	}
	return l.Recordings[0].ID
}

// fetched is the video of a recording, as a browser gets it.
func fetched(t *testing.T, b *servertest.Browser, recording string) string {
	t.Helper()
	var view struct{ URL string }
	if status := b.Call(t, http.MethodPost, "/api/v1/recordings/"+recording+"/views", map[string]any{}, &view); status >= 300 {
		t.Fatalf("it cannot be watched: %d", status)
	}
	address := view.URL
	if strings.HasPrefix(address, "/") {
		address = b.URL() + address
	}
	resp, err := b.HTTP().Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	video, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%d: %v", resp.StatusCode, err)
	}
	path := filepath.Join(t.TempDir(), "video.mp4")
	if err := os.WriteFile(path, video, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Somebody presses the button, two are asked, one agrees: the video that comes over
// HTTP has her and not him. Then it is deleted, and gone.
func TestRecording(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	owner := s.SetUp(t, "")
	m := ownMeeting(t, owner, "Council of canaries")
	chair := owner.Join(t, m, "", "Ada")
	ann, dan := s.Browser(t, "").Join(t, m, "", "Ann"), s.Browser(t, "").Join(t, m, "", "Dan")
	camera := films(t, s, ann, picture(t, "red"))
	films(t, s, dan, picture(t, "blue"))
	if code := ann.Do(t, "record.start", live.RecordStart{Layout: "grid"}); code == "" {
		t.Error("an attendee starts a recording")
	}
	if code := chair.Do(t, "record.start", live.RecordStart{Layout: "grid"}); code != "" {
		t.Fatalf("refused: %s", code)
	}
	asked := state(t, ann, "starting")
	if asked.Question == nil {
		t.Fatal("nobody is asked")
	}
	for c, yes := range map[*servertest.Channel]bool{ann: true, dan: false} {
		if code := c.Do(t, "consent", live.Consent{Recording: asked.ID, Yes: yes, Version: asked.Question.Version, Language: "en"}); code != "" {
			t.Fatalf("an answer is refused: %s", code)
		}
	}
	state(t, chair, "on")
	camera.wait(t, 30)
	if code := chair.Do(t, "record.stop", live.Empty{}); code != "" {
		t.Fatalf("refused: %s", code)
	}
	state(t, dan, "off")

	recording := finished(t, s, owner)
	reds, blues := colours(t, fetched(t, owner, recording))
	if reds < 40 || blues > 0 {
		t.Errorf("%d pictures show Ann, %d Dan", reds, blues)
	}
	var receipt struct {
		KeyTree   bool
		Signature string
	}
	if status := owner.Call(t, http.MethodDelete, "/api/v1/recordings/"+recording, nil, &receipt); status >= 300 || !receipt.KeyTree {
		t.Errorf("not deleted: %d %+v", status, receipt)
	}
	if status := owner.Call(t, http.MethodGet, "/api/v1/recordings/"+recording, nil, nil); status != http.StatusNotFound {
		t.Errorf("after its deletion: %d", status)
	}
	if left, err := filepath.Glob(filepath.Join(s.Config.Data, "files", "r", "*")); len(left) > 0 || err != nil {
		t.Errorf("left: %v %v", left, err)
	}
	for _, word := range []string{"canaries", "Ann", "Dan"} {
		if bytes.Contains([]byte(s.Log.String()), []byte(word)) {
			t.Errorf("%q is in the log", word)
		}
	}
}

// colours counts the pictures that show red or blue somewhere.
func colours(t *testing.T, path string) (reds, blues int) {
	t.Helper()
	left, right := middles(t, path)
	for i := range left {
		for _, c := range [][3]byte{left[i], right[i]} {
			if c[0] > 200 && c[1] < 60 && c[2] < 60 {
				reds++
			}
			if c[2] > 200 && c[0] < 60 && c[1] < 60 {
				blues++
			}
		}
	}
	return reds, blues
}

// The server stops in the middle of a recording, and starts again: what was recorded
// until then is a video.
func TestRecordingOverARestart(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	owner := s.SetUp(t, "")
	m := ownMeeting(t, owner, "Council")
	chair := owner.Join(t, m, "", "Ada")
	camera := films(t, s, chair, picture(t, "red"))
	if code := chair.Do(t, "record.start", live.RecordStart{}); code != "" {
		t.Fatalf("refused: %s", code)
	}
	asked := state(t, chair, "starting")
	if code := chair.Do(t, "consent", live.Consent{Recording: asked.ID, Yes: true, Version: asked.Question.Version, Language: "en"}); code != "" {
		t.Fatalf("refused: %s", code)
	}
	state(t, chair, "on")
	camera.wait(t, 30)
	s = s.Restart(t)
	if reds, _ := colours(t, fetched(t, owner, finished(t, s, owner))); reds < 40 {
		t.Errorf("%d pictures show her", reds)
	}
}
