package store_test

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"plenum/internal/fault"
	"plenum/internal/meeting"
	"plenum/internal/store"
	"plenum/internal/store/pgtest"
)

// unusable opens c and checks that the fault is the one expected, in one line of
// words.
func unusable(t *testing.T, c store.Config, code string) {
	t.Helper()
	s, err := store.Open(t.Context(), c)
	if err == nil {
		s.Close()
		t.Fatalf("opened, want %s", code)
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code != code {
		t.Fatalf("got %v, want code %s", err, code)
	}
	if f.Kind == fault.Internal || !strings.HasSuffix(strings.TrimRight(f.Text, ")"), ".") && !strings.Contains(f.Text, ". (") || strings.ContainsAny(f.Text, "\n\t") {
		t.Errorf("not a sentence for a person: %q", f.Text)
	}
}

// filled makes a SQLite file with a meeting in it, so large that damage hits it.
func filled(t *testing.T) store.Config {
	t.Helper()
	c := store.Config{Path: filepath.Join(t.TempDir(), "plenum.db")}
	s := open(t, c)
	owner := setUp(t, s)
	for range 50 {
		m := meeting.New(owner.Tenant, owner.ID, "Raad", noon)
		m.Welcome = strings.Repeat("welcome ", 200)
		ok(t, s.CreateMeeting(t.Context(), m, nil))
	}
	ok(t, s.Close())
	return c
}

func TestDamagedFile(t *testing.T) {
	damages := map[string]func([]byte) []byte{
		"not a database":  func([]byte) []byte { return []byte(strings.Repeat("This is a letter. ", 500)) },
		"header":          func(b []byte) []byte { copy(b[16:], "garbage"); return b },
		"page":            func(b []byte) []byte { copy(b[len(b)/2:], strings.Repeat("\xff", 4096)); return b },
		"cut in half":     func(b []byte) []byte { return b[:len(b)/2] },
		"cut to a corner": func(b []byte) []byte { return b[:50] },
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			c := filled(t)
			before, err := os.ReadFile(c.Path)
			ok(t, err)
			damaged := damage(before)
			ok(t, os.WriteFile(c.Path, damaged, 0o600))
			unusable(t, c, "data.damaged")
			after, err := os.ReadFile(c.Path)
			ok(t, err)
			if string(after) != string(damaged) {
				t.Error("the damaged file was changed; a rescue could have used it")
			}
		})
	}
}

// newer makes the data look as if a later version had written it.
func newer(t *testing.T, driver, address string) {
	t.Helper()
	db, err := sql.Open(driver, address)
	ok(t, err)
	defer db.Close() //nolint:errcheck // a test
	_, err = db.ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)")
	ok(t, err)
}

func TestNewerData(t *testing.T) {
	c := filled(t)
	newer(t, "sqlite", c.Path)
	unusable(t, c, "data.newer")
}

func TestUnusablePlaces(t *testing.T) {
	t.Run("no directory", func(t *testing.T) {
		unusable(t, store.Config{Path: filepath.Join(t.TempDir(), "missing", "plenum.db")}, "data.missing")
	})
	t.Run("a directory in its place", func(t *testing.T) {
		unusable(t, store.Config{Path: t.TempDir()}, "data.denied")
	})
	t.Run("read only", func(t *testing.T) {
		if os.Getuid() == 0 {
			t.Skip("root may write everywhere")
		}
		c := filled(t)
		ok(t, os.Chmod(c.Path, 0o400)) //nolint:gosec // to be refused
		unusable(t, c, "data.denied")
	})
	t.Run("nowhere", func(t *testing.T) { unusable(t, store.Config{}, "data.address") })
	t.Run("two places", func(t *testing.T) {
		unusable(t, store.Config{Path: "plenum.db", URL: "postgres:///plenum"}, "data.address")
	})
	t.Run("not an address", func(t *testing.T) {
		unusable(t, store.Config{URL: "postgres://user:topsecret@[::1/plenum"}, "data.address")
	})
	t.Run("no server", func(t *testing.T) {
		unusable(t, store.Config{URL: "postgres:///plenum?host=" + t.TempDir()}, "data.unreachable")
	})
}

