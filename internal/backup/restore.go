package backup

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"plenum/internal/blob"
	"plenum/internal/fault"
	"plenum/internal/store"
	"plenum/internal/vault"
)

// ErrNotEmpty is for a place that has something in it.
var ErrNotEmpty = fault.New("backup.Restore", fault.Conflict, "restore.not_empty", "There is something where the backup should go. Nothing was changed. Give an empty place, or move away what is there.")

// Target is where a server is to be. Everything in it must be empty.
type Target struct {
	Keys     *vault.Vault
	Data     string     // directory; is made
	Database string     // PostgreSQL address; "" for SQLite in Data
	Files    blob.Store // nil for a directory in Data
	FilesDir string     // its name in Data, when Files is nil
	// Grown tells of a file that it is one that may be gone on with, as those that
	// blob.Store.Append makes; a bucket tells the two apart.
	Grown func(name string) bool
	// Report, if not nil, is told how much was read of how much to read, often.
	Report func(done, all int64)
}

// What lies where in a data directory.
const (
	FilesDir = "files" // unless the operator wants it elsewhere
	TLSDir   = "tls"
	Database = "plenum.db"
)

// staging is where in the data directory everything is until it is complete.
const staging = ".restore"

// Restore makes the server that was backed up in file. Before anything is put in
// place all of the file has been read and proved; when it fails, the place is empty
// as before. It returns what was restored.
func (t Target) Restore(ctx context.Context, file io.ReaderAt, size int64) (sizes Sizes, err error) {
	a, err := open(t.Keys, file, size)
	if err != nil {
		return sizes, err
	}
	// The file is read twice, and its beginning, the database, a third time.
	report := func(pass int64) func(int64) {
		if t.Report == nil {
			return nil
		}
		return func(done int64) { t.Report(pass*a.size+done, 2*a.size) }
	}
	if err := t.vacant(ctx); err != nil {
		return sizes, err
	}
	c, err := a.verify(ctx, report(0))
	if err != nil {
		return sizes, err
	}
	if err := store.Fillable(ctx, t.database(), c.schema.Version); err != nil {
		return sizes, err
	}
	made := !exists(t.Data)
	p := &placing{Target: t, stage: filepath.Join(t.Data, staging)}
	defer func() {
		if err != nil {
			// What is interrupted may fail in other words.
			err = errors.Join(ctx.Err(), err, p.undo(context.WithoutCancel(ctx), made))
		}
	}()
	if err := os.MkdirAll(p.stage, 0o700); err != nil {
		return sizes, err
	}
	if err := p.everythingElse(ctx, a.pass(ctx, report(1))); err != nil {
		return sizes, err
	}
	for _, name := range []string{TLSDir, p.FilesDir} {
		if err := p.move(name); err != nil {
			return sizes, err
		}
	}
	if err := p.theDatabase(ctx, a.pass(ctx, nil), c.schema); err != nil {
		return sizes, err
	}
	if err := p.move(Database); err != nil {
		return sizes, err
	}
	return c.sizes, errors.Join(os.RemoveAll(p.stage), syncDir(filepath.Dir(filepath.Clean(t.Data))))
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// database is where its rows go at last.
func (t Target) database() store.Config {
	if t.Database != "" {
		return store.Config{URL: t.Database}
	}
	return store.Config{Path: filepath.Join(t.Data, Database)}
}

// vacant reports what is in the way. What another restoring left that was killed is
// not.
func (t Target) vacant(ctx context.Context) error {
	entries, err := os.ReadDir(t.Data)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() != staging && e.Name() != "lost+found" }) {
		e := ErrNotEmpty.With(nil)
		e.Text = "The directory " + t.Data + " is not empty. Nothing was changed. Give an empty one, or move away what is there."
		return e
	}
	if t.Files == nil {
		return os.RemoveAll(filepath.Join(t.Data, staging))
	}
	for _, err := range t.Files.List(ctx, "") {
		if err != nil {
			return err
		}
		e := ErrNotEmpty.With(nil)
		e.Text = "The place for files is not empty. Nothing was changed. Give an empty one, or move away what is there."
		return e
	}
	return os.RemoveAll(filepath.Join(t.Data, staging))
}

