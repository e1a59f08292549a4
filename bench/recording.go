package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"time"

	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
)

// camera is a camera's picture: a still background, a head that moves, noise.
const camera = "mandelbrot=s=1280x720:r=25:start_x=-0.74364:start_y=-0.13182:start_scale=0.2:end_scale=0.2:maxiter=300," +
	"loop=-1:1,setpts=N/25/TB,eq=saturation=0.3,gblur=sigma=2[room];" +
	"mandelbrot=s=512x576:r=25:start_x=-0.745:start_y=0.113:start_scale=0.6:end_scale=0.15,gblur=sigma=1[head];" +
	"[room][head]overlay=x='W*(0.3+0.06*sin(t*1.3))':y='H*(0.18+0.02*sin(t*3.1))':shortest=1,noise=alls=8:allf=t,trim=duration=9"

// recordings measures what recording costs: the recorder in a sitting of people who
// send 720p and sound, a headless browser that records the same sitting as others do
// it, and composing afterwards.
func recordings(ctx context.Context, o options) error {
	s, first, err := openSitting(ctx)
	if err != nil {
		return err
	}
	defer s.stop()
	if err := s.people(ctx, first); err != nil {
		return err
	}
	pause(ctx, settle)
	const tracks = 2 * sittingPeople
	// Alone before and after, so that a machine growing slower favours nobody.
	alone, _ := s.share(ctx, o.window)
	before := s.memoryMB()
	if err := s.tell("start"); err != nil {
		return err
	}
	pause(ctx, settle)
	with, took := s.share(ctx, o.window)
	memory := s.memoryMB() - before
	var r recorded
	if err := errors.Join(s.tell("stop"), s.said.Decode(&r)); err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	again, _ := s.share(ctx, o.window)
	recorder := with - (alone+again)/2
	if want := sittingPeople * 75 * took.Seconds(); float64(r.Frames) < 0.9*want { // 25 pictures and 50 packets of sound a second
		fmt.Printf("unsound: %d frames were recorded, at least %.0f were sent; is the machine busy otherwise?\n", r.Frames, want)
	}
	row("recording 6×720p and 6 sounds, cores", fmt.Sprintf("%.3f", recorder), "")
	row("recording, cores a track", fmt.Sprintf("%.4f", recorder/tracks), "0.01")
	row("recording, memory a track", fmt.Sprintf("%.1f MB", memory/tracks), "16 MB")

	var token string
	if err := errors.Join(s.tell("token"), s.said.Decode(&token)); err != nil {
		return fmt.Errorf("token: %w", err)
	}
	browser, err := browserRecords(ctx, first.URL, token, o.window)
	if err != nil {
		return err
	}
	row("a headless Chromium recording the same, cores", fmt.Sprintf("%.2f", browser.Cores), "")
	row("its memory", fmt.Sprintf("%.0f MB", browser.MB), "")
	row("Chromium / recorder, CPU", fmt.Sprintf("%.0f", browser.Cores/max(recorder, 0.001)), "")
	composed, err := composing(ctx)
	if err != nil {
		return err
	}
	row("Chromium / recording and composing, CPU", fmt.Sprintf("%.1f", browser.Cores/(max(recorder, 0.001)+composed)), "")
	return nil
}

// sitting is the process of [sit].
type sitting struct {
	process
	in   io.WriteCloser
	said *json.Decoder
}

func openSitting(ctx context.Context) (*sitting, opened, error) {
	own, err := os.Executable()
	if err != nil {
		return nil, opened{}, err
	}
	s := &sitting{process: process{cmd: exec.CommandContext(ctx, own, "-sitting")}}
	s.cmd.Stderr = os.Stderr
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		return nil, opened{}, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, opened{}, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, opened{}, err
	}
	s.said = json.NewDecoder(out)
	var first opened
	err = s.said.Decode(&first)
	return s, first, err
}

// stop ends the process, which lives as long as its standard input.
func (s *sitting) stop() {
	_ = s.in.Close()
	_ = s.cmd.Wait()
}

func (s *sitting) tell(line string) error {
	_, err := fmt.Fprintln(s.in, line)
	return err
}

// share is how many cores the process had for a while, and how long that took.
func (s *sitting) share(ctx context.Context, window time.Duration) (cores float64, took time.Duration) {
	cpu, began := s.cpu(), time.Now()
	pause(ctx, window)
	took = time.Since(began)
	return (s.cpu() - cpu).Seconds() / took.Seconds(), took
}

