package room

import (
	"context"
	"slices"
	"unicode/utf8"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/chat"
	"plenum/internal/id"
	"plenum/internal/meeting"
)

// The commands of those who let in.
type (
	// SetLobby says who waits from now on.
	SetLobby struct{ Lobby meeting.Lobby }
	// Admit lets one in.
	Admit struct{ Waiter id.Seat }
	// AdmitAll lets in everybody who waits to be let in.
	AdmitAll struct{}
	// Deny sends one away, with an optional message.
	Deny struct {
		Waiter id.Seat
		Text   string
		Ban    bool
	}
	// DenyAll sends away everybody who waits to be let in.
	DenyAll struct{ Text string }
	// TellWaiting writes to one who waits, or to all with Waiter "".
	TellWaiting struct {
		Waiter id.Seat
		Text   string
	}
)

func (SetLobby) needs(*seat, *owner) access.Right    { return access.Admit }
func (Admit) needs(*seat, *owner) access.Right       { return access.Admit }
func (AdmitAll) needs(*seat, *owner) access.Right    { return access.Admit }
func (Deny) needs(*seat, *owner) access.Right        { return access.Admit }
func (DenyAll) needs(*seat, *owner) access.Right     { return access.Admit }
func (TellWaiting) needs(*seat, *owner) access.Right { return access.Admit }

func (m SetLobby) apply(ctx context.Context, o *owner, c *call) error {
	lobby, err := m.Lobby.Check()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	e := o.entry(audit.LobbySet, c.by, nil, lobbyDetails(lobby)...)
	if err := o.rooms.store.SetLobby(ctx, o.id, lobby, e); err != nil {
		return err
	}
	o.setLobby(lobby, c.by.ID)
	return nil
}

func (o *owner) setLobby(lobby meeting.Lobby, by id.Seat) {
	o.meeting.Lobby = lobby
	o.tellGate(LobbyChanged{Lobby: lobby, By: by})
	o.settleWaiting()
}

func (m Admit) apply(_ context.Context, o *owner, c *call) error {
	w := o.waiters[m.Waiter]
	switch {
	case w == nil || w.cleared:
		return ErrWaiter
	case w.reason != inLobby || w.busy:
		return nil // let in already
	}
	if err := admit(situation{people: len(o.order)}, w.Role); err != nil {
		return err
	}
	c.later = true
	o.letIn([]*waiter{w}, c.by, []audit.Entry{o.entry(audit.LobbyAdmitted, c.by, w.seat, "role", string(w.Role))}, c.answer)
	return nil
}

func (AdmitAll) apply(_ context.Context, o *owner, c *call) error { //nolint:unparam // as Command asks.
	all := o.inLobby()
	if len(all) == 0 {
		return nil
	}
	entries := make([]audit.Entry, len(all))
	for i, w := range all {
		entries[i] = o.entry(audit.LobbyAdmitted, c.by, w.seat, "role", string(w.Role))
	}
	c.later = true
	o.letIn(all, c.by, entries, c.answer)
	return nil
}

// inLobby lists who waits to be let in and whom nobody is letting in.
func (o *owner) inLobby() []*waiter {
	return slices.DeleteFunc(slices.Clone(o.waiting), func(w *waiter) bool {
		return w.reason != inLobby || w.busy || w.cleared
	})
}

func (m Deny) apply(ctx context.Context, o *owner, c *call) error {
	w := o.waiters[m.Waiter]
	if w == nil {
		return ErrWaiter
	}
	text, err := parseWord(m.Text)
	if err != nil {
		return err
	}
	e := o.entry(audit.LobbyDenied, c.by, w.seat, "ban", flag(m.Ban))
	if m.Ban {
		return o.ban(ctx, c.by, w.seat, text, e)
	}
	if err := o.record(ctx, e); err != nil {
		return err
	}
	o.turnAway(w, ReasonDenied, c.by.ID, Bye{Reason: ReasonDenied, Text: text})
	return nil
}

func (m DenyAll) apply(ctx context.Context, o *owner, c *call) error {
	text, err := parseWord(m.Text)
	if err != nil {
		return err
	}
	all := o.inLobby()
	entries := make([]audit.Entry, len(all))
	for i, w := range all {
		entries[i] = o.entry(audit.LobbyDenied, c.by, w.seat, "ban", flag(false))
	}
	if err := o.record(ctx, entries...); err != nil {
		return err
	}
	for _, w := range all {
		o.turnAway(w, ReasonDenied, c.by.ID, Bye{Reason: ReasonDenied, Text: text})
	}
	return nil
}

func (m TellWaiting) apply(_ context.Context, o *owner, c *call) error {
	text, err := parseWord(m.Text)
	switch {
	case err != nil:
		return err
	case text == "":
		return chat.ErrEmpty
	case m.Waiter != "" && o.waiters[m.Waiter] == nil:
		return ErrWaiter
	}
	if err := spend(c.by.limits.chat, ErrTooFast); err != nil {
		return err
	}
	for _, w := range o.waiting {
		if m.Waiter == "" && w.reason == inLobby || w.ID == m.Waiter {
			w.told = text
			o.tellWaiter(w, WaitingTold{Text: text})
		}
	}
	return nil
}

// parseWord checks a message to who waits, which may be none.
func parseWord(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	text, err := chat.ParseText(s)
	if err != nil {
		return "", err
	}
	if utf8.RuneCountInString(text) > maxWord {
		return "", meeting.ErrTextTooLong
	}
	return text, nil
}
