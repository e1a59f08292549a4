package job_test

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/job"
)

// memory is a store of jobs by the rules of [job.Store]; the real one is tested
// with its databases.
type memory struct {
	mu   sync.Mutex
	rows map[id.Job]*row
	down error
}

type row struct {
	job.Job

	node  string
	until time.Time
}

func (m *memory) AddJobs(_ context.Context, jobs ...job.Job) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rows == nil {
		m.rows = map[id.Job]*row{}
	}
	for _, j := range jobs {
		m.rows[j.ID] = &row{Job: j}
	}
	return nil
}

func (m *memory) ClaimJob(_ context.Context, node string, now, until time.Time) (job.Job, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var due []*row
	for _, r := range m.rows {
		if !r.NotBefore.After(now) && !r.until.After(now) {
			due = append(due, r)
		}
	}
	if len(due) == 0 || m.down != nil {
		return job.Job{}, false, m.down
	}
	r := slices.MinFunc(due, func(a, b *row) int { return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID)) })
	r.node, r.until, r.Progress = node, until, 0
	r.Attempts++
	return r.Job, true, nil
}

func (m *memory) RenewJob(_ context.Context, j id.Job, node string, progress float64, until time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.rows[j]
	if m.down != nil || r == nil || r.node != node {
		return false, m.down
	}
	r.Progress, r.until = progress, until
	return true, nil
}

// put is how a job of this node goes back, or away.
func (m *memory) put(j id.Job, node string, change func(*row)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.rows[j]; r != nil && r.node == node && m.down == nil {
		r.node, r.until = "", time.Time{}
		change(r)
	}
	return m.down
}

func (m *memory) FinishJob(_ context.Context, j id.Job, node string) error {
	return m.put(j, node, func(*row) { delete(m.rows, j) })
}

func (m *memory) RetryJob(_ context.Context, j id.Job, node string, notBefore time.Time) error {
	return m.put(j, node, func(r *row) { r.NotBefore = notBefore })
}

func (m *memory) ReleaseJob(_ context.Context, j id.Job, node string) error {
	return m.put(j, node, func(r *row) { r.Attempts-- })
}

// is tells a job as it is kept; false when it is gone.
func (m *memory) is(j id.Job) (job.Job, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.rows[j]; r != nil {
		return r.Job, true
	}
	return job.Job{}, false
}

func (m *memory) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.down = err
}

func (m *memory) drop(j id.Job) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.rows, j)
}

// do is what does the jobs of the kind "test".
type do func(ctx context.Context, j job.Job, progress func(float64)) error

// failures is what [job.Config.Failed] was told.
type failures struct {
	mu   sync.Mutex
	told []error
}

func (f *failures) add(_ context.Context, _ job.Job, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.told = append(f.told, err)
}

func (f *failures) are(t *testing.T, want ...error) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if !slices.EqualFunc(f.told, want, errors.Is) {
		t.Errorf("told of %v, want %v", f.told, want)
	}
}

// start runs a runner until stop is called, or the test ends.
func start(t *testing.T, s job.Store, node string, workers int, f do) (*job.Runner, *failures, func()) {
	t.Helper()
	failed := &failures{}
	r := job.New(job.Config{
		Store: s, Node: node, Workers: workers, Failed: failed.add, Logger: slog.New(slog.DiscardHandler),
		Do: map[string]func(context.Context, job.Job, func(float64)) error{"test": f},
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return r, failed, stop
}

func add(t *testing.T, s job.Store, many int) []id.Job {
	t.Helper()
	jobs := make([]id.Job, many)
	for i := range jobs {
		j := job.Make("test", id.New[id.Recording](), []byte("options"), time.Now().Add(time.Duration(i)*time.Millisecond))
		jobs[i] = j.ID
		if err := s.AddJobs(t.Context(), j); err != nil {
			t.Fatal(err)
		}
	}
	return jobs
}

// pass lets time go by, in a bubble.
func pass(d time.Duration) { <-time.After(d) }

// takes is work of some time, that a context ends.
func takes(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

func sorted(jobs []id.Job) []id.Job { return slices.Sorted(slices.Values(jobs)) }

func TestSoManyAtOnceOldestFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &memory{}
		jobs := add(t, s, 10)
		all := slices.Clone(jobs)
		var mu sync.Mutex
		var order []id.Job
		now, most := 0, 0
		count := func(by int) {
			mu.Lock()
			defer mu.Unlock()
			now += by
			most = max(most, now)
		}
		begun := time.Now()
		_, failed, _ := start(t, s, "a", 3, func(ctx context.Context, j job.Job, _ func(float64)) error {
			mu.Lock()
			order = append(order, j.ID)
			mu.Unlock()
			count(1)
			defer count(-1)
			return takes(ctx, time.Minute)
		})
		for len(jobs) > 0 {
			synctest.Wait()
			jobs = slices.DeleteFunc(jobs, func(j id.Job) bool { _, there := s.is(j); return !there })
			pass(time.Second)
		}
		if took := time.Since(begun).Round(time.Minute); took != 4*time.Minute || most != 3 {
			t.Errorf("ten minutes of work took %v, %d at once", took, most)
		}
		for i := range 4 { // three begin at once, in whatever order
			if got, want := order[3*i:min(3*i+3, 10)], all[3*i:min(3*i+3, 10)]; !slices.Equal(sorted(got), sorted(want)) {
				t.Errorf("after %d minutes: %v, want %v", i, got, want)
			}
		}
		failed.are(t)
	})
}

func TestProgressIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &memory{}
		j := add(t, s, 1)[0]
		start(t, s, "a", 1, func(ctx context.Context, j job.Job, progress func(float64)) error {
			if string(j.Options) != "options" || j.Attempts != 1 {
				t.Errorf("%+v", j)
			}
			for i := range 10 {
				progress(float64(i) / 10)
				if err := takes(ctx, 10*time.Second); err != nil {
					return err
				}
			}
			return nil
		})
		pass(55 * time.Second)
		if kept, _ := s.is(j); kept.Progress < 0.3 || kept.Progress > 0.5 {
			t.Errorf("after 55 of 100 seconds %v of it is done", kept.Progress)
		}
		pass(46 * time.Second)
		if _, there := s.is(j); there {
			t.Error("it is done and still there")
		}
	})
}

func TestWake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &memory{}
		begun := make(chan time.Time, 1)
		r, _, _ := start(t, s, "a", 2, func(context.Context, job.Job, func(float64)) error { begun <- time.Now(); return nil })
		synctest.Wait()
		pass(time.Second)
		added := time.Now()
		add(t, s, 1)
		r.Wake()
		if late := (<-begun).Sub(added); late != 0 {
			t.Errorf("begun after %v", late)
		}
		added = time.Now()
		add(t, s, 1) // nobody is woken: another node's
		if late := (<-begun).Sub(added); late > 10*time.Second {
			t.Errorf("begun after %v", late)
		}
	})
}

// A recording that is deleted takes its jobs along; what works on one stops.
func TestDeletedWorkStops(t *testing.T) {
	for name, test := range map[string]struct {
		wake   bool
		within time.Duration
	}{"by the next renewal": {false, 10 * time.Second}, "at once when woken": {true, 0}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &memory{}
				j := add(t, s, 1)[0]
				stopped := make(chan time.Time, 1)
				r, failed, _ := start(t, s, "a", 1, func(ctx context.Context, _ job.Job, _ func(float64)) error {
					<-ctx.Done()
					stopped <- time.Now()
					return ctx.Err()
				})
				pass(15 * time.Second)
				s.drop(j)
				deleted := time.Now()
				if test.wake {
					r.Wake()
				}
				if late := (<-stopped).Sub(deleted); late > test.within {
					t.Errorf("stopped after %v", late)
				}
				synctest.Wait()
				failed.are(t)
			})
		})
	}
}

// A node that cannot reach the store stops before another one may begin.
func TestLostLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := &memory{}, &memory{}
		j := add(t, here, 1)[0]
		var from time.Time
		stopped := make(chan time.Time, 1)
		start(t, here, "a", 1, func(ctx context.Context, _ job.Job, _ func(float64)) error {
			<-ctx.Done()
			stopped <- time.Now()
			return ctx.Err()
		})
		pass(45 * time.Second) // renewed at 40
		here.fail(errors.New("no network"))
		from = time.Now()
		end := <-stopped
		if lease := from.Add(-5*time.Second + 30*time.Second); !end.Before(lease) {
			t.Errorf("worked %v longer than the lease", end.Sub(lease))
		}
		// As the other node sees it.
		kept, _ := here.is(j)
		there.AddJobs(t.Context(), kept) //nolint:errcheck // memory
		done := make(chan int, 1)
		start(t, there, "b", 1, func(_ context.Context, j job.Job, _ func(float64)) error { done <- j.Attempts; return nil })
		if attempt := <-done; attempt != 2 {
			t.Errorf("attempt %d", attempt)
		}
	})
}