// placing is a restoring under way.
type placing struct {
	Target
	stage string
	names []string // of the files that are in Target.Files already
	moved []string // what is in its place in Target.Data
}

// everythingElse puts certificates and files in place.
func (p *placing) everythingElse(ctx context.Context, r *reader) error {
	files := p.Files
	if files == nil {
		dir, err := blob.OpenDir(filepath.Join(p.stage, p.FilesDir))
		if err != nil {
			return err
		}
		defer dir.Close() //nolint:errcheck // each file was committed
		files = dir
	}
	for {
		i, err := r.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch i.part {
		case tlsPrefix:
			err = p.certificate(i)
		case filesPrefix:
			err = p.file(ctx, files, r, i)
		}
		if err != nil {
			return err
		}
	}
}

func (p *placing) certificate(i *item) error {
	at := filepath.Join(p.stage, TLSDir, filepath.FromSlash(i.name))
	if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(at, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(i.data)
	return errors.Join(err, f.Sync(), f.Close())
}

// file puts one in place, of which the first piece was read.
func (p *placing) file(ctx context.Context, files blob.Store, r *reader, first *item) error {
	w, err := p.create(ctx, files, first.name)
	if err != nil {
		return err
	}
	defer w.Abort()
	p.names = append(p.names, first.name)
	for i := first; ; {
		if _, err := w.Write(i.data); err != nil {
			return err
		}
		next, err := r.next()
		if err != nil {
			return unexpected(err)
		}
		switch {
		case next.part == filesPrefix && next.at < 0:
			return nil
		case next.part != filesPrefix || next.at == 0:
			r.back = next
			return w.Commit()
		}
		i = next
	}
}

// create begins a file of the sort that it was.
func (p *placing) create(ctx context.Context, files blob.Store, name string) (blob.Writer, error) {
	if p.Grown == nil || !p.Grown(name) {
		return files.Create(ctx, name)
	}
	log, err := files.Append(ctx, name)
	return &grown{ctx, log}, err
}

// grown writes a file piece by piece.
type grown struct {
	ctx context.Context //nolint:containedctx // of the one call that it lives for
	log blob.Log
}

func (g *grown) Write(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	return len(b), g.log.Append(g.ctx, b)
}

func (g *grown) Commit() error { return g.log.Close() }
func (g *grown) Abort()        { g.log.Close() } //nolint:errcheck // what is there is removed, or was committed

// theDatabase fills it from the beginning of the backup, after everything else: with
// it there is a server.
func (p *placing) theDatabase(ctx context.Context, r *reader, schema store.DumpSchema) error {
	c := p.database()
	if c.Path != "" {
		c.Path = filepath.Join(p.stage, Database)
	}
	return store.Fill(ctx, c, schema, func() (string, []byte, error) {
		for {
			i, err := r.next()
			if err != nil {
				return "", nil, unexpected(err)
			}
			switch i.part {
			case headEntry, schemaEntry:
			case rowsPrefix:
				return i.name, i.data, nil
			default:
				return "", nil, io.EOF
			}
		}
	})
}

// move gives its place to what is complete.
func (p *placing) move(name string) error {
	from, to := filepath.Join(p.stage, name), filepath.Join(p.Data, name)
	if name == "" || !exists(from) {
		return nil
	}
	if exists(to) {
		return ErrNotEmpty
	}
	if err := errors.Join(syncTree(from), os.MkdirAll(filepath.Dir(to), 0o700)); err != nil {
		return err
	}
	p.moved = append(p.moved, to)
	return errors.Join(os.Rename(from, to), syncDir(p.Data))
}

// undo makes the place empty again.
func (p *placing) undo(ctx context.Context, made bool) error {
	err := os.RemoveAll(p.stage)
	for _, at := range p.moved {
		err = errors.Join(err, os.RemoveAll(at))
	}
	if p.Files != nil {
		for _, name := range p.names {
			err = errors.Join(err, p.Files.Delete(ctx, name))
		}
	}
	if made {
		os.Remove(p.Data) //nolint:errcheck // it may not be empty, if another program came
	}
	return err
}

// syncTree makes the names below a directory survive a power cut. The bytes of its
// files are on the disk already.
func syncTree(top string) error {
	return filepath.WalkDir(top, func(at string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		return syncDir(at)
	})
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
