package server

import (
	"context"
	"os"
	"path/filepath"

	"plenum/internal/archive"
	"plenum/internal/audit"
	"plenum/internal/blob"
	"plenum/internal/composer"
)

// newArchive makes what keeps recordings. What it lacks, a place for files or
// ffmpeg, keeps nobody from meeting: it says so when somebody wants to record.
func (s *Server) newArchive(node string) (*archive.Archive, error) {
	// What a composer writes for itself has no name; what a crash left in the moment
	// before it lost its name is empty. Nobody else uses the directory.
	scratch := filepath.Join(s.cfg.Data, "scratch")
	if err := os.RemoveAll(scratch); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(scratch, 0o700); err != nil {
		return nil, err
	}
	return archive.New(archive.Config{
		Store: s.store, Vault: s.keys,
		Files:      archive.Late(func(ctx context.Context) (blob.Store, error) { return OpenFiles(ctx, s.cfg) }),
		Composer:   composer.New(composer.Config{Program: s.cfg.FFmpeg, Scratch: scratch}),
		Signalling: s.sfu.Handler(), Receipts: audit.NewSigner(s.keys.Derive("audit")),
		Jobs: s.cfg.ComposeJobs, AtOnce: s.cfg.RecordingsAtOnce, Node: node, Logger: s.log,
	}), nil
}
