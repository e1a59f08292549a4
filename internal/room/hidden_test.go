package room_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"plenum/internal/access"
	"plenum/internal/meeting"
	"plenum/internal/room"
)

// blind is a meeting in which attendees see only who runs it.
func blind(m *meeting.Meeting) { m.Policy.SeePeople = false }

func ids(seats []room.Seat) []string {
	all := make([]string, len(seats))
	for i, s := range seats {
		all[i] = string(s.ID)
	}
	return all
}

// mentions reports whether anything of the seat is in an event: its id or name.
func mentions(e room.Event, p *person, name string) bool {
	var seats []room.Seat
	switch e := e.(type) {
	case room.Welcome:
		seats = e.Seats
	case room.Joined:
		seats = []room.Seat{e.Seat}
	case room.Changed:
		seats = []room.Seat{e.Seat}
	}
	named := slices.ContainsFunc(seats, func(s room.Seat) bool { return strings.Contains(s.Name.Text(), name) })
	return named || strings.Contains(fmt.Sprintf("%+v", e), string(p.Seat()))
}

func TestHiddenPeopleLeaveNoTrace(t *testing.T) {
	inWith(t, blind, func(t *testing.T, w *world) {
		owner, watcher := w.join(access.Owner), w.join(access.Attendee)
		hidden, err := w.as("Hedda Hidden", nil)
		if err != nil {
			t.Fatal(err)
		}
		owner.must(room.SetExceptions{Seat: hidden.Seat(), Exceptions: access.Exceptions{Deny: []access.Right{access.Speak}}})
		hidden.must(room.HandRaise{})
		hidden.must(room.ShareStart{})
		hidden.must(room.ShareStop{Seat: hidden.Seat()})
		hidden.must(room.Rename{Seat: hidden.Seat(), Name: "Hedda H."})
		owner.must(room.Spotlight{Seat: hidden.Seat()})
		owner.must(room.HandsLower{})
		owner.must(room.Mute{Seat: hidden.Seat()})
		hidden.Lost()
		synctest.Wait()
		hidden = hidden.back()
		again := watcher.back()
		if got := ids(again.welcome.Seats); !slices.Equal(got, []string{string(owner.Seat()), string(watcher.Seat())}) {
			t.Errorf("the welcome lists %v", got)
		}
		if again.welcome.Spotlight != "" {
			t.Error("the spotlight points to somebody hidden")
		}
		hidden.must(room.Leave{})
		for _, e := range append(append([]room.Event{again.welcome}, watcher.told()...), again.told()...) {
			if mentions(e, hidden, "Hedda") {
				t.Errorf("%T tells of the hidden: %+v", e, e)
			}
		}
		if n := len(only[room.Joined](owner.told())); n != 2 {
			t.Errorf("the owner was told of %d newcomers", n)
		}
		if g := w.media.Grants(again.Seat()); g.SeesAll || g.Seen {
			t.Errorf("at the SFU %+v", g)
		}
	})
}

func TestTheListFollowsTheRight(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, presenter := w.join(access.Owner), w.join(access.Presenter)
		a, b := w.join(access.Attendee), w.join(access.Attendee)
		list := func(p *person) []string { return p.list(t) }
		everybody := []string{string(owner.Seat()), string(presenter.Seat()), string(a.Seat()), string(b.Seat())}
		for _, p := range []*person{owner, presenter, a, b} {
			p.told() // forget what was before
			p.seats = slices.Clone(everybody)
		}
		without := func(who *person) []string {
			return slices.DeleteFunc(slices.Clone(everybody), func(s string) bool { return s == string(who.Seat()) })
		}
		check := func(when string, want map[*person][]string) {
			t.Helper()
			for p, seats := range want {
				got := list(p)
				slices.Sort(got)
				slices.Sort(seats)
				if !slices.Equal(got, seats) {
					t.Errorf("%s: %v is listed, want %v", when, got, seats)
				}
			}
		}
		check("open", map[*person][]string{owner: everybody, presenter: everybody, a: everybody, b: everybody})
		policy := access.DefaultPolicy()
		policy.SeePeople = false
		owner.must(room.SetPolicy{Policy: policy})
		check("closed", map[*person][]string{owner: everybody, presenter: everybody, a: without(b), b: without(a)})
		owner.must(room.SetExceptions{Seat: a.Seat(), Exceptions: access.Exceptions{Allow: []access.Right{access.SeePeople}}})
		check("but for one", map[*person][]string{a: everybody, b: without(a)})
		owner.must(room.SetRole{Seat: a.Seat(), Role: access.Presenter})
		check("one runs it", map[*person][]string{a: everybody, b: everybody})
		owner.must(room.SetRole{Seat: a.Seat(), Role: access.Attendee})
		check("and not any more", map[*person][]string{b: without(a), presenter: everybody})
		owner.must(room.SetRole{Seat: b.Seat(), Role: access.Moderator})
		check("one moderates", map[*person][]string{a: everybody, b: everybody})
		owner.must(room.SetRole{Seat: b.Seat(), Role: access.Viewer})
		owner.must(room.SetPolicy{Policy: access.DefaultPolicy()})
		check("open again", map[*person][]string{owner: everybody, presenter: everybody, a: everybody, b: everybody})
	})
}

