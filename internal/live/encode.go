package live

import (
	"maps"
	"math"
	"time"

	"plenum/internal/access"
	"plenum/internal/chat"
	"plenum/internal/meeting"
	"plenum/internal/room"
)

// envelope puts an event of the room into the protocol's words.
func envelope(e room.Event) Envelope {
	switch e := e.(type) {
	case room.Welcome:
		return Envelope{Type: "welcome", Body: welcome(e)}
	case room.Joined:
		return Envelope{Type: "seat.joined", Body: seat(e.Seat)}
	case room.Changed:
		return Envelope{Type: "seat.changed", Body: seat(e.Seat)}
	case room.Gone:
		return Envelope{Type: "seat.left", Body: SeatLeft{Seat: string(e.Seat), Reason: string(e.Reason)}}
	case room.Said:
		return Envelope{Type: "chat", Body: chatMessage(e.Message)}
	case room.Unsaid:
		return Envelope{Type: "chat.deleted", Body: ChatDeleted{Message: string(e.Message), By: string(e.By)}}
	case room.Reacted:
		return Envelope{Type: "reaction", Body: Reaction{Seat: string(e.Seat), Kind: e.Kind}}
	case room.PolicySet:
		return Envelope{Type: "policy", Body: policy(e.Policy)}
	case room.LockedSet:
		return Envelope{Type: "locked", Body: Locked{Locked: e.Locked, By: string(e.By)}}
	case room.SpotlightSet:
		return Envelope{Type: "spotlight", Body: Spotlight{Seat: string(e.Seat)}}
	}
	return personal(e)
}

// waiting is envelope for what is told to who waits and to who lets in.
func waiting(e room.Event) Envelope {
	switch e := e.(type) {
	case room.Waiting:
		return Envelope{Type: "waiting", Body: Waiting{
			Reason: e.Reason, Ahead: e.Ahead, Since: millis(e.Since), Now: e.Now.UnixMilli(), Resume: e.Resume.Text(),
			Told: e.Told, Name: e.Name.Text(), Organisation: e.Organisation,
		}}
	case room.WaitingTold:
		return Envelope{Type: "waiting.told", Body: WaitingTold(e)}
	case room.WaiterCame:
		return Envelope{Type: "waiter.came", Body: waiter(e.Waiter)}
	case room.WaiterGone:
		return Envelope{Type: "waiter.gone", Body: WaiterGone{Waiter: string(e.Waiter), Reason: string(e.Reason), By: string(e.By)}}
	case room.LobbyChanged:
		return Envelope{Type: "lobby", Body: LobbySet{Lobby: lobby(e.Lobby), By: string(e.By)}}
	case room.PasscodeChanged:
		return Envelope{Type: "passcode", Body: Passcode{Set: e.Set, By: string(e.By)}}
	}
	panic("live: an event without words") // a test goes through all of them
}

// personal is envelope for the events that only one seat gets.
func personal(e room.Event) Envelope {
	switch e := e.(type) {
	case room.RightsSet:
		return Envelope{Type: "rights", Body: rights(e.Rights)}
	case room.ResumeSet:
		return Envelope{Type: "resume", Body: Resume{Resume: e.Resume.Text()}}
	case room.Muted:
		return Envelope{Type: "muted", Body: By{By: string(e.By)}}
	case room.Stopped:
		return Envelope{Type: "stopped", Body: Stopped{What: what(e.What), By: string(e.By)}}
	case room.UnmuteAsked:
		return Envelope{Type: "unmute.asked", Body: By{By: string(e.By)}}
	case room.MediaOpened:
		return Envelope{Type: "media", Body: Media{Token: e.Token.Text()}}
	case room.RecordingSet:
		return Envelope{Type: "recording", Body: recordingOf(e.Recording)}
	case room.Consented:
		return Envelope{Type: "consent.mine", Body: Consented{Answer: string(e.Answer)}}
	case room.Bye:
		return Envelope{Type: "bye", Body: Bye{Reason: string(e.Reason), Retry: seconds(e.Retry), Text: e.Text}}
	}
	return waiting(e)
}

