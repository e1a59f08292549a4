package archive_test

import (
	"slices"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"

	"plenum/internal/recording"
)

// The whole way, from the button to the file: of three people at a real SFU, who
// agreed is in the video, who did not is not.
func TestFromButtonToVideo(t *testing.T) {
	s := sit(t)
	w := newWorld(t, options{signal: s.sfu.Handler()})
	ann := s.join(map[livekit.TrackSource]clip{livekit.TrackSource_CAMERA: colour(t, "red"), livekit.TrackSource_MICROPHONE: tone(t, 440)})
	bob := s.join(map[livekit.TrackSource]clip{livekit.TrackSource_CAMERA: colour(t, "blue"), livekit.TrackSource_MICROPHONE: tone(t, 660)})
	dan := s.join(map[livekit.TrackSource]clip{livekit.TrackSource_CAMERA: colour(t, "green"), livekit.TrackSource_MICROPHONE: tone(t, 1320)})

	o := w.order()
	o.Settings.Audio, o.Settings.Speakers = true, true
	take, told := w.record(s, o)
	take.Name(ann, "Ann")
	take.Name(bob, "Bob")
	take.Name(dan, "Dan")
	take.Consent(ann, true)
	take.Consent(bob, true)
	<-time.After(4 * time.Second) // of meeting
	take.Stop()
	told.until(t, "the end", over)

	got := w.ready(o.ID)
	if got.Title != o.Title || got.Length < 3*time.Second || got.Chunks == 0 || got.EndedAt.IsZero() || got.ExpiresAt.IsZero() {
		t.Errorf("the recording is %+v", got)
	}
	if got.Settings.Layout != "" { // what is chosen in the meeting is in the journal
		t.Errorf("its layout is %q", got.Settings.Layout)
	}
	path := w.save(asset(t, got, recording.Video))
	streams, chapters, length := probe(t, path)
	if streams["video"] != "h264" || streams["audio"] != "aac" || length < 3 || !slices.Equal(chapters, []string{"Start"}) {
		t.Errorf("ffprobe: %v %v %v", streams, chapters, length)
	}
	f := watch(t, path)
	if n := len(f.pictures); f.shows(red) < n/2 || f.shows(blue) < n/2 || f.shows(green) > 0 {
		t.Errorf("of %d pictures %d show Ann, %d Bob, %d Dan", n, f.shows(red), f.shows(blue), f.shows(green))
	}
	for hertz, wanted := range map[float64]bool{440: true, 660: true, 1320: false} {
		if loud := hears(f.sound, hertz); (loud > 0.01) != wanted {
			t.Errorf("%v Hz is heard with %v", hertz, loud)
		}
	}
	if sound := listen(t, w.save(asset(t, got, recording.Audio))); hears(sound, 440) < 0.01 || hears(sound, 660) < 0.01 {
		t.Error("the sound alone is not theirs")
	}
	speakers := map[string]recording.Asset{}
	for _, a := range got.Assets {
		if a.Kind == recording.SpeakerFile {
			speakers[a.Name.Text()] = a
		}
	}
	if len(speakers) != 2 || speakers["Ann"].Seat != ann || speakers["Bob"].Seat != bob {
		t.Fatalf("speakers: %+v", speakers)
	}
	if sound := listen(t, w.save(speakers["Bob"])); hears(sound, 660) < 0.01 || hears(sound, 440) > 0.005 {
		t.Error("Bob's own file has not just Bob")
	}
	if want := []string{"recording.started", "recording.composed"}; !slices.Equal(w.actions(), want) {
		t.Errorf("the audit says %v", w.actions())
	}
}
