package auth

import (
	"crypto/sha256"
	"time"

	"plenum/internal/id"
	"plenum/internal/pii"
)

// How long a sign-in lasts: at most 30 days (the bound of NIST SP 800-63B-4
// §2.1.3 for AAL1), and 7 days without use. Renewal is written once an hour at
// most, so that reading does not write.
const (
	SessionLife  = 30 * 24 * time.Hour
	SessionIdle  = 7 * 24 * time.Hour
	renewalGrain = time.Hour
)

// Session is one browser that has signed in. Only the hash of its token is
// stored: who reads the database cannot take it over.
type Session struct {
	TokenHash [sha256.Size]byte
	User      id.User
	CreatedAt time.Time
	ExpiresAt time.Time // moves on with use, up to CreatedAt + SessionLife

	ID           string    // names it in the list of one's sessions; opens nothing
	SecondFactor bool      // proved with more than a password
	ConfirmedAt  time.Time // when the person last proved who they are; see [Fresh]
	LastDay      time.Time // midnight UTC of the day it was last used on
	Browser      string    // as in "Firefox on Linux"; no version, no address
	Provider     string    // id of the identity provider; "" for ours
	// ProviderSession is the provider's name for the session (sid), by which it may
	// end it; "" without one.
	ProviderSession string
}

// NewSession makes a session and the token (256 random bits) for its cookie.
func NewSession(user id.User, now time.Time) (Session, pii.Secret) {
	token := pii.Secret(id.NewSecret())
	return Session{
		TokenHash: HashToken(token),
		User:      user,
		CreatedAt: now,
		ExpiresAt: now.Add(SessionIdle),

		ID:          id.New[string](),
		ConfirmedAt: now,
		LastDay:     day(now),
	}, token
}

// day is midnight UTC: when exactly somebody was here is nobody's business.
func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// ConfirmLife is how long a proof of identity serves for dangerous actions.
const ConfirmLife = 10 * time.Minute

// Fresh reports whether the person proved who they are a short while ago.
func (s Session) Fresh(now time.Time) bool { return now.Sub(s.ConfirmedAt) < ConfirmLife }

// HashToken is how a token is stored and looked up.
func HashToken(token pii.Secret) [sha256.Size]byte {
	return sha256.Sum256([]byte(token.Text()))
}

// Renewed returns the session as use at now leaves it, and whether the difference
// is worth writing.
func (s Session) Renewed(now time.Time) (Session, bool) {
	expires := now.Add(SessionIdle)
	if last := s.CreatedAt.Add(SessionLife); expires.After(last) {
		expires = last
	}
	worth := expires.Sub(s.ExpiresAt) >= renewalGrain || day(now).After(s.LastDay)
	s.ExpiresAt, s.LastDay = expires, day(now)
	return s, worth
}
