package recorder_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v4"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/recorder"
	"plenum/internal/recording"
)

var errDisk = errors.New("disk full")

func TestWhoConsentsIsRecorded(t *testing.T) {
	t.Parallel()
	redClip, greenClip, low, high := colour(t, "red", "160x90"), colour(t, "green", "160x90"), tone(t, 440), tone(t, 1320)
	s := sit(t)
	count := s.rec.CountPackets()
	s.run()

	ann, dan := s.join(), s.join()
	dan.send(t, livekit.TrackSource_CAMERA, greenClip)
	dan.send(t, livekit.TrackSource_MICROPHONE, high)
	s.rec.SetName(ann.seat, "Ann")
	s.rec.SetName(dan.seat, "Dan")
	s.rec.SetConsent(ann.seat, true)
	s.rec.SetLayout(recording.Grid)
	s.rec.SetSpotlight(dan.seat)
	s.rec.Start()
	s.sink.until(t, "the beginning", func(r []recording.Record) bool { return len(r) > 0 })
	ann.send(t, livekit.TrackSource_MICROPHONE, low)
	s.sink.until(t, "sound", seen(ann.seat, access.Microphone, 10))
	if n := count.Load(); n > 60 {
		t.Errorf("%d packets for a few of one sound", n)
	}
	ann.send(t, livekit.TrackSource_CAMERA, redClip)
	s.sink.until(t, "pictures", seen(ann.seat, access.Camera, 20))
	s.sink.until(t, "sound", seen(ann.seat, access.Microphone, 100))
	records := s.stop()

	if last := records[len(records)-1]; last.Kind != recording.Ended {
		t.Errorf("the last record is of kind %d", last.Kind)
	}
	for _, r := range records {
		if r.Event.Seat == dan.seat || strings.Contains(string(r.Event.Name), "Dan") || slices.Contains(r.Event.Seats, dan.seat) {
			t.Errorf("who did not consent is in the journal: %+v", r)
		}
	}
	if len(dan.received) > 0 {
		t.Error("a track of who did not consent has a subscriber")
	}
	shows(t, records, ann.seat, access.Camera, red)
	sounds(t, records, ann.seat, 440)
	timesGoOn(t, records)
}

// Nobody consents, or nothing was started: no packet may come.
func TestNothingComesUnasked(t *testing.T) {
	t.Parallel()
	greenClip, high := colour(t, "green", "160x90"), tone(t, 1320)
	s := sit(t)
	count := s.rec.CountPackets()
	s.run()
	dan, ann := s.join(), s.join()
	s.rec.SetConsent(ann.seat, true)
	for _, p := range []*person{dan, ann} {
		p.send(t, livekit.TrackSource_CAMERA, greenClip)
		p.send(t, livekit.TrackSource_MICROPHONE, high)
	}
	s.join(true).hears(t, 4)
	if n, journal := count.Load(), s.sink.all(); n != 0 || len(journal) != 0 {
		t.Errorf("before the start: %d packets, %d records", n, len(journal))
	}
	s.rec.SetConsent(ann.seat, false)
	s.rec.Start()
	s.rec.SetLayout(recording.Grid)
	s.sink.until(t, "the layout", func(r []recording.Record) bool { return len(r) > 0 })
	s.join(true).hears(t, 4)
	if n := count.Load(); n != 0 {
		t.Errorf("nobody consents: %d packets", n)
	}
	if records := s.stop(); len(records) != 2 {
		t.Errorf("%d records of nobody", len(records))
	}
}

