package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/crypto/argon2"

	"plenum/internal/fault"
	"plenum/internal/pii"
)

// Params are the costs of argon2id.
type Params struct {
	Memory uint32 // KiB
	Passes uint32
	Lanes  uint8
}

// DefaultParams are the second recommended option of RFC 9106 §4 (64 MiB, 3
// passes, 4 lanes), above the minimum of the OWASP Password Storage Cheat Sheet
// (19 MiB, 2 passes, 1 lane). One verification takes about 0.1 s of a core.
func DefaultParams() Params { return Params{Memory: 64 * 1024, Passes: 3, Lanes: 4} }

const (
	saltLen = 16 // bytes, RFC 9106 §3.1
	keyLen  = 32 // bytes
)

// Passwords hashes and verifies. Make it with NewPasswords.
type Passwords struct {
	params Params
	line   *line
	dummy  func() string // hash nobody's password has
}

// NewPasswords makes a hasher. Hashes of other parameters are verified too.
func NewPasswords(params Params) *Passwords {
	return &Passwords{
		params: params,
		line:   newLine(),
		dummy: sync.OnceValue(func() string {
			return encode(params, random(saltLen), random(keyLen))
		}),
	}
}

// Hash returns a PHC string of password. Faults: server.busy.
func (p *Passwords) Hash(ctx context.Context, password pii.Secret) (string, error) {
	done, err := p.line.begin(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	salt := random(saltLen)
	return encode(p.params, salt, derive(p.params, salt, keyLen, password)), nil
}

// Verify reports whether password is the one that hash was made of. For an empty
// hash (no such account) it takes the same time and says no, so that nobody
// learns from the clock who has an account. Faults: server.busy.
func (p *Passwords) Verify(ctx context.Context, hash string, password pii.Secret) (bool, error) {
	known := hash != ""
	if !known {
		hash = p.dummy()
	}
	params, salt, want, err := decode(hash)
	if err != nil {
		return false, fault.Wrap("auth.Verify", err)
	}
	done, err := p.line.begin(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	got := derive(params, salt, uint32(len(want)), password) //nolint:gosec // a hash is some dozens of bytes
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
}

// Outdated reports whether hash was made with other parameters than today's, so
// that the next sign-in can renew it.
func (p *Passwords) Outdated(hash string) bool {
	params, _, _, err := decode(hash)
	return err == nil && params != p.params
}

func derive(p Params, salt []byte, length uint32, password pii.Secret) []byte {
	return argon2.IDKey([]byte(Normal(password.Text())), salt, p.Passes, p.Memory, p.Lanes, length)
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) //nolint:errcheck // crypto/rand.Read never fails since Go 1.24.
	return b
}

// encode writes the PHC string format
// (https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md).
func encode(p Params, salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, p.Memory, p.Passes, p.Lanes, b64.EncodeToString(salt), b64.EncodeToString(key))
}

var errHash = errors.New("a stored password hash is not an argon2id PHC string")

func decode(hash string) (p Params, salt, key []byte, err error) {
	fields := strings.Split(hash, "$")
	if len(fields) != 6 || fields[0] != "" || fields[1] != "argon2id" || fields[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, nil, nil, errHash
	}
	if n, err := fmt.Sscanf(fields[3], "m=%d,t=%d,p=%d", &p.Memory, &p.Passes, &p.Lanes); n != 3 || err != nil {
		return p, nil, nil, errHash
	}
	if p.Passes == 0 || p.Lanes == 0 {
		return p, nil, nil, errHash
	}
	if salt, err = base64.RawStdEncoding.DecodeString(fields[4]); err != nil {
		return p, nil, nil, errHash
	}
	if key, err = base64.RawStdEncoding.DecodeString(fields[5]); err != nil || len(key) == 0 {
		return p, nil, nil, errHash
	}
	return p, salt, key, nil
}
