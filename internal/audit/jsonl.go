package audit

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"plenum/internal/fault"
	"plenum/internal/id"
)

// An export as JSON lines carries all that verifying it needs: first a line with
// the public key and the signed end, then checkpoints and entries in order.

// moment is how exports write time: RFC 3339 in UTC with milliseconds.
const moment = "2006-01-02T15:04:05.000Z"

type line struct {
	Type       string          `json:"type"` // "log", "checkpoint", "entry"
	Log        *logLine        `json:"log,omitempty"`
	Checkpoint *checkpointLine `json:"checkpoint,omitempty"`
	Entry      *entryLine      `json:"entry,omitempty"`
}

type logLine struct {
	Version   int            `json:"version"`
	Tenant    string         `json:"tenant"`
	After     int64          `json:"after"` // number of the last entry left out
	PublicKey []byte         `json:"publicKey"`
	End       checkpointLine `json:"end"`
}

type checkpointLine struct {
	First     int64  `json:"first"`
	Seq       int64  `json:"seq"`
	At        string `json:"at"`
	Hash      []byte `json:"hash"`
	Signature []byte `json:"signature"`
}

type entryLine struct {
	Seq        int64    `json:"seq"`
	At         string   `json:"at"`
	Action     string   `json:"action"`
	ActorKind  string   `json:"actorKind"`
	Actor      string   `json:"actor"`
	Credential string   `json:"credential"`
	Meeting    string   `json:"meeting"`
	SubjKind   string   `json:"subjectKind"`
	Subject    string   `json:"subject"`
	Detail     string   `json:"detail"`   // JSON in a string: the hash covers its bytes
	Redacted   []string `json:"redacted"` // "actor", "subject"; for people, proofs say it too

	ActorProof        []byte `json:"actorProof"`
	ActorCommitment   []byte `json:"actorCommitment"`
	SubjectProof      []byte `json:"subjectProof"`
	SubjectCommitment []byte `json:"subjectCommitment"`
	Previous          []byte `json:"previous"`
	Hash              []byte `json:"hash"`
}

// jsonWriter is a [Walker] that writes JSON lines.
type jsonWriter struct {
	encoder *json.Encoder
	public  ed25519.PublicKey
}

// Begin implements [Walker].
func (w *jsonWriter) Begin(end Checkpoint, after int64) error {
	return w.encoder.Encode(line{Type: "log", Log: &logLine{
		Version: 1, Tenant: string(end.Tenant), After: after, PublicKey: w.public, End: checkpointToLine(end),
	}})
}

// Checkpoint implements [Walker].
func (w *jsonWriter) Checkpoint(c Checkpoint) error {
	l := checkpointToLine(c)
	return w.encoder.Encode(line{Type: "checkpoint", Checkpoint: &l})
}

// Record implements [Walker].
func (w *jsonWriter) Record(r Record) error {
	return w.encoder.Encode(line{Type: "entry", Entry: &entryLine{
		Seq: r.Seq, At: r.At.UTC().Format(moment), Action: string(r.Action),
		ActorKind: string(r.Actor.Kind), Actor: r.Actor.ID, Credential: r.Credential,
		Meeting: string(r.Meeting), SubjKind: string(r.Subject.Kind), Subject: r.Subject.ID,
		Detail: r.DetailText, Redacted: r.Redacted(),
		ActorProof: r.ActorPart.Proof, ActorCommitment: r.ActorPart.Commitment,
		SubjectProof: r.SubjectPart.Proof, SubjectCommitment: r.SubjectPart.Commitment,
		Previous: r.Previous, Hash: r.Hash,
	}})
}

func checkpointToLine(c Checkpoint) checkpointLine {
	return checkpointLine{First: c.First, Seq: c.Seq, At: c.At.UTC().Format(moment), Hash: c.Hash, Signature: c.Signature}
}

func (l *checkpointLine) checkpoint(t id.Tenant) (Checkpoint, error) {
	at, err := time.Parse(moment, l.At)
	return Checkpoint{Tenant: t, First: l.First, Seq: l.Seq, At: at, Hash: l.Hash, Signature: l.Signature}, err
}

func (l *entryLine) record(t id.Tenant) (Record, error) {
	at, err := time.Parse(moment, l.At)
	return Record{
		Entry: Entry{
			Tenant: t, At: at, Action: Action(l.Action), Actor: Party{Kind: Kind(l.ActorKind), ID: l.Actor}, Credential: l.Credential,
			Meeting: id.Meeting(l.Meeting), Subject: Party{Kind: Kind(l.SubjKind), ID: l.Subject},
		},
		Seq: l.Seq, DetailText: l.Detail,
		ActorPart:   Part{Commitment: l.ActorCommitment, Proof: l.ActorProof},
		SubjectPart: Part{Commitment: l.SubjectCommitment, Proof: l.SubjectProof},
		Previous:    l.Previous, Hash: l.Hash,
	}, err
}

// maxLine of an export is far above the longest entry that is written; see
// maxDetail.
const maxLine = 256 * 1024

// VerifyFile verifies an export as JSON lines with the key that it names, which
// it returns: who trusts the file must know that key from elsewhere. Faults:
// audit.file, when it is no such file at all.
func VerifyFile(r io.Reader) (Report, ed25519.PublicKey, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	var v *Verifier
	for n := 1; lines.Scan(); n++ {
		var l line
		err := json.Unmarshal(lines.Bytes(), &l)
		if err == nil && !written(l, lines.Bytes()) {
			err = errSpoilt
		}
		if err == nil {
			err = readLine(&v, l)
		}
		if err != nil {
			return Report{}, nil, unreadable(n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return Report{}, nil, unreadable(0, err)
	}
	if v == nil {
		return Report{}, nil, unreadable(1, io.ErrUnexpectedEOF)
	}
	return v.Close(), v.public, nil
}

var (
	errVersion = errors.New("not version 1")
	errOrder   = errors.New("the line with the key comes first, once")
	errLine    = errors.New("neither log, checkpoint nor entry")
	errSpoilt  = errors.New("not as we write it")
)

// written reports whether text is l as an export writes it: whatever else somebody
// put there is covered by no hash.
func written(l line, text []byte) bool {
	again, err := json.Marshal(l)
	return err == nil && bytes.Equal(again, text)
}

// readLine gives a line to the verifier, which the first line makes.
func readLine(v **Verifier, l line) error {
	if (l.Log != nil) != (*v == nil) {
		return errOrder
	}
	switch {
	case l.Log != nil && l.Type == "log":
		if l.Log.Version != 1 {
			return errVersion
		}
		end, err := l.Log.End.checkpoint(id.Tenant(l.Log.Tenant))
		if err != nil {
			return err
		}
		*v = NewVerifier(l.Log.PublicKey)
		return (*v).Begin(end, l.Log.After)
	case l.Checkpoint != nil && l.Type == "checkpoint":
		c, err := l.Checkpoint.checkpoint((*v).end.Tenant)
		if err != nil {
			return err
		}
		return (*v).Checkpoint(c)
	case l.Entry != nil && l.Type == "entry":
		r, err := l.Entry.record((*v).end.Tenant)
		if err != nil {
			return err
		}
		if !slices.Equal(l.Entry.Redacted, r.Redacted()) {
			return errSpoilt
		}
		return (*v).Record(r)
	}
	return errLine
}

func unreadable(n int, err error) error {
	return &fault.Error{
		Op: "audit.VerifyFile", Kind: fault.Invalid, Code: "audit.file", Cause: err,
		Text: fmt.Sprintf("This is not an audit log exported as JSON lines, or line %d of it is damaged.", n),
	}
}
