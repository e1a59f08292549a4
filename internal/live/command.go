package live

import (
	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/recording"
	"plenum/internal/room"
)

// reader turns a message into what the room understands. Fault: errMalformed.
type reader func(message) (room.Command, error)

// readers is [Commands] without hello and ping, which are not the room's.
func readers() map[string]reader {
	return map[string]reader{
		"leave":          of(func(Empty) room.Command { return room.Leave{} }),
		"chat.send":      of(func(b ChatSend) room.Command { return room.ChatSend{To: id.Seat(b.To), Text: b.Text} }),
		"chat.delete":    of(func(b ChatDelete) room.Command { return room.ChatDelete{Message: id.Message(b.Message)} }),
		"hand.raise":     of(func(Empty) room.Command { return room.HandRaise{} }),
		"hand.lower":     of(func(b SeatRef) room.Command { return room.HandLower{Seat: id.Seat(b.Seat)} }),
		"hands.lower":    of(func(Empty) room.Command { return room.HandsLower{} }),
		"react":          of(func(b React) room.Command { return room.React(b) }),
		"share.start":    of(func(Empty) room.Command { return room.ShareStart{} }),
		"share.stop":     of(func(b SeatRef) room.Command { return room.ShareStop{Seat: id.Seat(b.Seat)} }),
		"camera.stop":    of(func(b SeatRef) room.Command { return room.CameraStop{Seat: id.Seat(b.Seat)} }),
		"mute":           of(func(b SeatRef) room.Command { return room.Mute{Seat: id.Seat(b.Seat)} }),
		"mute.all":       of(func(Empty) room.Command { return room.MuteAll{} }),
		"unmute.ask":     of(func(b SeatRef) room.Command { return room.AskUnmute{Seat: id.Seat(b.Seat)} }),
		"role.set":       role,
		"remove":         of(func(b Remove) room.Command { return room.Remove{Seat: id.Seat(b.Seat), Ban: b.Ban} }),
		"policy.set":     of(func(b Policy) room.Command { return room.SetPolicy{Policy: b.policy()} }),
		"locked.set":     of(func(b SetLocked) room.Command { return room.SetLocked(b) }),
		"spotlight.set":  of(func(b Spotlight) room.Command { return room.Spotlight{Seat: id.Seat(b.Seat)} }),
		"end":            of(func(Empty) room.Command { return room.End{} }),
		"rename":         of(func(b Rename) room.Command { return room.Rename{Seat: id.Seat(b.Seat), Name: b.Name} }),
		"exceptions.set": exceptions,
		"host.claim":     of(func(b HostClaim) room.Command { return room.HostClaim{PIN: pii.Secret(b.PIN)} }),
		"lobby.set":      of(func(b Lobby) room.Command { return room.SetLobby{Lobby: meetingLobby(b)} }),
		"lobby.admit":    of(func(b WaiterRef) room.Command { return room.Admit{Waiter: id.Seat(b.Waiter)} }),
		"lobby.admitAll": of(func(Empty) room.Command { return room.AdmitAll{} }),
		"lobby.deny":     of(func(b Deny) room.Command { return room.Deny{Waiter: id.Seat(b.Waiter), Text: b.Text, Ban: b.Ban} }),
		"lobby.denyAll":  of(func(b DenyAll) room.Command { return room.DenyAll(b) }),
		"lobby.tell":     of(func(b TellWaiting) room.Command { return room.TellWaiting{Waiter: id.Seat(b.Waiter), Text: b.Text} }),
		"passcode.set":   of(func(b SetPasscode) room.Command { return room.SetPasscode{Passcode: pii.Secret(b.Passcode)} }),
		"record.start":   layout(func(l recording.Layout) room.Command { return room.RecordStart{Layout: l} }),
		"record.pause":   of(func(Empty) room.Command { return room.RecordPause{} }),
		"record.resume":  of(func(Empty) room.Command { return room.RecordResume{} }),
		"record.stop":    of(func(Empty) room.Command { return room.RecordStop{} }),
		"record.layout":  layout(func(l recording.Layout) room.Command { return room.RecordLayout{Layout: l} }),
		"record.chapter": of(func(b RecordChapter) room.Command { return room.RecordChapter(b) }),
		"consent":        answer,
		"media.token":    of(func(Empty) room.Command { return room.OpenMedia{} }),
	}
}

// of makes a reader for bodies of type T. Ids need no check of their shape: they
// are only looked up.
func of[T any](convert func(T) room.Command) reader {
	return func(m message) (room.Command, error) {
		b, err := body[T](m)
		if err != nil {
			return nil, err
		}
		return convert(b), nil
	}
}

func role(m message) (room.Command, error) {
	b, err := body[SetRole](m)
	if err != nil {
		return nil, err
	}
	r, known := access.ParseRole(b.Role)
	if !known {
		return nil, errMalformed
	}
	return room.SetRole{Seat: id.Seat(b.Seat), Role: r}, nil
}

// layout makes a reader of a way to arrange people; "" is the meeting's.
func layout(convert func(recording.Layout) room.Command) reader {
	return func(m message) (room.Command, error) {
		b, err := body[RecordStart](m)
		if err != nil {
			return nil, err
		}
		switch l := recording.Layout(b.Layout); l {
		case "", recording.Grid, recording.Speaker, recording.Share:
			return convert(l), nil
		}
		return nil, errMalformed
	}
}

func answer(m message) (room.Command, error) {
	b, err := body[Consent](m)
	if err != nil {
		return nil, err
	}
	return room.Consent{
		Recording: id.Recording(b.Recording), Yes: b.Yes, Version: b.Version, Language: b.Language, Past: b.Past,
	}, nil
}

// exceptions leaves it to the room which rights there are.
func exceptions(m message) (room.Command, error) {
	b, err := body[SetExceptions](m)
	if err != nil {
		return nil, err
	}
	return room.SetExceptions{
		Seat:       id.Seat(b.Seat),
		Exceptions: access.Exceptions{Allow: rightsOf(b.Allow), Deny: rightsOf(b.Deny)},
	}, nil
}

func rightsOf(names []string) []access.Right {
	rights := make([]access.Right, len(names))
	for i, name := range names {
		rights[i] = access.Right(name)
	}
	return rights
}

func meetingLobby(b Lobby) meeting.Lobby {
	return meeting.Lobby{Mode: meeting.LobbyMode(b.Mode), SignedIn: b.SignedIn, Invited: b.Invited, Domains: b.Domains}
}

// policy is what attendees may do; who may record stays as it is, see
// [room.SetPolicy].
func (p Policy) policy() access.Policy {
	return access.Policy{
		Microphone: p.Microphone, Camera: p.Camera, Share: p.Share, Chat: p.Chat, ChatPrivate: p.ChatPrivate,
		Reactions: p.Reactions, RaiseHand: p.RaiseHand, Rename: p.Rename, SeePeople: p.SeePeople, SeeCameras: p.SeeCameras,
	}
}
