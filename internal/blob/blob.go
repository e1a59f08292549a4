// Package blob keeps named files: recordings, and what is made of them. It sees
// bytes that are already encrypted, and names that are ids.
package blob

import (
	"context"
	"errors"
	"io"
	"iter"
	"regexp"
	"time"

	"plenum/internal/fault"
)

// The faults of stores. Others are of the disk or the network, and Internal.
var (
	ErrNotExist = fault.New("blob.Store", fault.NotFound, "not_found", "There is nothing here.")
	ErrFull     = fault.New("blob.Store", fault.Unavailable, "disk.full", "There is no space left where the files lie. Free some space; nothing was lost.")
	ErrBusy     = errors.New("blob: somebody else writes this")
	ErrName     = errors.New("blob: not a name")
	ErrSize     = errors.New("blob: there is not so much to cut to")
)

// Store keeps files. All of it may be used by many at once.
type Store interface {
	// Create begins a file that is written from the beginning to the end. Until it
	// is committed nothing of it is to be seen; then it replaces what had its name.
	// It ends with ctx.
	Create(ctx context.Context, name string) (Writer, error)
	// Append opens a file that grows, and makes it when there is none. A name is of
	// one sort for ever: created or grown. Of two who grow the same one gets
	// ErrBusy, here or from its Append.
	Append(ctx context.Context, name string) (Log, error)
	// Open reads a file of either sort as it is now. It ends with ctx.
	Open(ctx context.Context, name string) (File, error)
	// Stat says how large it is.
	Stat(ctx context.Context, name string) (Info, error)
	// List goes through what lies under a folder, or all for "", in no order.
	List(ctx context.Context, folder string) iter.Seq2[Info, error]
	// Delete removes a file; one that is not there is no fault.
	Delete(ctx context.Context, name string) error
	// Reserve holds space back, so that something can still be written when
	// there is none.
	Reserve(ctx context.Context, size int64) (Reserve, error)
	// Sweep removes what programs left that died while they wrote.
	Sweep(ctx context.Context) error
}

// Info is what a store knows of a file.
type Info struct {
	Name     string
	Size     int64
	Modified time.Time
}

// Writer takes the bytes of a new file.
type Writer interface {
	io.Writer
	// Commit makes it durable and gives it its name.
	Commit() error
	// Abort forgets it; after Commit it does nothing.
	Abort()
}

// File is open to be read, also at several places at once.
type File interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// Log is open to grow. One at a time uses it.
type Log interface {
	File
	// Append writes b behind what is there. When it returns nil, b is on the disk.
	// When it fails nothing of b is to be seen, unless the machine stops in that
	// moment: then a first part of it may be. What failed may be tried again, with
	// the same bytes.
	Append(ctx context.Context, b []byte) error
	// Truncate cuts to a size.
	Truncate(ctx context.Context, size int64) error
}

// Reserve is space held back.
type Reserve interface {
	// Free gives it back. A second time does nothing.
	Free() error
}

// shape of names: ids and numbers in folders. No dot, so that nothing leads out of
// a directory and ours for the unfinished is out of reach; no capitals, for file
// systems that do not tell them apart.
var shape = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}(/[a-z0-9][a-z0-9-]{0,63}){0,3}$`)

func check(name string) error {
	if !shape.MatchString(name) {
		return ErrName
	}
	return nil
}

// checkFolder accepts "" too.
func checkFolder(folder string) error {
	if folder == "" {
		return nil
	}
	return check(folder)
}
