package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plenum/internal/store/pgtest"
)

// dumped is a dump in memory: the rows of each table, sorted.
type dumped struct {
	schema DumpSchema
	rows   map[string][]string
	onRows func() // called once, when the first rows come
}

func (d *dumped) Schema(s DumpSchema) error { d.schema, d.rows = s, map[string][]string{}; return nil }

func (d *dumped) Rows(table string, b []byte) error {
	if d.onRows != nil {
		d.onRows()
		d.onRows = nil
	}
	i := slices.IndexFunc(d.schema.Tables, func(t DumpTable) bool { return t.Name == table })
	for len(b) > 0 {
		row := b
		for _, c := range d.schema.Tables[i].Columns {
			var err error
			if _, b, err = readValue(b, c.Kind); err != nil {
				return err
			}
		}
		d.rows[table] = append(d.rows[table], string(row[:len(row)-len(b)]))
	}
	slices.Sort(d.rows[table])
	return nil
}

// next gives the rows for Fill, table by table, those that refer to others first.
func (d *dumped) next() func() (string, []byte, error) {
	tables := slices.Sorted(maps.Keys(d.rows))
	return func() (string, []byte, error) {
		if len(tables) == 0 {
			return "", nil, io.EOF
		}
		t := tables[0]
		tables = tables[1:]
		return t, bytes.Join(asBytes(d.rows[t]), nil), nil
	}
}

func asBytes(rows []string) (b [][]byte) {
	for _, r := range rows {
		b = append(b, []byte(r))
	}
	return b
}

func fine(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// invent makes a dump of a version with rows in all tables. A column that refers to
// another, or is referred to, has the same values everywhere.
func invent(t *testing.T, version, count int64) *dumped {
	t.Helper()
	s, err := connect(t.Context(), Config{Path: filepath.Join(t.TempDir(), "plan.db")})
	fine(t, err)
	defer s.db.Close()
	provider, err := s.migrations()
	fine(t, err)
	if version == 0 {
		sources := provider.ListSources()
		version = sources[len(sources)-1].Version
	}
	_, err = provider.UpTo(t.Context(), version)
	fine(t, err)
	tx, err := s.db.BeginTx(t.Context(), nil)
	fine(t, err)
	defer tx.Rollback()
	d := &dumped{rows: map[string][]string{}}
	d.schema, err = s.describe(t.Context(), tx)
	fine(t, err)
	shared, nullable := map[string]bool{}, map[string]bool{}
	rows, err := tx.QueryContext(t.Context(), `SELECT m.name, c.name, c."notnull" = 0 AND c.pk = 0, c.pk > 0 OR EXISTS (
		SELECT 1 FROM pragma_foreign_key_list(m.name) AS f WHERE f."from" = c.name
		UNION SELECT 1 FROM sqlite_master AS o, pragma_foreign_key_list(o.name) AS f WHERE f."table" = m.name AND f."to" = c.name
		) FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table'`)
	fine(t, err)
	defer rows.Close()
	for rows.Next() {
		var table, column string
		var null, same bool
		fine(t, rows.Scan(&table, &column, &null, &same))
		shared[table+"."+column], nullable[table+"."+column] = same, null
	}
	fine(t, rows.Err())
	for _, table := range d.schema.Tables {
		for i := range count {
			var row []byte
			for _, c := range table.Columns {
				name := table.Name + "." + c.Name
				row, err = appendValue(row, value(c.Kind, i, shared[name], nullable[name]), c.Kind)
				fine(t, err)
			}
			d.rows[table.Name] = append(d.rows[table.Name], string(row))
		}
		slices.Sort(d.rows[table.Name])
	}
	return d
}

// value is the i-th of a column.
func value(kind DumpKind, i int64, shared, nullable bool) any {
	switch {
	case nullable && i%3 == 0:
		return nil
	case kind == DumpInt && shared:
		return i
	case kind == DumpInt:
		return []int64{0, -1, 1<<63 - 1, -1 << 63}[i%4] ^ i
	case kind == DumpBool:
		return i%2 == 0
	case kind == DumpBytes && i == 0:
		return []byte{}
	case kind == DumpBytes:
		return append([]byte{0, 255, '\''}, strconv.FormatInt(i, 10)...)
	case shared:
		return fmt.Sprintf("id-%d", i)
	case i == 0:
		return ""
	}
	return fmt.Sprintf("Zoë \"Ångström\" '🎺' \\ \n %%s $1 ? %d", i)
}

func dump(t *testing.T, c Config) *dumped {
	t.Helper()
	s, err := Open(t.Context(), c)
	fine(t, err)
	defer s.Close()
	d := &dumped{}
	fine(t, s.Dump(t.Context(), d))
	return d
}

func sameDump(t *testing.T, got, want *dumped) {
	t.Helper()
	if diff := cmp.Diff(want.schema, got.schema); diff != "" {
		t.Fatal(diff)
	}
	for table, rows := range want.rows {
		if !slices.Equal(got.rows[table], rows) {
			t.Errorf("%s: %d rows became %d, or other ones", table, len(rows), len(got.rows[table]))
		}
	}
	if len(got.rows) != len(want.rows) || len(want.rows) < 20 {
		t.Errorf("%d tables of %d", len(got.rows), len(want.rows))
	}
}

// Every table, filled with what its columns can hold, goes from SQLite to PostgreSQL
// and back and is the same.
func TestDumpGoesIntoEitherDatabase(t *testing.T) {
	server := pgtest.Start(t)
	file := func() Config { return Config{Path: filepath.Join(t.TempDir(), "plenum.db")} }
	want := invent(t, 0, 250)
	now := want
	for i, c := range []Config{file(), {URL: server.Database(t)}, {URL: server.Database(t)}, file(), file()} {
		fine(t, Fillable(t.Context(), c, now.schema.Version))
		fine(t, Fill(t.Context(), c, now.schema, now.next()))
		now = dump(t, c)
		sameDump(t, now, want)
		for _, err := range []error{Fillable(t.Context(), c, now.schema.Version), Fill(t.Context(), c, now.schema, now.next())} {
			if !errors.Is(err, ErrNotEmpty) {
				t.Errorf("%d: a second time: %v", i, err)
			}
		}
		sameDump(t, dump(t, c), want)
	}
}

// A dump of any version that ever was is brought up to date.
func TestOldDumps(t *testing.T) {
	server := pgtest.Start(t)
	newest := invent(t, 0, 5).schema
	for version := int64(1); version <= newest.Version; version++ {
		old := invent(t, version, 5)
		for _, c := range []Config{{Path: filepath.Join(t.TempDir(), "plenum.db")}, {URL: server.Database(t)}} {
			fine(t, Fill(t.Context(), c, old.schema, old.next()))
			got := dump(t, c)
			if diff := cmp.Diff(newest, got.schema); diff != "" {
				t.Fatal(diff)
			}
			if len(got.rows["account"]) != len(old.rows["account"]) {
				t.Errorf("version %d: %d accounts", version, len(got.rows["account"]))
			}
		}
	}
}

func TestUnfitDumps(t *testing.T) {
	server := pgtest.Start(t)
	for name, test := range map[string]struct {
		change func(d *dumped)
		want   error
	}{
		"newer":           {func(d *dumped) { d.schema.Version++ }, ErrNewerDump},
		"another column":  {func(d *dumped) { d.schema.Tables[0].Columns[0].Name = "x" }, ErrForeignDump},
		"another table":   {func(d *dumped) { d.schema.Tables = d.schema.Tables[1:] }, ErrForeignDump},
		"foreign rows":    {func(d *dumped) { d.rows["zzz"] = []string{"\x00"} }, nil},
		"half a row":      {func(d *dumped) { d.rows["tenant"][3] = d.rows["tenant"][3][1:] }, nil},
		"a row twice":     {func(d *dumped) { d.rows["tenant"] = append(d.rows["tenant"], d.rows["tenant"][0]) }, nil},
		"a row too few":   {func(d *dumped) { d.rows["tenant"] = d.rows["tenant"][1:] }, nil},
		"no rows of it":   {func(d *dumped) { delete(d.rows, "tenant") }, nil},
		"no rows in time": {func(d *dumped) { d.rows = map[string][]string{"account": {"\x04\xff"}} }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			for _, c := range []Config{{Path: filepath.Join(t.TempDir(), "plenum.db")}, {URL: server.Database(t)}} {
				d := invent(t, 0, 5)
				test.change(d)
				err := Fill(t.Context(), c, d.schema, d.next())
				if err == nil || test.want != nil && !errors.Is(err, test.want) {
					t.Errorf("%v", err)
				}
				if c.URL == "" {
					continue
				}
				whole := invent(t, 0, 5)
				if err := Fill(t.Context(), c, whole.schema, whole.next()); err != nil {
					t.Errorf("the database is not empty again: %v", err)
				}
			}
		})
	}
}

