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
	"plenum/internal/id"
	"plenum/internal/recording"
	"plenum/internal/room"
	"plenum/internal/tenant"
)

// consentOf is what p was last told of another's answer.
func consentOf(t *testing.T, p *person, seat id.Seat) consent.Answer {
	t.Helper()
	changed := slices.DeleteFunc(only[room.Changed](p.told()), func(c room.Changed) bool { return c.Seat.ID != seat })
	if len(changed) == 0 {
		t.Fatalf("nothing was told of %s", seat)
	}
	return changed[len(changed)-1].Seat.Consent
}

// TestAnAnswerAndItsWithdrawal: what a person says, what is recorded of it, who is
// told, what is kept.
func TestAnAnswerAndItsWithdrawal(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, guest, other := w.join(access.Owner), w.join(access.Attendee), w.join(access.Attendee)
		take := owner.record()
		w.must(guest.no())
		if got := consentOf(t, owner, guest.Seat()); got != consent.No {
			t.Errorf("the owner was told %q", got)
		}
		w.must(guest.no()) // says nothing new
		w.must(guest.yes())
		if guest.told(); guest.consent != consent.Yes {
			t.Errorf("told %q", guest.consent)
		}
		if got := consentOf(t, owner, guest.Seat()); got != consent.Yes {
			t.Errorf("the owner was told %q", got)
		}
		w.must(guest.yes())
		w.must(guest.do(room.Rename{Seat: guest.Seat(), Name: "Grace"}))
		w.must(other.do(room.Rename{Seat: other.Seat(), Name: "Nobody"}))
		if names := take.Scene().Names; len(names) != 1 || names[guest.Seat()] != "Grace" {
			t.Errorf("names are %v", names)
		}
		w.must(guest.no())
		if len(take.Consents()) > 0 {
			t.Error("still recorded")
		}
		synctest.Wait()
		want := []consent.Answer{consent.Asked, consent.No, consent.Yes, consent.Withdrawn}
		if got := w.answers(guest.Seat()); !slices.Equal(got, want) {
			t.Errorf("kept is %v, want %v", got, want)
		}
		wantActions := []audit.Action{audit.RecordingStarted, audit.ConsentRefused, audit.ConsentGiven, audit.ConsentWithdrawn}
		if got := w.actions(); !slices.Equal(got, wantActions) {
			t.Errorf("the audit has %v", got)
		}
		// Others who do not moderate learn nothing of it, not even that there was something.
		for _, e := range other.told() {
			if c, is := e.(room.Changed); is && (c.Seat.Consent != "" || c.Seat.ID == guest.Seat() && c.Seat.Name != "Grace") {
				t.Errorf("another guest was told %+v", c)
			}
		}
		if changed := only[room.Changed](other.told()); len(changed) > 0 {
			t.Errorf("another guest was told %v", changed)
		}
		for _, s := range other.back().welcome.Seats {
			if s.Consent != "" {
				t.Errorf("another guest's welcome says %+v", s)
			}
		}
		again := owner.back()
		at := slices.IndexFunc(again.welcome.Seats, func(s room.Seat) bool { return s.ID == guest.Seat() })
		if again.welcome.Seats[at].Consent != consent.No {
			t.Errorf("the owner's welcome says %+v", again.welcome.Seats[at])
		}
	})
}

