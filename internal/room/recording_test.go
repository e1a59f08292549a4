package room_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/consent"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/recording"
	"plenum/internal/room"
	"plenum/internal/room/roomtest"
	"plenum/internal/tenant"
)

// record begins a recording, and returns it when it is on.
func (p *person) record() *roomtest.Take {
	p.w.t.Helper()
	p.must(room.RecordStart{})
	p.told()
	if p.recording.State != room.RecordingOn {
		p.w.t.Fatalf("the recording is %s", p.recording.State)
	}
	return p.w.take()
}

// take is the newest recording.
func (w *world) take() *roomtest.Take {
	w.t.Helper()
	takes := w.recordings.Takes()
	if len(takes) == 0 {
		w.t.Fatal("nothing began")
	}
	return takes[len(takes)-1]
}

// yes and no answer the question as p was told it, in English.
func (p *person) yes() error {
	p.told()
	return p.say(true)
}

func (p *person) no() error {
	p.told()
	return p.say(false)
}

func (p *person) say(yes bool) error {
	return p.do(room.Consent{Recording: p.recording.ID, Yes: yes, Version: p.version(), Language: "en"})
}

func (p *person) version() int {
	if q := p.recording.Question; q != nil && q.Words.Texts["en"] != "" {
		return q.Words.Version
	}
	return 0
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// actions lists what the audit has of recordings and consent.
func (w *world) actions() []audit.Action {
	var all []audit.Action
	for _, e := range w.store.Entries() {
		if e.Subject.Kind == audit.Recorded {
			all = append(all, e.Action)
		}
	}
	return all
}

// answers lists what was kept of a seat.
func (w *world) answers(seat id.Seat) []consent.Answer {
	var all []consent.Answer
	for _, e := range w.recordings.Evidence() {
		if e.Seat == seat {
			all = append(all, e.Answer)
		}
	}
	return all
}

// TestARecordingFromBeginningToEnd: who is told what and when, and what is kept.
func TestARecordingFromBeginningToEnd(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.recordings.Absent()
		words := consent.Words{Version: 3, Texts: map[string]string{"en": "May we?"}}
		w.store.ChangeTenant(func(o *tenant.Tenant) { o.Settings.Recording.Consent, o.Settings.Recording.Erasable = words, true })
		must := w.must
		must(w.store.Change(w.meeting, func(m *meeting.Meeting) { m.Recording = recording.DefaultSettings() }))
		owner := w.join(access.Owner)
		viewer := w.join(access.Viewer)
		begun := time.Now()
		owner.must(room.RecordStart{Layout: recording.Grid})

		for who, p := range map[string]*person{"the owner": owner, "the viewer": viewer} {
			events := p.told()
			r := last[room.RecordingSet](t, events).Recording
			if r.State != room.RecordingStarting || r.ID == "" || r.By != owner.Seat() || r.Layout != recording.Grid || r.Elapsed != 0 ||
				r.Since.Sub(begun).Abs() > time.Millisecond || r.Question == nil || !r.Question.Erasable || r.Question.Words.Texts["en"] != "May we?" {
				t.Errorf("%s was told %+v", who, r)
			}
			joined := last[room.Joined](t, events).Seat
			if joined.Machine != room.Recorder || joined.Name != "" || joined.Guest {
				t.Errorf("%s sees %+v", who, joined)
			}
			if c := last[room.Consented](t, events); c.Answer != consent.Asked {
				t.Errorf("%s was told %q", who, c.Answer)
			}
		}
		take := w.take()
		o := take.Order
		if o.ID != owner.recording.ID || o.Meeting != w.meeting || o.Tenant != w.store.TenantID() || o.Sitting == "" || o.By != "" ||
			o.Title != "Budget" || o.Settings.Layout != recording.Grid || !o.Settings.Names || o.Recorder == "" {
			t.Errorf("ordered was %+v", o)
		}
		if got := w.recordings.Evidence(); len(got) != 2 || got[0].Answer != consent.Asked || got[1].Answer != consent.Asked || got[0].Name != "" {
			t.Errorf("kept is %+v", got)
		}

		take.Come()
		if owner.told(); owner.recording.State != room.RecordingOn {
			t.Errorf("with the recorder there it is %s", owner.recording.State)
		}
		if g := w.media.Grants(o.Recorder); g != (access.Grants{SeesAll: true}) {
			t.Errorf("the recorder's grants are %+v", g)
		}
		must(viewer.yes())
		if got := take.Consents(); !slices.Equal(got, []id.Seat{viewer.Seat()}) || take.Scene().Names[viewer.Seat()] != "A viewer" {
			t.Errorf("recorded are %v", got)
		}
		if e := w.recordings.Evidence()[2]; e.Answer != consent.Yes || e.Name != "A viewer" || e.Version != 3 || e.Language != "en" || e.Recording != o.ID {
			t.Errorf("kept is %+v", e)
		}
		pass(10 * time.Second)
		owner.must(room.RecordPause{})
		pass(5 * time.Second)
		if owner.told(); owner.recording.State != room.RecordingPaused || owner.recording.Elapsed != 10*time.Second || !take.Scene().Paused {
			t.Errorf("paused: %+v", owner.recording)
		}
		w.wantErr(owner.do(room.RecordChapter{Title: "x"}), recording.ErrNotRunning, "a chapter in a pause")
		owner.must(room.RecordPause{}) // again
		owner.must(room.RecordResume{})
		owner.must(room.RecordResume{})
		pass(5 * time.Second)
		owner.must(room.RecordChapter{Title: "Item 2"})
		owner.must(room.RecordLayout{Layout: recording.Share})
		owner.must(room.Spotlight{Seat: owner.Seat()})
		if viewer.told(); viewer.recording.Elapsed != 15*time.Second || viewer.recording.Layout != recording.Share || viewer.recording.State != room.RecordingOn {
			t.Errorf("gone on: %+v", viewer.recording)
		}
		owner.must(room.RecordLayout{}) // as the meeting says
		scene := take.Scene()
		if scene.Layout != recording.Speaker || scene.Spotlight != owner.Seat() || len(scene.Chapters) != 1 || scene.Paused || scene.Stopped {
			t.Errorf("the scene is %+v", scene)
		}

		owner.must(room.RecordStop{})
		events := viewer.told()
		if r := last[room.RecordingSet](t, events).Recording; r.State != room.RecordingOff || r.ID != "" || r.By != owner.Seat() || r.Question != nil {
			t.Errorf("off: %+v", r)
		}
		if g := last[room.Gone](t, events); g.Seat != o.Recorder {
			t.Errorf("%s is gone", g.Seat)
		}
		if !take.Scene().Stopped || !slices.Contains(w.media.Notes(), "remove "+string(o.Recorder)) {
			t.Error("the recorder is still there")
		}
		w.wantErr(viewer.do(room.Consent{Recording: o.ID, Yes: true, Version: 3, Language: "en"}), recording.ErrNotRunning, "a yes afterwards")
		w.wantErr(take.Token(t.Context()), recording.ErrNotRunning, "the recorder coming back afterwards")
		w.wantErr(owner.do(room.RecordStop{}), recording.ErrNotRunning, "stopping twice")
		want := []audit.Action{audit.RecordingStarted, audit.ConsentGiven, audit.RecordingPaused, audit.RecordingResumed, audit.RecordingStopped}
		if got := w.actions(); !slices.Equal(got, want) {
			t.Errorf("the audit has %v", got)
		}
	})
}

