package room

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
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
//   - Never that of a removed seat or of an ended sitting, that of a seat left on
//     purpose while the room remembers it, that of whoever is banned or has come
//     by an invite that is revoked, or whose account is closed, nor, in a room that was forgotten, one from
//     before something was taken from the seat; see outdate.
//
// A token of the waiting kind says that somebody has passed the gate as far as
// the lobby. It brings them back to their place there, or to the seat they were
// given while their connection was cut. In a room that was forgotten the gate
// decides about them anew.
type claims struct {
	origin

	Meeting    id.Meeting        `json:"m"`
	Sitting    id.Sitting        `json:"s"` // of the waiting kind: "" when nobody sat yet
	Seat       id.Seat           `json:"t"`
	Name       pii.Name          `json:"n"`
	Role       access.Role       `json:"r"`
	JoinedAt   int64             `json:"j"` // unix ms; of the waiting kind: since when
	Serial     uint64            `json:"i"`
	Epoch      int               `json:"p,omitempty"` // see outdate
	Exceptions access.Exceptions `json:"c,omitzero"`
	Passcode   string            `json:"w,omitempty"` // of the waiting kind; see passcodeMark
	Expires    int64             `json:"x"`           // unix ms

	waiting bool // told by the seal
}

// issued is when the token was made.
func (c claims) issued() time.Time { return time.UnixMilli(c.Expires).Add(-SittingLife) }

// newcomer is who waited in a room that has been forgotten.
func (c claims) newcomer() *newcomer {
	return &newcomer{origin: c.origin, id: c.Seat, name: c.Name, role: c.Role, passcode: c.Passcode, waited: true, since: time.UnixMilli(c.JoinedAt)}
}

// The purposes bind the sealed bytes to what they are for.
const (
	seatPurpose    = "plenum resume token 2"
	waitingPurpose = "plenum waiting token 1"
)

func purposeOf(waiting bool) []byte {
	if waiting {
		return []byte(waitingPurpose)
	}
	return []byte(seatPurpose)
}

// maxToken is more than any token has: 100 characters of name and 254 of e-mail
// in at most six bytes each as JSON, about 900 bytes of the rest, in base64.
const maxToken = 4_096

func (r *Rooms) seal(c claims) (pii.Secret, error) {
	plain, err := json.Marshal(c) //nolint:gosec // G117: sealed four lines below.
	if err != nil {
		return "", fault.Wrap("room.seal", err)
	}
	nonce := make([]byte, r.sealer.NonceSize(), r.sealer.NonceSize()+len(plain)+r.sealer.Overhead())
	rand.Read(nonce) //nolint:errcheck // crypto/rand.Read never fails since Go 1.24.
	return pii.Secret(base64.RawURLEncoding.EncodeToString(r.sealer.Seal(nonce, nonce, plain, purposeOf(c.waiting)))), nil
}

// unseal returns the claims of a token of ours that has not expired.
func (r *Rooms) unseal(token pii.Secret) (claims, error) {
	var c claims
	if len(token) > maxToken || strings.ContainsAny(token.Text(), "\r\n") { // which base64 would skip
		return c, ErrResume
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(token.Text())
	if err != nil || len(sealed) < r.sealer.NonceSize() {
		return c, ErrResume
	}
	nonce, box := sealed[:r.sealer.NonceSize()], sealed[r.sealer.NonceSize():]
	plain, err := r.sealer.Open(nil, nonce, box, purposeOf(false))
	waiting := err != nil
	if waiting {
		plain, err = r.sealer.Open(nil, nonce, box, purposeOf(true))
	}
	if err != nil {
		return c, ErrResume
	}
	if err := json.Unmarshal(plain, &c); err != nil {
		return c, ErrResume
	}
	c.waiting = waiting
	if !time.Now().Before(time.UnixMilli(c.Expires)) {
		return c, ErrResume
	}
	return c, nil
}

// maxEpoch bounds what one seat can make the store keep in a sitting.
const maxEpoch = 8

// pass names one epoch of a seat. It is stored like a removed seat when the epoch
// is over.
func pass(seat id.Seat, epoch int) id.Seat {
	return id.Derive[id.Seat]("plenum pass", string(seat), strconv.Itoa(epoch))
}

// outdate makes every token of the seat up to now worthless once the room is
// forgotten, since it promises what was just taken away: a role, a right, a name. The next one is told to the
// client by its caller. After maxEpoch times tokens promise nothing any more, so
// that nothing needs to be taken back; see promise.
func (o *owner) outdate(ctx context.Context, s *seat, entries ...audit.Entry) error {
	if s.epoch >= maxEpoch {
		return o.record(ctx, entries...)
	}
	if err := o.refuse(ctx, pass(s.ID, s.epoch), entries...); err != nil {
		return err
	}
	s.epoch++
	return nil
}

// outdated reports whether a token is from before something was taken away.
func (o *owner) outdated(c claims) bool {
	for epoch := max(c.Epoch, 0); epoch < maxEpoch; epoch++ {
		if _, over := o.removed[pass(c.Seat, epoch)]; over {
			return true
		}
	}
	return false
}

// promise is what a token says that its seat is, should the room be forgotten.
func (s *seat) promise() (access.Role, access.Exceptions) {
	if s.epoch >= maxEpoch {
		return access.Viewer, access.Exceptions{Deny: access.Excepted()}
	}
	return s.Role, s.Exceptions
}

// token seals a token for the seat as it is now.
func (o *owner) token(s *seat, serial uint64) (pii.Secret, error) {
	c := claims{
		origin: s.origin, Meeting: o.id, Sitting: o.meeting.Sitting, Seat: s.ID, Name: s.Name,
		JoinedAt: s.JoinedAt.UnixMilli(), Serial: serial, Epoch: s.epoch,
		Expires: time.Now().Add(SittingLife).UnixMilli(),
	}
	c.Role, c.Exceptions = s.promise()
	return o.rooms.seal(c)
}

// waitingToken seals a token for somebody who waits.
func (o *owner) waitingToken(w *waiter, serial uint64) (pii.Secret, error) {
	c := claims{
		origin: w.origin, Meeting: o.id, Sitting: o.meeting.Sitting, Seat: w.ID, Name: w.Name, Role: w.Role,
		JoinedAt: w.since.UnixMilli(), Serial: serial, Epoch: w.epoch, Passcode: w.newcomer.passcode,
		Expires: time.Now().Add(SittingLife).UnixMilli(), waiting: true,
	}
	return o.rooms.seal(c)
}
