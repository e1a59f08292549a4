package blob

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"math/rand/v2"
	"os"
	"path"
	"sync/atomic"
	"syscall"
	"time"

	"plenum/internal/fault"
	"plenum/internal/id"
)

// Dir is a store in a directory.
type Dir struct {
	root *os.Root
	// grace is what may still be written though the disk is full to the floor: what
	// reserves gave back since.
	grace atomic.Int64
}

// temp is where unfinished files and reserves are. Who writes one holds a lock on
// it, which goes when they die.
const temp = ".temp"

// sweepAge spares what somebody made just now and has not locked yet.
const sweepAge = time.Minute

// OpenDir opens the store in dir and makes it when there is none.
func OpenDir(dir string) (*Dir, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, wrap("blob.OpenDir", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, wrap("blob.OpenDir", err)
	}
	d := &Dir{root: root}
	if err := d.mkdir(temp); err != nil {
		return nil, errors.Join(wrap("blob.OpenDir", err), root.Close())
	}
	return d, nil
}

// Close ends the use of the directory.
func (d *Dir) Close() error { return d.root.Close() }

// Create implements Store.
func (d *Dir) Create(ctx context.Context, name string) (Writer, error) {
	if err := errors.Join(check(name), ctx.Err()); err != nil {
		return nil, err
	}
	f, at, err := d.temporary()
	if err != nil {
		return nil, wrap("blob.Create", err)
	}
	w := &dirWriter{d: d, f: f, temp: at, name: name}
	w.release = context.AfterFunc(ctx, w.forget)
	return w, nil
}

// temporary makes a file that nobody else sweeps.
func (d *Dir) temporary() (*os.File, string, error) {
	at := path.Join(temp, id.New[string]())
	f, err := d.root.OpenFile(at, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, "", err
	}
	if err := lock(f); err != nil {
		return nil, "", errors.Join(err, f.Close(), d.root.Remove(at))
	}
	return f, at, nil
}

// Append implements Store.
func (d *Dir) Append(ctx context.Context, name string) (Log, error) {
	if err := errors.Join(check(name), ctx.Err()); err != nil {
		return nil, err
	}
	var f *os.File
	err := d.inFolder(name, func() (err error) {
		f, err = d.root.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
		return err
	})
	if err != nil {
		return nil, wrap("blob.Append", err)
	}
	if err := lock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	info, err := f.Stat()
	if err == nil {
		err = d.sync(path.Dir(name))
	}
	if err != nil {
		return nil, errors.Join(wrap("blob.Append", err), f.Close())
	}
	return &dirLog{dirFile{f, info.Size()}, d}, nil
}

// Open implements Store.
func (d *Dir) Open(ctx context.Context, name string) (File, error) {
	if err := errors.Join(check(name), ctx.Err()); err != nil {
		return nil, err
	}
	f, err := d.root.Open(name)
	if err != nil {
		return nil, wrap("blob.Open", err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = ErrNotExist
	}
	if err != nil {
		return nil, errors.Join(wrap("blob.Open", err), f.Close())
	}
	return &dirFile{f, info.Size()}, nil
}

// Stat implements Store.
func (d *Dir) Stat(ctx context.Context, name string) (Info, error) {
	if err := errors.Join(check(name), ctx.Err()); err != nil {
		return Info{}, err
	}
	info, err := d.root.Stat(name)
	if err != nil {
		return Info{}, wrap("blob.Stat", err)
	}
	if !info.Mode().IsRegular() {
		return Info{}, ErrNotExist
	}
	return Info{name, info.Size(), info.ModTime()}, nil
}

// List implements Store.
func (d *Dir) List(ctx context.Context, folder string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		if err := checkFolder(folder); err != nil {
			yield(Info{}, err)
			return
		}
		top := path.Join(".", folder)
		err := fs.WalkDir(d.root.FS(), top, func(name string, e fs.DirEntry, err error) error {
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case errors.Is(err, fs.ErrNotExist):
				return nil // gone meanwhile
			case err != nil:
				return err
			case e.IsDir() && name == temp:
				return fs.SkipDir
			case !e.Type().IsRegular() || name == folder || !shape.MatchString(name):
				return nil
			}
			info, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil //nolint:nilerr // gone meanwhile
			}
			if err != nil {
				return err
			}
			if !yield(Info{name, info.Size(), info.ModTime()}, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(Info{}, wrap("blob.List", err))
		}
	}
}

