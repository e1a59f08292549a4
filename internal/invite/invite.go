// Package invite is a secret link to one meeting that carries a role.
package invite

import (
	"crypto/sha256"
	"time"

	"plenum/internal/access"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
)

// ErrUnknown is what a wrong secret gives. The gate refuses it: whoever was sent
// a link for a role and came in as somebody less would not know why.
var ErrUnknown = fault.New("invite.Find", fault.NotFound, "invite.unknown",
	"This link is not complete or no longer valid. Ask the person who sent it for a new one.")

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
