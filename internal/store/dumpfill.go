package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"plenum/internal/fault"
)

// What keeps a dump from being put into a database.
var (
	// ErrNotEmpty is for a database that is one already.
	ErrNotEmpty = fault.New("store.Fill", fault.Conflict, "restore.not_empty", "The database is not empty. Nothing was changed. Restore into an empty one.")
	// ErrNewerDump is for tables that this program does not know yet.
	ErrNewerDump = fault.New("store.Fill", fault.Unavailable, "restore.newer", "The backup was made by a newer version of Plenum. Nothing was changed. Restore it with that version or a later one.")
	// ErrForeignDump is for tables that this program never had.
	ErrForeignDump = fault.New("store.Fill", fault.Unavailable, "restore.foreign", "The backup holds other tables than this program had when it was made. Nothing was changed. Restore it with the program that made it.")
)

// Fillable tells beforehand whether Fill would refuse.
func Fillable(ctx context.Context, c Config, version int64) error {
	if c.Path != "" {
		if info, err := os.Stat(c.Path); err == nil && info.Size() > 0 {
			return ErrNotEmpty
		}
		names, err := migrations.ReadDir("migrations")
		if err != nil {
			return fault.Wrap("store.Fill", err)
		}
		var newest int64
		if _, err := fmt.Sscanf(names[len(names)-1].Name(), "%d_", &newest); err != nil {
			return fault.Wrap("store.Fill", err)
		}
		if version > newest {
			return ErrNewerDump
		}
		return nil
	}
	s, err := connect(ctx, c)
	if err != nil {
		return err
	}
	defer s.db.Close() //nolint:errcheck // nothing was written
	return explain("store.Fill", s.fillable(ctx, version))
}

func (s *Store) fillable(ctx context.Context, version int64) error {
	tables, err := s.tables(ctx)
	if err != nil {
		return err
	}
	if len(tables) > 0 {
		return ErrNotEmpty
	}
	provider, err := s.migrations()
	if err != nil {
		return err
	}
	sources := provider.ListSources()
	if version > sources[len(sources)-1].Version {
		return ErrNewerDump
	}
	return nil
}

// tables are all that the database has.
func (s *Store) tables(ctx context.Context) ([]string, error) {
	query := "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
	if s.sqlite {
		query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	}
	rows, err := s.db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // read to the end, or there is another fault
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// Fill makes of an empty database the one that was dumped, and brings it up to
// date. next gives the rows as they came, and io.EOF at the end. When it fails the
// database is empty again, or a file of no use.
func Fill(ctx context.Context, c Config, schema DumpSchema, next func() (table string, rows []byte, err error)) (err error) {
	s, err := connect(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, explain("store.Fill", s.db.Close())) }()
	if err := s.fillable(ctx, schema.Version); err != nil {
		return explain("store.Fill", err)
	}
	if err := s.fill(ctx, schema, next); err != nil {
		return explain("store.Fill", errors.Join(err, s.empty(context.WithoutCancel(ctx))))
	}
	return nil
}

// empty takes away what was made of an empty database.
func (s *Store) empty(ctx context.Context) error {
	if s.sqlite {
		return nil
	}
	tables, err := s.tables(ctx)
	for _, table := range tables {
		_, failed := s.db.ExecContext(ctx, "DROP TABLE IF EXISTS "+quoted(table)+" CASCADE") //nolint:gosec // names that the database gave
		err = errors.Join(err, failed)
	}
	return err
}

func (s *Store) fill(ctx context.Context, schema DumpSchema, next func() (string, []byte, error)) error {
	provider, err := s.migrations()
	if err != nil {
		return err
	}
	if _, err := provider.UpTo(ctx, schema.Version); err != nil {
		return err
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	have, err := s.describe(ctx, tx)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(have, schema) {
		return ErrForeignDump
	}
	restore, err := s.deferReferences(ctx, tx)
	if err != nil {
		return err
	}
	if err := load(ctx, tx, schema, next); err != nil {
		return err
	}
	if err := restore(); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

// deferReferences lets rows come before those they refer to; what it returns checks
// them all.
func (s *Store) deferReferences(ctx context.Context, tx *sql.Tx) (check func() error, err error) {
	if s.sqlite {
		_, err := tx.ExecContext(ctx, "PRAGMA defer_foreign_keys = ON") // until the commit, which checks
		return func() error { return nil }, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT r.relname, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint AS c
		JOIN pg_class AS r ON r.oid = c.conrelid JOIN pg_namespace AS n ON n.oid = r.relnamespace
		WHERE c.contype = 'f' AND n.nspname = current_schema()`)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // read to the end, or there is another fault
	var drop, add []string
	for rows.Next() {
		var table, name, definition string
		if err := rows.Scan(&table, &name, &definition); err != nil {
			return nil, err
		}
		alter := "ALTER TABLE " + quoted(table)
		drop = append(drop, alter+" DROP CONSTRAINT "+quoted(name))
		add = append(add, alter+" ADD CONSTRAINT "+quoted(name)+" "+definition)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	run := func(statements []string) error {
		for _, statement := range statements {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	}
	return func() error { return run(add) }, run(drop)
}

// load inserts all rows, in place of those that the migrations made.
func load(ctx context.Context, tx *sql.Tx, schema DumpSchema, next func() (string, []byte, error)) error {
	tables := map[string]DumpTable{}
	for _, t := range schema.Tables {
		tables[t.Name] = t
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+quoted(t.Name)); err != nil { //nolint:gosec // names of our own schema
			return err
		}
	}
	for {
		name, rows, err := next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		t, ok := tables[name]
		if !ok {
			return errDump("rows of a table that is not in the dump")
		}
		if err := t.insert(ctx, tx, rows); err != nil {
			return fmt.Errorf("store: table %s: %w", name, err)
		}
	}
}

// maxValues of one statement: SQLite takes 32,766, PostgreSQL 65,535.
const maxValues = 2_000

// insert puts in a piece of a dump.
func (t DumpTable) insert(ctx context.Context, tx *sql.Tx, rows []byte) error {
	var values []any
	for len(rows) > 0 {
		for _, c := range t.Columns {
			value, rest, err := readValue(rows, c.Kind)
			if err != nil {
				return err
			}
			values, rows = append(values, value), rest
		}
		if len(values)+len(t.Columns) <= maxValues && len(rows) > 0 {
			continue
		}
		if _, err := tx.ExecContext(ctx, t.insertion(len(values)/len(t.Columns)), values...); err != nil {
			return err
		}
		values = values[:0]
	}
	return nil
}

// insertion is the statement for so many rows.
func (t DumpTable) insertion(rows int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "INSERT INTO %s (%s) VALUES ", quoted(t.Name), t.columns())
	for i := range rows * len(t.Columns) {
		switch {
		case i == 0:
			b.WriteByte('(')
		case i%len(t.Columns) == 0:
			b.WriteString("), (")
		default:
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "$%d", i+1)
	}
	b.WriteByte(')')
	return b.String()
}
