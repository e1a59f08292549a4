// Package id makes and parses the program's identifiers and random secrets.
package id

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"regexp"

	"plenum/internal/fault"
)

// The ids. Each is 128 random bits as 26 characters of lower-case base32
// (a–z, 2–7): nothing to guess, and easy to read out on the phone.
type (
	// Tenant is an organisation.
	Tenant string
	// User is an account.
	User string
	// Meeting is what is planned and linked to.
	Meeting string
	// Invite is a secret link that carries a role.
	Invite string
	// Seat is one participant's place in a room.
	Seat string
	// Message is one in the chat.
	Message string
	// Key is the name of an API key; it opens nothing.
	Key string
	// Sitting is one run of a room, from first admission to end.
	Sitting string
	// Ban keeps somebody out of one meeting.
	Ban string
	// Provider is an identity provider of an organisation.
	Provider string
	// Reservation holds places of the pool for a meeting.
	Reservation string
	// Recording is one run from start to stop in a sitting.
	Recording string
	// Asset is one file made of a recording.
	Asset string
	// Job is something to be done that outlives the program.
	Job string
)

// ErrMalformed is what parsing anything but an id gives. It is NotFound and not
// Invalid: an id that cannot exist must look like one that does not.
var ErrMalformed = fault.New("id.Parse", fault.NotFound, "not_found", "There is nothing here.")

var (
	encoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding) //nolint:gochecknoglobals // nobody changes it
	shape    = regexp.MustCompile(`^[a-z2-7]{26}$`)
)

// New returns a fresh random id.
func New[T ~string]() T {
	var b [16]byte
	rand.Read(b[:]) //nolint:errcheck // crypto/rand.Read never fails since Go 1.24.
	return T(encoding.EncodeToString(b[:]))
}

// Derive returns the id that belongs to parts: always the same, and one that
// tells nothing about them.
func Derive[T ~string](parts ...string) T {
	h := sha256.New()
	for _, part := range parts {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return T(encoding.EncodeToString(h.Sum(nil)[:16]))
}

// Parse checks s at the edge of the program, once.
func Parse[T ~string](s string) (T, error) {
	if !shape.MatchString(s) {
		return "", ErrMalformed
	}
	return T(s), nil
}

// NewSecret returns 256 random bits as 52 characters in the ids' alphabet, for
// sessions, tickets and invites.
func NewSecret() string {
	var b [32]byte
	rand.Read(b[:]) //nolint:errcheck // as above.
	return encoding.EncodeToString(b[:])
}