// TestTheWordsThatWereShown: only an answer to the present words counts as a yes;
// a no always counts.
func TestTheWordsThatWereShown(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.store.ChangeTenant(func(o *tenant.Tenant) {
			o.Settings.Recording.Consent = consent.Words{Version: 7, Texts: map[string]string{"de": "Dürfen wir?"}}
		})
		owner, guest := w.join(access.Owner), w.join(access.Attendee)
		take := owner.record()
		for _, c := range []struct {
			language string
			version  int
			yes      bool
			want     error
		}{
			{"de", 6, true, room.ErrQuestion},
			{"de", 0, true, room.ErrQuestion},
			{"de", 8, true, room.ErrQuestion},
			{"en", 7, true, room.ErrQuestion}, // in the program's own words
			{"pt", 0, true, room.ErrCommand},
			{"", 0, true, room.ErrCommand},
			{"DE", 7, true, room.ErrCommand},
			{"de", 7, true, nil},
			{"de", 6, false, nil},
			{"nl", 0, true, nil},
		} {
			err := guest.do(room.Consent{Recording: take.Order.ID, Yes: c.yes, Version: c.version, Language: c.language})
			if !errors.Is(err, c.want) {
				t.Errorf("%+v: %v", c, err)
			}
			if recorded := len(take.Consents()) == 1; recorded != (err == nil && c.yes) {
				t.Errorf("after %+v recorded is %v", c, recorded)
			}
		}
		w.wantErr(guest.do(room.Consent{Recording: take.Order.ID, Yes: true, Past: true, Version: 7, Language: "de"}), room.ErrCommand, "a yes for the past")
		w.wantErr(guest.do(room.Consent{Recording: id.New[id.Recording](), Yes: true, Version: 7, Language: "de"}), recording.ErrNotRunning, "a yes to another recording")
		w.wantErr(guest.do(room.Consent{Yes: true, Version: 7, Language: "de"}), recording.ErrNotRunning, "a yes to none")
		e := w.recordings.Evidence()
		if yes := e[len(e)-1]; yes.Version != 0 || yes.Language != "nl" {
			t.Errorf("kept is %+v", yes)
		}
	})
}

// TestWhatIsPast can be taken back where the organisation says so, once, by
// whoever was in it.
func TestWhatIsPast(t *testing.T) {
	for _, erasable := range []bool{false, true} {
		in(t, func(t *testing.T, w *world) {
			w.store.ChangeTenant(func(o *tenant.Tenant) { o.Settings.Recording.Erasable = erasable })
			owner, guest := w.join(access.Owner), w.join(access.Attendee)
			take := owner.record()
			guest.told()
			past := room.Consent{Recording: take.Order.ID, Language: "en", Past: true}
			guest.must(past) // of nothing
			w.must(guest.yes())
			w.must(guest.no())
			guest.must(past) // thinks better of it
			guest.must(past)
			synctest.Wait()
			want := []consent.Answer{consent.Asked, consent.No, consent.Yes, consent.Withdrawn}
			if erasable {
				want = append(want, consent.Erased)
			}
			if got := w.answers(guest.Seat()); !slices.Equal(got, want) {
				t.Errorf("erasable %v: kept is %v, want %v", erasable, got, want)
			}
		})
	}
}

// TestAnAnswerThatCannotBeKept: a yes is void, and the person is told; a no holds
// at once, and is kept when that is possible again.
func TestAnAnswerThatCannotBeKept(t *testing.T) {
	full := errors.New("no space left")
	in(t, func(t *testing.T, w *world) {
		owner, guest, other := w.join(access.Owner), w.join(access.Attendee), w.join(access.Attendee)
		take := owner.record()
		w.must(guest.yes())
		w.recordings.Fail("answers", full)
		err := other.yes()
		w.wantErr(err, room.ErrUnkept, "a yes that cannot be kept")
		if events := other.told(); last[room.Consented](t, events).Answer != consent.Asked {
			t.Errorf("told %v", events)
		}
		w.must(guest.no())
		if len(take.Consents()) > 0 {
			t.Error("recorded although nothing could be kept")
		}
		late := w.join(access.Attendee)
		if late.welcome.Consent != consent.Asked {
			t.Error("a late one was not asked")
		}
		pass(time.Minute)
		w.recordings.Fail("answers", nil)
		pass(6 * time.Second)
		want := []consent.Answer{consent.Asked, consent.Yes, consent.Withdrawn}
		if got := w.answers(guest.Seat()); !slices.Equal(got, want) {
			t.Errorf("kept is %v, want %v", got, want)
		}
		if got := w.answers(late.Seat()); !slices.Equal(got, []consent.Answer{consent.Asked}) {
			t.Errorf("of the late one is kept %v", got)
		}
		if got := w.answers(other.Seat()); slices.Contains(got, consent.Yes) {
			t.Errorf("of the other is kept %v", got)
		}
		w.must(other.yes())
		if !slices.Equal(take.Consents(), []id.Seat{other.Seat()}) {
			t.Error("a yes was not taken afterwards")
		}
	})
}

