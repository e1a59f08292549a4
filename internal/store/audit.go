package store

import (
	"context"
	"slices"
	"time"

	"plenum/internal/audit"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/store/query"
)

const (
	// checkpointEvery so many entries one signed end is kept for good. Between two
	// of them a forger with the database could hide which entry was rewritten; the
	// 180 bytes per hundred entries are nothing.
	checkpointEvery = 100
	// recordTime is how long an entry may take to become durable; a database that
	// takes longer is one that does not answer.
	recordTime = 15 * time.Second
	// recordLimit bounds a transaction of [Store.Record]: at 20 µs an entry on SQLite
	// and 0.2 ms on PostgreSQL, others wait 0.1 s at most.
	recordLimit = 500
)

// append adds entries to the logs of their organisations within a transaction. It
// comes last there: it holds everybody else who appends to the same log until the
// end, and whoever takes locks the other way round would wait for ever.
func (s *Store) append(ctx context.Context, q *query.Queries, entries ...audit.Entry) error {
	logs := map[id.Tenant][]audit.Entry{}
	tenants := make([]id.Tenant, 0, 1)
	for _, e := range entries {
		if err := e.Check(); err != nil {
			return err
		}
		if logs[e.Tenant] == nil {
			tenants = append(tenants, e.Tenant)
		}
		logs[e.Tenant] = append(logs[e.Tenant], e)
	}
	slices.Sort(tenants) // the same order for everybody
	for _, t := range tenants {
		if err := s.appendTo(ctx, q, t, logs[t]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) appendTo(ctx context.Context, q *query.Queries, t id.Tenant, entries []audit.Entry) error {
	now := time.Now()
	end, err := q.LockAuditChain(ctx, query.LockAuditChainParams{TenantID: string(t), At: millis(now), Hash: audit.Beginning(), Signature: []byte{}})
	if err != nil {
		return err
	}
	before := end.Seq
	for _, e := range entries {
		if e.At.IsZero() {
			e.At = now
		}
		r := audit.Follow(e, end.Seq+1, end.Hash)
		if err := q.AppendAuditEntry(ctx, entryRow(r)); err != nil {
			return err
		}
		end.Seq, end.Hash = r.Seq, r.Hash
	}
	if err := s.moveEnd(ctx, q, audit.Checkpoint{Tenant: t, First: end.First, Seq: end.Seq, At: now, Hash: end.Hash}); err != nil {
		return err
	}
	if before/checkpointEvery == end.Seq/checkpointEvery {
		return nil
	}
	return q.KeepAuditCheckpoint(ctx, string(t))
}

// moveEnd signs the end of a log.
func (s *Store) moveEnd(ctx context.Context, q *query.Queries, c audit.Checkpoint) error {
	c = s.auditKey.Sign(c)
	return q.MoveAuditChain(ctx, query.MoveAuditChainParams{
		TenantID: string(c.Tenant), First: c.First, Seq: c.Seq, At: millis(c.At), Hash: c.Hash, Signature: c.Signature,
	})
}

func entryRow(r audit.Record) query.AppendAuditEntryParams {
	return query.AppendAuditEntryParams{
		TenantID: string(r.Tenant), Seq: r.Seq, At: millis(r.At), Action: string(r.Action),
		ActorKind: string(r.Actor.Kind), ActorID: r.Actor.ID, Credential: r.Credential,
		ActorProof: r.ActorPart.Proof, ActorCommitment: r.ActorPart.Commitment,
		MeetingID: string(r.Meeting), SubjectKind: string(r.Subject.Kind), SubjectID: r.Subject.ID,
		SubjectProof: r.SubjectPart.Proof, SubjectCommitment: r.SubjectPart.Commitment,
		Detail: r.DetailText, Previous: r.Previous, Hash: r.Hash,
	}
}

// noting is one call of Record that waits for its transaction.
type noting struct {
	entries []audit.Entry
	done    chan struct{} // closed once err is set
	err     error
}

// Record adds entries and returns when they are durable. Any number of callers at
// once share transactions: whoever's turn it is writes what all have brought
// meanwhile.
func (s *Store) Record(ctx context.Context, entries ...audit.Entry) error {
	const op = "store.Record"
	for _, e := range entries {
		if err := e.Check(); err != nil {
			return err
		}
	}
	if len(entries) == 0 {
		return nil
	}
	mine := &noting{entries: entries, done: make(chan struct{})}
	s.recordMu.Lock()
	s.notings = append(s.notings, mine)
	s.recordMu.Unlock()
	gone := ctx.Done()
	for {
		select {
		case <-mine.done:
			return explain(op, mine.err)
		case s.recordTurn <- struct{}{}:
			s.recordBatch(ctx)
			<-s.recordTurn
		case <-gone:
			if s.withdraw(mine) {
				return fault.Wrap(op, ctx.Err())
			}
			gone = nil // it is being written; the answer is near
		}
	}
}

// withdraw takes back a call that nobody has begun to write.
func (s *Store) withdraw(r *noting) bool {
	s.recordMu.Lock()
	defer s.recordMu.Unlock()
	i := slices.Index(s.notings, r)
	if i < 0 {
		return false
	}
	s.notings = slices.Delete(s.notings, i, i+1)
	return true
}

// recordBatch writes what waits. The caller has the turn.
func (s *Store) recordBatch(ctx context.Context) {
	s.recordMu.Lock()
	n := min(len(s.notings), recordLimit)
	batch := slices.Clone(s.notings[:n])
	s.notings = slices.Delete(s.notings, 0, n)
	s.recordMu.Unlock()
	if n == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTime) // the others have not gone
	defer cancel()
	if err := s.recordAll(ctx, batch...); err == nil || n == 1 {
		finish(err, batch...)
		return
	}
	for _, r := range batch { // one bad entry is no reason to refuse everybody's
		finish(s.recordAll(ctx, r), r)
	}
}

func (s *Store) recordAll(ctx context.Context, batch ...*noting) error {
	var all []audit.Entry
	for _, r := range batch {
		all = append(all, r.entries...)
	}
	return s.in(ctx, "store.Record", func(q *query.Queries) error { return s.append(ctx, q, all...) })
}

func finish(err error, batch ...*noting) {
	for _, r := range batch {
		r.err = err
		close(r.done)
	}
}
