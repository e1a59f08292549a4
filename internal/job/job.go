// Package job does durable work: what was promised is done though the program ends
// in the middle, by one node at a time, so many at once as the operator allows.
package job

import (
	"context"
	"time"

	"plenum/internal/id"
)

// Job is one piece of work about a recording. It goes when the recording does.
type Job struct {
	ID        id.Job
	Kind      string
	Recording id.Recording
	Options   []byte
	Progress  float64 // 0 to 1
	Attempts  int     // how often it was begun and not put down in order
	CreatedAt time.Time
	NotBefore time.Time // zero for at once
}

// Make returns a new job.
func Make(kind string, r id.Recording, options []byte, now time.Time) Job {
	return Job{ID: id.New[id.Job](), Kind: kind, Recording: r, Options: options, CreatedAt: now}
}

// Store keeps jobs. Whoever has claimed one holds it until the lease ends; by then
// it is renewed, or somebody else's.
type Store interface {
	AddJobs(ctx context.Context, jobs ...Job) error
	// ClaimJob gives the oldest that is due and that nobody holds, of recordings of
	// which nobody holds another; false when there is none. It counts an attempt.
	ClaimJob(ctx context.Context, node string, now, until time.Time) (Job, bool, error)
	// RenewJob prolongs a lease and notes the progress; false when the job is gone
	// or somebody else's.
	RenewJob(ctx context.Context, j id.Job, node string, progress float64, until time.Time) (bool, error)
	// FinishJob deletes a job; of somebody else's it does nothing, as the two below.
	FinishJob(ctx context.Context, j id.Job, node string) error
	// RetryJob puts a job back until a moment.
	RetryJob(ctx context.Context, j id.Job, node string, notBefore time.Time) error
	// ReleaseJob puts a job back as if it had not been begun.
	ReleaseJob(ctx context.Context, j id.Job, node string) error
}