// TestTheDoorSaysThatOneWillBeAsked: whoever comes later knows it before.
func TestTheDoorSaysThatOneWillBeAsked(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		want := func(recorded bool, when string) {
			t.Helper()
			door, err := w.rooms.Door(t.Context(), w.caller(nil))
			w.must(err)
			if door.Recorded != recorded {
				t.Errorf("%s the door says recorded %v", when, door.Recorded)
			}
		}
		want(false, "before anybody came")
		owner := w.join(access.Owner)
		want(false, "before the recording")
		owner.record()
		want(true, "during the recording")
		owner.must(room.RecordPause{})
		want(true, "while it is paused")
		owner.must(room.RecordStop{})
		want(false, "after the recording")
	})
}

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

// TestTheRecorderIsNobody: it is listed for everybody, and nothing can be done to
// it nor because of it.
func TestTheRecorderIsNobody(t *testing.T) {
	hiding := func(m *meeting.Meeting) { m.Policy.SeePeople = false }
	inWith(t, hiding, func(t *testing.T, w *world) {
		owner, guest := w.join(access.Owner), w.join(access.Attendee)
		pass(time.Second)
		take := owner.record()
		recorder := take.Order.Recorder
		if joined := only[room.Joined](guest.told()); len(joined) != 1 || joined[0].Seat.ID != recorder {
			t.Errorf("a guest is told of %v", joined)
		}
		pass(time.Second)
		late := w.join(access.Attendee)
		ids := make([]id.Seat, 0, 3)
		for _, s := range late.welcome.Seats {
			ids = append(ids, s.ID)
		}
		if want := []id.Seat{owner.Seat(), recorder, late.Seat()}; !slices.Equal(ids, want) {
			t.Errorf("the late one sees %v, want %v", ids, want)
		}
		for _, c := range []room.Command{
			room.Remove{Seat: recorder},
			room.Remove{Seat: recorder, Ban: true},
			room.Mute{Seat: recorder},
			room.CameraStop{Seat: recorder},
			room.ShareStop{Seat: recorder},
			room.AskUnmute{Seat: recorder},
			room.SetRole{Seat: recorder, Role: access.Owner},
			room.Rename{Seat: recorder, Name: "x"},
			room.Spotlight{Seat: recorder},
			room.HandLower{Seat: recorder},
			room.ChatSend{To: recorder, Text: "hello"},
			room.SetExceptions{Seat: recorder},
		} {
			w.wantErr(owner.do(c), room.ErrSeat, fmt.Sprintf("%T", c))
		}
		if n := w.rooms.People(w.meeting); n != 3 {
			t.Errorf("%d people", n)
		}
		if held := w.media.Grants(recorder); held.Microphone || held.Camera || held.Screen || held.Seen {
			t.Errorf("the recorder may send: %+v", held)
		}
		for _, p := range []*person{owner, guest, late} {
			p.must(room.Leave{})
		}
		pass(28 * time.Second)
		if take.Scene().Stopped {
			t.Error("stopped too early")
		}
		pass(4 * time.Second)
		if !take.Scene().Stopped {
			t.Error("nobody is there, and it goes on")
		}
	})
}