// TestWhoComesAndGoes: a kept seat keeps its answer, who comes anew is asked anew,
// and nobody is recorded who is not there.
func TestWhoComesAndGoes(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, guest := w.join(access.Owner), w.join(access.Attendee)
		take := owner.record()
		w.must(guest.yes())
		guest.Lost()
		pass(30 * time.Second)
		if len(take.Consents()) != 1 {
			t.Error("an answer was lost with the connection")
		}
		guest = guest.back()
		if guest.welcome.Consent != consent.Yes || guest.recording.State != room.RecordingOn {
			t.Errorf("came back to %q, %+v", guest.welcome.Consent, guest.recording)
		}
		guest.Lost()
		pass(62 * time.Second)
		if len(take.Consents()) != 0 {
			t.Error("somebody who is gone is recorded")
		}
		guest = guest.back() // to a seat that was not kept
		if guest.welcome.Consent != consent.Asked {
			t.Errorf("came back to %q", guest.welcome.Consent)
		}
		w.must(guest.yes())
		owner.must(room.Remove{Seat: guest.Seat()})
		if len(take.Consents()) != 0 {
			t.Error("somebody who was removed is recorded")
		}
		again := w.join(access.Attendee)
		if again.welcome.Consent != consent.Asked {
			t.Errorf("a newcomer has %q", again.welcome.Consent)
		}
		w.must(again.yes())
		again.must(room.Leave{})
		if len(take.Consents()) != 0 {
			t.Error("somebody who left is recorded")
		}
		owner.must(room.RecordStop{})
		if late := w.join(access.Attendee); late.welcome.Consent != "" || late.recording.State != room.RecordingOff {
			t.Errorf("after the recording: %+v", late.recording)
		}
	})
}

// TestANewRecordingAsksAnew: a yes is for one recording.
func TestANewRecordingAsksAnew(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, guest := w.join(access.Owner), w.join(access.Attendee)
		first := owner.record()
		w.must(guest.yes())
		owner.must(room.RecordStop{})
		second := owner.record()
		if guest.told(); guest.consent != consent.Asked || len(second.Consents()) > 0 || first.Order.ID == second.Order.ID {
			t.Errorf("asked anew: %q, recorded %v", guest.consent, second.Consents())
		}
		w.must(guest.no())
		synctest.Wait()
		want := []consent.Answer{consent.Asked, consent.Yes, consent.Asked, consent.No}
		if got := w.answers(guest.Seat()); !slices.Equal(got, want) {
			t.Errorf("kept is %v, want %v", got, want)
		}
	})
}

// TestAnotherPageOfThePerson has the answer that the first one gave.
func TestAnotherPageOfThePerson(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, guest := w.join(access.Owner), w.join(access.Attendee)
		take := owner.record()
		guest.told()
		release := w.recordings.Block("answers")
		said := make(chan error, 1)
		go func() { said <- guest.say(true) }()
		synctest.Wait()
		second := guest.back()
		if second.welcome.Consent != consent.Asked {
			t.Errorf("the second page was told %q", second.welcome.Consent)
		}
		w.wantErr(second.say(true), room.ErrRate, "a yes while one is being kept")
		release()
		w.must(<-said)
		if second.told(); second.consent != consent.Yes || len(take.Consents()) != 1 {
			t.Errorf("the second page was told %q", second.consent)
		}
		if third := second.back(); third.welcome.Consent != consent.Yes {
			t.Errorf("the third page was told %q", third.welcome.Consent)
		}
	})
}

