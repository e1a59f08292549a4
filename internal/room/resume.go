package room

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"time"

	"plenum/internal/access"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
)

// claims are what a resume token says of its seat. The token is the only place
// where they outlive the server's memory: the client keeps it, sealed, and
// nothing about persons is written on our side.
//
// Which tokens open a seat:
//   - While the room remembers the seat, the token of the newest welcome, and
//     older ones only until the client has shown (by sending anything) that it
//     got the newest: a welcome can be lost together with its connection.
//   - After the room was forgotten (a restart, or ten minutes without anybody),
//     any token of the running sitting, once per seat, since with that the room
//     remembers the seat again. It cannot know which was the newest without
//     writing at each welcome; the holder of an older one is the same person.
//   - Never that of a removed seat or of an ended sitting, nor that of a seat
//     left on purpose while the room remembers it.
//
// Pass is what keeps a demotion: it changes with each role, and that of a lost
// role is stored like a removed seat. A forgotten seat that comes with such a
// pass is an attendee at most.
type claims struct {
	Meeting  id.Meeting  `json:"m"`
	Sitting  id.Sitting  `json:"s"`
	Seat     id.Seat     `json:"t"`
	Pass     id.Seat     `json:"p"`
	Name     string      `json:"n"`
	Role     access.Role `json:"r"`
	Guest    bool        `json:"g"`
	JoinedAt int64       `json:"j"` // unix ms
	Serial   uint64      `json:"i"`
	Expires  int64       `json:"x"` // unix ms
}

// purpose binds the sealed bytes to what they are for.
const purpose = "plenum resume token 1"

// maxToken is more than any token has: 100 characters of name in at most six
// bytes each as JSON, about 300 bytes of the rest, in base64.
const maxToken = 2_048

func (r *Rooms) seal(c claims) (pii.Secret, error) {
	plain, err := json.Marshal(c) //nolint:gosec // G117: sealed four lines below.
	if err != nil {
		return "", fault.Wrap("room.seal", err)
	}
	nonce := make([]byte, r.sealer.NonceSize(), r.sealer.NonceSize()+len(plain)+r.sealer.Overhead())
	rand.Read(nonce) //nolint:errcheck // crypto/rand.Read never fails since Go 1.24.
	return pii.Secret(base64.RawURLEncoding.EncodeToString(r.sealer.Seal(nonce, nonce, plain, []byte(purpose)))), nil
}

// unseal returns the claims of a token of ours that has not expired.
func (r *Rooms) unseal(token pii.Secret) (claims, error) {
	var c claims
	if len(token) > maxToken {
		return c, ErrResume
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(token.Text())
	if err != nil || len(sealed) < r.sealer.NonceSize() {
		return c, ErrResume
	}
	nonce, box := sealed[:r.sealer.NonceSize()], sealed[r.sealer.NonceSize():]
	plain, err := r.sealer.Open(nil, nonce, box, []byte(purpose))
	if err != nil {
		return c, ErrResume
	}
	if err := json.Unmarshal(plain, &c); err != nil {
		return c, ErrResume
	}
	if !time.Now().Before(time.UnixMilli(c.Expires)) {
		return c, ErrResume
	}
	return c, nil
}
