package audit

import (
	"bytes"
	"crypto/ed25519"
	"fmt"

	"plenum/internal/id"
)

// What is wrong with a log.
const (
	Changed   = "changed"   // what stands there is not what was written
	Missing   = "missing"   // it was taken out
	Inserted  = "inserted"  // it was put in
	Moved     = "moved"     // another entry stands in its place
	Rewritten = "rewritten" // with hashes made anew, so that only a signature tells
	Forged    = "forged"    // a checkpoint that the server did not sign
	Unsigned  = "unsigned"  // the end of the log has no signature of the server: entries after it may be gone
)

// Problem is the first thing that is wrong with a log, and where.
type Problem struct {
	Tenant        id.Tenant
	What          string
	From, Through int64 // numbers of the entries, the same for one
	Instead       int64 // Moved: the number of the entry that stands there
}

// String says it in English.
func (p Problem) String() string {
	entries, verb := fmt.Sprintf("entry %d of %s", p.From, p.Tenant), "was"
	if p.Through > p.From {
		entries, verb = fmt.Sprintf("entries %d to %d of %s", p.From, p.Through, p.Tenant), "were"
	}
	switch p.What {
	case Missing:
		if verb == "were" {
			return entries + " are missing"
		}
		return entries + " is missing"
	case Inserted:
		return entries + " " + verb + " put in"
	case Moved:
		return fmt.Sprintf("%s is missing or was moved: entry %d stands in its place", entries, p.Instead)
	case Rewritten:
		return entries + " " + verb + " rewritten, hashes and all"
	case Forged:
		return fmt.Sprintf("the checkpoint at entry %d of %s was not made by this server", p.From, p.Tenant)
	case Unsigned:
		return fmt.Sprintf("the end at entry %d of %s was not signed by this server: something after entry %d was rewritten or is missing", p.Through, p.Tenant, p.From)
	}
	return entries + " " + verb + " changed"
}

// remembered hashes are searched for the true place of an entry that was moved.
const remembered = 1024

// Walker is told a log in the order of its numbers: its signed end first, then
// the checkpoint that it begins after, if any, then the entries, each followed by
// the checkpoint that names it, if any.
type Walker interface {
	// Begin gives the end, and the number of the last entry that is left out.
	Begin(end Checkpoint, after int64) error
	Checkpoint(c Checkpoint) error
	Record(r Record) error
}

// Verifier is a [Walker] that finds what is wrong with a log.
type Verifier struct {
	public  ed25519.PublicKey
	end     Checkpoint
	based   bool  // the log's own beginning was deleted; a checkpoint stands for it
	last    int64 // number of the entry read last
	hash    []byte
	known   bool  // hash is what the next entry must follow
	vouched int64 // the last entry that a signature says is as it was
	read    int64
	recent  [remembered][]byte // hashes by number
	before  Checkpoint         // an end that the log had earlier; see Expect
	problem *Problem
}

// NewVerifier takes the key that must have signed the log.
func NewVerifier(public ed25519.PublicKey) *Verifier { return &Verifier{public: public} }

// Expect makes the verifier hold the log against an end that it had earlier, such
// as that of an export kept elsewhere: who puts back old data whole, signatures
// and all, is found only so.
func (v *Verifier) Expect(before Checkpoint) { v.before = before }

// Begin implements [Walker].
func (v *Verifier) Begin(end Checkpoint, after int64) error {
	v.end, v.last, v.vouched = end, after, after
	v.based = after > 0 && after == end.First
	if after == 0 {
		v.hash, v.known = Beginning(), true
	}
	return nil
}

// found notes the first problem; what comes after one says little.
func (v *Verifier) found(what string, from, through int64) {
	if v.problem == nil {
		v.problem = &Problem{Tenant: v.end.Tenant, What: what, From: from, Through: through}
	}
}

// Checkpoint implements [Walker].
func (v *Verifier) Checkpoint(c Checkpoint) error {
	switch {
	case v.problem != nil:
	case c.Tenant != v.end.Tenant || !signed(v.public, c.digest(), c.Signature):
		v.found(Forged, c.Seq, c.Seq)
	case c.Seq > v.last:
		v.found(Missing, v.last+1, c.Seq)
	case c.Seq < v.last:
		v.found(Inserted, c.Seq+1, v.last)
	case v.known && !bytes.Equal(c.Hash, v.hash):
		v.found(Rewritten, v.vouched+1, c.Seq)
	case c.Seq == v.before.Seq && !bytes.Equal(c.Hash, v.before.Hash):
		v.found(Rewritten, min(v.end.First+1, c.Seq), c.Seq)
	default:
		v.hash, v.known, v.vouched = c.Hash, true, c.Seq
	}
	return nil
}

