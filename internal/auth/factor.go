package auth

import (
	"crypto/sha256"
	"strings"
	"time"

	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
)

// RecoveryCodes is how many a person gets.
const RecoveryCodes = 10

// MaxPasskeys of one account: a few devices and keys.
const MaxPasskeys = 20

// The faults of second factors.
var (
	ErrCode         = fault.New("auth.Factor", fault.Unauthorised, "factor.wrong", "The code is wrong, or was used already.")
	ErrPasskey      = fault.New("auth.Passkey", fault.Unauthorised, "passkey.wrong", "This passkey was not accepted.")
	ErrPasskeyKnown = fault.New("auth.Passkey", fault.Conflict, "passkey.known", "This passkey is set up already.")
	ErrPasskeyHost  = fault.New("auth.Passkey", fault.Conflict, "passkey.host", "Passkeys need the server's name. Open it under a name such as meet.example.org, not under an address.")
	ErrPasskeyLimit = fault.New("auth.Passkey", fault.Exhausted, "passkey.limit", "There are too many passkeys. Remove one first.")
	ErrNoFactor     = fault.New("auth.Factor", fault.NotFound, "factor.none", "This second factor is not set up.")
	ErrLastFactor   = fault.New("auth.Factor", fault.Conflict, "factor.last", "Your organisation demands a second factor. Set up another one before you remove this one.")
)

// Factors is what an account can prove itself with beside its password.
type Factors struct {
	TOTP     bool
	Passkeys []Passkey
	Recovery int // codes that are left
}

// Any reports whether there is a second factor. Recovery codes stand in for one
// and are none themselves.
func (f Factors) Any() bool { return f.TOTP || len(f.Passkeys) > 0 }

// At returns the factors of use on a host: a passkey works only where it was
// made (WebAuthn level 3 §5.1.4.1, RP id).
func (f Factors) At(host string) Factors {
	at := f
	at.Passkeys = nil
	for _, p := range f.Passkeys {
		if p.Host == host {
			at.Passkeys = append(at.Passkeys, p)
		}
	}
	return at
}

// TOTP is a sealed secret of RFC 6238.
type TOTP struct {
	User      id.User
	Sealed    []byte
	LastStep  int64 // of the last accepted code
	CreatedAt time.Time
}

// NewRecoveryCodes makes ten codes of 80 random bits, as "abcd-efgh-ijkl-mnop".
func NewRecoveryCodes() []pii.Secret {
	codes := make([]pii.Secret, RecoveryCodes)
	for i := range codes {
		s := id.NewSecret()[:16]
		codes[i] = pii.Secret(s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:])
	}
	return codes
}

// HashRecoveryCode is how a code is stored and looked up, however it was typed.
// With 80 random bits a fast hash is enough (NIST SP 800-63B-4 §3.1.2.2).
func HashRecoveryCode(user id.User, code pii.Secret) [sha256.Size]byte {
	typed := strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(code.Text()))
	return sha256.Sum256([]byte(string(user) + ":" + typed))
}
