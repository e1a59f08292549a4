package archive_test

import (
	"slices"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/recording"
)

// Each speaker has a file: with pictures who had a camera, without who had none.
// Chapters are called in the language of who pressed Record.
func TestSpeakers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	s := &script{}
	ann := s.person("Ann", 0, 3*time.Second, colour(t, "red"), tone(t, 440))
	bob := id.Derive[id.Seat]("Bob")
	s.add(0, recording.Consent, recording.Event{Seat: bob, Yes: true})
	s.add(0, recording.SeatNamed, recording.Event{Seat: bob, Name: "Bob"})
	s.send(bob, access.Microphone, recording.Opus, 0, 3*time.Second, tone(t, 660))
	s.add(3*time.Second, recording.Ended, recording.Event{})
	r := w.recording()
	r.By, r.Settings.Speakers = w.account(), true
	ok(t, w.Put(t.Context(), r, false, s.inOrder()...))
	ok(t, w.Answers(t.Context(), []consent.Evidence{
		{Recording: r.ID, At: time.Now(), Seat: bob, Answer: consent.Yes, Language: "nl"},
		{Recording: r.ID, At: time.Now(), Seat: ann, User: r.By, Answer: consent.Yes, Language: "de"},
	}))
	w.Recover(t.Context())
	files := map[id.Seat]recording.Asset{}
	for _, a := range w.ready(r.ID).Assets {
		if a.Kind.Person() {
			files[a.Seat] = a
		}
	}
	if len(files) != 2 || files[ann].Kind != recording.SpeakerFile || files[bob].Kind != recording.VoiceFile {
		t.Fatalf("files: %+v", files)
	}
	path := w.save(files[ann])
	film := watch(t, path)
	if n := len(film.pictures); film.shows(red) < n*9/10 || hears(film.sound, 440) < 0.01 || hears(film.sound, 660) > 0.005 {
		t.Errorf("of %d pictures %d show her; she is heard with %.4f, he with %.4f", n, film.shows(red), hears(film.sound, 440), hears(film.sound, 660))
	}
	if _, chapters, _ := probe(t, path); !slices.Equal(chapters, []string{"Beginn"}) {
		t.Errorf("chapters: %v", chapters)
	}
	path = w.save(files[bob])
	if streams, _, _ := probe(t, path); streams["video"] != "" || streams["audio"] != "aac" {
		t.Errorf("his file has %v", streams)
	}
	if sound := listen(t, path); hears(sound, 660) < 0.01 || hears(sound, 440) > 0.005 {
		t.Error("his file has not just him")
	}
}
