package archive

import (
	"context"
	"time"

	"plenum/internal/id"
	"plenum/internal/recording"
)

// emptyLife is how long a recording stays in which nobody was recorded: who began it
// sees what became of it, and a meeting that begins one after the other leaves no more
// of them than a day's.
const emptyLife = 24 * time.Hour

// emptyUntil is until when a recording is kept that shows nobody: zero, as long as
// before, unless it is empty.
func (a *Archive) emptyUntil(ctx context.Context, r id.Recording) (time.Time, error) {
	s, err := a.store.Recording(ctx, r)
	if err != nil {
		return time.Time{}, err
	}
	until := a.wall().Add(emptyLife)
	if empty, err := a.isEmpty(ctx, s.Recording); !empty || err != nil || s.ExpiresAt.Before(until) {
		return time.Time{}, err
	}
	return until, nil
}

// isEmpty reports whether nothing of anybody ever came: the journal is the one that was
// ended, nothing was taken out of it either, and there is no damage behind which
// something may be.
func (a *Archive) isEmpty(ctx context.Context, r recording.Recording) (bool, error) {
	key, err := a.key(r)
	if err != nil {
		return false, err
	}
	defer key.Close()
	src, err := a.journal(ctx, key, r.ID)
	if err != nil {
		return false, err
	}
	defer src.close()
	if src.edition > 0 || !src.Finished() || src.Chunks() != r.Chunks {
		return false, nil
	}
	for record, err := range src.Reader.Records() {
		if err != nil || record.Kind == recording.Frame {
			return false, nil //nolint:nilerr // damage: it is kept
		}
	}
	return true, nil
}
