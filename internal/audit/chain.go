package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"time"

	"plenum/internal/id"
)

// saltSize makes guessing an id from its commitment hopeless even for someone who
// has a list of all ids.
const saltSize = 16

// Record is an entry in its place in the chain. It comes from a disk that
// somebody may have changed: nothing in it is to be believed before it is
// verified.
type Record struct {
	Entry
	Seq        int64
	DetailText string // Detail as JSON with sorted keys, "" for none; what the hash covers
	// ActorPart covers actor and credential, SubjectPart the subject. The hash covers
	// their commitments only, so that either can be redacted.
	ActorPart, SubjectPart Part
	Previous, Hash         []byte
}

// Part is what binds something personal to an entry: SHA-256 of a random salt and
// the thing itself.
type Part struct {
	Commitment []byte
	// Proof is the salt (16 bytes). Once the thing is redacted, the salt is gone too,
	// so that nobody can try ids, and the server's signature (64 bytes) takes its
	// place: it shows who took it out.
	Proof []byte
}

// Redacted reports whether the personal part was taken out.
func (p Part) Redacted() bool { return len(p.Proof) == ed25519.SignatureSize }

// Beginning is the hash that the first entry of a log follows.
func Beginning() []byte { return make([]byte, sha256.Size) }

// Follow puts e after the entry number seq−1 whose hash is previous.
func Follow(e Entry, seq int64, previous []byte) Record {
	e.At = e.At.Truncate(time.Millisecond)
	r := Record{Entry: e, Seq: seq, Previous: previous}
	if len(e.Detail) > 0 {
		text, err := json.Marshal(e.Detail) // in the order of its keys
		if err != nil {
			panic("audit: JSON refused strings: " + err.Error())
		}
		r.DetailText = string(text)
	}
	r.ActorPart.Proof, r.SubjectPart.Proof = salt(), salt()
	r.ActorPart.Commitment, r.SubjectPart.Commitment = r.actorCommitment(), r.subjectCommitment()
	r.Hash = r.digest()
	return r
}

func salt() []byte {
	b := make([]byte, saltSize)
	rand.Read(b) //nolint:errcheck // crypto/rand.Read never fails since Go 1.24.
	return b
}

func (r *Record) actorCommitment() []byte {
	return digest("actor", r.ActorPart.Proof, []byte(r.Actor.ID), []byte(r.Credential))
}

func (r *Record) subjectCommitment() []byte {
	return digest("subject", r.SubjectPart.Proof, []byte(r.Subject.ID))
}

// digest is the hash of everything in the entry but the personal parts, for which
// their commitments stand.
func (r *Record) digest() []byte {
	return r.digestAs(r.Seq)
}

// digestAs is digest with another number: it finds entries that were moved.
func (r *Record) digestAs(seq int64) []byte {
	return digest("entry",
		r.Previous, []byte(r.Tenant), number(seq), number(r.At.UnixMilli()),
		[]byte(r.Action), []byte(r.Actor.Kind), r.ActorPart.Commitment,
		[]byte(r.Meeting), []byte(r.Subject.Kind), r.SubjectPart.Commitment, []byte(r.DetailText))
}

// digest hashes fields so that no two lists of fields look alike: the purpose and
// each field stand after their length, 8 bytes big-endian.
func digest(purpose string, fields ...[]byte) []byte {
	h := sha256.New()
	for _, field := range append([][]byte{[]byte("plenum/audit/v1/" + purpose)}, fields...) {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(field)))
		h.Write(length[:])
		h.Write(field)
	}
	return h.Sum(nil)
}

// number is how numbers and moments (unix milliseconds) are hashed.
func number(n int64) []byte { return strconv.AppendInt(nil, n, 10) }

// Checkpoint is the server's signed word that, at a moment, a log went from one
// entry to another, the last of which had this hash.
type Checkpoint struct {
	Tenant id.Tenant
	// First is the number of the checkpoint that the log began after; 0 for its very
	// beginning. It moves when old entries are deleted.
	First     int64
	Seq       int64 // of the last entry
	At        time.Time
	Hash      []byte // of the last entry
	Signature []byte // Ed25519; empty when nobody signed
}

func (c *Checkpoint) digest() []byte {
	return digest("checkpoint", []byte(c.Tenant), number(c.First), number(c.Seq), number(c.At.UnixMilli()), c.Hash)
}

// Signer signs checkpoints. The zero value signs nothing, which verification then
// tells.
type Signer struct{ private ed25519.PrivateKey }

// NewSigner makes a key of a secret, always the same of the same.
func NewSigner(seed [ed25519.SeedSize]byte) Signer {
	return Signer{ed25519.NewKeyFromSeed(seed[:])}
}

// Public is what verifies the signatures; nil for the zero Signer.
func (k Signer) Public() ed25519.PublicKey {
	if k.private == nil {
		return nil
	}
	return k.private.Public().(ed25519.PublicKey) //nolint:forcetypeassert // Ed25519's own documentation says so
}

func (k Signer) sign(message []byte) []byte {
	if k.private == nil {
		return []byte{}
	}
	return ed25519.Sign(k.private, message)
}

// Sign fills in the signature.
func (k Signer) Sign(c Checkpoint) Checkpoint {
	c.At = c.At.Truncate(time.Millisecond)
	c.Signature = k.sign(c.digest())
	return c
}

// RedactActor takes out who acted and by which credential.
func (k Signer) RedactActor(r Record) Record {
	r.Actor.ID, r.Credential = "", ""
	r.ActorPart.Proof = k.sign(redaction(&r, "actor", r.ActorPart))
	return r
}

// RedactSubject takes out whom or what it was about.
func (k Signer) RedactSubject(r Record) Record {
	r.Subject.ID = ""
	r.SubjectPart.Proof = k.sign(redaction(&r, "subject", r.SubjectPart))
	return r
}

func redaction(r *Record, part string, p Part) []byte {
	return digest("redaction", []byte(r.Tenant), number(r.Seq), []byte(part), p.Commitment)
}

// signed reports whether public's owner signed message.
func signed(public ed25519.PublicKey, message, signature []byte) bool {
	return len(public) == ed25519.PublicKeySize && len(signature) == ed25519.SignatureSize && ed25519.Verify(public, message, signature)
}

// sound reports whether a part opens its commitment, or was redacted by the owner
// of public.
func sound(public ed25519.PublicKey, r *Record, part string, p Part, commitment []byte, empty bool) bool {
	if p.Redacted() {
		return empty && signed(public, redaction(r, part, p), p.Proof)
	}
	return len(p.Proof) == saltSize && bytes.Equal(p.Commitment, commitment)
}
