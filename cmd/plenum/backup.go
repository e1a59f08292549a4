package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/mattn/go-isatty"

	"plenum/internal/backup"
	"plenum/internal/blob"
	"plenum/internal/config"
	"plenum/internal/fault"
	"plenum/internal/server"
	"plenum/internal/vault"
)

// interrupted is what a shell gives a program that SIGINT ended.
const interrupted = exitCode(128 + int(syscall.SIGINT))

var (
	errBackupBusy     = fault.New("backup", fault.Conflict, "backup.busy", "Another plenum backup is writing this file.")
	errBackupTerminal = fault.New("backup", fault.Invalid, "backup.terminal", "A backup is no text. Send it into a file or a program, or give a name with --to.")
)

// backupCommand writes everything into one encrypted file.
type backupCommand struct {
	To string `help:"File to write; \"-\" for the standard output. It is replaced once the backup is complete." placeholder:"FILE" required:""`
}

// Run is called by kong.
func (c *backupCommand) Run(ctx context.Context, place config.Place, s streams) error {
	cfg, err := config.Load(place, config.Serving{})
	if err != nil {
		return err
	}
	if err := mustExist(cfg.Data, "data directory", "There is nothing to back up"); err != nil {
		return err
	}
	if err := mustExist(server.MasterKeyPath(cfg), "master key", "Without it nothing can be backed up"); err != nil {
		return err
	}
	cfg, db, err := openStore(ctx, place)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // nothing is written
	keys, err := vault.Open(server.MasterKeyPath(cfg))
	if err != nil {
		return err
	}
	files, err := recorded(ctx, cfg)
	if err != nil {
		return err
	}
	line := newProgress(s.err)
	defer line.stop()
	source := backup.Source{
		Keys: keys, Database: db, Files: files, Certificates: filepath.Join(cfg.Data, backup.TLSDir), Program: version,
		Report: func(b backup.Sizes) { line.say("%s backed up", size(b.Database+b.Bytes)) },
	}
	var sizes backup.Sizes
	if c.To == "-" {
		if out, ok := s.out.(*os.File); ok && isatty.IsTerminal(out.Fd()) {
			return errBackupTerminal
		}
		sizes, err = source.Write(ctx, s.out)
	} else {
		sizes, err = writeBackup(ctx, source, c.To)
	}
	line.stop()
	if err != nil {
		return ended(ctx, s.err, err)
	}
	key := server.MasterKeyPath(cfg)
	fmt.Fprintf(s.err, "Backed up: %s, and the certificates.\n", told(sizes))
	fmt.Fprintf(s.err, "Not in it, and needed to restore it: %s and %s. Keep copies of these two apart from the backup.\n", key, vault.TreePath(key))
	return nil
}

// recorded opens what was recorded; nil when nothing ever was.
func recorded(ctx context.Context, cfg config.Config) (blob.Store, error) {
	if cfg.Bucket == nil {
		if _, err := os.Stat(server.FilesDir(cfg)); errors.Is(err, fs.ErrNotExist) {
			return nil, nil //nolint:nilnil // no files are no fault
		}
	}
	return server.OpenFiles(ctx, cfg)
}

// told says what a backup holds.
func told(s backup.Sizes) string {
	files := "files"
	if s.Files == 1 {
		files = "file"
	}
	return fmt.Sprintf("the database (%d tables, %s), %d %s (%s)", s.Tables, size(s.Database), s.Files, files, size(s.Bytes))
}

// mustExist keeps a command that only reads from making what it was to read.
func mustExist(path, what, consequence string) error {
	if _, err := os.Stat(path); err != nil {
		return fault.New("plenum", fault.Unavailable, "backup.missing", fmt.Sprintf("The %s %s cannot be read. %s.", what, path, consequence)).With(err)
	}
	return nil
}

// ended is what to tell of a failure: nothing more than that, when it was asked for.
func ended(ctx context.Context, w io.Writer, err error) error {
	if ctx.Err() == nil {
		return err
	}
	fmt.Fprintln(w, "plenum: Interrupted; nothing is left of it.")
	return interrupted
}

// writeBackup gives the file its name when it is complete. Until then the one that
// had the name stays.
func writeBackup(ctx context.Context, source backup.Source, to string) (_ backup.Sizes, err error) {
	part := to + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE, 0o600) //nolint:gosec // whatever file the operator names
	if err != nil {
		return backup.Sizes{}, fault.New("backup", fault.Unavailable, "backup.unwritable", "The file "+to+" cannot be written. Check that its directory exists and may be written by this user.").With(err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil { //nolint:gosec // descriptors are small
		return backup.Sizes{}, errors.Join(errBackupBusy.With(err), f.Close())
	}
	defer func() {
		if err != nil {
			os.Remove(part) //nolint:errcheck // the fault that led here is the one to tell
		}
		f.Close() //nolint:errcheck // synced, or of no use
	}()
	if err := f.Truncate(0); err != nil { // what one that was killed left
		return backup.Sizes{}, err
	}
	sizes, err := source.Write(ctx, f)
	if err != nil {
		return sizes, err
	}
	if err := errors.Join(f.Sync(), os.Rename(part, to)); err != nil {
		return sizes, err
	}
	dir, err := os.Open(filepath.Dir(to))
	if err != nil {
		return sizes, err
	}
	return sizes, errors.Join(dir.Sync(), dir.Close())
}

// progress is a line on a terminal that changes.
type progress struct {
	out  io.Writer // nil when nobody looks
	last atomic.Int64
}

// progressEvery is how often the line changes, at most.
const progressEvery = 200 * time.Millisecond

func newProgress(w io.Writer) *progress {
	if f, ok := w.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		return &progress{out: w}
	}
	return &progress{}
}

func (p *progress) say(format string, args ...any) {
	now, last := time.Now().UnixNano(), p.last.Load()
	if p.out == nil || now-last < int64(progressEvery) || !p.last.CompareAndSwap(last, now) {
		return
	}
	fmt.Fprintf(p.out, "\r\x1b[K"+format, args...)
}

// stop clears the line.
func (p *progress) stop() {
	if p.out != nil && p.last.Swap(0) != 0 {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

// size in a form that people read.
func size(bytes int64) string {
	const kilo = 1000
	if bytes < kilo {
		return fmt.Sprintf("%d bytes", bytes)
	}
	value, unit := float64(bytes)/kilo, 0
	units := []string{"kB", "MB", "GB", "TB"}
	for value >= kilo && unit < len(units)-1 {
		value, unit = value/kilo, unit+1
	}
	return fmt.Sprintf("%.1f %s", value, units[unit])
}
