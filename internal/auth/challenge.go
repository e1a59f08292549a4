package auth

import (
	"crypto/sha256"
	"time"

	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
)

const (
	// ChallengeLife is how long a proof of identity that has begun may take.
	ChallengeLife = 5 * time.Minute
	// MaxTries at one challenge: five guesses at a code of which three of a million
	// are right. [Limiter.Code] brakes who begins many challenges.
	MaxTries = 5
	// MaxChallenges of one account at a time; the oldest goes.
	MaxChallenges = 10
	// WelcomeLife is how long a link to set a password serves.
	WelcomeLife = 24 * time.Hour
)

// ErrChallenge is what an unknown, used or late challenge gets.
var ErrChallenge = fault.New("auth.Challenge", fault.Unauthorised, "challenge.invalid", "This took too long or was used already. Please begin again.")

// ErrWelcome is what an unknown, used or late link to set a password gets.
var ErrWelcome = fault.New("auth.Welcome", fault.NotFound, "welcome.invalid", "This link is not valid or no longer. Ask your administrator for a new one.")

// Purpose is what a challenge is for; one for another purpose is none.
type Purpose string

// The purposes.
const (
	SecondStep     Purpose = "second"  // of a sign-in whose first step was right
	PasskeySignIn  Purpose = "signin"  // with a passkey alone
	PasskeyAdd     Purpose = "add"     // to an account
	PasskeyConfirm Purpose = "confirm" // that it is still the same person
)

// Challenge is a proof of identity that has begun. Only the hash of its secret is
// stored.
type Challenge struct {
	SecretHash [sha256.Size]byte
	Purpose    Purpose
	Tenant     id.Tenant
	User       id.User // "" before anybody is known
	State      string  // JSON of whoever began it
	ExpiresAt  time.Time
}

// NewChallenge makes a challenge and its secret of 256 random bits.
func NewChallenge(purpose Purpose, tenant id.Tenant, user id.User, state string, now time.Time) (Challenge, pii.Secret) {
	secret := pii.Secret(id.NewSecret())
	return Challenge{
		SecretHash: HashToken(secret), Purpose: purpose, Tenant: tenant, User: user, State: state, ExpiresAt: now.Add(ChallengeLife),
	}, secret
}

// Welcome is a link with which somebody sets the password of their account, once.
type Welcome struct {
	SecretHash [sha256.Size]byte
	User       id.User
	ExpiresAt  time.Time
}

// NewWelcome makes a link's secret of 256 random bits.
func NewWelcome(user id.User, now time.Time) (Welcome, pii.Secret) {
	secret := pii.Secret(id.NewSecret())
	return Welcome{SecretHash: HashToken(secret), User: user, ExpiresAt: now.Add(WelcomeLife)}, secret
}
