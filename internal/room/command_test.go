package room_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/recording"
	"plenum/internal/room"
)

// attempt is one command, and who may give it. The rules are written here a
// second time, in other words than in the code, on purpose.
type attempt struct {
	name    string
	command func(actor, target *person, message id.Message) room.Command
	allowed func(actor, target access.Role, open bool) bool
	// quiet commands change nothing that others see.
	quiet bool
	// recorded commands need a running recording to do anything.
	recorded bool
}

func isModerator(actor access.Role) bool { return actor == access.Owner || actor == access.Moderator }

// mayActOn: moderators on everybody but owners, owners on everybody.
func mayActOn(actor, target access.Role) bool {
	return actor == access.Owner || actor == access.Moderator && target != access.Owner
}

func everybody(access.Role, access.Role, bool) bool { return true }

// runs is true of whoever is always seen.
func runs(role access.Role) bool { return isModerator(role) || role == access.Presenter }

func moderators(actor, _ access.Role, _ bool) bool { return isModerator(actor) }

func onTarget(actor, target access.Role, _ bool) bool { return mayActOn(actor, target) }

// publishers are bound by the policy as attendees, and never send as viewers.
func publishers(actor access.Role, open bool) bool {
	return isModerator(actor) || actor == access.Presenter || actor == access.Attendee && open
}

