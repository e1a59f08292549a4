package store

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"time"

	"plenum/internal/audit"
	"plenum/internal/id"
	"plenum/internal/store/query"
	"plenum/internal/user"
)

// auditPage is how many entries are read at once; at 1 kB each, half a megabyte.
const auditPage = 500

// AuditTenants lists the organisations that have a log.
func (s *Store) AuditTenants(ctx context.Context) ([]id.Tenant, error) {
	chains, err := s.q.AuditChains(ctx)
	if err != nil {
		return nil, explain("store.AuditTenants", err)
	}
	tenants := make([]id.Tenant, 0, len(chains))
	for _, c := range chains {
		tenants = append(tenants, id.Tenant(c.TenantID))
	}
	return tenants, nil
}

// AuditKey is the public key that verifies the signatures of the log.
func (s *Store) AuditKey() ed25519.PublicKey { return s.auditKey.Public() }

// WalkAudit tells w the log of an organisation after the entry numbered after, as
// it is at one moment, whatever is written meanwhile. Without a log it tells
// nothing.
func (s *Store) WalkAudit(ctx context.Context, t id.Tenant, after int64, w audit.Walker) error {
	return s.reading(ctx, "store.WalkAudit", func(q *query.Queries) error {
		chain, err := q.AuditChain(ctx, string(t))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		whole := after <= chain.First
		if whole {
			after = chain.First
		}
		if err := w.Begin(checkpointOf(query.AuditCheckpoint(chain)), after); err != nil {
			return err
		}
		walk := auditWalk{q: q, tenant: string(t), w: w, done: after - 1}
		if err := walk.checkpoints(ctx, after); err != nil {
			return err
		}
		if whole {
			after = math.MinInt64 // what stands before the beginning does not belong there
		}
		return walk.entries(ctx, after)
	})
}

// auditWalk interleaves entries and checkpoints.
type auditWalk struct {
	q      *query.Queries
	tenant string
	w      audit.Walker
	waits  []query.AuditCheckpoint // read and not yet told
	done   int64                   // number of the checkpoint read last
	all    bool                    // there are no more
}

func (a *auditWalk) entries(ctx context.Context, after int64) error {
	for {
		rows, err := a.q.AuditEntries(ctx, query.AuditEntriesParams{TenantID: a.tenant, After: after, Limit: auditPage})
		if err != nil {
			return err
		}
		for _, row := range rows {
			after = row.Seq
			if err := a.checkpoints(ctx, row.Seq-1); err != nil { // those whose entry is missing
				return err
			}
			if err := a.w.Record(recordOf(row)); err != nil {
				return err
			}
			if err := a.checkpoints(ctx, row.Seq); err != nil {
				return err
			}
		}
		if len(rows) < auditPage {
			return a.checkpoints(ctx, math.MaxInt64)
		}
	}
}

// checkpoints tells those up to an entry.
func (a *auditWalk) checkpoints(ctx context.Context, through int64) error {
	for {
		if len(a.waits) == 0 && !a.all {
			var err error
			a.waits, err = a.q.AuditCheckpoints(ctx, query.AuditCheckpointsParams{TenantID: a.tenant, After: a.done, Limit: auditPage})
			if err != nil {
				return err
			}
			a.all = len(a.waits) < auditPage
		}
		if len(a.waits) == 0 || a.waits[0].Seq > through {
			return nil
		}
		a.done = a.waits[0].Seq
		if err := a.w.Checkpoint(checkpointOf(a.waits[0])); err != nil {
			return err
		}
		a.waits = a.waits[1:]
	}
}

// VerifyAudit reads the whole log of an organisation and tells what is wrong
// with it.
func (s *Store) VerifyAudit(ctx context.Context, t id.Tenant) (audit.Report, error) {
	v := audit.NewVerifier(s.AuditKey())
	if err := s.WalkAudit(ctx, t, 0, v); err != nil {
		return audit.Report{}, err
	}
	return v.Close(), nil
}

// AuditPage lists entries before the one numbered before, newest first.
func (s *Store) AuditPage(ctx context.Context, t id.Tenant, f audit.Filter, before int64, limit int) ([]audit.Record, error) {
	until := int64(math.MaxInt64)
	if !f.Until.IsZero() {
		until = millis(f.Until)
	}
	rows, err := s.q.AuditPage(ctx, query.AuditPageParams{
		TenantID: string(t), Before: before, Action: string(f.Action), Actor: f.Actor, Subject: f.Subject, Meeting: f.Meeting,
		FromAt: millis(f.From), UntilAt: until, Lines: int32(limit), //nolint:gosec // a page
	})
	return recordsOf(rows), explain("store.AuditPage", err)
}

// AuditAbout lists, newest first, what others did with an account or looked at
// of it, and what they looked at that shows every account.
func (s *Store) AuditAbout(ctx context.Context, t id.Tenant, u id.User, before int64, limit int) ([]audit.Record, error) {
	rows, err := s.q.AuditAbout(ctx, query.AuditAboutParams{
		TenantID: string(t), UserID: string(u), Before: before, Lines: int32(limit), //nolint:gosec // a page
		ListRead: string(audit.AuditRead), AccountRead: string(audit.AccountRead),
	})
	return recordsOf(rows), explain("store.AuditAbout", err)
}