// list keeps the ids of whom a client would show, by what it is told.
func (p *person) list(t *testing.T) []string {
	t.Helper()
	for _, e := range p.told() {
		switch e := e.(type) {
		case room.Joined:
			if slices.Contains(p.seats, string(e.Seat.ID)) {
				t.Errorf("%s joined twice", e.Seat.ID)
			}
			p.seats = append(p.seats, string(e.Seat.ID))
		case room.Changed:
			if !slices.Contains(p.seats, string(e.Seat.ID)) {
				t.Errorf("%s changed and is not listed", e.Seat.ID)
			}
		case room.Gone:
			if !slices.Contains(p.seats, string(e.Seat)) {
				t.Errorf("%s left and is not listed", e.Seat)
			}
			p.seats = slices.DeleteFunc(p.seats, func(s string) bool { return s == string(e.Seat) })
		}
	}
	return slices.Clone(p.seats)
}

func TestExceptions(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, p, other := w.join(access.Owner), w.join(access.Attendee), w.join(access.Attendee)
		kept := p.resume
		for _, x := range []*person{owner, p, other} {
			x.told()
		}
		no := access.Exceptions{Deny: []access.Right{access.Chat, access.ShowCamera}}
		owner.must(room.SetExceptions{Seat: p.Seat(), Exceptions: no})
		events := p.told()
		if r := last[room.RightsSet](t, events); slices.Contains(r.Rights, access.Chat) || !slices.Contains(r.Rights, access.Speak) {
			t.Errorf("rights are %v", r.Rights)
		}
		if s := last[room.Stopped](t, events); s.What != access.Camera {
			t.Errorf("stopped was %s", s.What)
		}
		w.wantErr(p.do(room.ChatSend{Text: "x"}), room.ErrRight, "chat without the right")
		if g := w.media.Grants(p.Seat()); g.Camera || !g.Microphone {
			t.Errorf("at the SFU %+v", g)
		}
		if c := last[room.Changed](t, owner.told()); !c.Seat.Exceptions.Equal(access.Exceptions{Deny: []access.Right{access.ShowCamera, access.Chat}}) {
			t.Errorf("the owner sees %+v", c.Seat.Exceptions)
		}
		for _, c := range append(only[room.Changed](other.told()), only[room.Changed](events)...) {
			if !c.Seat.Exceptions.Empty() {
				t.Errorf("the others see %+v", c.Seat.Exceptions)
			}
		}
		other.must(room.ChatSend{Text: "still may"})

		// A restart gives nothing back.
		w.restart()
		_, err := w.connect(room.Credential{Resume: kept})
		w.wantErr(err, room.ErrResume, "a token from before")
		back := p.back()
		w.wantErr(back.do(room.ChatSend{Text: "x"}), room.ErrRight, "chat after a restart")
		owner = owner.back()
		owner.must(room.SetExceptions{Seat: p.Seat(), Exceptions: access.Exceptions{}})
		back.must(room.ChatSend{Text: "may again"})

		owner.must(room.SetPolicy{})
		owner.must(room.SetExceptions{Seat: p.Seat(), Exceptions: access.Exceptions{Allow: []access.Right{access.Speak}}})
		synctest.Wait()
		if g := w.media.Grants(p.Seat()); !g.Microphone || g.Camera {
			t.Errorf("at the SFU %+v", g)
		}
		w.wantErr(owner.do(room.SetExceptions{Seat: p.Seat(), Exceptions: access.Exceptions{Allow: []access.Right{access.Remove}}}), room.ErrExceptions, "giving what no policy gives")
		w.wantErr(owner.do(room.SetExceptions{Seat: owner.Seat(), Exceptions: no}), room.ErrExceptions, "binding an owner")
	})
}

// TestRemovedRowsAreBounded: a moderator who plays with roles all day leaves no
// more than nine rows for each seat.
func TestRemovedRowsAreBounded(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, p := w.join(access.Owner), w.join(access.Attendee)
		for range 200 {
			owner.must(room.SetRole{Seat: p.Seat(), Role: access.Moderator})
			owner.must(room.SetRole{Seat: p.Seat(), Role: access.Attendee})
			owner.must(room.SetExceptions{Seat: p.Seat(), Exceptions: access.Exceptions{Deny: []access.Right{access.Chat}}})
			owner.must(room.SetExceptions{Seat: p.Seat()})
			owner.told()
			p.told()
		}
		rows, err := w.store.RemovedSeats(t.Context(), w.meeting)
		if err != nil || len(rows) > 8 {
			t.Errorf("%d rows, %v", len(rows), err)
		}
		owner.must(room.SetRole{Seat: p.Seat(), Role: access.Moderator})
		p.told()
		if back := p.back(); seatOf(back).Role != access.Moderator {
			t.Errorf("came back to a room that remembers as %s", seatOf(back).Role)
		} else {
			p = back
		}
		w.restart() // nobody needs to take back what is not promised any more
		if back := p.back(); seatOf(back).Role != access.Viewer {
			t.Errorf("came back after a restart as %s", seatOf(back).Role)
		}
	})
}

func TestRename(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, p := w.join(access.Owner), w.join(access.Attendee)
		old := p.resume
		p.must(room.Rename{Seat: p.Seat(), Name: "  Ada   Lovelace "})
		if c := last[room.Changed](t, owner.told()); c.Seat.Name != "Ada Lovelace" {
			t.Errorf("renamed to %q", c.Seat.Name.Text())
		}
		owner.must(room.Rename{Seat: p.Seat(), Name: "Ada"})
		p.told()
		w.restart()
		_, err := w.connect(room.Credential{Resume: old})
		w.wantErr(err, room.ErrResume, "with the old name")
		if me := seatOf(p.back()); me.Name != "Ada" {
			t.Errorf("came back as %q", me.Name.Text())
		}
	})
}