// TestANoOvertakesAYes: taken back, left or removed while the yes is being kept,
// nobody is recorded for a moment.
func TestANoOvertakesAYes(t *testing.T) {
	for name, change := range map[string]func(w *world, owner, guest *person) error{
		"no":     func(_ *world, _, guest *person) error { return guest.back().say(false) },
		"leave":  func(_ *world, _, guest *person) error { return guest.do(room.Leave{}) },
		"remove": func(_ *world, owner, guest *person) error { return owner.do(room.Remove{Seat: guest.Seat()}) },
		"stop":   func(_ *world, owner, _ *person) error { return owner.do(room.RecordStop{}) },
		"again": func(_ *world, owner, _ *person) error {
			return errors.Join(owner.do(room.RecordStop{}), owner.do(room.RecordStart{}))
		},
		"lost": func(_ *world, _, guest *person) error {
			guest.Lost()
			pass(61 * time.Second)
			return nil
		},
		"lost and back": func(_ *world, _, guest *person) error {
			guest.Closed()
			pass(14 * time.Second)
			guest.back()
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				owner, guest := w.join(access.Owner), w.join(access.Attendee)
				owner.record()
				guest.told()
				release := w.recordings.Block("answers")
				said := make(chan error, 1)
				go func() { said <- guest.say(true) }()
				synctest.Wait()
				if name == "again" {
					go func() { pass(time.Second); release() }()
				}
				w.must(change(w, owner, guest))
				release()
				<-said
				synctest.Wait()
				for _, take := range w.recordings.Takes() {
					if got := take.Consents(); len(got) > 0 {
						t.Errorf("recorded are %v", got)
					}
				}
				kept := w.answers(guest.Seat())
				if len(kept) >= 2 && kept[1] == consent.Yes && name == "no" && !slices.Equal(kept[2:], []consent.Answer{consent.Withdrawn}) {
					t.Errorf("kept is %v", kept)
				}
			})
		})
	}
}

// TestWithdrawnElsewhere: who withdraws on another page than the meeting's is in
// no recording of it any more.
func TestWithdrawnElsewhere(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner := w.join(access.Owner)
		ada := w.store.AddUser("Ada", "ada@example.org", nil)
		p, err := w.as("Ada", func(c *room.Caller) { c.User = &ada })
		w.must(err)
		take := owner.record()
		w.must(p.yes())
		w.must(w.rooms.Withdraw(t.Context(), w.meeting, id.New[id.Recording](), ada.ID))
		if len(take.Consents()) != 1 {
			t.Error("another recording's withdrawal counted")
		}
		kept := len(w.recordings.Evidence())
		w.must(w.rooms.Withdraw(t.Context(), w.meeting, take.Order.ID, ada.ID))
		if p.told(); len(take.Consents()) != 0 || p.consent != consent.No || len(w.recordings.Evidence()) != kept {
			t.Errorf("told %q", p.consent)
		}
		w.must(w.rooms.Withdraw(t.Context(), id.New[id.Meeting](), take.Order.ID, ada.ID))
	})
}

// TestEveryoneAtOnce: a full room is asked, and answers, in a few writes.
func TestEveryoneAtOnce(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner := w.join(access.Owner)
		people := make([]*person, 0, 300)
		for range cap(people) {
			people = append(people, w.join(access.Attendee))
		}
		owner.told()
		take := owner.record()
		release := w.recordings.Block("answers")
		before := w.recordings.Calls()
		all := make(chan error, len(people))
		for _, p := range people {
			p.told()
			go func() { all <- p.say(true) }()
		}
		synctest.Wait()
		release()
		for range people {
			w.must(<-all)
		}
		if n := len(take.Consents()); n != len(people) {
			t.Errorf("%d are recorded", n)
		}
		if n := w.recordings.Calls() - before; n > 3 {
			t.Errorf("%d writes", n)
		}
	})
}

// TestNobodySaysYesForEver: each yes costs a write.
func TestNobodySaysYesForEver(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, guest := w.join(access.Owner), w.join(access.Attendee)
		take := owner.record()
		limited := false
		for range 10 {
			err := guest.yes()
			if limited = limited || errors.Is(err, room.ErrRate); limited {
				break
			}
			w.must(err)
			w.must(guest.no())
			if len(take.Consents()) > 0 {
				t.Fatal("a no did not count")
			}
		}
		if !limited {
			t.Error("ten times yes and no, and no limit")
		}
	})
}
