package provider

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"time"

	"plenum/internal/id"
	"plenum/internal/pii"
)

// AttemptLife is how long somebody may take at the provider.
const AttemptLife = 10 * time.Minute

// Attempt is a sign-in that has begun: a question on its way to the provider,
// whose answer counts once, in the browser that asked.
type Attempt struct {
	StateHash   [sha256.Size]byte
	BrowserHash [sha256.Size]byte
	Provider    id.Provider
	Return      string // see [ReturnPath]
	Confirm     bool   // somebody signed in is to prove again who they are
	ExpiresAt   time.Time
}

// Question is what is asked of an OpenID Connect provider.
type Question struct {
	State       pii.Secret
	Nonce       pii.Secret
	Verifier    pii.Secret // of PKCE, RFC 7636
	RedirectURI string
	Confirm     bool // sign in anew, even if the provider remembers the person
}

// Ask makes a question and the attempt to keep. browser is the secret of the
// browser's cookie; whoever reads what is kept can neither answer for it nor ask
// for it.
func Ask(p id.Provider, browser pii.Secret, redirect, back string, confirm bool, now time.Time) (Attempt, Question) {
	state := pii.Secret(id.NewSecret())
	return Attempt{
		StateHash: Hash(state), BrowserHash: Hash(browser), Provider: p,
		Return: ReturnPath(back), Confirm: confirm, ExpiresAt: now.Add(AttemptLife),
	}, again(state, browser, redirect, confirm)
}

// Again makes the question of an attempt a second time, for the answer.
func (a Attempt) Again(state, browser pii.Secret, redirect string) Question {
	return again(state, browser, redirect, a.Confirm)
}

func again(state, browser pii.Secret, redirect string, confirm bool) Question {
	derive := func(purpose string) pii.Secret {
		mac := hmac.New(sha256.New, []byte(browser.Text()))
		mac.Write([]byte(purpose + "\x00" + state.Text()))
		return pii.Secret(base64.RawURLEncoding.EncodeToString(mac.Sum(nil))) // 43 characters, as PKCE wants
	}
	return Question{State: state, Nonce: derive("nonce"), Verifier: derive("pkce"), RedirectURI: redirect, Confirm: confirm}
}

// Hash is how secrets of a sign-in are kept.
func Hash(s pii.Secret) [sha256.Size]byte { return sha256.Sum256([]byte(s.Text())) }

// Answer is what came back from the provider by way of the browser.
type Answer struct {
	Question

	Code   pii.Secret
	Issuer string // RFC 9207; "" when the provider does not say it
}

// Logout is a provider's word that somebody has signed out there.
type Logout struct {
	Provider id.Provider
	Subject  string // "" when only a session is named
	Session  string // "" when all of the subject's are meant
	TokenID  [sha256.Size]byte
	Expires  time.Time // of the token; until then its id is kept
}

// returnShape lists where a sign-in may end. Everything else could be a page of
// somebody else, by one trick of addresses or another.
var returnShape = regexp.MustCompile(`^/(?:m/[a-z2-7]{26}|account|admin(?:/[a-z][a-z0-9-]{0,40}){0,3})?$`)

// ReturnPath is s if a sign-in may end there, and the home page if not.
func ReturnPath(s string) string {
	if !returnShape.MatchString(s) {
		return "/"
	}
	return s
}
