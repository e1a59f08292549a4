package room_test

import (
	"errors"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/recording"
	"plenum/internal/room"
)

// TestALongRecordingEnds: one that nobody stops is over after a day, with words for
// who may record and an ordinary end for everybody else. The next one can begin.
func TestALongRecordingEnds(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, guest := w.join(access.Owner), w.join(access.Attendee)
		take := owner.record()
		pass(12 * time.Hour)
		owner.must(room.RecordPause{}) // a pause does not make it longer
		pass(12*time.Hour - 2*time.Second)
		if owner.told(); take.Scene().Stopped || owner.recording.State != room.RecordingPaused {
			t.Fatalf("it ended before: %+v", owner.recording)
		}
		pass(4 * time.Second)
		guest.told()
		if owner.told(); !take.Scene().Stopped || owner.recording.State != room.RecordingOff || owner.recording.Trouble != "recording.longest" || owner.recording.By != "" {
			t.Errorf("told %+v", owner.recording)
		}
		if guest.recording.State != room.RecordingOff || guest.recording.Trouble != "" {
			t.Errorf("a guest is told %+v", guest.recording)
		}
		if a := w.actions(); a[len(a)-1] != audit.RecordingStopped {
			t.Errorf("the audit has %v", a)
		}
		if owner.record(); owner.recording.Trouble != "" {
			t.Errorf("the next one begins with %+v", owner.recording)
		}
	})
}

// TestNoPlaceForAnotherRecording: who wants one is told so before and when they try,
// nobody else notices, and it goes as soon as another one has ended.
func TestNoPlaceForAnotherRecording(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.recordings.AtMost(1)
		elsewhere, links := w.store.Add(nil)
		owner, guest := w.join(access.Owner), w.join(access.Attendee)
		w.meeting, w.links = elsewhere, links
		first := w.join(access.Owner)
		first.record()
		if first.recording.Unavailable != "" {
			t.Errorf("whose place it is, is told %q", first.recording.Unavailable)
		}
		guest.told()
		w.wantErr(owner.do(room.RecordStart{}), recording.ErrTooMany, "a second recording")
		pass(1100 * time.Millisecond)
		if owner.told(); owner.recording.Unavailable != recording.ErrTooMany.Code || owner.recording.State != room.RecordingOff {
			t.Errorf("told %+v", owner.recording)
		}
		if events := guest.told(); len(events) > 0 {
			t.Errorf("a guest was told %v", events)
		}
		owner.must(room.ChatSend{Text: "We go on without."})
		first.must(room.RecordStop{})
		pass(1100 * time.Millisecond)
		if owner.told(); owner.recording.Unavailable != "" {
			t.Errorf("with a place free, told %q", owner.recording.Unavailable)
		}
		owner.record()
	})
}

// TestStartingOverAndOver: a meeting's recordings begin ten times in a quarter of an
// hour, whoever starts them and whether or not the room was empty meanwhile.
func TestStartingOverAndOver(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		began := 0
		start := func(p *person) error {
			err := p.do(room.RecordStart{})
			if err == nil {
				began++
				p.must(room.RecordStop{})
			}
			return err
		}
		owner, other := w.join(access.Owner), w.join(access.Moderator)
		for range 4 {
			w.must(start(owner))
			w.must(start(other))
			pass(2 * time.Second)
		}
		for _, p := range []*person{owner, other} {
			p.must(room.Leave{})
		}
		pass(5 * time.Minute) // the room is over
		owner = w.join(access.Owner)
		w.must(start(owner))
		w.must(start(owner))
		err := start(owner)
		w.wantErr(err, recording.ErrTooOften, "the eleventh")
		if after := room.RetryAfter(err); after <= 0 || after > 15*time.Minute {
			t.Errorf("again in %v", after)
		}
		for range 3 * 1800 { // every two seconds, for three hours
			if err := start(owner); err != nil && !errors.Is(err, recording.ErrTooOften) && !errors.Is(err, room.ErrRate) {
				t.Fatal(err)
			}
			pass(2 * time.Second)
		}
		if n := len(w.recordings.Takes()); n != began || n > 10+13*10 {
			t.Errorf("%d recordings began in three hours", n)
		}
	})
}
