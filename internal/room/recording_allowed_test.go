package room_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/fault"
	"plenum/internal/meeting"
	"plenum/internal/recording"
	"plenum/internal/room"
	"plenum/internal/tenant"
)

// TestWhoRecords goes through roles × who may start × who may stop × the commands.
func TestWhoRecords(t *testing.T) {
	least := map[access.Role][]access.Role{
		access.Owner:     {access.Owner},
		access.Moderator: {access.Owner, access.Moderator},
		access.Presenter: {access.Owner, access.Moderator, access.Presenter},
		"":               nil,
	}
	cells := 0
	for start, starters := range least {
		for stop, stoppers := range least {
			for _, role := range access.Roles() {
				for _, running := range []bool{false, true} {
					inWith(t, func(m *meeting.Meeting) { m.Policy.RecordStart, m.Policy.RecordStop = start, stop }, func(t *testing.T, w *world) {
						watcher := w.invited(access.Owner)
						if running {
							if start == "" {
								return
							}
							watcher.record()
						}
						for name, c := range map[string]struct {
							command room.Command
							may     []access.Role
						}{
							"start": {room.RecordStart{}, starters}, "resume": {room.RecordResume{}, starters},
							"layout": {room.RecordLayout{Layout: recording.Grid}, starters}, "chapter": {room.RecordChapter{Title: "x"}, starters},
							"pause": {room.RecordPause{}, stoppers}, "stop": {room.RecordStop{}, stoppers},
						} {
							if may := slices.Contains(c.may, role); may {
								continue
							}
							cells++
							p := w.invited(role)
							watcher.told()
							before := w.actions()
							w.wantErr(p.do(c.command), room.ErrRight, fmt.Sprintf("%s by %s", name, role))
							if events := watcher.told(); len(events) > 0 || len(w.actions()) != len(before) {
								t.Errorf("although refused, %v", events)
							}
							p.must(room.Leave{})
						}
						if !running && slices.Contains(starters, role) {
							w.invited(role).must(room.RecordStart{})
						}
						if running && slices.Contains(stoppers, role) {
							p := w.invited(role)
							p.must(room.RecordPause{})
							p.must(room.RecordStop{})
						}
					})
				}
			}
		}
	}
	if cells < 300 {
		t.Errorf("only %d cells", cells)
	}
}

// TestWhyNothingCanBeRecorded: refusals, and who is told before they try.
func TestWhyNothingCanBeRecorded(t *testing.T) {
	off := func(w *world) { w.store.ChangeTenant(func(o *tenant.Tenant) { o.Settings.Recording.Off = true }) }
	for name, c := range map[string]struct {
		change func(*meeting.Meeting)
		set    func(*world)
		want   *fault.Error
	}{
		"the organisation": {set: off, want: recording.ErrOff},
		"end to end":       {change: func(m *meeting.Meeting) { m.EndToEnd = true }, want: recording.ErrEndToEnd},
		"the server":       {set: func(w *world) { w.recordings.SetReady(recording.ErrUnavailable) }, want: recording.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			inWith(t, c.change, func(t *testing.T, w *world) {
				early := w.join(access.Owner)
				if c.set != nil {
					if early.recording.Unavailable != "" {
						t.Errorf("told %q before", early.recording.Unavailable)
					}
					c.set(w)
				}
				w.wantErr(early.do(room.RecordStart{}), c.want, "recording")
				pass(1100 * time.Millisecond)
				if early.told(); early.recording.Unavailable != c.want.Code || early.recording.State != room.RecordingOff {
					t.Errorf("told %+v", early.recording)
				}
				if late := w.join(access.Moderator); late.welcome.Recording.Unavailable != c.want.Code {
					t.Errorf("the welcome says %+v", late.welcome.Recording)
				}
				guest := w.join(access.Attendee)
				if guest.welcome.Recording.Unavailable != "" || len(w.recordings.Takes()) > 0 {
					t.Errorf("a guest was told %+v", guest.welcome.Recording)
				}
				for _, e := range early.told() {
					if _, is := e.(room.RecordingSet); is {
						t.Error("told of a recording that was refused")
					}
				}
			})
		})
	}
	t.Run("nobody made any", func(t *testing.T) {
		in(t, func(t *testing.T, w *world) {
			w.stop()
			w.bare = true
			w.start(testKey)
			owner := w.join(access.Owner)
			w.wantErr(owner.do(room.RecordStart{}), recording.ErrUnavailable, "recording")
			w.wantErr(owner.do(room.RecordStop{}), recording.ErrNotRunning, "stopping")
			if owner.welcome.Recording.Unavailable != recording.ErrUnavailable.Code {
				t.Errorf("told %+v", owner.welcome.Recording)
			}
		})
	})
	t.Run("running already", func(t *testing.T) {
		in(t, func(t *testing.T, w *world) {
			owner := w.join(access.Owner)
			owner.record()
			w.wantErr(w.join(access.Moderator).do(room.RecordStart{}), recording.ErrRunning, "a second recording")
		})
	})
	t.Run("it fails", func(t *testing.T) {
		in(t, func(t *testing.T, w *world) {
			owner, guest := w.join(access.Owner), w.join(access.Attendee)
			w.recordings.Fail("begin", recording.ErrUnavailable)
			w.wantErr(owner.do(room.RecordStart{}), recording.ErrUnavailable, "recording")
			owner.told()
			events := guest.told()
			if guest.recording.State != room.RecordingOff || owner.recording.Trouble != recording.ErrUnavailable.Code || guest.recording.Trouble != "" {
				t.Errorf("left with %+v", owner.recording)
			}
			if len(only[room.Joined](events)) != len(only[room.Gone](events)) || len(w.recordings.Evidence())+len(w.actions()) > 0 {
				t.Error("something is left of it")
			}
			w.recordings.Fail("begin", nil)
			if owner.record(); owner.recording.Trouble != "" {
				t.Error("the old trouble is still told")
			}
		})
	})
}

// TestTheSettingsEndARecording: nobody is recorded where it is not allowed any more.
func TestTheSettingsEndARecording(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner := w.join(access.Owner)
		take := owner.record()
		w.store.ChangeTenant(func(o *tenant.Tenant) { o.Settings.Recording.Off = true })
		w.must(w.rooms.Refresh(t.Context(), w.meeting))
		if owner.told(); !take.Scene().Stopped || owner.recording.State != room.RecordingOff || owner.recording.Trouble != recording.ErrOff.Code {
			t.Errorf("%+v", owner.recording)
		}
	})
	in(t, func(t *testing.T, w *world) { // rights follow the settings at once
		owner, presenter := w.join(access.Owner), w.join(access.Presenter)
		w.must(w.store.Change(w.meeting, func(m *meeting.Meeting) { m.Policy.RecordStart, m.Policy.RecordStop = access.Presenter, access.Owner }))
		w.must(w.rooms.Refresh(t.Context(), w.meeting))
		events := presenter.told()
		if r := last[room.RightsSet](t, events).Rights; !slices.Contains(r, access.Record) || slices.Contains(r, access.StopRecord) {
			t.Errorf("rights are %v", r)
		}
		// The policy of attendees does not touch who records.
		owner.must(room.SetPolicy{Policy: access.Policy{RecordStart: access.Presenter, RecordStop: access.Presenter}})
		presenter.record()
		w.wantErr(presenter.do(room.RecordStop{}), room.ErrRight, "stopping")
		owner.must(room.RecordStop{})
	})
}