// What others write meanwhile waits for nothing, and is not in the dump.
func TestDumpIsOfOneMoment(t *testing.T) {
	server := pgtest.Start(t)
	for _, c := range []Config{{Path: filepath.Join(t.TempDir(), "plenum.db")}, {URL: server.Database(t)}} {
		want := invent(t, 0, 5)
		fine(t, Fill(t.Context(), c, want.schema, want.next()))
		s, err := Open(t.Context(), c)
		fine(t, err)
		defer s.Close()
		d := &dumped{}
		d.onRows = func() {
			left := want.schema.Tables
			for range left { // each go deletes those that nothing refers to any more
				left = slices.DeleteFunc(slices.Clone(left), func(table DumpTable) bool {
					_, err := s.db.ExecContext(t.Context(), "DELETE FROM "+table.Name)
					return err == nil
				})
			}
		}
		fine(t, s.Dump(t.Context(), d))
		sameDump(t, d, want)
		after := &dumped{}
		fine(t, s.Dump(t.Context(), after))
		if len(after.rows["tenant"]) != 0 {
			t.Error("nothing was deleted meanwhile")
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Dump(ended, d); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	}
}

func FuzzReadValue(f *testing.F) {
	for _, v := range []any{nil, int64(-5), true, "text", []byte{1, 2}} {
		for _, kind := range []DumpKind{DumpInt, DumpBool, DumpText, DumpBytes} {
			if b, err := appendValue(nil, v, kind); err == nil {
				f.Add(b, string(kind))
			}
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, kind string) {
		v, rest, err := readValue(b, DumpKind(kind))
		if err != nil {
			return
		}
		if len(rest) >= len(b) {
			t.Fatal("nothing was read")
		}
		again, err := appendValue(nil, v, DumpKind(kind))
		if err != nil {
			t.Fatal(err)
		}
		if got, _, err := readValue(again, DumpKind(kind)); err != nil || !cmp.Equal(got, v) {
			t.Errorf("%v became %v, %v", v, got, err)
		}
	})
}