// Delete implements Store.
func (d *Dir) Delete(ctx context.Context, name string) error {
	if err := errors.Join(check(name), ctx.Err()); err != nil {
		return err
	}
	if _, err := d.Stat(ctx, name); errors.Is(err, ErrNotExist) {
		return nil
	}
	if err := d.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return wrap("blob.Delete", err)
	}
	folder := path.Dir(name)
	for ; folder != "." && d.root.Remove(folder) == nil; folder = path.Dir(folder) {
	} // until one that is still in use
	return wrap("blob.Delete", d.sync(folder))
}

// Reserve implements Store: a file of noise, since a file system may keep
// anything else in less space than it has.
func (d *Dir) Reserve(ctx context.Context, size int64) (Reserve, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, at, err := d.temporary()
	if err != nil {
		return nil, wrap("blob.Reserve", err)
	}
	r := &dirReserve{d, f, at, size}
	noise := rand.NewChaCha8([32]byte([]byte(id.NewSecret())[:32]))
	if err = d.fits(f, size); err == nil {
		_, err = io.CopyN(f, noise, size)
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		return nil, errors.Join(wrap("blob.Reserve", err), r.remove())
	}
	return r, nil
}

// maxFloor bounds the floor: what files leave free of their disk, a twentieth of it
// otherwise. By default the database lies there too, and has to be able to write
// when recordings have taken all they may: nothing could be deleted else, and nobody
// sign in.
const maxFloor = 1 << 30

// fits reports whether n bytes more leave the floor of f's disk free.
func (d *Dir) fits(f *os.File, n int64) error {
	free, size, err := space(f)
	if err != nil {
		return err
	}
	if size == 0 || free-n >= min(size/20, maxFloor) {
		d.grace.Store(0)
		return nil
	}
	for {
		grace := d.grace.Load()
		if grace < n {
			return syscall.ENOSPC
		}
		if d.grace.CompareAndSwap(grace, grace-n) {
			return nil
		}
	}
}

// space is how many bytes of f's disk can be written, and how many it has: 0 where
// that is not said, as by some file systems in user space.
func space(f *os.File) (free, size int64, err error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return 0, 0, err
	}
	var s syscall.Statfs_t
	var failed error
	err = raw.Control(func(fd uintptr) { failed = syscall.Fstatfs(int(fd), &s) })
	return int64(s.Bavail) * s.Frsize, int64(s.Blocks) * s.Frsize, errors.Join(err, failed) //nolint:gosec // far below 2⁶³
}

// Sweep implements Store.
func (d *Dir) Sweep(ctx context.Context) error {
	entries, err := fs.ReadDir(d.root.FS(), temp)
	if err != nil {
		return wrap("blob.Sweep", err)
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil || time.Since(info.ModTime()) < sweepAge {
			continue // gone, or too young
		}
		at := path.Join(temp, e.Name())
		f, err := d.root.Open(at)
		if err != nil {
			continue // gone
		}
		if lock(f) == nil {
			err = d.root.Remove(at)
		}
		if err := errors.Join(err, f.Close()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return wrap("blob.Sweep", err)
		}
	}
	return nil
}

// inFolder makes the folder of name and does what is to be done in it, again when
// somebody who deleted the last file took the folder away between the two.
func (d *Dir) inFolder(name string, do func() error) error {
	const tries = 10
	for i := 1; ; i++ {
		err := d.mkdir(path.Dir(name))
		if err == nil {
			err = do()
		}
		if !errors.Is(err, fs.ErrNotExist) || i == tries {
			return err
		}
	}
}

// mkdir makes a folder and those above, each durably.
func (d *Dir) mkdir(folder string) error {
	if folder == "." {
		return nil
	}
	if info, err := d.root.Stat(folder); err == nil && info.IsDir() {
		return nil
	}
	if err := d.mkdir(path.Dir(folder)); err != nil {
		return err
	}
	if err := d.root.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return d.sync(path.Dir(folder))
}

// sync makes the names in a folder survive a power cut.
func (d *Dir) sync(folder string) error {
	f, err := d.root.Open(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // deleted meanwhile, and with it what was in it
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func lock(f *os.File) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var locked error
	err = raw.Control(func(fd uintptr) {
		locked = syscall.Flock(int(fd), syscall.LOCK_EX|syscall.LOCK_NB)
	})
	if errors.Is(locked, syscall.EWOULDBLOCK) {
		return ErrBusy
	}
	return errors.Join(err, locked)
}

// wrap turns what the system says into our faults.
func wrap(op string, err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return ErrFull.With(err)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return ErrNotExist.With(err)
	case errors.Is(err, ErrBusy), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return fault.Wrap(op, err)
}
