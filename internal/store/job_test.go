package store_test

import (
	"sync"
	"time"

	"plenum/internal/id"
	"plenum/internal/job"
	"plenum/internal/store"
)

const lease = 30 * time.Second

func (p part) jobs() {
	t, s := p.T, open(p.T, p.Config)
	m, _ := aMeeting(t, s)
	claim := func(node string, at time.Time) (job.Job, bool) {
		t.Helper()
		j, found, err := s.ClaimJob(t.Context(), node, at, at.Add(lease))
		ok(t, err)
		return j, found
	}
	one, two := record(t, s, m, "", noon), record(t, s, m, "", noon)
	oldest := job.Make("compose", one.ID, []byte(`{"a":1}`), noon)
	second := job.Make("trim", one.ID, nil, noon.Add(time.Second))
	other := job.Make("compose", two.ID, nil, noon.Add(2*time.Second))
	other.NotBefore = noon.Add(time.Minute)
	ok(t, s.AddJobs(t.Context(), other, second, oldest))
	same(t, "of a recording, the oldest first", must[[]job.Job](t)(s.Jobs(t.Context(), one.ID)), []job.Job{oldest, second})

	got, found := claim("a", noon)
	oldest.Attempts = 1
	same(t, "claimed", found, true)
	same(t, "the oldest", got, oldest)
	_, found = claim("b", noon)
	same(t, "two of one recording at once", found, false)
	_, found = claim("b", noon.Add(lease-time.Millisecond))
	same(t, "before the lease ends", found, false)

	for node, want := range map[string]bool{"a": true, "b": false, "": false} {
		same(t, "renewed by "+node, must[bool](t)(s.RenewJob(t.Context(), oldest.ID, node, 0.5, noon.Add(2*lease))), want)
	}
	same(t, "progress", must[[]job.Job](t)(s.Jobs(t.Context(), one.ID))[0].Progress, 0.5)
	_, found = claim("b", noon.Add(time.Minute-time.Millisecond))
	same(t, "before its time", found, false)
	got, found = claim("b", noon.Add(time.Minute)) // the lease of a is over
	oldest.Attempts = 2
	same(t, "of a node that died", found, true)
	same(t, "once more", got, oldest)
	ok(t, s.FinishJob(t.Context(), oldest.ID, "a"))
	ok(t, s.RetryJob(t.Context(), oldest.ID, "a", noon))
	ok(t, s.ReleaseJob(t.Context(), oldest.ID, "a"))
	same(t, "what a does after it lost the lease", must[bool](t)(s.RenewJob(t.Context(), oldest.ID, "b", 0, noon.Add(2*time.Minute))), true)

	ok(t, s.RetryJob(t.Context(), oldest.ID, "b", noon.Add(time.Hour)))
	same(t, "renewed after it was put back", must[bool](t)(s.RenewJob(t.Context(), oldest.ID, "b", 0, noon.Add(time.Hour))), false)
	got, _ = claim("a", noon.Add(time.Minute))
	same(t, "while the oldest waits", got.ID, second.ID)
	ok(t, s.ReleaseJob(t.Context(), second.ID, "a"))
	got, _ = claim("a", noon.Add(time.Minute))
	same(t, "released as if not begun", got.Attempts, 1)
	ok(t, s.FinishJob(t.Context(), second.ID, "a"))
	got, _ = claim("a", noon.Add(time.Minute))
	same(t, "of the other recording", got.ID, other.ID)
	_, found = claim("a", noon.Add(time.Hour-time.Millisecond))
	same(t, "when other's lease is over", found, true)
	got, _ = claim("a", noon.Add(time.Hour))
	ok(t, s.ReleaseJob(t.Context(), other.ID, "a"))
	mark := job.Make("mark", record(t, s, m, "", noon).ID, nil, noon.Add(-time.Hour))
	ok(t, s.AddJobs(t.Context(), mark))
	same(t, "in the end", got, job.Job{ID: oldest.ID, Kind: "compose", Recording: one.ID, Options: oldest.Options, Attempts: 3, CreatedAt: noon, NotBefore: noon.Add(time.Hour)})
	got, _ = claim("a", noon.Add(2*time.Hour))
	same(t, "what everybody waits for", got.ID, oldest.ID)
	got, _ = claim("a", noon.Add(2*time.Hour))
	same(t, "and the next", got.ID, other.ID)
	got, _ = claim("a", noon.Add(2*time.Hour))
	same(t, "before what one viewer downloads", got.ID, mark.ID)
}

// jobRace: two nodes with many hands take all jobs, each once, and never two of one
// recording at a time.
func (p part) jobRace() {
	t, c := p.T, p.Config
	stores := []*store.Store{open(t, c), open(t, c)}
	m, _ := aMeeting(t, stores[0])
	const recordings, each = 6, 5
	for i := range recordings {
		r := record(t, stores[0], m, "", noon)
		for n := range each {
			ok(t, stores[0].AddJobs(t.Context(), job.Make("test", r.ID, nil, noon.Add(time.Duration(n*recordings+i)*time.Second))))
		}
	}
	var mu sync.Mutex
	taken, at := map[id.Job]int{}, map[id.Recording]int{}
	count := func(r id.Recording, by int) {
		mu.Lock()
		defer mu.Unlock()
		if at[r] += by; at[r] > 1 {
			t.Errorf("%d jobs of one recording at once", at[r])
		}
	}
	now := noon.Add(time.Hour)
	var wg sync.WaitGroup
	for i := range 8 {
		s, node := stores[i%2], string(rune('a'+i))
		wg.Go(func() {
			for {
				mu.Lock()
				done := len(taken) == recordings*each
				mu.Unlock()
				if done {
					return
				}
				j, found, err := s.ClaimJob(t.Context(), node, now, now.Add(lease))
				if err != nil {
					t.Error(err)
					return
				}
				if !found {
					continue // the others hold one of each recording that has some
				}
				count(j.Recording, 1)
				mu.Lock()
				taken[j.ID]++
				mu.Unlock()
				if kept, err := s.RenewJob(t.Context(), j.ID, node, 0.5, now.Add(lease)); !kept || err != nil {
					t.Errorf("renewed: %v %v", kept, err)
				}
				count(j.Recording, -1)
				if err := s.FinishJob(t.Context(), j.ID, node); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for _, n := range taken {
		same(t, "taken", n, 1)
	}
	_, found, err := stores[0].ClaimJob(t.Context(), "a", now, now.Add(lease))
	same(t, "anything left", found, false)
	ok(t, err)
}
