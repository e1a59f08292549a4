package auth

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"plenum/internal/pii"
)

// TestACrowdKeepsOutOnlyItself: whoever asks for more hashing than there is waits
// for their own and keeps out their own; everybody else comes next.
func TestACrowdKeepsOutOnlyItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		var mu sync.Mutex
		var served []pii.Addr // guarded by mu; by whose turn it was
		busy := 0             // guarded by mu
		turns := make(chan struct{})
		var wg sync.WaitGroup
		ask := func(ctx context.Context, source pii.Addr) {
			wg.Go(func() {
				done, err := l.begin(From(ctx, source))
				mu.Lock()
				if errors.Is(err, ErrBusy) {
					busy++
				} else {
					served = append(served, source)
				}
				mu.Unlock()
				if err == nil {
					<-turns
					done()
				}
			})
			synctest.Wait()
		}
		for range 200 {
			ask(t.Context(), "crowd")
		}
		if busy != 200-maxAtOnce-maxWaiting {
			t.Errorf("%d of the crowd were turned away", busy)
		}
		for _, source := range []pii.Addr{"a", "b", "a"} {
			ask(t.Context(), source)
		}
		left, leave := context.WithCancel(t.Context())
		ask(left, "c")
		leave()
		synctest.Wait()
		if busy != 200-maxAtOnce-maxWaiting+4+1 {
			t.Errorf("%d were turned away, after four others came and one of them went", busy)
		}
		for range 5 {
			turns <- struct{}{}
			synctest.Wait()
		}
		if want := []pii.Addr{"crowd", "crowd", "crowd", "a", "b", "crowd", "a"}; !slices.Equal(served, want) {
			t.Errorf("served were %v, want %v", served, want)
		}
		close(turns)
		wg.Wait()
		if l.working != 0 || l.waiting != 0 || len(l.lines) != 0 || len(l.turns) != 0 {
			t.Errorf("left are %+v", l)
		}
		ask(t.Context(), "crowd") // turns is closed: it goes by at once
		wg.Wait()
	})
}
