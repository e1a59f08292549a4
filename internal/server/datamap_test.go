package server_test

import (
	"database/sql"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"plenum/internal/access"
	"plenum/internal/datamap"
	"plenum/internal/server/servertest"
	"plenum/internal/store"
	"plenum/internal/store/pgtest"
)

const whyListed = "whatever is kept has a purpose, a ground in law, a time and readers, and people can look it up: " +
	"list it in internal/datamap, with words in four languages, or do not keep it"

// listed returns the places of a kind.
func listed(kind string) []string {
	var names []string
	for _, thing := range datamap.Things() {
		for _, place := range thing.Places {
			if name, ok := strings.CutPrefix(place, kind+":"); ok {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// matchListed tells what is found and not listed, and what is listed and not found.
func matchListed(t *testing.T, what string, found, listed []string) {
	t.Helper()
	for _, name := range found {
		if !slices.Contains(listed, name) {
			t.Errorf("the %s %s is not listed: %s", what, name, whyListed)
		}
	}
	for _, name := range listed {
		if !slices.Contains(found, name) {
			t.Errorf("the %s %s is listed and does not exist: what people read about it is not true", what, name)
		}
	}
}

func TestDatamapListsEveryColumn(t *testing.T) {
	const (
		inSQLite   = "SELECT m.name || '.' || c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
		inPostgres = "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = current_schema()"
	)
	file, url := filepath.Join(t.TempDir(), "plenum.db"), pgtest.Start(t).Database(t)
	for _, c := range []struct {
		store.Config
		driver, address, query string
	}{
		{store.Config{Path: file}, "sqlite", file, inSQLite},
		{store.Config{URL: url}, "pgx", url, inPostgres},
	} {
		t.Run(c.driver, func(t *testing.T) {
			s, err := store.Open(t.Context(), c.Config)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			db, err := sql.Open(c.driver, c.address)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			rows, err := db.QueryContext(t.Context(), c.query)
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			var found []string
			for rows.Next() {
				var name string
				if err := rows.Scan(&name); err != nil {
					t.Fatal(err)
				}
				found = append(found, name)
			}
			if err := rows.Err(); err != nil || len(found) < 50 {
				t.Fatalf("%d columns, %v", len(found), err)
			}
			matchListed(t, "column", found, listed(datamap.Column))
		})
	}
}

// A server that was used leaves the listed files and no other.
func TestDatamapListsEveryFile(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	m := s.CreateMeeting(t, "Council")
	s.Browser(t, "").Join(t, m, access.Attendee, "Ada")
	patterns, objects := listed(datamap.File), listed(datamap.Object)
	var found []string
	look := func() {
		root := filepath.Dir(s.Config.Data) // the key lies beside the data
		err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			kept, inside := strings.CutPrefix(name, filepath.Base(s.Config.Data)+"/")
			if !inside {
				kept = "beside:" + name
			}
			if object, is := strings.CutPrefix(kept, "files/"); is { // there once something was recorded
				if !slices.ContainsFunc(objects, func(p string) bool { ok, err := path.Match(p, object); return ok && err == nil }) {
					t.Errorf("the file %s is not listed: %s", kept, whyListed)
				}
				return nil
			}
			i := slices.IndexFunc(patterns, func(p string) bool { ok, err := path.Match(p, kept); return ok && err == nil })
			if i < 0 {
				t.Errorf("the file %s is not listed: %s", kept, whyListed)
				return nil
			}
			found = append(found, patterns[i])
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	look()
	s.Stop(t)
	look()
	matchListed(t, "file", found, patterns)
}

// What the web client keeps in a browser, it keeps under a literal key that
// begins with "plenum.", or as a cookie that the server sets.
func TestDatamapListsEveryBrowserItem(t *testing.T) {
	key := regexp.MustCompile("['\"`](plenum\\.[a-zA-Z.]+)(?:\\$\\{[a-z]+\\})?['\"`]")
	storage := regexp.MustCompile(`(local|session)Storage\b`)
	never := regexp.MustCompile(`\bindexedDB\b|document\.cookie|\bcaches\.open|cookieStore|navigator\.storage`)
	want := append(listed(datamap.Local), listed(datamap.Tab)...)
	var found []string
	web := filepath.Join("..", "..", "web", "src")
	err := filepath.WalkDir(web, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.Contains(file, ".test.") || strings.Contains(file, filepath.Join("src", "test")+"/") {
			return err
		}
		if ext := filepath.Ext(file); ext != ".ts" && ext != ".tsx" {
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		keys := key.FindAllStringSubmatch(string(text), -1)
		for _, match := range keys {
			name := match[1]
			if strings.HasSuffix(name, ".") {
				name += "*"
			}
			found = append(found, name)
		}
		writes := strings.Contains(string(text), "torage.setItem(")
		if storage.Match(text) && writes && len(keys) == 0 {
			t.Errorf("%s writes to the browser's storage under a key that is not to be seen here: %s", file, whyListed)
		}
		if match := never.Find(text); match != nil {
			t.Errorf("%s uses %s: %s", file, match, whyListed)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	matchListed(t, "browser item", found, want)

	cookie := regexp.MustCompile(`"(__Host-[a-z_-]+)"`)
	found = nil
	eachGoFile(t, filepath.Join("..", ".."), func(file string) {
		if strings.HasSuffix(file, "_test.go") || strings.Contains(file, "servertest") || strings.Contains(file, "bench") {
			return
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		names := cookie.FindAllSubmatch(text, -1)
		for _, match := range names {
			found = append(found, string(match[1]))
		}
		if strings.Contains(string(text), "http.Cookie{") && !strings.Contains(file, filepath.Join("internal", "api")) {
			t.Errorf("%s makes a cookie; only the API does", file)
		}
	})
	matchListed(t, "cookie", found, listed(datamap.Cookies))
}