func TestPostgresFaults(t *testing.T) {
	server := pgtest.Start(t)
	t.Run("no such database", func(t *testing.T) {
		unusable(t, store.Config{URL: server.URL("missing")}, "data.unreachable")
	})
	t.Run("newer data", func(t *testing.T) {
		c := store.Config{URL: server.Database(t)}
		ok(t, open(t, c).Close())
		newer(t, "pgx", c.URL)
		unusable(t, c, "data.newer")
	})
	t.Run("no rights", func(t *testing.T) {
		address := server.Database(t)
		db, err := sql.Open("pgx", address)
		ok(t, err)
		defer db.Close() //nolint:errcheck // a test
		_, err = db.ExecContext(t.Context(), "CREATE ROLE nobody LOGIN; REVOKE ALL ON SCHEMA public FROM PUBLIC")
		ok(t, err)
		unusable(t, store.Config{URL: strings.Replace(address, "user=plenum", "user=nobody", 1)}, "data.denied")
	})
}

// TestFilesArePrivate: nobody else on the machine may read the data.
func TestFilesArePrivate(t *testing.T) {
	c := store.Config{Path: filepath.Join(t.TempDir(), "with space % and ?.db")}
	s := open(t, c)
	setUp(t, s)
	seen := 0
	err := filepath.WalkDir(filepath.Dir(c.Path), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		seen++
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", filepath.Base(path), info.Mode())
		}
		if !strings.HasPrefix(filepath.Base(path), filepath.Base(c.Path)) {
			t.Errorf("a file nobody expects: %s", path)
		}
		return err
	})
	ok(t, err)
	if seen < 2 { // the file and its write-ahead log at least
		t.Errorf("%d files", seen)
	}
}

// TestDeletedIsGone: what is deleted is not left in the file's free pages.
func TestDeletedIsGone(t *testing.T) {
	c := filled(t)
	s := open(t, c)
	owner := newOwner()
	home, err := s.Home(t.Context())
	ok(t, err)
	m := meeting.New(home.ID, "", "Canary of the town council", owner.CreatedAt)
	ok(t, s.CreateMeeting(t.Context(), m, nil))
	if !onDisk(t, c, "Canary of the town council") {
		t.Fatal("the test would not see it")
	}
	ok(t, s.DeleteMeeting(t.Context(), m.ID))
	ok(t, s.Sweep(t.Context(), noon))
	if onDisk(t, c, "Canary of the town council") {
		t.Error("the deleted meeting's name is still on the disk")
	}
}

func onDisk(t *testing.T, c store.Config, what string) bool {
	t.Helper()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		content, err := os.ReadFile(c.Path + suffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		if strings.Contains(string(content), what) {
			return true
		}
	}
	return false
}

// TestFullDisk runs itself in a mount namespace with a tiny file system.
func TestFullDisk(t *testing.T) {
	const marker = "PLENUM_TEST_FULL_DISK"
	if dir := os.Getenv(marker); dir != "" {
		onFullDisk(t, dir)
		return
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFullDisk$", "-test.v") //nolint:gosec // this test
	child.Env = append(os.Environ(), marker+"="+t.TempDir())
	child.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := child.CombinedOutput()
	if errors.Is(err, fs.ErrPermission) {
		t.Skip("this machine does not let a test mount a file system")
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if strings.Contains(string(out), "--- SKIP") {
		t.Skip("this machine does not let a test mount a file system")
	}
}

func onFullDisk(t *testing.T, dir string) {
	t.Helper()
	mount := func(size string) {
		t.Helper()
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
			t.Skip(err)
		}
	}
	c := store.Config{Path: filepath.Join(dir, "plenum.db")}
	for _, size := range []string{"4k", "48k", "100k"} { // at the first page, while the schema is made
		mount(size)
		unusable(t, c, "disk.full")
		ok(t, syscall.Unmount(dir, 0))
	}

	mount("800k")
	s := open(t, c)
	owner := setUp(t, s)
	written := 0
	var err error
	for err == nil && written < 1_000 {
		m := meeting.New(owner.Tenant, owner.ID, "Raad", noon)
		m.Welcome = strings.Repeat("welcome ", 200)
		if err = s.CreateMeeting(t.Context(), m, nil); err == nil {
			written++
		}
	}
	if f, isFault := errors.AsType[*fault.Error](err); !isFault || f.Code != "disk.full" {
		t.Fatalf("after %d meetings: %v", written, err)
	}
	list, err := s.MeetingsOf(t.Context(), owner, meeting.Meeting{}, meeting.MaxPerOwner)
	ok(t, err)
	same(t, "meetings that were kept", len(list), written)
}
