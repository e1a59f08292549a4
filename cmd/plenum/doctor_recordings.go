package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"plenum/internal/archive"
	"plenum/internal/blob"
	"plenum/internal/composer"
	"plenum/internal/config"
	"plenum/internal/fault"
	"plenum/internal/server"
)

// recordings looks at what only they need: meetings work without.
func (r *report) recordings(ctx context.Context, cfg config.Config) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	r.files(ctx, cfg)
	if cfg.ComposeJobs == 0 {
		r.say(good, "This machine makes no videos of recordings (--compose-jobs 0).")
		return
	}
	ffmpeg := composer.New(composer.Config{Program: cfg.FFmpeg})
	switch version, err := ffmpeg.Check(ctx); {
	case errors.Is(err, composer.ErrMissing):
		r.say(poor, "ffmpeg was not found. Meetings work without it, recordings do not. Run: apt-get install ffmpeg, or say where it is with --ffmpeg.")
	case err != nil:
		r.say(poor, "This ffmpeg cannot be used, 5.1 or newer with libx264 and libopus is needed: %s Meetings work without it, recordings do not.", reason(err))
	default:
		r.say(good, "ffmpeg is of version %s.", version)
		r.confinement(ffmpeg.Confinement())
	}
}

// confinement says what somebody gets who takes ffmpeg over by what it decodes.
func (r *report) confinement(got composer.Confinement, err error) {
	switch {
	case err != nil:
		r.say(poor, "ffmpeg cannot be confined and is therefore not started: %v. Meetings work without it, recordings do not.", err)
	case !got.Files:
		r.say(poor, "ffmpeg is not confined: whoever finds a hole in it can read the server's files. Linux 5.13 or newer confines it, with landlock among the kernel's lsm= and, in a container, allowed by its profile.")
	case !got.Network:
		r.say(poor, "ffmpeg is confined to its own files, but not kept from the network. A kernel with seccomp filters (amd64, arm64) does that.")
	case !got.Signals:
		r.say(good, "ffmpeg is confined: it can open no file of the server and no connection. Linux 6.12 with its updates, or newer, also keeps it from ending the server.")
	default:
		r.say(good, "ffmpeg is confined: it can open no file of the server and no connection, and signal nobody.")
	}
}

// files tries the place of the recordings as the server does.
func (r *report) files(ctx context.Context, cfg config.Config) {
	place := "The bucket " + bucketOf(cfg)
	if cfg.Bucket == nil {
		place = "The directory " + server.FilesDir(cfg)
		if _, err := os.Stat(server.FilesDir(cfg)); errors.Is(err, fs.ErrNotExist) {
			if err := writable(filepath.Dir(server.FilesDir(cfg))); err != nil {
				r.say(poor, "%s of recordings does not exist, and the server cannot make it. Meetings work without it, recordings do not.", place)
				return
			}
			r.say(good, "%s of recordings does not exist yet; the first start makes it.", place)
			return
		}
		if !sameDisk(server.FilesDir(cfg), cfg.Data) {
			r.space(server.FilesDir(cfg), "the recordings lie")
		}
	}
	if err := archive.TryFiles(ctx, func(ctx context.Context) (blob.Store, error) { return server.OpenFiles(ctx, cfg) }); err != nil {
		r.say(poor, "%s of recordings cannot be used: %s Meetings work without it, recordings do not.", place, reason(err))
		return
	}
	r.say(good, "%s of recordings can be written to.", place)
}

// sameDisk reports whether two directories lie on one disk: its free space is told once.
func sameDisk(dir, data string) bool {
	var a, b syscall.Stat_t
	return syscall.Stat(existing(dir), &a) == nil && syscall.Stat(existing(data), &b) == nil && a.Dev == b.Dev
}

func bucketOf(cfg config.Config) string {
	if cfg.Bucket == nil {
		return ""
	}
	return cfg.Bucket.Bucket + " at " + cfg.Bucket.Endpoint
}

// writable reports why nothing can be made in dir, or in the first directory above
// it that exists.
func writable(dir string) error { return syscall.Access(existing(dir), 2 /* W_OK */) }

// reason is the innermost cause of what failed, as a sentence: it names the place or
// the program that an operator has to look at.
func reason(err error) string {
	for {
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Cause == nil {
			return strings.TrimSuffix(server.Explain(err), ".") + "."
		}
		err = f.Cause
	}
}