// people join and send the same clip, everybody from another key frame on.
func (s *sitting) people(ctx context.Context, first opened) error {
	clip, err := output(exec.CommandContext(ctx, "ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", camera, "-pix_fmt", "yuv420p",
		"-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "1500k", "-auto-alt-ref", "0",
		"-force_key_frames", "expr:not(mod(n,75))", "-f", "ivf", "-"))
	if err != nil {
		return err
	}
	var pictures [][]byte
	for b := []byte(clip)[32:]; len(b) > 12; { // IVF: a header for each frame, its length first
		n := 12 + int(binary.LittleEndian.Uint32(b))
		pictures, b = append(pictures, b[12:n]), b[n:]
	}
	// A packet of Opus of 20 ms of music: configuration 31, one frame, 80 bytes.
	voice := [][]byte{append([]byte{31 << 3}, bytes.Repeat([]byte{0xa5, 0x5a}, 40)...)}
	for i, token := range first.People {
		room, err := lksdk.ConnectToRoomWithToken(first.URL, token, lksdk.NewRoomCallback(), lksdk.WithAutoSubscribe(false), lksdk.WithConnectTimeout(joinTimeout))
		if err != nil {
			return err
		}
		from := i * 75 % len(pictures)
		if err := errors.Join(
			send(ctx, room, livekit.TrackSource_CAMERA, webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}, append(pictures[from:len(pictures):len(pictures)], pictures[:from]...), time.Second/25),
			send(ctx, room, livekit.TrackSource_MICROPHONE, webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}, voice, 20*time.Millisecond),
		); err != nil {
			return err
		}
	}
	return nil
}

// send publishes a track and sends frames over and over, in real time.
func send(ctx context.Context, room *lksdk.Room, source livekit.TrackSource, codec webrtc.RTPCodecCapability, frames [][]byte, every time.Duration) error {
	track, err := lksdk.NewLocalTrack(codec)
	if err != nil {
		return err
	}
	if _, err := room.LocalParticipant.PublishTrack(track, &lksdk.TrackPublicationOptions{Source: source, VideoWidth: 1280, VideoHeight: 720}); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	go func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				_ = track.WriteSample(media.Sample{Data: frames[n%len(frames)], Duration: every}, nil)
			}
		}
	}()
	return nil
}

// browserResult is what record.mjs prints.
type browserResult struct {
	Cores, MB float64
	Bytes     int64
}

func browserRecords(ctx context.Context, url, token string, window time.Duration) (r browserResult, err error) {
	out, err := output(exec.CommandContext(ctx, "node", "record.mjs", url, token, strconv.Itoa(sittingPeople), strconv.Itoa(int(window.Seconds()))))
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		return r, fmt.Errorf("record.mjs printed %q: %w", out, err)
	}
	if r.Bytes < int64(window.Seconds())*20_000 {
		fmt.Printf("unsound: the browser recorded %d bytes only\n", r.Bytes)
	}
	return r, nil
}

// composing runs the composer's own benchmark, and returns what a second of six
// people costs.
func composing(ctx context.Context) (six float64, err error) {
	out, err := output(exec.CommandContext(ctx, "go", "test", "-C", "..", "./internal/composer", "-run", "^$", "-bench", "Compose", "-benchtime", "1x"))
	if err != nil {
		return 0, err
	}
	line := regexp.MustCompile(`BenchmarkCompose/(\d+)_tiles,_(\d+)_of_720p\S*\s.*?([\d.]+) cpu-s/s\s+([\d.]+) ×realtime`)
	targets := map[string]string{"4": "4", "9": "2.5"}
	for _, found := range line.FindAllStringSubmatch(out, -1) {
		name := fmt.Sprintf("composing %s tiles, %s of 720p, the others 360p", found[1], found[2])
		target := ""
		if targets[found[1]] != "" {
			target = "(at least " + targets[found[1]] + "× on 2 cores)"
		}
		cost, _ := strconv.ParseFloat(found[3], 64)
		fmt.Printf("%-46s %9s×   %s CPU-s/s %s\n", name, found[4], found[3], target)
		if found[1] == "6" {
			six = cost
		}
	}
	if six == 0 {
		return 0, errors.New("the composer's benchmark said nothing")
	}
	return six, nil
}
