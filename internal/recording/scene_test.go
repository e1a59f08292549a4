package recording_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/recording"
)

func began(number uint32, seat id.Seat, source access.Source) recording.Record {
	codec := recording.VP8
	if source == access.Microphone || source == recording.ScreenSound {
		codec = recording.Opus
	}
	return recording.Began(0, recording.Track{ID: number, Seat: seat, Source: source, Codec: codec})
}

func consent(seat id.Seat, yes bool) recording.Record {
	return recording.Record{Kind: recording.Consent, Event: recording.Event{Seat: seat, Yes: yes}}
}

func TestScene(t *testing.T) {
	var s recording.Scene
	step := func(what string, want []recording.Person, records ...recording.Record) {
		t.Helper()
		for _, r := range records {
			s.Apply(r)
		}
		if diff := cmp.Diff(want, s.People(), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	step("a track without an answer", nil, began(1, bob, access.Camera))
	step("an answer without a track", nil, consent(ann, true))
	step("a no", nil, consent(bob, false))
	if _, ok := s.Track(1); ok {
		t.Error("a track is live though its person said no")
	}
	onlyAnn := []recording.Person{{Seat: ann, Name: "Ann", Microphone: 2}}
	step("a voice", onlyAnn, began(2, ann, access.Microphone),
		recording.Record{Kind: recording.SeatNamed, Event: recording.Event{Seat: ann, Name: "Ann"}})
	step("who came first comes first", []recording.Person{{Seat: bob, Camera: 1, Silent: true}, onlyAnn[0]}, consent(bob, true))
	step("a camera off", []recording.Person{{Seat: bob, Silent: true}, onlyAnn[0]}, recording.Record{Kind: recording.Muted, Track: 1})
	step("withdrawn", onlyAnn, consent(bob, false))
	step("two cameras: the later", []recording.Person{{Seat: ann, Name: "Ann", Microphone: 2, Camera: 6, Screen: 4, ScreenSound: 5}},
		began(3, ann, access.Camera), began(4, ann, access.Screen), began(5, ann, recording.ScreenSound), began(6, ann, access.Camera))
	ended := func(n uint32) recording.Record { return recording.Record{Kind: recording.TrackEnded, Track: n} }
	step("gone", nil, ended(2), ended(3), ended(4), ended(5), ended(6))

	s.Apply(recording.Record{At: time.Second, Kind: recording.Speakers, Event: recording.Event{Seats: []id.Seat{ann, bob}}})
	s.Apply(recording.Record{At: time.Second, Kind: recording.Speakers})
	if s.Speaker != ann {
		t.Errorf("after a silence %q speaks", s.Speaker)
	}
}
