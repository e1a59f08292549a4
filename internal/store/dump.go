package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"strings"
)

// A dump is everything in the database, table by table as the schema has them, in
// a form that either database can be filled from.

// DumpSchema is what a dump holds, and comes before it.
type DumpSchema struct {
	Version int64       `json:"version"` // of the last migration
	Tables  []DumpTable `json:"tables"`
}

// DumpTable is one table.
type DumpTable struct {
	Name    string       `json:"name"`
	Columns []DumpColumn `json:"columns"`
}

// DumpColumn is one column.
type DumpColumn struct {
	Name string   `json:"name"`
	Kind DumpKind `json:"kind"`
}

// DumpKind is what a column holds, beside NULL.
type DumpKind string

// The kinds: all that the schema uses.
const (
	DumpInt   DumpKind = "int"
	DumpBool  DumpKind = "bool"
	DumpText  DumpKind = "text"
	DumpBytes DumpKind = "bytes"
)

// DumpSink takes a dump.
type DumpSink interface {
	// Schema is called once, first.
	Schema(DumpSchema) error
	// Rows takes some rows of a table, for [Fill]. The bytes are its own.
	Rows(table string, rows []byte) error
}

// dumpPiece is how many bytes of rows go to a sink at once; one row may be more.
const dumpPiece = 1 << 20

// versionTable is the migrations' own: its rows are in DumpSchema.Version.
const versionTable = "goose_db_version"

// errDump is for what no dump can hold, or this dump does not.
func errDump(format string, args ...any) error {
	return fmt.Errorf("store: "+format, args...)
}

// Dump gives everything to sink as it is at one moment. Others read and write
// meanwhile.
func (s *Store) Dump(ctx context.Context, sink DumpSink) error {
	options := &sql.TxOptions{ReadOnly: true}
	if !s.sqlite {
		options.Isolation = sql.LevelRepeatableRead // SQLite has no other
	}
	tx, err := s.db.BeginTx(ctx, options)
	if err != nil {
		return explain("store.Dump", err)
	}
	defer tx.Rollback() //nolint:errcheck // it only read
	schema, err := s.describe(ctx, tx)
	if err != nil {
		return explain("store.Dump", err)
	}
	if err := sink.Schema(schema); err != nil {
		return err
	}
	for _, t := range schema.Tables {
		if err := dumpTable(ctx, tx, t, sink); err != nil {
			return err
		}
	}
	return nil
}

// describe reads the schema from the database itself.
func (s *Store) describe(ctx context.Context, tx *sql.Tx) (DumpSchema, error) {
	const (
		inSQLite = `SELECT m.name, c.name, lower(c.type) FROM sqlite_master AS m, pragma_table_info(m.name) AS c
			WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid`
		inPostgres = `SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns AS c
			JOIN information_schema.tables AS t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
			WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' ORDER BY c.table_name COLLATE "C", c.ordinal_position`
	)
	query := inPostgres
	if s.sqlite {
		query = inSQLite
	}
	var schema DumpSchema
	if err := tx.QueryRowContext(ctx, "SELECT max(version_id) FROM "+versionTable).Scan(&schema.Version); err != nil {
		return schema, err
	}
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return schema, err
	}
	defer rows.Close() //nolint:errcheck // read to the end, or there is another fault
	for rows.Next() {
		var table, column, kind string
		if err := rows.Scan(&table, &column, &kind); err != nil {
			return schema, err
		}
		if table == versionTable {
			continue
		}
		known, ok := map[string]DumpKind{"bigint": DumpInt, "integer": DumpInt, "boolean": DumpBool, "text": DumpText, "bytea": DumpBytes}[kind]
		if !ok {
			return schema, errDump("%s.%s is of a type that a dump does not know: %s", table, column, kind)
		}
		if n := len(schema.Tables); n == 0 || schema.Tables[n-1].Name != table {
			schema.Tables = append(schema.Tables, DumpTable{Name: table})
		}
		t := &schema.Tables[len(schema.Tables)-1]
		t.Columns = append(t.Columns, DumpColumn{column, known})
	}
	return schema, rows.Err()
}

