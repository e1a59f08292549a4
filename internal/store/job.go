package store

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"time"

	"plenum/internal/id"
	"plenum/internal/job"
	"plenum/internal/recording"
	"plenum/internal/store/query"
)

// AddJobs implements [job.Store]. Faults: recording.not_found.
func (s *Store) AddJobs(ctx context.Context, jobs ...job.Job) error {
	return s.in(ctx, "store.AddJobs", func(q *query.Queries) error { return addJobs(ctx, q, jobs) })
}

func addJobs(ctx context.Context, q *query.Queries, jobs []job.Job) error {
	for _, j := range jobs {
		options := j.Options
		if options == nil {
			options = []byte{}
		}
		err := q.AddJob(ctx, query.AddJobParams{
			ID: string(j.ID), Kind: j.Kind, RecordingID: string(j.Recording), Options: options, CreatedAt: millis(j.CreatedAt), NotBefore: millis(j.NotBefore),
		})
		if isForeign(err) {
			return recording.ErrNotFound
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Jobs lists what is to be done about a recording, the oldest first.
func (s *Store) Jobs(ctx context.Context, r id.Recording) ([]job.Job, error) {
	rows, err := s.q.Jobs(ctx, string(r))
	jobs := make([]job.Job, 0, len(rows))
	for _, row := range rows {
		jobs = append(jobs, jobOf(row))
	}
	return jobs, explain("store.Jobs", err)
}

func jobOf(row query.Job) job.Job {
	j := job.Job{
		ID: id.Job(row.ID), Kind: row.Kind, Recording: id.Recording(row.RecordingID), Progress: float64(row.Progress) / progressUnit,
		Attempts: int(row.Attempts), CreatedAt: moment(row.CreatedAt), NotBefore: moment(row.NotBefore),
	}
	if len(row.Options) > 0 {
		j.Options = row.Options
	}
	return j
}

// ClaimJob implements [job.Store]. Who wants a job of a recording holds the
// recording until it has it, so that two do not work on one at once.
func (s *Store) ClaimJob(ctx context.Context, node string, now, until time.Time) (found job.Job, ok bool, err error) {
	for !ok {
		due, err := s.q.DueJob(ctx, millis(now))
		if errors.Is(err, sql.ErrNoRows) {
			return found, false, nil
		}
		if err != nil {
			return found, false, explain("store.ClaimJob", err)
		}
		err = s.in(ctx, "store.ClaimJob", func(q *query.Queries) error {
			if _, err := q.HoldRecording(ctx, due.RecordingID); err != nil {
				return err
			}
			row, err := q.ClaimJob(ctx, query.ClaimJobParams{ID: due.ID, Node: node, Now: millis(now), Until: millis(until)})
			if errors.Is(err, sql.ErrNoRows) {
				return nil // somebody was faster: look for the next
			}
			found, ok = jobOf(row), err == nil
			return err
		})
		if err != nil {
			return job.Job{}, false, err
		}
	}
	return found, ok, nil
}

// RenewJob implements [job.Store].
func (s *Store) RenewJob(ctx context.Context, j id.Job, node string, progress float64, until time.Time) (bool, error) {
	n, err := s.q.RenewJob(ctx, query.RenewJobParams{
		ID: string(j), Node: node, Progress: int64(math.Round(min(max(progress, 0), 1) * progressUnit)), LeaseUntil: millis(until),
	})
	return n > 0, explain("store.RenewJob", err)
}

// FinishJob implements [job.Store].
func (s *Store) FinishJob(ctx context.Context, j id.Job, node string) error {
	return explain("store.FinishJob", s.q.FinishJob(ctx, query.FinishJobParams{ID: string(j), Node: node}))
}

// RetryJob implements [job.Store].
func (s *Store) RetryJob(ctx context.Context, j id.Job, node string, notBefore time.Time) error {
	return explain("store.RetryJob", s.q.RetryJob(ctx, query.RetryJobParams{ID: string(j), Node: node, NotBefore: millis(notBefore)}))
}

// ReleaseJob implements [job.Store].
func (s *Store) ReleaseJob(ctx context.Context, j id.Job, node string) error {
	return explain("store.ReleaseJob", s.q.ReleaseJob(ctx, query.ReleaseJobParams{ID: string(j), Node: node}))
}
