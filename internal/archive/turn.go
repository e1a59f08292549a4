package archive

import (
	"context"
	"sync"

	"plenum/internal/id"
)

// turns lets one after the other change the files of a recording.
type turns struct {
	mu   sync.Mutex
	busy map[id.Recording]chan struct{} // guarded by mu; closed when its holder is done
}

// wait returns when it is the caller's turn; done ends it.
func (t *turns) wait(ctx context.Context, r id.Recording) (done func(), err error) {
	for {
		t.mu.Lock()
		before, busy := t.busy[r]
		if !busy {
			mine := make(chan struct{})
			t.busy[r] = mine
			t.mu.Unlock()
			return func() {
				t.mu.Lock()
				defer t.mu.Unlock()
				delete(t.busy, r)
				close(mine)
			}, nil
		}
		t.mu.Unlock()
		select {
		case <-before:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
