package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"plenum/internal/fault"
)

//go:embed migrations/*.sql
var migrations embed.FS

// sqliteOptions apply to each connection. busy_timeout comes first, so that the
// others wait too; _txlock makes every transaction a writer from its start, so
// that none fails half-way; secure_delete overwrites what is deleted;
// temp_store keeps sorting out of the disk; synchronous FULL makes what is
// committed outlive a power cut, since people are told of it.
const sqliteOptions = "_busy_timeout=5000&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1" +
	"&_pragma=secure_delete(1)&_pragma=temp_store(2)&_txlock=immediate&_dqs=0&_defensive=1"

func openSQLite(ctx context.Context, path string) (*sql.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fault.Wrap("store.Open", err)
	}
	// SQLite would make the file readable for everyone; its log and index files
	// take over the mode of this one.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, explainFile(path, err)
	}
	if err := f.Close(); err != nil {
		return nil, explainFile(path, err)
	}
	address := url.URL{Scheme: "file", Path: path, RawQuery: sqliteOptions}
	db, err := sql.Open("sqlite", address.String())
	if err != nil {
		return nil, explain("store.Open", err)
	}
	if err := db.PingContext(ctx); err != nil {
		db.Close() //nolint:errcheck // the first fault is the one to tell
		return nil, explain("store.Open", err)
	}
	return db, nil
}

// checkSQLite reads the whole file once: a damaged page is found at the start,
// when a backup can still be put back, and not in a meeting. 100 MB take about
// 0.1 s.
func (s *Store) checkSQLite(ctx context.Context) error {
	var result string
	if err := s.db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&result); err != nil {
		return err
	}
	if result != "ok" {
		return errDamaged
	}
	return nil
}

func openPostgres(address string) (*sql.DB, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		// The cause is left out: it may repeat the address with its password.
		return nil, fault.New("store.Open", fault.Invalid, "data.address", "The address of the database is not understood. It should look like postgres://user:password@host/database.")
	}
	config.RuntimeParams["application_name"] = "plenum"
	return stdlib.OpenDB(*config), nil
}

// lockDirectoryOf keeps a second program from migrating the same file. The lock
// is on the directory: closing another descriptor of the database file would
// drop SQLite's own locks (https://www.sqlite.org/howtocorrupt.html §2.2).
func lockDirectoryOf(path string) (unlock func(), err error) {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil, explainFile(path, err)
	}
	if err := syscall.Flock(int(dir.Fd()), syscall.LOCK_EX); err != nil { //nolint:gosec // descriptors are small
		return nil, errors.Join(err, dir.Close())
	}
	return func() { dir.Close() }, nil //nolint:errcheck // closing gives the lock back in any case
}

// migrate brings the schema to the newest version and refuses one that is newer
// than this program.
func (s *Store) migrate(ctx context.Context) error {
	provider, err := s.migrations()
	if err != nil {
		return err
	}
	current, newest, err := provider.GetVersions(ctx)
	if err != nil {
		return err
	}
	if current > newest {
		return errNewer
	}
	if current == newest {
		return nil
	}
	_, err = provider.Up(ctx)
	return err
}

// migrations are those that this program knows.
func (s *Store) migrations() (*goose.Provider, error) {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	dialect := goose.DialectSQLite3
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithSlog(slog.New(slog.DiscardHandler))}
	if !s.sqlite {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60)) // every second, for a minute
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	return goose.NewProvider(dialect, s.db, dir, options...)
}
