// Package backup puts everything that a server keeps into one encrypted file, while
// it runs, and makes a server of such a file.
package backup

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"plenum/internal/blob"
	"plenum/internal/fault"
	"plenum/internal/store"
	"plenum/internal/vault"
)

// The file is a tar in the age format, encrypted with a key that derives from the
// master key. Its entries come in this order:
//
//	head                    JSON, see head
//	database/schema         JSON of store.DumpSchema
//	database/rows/TABLE     rows as store gives them; as many of these as there are
//	tls/PATH                the certificates
//	files/NAME@OFFSET       pieces of a file, in order; its last may be followed by
//	files/NAME@gone         which says that it was deleted meanwhile: it is no file
//	end                     JSON of Sizes
const (
	headEntry   = "head"
	schemaEntry = "database/schema"
	rowsPrefix  = "database/rows/"
	tlsPrefix   = "tls/"
	filesPrefix = "files/"
	goneMark    = "gone"
	endEntry    = "end"
)

const (
	// format is that of the entries. A reader refuses others.
	format = 1
	// purpose is that of the master key's derivative, name that of the file under it.
	purpose, name = "backup", "backup"
	// pieceSize is how much of a file is in memory at once.
	pieceSize = 4 << 20
	// maxEntry bounds what is read into memory: a piece of rows has a megabyte and
	// one row, and the largest row there is has a logo of some hundred kilobytes.
	maxEntry = 64 << 20
)

// head says what the file is.
type head struct {
	Format  int       `json:"format"`
	Made    time.Time `json:"made"`
	Program string    `json:"program"` // version of Plenum
}

// Sizes is what a backup holds.
type Sizes struct {
	Tables   int   `json:"tables"`
	Database int64 `json:"database"` // bytes of rows
	Files    int   `json:"files"`
	Bytes    int64 `json:"bytes"` // of files
}

// Source is a server, running or not.
type Source struct {
	Keys         *vault.Vault
	Database     *store.Store
	Files        blob.Store // nil for none
	Certificates string     // directory; need not exist
	Program      string     // version of Plenum
	// Report, if not nil, is told how far it is, often.
	Report func(Sizes)
}

// Write backs a server up into w. What it returns is complete only without an
// error: a file that was begun is of no use and is refused by Restore.
func (s Source) Write(ctx context.Context, w io.Writer) (Sizes, error) {
	key := s.Keys.Key(purpose)
	defer key.Close()
	sealed, err := key.Encrypt(w, name)
	if err != nil {
		return Sizes{}, fault.Wrap("backup.Write", err)
	}
	b := &writer{ctx: ctx, tar: tar.NewWriter(sealed), report: s.Report}
	err = b.json(headEntry, head{format, time.Now().UTC().Truncate(time.Second), s.Program})
	if err == nil {
		err = s.Database.Dump(ctx, b)
	}
	// The files come after the snapshot of the database: each that it knows of is
	// there, or was deleted since.
	if err == nil {
		err = b.certificates(s.Certificates)
	}
	if err == nil && s.Files != nil {
		err = b.files(s.Files)
	}
	if err == nil {
		err = b.json(endEntry, b.sizes)
	}
	if err == nil {
		err = errors.Join(b.tar.Close(), sealed.Close())
	}
	return b.sizes, fault.Wrap("backup.Write", err)
}

// writer makes entries. It implements store.DumpSink.
type writer struct {
	ctx    context.Context //nolint:containedctx // of the one call that it lives for
	tar    *tar.Writer
	sizes  Sizes
	report func(Sizes)
}

func (w *writer) entry(name string, data []byte) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if len(data) > maxEntry {
		return errors.New("backup: more than a reader takes in " + name)
	}
	err := w.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(data)), Mode: 0o600, Format: tar.FormatPAX})
	if err != nil {
		return err
	}
	if _, err := w.tar.Write(data); err != nil {
		return err
	}
	if w.report != nil {
		w.report(w.sizes)
	}
	return nil
}

func (w *writer) json(name string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return w.entry(name, data)
}

// Schema implements store.DumpSink.
func (w *writer) Schema(s store.DumpSchema) error {
	w.sizes.Tables = len(s.Tables)
	return w.json(schemaEntry, s)
}

// Rows implements store.DumpSink.
func (w *writer) Rows(table string, rows []byte) error {
	w.sizes.Database += int64(len(rows))
	return w.entry(rowsPrefix+table, rows)
}

// certificates takes the files of the directory that hold them.
func (w *writer) certificates(dir string) error {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // none were made yet
	}
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // read only
	return fs.WalkDir(root.FS(), ".", func(at string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone meanwhile
		}
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := root.ReadFile(filepath.FromSlash(at))
		if errors.Is(err, fs.ErrNotExist) {
			return nil // as above
		}
		if err != nil {
			return err
		}
		return w.entry(tlsPrefix+at, data)
	})
}

// files takes those of the store as it comes to them.
func (w *writer) files(files blob.Store) error {
	piece := make([]byte, pieceSize)
	for info, err := range files.List(w.ctx, "") {
		if err != nil {
			return err
		}
		if err := w.file(files, info.Name, piece); err != nil {
			return err
		}
	}
	return w.ctx.Err()
}

// file takes one up to the length it has now. One that is deleted meanwhile is
// left out; one that is cut off meanwhile ends there.
func (w *writer) file(files blob.Store, name string, piece []byte) error {
	f, err := files.Open(w.ctx, name)
	if errors.Is(err, blob.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // read only
	before := w.sizes
	for at := int64(0); at == 0 || at < f.Size(); {
		n, err := f.ReadAt(piece[:min(pieceSize, f.Size()-at)], at)
		if errors.Is(err, blob.ErrNotExist) {
			if at == 0 {
				return nil
			}
			w.sizes = before
			return w.entry(filesPrefix+name+"@"+goneMark, nil)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if n == 0 && at > 0 {
			break
		}
		w.sizes.Bytes += int64(n)
		if err := w.entry(filesPrefix+name+"@"+strconv.FormatInt(at, 10), piece[:n]); err != nil {
			return err
		}
		at += int64(n)
		if n == 0 {
			break
		}
	}
	w.sizes.Files++
	return nil
}
