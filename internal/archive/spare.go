package archive

import (
	"context"
	"errors"

	"plenum/internal/blob"
	"plenum/internal/fault"
)

// spareSize is held back beside the files, which by default lie with the database:
// enough for the rows of some deletions. A disk that recordings have filled could not
// be freed of them again, since a deletion has to be written down first.
const spareSize = 8 << 20

// keepSpare takes the spare space, if it was given away.
func (a *Archive) keepSpare(ctx context.Context) {
	a.mu.Lock()
	there := a.spare != nil
	a.mu.Unlock()
	if there {
		return
	}
	spare, err := a.files.Reserve(ctx, spareSize)
	if err != nil {
		return // the disk is full, or not there: look says so
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.spare = spare
}

// giveSpare reports whether there was any.
func (a *Archive) giveSpare() bool {
	a.mu.Lock()
	spare := a.spare
	a.spare = nil
	a.mu.Unlock()
	if spare == nil {
		return false
	}
	if err := spare.Free(); err != nil {
		a.log.Warn("the spare space for deletions was not given", "error", err)
		return false
	}
	return true
}

// freeing does what frees space, once more with the spare space when the disk is full.
func (a *Archive) freeing(do func() error) error {
	err := do()
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == blob.ErrFull.Code && a.giveSpare() {
		a.log.Warn("the disk is full; what is deleted takes the spare space")
		err = do()
	}
	return err
}