// columns names them all, for a statement.
func (t DumpTable) columns() string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = quoted(c.Name)
	}
	return strings.Join(names, ", ")
}

// quoted is a name of the schema in a statement.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func dumpTable(ctx context.Context, tx *sql.Tx, t DumpTable, sink DumpSink) error {
	rows, err := tx.QueryContext(ctx, "SELECT "+t.columns()+" FROM "+quoted(t.Name)) //nolint:gosec // names of our own schema
	if err != nil {
		return explain("store.Dump", err)
	}
	defer rows.Close() //nolint:errcheck // read to the end, or there is another fault
	values := make([]any, len(t.Columns))
	places := make([]any, len(values))
	for i := range values {
		places[i] = &values[i]
	}
	var piece []byte
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return explain("store.Dump", err)
		}
		for i, c := range t.Columns {
			if piece, err = appendValue(piece, values[i], c.Kind); err != nil {
				return errDump("%s.%s: %w", t.Name, c.Name, err)
			}
		}
		if len(piece) >= dumpPiece {
			if err := sink.Rows(t.Name, piece); err != nil {
				return err
			}
			piece = nil
		}
	}
	if err := rows.Err(); err != nil {
		return explain("store.Dump", err)
	}
	if len(piece) == 0 {
		return nil
	}
	return sink.Rows(t.Name, piece)
}

// The first byte of a value in a dump. An integer follows as a signed varint, text
// and bytes with their length before them as an unsigned one (encoding/binary).
const (
	tagNull byte = iota
	tagInt
	tagFalse
	tagTrue
	tagText
	tagBytes
)

func appendValue(b []byte, value any, kind DumpKind) ([]byte, error) {
	long := func(tag byte, data string) []byte {
		b = binary.AppendUvarint(append(b, tag), uint64(len(data)))
		return append(b, data...)
	}
	switch v := value.(type) {
	case nil:
		return append(b, tagNull), nil
	case int64:
		switch kind {
		case DumpInt:
			return binary.AppendVarint(append(b, tagInt), v), nil
		case DumpBool: // SQLite has no other
			return appendValue(b, v != 0, kind)
		case DumpText, DumpBytes:
		}
	case bool:
		switch {
		case kind != DumpBool:
		case v:
			return append(b, tagTrue), nil
		default:
			return append(b, tagFalse), nil
		}
	case string:
		if kind == DumpText {
			return long(tagText, v), nil
		}
	case []byte:
		if kind == DumpBytes {
			return long(tagBytes, string(v)), nil
		}
	}
	return nil, errDump("a %T where %s should be", value, kind)
}

// readValue is the reverse of appendValue; it returns what follows.
func readValue(b []byte, kind DumpKind) (value any, rest []byte, err error) {
	damaged := errDump("no value of kind %s", kind)
	if len(b) == 0 {
		return nil, nil, damaged
	}
	tag, rest := b[0], b[1:]
	switch {
	case tag == tagNull:
		return nil, rest, nil
	case tag == tagInt && kind == DumpInt:
		v, n := binary.Varint(rest)
		if n <= 0 {
			return nil, nil, damaged
		}
		return v, rest[n:], nil
	case (tag == tagFalse || tag == tagTrue) && kind == DumpBool:
		return tag == tagTrue, rest, nil
	case tag == tagText && kind == DumpText, tag == tagBytes && kind == DumpBytes:
		size, n := binary.Uvarint(rest)
		if n <= 0 || size > uint64(len(rest)-n) { //nolint:gosec // Uvarint read no more than there is
			return nil, nil, damaged
		}
		data, rest := rest[n:n+int(size)], rest[n+int(size):] //nolint:gosec // not more than there is
		if tag == tagText {
			return string(data), rest, nil
		}
		return data, rest, nil
	}
	return nil, nil, damaged
}