// TestComingBackWithinTheHalfMinute: a room that was empty for a moment goes on.
func TestComingBackWithinTheHalfMinute(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner := w.join(access.Owner)
		take := owner.record()
		owner.must(room.Leave{})
		pass(25 * time.Second)
		again := w.join(access.Owner)
		pass(25 * time.Second)
		again.must(room.Leave{})
		pass(25 * time.Second)
		if take.Scene().Stopped {
			t.Error("it was stopped")
		}
		if late := w.join(access.Attendee); late.welcome.Recording.State != room.RecordingOn || late.welcome.Consent != consent.Asked {
			t.Errorf("a late one was welcomed with %+v", late.welcome.Recording)
		}
	})
}

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

// TestAnOverlongTitleIsNone goes through what a chapter can be called.
func TestAnOverlongTitleIsNone(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner := w.join(access.Owner)
		w.wantErr(owner.do(room.RecordChapter{Title: "x"}), recording.ErrNotRunning, "a chapter of nothing")
		w.wantErr(owner.do(room.RecordLayout{Layout: recording.Grid}), recording.ErrNotRunning, "a layout of nothing")
		w.wantErr(owner.do(room.RecordResume{}), recording.ErrNotRunning, "going on with nothing")
		take := owner.record()
		for _, bad := range []string{"", "  ", string(make([]byte, 101))} {
			if err := owner.do(room.RecordChapter{Title: bad}); err == nil {
				t.Errorf("%q was taken", bad)
			}
		}
		limited := 0
		for range 20 {
			if errors.Is(owner.do(room.RecordChapter{Title: "Next"}), room.ErrRate) {
				limited++
			}
		}
		if n := len(take.Scene().Chapters); n+limited != 20 || limited < 10 {
			t.Errorf("%d chapters, %d too many", n, limited)
		}
	})
}
