package room_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"plenum/internal/access"
	"plenum/internal/chat"
	"plenum/internal/meeting"
	"plenum/internal/room"
)

func TestMuteAllSparesOwnersAndTheSender(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, mod, other := w.join(access.Owner), w.join(access.Moderator), w.join(access.Moderator)
		attendee, viewer := w.join(access.Attendee), w.join(access.Viewer)
		w.media.Notes()
		mod.must(room.MuteAll{})
		for who, p := range map[string]*person{"the owner": owner, "the sender": mod, "the viewer": viewer} {
			if muted := only[room.Muted](p.told()); len(muted) > 0 {
				t.Errorf("%s was muted", who)
			}
		}
		for _, p := range []*person{other, attendee} {
			if m := last[room.Muted](t, p.told()); m.By != mod.Seat() {
				t.Errorf("muted by %s", m.By)
			}
		}
		want := []string{"mute microphone of " + string(other.Seat()), "mute microphone of " + string(attendee.Seat())}
		if notes := w.media.Notes(); !slices.Equal(notes, want) {
			t.Errorf("the SFU was asked for %v, want %v", notes, want)
		}
	})
}

func TestNobodyIsUnmutedByOthers(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, p := w.join(access.Owner), w.join(access.Attendee)
		w.media.Notes()
		owner.must(room.AskUnmute{Seat: p.Seat()})
		if asked := last[room.UnmuteAsked](t, p.told()); asked.By != owner.Seat() {
			t.Errorf("asked by %s", asked.By)
		}
		if notes := w.media.Notes(); len(notes) > 0 {
			t.Errorf("the SFU was asked for %v", notes)
		}
	})
}

func TestAPolicyTakesRightsAndTracks(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, presenter, attendee := w.join(access.Owner), w.join(access.Presenter), w.join(access.Attendee)
		attendee.must(room.ShareStart{})
		attendee.told()
		presenter.told()
		w.media.Notes()
		owner.must(room.SetPolicy{Policy: access.Policy{Chat: true, Reactions: true}})

		events := attendee.told()
		if p := last[room.PolicySet](t, events); p.Policy.Microphone {
			t.Error("the attendee was told another policy")
		}
		if r := last[room.RightsSet](t, events); slices.Contains(r.Rights, access.Speak) {
			t.Errorf("the attendee still has %v", r.Rights)
		}
		last[room.Muted](t, events)
		stopped := make([]access.Source, 0, 2)
		for _, s := range only[room.Stopped](events) {
			stopped = append(stopped, s.What)
		}
		if !slices.Equal(stopped, []access.Source{access.Camera, access.Screen}) {
			t.Errorf("stopped were %v", stopped)
		}
		if g := w.media.Grants(attendee.Seat()); g != (access.Grants{}) {
			t.Errorf("at the SFU the attendee may still send %+v", g)
		}
		if r := only[room.RightsSet](presenter.told()); len(r) > 0 {
			t.Error("the policy of attendees bound a presenter")
		}
		if notes := w.media.Notes(); len(notes) != 1 {
			t.Errorf("the SFU was asked for %v", notes)
		}
		w.wantErr(attendee.do(room.ShareStart{}), room.ErrRight, "sharing afterwards")
		stored, err := w.store.Meeting(t.Context(), w.meeting)
		if err != nil || stored.Policy.Microphone || !stored.Policy.Chat {
			t.Errorf("stored is %+v, %v", stored.Policy, err)
		}
	})
}

func TestSettingsChangedOutsideReachTheRoom(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		p := w.join(access.Attendee)
		if err := w.store.Change(w.meeting, func(m *meeting.Meeting) { m.Policy.Chat = false }); err != nil {
			t.Fatal(err)
		}
		if err := w.rooms.Refresh(t.Context(), w.meeting); err != nil {
			t.Fatal(err)
		}
		if r := last[room.RightsSet](t, p.told()); slices.Contains(r.Rights, access.Chat) {
			t.Errorf("rights are %v", r.Rights)
		}
	})
}