func TestFailures(t *testing.T) {
	busy := fault.New("x", fault.Unavailable, "busy", "Busy.")
	bad := fault.New("x", fault.Invalid, "bad", "Bad.")
	unknown := errors.New("unknown")
	for name, test := range map[string]struct {
		err      error
		attempts []time.Duration // since the first
		told     []error
	}{
		"passes":                     {nil, []time.Duration{0}, nil},
		"is tried again":             {busy, []time.Duration{0, 10, 30, 70, 150}, []error{busy}},
		"unknown, is tried again":    {unknown, []time.Duration{0, 10, 30, 70, 150}, []error{unknown}},
		"makes no sense to be tried": {bad, []time.Duration{0}, []error{bad}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &memory{}
				j := add(t, s, 1)[0]
				begun := time.Now()
				var mu sync.Mutex
				var attempts []time.Duration
				_, failed, stop := start(t, s, "a", 1, func(context.Context, job.Job, func(float64)) error {
					mu.Lock()
					defer mu.Unlock()
					attempts = append(attempts, time.Since(begun)/time.Second)
					return test.err
				})
				pass(10 * time.Minute)
				stop()
				// It looks every ten seconds, when nothing wakes it.
				if len(attempts) != len(test.attempts) {
					t.Fatalf("tried at %d, want %d", attempts, test.attempts)
				}
				for i, at := range attempts {
					if at < test.attempts[i] || at > test.attempts[i]+time.Duration(10*i) {
						t.Errorf("tried at %d, want %d", attempts, test.attempts)
					}
				}
				failed.are(t, test.told...)
				if _, there := s.is(j); there {
					t.Error("it is still there")
				}
			})
		})
	}
}

func TestMistakesEndNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &memory{}
		jobs := add(t, s, 2)
		other := job.Make("of a later version", "r", nil, time.Now().Add(-time.Hour))
		s.AddJobs(t.Context(), other) //nolint:errcheck // memory
		_, failed, _ := start(t, s, "a", 1, func(_ context.Context, j job.Job, _ func(float64)) error {
			if j.ID == jobs[0] {
				panic("a mistake")
			}
			return nil
		})
		pass(time.Second)
		if _, there := s.is(jobs[1]); there {
			t.Error("the second job waits for the first")
		}
		pass(10 * time.Minute)
		if len(failed.told) != 2 {
			t.Errorf("told of %v", failed.told)
		}
	})
}

// A job survives restarts in the middle: those in order count for nothing, of
// those by a crash there can be only so many.
func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &memory{}
		j := add(t, s, 1)[0]
		for range 20 {
			begun := make(chan struct{}, 1)
			_, failed, stop := start(t, s, "a", 1, func(ctx context.Context, _ job.Job, _ func(float64)) error {
				begun <- struct{}{}
				return takes(ctx, time.Hour)
			})
			<-begun
			pass(time.Minute)
			stop()
			failed.are(t)
			if kept, there := s.is(j); !there || kept.Attempts != 0 {
				t.Fatalf("after a restart: %v %+v", there, kept)
			}
		}
		for i := range 5 { // as a node that died leaves it
			kept, found, err := s.ClaimJob(t.Context(), "dead", time.Now(), time.Now().Add(30*time.Second))
			if !found || err != nil || kept.Attempts != i+1 {
				t.Fatal(found, err, kept.Attempts)
			}
			pass(30 * time.Second)
		}
		begun := false
		_, failed, _ := start(t, s, "a", 1, func(context.Context, job.Job, func(float64)) error { begun = true; return nil })
		pass(time.Second)
		synctest.Wait()
		if _, there := s.is(j); there || begun || len(failed.told) != 1 || fault.KindOf(failed.told[0]) != fault.Internal {
			t.Errorf("after five crashes: there %v, begun %v, %v", there, begun, failed.told)
		}
	})
}

func TestNoWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &memory{}
		j := add(t, s, 1)[0]
		r, _, stop := start(t, s, "a", 0, func(context.Context, job.Job, func(float64)) error { t.Error("done"); return nil })
		r.Wake()
		pass(time.Hour)
		stop()
		if kept, there := s.is(j); !there || kept.Attempts != 0 {
			t.Error("a node that does nothing took a job")
		}
	})
}
