package room_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"plenum/internal/access"
	"plenum/internal/chat"
	"plenum/internal/meeting"
	"plenum/internal/room"
)

func texts(messages []chat.Message) []string {
	all := make([]string, len(messages))
	for i, m := range messages {
		all[i] = m.Text
	}
	return all
}

func TestPrivateMessages(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, a, b, c := w.join(access.Owner), w.join(access.Attendee), w.join(access.Attendee), w.join(access.Attendee)
		a.must(room.ChatSend{Text: "to all"})
		a.must(room.ChatSend{To: b.Seat(), Text: "only you"})
		said := last[room.Said](t, b.told()).Message
		if said.Text != "only you" || said.To != b.Seat() || said.ToName != "A attendee" || said.Seat != a.Seat() {
			t.Errorf("b was told %+v", said)
		}
		if mine := last[room.Said](t, a.told()).Message; mine != said {
			t.Errorf("a was told %+v", mine)
		}
		for _, other := range []*person{owner, c} {
			for _, s := range only[room.Said](other.told()) {
				if s.Message.To != "" {
					t.Errorf("somebody else was told %+v", s.Message)
				}
			}
		}
		for p, want := range map[*person][]string{owner: {"to all"}, a: {"to all", "only you"}, b: {"to all", "only you"}, c: {"to all"}} {
			again := p.back()
			if got := texts(again.welcome.Chat); !slices.Equal(got, want) {
				t.Errorf("the welcome has %v, want %v", got, want)
			}
		}
		owner, a, b, c = owner.again(), a.again(), b.again(), c.again()
		// To everybody else it is as if it were not there.
		w.wantErr(owner.do(room.ChatDelete{Message: said.ID}), chat.ErrUnknown, "a moderator deleting others' private message")
		w.wantErr(c.do(room.ChatDelete{Message: said.ID}), room.ErrRight, "an attendee deleting it")
		w.wantErr(c.do(room.ChatDelete{Message: "aaaaaaaaaaaaaaaaaaaaaaaaaa"}), room.ErrRight, "an attendee deleting none")
		for _, p := range []*person{owner, c} {
			p.told()
		}
		a.must(room.ChatDelete{Message: said.ID})
		if u := last[room.Unsaid](t, b.told()); u.Message != said.ID {
			t.Errorf("b was told %+v", u)
		}
		if events := append(owner.told(), c.told()...); len(events) > 0 {
			t.Errorf("the others were told %v", events)
		}
		w.wantErr(a.do(room.ChatSend{To: a.Seat(), Text: "me"}), room.ErrSeat, "to oneself")
		w.wantErr(a.do(room.ChatSend{To: "aaaaaaaaaaaaaaaaaaaaaaaaaa", Text: "you"}), room.ErrSeat, "to nobody")
	})
}

// again is back for somebody whom another connection of theirs has replaced.
func (p *person) again() *person {
	p.w.t.Helper()
	for _, e := range p.told() {
		_ = e
	}
	return p.back()
}

func TestPrivateMessagesWithoutTheRight(t *testing.T) {
	inWith(t, func(m *meeting.Meeting) { m.Policy.ChatPrivate, m.Policy.SeePeople = false, false }, func(t *testing.T, w *world) {
		owner, presenter, a, b := w.join(access.Owner), w.join(access.Presenter), w.join(access.Attendee), w.join(access.Attendee)
		w.wantErr(a.do(room.ChatSend{To: b.Seat(), Text: "psst"}), room.ErrRight, "to another attendee")
		w.wantErr(a.do(room.ChatSend{To: "aaaaaaaaaaaaaaaaaaaaaaaaaa", Text: "psst"}), room.ErrRight, "to nobody")
		for _, host := range []*person{owner, presenter} {
			a.must(room.ChatSend{To: host.Seat(), Text: "a question"})
			host.must(room.ChatSend{To: a.Seat(), Text: "an answer"})
		}
		if said := only[room.Said](b.told()); len(said) > 0 {
			t.Errorf("b was told %v", said)
		}
		// With the right, but without seeing anybody, a hidden person is nobody.
		owner.must(room.SetExceptions{Seat: a.Seat(), Exceptions: access.Exceptions{Allow: []access.Right{access.ChatPrivate}}})
		w.wantErr(a.do(room.ChatSend{To: b.Seat(), Text: "psst"}), room.ErrSeat, "to somebody hidden")
		// But whoever is written to may answer.
		owner.must(room.SetExceptions{Seat: b.Seat(), Exceptions: access.Exceptions{Allow: []access.Right{access.ChatPrivate, access.SeePeople}}})
		b.must(room.ChatSend{To: a.Seat(), Text: "hello"})
		a.must(room.ChatSend{To: b.Seat(), Text: "who are you?"})
	})
}

// TestPrivateMessagesReachTwo plays random conversations, with people coming and
// going, and looks at every word that anybody gets.
func TestPrivateMessagesReachTwo(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		in(t, func(t *testing.T, w *world) {
			people := []*person{w.join(access.Owner), w.join(access.Moderator), w.join(access.Attendee), w.join(access.Attendee), w.join(access.Viewer)}
			pair := make(map[string][2]int) // of each private text
			check := func(i int, m chat.Message) {
				who, private := pair[m.Text]
				if private != (m.To != "") || private && who[0] != i && who[1] != i {
					t.Errorf("%d got %q", i, m.Text)
				}
			}
			for n := range rapid.IntRange(1, 30).Draw(r, "steps") {
				from, to := rapid.IntRange(0, 4).Draw(r, "from"), rapid.IntRange(0, 4).Draw(r, "to")
				text := fmt.Sprint("message ", n)
				switch rapid.IntRange(0, 3).Draw(r, "what") {
				case 0:
					_ = people[from].do(room.ChatSend{Text: text})
				case 1, 2:
					if from != to {
						pair[text] = [2]int{from, to}
						_ = people[from].do(room.ChatSend{To: people[to].Seat(), Text: text})
					}
				case 3:
					people[from].told()
					people[from] = people[from].back()
					if err := people[from].Allow(); err != nil {
						t.Fatal(err)
					}
					for _, m := range people[from].welcome.Chat {
						check(from, m)
					}
				}
			}
			for i, p := range people {
				for _, s := range only[room.Said](p.told()) {
					check(i, s.Message)
				}
			}
		})
	})
}
