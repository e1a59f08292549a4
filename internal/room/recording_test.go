package room_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/consent"
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
