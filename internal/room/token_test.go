package room_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/room"
)

// TestBadTokens tries tickets and resume tokens of both kinds that must open
// nothing, each at the door of both.
func TestBadTokens(t *testing.T) {
	inWith(t, guarded, func(t *testing.T, w *world) {
		owner, p, waits := w.invited(access.Owner), w.invited(access.Attendee), w.wait(nil)
		fresh := func() pii.Secret {
			ticket, err := w.enterAs("Ada", nil)
			if err != nil {
				t.Fatal(err)
			}
			return ticket
		}
		bad := map[string]room.Credential{
			"nothing":                            {},
			"a ticket as a resume token":         {Resume: fresh()},
			"a resume token as a ticket":         {Ticket: p.resume},
			"a token of the waiting as a ticket": {Ticket: waits.resume},
			"the SFU's token as a ticket":        {Ticket: p.welcome.Media},
			"the SFU's token as a resume token":  {Resume: p.welcome.Media},
			"an invite as a ticket":              {Ticket: w.links[access.Owner]},
			"an invite as a resume token":        {Resume: w.links[access.Owner]},
			"the meeting's id":                   {Ticket: pii.Secret(w.meeting)},
			"a seat's id":                        {Ticket: pii.Secret(p.Seat()), Resume: ""},
			"a seat's id to resume":              {Resume: pii.Secret(p.Seat())},
			"a made-up ticket":                   {Ticket: pii.Secret(string(w.meeting) + id.NewSecret())},
			"a made-up ticket of no meeting":     {Ticket: pii.Secret(string(id.New[id.Meeting]()) + id.NewSecret())},
			"much":                               {Resume: pii.Secret(strings.Repeat("A", 5_000))},
			"much for a ticket":                  {Ticket: pii.Secret(strings.Repeat("a", 5_000))},
			"no base64":                          {Resume: "!!!!"},
			"zero bytes":                         {Resume: pii.Secret(base64.RawURLEncoding.EncodeToString(make([]byte, 300)))},
		}
		// Altered: cut, longer, one bit elsewhere, in other letters.
		for kind, token := range map[string]pii.Secret{"seat": p.resume, "waiting": waits.resume} {
			text := token.Text()
			raw, err := base64.RawURLEncoding.DecodeString(text)
			if err != nil {
				t.Fatal(err)
			}
			for i := range 12 {
				flipped := append([]byte{}, raw...)
				flipped[i*(len(raw)-1)/11] ^= 1 << (i % 8)
				bad[fmt.Sprint(kind, " token, a bit of byte ", i*(len(raw)-1)/11)] = room.Credential{Resume: pii.Secret(base64.RawURLEncoding.EncodeToString(flipped))}
			}
			for name, changed := range map[string]string{
				"begun later": text[1:], "cut": text[:len(text)-1], "cut by half": text[:len(text)/2], "longer": text + "A",
				"padded": text + "=", "upper case": strings.ToUpper(text), "with a space": " " + text, "with a line": text + "\n", "twice": text + text,
			} {
				bad[kind+" token, "+name] = room.Credential{Resume: pii.Secret(changed)}
			}
		}
		ticket := fresh().Text()
		for name, changed := range map[string]string{
			"begun later": ticket[1:], "cut": ticket[:len(ticket)-1], "longer": ticket + "a", "upper case": strings.ToUpper(ticket),
			"of another meeting": string(id.New[id.Meeting]()) + ticket[26:], "with a space": ticket + " ",
		} {
			bad["a ticket, "+name] = room.Credential{Ticket: pii.Secret(changed)}
		}
		other, otherLinks := w.store.Add(nil)
		theirs, err := w.rooms.Enter(t.Context(), room.Request{Name: "Ada", Caller: w.caller(func(c *room.Caller) {
			c.Meeting, c.InviteSecret = other, new(otherLinks[access.Owner])
		})})
		if err != nil {
			t.Fatal(err)
		}
		bad["a ticket of another meeting under this one's id"] = room.Credential{Ticket: pii.Secret(string(w.meeting) + theirs.Text()[26:])}
		if len(bad) < 60 {
			t.Errorf("only %d bad tokens", len(bad))
		}
		owner.told()
		for name, c := range bad {
			if _, err := w.arrive(c); !errors.Is(err, room.ErrTicket) && !errors.Is(err, room.ErrResume) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if events := owner.told(); len(events) > 0 {
			t.Errorf("the room was told %v", events)
		}
		// And the good ones still are.
		if _, err := w.arrive(room.Credential{Ticket: pii.Secret(ticket)}); err != nil {
			t.Error(err)
		}
		p.back()
	})
}

// TestTokensThatWereGood goes through the ways in which a token dies.
func TestTokensThatWereGood(t *testing.T) {
	type cast struct {
		w              *world
		owner, p, wait *person
	}
	for name, test := range map[string]struct {
		end         func(cast)
		seat, waits error // of the tokens of p and wait afterwards; nil when it is good still
	}{
		"nothing happened":  {func(cast) {}, nil, nil},
		"left":              {func(c cast) { c.p.must(room.Leave{}); c.wait.must(room.Leave{}) }, room.ErrResume, room.ErrResume},
		"removed, denied":   {func(c cast) { c.owner.must(room.Remove{Seat: c.p.Seat()}); c.owner.must(room.DenyAll{}) }, room.ErrRemoved, room.ErrResume},
		"removed, restart":  {func(c cast) { c.owner.must(room.Remove{Seat: c.p.Seat()}); c.w.restart() }, room.ErrRemoved, nil},
		"ended":             {func(c cast) { c.owner.must(room.End{}) }, meeting.ErrEnded, meeting.ErrEnded},
		"ended, begun anew": {func(c cast) { c.owner.must(room.End{}); c.w.invited(access.Owner) }, room.ErrResume, room.ErrResume},
		"ended, restart":    {func(c cast) { c.owner.must(room.End{}); c.w.restart() }, meeting.ErrEnded, meeting.ErrEnded},
		"twelve hours":      {func(cast) { pass(12*time.Hour + time.Second) }, room.ErrResume, room.ErrResume},
		"another server":    {func(c cast) { c.w.stop(); c.w.start([32]byte{7}) }, room.ErrResume, room.ErrResume},
		"deleted":           {func(c cast) { c.w.store.Delete(c.w.meeting); c.w.restart() }, meeting.ErrNotFound, meeting.ErrNotFound},
		"locked":            {func(c cast) { c.owner.must(room.SetLocked{Locked: true}) }, nil, nil},
		"locked, restart":   {func(c cast) { c.owner.must(room.SetLocked{Locked: true}); c.w.restart() }, nil, nil},
		"demoted":           {func(c cast) { c.owner.must(room.SetRole{Seat: c.p.Seat(), Role: access.Viewer}) }, nil, nil},
		"demoted, restart": {func(c cast) {
			c.owner.must(room.SetRole{Seat: c.p.Seat(), Role: access.Viewer})
			c.w.restart()
		}, room.ErrResume, nil},
		"raised, lowered, restart": {func(c cast) {
			c.owner.must(room.SetRole{Seat: c.p.Seat(), Role: access.Moderator})
			c.owner.must(room.SetRole{Seat: c.p.Seat(), Role: access.Attendee})
			c.w.restart()
		}, room.ErrResume, nil},
		"banned": {func(c cast) { c.owner.must(room.Remove{Seat: c.p.Seat(), Ban: true}) }, room.ErrRemoved, nil},
	} {
		t.Run(name, func(t *testing.T) {
			inWith(t, guarded, func(t *testing.T, w *world) {
				c := cast{w: w, owner: w.invited(access.Owner)}
				c.p = w.invited(access.Presenter)
				c.wait = w.wait(func(c *room.Caller) { c.Source = "192.0.2.3" })
				seat, waits := c.p.resume, c.wait.resume
				test.end(c)
				for token, want := range map[pii.Secret]error{seat: test.seat, waits: test.waits} {
					got, err := w.arrive(room.Credential{Resume: token})
					if !errors.Is(err, want) {
						t.Errorf("%v, want %v", err, want)
					}
					if want == nil && err == nil && token == waits && got.welcome.You != "" {
						t.Error("a token of the waiting let in")
					}
					if err != nil && fault.KindOf(err) == fault.Internal {
						t.Errorf("a mistake of the server's: %v", err)
					}
				}
			})
		})
	}
}

// TestATokenOfTheWaitingNeverOutranksADemotion: whoever waited as a moderator and
// was demoted inside does not come back as one by the token they waited with.
func TestATokenOfTheWaitingNeverOutranksADemotion(t *testing.T) {
	inWith(t, func(m *meeting.Meeting) { m.Lobby.Mode = meeting.LobbyEveryone }, func(t *testing.T, w *world) {
		host := w.wantIn(func(c *room.Caller) { c.User = &w.store.Host })
		mod := w.wait(func(c *room.Caller) { c.InviteSecret = new(w.links[access.Moderator]) })
		kept := mod.resume
		host.must(room.Admit{Waiter: mod.Seat()})
		mod.inside()
		host.must(room.SetRole{Seat: mod.Seat(), Role: access.Attendee})
		host.must(room.SetLobby{Lobby: meeting.Lobby{Mode: meeting.LobbyOff}})
		w.restart()
		_, err := w.arrive(room.Credential{Resume: kept})
		w.wantErr(err, room.ErrResume, "the token of the waiting")
	})
}

// TestALobbyTokenUndoesNothing: whoever waited, sat and had something taken from
// them is not what they were in the lobby once the room has given their seat up.
func TestALobbyTokenUndoesNothing(t *testing.T) {
	waits := func(m *meeting.Meeting) { m.Lobby = meeting.Lobby{Mode: meeting.LobbyGuests} }
	inWith(t, waits, func(t *testing.T, w *world) {
		owner := w.join(access.Owner)
		for name, take := range map[string]func(id.Seat) room.Command{
			"role": func(s id.Seat) room.Command { return room.SetRole{Seat: s, Role: access.Viewer} },
			"right": func(s id.Seat) room.Command {
				return room.SetExceptions{Seat: s, Exceptions: access.Exceptions{Deny: []access.Right{access.Chat}}}
			},
		} {
			bad := w.wait(nil)
			fromLobby := bad.resume
			owner.must(room.Admit{Waiter: bad.Seat()})
			bad.inside()
			owner.must(take(bad.Seat()))
			bad.Lost()
			pass(2 * time.Minute) // their seat is given up
			owner.must(room.SetLobby{Lobby: meeting.Lobby{Mode: meeting.LobbyOff}})
			_, err := w.arrive(room.Credential{Resume: fromLobby})
			w.wantErr(err, room.ErrResume, name+": with the token of the lobby")
			owner.must(room.SetLobby{Lobby: meeting.Lobby{Mode: meeting.LobbyGuests}})
		}
	})
}
