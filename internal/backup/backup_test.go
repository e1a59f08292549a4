package backup_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/backup"
	"plenum/internal/blob"
	"plenum/internal/blob/s3test"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/store"
	"plenum/internal/store/pgtest"
	"plenum/internal/user"
	"plenum/internal/vault"
)

const canary = "Canary of the council"

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// place is a server's data that no server runs on.
type place struct {
	data, key, url string
	keys           *vault.Vault
	bucket         blob.Store // nil for a directory
}

// at is a place of its own with the keys of another, or new ones.
func at(t testing.TB, keys *place) *place {
	t.Helper()
	dir := t.TempDir()
	p := &place{data: filepath.Join(dir, "data"), key: filepath.Join(dir, "data.master-key")}
	if keys != nil {
		for _, name := range []string{"", ".tree"} {
			b, err := os.ReadFile(keys.key + name)
			ok(t, err)
			ok(t, os.WriteFile(p.key+name, b, 0o600))
		}
	}
	var err error
	p.keys, err = vault.Open(p.key)
	ok(t, err)
	return p
}

func (p *place) config() store.Config {
	c := store.Config{URL: p.url, AuditKey: audit.NewSigner(p.keys.Derive("audit"))}
	if p.url == "" {
		c.Path = filepath.Join(p.data, backup.Database)
	}
	return c
}

