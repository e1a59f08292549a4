package room_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/consent"
	"plenum/internal/fault"
	"plenum/internal/recording"
	"plenum/internal/room"
)

// TestTroubleIsToldToWhoRecords, and to nobody else.
func TestTroubleIsToldToWhoRecords(t *testing.T) {
	stalled := fault.New("x", fault.Unavailable, "recording.stalled", "x")
	in(t, func(t *testing.T, w *world) {
		owner, guest := w.join(access.Owner), w.join(access.Attendee)
		take := owner.record()
		guest.told()
		take.Tell(recording.Standing{Connected: true, Trouble: stalled})
		if owner.told(); owner.recording.Trouble != stalled.Code || owner.recording.State != room.RecordingOn {
			t.Errorf("the owner was told %+v", owner.recording)
		}
		if events := guest.told(); len(events) > 0 {
			t.Errorf("a guest was told %v", events)
		}
		owner.must(room.SetRole{Seat: guest.Seat(), Role: access.Moderator})
		if guest.told(); guest.recording.Trouble != stalled.Code {
			t.Error("a new moderator was not told")
		}
		owner.must(room.SetRole{Seat: guest.Seat(), Role: access.Attendee})
		if guest.told(); guest.recording.Trouble != "" {
			t.Error("a former moderator still knows")
		}
		take.Tell(recording.Standing{Connected: true})
		if owner.told(); owner.recording.Trouble != "" {
			t.Error("the trouble is over, and still told")
		}
		take.Tell(recording.Standing{Trouble: errors.New("disk"), Ended: true})
		if owner.told(); owner.recording.State != room.RecordingOff || owner.recording.Trouble != "recording.broken" || owner.recording.By != "" {
			t.Errorf("after it ended by itself: %+v", owner.recording)
		}
		if guest.told(); guest.recording.State != room.RecordingOff || guest.recording.Trouble != "" {
			t.Errorf("a guest was told %+v", guest.recording)
		}
		if again := owner.back(); again.welcome.Recording.Trouble != "recording.broken" {
			t.Errorf("the next welcome says %+v", again.welcome.Recording)
		}
		if a := w.actions(); a[len(a)-1] != audit.RecordingStopped {
			t.Errorf("the audit has %v", a)
		}
	})
}

// TestTheEndOfEverythingEndsARecording: the meeting's, the server's, in every
// state of the recording.
func TestTheEndOfEverythingEndsARecording(t *testing.T) {
	ends := map[string]func(w *world, owner *person) error{
		"the meeting":          func(_ *world, owner *person) error { return owner.do(room.End{}) },
		"the meeting, outside": func(w *world, _ *person) error { return w.rooms.EndMeeting(w.t.Context(), w.meeting) },
		"a drain":              func(w *world, _ *person) error { return w.rooms.Drain(w.t.Context()) },
		"the server":           func(w *world, _ *person) error { w.restart(); return nil },
		"a drain, then the end": func(w *world, _ *person) error {
			return errors.Join(w.rooms.Drain(w.t.Context()), w.rooms.EndMeeting(w.t.Context(), w.meeting))
		},
	}
	for end, does := range ends {
		for _, state := range []string{"beginning", "starting", "on", "paused", "answering"} {
			t.Run(end+"/"+state, func(t *testing.T) {
				in(t, func(t *testing.T, w *world) {
					owner, guest := w.join(access.Owner), w.join(access.Attendee)
					release := func() {}
					started, said := make(chan error, 1), make(chan error, 1)
					switch state {
					case "beginning":
						release = w.recordings.Block("begin")
						go func() { started <- owner.do(room.RecordStart{}) }()
						guest.told()
					case "starting":
						w.recordings.Absent()
						owner.must(room.RecordStart{})
					case "answering":
						owner.record()
						release = w.recordings.Block("answers")
						guest.told()
						go func() { said <- guest.say(true) }()
					default:
						owner.record()
						w.must(guest.yes())
						if state == "paused" {
							owner.must(room.RecordPause{})
						}
					}
					synctest.Wait()
					if state == "beginning" || state == "answering" {
						go func() { pass(time.Second); release() }()
					}
					w.must(does(w, owner))
					pass(2 * time.Second)
					events := guest.told()
					if r := last[room.RecordingSet](t, events).Recording; r.State != room.RecordingOff {
						t.Errorf("the last word is %+v", r)
					}
					take := w.take()
					if !take.Scene().Stopped || state == "answering" && len(take.Consents()) > 0 {
						t.Errorf("left with %+v, %v", take.Scene(), take.Consents())
					}
					if state == "beginning" {
						if err := <-started; err == nil {
							t.Error("begun, it says")
						}
					}
					if state == "answering" {
						if err := <-said; err == nil {
							t.Error("agreed, it says")
						}
						if got := w.answers(guest.Seat()); !slices.Equal(got, []consent.Answer{consent.Asked, consent.Yes}) {
							t.Errorf("kept is %v", got)
						}
					}
					if a := w.actions(); a[0] != audit.RecordingStarted || !slices.Contains(a, audit.RecordingStopped) {
						t.Errorf("the audit has %v", a)
					}
				})
			})
		}
	}
}