// RedactAudit takes a person out of the log of an organisation, wherever they
// acted or were acted upon, and adds note, whose detail "entries" it fills in. It
// returns how many entries named them. Faults: not_found for a person the log
// does not know.
func (s *Store) RedactAudit(ctx context.Context, t id.Tenant, u id.User, note audit.Entry) (int, error) {
	count := 0
	err := s.in(ctx, "store.RedactAudit", func(q *query.Queries) error {
		for {
			rows, err := q.AuditNaming(ctx, query.AuditNamingParams{TenantID: string(t), ActorID: string(u), Limit: auditPage})
			if err != nil {
				return err
			}
			for _, row := range rows {
				if err := s.redact(ctx, q, recordOf(row), string(u)); err != nil {
					return err
				}
			}
			count += len(rows)
			if len(rows) < auditPage {
				break
			}
		}
		if count == 0 {
			return user.ErrNotFound
		}
		note.Detail = map[string]string{"entries": strconv.Itoa(count)}
		return s.append(ctx, q, note)
	})
	return count, err
}

func (s *Store) redact(ctx context.Context, q *query.Queries, r audit.Record, u string) error {
	if r.Actor.ID == u {
		r = s.auditKey.RedactActor(r)
		err := q.RedactAuditActor(ctx, query.RedactAuditActorParams{TenantID: string(r.Tenant), Seq: r.Seq, ActorProof: r.ActorPart.Proof})
		if err != nil {
			return err
		}
	}
	if r.Subject.ID != u {
		return nil
	}
	r = s.auditKey.RedactSubject(r)
	return q.RedactAuditSubject(ctx, query.RedactAuditSubjectParams{TenantID: string(r.Tenant), Seq: r.Seq, SubjectProof: r.SubjectPart.Proof})
}

// sweepAudit keeps each log's signed end for good if it has moved, and deletes
// what the organisation wants to keep no longer: whole stretches up to a
// checkpoint, which becomes the log's beginning.
func (s *Store) sweepAudit(ctx context.Context, now time.Time) error {
	tenants, err := s.AuditTenants(ctx)
	if err != nil {
		return err
	}
	for _, t := range tenants {
		owner, err := s.Tenant(ctx, t)
		if err != nil {
			return err
		}
		days := owner.Settings.AuditDays
		if days <= 0 {
			days = defaultAuditDays
		}
		err = s.in(ctx, "store.Sweep", func(q *query.Queries) error { return s.trimAudit(ctx, q, t, now.AddDate(0, 0, -days)) })
		if err != nil {
			return err
		}
	}
	return nil
}

// defaultAuditDays is for an organisation whose settings are older than the log.
const defaultAuditDays = 365

func (s *Store) trimAudit(ctx context.Context, q *query.Queries, t id.Tenant, before time.Time) error {
	end, err := q.LockAuditChain(ctx, query.LockAuditChainParams{TenantID: string(t), Hash: audit.Beginning(), Signature: []byte{}})
	if err != nil {
		return err
	}
	if err := q.KeepAuditCheckpoint(ctx, string(t)); err != nil {
		return err
	}
	first, err := q.LastAuditCheckpointBefore(ctx, query.LastAuditCheckpointBeforeParams{TenantID: string(t), Before: millis(before)})
	if err != nil || first <= end.First {
		return err
	}
	if err := q.DropAuditEntries(ctx, query.DropAuditEntriesParams{TenantID: string(t), Seq: first}); err != nil {
		return err
	}
	if err := q.DropAuditCheckpoints(ctx, query.DropAuditCheckpointsParams{TenantID: string(t), Seq: first}); err != nil {
		return err
	}
	return s.moveEnd(ctx, q, audit.Checkpoint{Tenant: t, First: first, Seq: end.Seq, At: moment(end.At), Hash: end.Hash})
}

// reading runs f on one state of the data that no writer changes under it.
func (s *Store) reading(ctx context.Context, op string, f func(*query.Queries) error) error {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return explain(op, err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	return explain(op, f(s.q.WithTx(tx)))
}

func checkpointOf(row query.AuditCheckpoint) audit.Checkpoint {
	return audit.Checkpoint{
		Tenant: id.Tenant(row.TenantID), First: row.First, Seq: row.Seq, At: moment(row.At), Hash: row.Hash, Signature: row.Signature,
	}
}

func recordsOf(rows []query.AuditEntry) []audit.Record {
	records := make([]audit.Record, 0, len(rows))
	for _, row := range rows {
		records = append(records, recordOf(row))
	}
	return records
}

func recordOf(row query.AuditEntry) audit.Record {
	r := audit.Record{
		Entry: audit.Entry{
			Tenant: id.Tenant(row.TenantID), At: moment(row.At), Action: audit.Action(row.Action),
			Actor: audit.Party{Kind: audit.Kind(row.ActorKind), ID: row.ActorID}, Credential: row.Credential,
			Meeting: id.Meeting(row.MeetingID), Subject: audit.Party{Kind: audit.Kind(row.SubjectKind), ID: row.SubjectID},
		},
		Seq: row.Seq, DetailText: row.Detail,
		ActorPart:   audit.Part{Commitment: row.ActorCommitment, Proof: row.ActorProof},
		SubjectPart: audit.Part{Commitment: row.SubjectCommitment, Proof: row.SubjectProof},
		Previous:    row.Previous, Hash: row.Hash,
	}
	if row.Detail != "" {
		// What somebody spoilt has no details; verifying tells.
		json.Unmarshal([]byte(row.Detail), &r.Detail) //nolint:errcheck // see above
	}
	return r
}
