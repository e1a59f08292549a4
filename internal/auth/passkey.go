package auth

import (
	"time"

	"plenum/internal/id"
	"plenum/internal/pii"
)

// Passkey is a key pair on a person's device, of which the server has the public
// half.
type Passkey struct {
	ID           string
	User         id.User
	Host         string // it works for this name only
	CredentialID []byte
	PublicKey    []byte // COSE
	SignCount    uint32 // 0 always, or more with each use
	Synced       bool   // may be on several devices
	BackedUp     bool   // is
	Transports   []string
	Name         pii.Name // so that the person can tell theirs apart
	CreatedAt    time.Time
}