func attempts() []attempt {
	simple := func(c room.Command) func(_, _ *person, _ id.Message) room.Command {
		return func(_, _ *person, _ id.Message) room.Command { return c }
	}
	at := func(f func(id.Seat) room.Command) func(_, target *person, _ id.Message) room.Command {
		return func(_, target *person, _ id.Message) room.Command { return f(target.Seat()) }
	}
	writers := func(actor, _ access.Role, open bool) bool { return runs(actor) || open }
	waiting := func(f func(id.Seat) room.Command) func(_, _ *person, _ id.Message) room.Command {
		return func(actor, _ *person, _ id.Message) room.Command { return f(actor.w.waiter.Seat()) }
	}
	own := func(f func(id.Seat) room.Command) func(actor, _ *person, _ id.Message) room.Command {
		return func(actor, _ *person, _ id.Message) room.Command { return f(actor.Seat()) }
	}
	// Under the closed policy nobody is named who may, not even the owner.
	recorders := func(actor, _ access.Role, open bool) bool { return isModerator(actor) && open }
	all := []attempt{ //nolint:prealloc // a table reads better.
		{name: "leave", command: simple(room.Leave{}), allowed: everybody},
		{name: "chat.send", command: simple(room.ChatSend{Text: "hello"}), allowed: writers},
		{name: "chat.delete", command: func(_, _ *person, m id.Message) room.Command { return room.ChatDelete{Message: m} }, allowed: moderators},
		{name: "chat.send private", command: at(func(s id.Seat) room.Command { return room.ChatSend{To: s, Text: "hello"} }), allowed: func(actor, target access.Role, open bool) bool {
			return runs(actor) || runs(target) || open
		}},
		{name: "hand.raise", command: simple(room.HandRaise{}), allowed: writers},
		{name: "hand.lower own", command: func(actor, _ *person, _ id.Message) room.Command { return room.HandLower{Seat: actor.Seat()} }, allowed: everybody, quiet: true},
		{name: "hand.lower", command: at(func(s id.Seat) room.Command { return room.HandLower{Seat: s} }), allowed: moderators},
		{name: "hands.lower", command: simple(room.HandsLower{}), allowed: moderators},
		{name: "react", command: simple(room.React{Kind: "clap"}), allowed: func(_, _ access.Role, open bool) bool { return open }},
		{name: "share.start", command: simple(room.ShareStart{}), allowed: func(actor, _ access.Role, open bool) bool { return publishers(actor, open) }},
		{name: "share.stop", command: at(func(s id.Seat) room.Command { return room.ShareStop{Seat: s} }), allowed: onTarget, quiet: true},
		{name: "camera.stop", command: at(func(s id.Seat) room.Command { return room.CameraStop{Seat: s} }), allowed: onTarget},
		{name: "mute", command: at(func(s id.Seat) room.Command { return room.Mute{Seat: s} }), allowed: onTarget},
		{name: "mute.all", command: simple(room.MuteAll{}), allowed: moderators, quiet: true},
		{name: "unmute.ask", command: at(func(s id.Seat) room.Command { return room.AskUnmute{Seat: s} }), allowed: func(actor, target access.Role, open bool) bool {
			return isModerator(actor) && publishers(target, open)
		}},
		{name: "remove", command: at(func(s id.Seat) room.Command { return room.Remove{Seat: s} }), allowed: onTarget},
		{name: "remove for good", command: at(func(s id.Seat) room.Command { return room.Remove{Seat: s, Ban: true} }), allowed: onTarget},
		{name: "rename own", command: own(func(s id.Seat) room.Command { return room.Rename{Seat: s, Name: "Another"} }), allowed: writers},
		{name: "rename", command: at(func(s id.Seat) room.Command { return room.Rename{Seat: s, Name: "Another"} }), allowed: onTarget},
		{name: "exceptions.set", command: at(func(s id.Seat) room.Command {
			return room.SetExceptions{Seat: s, Exceptions: access.Exceptions{Deny: []access.Right{access.Chat}}}
		}), allowed: func(actor, target access.Role, _ bool) bool { return mayActOn(actor, target) && !isModerator(target) }},
		{name: "host.claim", command: simple(room.HostClaim{PIN: "123456"}), allowed: everybody, quiet: true},
		{name: "lobby.set", command: simple(room.SetLobby{Lobby: meeting.Lobby{Mode: meeting.LobbyEveryone}}), allowed: moderators},
		{name: "lobby.admit", command: waiting(func(s id.Seat) room.Command { return room.Admit{Waiter: s} }), allowed: moderators},
		{name: "lobby.admitAll", command: simple(room.AdmitAll{}), allowed: moderators},
		{name: "lobby.deny", command: waiting(func(s id.Seat) room.Command { return room.Deny{Waiter: s, Text: "no"} }), allowed: moderators},
		{name: "lobby.deny for good", command: waiting(func(s id.Seat) room.Command { return room.Deny{Waiter: s, Ban: true} }), allowed: moderators},
		{name: "lobby.denyAll", command: simple(room.DenyAll{}), allowed: moderators},
		{name: "lobby.tell", command: waiting(func(s id.Seat) room.Command { return room.TellWaiting{Waiter: s, Text: "soon"} }), allowed: moderators, quiet: true},
		{name: "passcode.set", command: simple(room.SetPasscode{Passcode: "abcdef"}), allowed: moderators},
		{name: "passcode.set off", command: simple(room.SetPasscode{}), allowed: moderators},
		{name: "policy.set", command: simple(room.SetPolicy{Policy: access.Policy{Chat: true}}), allowed: moderators},
		{name: "locked.set", command: simple(room.SetLocked{Locked: true}), allowed: moderators},
		{name: "spotlight.set", command: func(actor, _ *person, _ id.Message) room.Command { return room.Spotlight{} }, allowed: moderators},
		{name: "record.start", command: simple(room.RecordStart{}), allowed: recorders},
		{name: "record.pause", command: simple(room.RecordPause{}), allowed: recorders, recorded: true},
		{name: "record.resume", command: simple(room.RecordResume{}), allowed: recorders, recorded: true, quiet: true},
		{name: "record.stop", command: simple(room.RecordStop{}), allowed: recorders, recorded: true},
		{name: "record.layout", command: simple(room.RecordLayout{Layout: recording.Grid}), allowed: recorders, recorded: true},
		{name: "record.chapter", command: simple(room.RecordChapter{Title: "Next"}), allowed: recorders, recorded: true, quiet: true},
		{name: "end", command: simple(room.End{}), allowed: moderators},
		{name: "media.token", command: simple(room.OpenMedia{}), allowed: everybody},
	}
	for _, to := range access.Roles() {
		all = append(all, attempt{
			name:    "role.set " + string(to),
			command: at(func(s id.Seat) room.Command { return room.SetRole{Seat: s, Role: to} }),
			// nobody gives more than they have
			allowed: func(actor, target access.Role, _ bool) bool {
				return mayActOn(actor, target) && (actor == access.Owner || to != access.Owner)
			},
			quiet: true,
		})
	}
	return all
}