// Record implements [Walker].
func (v *Verifier) Record(r Record) error {
	v.read++
	if v.problem != nil {
		return nil
	}
	next := v.last + 1
	switch {
	case r.Seq > next:
		v.found(Missing, next, max(next, min(r.Seq-1, v.end.Seq)))
	case r.Seq < next:
		v.found(Inserted, r.Seq, r.Seq)
	case r.Tenant != v.end.Tenant, !v.soundParts(&r):
		v.found(Changed, next, next)
	case !bytes.Equal(r.digest(), r.Hash):
		v.misplaced(&r)
	default:
		v.follows(&r)
	}
	v.last, v.hash, v.known = r.Seq, r.Hash, true
	v.recent[uint64(r.Seq)%remembered] = r.Hash //nolint:gosec // any number will do
	return nil
}

// follows holds an entry that is whole against what stands before it.
func (v *Verifier) follows(r *Record) {
	switch {
	case !v.known && v.based:
		v.found(Forged, v.end.First, v.end.First)
	case v.known && !bytes.Equal(r.Previous, v.hash) && v.vouched == v.last:
		v.found(Changed, r.Seq, r.Seq)
	case v.known && !bytes.Equal(r.Previous, v.hash):
		v.found(Changed, v.last, v.last) // this one still holds what the one before really was
	case r.Seq > v.end.Seq:
		v.found(Inserted, r.Seq, r.Seq)
	case r.Seq == v.before.Seq && !bytes.Equal(r.Hash, v.before.Hash):
		v.found(Rewritten, v.end.First+1, r.Seq)
	}
}

func (v *Verifier) soundParts(r *Record) bool {
	return sound(v.public, r, "actor", r.ActorPart, r.actorCommitment(), r.Actor.ID == "" && r.Credential == "") &&
		sound(v.public, r, "subject", r.SubjectPart, r.subjectCommitment(), r.Subject.ID == "")
}

// misplaced tells an entry that was changed from one that is whole but stands
// under another number, because others were put in or taken out before it.
func (v *Verifier) misplaced(r *Record) {
	for d := int64(1); d < remembered; d++ {
		if own := r.Seq - d; own > 0 && bytes.Equal(r.digestAs(own), r.Hash) {
			// It follows what it has always followed, if the rest between was put in.
			if before := v.recent[(own-1)%remembered]; own == 1 || bytes.Equal(before, r.Previous) {
				v.found(Inserted, own, r.Seq-1)
				return
			}
			v.found(Moved, r.Seq, r.Seq)
			v.problem.Instead = own
			return
		}
		if own := r.Seq + d; bytes.Equal(r.digestAs(own), r.Hash) {
			v.found(Moved, r.Seq, r.Seq)
			v.problem.Instead = own
			return
		}
	}
	v.found(Changed, r.Seq, r.Seq)
}

// Report is what verifying a log found.
type Report struct {
	End     Checkpoint
	Entries int64 // read
	Problem *Problem
}

// Close ends the reading.
func (v *Verifier) Close() Report {
	if v.end.Tenant == "" { // nothing was read
		v.end.Tenant = v.before.Tenant
	}
	unsigned := !signed(v.public, v.end.digest(), v.end.Signature)
	if p := v.problem; p != nil && unsigned && p.From <= v.end.First {
		v.problem = nil // it is the end that says wrongly where the log begins
	}
	switch {
	case v.problem != nil:
	case v.end.Seq < v.before.Seq:
		v.found(Missing, v.end.Seq+1, v.before.Seq)
	case unsigned:
		v.found(Unsigned, v.vouched, v.end.Seq)
	case v.end.Seq > v.last:
		v.found(Missing, v.last+1, v.end.Seq)
	case v.known && !bytes.Equal(v.end.Hash, v.hash):
		v.found(Rewritten, v.vouched+1, v.end.Seq)
	}
	return Report{End: v.end, Entries: v.read, Problem: v.problem}
}
