// Package store keeps what must outlive the program in SQLite or PostgreSQL. It
// is the only place that knows SQL or a database driver; both databases get the
// same schema and the same queries.
package store

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"plenum/internal/audit"
	"plenum/internal/fault"
	"plenum/internal/store/query"
)

// Config says where the data lies. Exactly one of Path and URL is set.
type Config struct {
	// Path is the SQLite file; it is made if missing, its directory is not.
	Path string
	// URL is a PostgreSQL address as in "postgres://user:password@host/database".
	URL string
	// AuditKey signs the audit. The zero value leaves it unsigned, for tests.
	AuditKey audit.Signer
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	db     *sql.DB
	q      *query.Queries
	sqlite bool

	auditKey   audit.Signer
	recordTurn chan struct{} // holds one: who writes for all
	recordMu   sync.Mutex
	notings    []*noting // those who wait to be written; guarded by recordMu
}

const (
	// maxConns for SQLite bounds readers; there is one writer at a time anyway.
	// For PostgreSQL it leaves room for several nodes in its default of 100.
	maxConns = 16
	// idleTime gives memory back after a busy hour.
	idleTime = 5 * time.Minute
	// sweepEvery is how late something expired is really deleted.
	sweepEvery = time.Hour
)

// Open connects, brings the schema up to date and checks that the data is sound.
// Faults are of kind Unavailable and say in words what to do: data.damaged,
// data.newer, data.denied, data.unreachable, data.busy, disk.full.
func Open(ctx context.Context, c Config) (*Store, error) {
	s, err := connect(ctx, c)
	if err != nil {
		return nil, err
	}
	s.auditKey, s.recordTurn = c.AuditKey, make(chan struct{}, 1)
	s.db.SetMaxOpenConns(maxConns)
	s.db.SetMaxIdleConns(maxConns / 2)
	s.db.SetConnMaxIdleTime(idleTime)
	s.q = query.New(s.db)
	if err := s.prepare(ctx, c); err != nil {
		s.db.Close() //nolint:errcheck // the first fault is the one to tell
		return nil, explain("store.Open", err)
	}
	return s, nil
}

func connect(ctx context.Context, c Config) (*Store, error) {
	if (c.Path == "") == (c.URL == "") {
		return nil, fault.New("store.Open", fault.Invalid, "data.address", "Give either a data directory or the address of a PostgreSQL database.")
	}
	if c.URL != "" {
		db, err := openPostgres(c.URL)
		return &Store{db: db}, err
	}
	db, err := openSQLite(ctx, c.Path)
	return &Store{db: db, sqlite: true}, err
}

// prepare runs the checks and migrations; two programs that start at once on the
// same data take turns.
func (s *Store) prepare(ctx context.Context, c Config) error {
	if !s.sqlite {
		return s.migrate(ctx)
	}
	unlock, err := lockDirectoryOf(c.Path)
	if err != nil {
		return err
	}
	defer unlock()
	if err := s.checkSQLite(ctx); err != nil {
		return err
	}
	return s.migrate(ctx)
}

// Close ends all connections.
func (s *Store) Close() error { return s.db.Close() }

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	return explain("store.Ping", s.db.PingContext(ctx))
}

// Run deletes what has expired, now and every hour, until ctx ends. A failure is
// given to report; the next hour tries again.
func (s *Store) Run(ctx context.Context, report func(error)) error {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		if err := s.Sweep(ctx, time.Now()); err != nil && ctx.Err() == nil {
			report(err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Sweep deletes what has expired at now, from the file's write-ahead log too.
func (s *Store) Sweep(ctx context.Context, now time.Time) error {
	if err := sweepAccounts(ctx, s.q, now); err != nil {
		return explain("store.Sweep", err)
	}
	if err := sweepProviders(ctx, s.q, now); err != nil {
		return explain("store.Sweep", err)
	}
	if err := s.sweepPool(ctx, now); err != nil {
		return explain("store.Sweep", err)
	}
	if err := s.sweepAudit(ctx, now); err != nil {
		return explain("store.Sweep", err)
	}
	if err := s.sweepKeys(ctx, now); err != nil {
		return explain("store.Sweep", err)
	}
	return explain("store.Sweep", s.checkpoint(ctx))
}

// checkpoint takes what was deleted out of SQLite's write-ahead log too. Where
// somebody has been reading for seconds, it stays there until the next one.
func (s *Store) checkpoint(ctx context.Context) error {
	if !s.sqlite {
		return nil
	}
	// secure_delete overwrites in the file only once the log is copied there.
	_, err := s.db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}

// in runs f in one transaction.
func (s *Store) in(ctx context.Context, op string, f func(*query.Queries) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return explain(op, err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	if err := f(s.q.WithTx(tx)); err != nil {
		return explain(op, err)
	}
	return explain(op, tx.Commit())
}

// millis is how moments are stored; the zero time is 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