// What was withdrawn is over at once; what is agreed to again begins anew.
func TestConsentIsWithdrawn(t *testing.T) {
	t.Parallel()
	redClip, low := colour(t, "red", "160x90"), tone(t, 440)
	s := sit(t)
	s.run()
	ann := s.join()
	ann.send(t, livekit.TrackSource_CAMERA, redClip)
	ann.send(t, livekit.TrackSource_MICROPHONE, low)
	s.rec.SetName(ann.seat, "Ann")
	s.rec.SetConsent(ann.seat, true)
	s.rec.Start()
	s.sink.until(t, "pictures", seen(ann.seat, access.Camera, 5))
	s.rec.SetConsent(ann.seat, false)
	s.sink.until(t, "the no", func(r []recording.Record) bool { return len(kinds(r, recording.Consent)) == 2 })
	before := len(s.sink.all())
	s.rec.SetName(ann.seat, "Anna")
	s.join(true).hears(t, 2)
	if after := s.sink.all(); len(after) != before {
		t.Errorf("after the no: %+v", after[before:])
	}
	s.rec.SetConsent(ann.seat, true)
	s.sink.until(t, "pictures again", func(r []recording.Record) bool {
		tracks := of(r, ann.seat, access.Camera)
		return len(tracks) == 2 && len(frames(r, tracks[1].ID)) > 10
	})
	records := s.stop()
	shows(t, records, ann.seat, access.Camera, red)
	if names := kinds(records, recording.SeatNamed); len(names) != 2 || names[1].Event.Name != "Anna" {
		t.Errorf("names: %+v", names)
	}
	yes := false
	for _, r := range records {
		if r.Kind == recording.Consent {
			yes = r.Event.Yes
		}
		ofAnn := slices.Contains([]recording.Kind{recording.Frame, recording.SeatNamed, recording.TrackBegan}, r.Kind)
		if ofAnn && !yes {
			t.Errorf("a record of kind %d without consent", r.Kind)
		}
	}
	timesGoOn(t, records)
}

// The journal says until when somebody agreed, also when they took it back in a pause,
// and whatever they said after that.
func TestEachNoIsWritten(t *testing.T) {
	t.Parallel()
	s := sit(t)
	s.run()
	ann := s.join()
	s.rec.SetConsent(ann.seat, true)
	s.rec.Start()
	s.sink.until(t, "the yes", func(r []recording.Record) bool { return len(kinds(r, recording.Consent)) == 1 })
	s.rec.Pause()
	s.rec.SetConsent(ann.seat, false)
	s.rec.SetConsent(ann.seat, true)
	s.rec.SetConsent(ann.seat, false)
	records := s.stop()
	if said := kinds(records, recording.Consent); len(said) != 2 || said[1].Event.Yes || said[1].At > kinds(records, recording.Paused)[0].At {
		t.Errorf("%+v", said)
	}
}

func TestPauseTakesNothingAndNoTime(t *testing.T) {
	t.Parallel()
	redClip, blueClip := colour(t, "red", "160x90"), colour(t, "blue", "160x90")
	s := sit(t)
	s.run()
	ann := s.join()
	s.rec.SetConsent(ann.seat, true)
	s.rec.Start()
	camera := ann.send(t, livekit.TrackSource_CAMERA, redClip)
	s.sink.until(t, "pictures", seen(ann.seat, access.Camera, 10))
	s.rec.Pause()
	s.sink.until(t, "the pause", func(r []recording.Record) bool { return len(kinds(r, recording.Paused)) == 1 })
	paused := s.sink.all()
	camera.clip.Store(&blueClip)
	s.join(true).hears(t, 1)
	if now := s.sink.all(); len(now) != len(paused) {
		t.Errorf("in the pause: %+v", now[len(paused):])
	}
	camera.clip.Store(&redClip)
	s.join(true).hears(t, 1)
	s.rec.Resume()
	s.sink.until(t, "pictures again", func(r []recording.Record) bool {
		tracks := of(r, ann.seat, access.Camera)
		return len(tracks) == 2 && len(frames(r, tracks[1].ID)) > 10
	})
	records := s.stop()
	shows(t, records, ann.seat, access.Camera, red)
	if at := kinds(records, recording.Resumed)[0].At; at != kinds(records, recording.Paused)[0].At {
		t.Errorf("the pause took %v", at-kinds(records, recording.Paused)[0].At)
	}
	timesGoOn(t, records)
}

