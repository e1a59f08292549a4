package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6238 as every authenticator app speaks it; HMAC does not need SHA-1 to resist collisions
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"

	"plenum/internal/pii"
)

// The parameters that every authenticator app understands (RFC 6238 §4).
const (
	totpSecretLen = 20 // bytes, RFC 4226 §4 R6
	totpStep      = 30 * time.Second
	totpDigits    = 6
	totpSkew      = 1 // steps before and after, RFC 6238 §5.2
)

// NewTOTPSecret makes the secret an authenticator app shares with the server.
func NewTOTPSecret() []byte {
	secret := make([]byte, totpSecretLen)
	rand.Read(secret) //nolint:errcheck // crypto/rand.Read never fails since Go 1.24.
	return secret
}

// TOTPText is how a person types a secret in.
func TOTPText(secret []byte) pii.Secret {
	return pii.Secret(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret))
}

// TOTPAddress is what the picture that apps scan says
// (https://github.com/google/google-authenticator/wiki/Key-Uri-Format). The
// app shows organisation and account beside the code.
func TOTPAddress(organisation string, account pii.Email, secret []byte) pii.Secret {
	organisation = strings.ReplaceAll(organisation, ":", " ") // it ends the organisation in the label
	q := url.Values{"secret": {TOTPText(secret).Text()}, "issuer": {organisation}}
	label := url.PathEscape(organisation) + ":" + url.PathEscape(account.Text())
	return pii.Secret("otpauth://totp/" + label + "?" + strings.ReplaceAll(q.Encode(), "+", "%20"))
}

// TOTPCode is the code of one time step.
func TOTPCode(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(step))) //nolint:gosec // moments after 1970
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0x0f // RFC 4226 §5.3
	number := binary.BigEndian.Uint32(sum[offset:]) & 0x7fff_ffff
	return fmt.Sprintf("%0*d", totpDigits, number%1_000_000)
}

// TOTPStep is the time step of a moment.
func TOTPStep(now time.Time) int64 { return now.Unix() / int64(totpStep/time.Second) }

// MatchTOTP returns the time step whose code was typed, the present one or a
// neighbour. The caller accepts each step once.
func MatchTOTP(secret []byte, typed pii.Secret, now time.Time) (step int64, ok bool) {
	code := []byte(strings.ReplaceAll(typed.Text(), " ", ""))
	present := TOTPStep(now)
	for s := present - totpSkew; s <= present+totpSkew; s++ {
		if subtle.ConstantTimeCompare(code, []byte(TOTPCode(secret, s))) == 1 {
			step, ok = s, true
		}
	}
	return step, ok
}
