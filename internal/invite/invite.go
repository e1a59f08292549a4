// Package invite is a secret link to one meeting that carries a role.
package invite

import (
	"crypto/sha256"
	"strconv"
	"time"

	"plenum/internal/access"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
)

// The limits.
const (
	MaxPerMeeting = 1_000     // about 200 bytes each
	MaxUses       = 1_000_000 // more than anybody means; 0 is for any number
)

// ErrUnknown is what a wrong secret gives. The gate refuses it: whoever was sent
// a link for a role and came in as somebody less would not know why.
var ErrUnknown = fault.New("invite.Find", fault.NotFound, "invite.unknown",
	"This link is not complete or no longer valid. Ask the person who sent it for a new one.")

// The other reasons why an invite opens nothing. Whoever reads them holds the
// secret, so they give nothing away.
var (
	ErrRevoked = fault.New("invite.Use", fault.Forbidden, "invite.revoked", "This link has been withdrawn. Ask the person who sent it.")
	ErrNotYet  = fault.New("invite.Use", fault.Forbidden, "invite.not_yet", "This link is not valid yet. Come back when the meeting begins.")
	ErrExpired = fault.New("invite.Use", fault.Forbidden, "invite.expired", "This link has expired. Ask the person who sent it for a new one.")
	ErrUsedUp  = fault.New("invite.Use", fault.Forbidden, "invite.used_up", "This link has been used as often as it may be. Ask the person who sent it for a new one.")
	ErrInvalid = fault.New("invite.Check", fault.Invalid, "invite.invalid", "A link needs a role, at most 1,000,000 uses, and an end that comes after its beginning.")
	ErrTooMany = fault.New("invite.Create", fault.Exhausted, "invites.limit", "The meeting has as many links as it may have. Make a new meeting.")
)

// Invite binds a secret to a role in a meeting. The secret itself is in the link
// only; what is stored cannot open a door.
type Invite struct {
	ID         id.Invite
	Meeting    id.Meeting
	Role       access.Role
	SecretHash [sha256.Size]byte
	CreatedAt  time.Time

	// Personal is an invite made for somebody; without it, it is one of the role
	// links that the command line prints.
	Personal  bool
	Name      pii.Name  // whom it is for: their name in the meeting, not to be changed; "" leaves it open
	MaxUses   int       // 0 for any number; a use is a newcomer let in, not one who comes back
	Uses      int       //
	NotBefore time.Time // zero for at once
	ExpiresAt time.Time // zero for never
	Revoked   bool
}

// New makes an invite and the secret for its link.
func New(meeting id.Meeting, role access.Role, now time.Time) (Invite, pii.Secret) {
	secret := pii.Secret(id.NewSecret())
	return Invite{
		ID:         id.New[id.Invite](),
		Meeting:    meeting,
		Role:       role,
		SecretHash: Hash(secret),
		CreatedAt:  now,
	}, secret
}

// Hash is how a secret is stored and looked up. The secret has 256 random bits,
// so a plain hash is as good as a slow one.
func Hash(secret pii.Secret) [sha256.Size]byte {
	return sha256.Sum256([]byte(secret.Text()))
}

// Usable reports why a newcomer cannot come in with the invite at now, or nil.
func (i Invite) Usable(now time.Time) error {
	if i.MaxUses > 0 && i.Uses >= i.MaxUses && !i.Revoked {
		return ErrUsedUp
	}
	return i.Valid(now)
}

// Valid is [Invite.Usable] for somebody whose use is counted already and who
// comes back.
func (i Invite) Valid(now time.Time) error {
	switch {
	case i.Revoked:
		return ErrRevoked
	case now.Before(i.NotBefore):
		return ErrNotYet
	case !i.ExpiresAt.IsZero() && !now.Before(i.ExpiresAt):
		return ErrExpired
	}
	return nil
}

// Check refuses an invite that nobody could ever use, or without a role. Fault:
// invite.invalid.
func (i Invite) Check() error {
	_, known := access.ParseRole(string(i.Role))
	switch {
	case !known, i.MaxUses < 0, i.MaxUses > MaxUses:
		return ErrInvalid
	case !i.ExpiresAt.IsZero() && (!i.NotBefore.Before(i.ExpiresAt) || !i.CreatedAt.Before(i.ExpiresAt)):
		return ErrInvalid
	}
	return nil
}

// Terms says for the audit what the invite is good for, without whom it is for.
func (i Invite) Terms() map[string]string {
	terms := map[string]string{"role": string(i.Role), "uses": strconv.Itoa(i.MaxUses)}
	if !i.NotBefore.IsZero() {
		terms["notBefore"] = i.NotBefore.UTC().Format(time.RFC3339)
	}
	if !i.ExpiresAt.IsZero() {
		terms["expiresAt"] = i.ExpiresAt.UTC().Format(time.RFC3339)
	}
	return terms
}