// A sink that fails, then hangs: an alarm, the meeting untouched, and everything
// that comes later makes sense.
func TestSinkFails(t *testing.T) {
	t.Parallel()
	redClip, low := colour(t, "red", "160x90"), tone(t, 440)
	s := sit(t)
	s.run()
	ann := s.join()
	s.rec.SetConsent(ann.seat, true)
	s.rec.Start()
	ann.send(t, livekit.TrackSource_CAMERA, redClip)
	s.sink.until(t, "pictures", seen(ann.seat, access.Camera, 5))

	s.sink.set(func() { s.sink.fail = errDisk })
	began := time.Now()
	if err := receive(t, "the alarm", s.alarm); !errors.Is(err, errDisk) || time.Since(began) > 5*time.Second {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
	ann.send(t, livekit.TrackSource_MICROPHONE, low) // an event while nothing can be written
	s.join(true).hears(t, 2)
	s.sink.set(func() { s.sink.fail = nil })
	if err := receive(t, "the end of the alarm", s.alarm); err != nil {
		t.Error(err)
	}
	s.sink.until(t, "sound", seen(ann.seat, access.Microphone, 20))

	block := make(chan struct{})
	s.sink.set(func() { s.sink.block = block })
	if err := receive(t, "the second alarm", s.alarm); !errors.Is(err, recorder.ErrStalled) {
		t.Error(err)
	}
	s.rec.SetConsent(ann.seat, true) // does not wait for the disk
	s.sink.set(func() { s.sink.block = nil })
	close(block)
	if err := receive(t, "the end of the second alarm", s.alarm); err != nil {
		t.Error(err)
	}
	s.sink.until(t, "more sound", seen(ann.seat, access.Microphone, 60))
	records := s.stop()
	shows(t, records, ann.seat, access.Camera, red)
	timesGoOn(t, records)
}

// The recorder's own connection breaks and comes back by itself, and does not
// take up what it may not.
func TestRecorderComesBack(t *testing.T) {
	t.Parallel()
	redClip, low := colour(t, "red", "160x90"), tone(t, 1320)
	s := sit(t)
	s.run()
	ann, dan := s.join(), s.join()
	ann.send(t, livekit.TrackSource_CAMERA, redClip)
	dan.send(t, livekit.TrackSource_MICROPHONE, low)
	s.rec.SetConsent(ann.seat, true)
	s.rec.SetConsent(dan.seat, true)
	s.rec.Start()
	s.sink.until(t, "pictures", seen(ann.seat, access.Camera, 5))
	s.sink.until(t, "sound", seen(dan.seat, access.Microphone, 5))
	s.rec.SetConsent(dan.seat, false)
	s.sink.until(t, "the no", func(r []recording.Record) bool { return len(kinds(r, recording.Consent)) == 3 })
	s.rec.Break()
	s.sink.until(t, "pictures again", func(r []recording.Record) bool {
		tracks := of(r, ann.seat, access.Camera)
		return len(tracks) == 2 && len(frames(r, tracks[1].ID)) > 10
	})
	if err := s.sfu.Remove(t.Context(), s.id, s.seat); err != nil { // as a node that dies
		t.Fatal(err)
	}
	s.sink.until(t, "pictures for the third time", func(r []recording.Record) bool {
		tracks := of(r, ann.seat, access.Camera)
		return len(tracks) == 3 && len(frames(r, tracks[2].ID)) > 10
	})
	records := s.stop()
	if n := len(of(records, dan.seat, access.Microphone)); n != 1 {
		t.Errorf("%d tracks of who withdrew", n)
	}
	shows(t, records, ann.seat, access.Camera, red)
	timesGoOn(t, records)
}

// One camera that changes its size, goes off and on; another codec beside it.
func TestTracksChange(t *testing.T) {
	t.Parallel()
	small, large, other := colour(t, "red", "160x90"), colour(t, "red", "320x180"), h264(t, "blue", "160x90")
	s := sit(t)
	s.run()
	ann, bob := s.join(), s.join()
	s.rec.SetConsent(ann.seat, true)
	s.rec.SetConsent(bob.seat, true)
	s.rec.Start()
	camera := ann.send(t, livekit.TrackSource_CAMERA, small)
	bob.send(t, livekit.TrackSource_SCREEN_SHARE, other)
	s.sink.until(t, "small pictures", seen(ann.seat, access.Camera, 10))
	s.sink.until(t, "a share", seen(bob.seat, access.Screen, 15))
	camera.clip.Store(&large)
	s.sink.until(t, "large pictures", seen(ann.seat, access.Camera, 30))
	camera.pub.SetMuted(true)
	s.sink.until(t, "the mute", func(r []recording.Record) bool { return len(kinds(r, recording.Muted)) == 1 })
	camera.pub.SetMuted(false)
	s.sink.until(t, "the unmute", func(r []recording.Record) bool { return len(kinds(r, recording.Unmuted)) == 1 })
	s.sink.until(t, "pictures after it", seen(ann.seat, access.Camera, 45))
	bob.Disconnect()
	s.sink.until(t, "the end of a track", func(r []recording.Record) bool { return len(kinds(r, recording.TrackEnded)) == 1 })
	records := s.stop()
	if codec := of(records, bob.seat, access.Screen)[0].Codec; codec != recording.H264 {
		t.Errorf("the share is %s", codec)
	}
	shows(t, records, ann.seat, access.Camera, red)
	shows(t, records, bob.seat, access.Screen, blue)
	timesGoOn(t, records)
}

func TestNewerCodecs(t *testing.T) {
	t.Parallel()
	vp9 := encoded(t, webrtc.MimeTypeVP9, "red", "160x90", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-lag-in-frames", "0", "-auto-alt-ref", "0")
	av1 := encoded(t, webrtc.MimeTypeAV1, "blue", "160x90", "-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-lag-in-frames", "0")
	s := sit(t)
	s.run()
	ann, bob := s.join(), s.join()
	s.rec.SetConsent(ann.seat, true)
	s.rec.SetConsent(bob.seat, true)
	s.rec.Start()
	ann.send(t, livekit.TrackSource_CAMERA, vp9)
	bob.send(t, livekit.TrackSource_CAMERA, av1)
	s.sink.until(t, "VP9", seen(ann.seat, access.Camera, 15))
	s.sink.until(t, "AV1", seen(bob.seat, access.Camera, 15))
	records := s.stop()
	if a, b := of(records, ann.seat, access.Camera)[0].Codec, of(records, bob.seat, access.Camera)[0].Codec; a != recording.VP9 || b != recording.AV1 {
		t.Errorf("recorded are %s and %s", a, b)
	}
	shows(t, records, ann.seat, access.Camera, red)
	shows(t, records, bob.seat, access.Camera, blue)
	timesGoOn(t, records)
}

// What is lost on the way is asked for again, and comes in its place.
func TestLostPacketsComeAgain(t *testing.T) {
	t.Parallel()
	redClip := colour(t, "red", "160x90")
	s := sit(t)
	lost := s.rec.LosePackets()
	s.run()
	ann := s.join()
	ann.send(t, livekit.TrackSource_CAMERA, redClip)
	s.rec.SetConsent(ann.seat, true)
	s.rec.Start()
	s.sink.until(t, "pictures", func(r []recording.Record) bool {
		return seen(ann.seat, access.Camera, 30)(r) && lost.Load() > 3
	})
	records := s.stop()
	shows(t, records, ann.seat, access.Camera, red)
	next, breaks := 0, int64(0)
	for _, f := range frames(records, of(records, ann.seat, access.Camera)[0].ID) {
		if !bytes.Equal(f.Data, redClip.frames[next]) {
			breaks++ // it came too late on a slow machine: on with the next key frame
			next = 0
		}
		next = (next + 1) % len(redClip.frames)
	}
	if breaks*2 > lost.Load() {
		t.Errorf("%d packets were lost, and %d times pictures are missing", lost.Load(), breaks)
	}
	timesGoOn(t, records)
}

// shows checks that every frame of a seat's first track can be decoded, and to
// the colour.
func shows(t *testing.T, records []recording.Record, seat id.Seat, source access.Source, want [3]byte) {
	t.Helper()
	for _, track := range of(records, seat, source) {
		shown := frames(records, track.ID)
		if len(shown) == 0 {
			continue
		}
		if !shown[0].Key {
			t.Error("pictures do not begin with a key frame")
		}
		decoded := pixels(t, track.Codec, shown)
		if len(decoded) != len(shown) {
			t.Errorf("%d of %d frames can be decoded", len(decoded), len(shown))
		}
		for i, p := range decoded {
			if !near(p, want) {
				t.Fatalf("picture %d of %d is %v, not %v", i, len(decoded), p, want)
			}
		}
	}
}

func sounds(t *testing.T, records []recording.Record, seat id.Seat, hertz float64) {
	t.Helper()
	sound := samples(t, frames(records, of(records, seat, access.Microphone)[0].ID))
	if got := share(sound[len(sound)/4:], hertz); got < 0.9 {
		t.Errorf("%.2f of the sound is the tone", got)
	}
}

// timesGoOn checks what the journal promises about times, and that frames come
// at the pace they were made.
func timesGoOn(t *testing.T, records []recording.Record) {
	t.Helper()
	last := map[uint32]time.Duration{}
	var newest time.Duration
	for i, r := range settled(records) {
		if newest-r.At > recording.Disorder {
			t.Errorf("record %d is %v late", i, newest-r.At)
		}
		newest = max(newest, r.At)
		if r.Kind != recording.Frame {
			continue
		}
		if r.At < last[r.Track] {
			t.Errorf("track %d goes back from %v to %v", r.Track, last[r.Track], r.At)
		}
		last[r.Track] = r.At
	}
}