// TestAnInterruptedRecording is told to who may start the next one.
func TestAnInterruptedRecording(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, guest := w.join(access.Owner), w.join(access.Attendee)
		owner.record()
		sitting := w.take().Order.Sitting
		w.restart()
		w.recordings.Interrupt(sitting)
		w.restart()
		owner, guest = owner.back(), guest.back()
		owner.told()
		guest.told()
		if !owner.recording.Interrupted || guest.recording.Interrupted {
			t.Errorf("told: %+v, %+v", owner.recording, guest.recording)
		}
		if owner.record(); owner.recording.Interrupted {
			t.Error("still told with the next one running")
		}
	})
}

// TestAPauseOvertakesGoingOn: while it is being written down that a recording goes
// on, whoever pauses or stops it wins.
func TestAPauseOvertakesGoingOn(t *testing.T) {
	for name, command := range map[string]room.Command{"pause": room.RecordPause{}, "stop": room.RecordStop{}} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				owner, other, guest := w.join(access.Owner), w.join(access.Moderator), w.join(access.Attendee)
				take := owner.record()
				owner.must(room.RecordPause{})
				guest.told()
				release := w.recordings.Block("answers") // before what is written down next
				said, resumed := make(chan error, 1), make(chan error, 1)
				go func() { said <- guest.say(true) }()
				synctest.Wait()
				go func() { resumed <- owner.do(room.RecordResume{}) }()
				synctest.Wait()
				other.must(command)
				release()
				<-said
				w.wantErr(<-resumed, recording.ErrNotRunning, "going on")
				if scene := take.Scene(); !scene.Paused || scene.Stopped != (name == "stop") {
					t.Errorf("the scene is %+v", scene)
				}
				if owner.told(); name == "pause" && owner.recording.State != room.RecordingPaused {
					t.Errorf("told is %+v", owner.recording)
				}
				if name == "pause" {
					owner.must(room.RecordResume{})
					if owner.told(); owner.recording.State != room.RecordingOn || take.Scene().Paused {
						t.Errorf("gone on, told is %+v", owner.recording)
					}
				}
			})
		})
	}
}

// TestASlowDiskHoldsNobodyUp: while nothing can be written of a recording, the
// meeting goes on, people come in from the lobby, and stopping works.
func TestASlowDiskHoldsNobodyUp(t *testing.T) {
	inWith(t, guarded, func(t *testing.T, w *world) {
		owner := w.invited(access.Owner)
		release := w.recordings.Block("begin")
		defer release()
		started := make(chan error, 1)
		go func() { started <- owner.do(room.RecordStart{}) }()
		owner.told()
		if owner.recording.State != room.RecordingStarting {
			t.Fatalf("told %+v", owner.recording)
		}
		guest := w.wait(nil)
		if events := guest.told(); len(events) > 0 || guest.recording.State != "" {
			t.Errorf("somebody who waits was told %v", events)
		}
		owner.must(room.Admit{Waiter: guest.Seat()})
		owner.must(room.ChatSend{Text: "hello"})
		events := guest.told()
		if guest.consent != consent.Asked || guest.recording.State != room.RecordingStarting || len(only[room.Said](events)) == 0 {
			t.Errorf("let in, the guest was told %v", events)
		}
		other := w.invited(access.Moderator)
		other.must(room.RecordStop{})
		w.wantErr(other.do(room.RecordPause{}), recording.ErrNotRunning, "pausing what is off")
		release()
		w.wantErr(<-started, recording.ErrNotRunning, "the start that was stopped")
		synctest.Wait()
		if !w.take().Scene().Stopped {
			t.Error("it began after it was stopped")
		}
		owner.record()
		release = w.recordings.Block("answers")
		guest.told()
		said := make(chan error, 1)
		go func() { said <- guest.say(true) }()
		synctest.Wait()
		owner.must(room.ChatSend{Text: "still here"})
		if guest.told(); guest.consent != consent.Asked || len(w.take().Consents()) > 0 {
			t.Error("agreed before it was kept")
		}
		owner.must(room.RecordPause{})
		release()
		w.must(<-said)
	})
}
