package room

import (
	"crypto/sha256"
	"encoding/base64"
	"time"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/user"
)

// origin is by what somebody came. Bans, revoked invites, the rules of the lobby
// and the audit go by it. It travels sealed in the tokens of its owner.
type origin struct {
	User     id.User   `json:"u,omitempty"` // "" for guests
	Email    pii.Email `json:"e,omitempty"` // of the account
	Invite   id.Invite `json:"v,omitempty"` // "" without one
	Personal bool      `json:"q,omitempty"` // the invite was made for this one person
	Named    bool      `json:"l,omitempty"` // and says what they are called
	PIN      bool      `json:"k,omitempty"` // has shown the host's PIN

	source digest // where from; zero when that is not known, as after a restart
}

// account is what the rules of a meeting look at.
func (c origin) account() *user.User {
	if c.User == "" {
		return nil
	}
	return &user.User{ID: c.User, Email: c.Email}
}

// newcomer is somebody whom the gate has let up to the room and who is not in it.
type newcomer struct {
	origin

	id   id.Seat // theirs from now on, in the lobby and in the room
	name pii.Name
	role access.Role
	// passcode marks which passcode they have shown; see passcodeMark.
	passcode string
	// waited is true of whoever has passed the gate before and comes back to wait;
	// since when, if the room has forgotten it.
	waited bool
	since  time.Time
}

// skipsPasscode reports whether the credential is worth more than a passcode.
func (n newcomer) skipsPasscode() bool { return n.role.Moderates() || n.Personal }

// knowsPasscode reports whether they have shown the meeting's present passcode.
func (n newcomer) knowsPasscode(m meeting.Meeting) bool {
	return m.PasscodeHash == "" || n.skipsPasscode() || n.passcode == passcodeMark(m.PasscodeHash)
}

// passcodeMark names a passcode by its stored hash, which has a salt: it tells
// one passcode from the next and nothing else.
func passcodeMark(hash string) string {
	if hash == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(hash))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}