func TestARoleChangesRightsGrantsAndToken(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, p := w.join(access.Owner), w.join(access.Viewer)
		if g := w.media.Grants(p.Seat()); g != (access.Grants{SeesAll: true}) {
			t.Errorf("a viewer may send %+v", g)
		}
		owner.told()
		owner.must(room.SetRole{Seat: p.Seat(), Role: access.Moderator})
		events := p.told()
		if r := last[room.RightsSet](t, events); !slices.Contains(r.Rights, access.Remove) {
			t.Errorf("rights are %v", r.Rights)
		}
		last[room.ResumeSet](t, events)
		if c := last[room.Changed](t, owner.told()); c.Seat.Role != access.Moderator {
			t.Errorf("the others see %+v", c.Seat)
		}
		if g := w.media.Grants(p.Seat()); !g.Microphone || !g.Camera || g.Screen {
			t.Errorf("at the SFU the moderator may send %+v", g)
		}
		p.must(room.MuteAll{})
	})
}

func TestTheLastOwnerStaysOne(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, p := w.join(access.Owner), w.join(access.Attendee)
		w.wantErr(owner.do(room.SetRole{Seat: owner.Seat(), Role: access.Attendee}), room.ErrLastOwner, "stepping down alone")
		owner.must(room.SetRole{Seat: p.Seat(), Role: access.Owner})
		owner.must(room.SetRole{Seat: owner.Seat(), Role: access.Attendee})
		w.wantErr(owner.do(room.SetLocked{Locked: true}), room.ErrRight, "locking after stepping down")
		p.must(room.SetLocked{Locked: true})
	})
}

func TestShares(t *testing.T) {
	in(t, func(t *testing.T, w *world) { // two at once
		owner, a, b, c := w.join(access.Owner), w.join(access.Attendee), w.join(access.Attendee), w.join(access.Attendee)
		a.must(room.ShareStart{})
		a.must(room.ShareStart{}) // again is no second place
		b.must(room.ShareStart{})
		if !w.media.Grants(a.Seat()).Screen || !w.media.Grants(b.Seat()).Screen {
			t.Error("ok came before the SFU knew")
		}
		w.wantErr(c.do(room.ShareStart{}), room.ErrShares, "a third share")

		a.must(room.ShareStop{Seat: a.Seat()})
		c.must(room.ShareStart{}) // freed by its owner
		w.wantErr(c.do(room.ShareStop{Seat: b.Seat()}), room.ErrRight, "stopping somebody else's")
		owner.must(room.ShareStop{Seat: b.Seat()})
		if s := last[room.Stopped](t, b.told()); s.What != access.Screen || s.By != owner.Seat() {
			t.Errorf("b was told %+v", s)
		}
		if w.media.Grants(b.Seat()).Screen {
			t.Error("the SFU still lets b share")
		}
		a.must(room.ShareStart{}) // freed by a moderator
		w.wantErr(b.do(room.ShareStart{}), room.ErrShares, "a third share")

		pass(3 * time.Second)
		w.rooms.Unpublished(w.meeting, c.Seat(), access.Camera)
		w.wantErr(b.do(room.ShareStart{}), room.ErrShares, "after a camera ended")
		w.rooms.Unpublished(w.meeting, c.Seat(), access.Screen)
		synctest.Wait()
		b.must(room.ShareStart{}) // freed by the SFU
		w.wantErr(c.do(room.ShareStart{}), room.ErrShares, "a third share")
		a.must(room.Leave{})
		c.must(room.ShareStart{}) // freed by leaving
	})
}

func TestAnOldShareDoesNotEndANewOne(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		p := w.join(access.Attendee)
		p.must(room.ShareStart{})
		p.must(room.ShareStop{Seat: p.Seat()})
		p.must(room.ShareStart{})
		w.rooms.Unpublished(w.meeting, p.Seat(), access.Screen) // late news of the first
		synctest.Wait()
		if !w.media.Grants(p.Seat()).Screen {
			t.Error("the new share ended")
		}
	})
}

func TestAShareThatTheSFURefusesTakesNoPlace(t *testing.T) {
	inWith(t, func(m *meeting.Meeting) { m.MaxShares = 1 }, func(t *testing.T, w *world) {
		a, b := w.join(access.Attendee), w.join(access.Attendee)
		w.media.Fail("grants", errors.New("no"))
		w.wantErr(a.do(room.ShareStart{}), room.ErrMedia, "sharing")
		w.media.Fail("grants", nil)
		b.must(room.ShareStart{})
	})
}