func welcome(w room.Welcome) Welcome {
	seats := make([]Seat, len(w.Seats))
	for i, s := range w.Seats {
		seats[i] = seat(s)
	}
	messages := make([]ChatMessage, len(w.Chat))
	for i, m := range w.Chat {
		messages[i] = chatMessage(m)
	}
	return Welcome{
		Version: Version,
		You:     string(w.You),
		Resume:  w.Resume.Text(),
		Meeting: MeetingInfo{
			ID: string(w.Meeting.ID), Name: w.Meeting.Name.Text(), Organisation: w.Organisation,
			Welcome: w.Meeting.Welcome, MaxShares: w.Meeting.MaxShares,
		},
		Seats: seats, Chat: messages,
		Policy: policy(w.Meeting.Policy), Rights: rights(w.Rights),
		Locked: w.Meeting.Locked, Spotlight: string(w.Spotlight),
		HostPIN: w.HostPIN, Gate: gate(w.Gate),
		Recording: recordingOf(w.Recording), Consent: string(w.Consent),
		Media:     Media{Token: w.Media.Text()},
		StartedAt: w.Meeting.SittingStartedAt.UnixMilli(), Now: w.Now.UnixMilli(),
		Resumed: w.Resumed,
	}
}

func seat(s room.Seat) Seat {
	return Seat{
		ID: string(s.ID), Name: s.Name.Text(), Role: string(s.Role), Guest: s.Guest,
		JoinedAt: s.JoinedAt.UnixMilli(), Hand: millis(s.Hand), Away: s.Away, Sharing: s.Sharing,
		Exceptions: exceptionsOf(s.Exceptions), Machine: string(s.Machine), Consent: string(s.Consent),
	}
}

func recordingOf(r room.Recording) Recording {
	return Recording{
		State: string(r.State), ID: string(r.ID), By: string(r.By), Since: millis(r.Since), Elapsed: r.Elapsed.Milliseconds(),
		Layout: string(r.Layout), Question: question(r.Question),
		Trouble: r.Trouble, Unavailable: r.Unavailable, Interrupted: r.Interrupted,
	}
}

// question is nil for none.
func question(q *room.Question) *Question {
	if q == nil {
		return nil
	}
	texts := make(map[string]string, len(q.Words.Texts))
	maps.Copy(texts, q.Words.Texts)
	return &Question{Version: q.Words.Version, Texts: texts, Erasable: q.Erasable}
}

// exceptionsOf is nil for none.
func exceptionsOf(e access.Exceptions) *Exceptions {
	if e.Empty() {
		return nil
	}
	return &Exceptions{Allow: rights(e.Allow).Names, Deny: rights(e.Deny).Names}
}

func gate(g *room.Gate) *Gate {
	if g == nil {
		return nil
	}
	waiters := make([]Waiter, len(g.Waiting))
	for i, w := range g.Waiting {
		waiters[i] = waiter(w)
	}
	return &Gate{Waiting: waiters, Lobby: lobby(g.Lobby), Passcode: g.Passcode}
}

func waiter(w room.Waiter) Waiter {
	return Waiter{
		ID: string(w.ID), Name: w.Name.Text(), Role: string(w.Role), Guest: w.Guest, Email: w.Email.Text(),
		Invited: w.Invited, Since: millis(w.Since), Suspect: w.Suspect, Reason: w.Reason,
	}
}

func lobby(l meeting.Lobby) Lobby {
	return Lobby{Mode: string(l.Mode), SignedIn: l.SignedIn, Invited: l.Invited, Domains: append([]string{}, l.Domains...)}
}

func chatMessage(m chat.Message) ChatMessage {
	return ChatMessage{
		ID: string(m.ID), Seat: string(m.Seat), Name: m.Name.Text(), To: string(m.To), ToName: m.ToName.Text(),
		At: m.At.UnixMilli(), Text: m.Text,
	}
}

func rights(all []access.Right) Rights {
	names := make([]string, len(all))
	for i, r := range all {
		names[i] = string(r)
	}
	return Rights{Names: names}
}

// what names a source as people do: a screen is what is shared.
func what(s access.Source) string {
	if s == access.Screen {
		return "share"
	}
	return string(s)
}

// millis is unix time in ms, 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// seconds rounds up, so that nobody who waits as told is early.
func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

// policy leaves out who may record: that is not changed, nor asked, on the live
// channel.
func policy(p access.Policy) Policy {
	return Policy{
		Microphone: p.Microphone, Camera: p.Camera, Share: p.Share, Chat: p.Chat, ChatPrivate: p.ChatPrivate,
		Reactions: p.Reactions, RaiseHand: p.RaiseHand, Rename: p.Rename, SeePeople: p.SeePeople, SeeCameras: p.SeeCameras,
	}
}
