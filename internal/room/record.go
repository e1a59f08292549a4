package room

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/meeting"
)

// party is how the audit names somebody: an account as itself, a guest by the
// random id of the seat.
func party(seat id.Seat, from origin) audit.Party {
	if from.User != "" {
		return audit.Party{Kind: audit.User, ID: string(from.User)}
	}
	return audit.Party{Kind: audit.Seat, ID: string(seat)}
}

// credential is by what they are known.
func (c origin) credential() string {
	switch {
	case c.PIN:
		return "pin"
	case c.User != "":
		return "session"
	case c.Invite != "":
		return "invite:" + string(c.Invite)
	}
	return "link"
}

// entry words what by decided about, which is nil when the action says it all.
// Details come in pairs of name and value.
func (o *owner) entry(action audit.Action, by, about *seat, details ...string) audit.Entry {
	e := audit.Entry{
		Tenant: o.meeting.Tenant, At: time.Now(), Action: action, Meeting: o.id,
		Actor: audit.Party{Kind: audit.System}, Credential: "rule", Detail: pairs(details),
	}
	if by != nil {
		e.Actor, e.Credential = party(by.ID, by.origin), by.credential()
	}
	if about != nil {
		e.Subject = party(about.ID, about.origin)
	}
	return e
}

// arrivalEntry words what became of a newcomer.
func arrivalEntry(tenant id.Tenant, m id.Meeting, n newcomer, action audit.Action, details ...string) audit.Entry {
	return audit.Entry{
		Tenant: tenant, At: time.Now(), Action: action, Meeting: m,
		Actor: party(n.id, n.origin), Credential: n.credential(), Detail: pairs(details),
	}
}

func pairs(details []string) map[string]string {
	if len(details) == 0 {
		return nil
	}
	m := make(map[string]string, len(details)/2)
	for i := 0; i+1 < len(details); i += 2 {
		m[details[i]] = details[i+1]
	}
	return m
}

func flag(b bool) string { return strconv.FormatBool(b) }

// policyDetails are the switches of a policy.
func policyDetails(p access.Policy) []string {
	return []string{
		"microphone", flag(p.Microphone), "camera", flag(p.Camera), "share", flag(p.Share),
		"chat", flag(p.Chat), "chatPrivate", flag(p.ChatPrivate), "reactions", flag(p.Reactions),
		"raiseHand", flag(p.RaiseHand), "rename", flag(p.Rename),
		"seePeople", flag(p.SeePeople), "seeCameras", flag(p.SeeCameras),
	}
}

func lobbyDetails(l meeting.Lobby) []string {
	return []string{
		"mode", string(l.Mode), "signedIn", flag(l.SignedIn), "invited", flag(l.Invited),
		"domains", strings.Join(l.Domains, " "),
	}
}

func rightNames(rights []access.Right) string {
	names := make([]string, len(rights))
	for i, r := range rights {
		names[i] = string(r)
	}
	return strings.Join(names, " ")
}

// record writes decisions before anybody is told of them.
func (o *owner) record(ctx context.Context, entries ...audit.Entry) error {
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	return fault.Wrap("room.record", o.rooms.store.Record(ctx, entries...))
}

// refusalsKept bounds what a stranger at the door can write into the audit: so
// many refusals for one reason to one source in 15 minutes.
const refusalsKept = 10

// recordRefusal writes down that somebody was not let in. They are refused even
// if that fails.
func (r *Rooms) recordRefusal(ctx context.Context, tenant id.Tenant, m id.Meeting, n newcomer, refused error) {
	f, isFault := errors.AsType[*fault.Error](refused)
	if !isFault || f.Kind == fault.Internal || f.Kind == fault.Invalid || errors.Is(refused, ErrDraining) {
		return // the server's mistake, or a typing one: nothing was decided
	}
	if _, wait := r.refusals.take(r.digest("refused", string(m), f.Code, string(n.source[:]))); wait > 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTime)
	defer cancel()
	if err := r.store.Record(ctx, arrivalEntry(tenant, m, n, audit.Refused, "code", f.Code)); err != nil {
		r.log.ErrorContext(ctx, "a refusal was not written down", slog.Any("err", err))
	}
}