func TestAGrantThatCannotBeTakenEndsTheConnection(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, p := w.join(access.Owner), w.join(access.Attendee)
		p.told()
		w.media.Notes()
		w.media.Fail("grants", errors.New("no"))
		owner.must(room.SetPolicy{})
		events := p.told()
		if notes := w.media.Notes(); !slices.Equal(notes, []string{"remove " + string(p.Seat()), "open"}) {
			t.Errorf("the SFU was asked for %v", notes)
		}
		last[room.MediaOpened](t, events) // to come back with what is left
		if g := w.media.Grants(p.Seat()); g != (access.Grants{}) {
			t.Errorf("the new token lets send %+v", g)
		}
	})
}

func TestASlowSFUDoesNotStallTheRoom(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, p := w.join(access.Owner), w.join(access.Attendee)
		release := w.media.Block()
		for range 5 {
			owner.must(room.SetPolicy{})
			owner.must(room.SetPolicy{Policy: access.DefaultPolicy()})
		}
		owner.must(room.SetPolicy{Policy: access.Policy{Camera: true, RaiseHand: true}})
		p.must(room.HandRaise{})
		w.media.Notes()
		release()
		synctest.Wait()
		if g := w.media.Grants(p.Seat()); g != (access.Grants{Camera: true}) {
			t.Errorf("the last grants are %+v", g)
		}
		if notes := w.media.Notes(); len(notes) > 2 {
			t.Errorf("eleven changes were not merged: %v", notes)
		}
	})
}

func TestARemovalOvertakesGrants(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, first := w.join(access.Owner), w.join(access.Attendee)
		second, removed := w.join(access.Attendee), w.join(access.Attendee)
		release := w.media.Block()
		w.media.Notes()
		owner.must(room.SetPolicy{})
		synctest.Wait() // the SFU is busy with the first
		owner.must(room.Remove{Seat: removed.Seat()})
		release()
		synctest.Wait()
		want := []string{
			"grants of " + string(first.Seat()),
			"remove " + string(removed.Seat()),
			"grants of " + string(second.Seat()),
		}
		if notes := w.media.Notes(); !slices.Equal(notes, want) {
			t.Errorf("the SFU was asked for %v, want %v", notes, want)
		}
	})
}

func TestTheLockHolds(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner := w.join(access.Owner)
		early, err := w.enter(access.Attendee)
		if err != nil {
			t.Fatal(err)
		}
		owner.must(room.SetLocked{Locked: true})
		_, err = w.connect(room.Credential{Ticket: early})
		w.wantErr(err, room.ErrLocked, "a ticket from before the lock")
		for role, want := range map[access.Role]error{
			access.Owner: nil, access.Moderator: nil,
			access.Presenter: room.ErrLocked, access.Attendee: room.ErrLocked, access.Viewer: room.ErrLocked,
		} {
			_, err := w.enter(role)
			w.wantErr(err, want, "entering as "+string(role))
		}
		w.restart()
		_, err = w.enter(access.Attendee)
		w.wantErr(err, room.ErrLocked, "entering after a restart")
		door, err := w.rooms.Door(t.Context(), w.caller(nil))
		if err != nil || !door.Locked {
			t.Errorf("the door is %+v, %v", door, err)
		}
	})
}

func TestEndForAll(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, p, away := w.join(access.Owner), w.join(access.Attendee), w.join(access.Attendee)
		away.Lost()
		spare, err := w.enter(access.Attendee)
		if err != nil {
			t.Fatal(err)
		}
		w.media.Notes()
		owner.must(room.End{})
		for _, who := range []*person{owner, p} {
			if why := who.bye(); why != room.ReasonEnded {
				t.Errorf("bye %q", why)
			}
		}
		if notes := w.media.Notes(); !slices.Equal(notes, []string{"close"}) {
			t.Errorf("the SFU was asked for %v", notes)
		}
		_, err = w.connect(room.Credential{Resume: away.resume})
		w.wantErr(err, meeting.ErrEnded, "coming back")
		_, err = w.connect(room.Credential{Ticket: spare})
		w.wantErr(err, room.ErrTicket, "a ticket from before the end")
		_, err = w.enter(access.Presenter)
		w.wantErr(err, meeting.ErrEnded, "entering an ended meeting")
		_, err = w.rooms.Door(t.Context(), w.caller(nil))
		w.wantErr(err, meeting.ErrEnded, "the door of an ended meeting")

		again := w.join(access.Owner)
		if n := len(again.welcome.Seats); n != 1 || len(again.welcome.Chat) != 0 {
			t.Errorf("the owner found %d seats and %d messages", n, len(again.welcome.Chat))
		}
		w.join(access.Attendee)
		_, err = w.connect(room.Credential{Resume: away.resume})
		w.wantErr(err, room.ErrResume, "a token of the sitting before")
	})
}