func (p *place) database(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), p.config())
	ok(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

func (p *place) files(t testing.TB) blob.Store {
	t.Helper()
	if p.bucket != nil {
		return p.bucket
	}
	d, err := blob.OpenDir(filepath.Join(p.data, backup.FilesDir))
	ok(t, err)
	t.Cleanup(func() { d.Close() })
	return d
}

// used is what happened at a place, to be found again.
type used struct {
	session [sha256.Size]byte
	meeting meeting.Meeting
	files   map[string][]byte
	owner   string // of wrapped, whose number is 7
	wrapped []byte
}

// use lets a server have been used.
func (p *place) use(t testing.TB) *used {
	t.Helper()
	ok(t, os.MkdirAll(filepath.Join(p.data, backup.TLSDir, "acme", "host"), 0o700))
	ok(t, os.WriteFile(filepath.Join(p.data, backup.TLSDir, "ca.pem"), []byte(canary), 0o600))
	ok(t, os.WriteFile(filepath.Join(p.data, backup.TLSDir, "acme", "host", "x.key"), []byte(canary), 0o600))
	db := p.database(t)
	u := user.User{ID: id.New[id.User](), Name: canary, Email: "ada@town.example", Admin: true, PasswordHash: "x", CreatedAt: time.Now()}
	session, token := auth.NewSession(u.ID, time.Now())
	_, err := db.SetUp(t.Context(), canary, u, session)
	ok(t, err)
	home, err := db.Home(t.Context())
	ok(t, err)
	is := &used{session: auth.HashToken(token), files: map[string][]byte{}, owner: "recording"}
	for range 30 {
		is.meeting = meeting.New(home.ID, u.ID, pii.Name(canary), time.Now().Truncate(time.Second))
		ok(t, db.CreateMeeting(t.Context(), is.meeting, nil))
	}
	ok(t, db.Record(t.Context(), audit.Entry{Tenant: home.ID, Action: audit.AuditRead, Actor: audit.Party{Kind: audit.Operator}, Credential: "test"}))
	key, wrapped, err := p.keys.NewKey(is.owner, 7)
	ok(t, err)
	key.Close()
	is.wrapped = wrapped
	files := p.files(t)
	for name, size := range map[string]int{"r/empty": 0, "r/one": 1, "r/exact": 4 << 20, "r/more": 4<<20 + 1, "r/long": 9 << 20} {
		is.files[name] = bytes.Repeat([]byte(canary+name), size/len(canary+name)+1)[:size]
		w, err := files.Create(t.Context(), name)
		ok(t, err)
		_, err = w.Write(is.files[name])
		ok(t, errors.Join(err, w.Commit()))
	}
	is.files["r/journal"] = []byte(strings.Repeat(canary, 10))
	log, err := files.Append(t.Context(), "r/journal")
	ok(t, err)
	for range 10 {
		ok(t, log.Append(t.Context(), []byte(canary)))
	}
	ok(t, log.Close())
	return is
}

// save backs up.
func (p *place) save(t testing.TB) ([]byte, backup.Sizes) {
	t.Helper()
	var b bytes.Buffer
	sizes, err := p.source(t).Write(t.Context(), &b)
	ok(t, err)
	return b.Bytes(), sizes
}

func (p *place) source(t testing.TB) backup.Source {
	t.Helper()
	return backup.Source{Keys: p.keys, Database: p.database(t), Files: p.files(t), Certificates: filepath.Join(p.data, backup.TLSDir), Program: "test"}
}

func (p *place) target() backup.Target {
	return backup.Target{Keys: p.keys, Data: p.data, Database: p.url, Files: p.bucket, FilesDir: backup.FilesDir, Grown: func(name string) bool { return name == "r/journal" }}
}

func (p *place) restore(t testing.TB, saved []byte) (backup.Sizes, error) {
	t.Helper()
	return p.target().Restore(t.Context(), bytes.NewReader(saved), int64(len(saved)))
}

// mustBe finds everything at a place that was used elsewhere.
func (p *place) mustBe(t testing.TB, is *used) {
	t.Helper()
	db := p.database(t)
	if _, who, err := db.Session(t.Context(), is.session, time.Now()); err != nil || who.Name != canary {
		t.Errorf("the session: %v, %v", who, err)
	}
	if m, err := db.Meeting(t.Context(), is.meeting.ID); err != nil || m.Name != is.meeting.Name || m.CreatedAt.UnixMilli() != is.meeting.CreatedAt.UnixMilli() {
		t.Errorf("the meeting: %+v, %v", m, err)
	}
	home, err := db.Home(t.Context())
	ok(t, err)
	v := audit.NewVerifier(db.AuditKey())
	ok(t, db.WalkAudit(t.Context(), home.ID, 0, v))
	if report := v.Close(); report.Problem != nil || report.Entries < 1 {
		t.Errorf("the audit log: %+v", report)
	}
	for _, name := range []string{"ca.pem", "acme/host/x.key"} {
		if b, err := os.ReadFile(filepath.Join(p.data, backup.TLSDir, name)); err != nil || string(b) != canary {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
	var found int
	for info, err := range p.files(t).List(t.Context(), "") {
		ok(t, err)
		f, err := p.files(t).Open(t.Context(), info.Name)
		ok(t, err)
		got, err := io.ReadAll(io.NewSectionReader(f, 0, f.Size()))
		ok(t, errors.Join(err, f.Close()))
		if want, known := is.files[info.Name]; !known || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes of %d", info.Name, len(got), len(want))
		}
		found++
	}
	if found != len(is.files) {
		t.Errorf("%d files of %d", found, len(is.files))
	}
	log, err := p.files(t).Append(t.Context(), "r/journal")
	ok(t, err)
	ok(t, log.Append(t.Context(), []byte("!")))
	ok(t, log.Close())
	if f, err := p.files(t).Open(t.Context(), "r/journal"); err != nil || f.Size() != int64(len(is.files["r/journal"]))+1 {
		t.Errorf("the journal is not gone on with: %v", err)
	} else {
		f.Close()
	}
	ok(t, filepath.WalkDir(p.data, func(name string, e fs.DirEntry, err error) error {
		if info, failed := e.Info(); failed == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s may be read by others", name)
		}
		if strings.Contains(name, ".restore") {
			t.Errorf("%s is left", name)
		}
		return err
	}))
}

// From and to each kind of place.
func TestBackupAndRestore(t *testing.T) {
	server := pgtest.Start(t)
	small := at(t, nil)
	is := small.use(t)
	saved, sizes := small.save(t)
	if sizes.Files != len(is.files) || sizes.Bytes < 17<<20 || sizes.Tables < 20 || sizes.Database < 1000 {
		t.Errorf("%+v", sizes)
	}

	again := at(t, small)
	got, err := again.restore(t, saved)
	ok(t, err)
	if got != sizes {
		t.Errorf("%+v became %+v", sizes, got)
	}
	again.mustBe(t, is)

	large := at(t, small)
	large.url = server.Database(t)
	large.bucket, err = blob.OpenS3(t.Context(), s3test.Start(t))
	ok(t, err)
	_, err = large.restore(t, saved)
	ok(t, err)
	large.mustBe(t, is)
	is.files["r/journal"] = append(is.files["r/journal"], '!') // it was gone on with

	back := at(t, small)
	saved, _ = large.save(t)
	_, err = back.restore(t, saved)
	ok(t, err)
	back.mustBe(t, is)
}

// Deleted is deleted: what was destroyed after the backup does not come back with it.
func TestDestroyedStaysDead(t *testing.T) {
	p := at(t, nil)
	is := p.use(t)
	_, other, err := p.keys.NewKey("other", 8)
	ok(t, err)
	saved, _ := p.save(t)
	ok(t, p.keys.Destroy(7))
	again := at(t, p) // with the keys of today, which the machine still has
	_, err = again.restore(t, saved)
	ok(t, err)
	again.mustBe(t, is)
	if _, err := again.keys.Unwrap(is.owner, is.wrapped); !errors.Is(err, vault.ErrDestroyed) {
		t.Errorf("a backup brings it back: %v", err)
	}
	if _, err := again.keys.Unwrap("other", other); err != nil {
		t.Errorf("the one that was not destroyed: %v", err)
	}
}

func TestNothingIsReadable(t *testing.T) {
	p := at(t, nil)
	p.use(t)
	saved, _ := p.save(t)
	second, _ := p.save(t)
	if n := shared(saved, second); n > 0 {
		t.Errorf("%d equal pieces in two backups", n)
	}
	for _, word := range []string{canary, "ada@town", "meeting", "database/", "tls/", "journal", "r/long"} {
		if bytes.Contains(saved, []byte(word)) {
			t.Errorf("%q is to be read", word)
		}
	}
	var counts [256]float64
	for _, b := range saved {
		counts[b]++
	}
	var entropy float64
	for _, n := range counts {
		entropy -= n / float64(len(saved)) * math.Log2(n/float64(len(saved)))
	}
	if entropy < 7.99 {
		t.Errorf("entropy is %.4f bits a byte", entropy)
	}
}

// shared counts the pieces of 32 bytes that are in both, but for the first line.
func shared(a, b []byte) (n int) {
	seen := map[string]bool{}
	for piece := range slices.Chunk(a[64:], 32) {
		seen[string(piece)] = true
	}
	for piece := range slices.Chunk(b[64:], 32) {
		if seen[string(piece)] {
			n++
		}
	}
	return n
}

// empty reports whether nothing is at a place.
func (p *place) empty(t *testing.T) {
	t.Helper()
	if entries, err := os.ReadDir(p.data); err == nil {
		t.Errorf("left: %v", entries)
	}
}

func TestDamagedBackups(t *testing.T) {
	p := at(t, nil)
	p.use(t)
	saved, _ := p.save(t)
	again := at(t, p)
	for range 30 {
		n := rand.IntN(len(saved))
		changed := bytes.Clone(saved)
		changed[n] ^= 1 << rand.IntN(8)
		for what, b := range map[string][]byte{"cut": saved[:n], "changed": changed} {
			if _, err := again.restore(t, b); !errors.Is(err, backup.ErrDamaged) && !errors.Is(err, backup.ErrOtherKey) {
				t.Errorf("%s at %d: %v", what, n, err)
			}
			again.empty(t)
		}
	}
	for what, b := range map[string][]byte{"nothing": nil, "something else": []byte(strings.Repeat(canary, 100)), "more": append(bytes.Clone(saved), 0)} {
		if _, err := again.restore(t, b); !errors.Is(err, backup.ErrDamaged) {
			t.Errorf("%s: %v", what, err)
		}
		again.empty(t)
	}
	stranger := at(t, nil)
	if _, err := stranger.restore(t, saved); !errors.Is(err, backup.ErrOtherKey) {
		t.Errorf("another master key: %v", err)
	}
	stranger.empty(t)
	_, err := again.restore(t, saved)
	ok(t, err)
}

func TestOnlyIntoAnEmptyPlace(t *testing.T) {
	server := pgtest.Start(t)
	p := at(t, nil)
	p.use(t)
	saved, _ := p.save(t)
	for what, fill := range map[string]func(p *place){
		"a server": func(p *place) { _, err := p.restore(t, saved); ok(t, err) },
		"a file": func(p *place) {
			ok(t, os.MkdirAll(p.data, 0o700))
			ok(t, os.WriteFile(filepath.Join(p.data, "x"), nil, 0o600))
		},
		"a database": func(p *place) { p.url = server.Database(t); p.database(t) },
		"files": func(p *place) {
			d, err := blob.OpenDir(filepath.Join(t.TempDir(), "files"))
			ok(t, err)
			t.Cleanup(func() { d.Close() })
			w, err := d.Create(t.Context(), "x")
			ok(t, err)
			ok(t, w.Commit())
			p.bucket = d
		},
	} {
		again := at(t, p)
		fill(again)
		if _, err := again.restore(t, saved); !errors.Is(err, backup.ErrNotEmpty) {
			t.Errorf("%s: %v", what, err)
		}
	}

	// An empty directory, a mount, what another restoring left that was killed.
	again := at(t, p)
	for _, name := range []string{"lost+found", ".restore/files/r"} {
		ok(t, os.MkdirAll(filepath.Join(again.data, name), 0o700))
	}
	_, err := again.restore(t, saved)
	ok(t, err)
}

// Ended in the middle, whether asked to or by a fault, it leaves the place empty.
func TestEndedRestoring(t *testing.T) {
	server := pgtest.Start(t)
	p := at(t, nil)
	is := p.use(t)
	saved, _ := p.save(t)
	again := at(t, p)
	again.url = server.Database(t)
	d, err := blob.OpenDir(filepath.Join(t.TempDir(), "files"))
	ok(t, err)
	t.Cleanup(func() { d.Close() })
	again.bucket = d
	for _, share := range []float64{0, 0.2, 0.5, 0.6, 0.8, 0.99} {
		ctx, cancel := context.WithCancel(t.Context())
		target := again.target()
		target.Report = func(done, all int64) {
			if float64(done) >= share*float64(all) {
				cancel()
			}
		}
		if _, err := target.Restore(ctx, bytes.NewReader(saved), int64(len(saved))); !errors.Is(err, context.Canceled) {
			t.Errorf("%v: %v", share, err)
		}
		again.empty(t)
		for info := range d.List(t.Context(), "") {
			t.Errorf("%v: %s is left", share, info.Name)
		}
	}
	_, err = again.restore(t, saved)
	ok(t, err)
	again.mustBe(t, is)
}

// vanishing is a store in which files change while they are copied.
type vanishing struct {
	blob.Store
	open func(name string, f blob.File) (blob.File, error)
}

func (v vanishing) Open(ctx context.Context, name string) (blob.File, error) {
	f, err := v.Store.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	return v.open(name, f)
}

// cut is a file that ends with a fault.
type cut struct {
	blob.File
	after int64
	err   error
}

func (c cut) ReadAt(p []byte, at int64) (int, error) {
	if at >= c.after {
		return 0, c.err
	}
	return c.File.ReadAt(p, at)
}

func TestFilesThatChangeMeanwhile(t *testing.T) {
	p := at(t, nil)
	is := p.use(t)
	source := p.source(t)
	grows, err := p.files(t).Append(t.Context(), "r/journal")
	ok(t, err)
	defer grows.Close()
	source.Files = vanishing{p.files(t), func(name string, f blob.File) (blob.File, error) {
		switch name {
		case "r/one": // between listing and opening
			f.Close()
			return nil, blob.ErrNotExist
		case "r/more": // as it begins
			return cut{f, 0, blob.ErrNotExist}, nil
		case "r/long": // in the middle
			return cut{f, 8 << 20, blob.ErrNotExist}, nil
		case "r/exact": // cut off
			return cut{f, 0, io.EOF}, nil
		case "r/journal":
			ok(t, grows.Append(t.Context(), []byte("more")))
		}
		return f, nil
	}}
	var b bytes.Buffer
	sizes, err := source.Write(t.Context(), &b)
	ok(t, err)
	for _, name := range []string{"r/one", "r/more", "r/long"} {
		delete(is.files, name)
	}
	is.files["r/exact"] = nil
	if sizes.Files != 3 {
		t.Errorf("%+v", sizes)
	}
	again := at(t, p)
	_, err = again.restore(t, b.Bytes())
	ok(t, err)
	again.mustBe(t, is)
}

func TestBackupFails(t *testing.T) {
	p := at(t, nil)
	p.use(t)
	source := p.source(t)
	broken := errors.New("the disk is broken")
	source.Files = vanishing{p.files(t), func(_ string, f blob.File) (blob.File, error) { return cut{f, 0, broken}, nil }}
	if _, err := source.Write(t.Context(), io.Discard); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	source = p.source(t)
	source.Report = func(s backup.Sizes) {
		if s.Files > 0 {
			cancel()
		}
	}
	if _, err := source.Write(ctx, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
