package room_test

import (
	"testing"

	"plenum/internal/access"
	"plenum/internal/room"
)

// TestExceptionsOfAnAccountLast: coming in a second time rids nobody of them.
func TestExceptionsOfAnAccountLast(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner := w.join(access.Owner)
		u := w.store.AddUser("Mallory", "mallory@example.org", nil)
		by := func(c *room.Caller) { c.User = &u }
		silent := access.Exceptions{Deny: []access.Right{access.Speak, access.Chat}}
		bad := w.wantIn(by)
		owner.must(room.SetExceptions{Seat: bad.Seat(), Exceptions: silent})
		again := w.wantIn(by)
		if again.may(access.Speak) || again.may(access.Chat) || !again.may(access.ShowCamera) {
			t.Errorf("may %v", again.welcome.Rights)
		}
		w.wantErr(again.do(room.ChatSend{Text: "hello"}), room.ErrRight, "writing")
		if other := w.join(access.Attendee); !other.may(access.Chat) {
			t.Error("somebody else may not write")
		}
		owner.must(room.SetExceptions{Seat: again.Seat()})
		if third := w.wantIn(by); !third.may(access.Chat) {
			t.Error("still bound after it was ended")
		}
		owner.must(room.SetExceptions{Seat: again.Seat(), Exceptions: silent})
		owner.must(room.SetRole{Seat: again.Seat(), Role: access.Moderator})
		owner.must(room.SetRole{Seat: again.Seat(), Role: access.Attendee})
		if fourth := w.wantIn(by); !fourth.may(access.Chat) {
			t.Error("still bound after having run the meeting")
		}
	})
}