func TestEndFromOutside(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		p := w.join(access.Attendee)
		w.store.Delete(w.meeting)
		if err := w.rooms.EndMeeting(t.Context(), w.meeting); err != nil {
			t.Fatal(err)
		}
		if why := p.bye(); why != room.ReasonEnded {
			t.Errorf("bye %q", why)
		}
		if err := w.rooms.EndMeeting(t.Context(), w.meeting); err != nil {
			t.Errorf("ending what is not there: %v", err)
		}
		_, err := w.enter(access.Owner)
		w.wantErr(err, meeting.ErrNotFound, "entering a deleted meeting")
	})
}

func TestFloods(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, p := w.join(access.Owner), w.join(access.Viewer)
		count := func(c room.Command) (done int, err error) {
			for range 30 {
				if e := p.do(c); e != nil {
					err = e
				} else {
					done++
				}
			}
			return done, err
		}
		for name, tt := range map[string]struct {
			command room.Command
			at      int
			want    error
		}{
			"chat":      {room.ChatSend{Text: "x"}, 10, room.ErrTooFast},
			"reactions": {room.React{Kind: "heart"}, 5, room.ErrRate},
		} {
			done, err := count(tt.command)
			if done != tt.at || !errors.Is(err, tt.want) || room.RetryAfter(err) <= 0 {
				t.Errorf("%s: %d at once, then %v again in %v", name, done, err, room.RetryAfter(err))
			}
		}
		for range 10 {
			_ = p.do(room.HandRaise{})
			_ = p.do(room.HandLower{Seat: p.Seat()})
		}
		if changes := only[room.Changed](owner.told()); len(changes) != 6 {
			t.Errorf("a waving hand was shown %d times", len(changes))
		}
		allowed := 0
		for range 200 {
			if p.Allow() == nil {
				allowed++
			}
		}
		again := p.back() // a new connection does not fill the bucket
		if err := again.Allow(); allowed != 60 || !errors.Is(err, room.ErrRate) {
			t.Errorf("%d messages at once, and %v after coming back", allowed, err)
		}
		pass(10 * time.Second)
		if err := again.do(room.ChatSend{Text: "x"}); err != nil {
			t.Errorf("ten seconds later: %v", err)
		}
	})
}

func TestWelcomesAreLimited(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		p := w.join(access.Attendee)
		for range 10 {
			p = p.back()
		}
		_, err := w.connect(room.Credential{Resume: p.resume})
		w.wantErr(err, room.ErrRate, "the eleventh reload")
		pass(2 * time.Second)
		p.back()
	})
}

func TestChat(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner, p := w.join(access.Owner), w.join(access.Attendee)
		p.must(room.ChatSend{Text: "<b>hello</b>\u202e"})
		said := last[room.Said](t, owner.told()).Message
		if said.Seat != p.Seat() || said.Text != "<b>hello</b>" || said.Name != "A attendee" {
			t.Errorf("said was %+v", said)
		}
		w.wantErr(p.do(room.ChatSend{Text: " "}), chat.ErrEmpty, "an empty message")
		w.wantErr(p.do(room.ChatSend{Text: strings.Repeat("x", chat.MaxText+1)}), chat.ErrTooLong, "a long message")
		p.must(room.ChatDelete{Message: said.ID}) // one's own
		if u := last[room.Unsaid](t, owner.told()); u.Message != said.ID || u.By != p.Seat() {
			t.Errorf("told was %+v", u)
		}
		w.wantErr(owner.do(room.ChatDelete{Message: said.ID}), chat.ErrUnknown, "deleting twice")
		if late := w.join(access.Attendee); len(late.welcome.Chat) != 0 {
			t.Errorf("a latecomer reads %v", late.welcome.Chat)
		}
	})
}

func TestHandsQueueInOrder(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner := w.join(access.Owner)
		var before time.Time
		for range 3 { // at the same moment: the clock stands still
			p := w.join(access.Attendee)
			p.must(room.HandRaise{})
			hand := last[room.Changed](t, owner.told()).Seat.Hand
			if !hand.After(before) {
				t.Errorf("raised at %v, not after %v", hand, before)
			}
			before = hand
		}
		owner.must(room.HandsLower{})
		if n := len(only[room.Changed](owner.told())); n != 3 {
			t.Errorf("%d hands were lowered", n)
		}
	})
}
