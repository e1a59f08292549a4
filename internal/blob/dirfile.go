package blob

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"sync"
)

type dirWriter struct {
	d          *Dir
	f          *os.File
	temp, name string
	release    func() bool // stops the watch of the context

	mu   sync.Mutex
	done bool // guarded by mu; f and temp are then gone
}

func (w *dirWriter) Write(p []byte) (int, error) {
	if err := w.d.fits(w.f, int64(len(p))); err != nil {
		return 0, wrap("blob.Write", err)
	}
	n, err := w.f.Write(p)
	return n, wrap("blob.Write", err)
}

func (w *dirWriter) Commit() error {
	if !w.release() { // the context ended, or this did
		return wrap("blob.Commit", context.Canceled)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.f.Sync()
	if err == nil {
		err = w.d.inFolder(w.name, func() error { return w.d.root.Rename(w.temp, w.name) })
	}
	if err != nil {
		w.abort()
		return wrap("blob.Commit", err)
	}
	w.done = true
	return wrap("blob.Commit", errors.Join(w.d.sync(path.Dir(w.name)), w.f.Close()))
}

func (w *dirWriter) Abort() {
	w.release()
	w.forget()
}

func (w *dirWriter) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.abort()
}

func (w *dirWriter) abort() {
	if w.done {
		return
	}
	w.done = true
	w.d.root.Remove(w.temp) //nolint:errcheck // what stays is swept, once nobody holds its lock
	w.f.Close()             //nolint:errcheck // nothing of it is wanted
}

type dirFile struct {
	f    *os.File
	size int64
}

func (f *dirFile) ReadAt(p []byte, off int64) (int, error) { return f.f.ReadAt(p, off) }
func (f *dirFile) Size() int64                             { return f.size }
func (f *dirFile) Close() error                            { return f.f.Close() }

type dirLog struct {
	dirFile

	d *Dir
}

func (l *dirLog) Append(ctx context.Context, b []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := l.d.fits(l.f, int64(len(b))); err != nil {
		return wrap("blob.Log", err)
	}
	_, err := l.f.WriteAt(b, l.size)
	if err == nil {
		err = l.f.Sync()
	}
	if err != nil {
		// Whether this succeeds or not: the next try writes at the same place.
		return wrap("blob.Log", errors.Join(err, l.f.Truncate(l.size)))
	}
	l.size += int64(len(b))
	return nil
}

func (l *dirLog) Truncate(ctx context.Context, size int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if size < 0 || size > l.size {
		return ErrSize
	}
	if err := errors.Join(l.f.Truncate(size), l.f.Sync()); err != nil {
		return wrap("blob.Log", err)
	}
	l.size = size
	return nil
}

type dirReserve struct {
	d    *Dir
	f    *os.File
	temp string
	size int64
}

func (r *dirReserve) Free() error {
	err := r.remove()
	if errors.Is(err, fs.ErrClosed) {
		return nil
	}
	r.d.grace.Add(r.size)
	return err
}

// remove gives the space back, which comes with the last of name and handle.
func (r *dirReserve) remove() error {
	err := r.f.Close()
	if errors.Is(err, fs.ErrClosed) {
		return err
	}
	return errors.Join(err, r.d.root.Remove(r.temp))
}
