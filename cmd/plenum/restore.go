package main

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"plenum/internal/backup"
	"plenum/internal/config"
	"plenum/internal/fault"
	"plenum/internal/server"
	"plenum/internal/vault"
)

// restoreCommand makes a server of a backup.
type restoreCommand struct {
	From string `help:"The backup. A file, since it is read twice: first all of it is proved." placeholder:"FILE" required:""`
}

// Run is called by kong.
func (c *restoreCommand) Run(ctx context.Context, place config.Place, s streams) error {
	cfg, err := config.Load(place, config.Serving{})
	if err != nil {
		return err
	}
	key := server.MasterKeyPath(cfg)
	if err := mustExist(key, "master key", "A backup is restored with the two key files that were in use when it was made: put "+key+" and "+vault.TreePath(key)+" in place first"); err != nil {
		return err
	}
	keys, err := vault.Open(key)
	if err != nil {
		return err
	}
	f, err := os.Open(c.From)
	if err != nil {
		return fault.New("restore", fault.Invalid, "backup.unreadable", "The backup "+c.From+" cannot be read.").With(err)
	}
	defer f.Close() //nolint:errcheck // read only
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return fault.New("restore", fault.Invalid, "backup.unreadable", "The backup "+c.From+" is no file.").With(err)
	}
	line := newProgress(s.err)
	defer line.stop()
	target := backup.Target{
		Keys: keys, Data: cfg.Data, Database: cfg.Database, FilesDir: backup.FilesDir, Grown: isJournal,
		Report: func(done, all int64) { line.say("%s of %s read", size(done), size(all)) },
	}
	if within, err := filepath.Rel(cfg.Data, server.FilesDir(cfg)); cfg.Bucket == nil && err == nil && filepath.IsLocal(within) {
		target.FilesDir = within
	} else if target.Files, err = server.OpenFiles(ctx, cfg); err != nil {
		return err
	}
	sizes, err := target.Restore(ctx, f, info.Size())
	line.stop()
	if err != nil {
		return ended(ctx, s.err, err)
	}
	fmt.Fprintf(s.err, "Restored: %s, and the certificates.\n", told(sizes))
	return keys.Prepare(sizes.Files > 0) // which says what to do about a tree that is missing
}

// isJournal tells of a file that it is gone on with after a crash.
func isJournal(name string) bool {
	last := path.Base(name)
	return last == "journal" || strings.HasPrefix(last, "journal-")
}