// TestEveryCommandOfEveryRole goes through 47 commands × 5 roles × 5 targets × 2
// policies. What is refused must leave no trace: nobody is told anything, nothing
// is written, the SFU not asked.
func TestEveryCommandOfEveryRole(t *testing.T) {
	forbidden := 0
	for _, open := range []bool{true, false} {
		policy := access.Policy{}
		if open {
			policy = access.DefaultPolicy()
		}
		change := func(m *meeting.Meeting) {
			m.Policy, m.HostPINHash = policy, "hash of 123456"
			m.Lobby = meeting.Lobby{Mode: meeting.LobbyGuests, Invited: true}
		}
		for _, actorRole := range access.Roles() {
			for _, targetRole := range access.Roles() {
				for _, a := range attempts() {
					if !a.allowed(actorRole, targetRole, open) {
						forbidden++
					}
					name := fmt.Sprintf("%s/%s on %s/open=%v", a.name, actorRole, targetRole, open)
					t.Run(name, func(t *testing.T) {
						inWith(t, change, func(t *testing.T, w *world) { try(t, w, a, actorRole, targetRole, open) })
					})
				}
			}
		}
	}
	if forbidden < 500 {
		t.Errorf("only %d forbidden cells", forbidden)
	}
}

func try(t *testing.T, w *world, a attempt, actorRole, targetRole access.Role, open bool) {
	watcher, actor, target := w.invited(access.Owner), w.invited(actorRole), w.invited(targetRole)
	w.waiter = w.wait(nil)
	watcher.must(room.ChatSend{Text: "something"})
	message := last[room.Said](t, watcher.told()).Message.ID
	raised := target.may(access.RaiseHand)
	if raised {
		target.must(room.HandRaise{})
	}
	if a.recorded && open {
		watcher.record()
	}
	everybody := []*person{watcher, actor, target, w.waiter}
	for _, p := range everybody {
		p.told()
	}
	w.media.Notes()
	writes, entries := w.store.Writes(), len(w.store.Entries())

	err := actor.do(a.command(actor, target, message))

	var told []room.Event
	for _, p := range everybody {
		if p != actor {
			told = append(told, p.told()...)
		}
	}
	notes := w.media.Notes()
	if a.allowed(actorRole, targetRole, open) {
		if err != nil {
			t.Errorf("refused: %v", err)
		}
		nothing := a.quiet || a.name == "media.token" || !raised && strings.HasPrefix(a.name, "hand")
		if !nothing && len(told) == 0 {
			t.Error("nobody was told")
		}
		return
	}
	if !errors.Is(err, room.ErrExceptions) || !mayActOn(actorRole, targetRole) {
		w.wantErr(err, room.ErrRight, "without the right")
	}
	if events := append(told, actor.told()...); len(events) > 0 {
		t.Errorf("although refused, %v", events)
	}
	if len(notes) > 0 || w.store.Writes() != writes || len(w.store.Entries()) != entries {
		t.Errorf("although refused, the SFU was asked for %v, and the store written %d times", notes, w.store.Writes()-writes)
	}
}

func TestUnknownSeats(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		owner := w.join(access.Owner)
		nobody := id.New[id.Seat]()
		for _, c := range []room.Command{
			room.HandLower{Seat: nobody},
			room.ShareStop{Seat: nobody},
			room.CameraStop{Seat: nobody},
			room.Mute{Seat: nobody},
			room.AskUnmute{Seat: nobody},
			room.SetRole{Seat: nobody, Role: access.Viewer},
			room.Remove{Seat: nobody},
			room.Spotlight{Seat: nobody},
		} {
			w.wantErr(owner.do(c), room.ErrSeat, fmt.Sprintf("%T", c))
		}
		viewer := w.join(access.Viewer)
		w.wantErr(owner.do(room.Spotlight{Seat: viewer.Seat()}), room.ErrSeat, "a viewer in the spotlight")
		w.wantErr(owner.do(room.React{Kind: "rocket"}), room.ErrCommand, "an unknown reaction")
	})
}
