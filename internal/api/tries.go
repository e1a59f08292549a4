package api

import (
	"slices"
	"sync"
	"time"

	"plenum/internal/room"
)

const (
	// maxTries wrong passcodes of one recording may come from one source within
	// triesWindow: who guesses one of four digits needs more than ten days.
	maxTries    = 10
	triesWindow = 15 * time.Minute
)

// tries counts wrong passcodes. It lives in memory, bounded as [brake], and knows
// of whom by the brake's keyed hashes only.
type tries struct {
	brake *brake // makes the hashes

	mu    sync.Mutex
	table map[digest][]time.Time // guarded by mu; at most maxTries each, oldest first
}

// take counts one try, before it is known whether it is wrong: else many at once
// would be more than maxTries. undo takes one back that was right. Fault:
// passcode.too_many, as [waitError].
func (t *tries) take(who string, now time.Time) (undo func(), err error) {
	d := t.brake.digest("passcode", who)
	t.mu.Lock()
	defer t.mu.Unlock()
	recent := slices.DeleteFunc(t.table[d], func(at time.Time) bool { return now.Sub(at) >= triesWindow })
	if len(recent) >= maxTries {
		t.table[d] = recent
		return nil, waitError{room.ErrPasscodeTries, triesWindow - now.Sub(recent[0])}
	}
	if _, known := t.table[d]; !known && len(t.table) >= maxCounted {
		for other := range t.table {
			delete(t.table, other)
			break
		}
	}
	t.table[d] = append(recent, now)
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if i := slices.Index(t.table[d], now); i >= 0 {
			t.table[d] = slices.Delete(t.table[d], i, i+1)
		}
		if len(t.table[d]) == 0 {
			delete(t.table, d)
		}
	}, nil
}
