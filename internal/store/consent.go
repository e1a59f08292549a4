package store

import (
	"context"

	"plenum/internal/audit"
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/recording"
	"plenum/internal/store/query"
)

// AppendConsents keeps answers, or that people were asked; it is durable when it
// returns. There is nothing that changes one. Faults: recording.not_found.
func (s *Store) AppendConsents(ctx context.Context, evidence []consent.Sealed, entries ...audit.Entry) error {
	return s.in(ctx, "store.AppendConsents", func(q *query.Queries) error {
		if err := appendConsents(ctx, q, evidence); err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}

func appendConsents(ctx context.Context, q *query.Queries, evidence []consent.Sealed) error {
	var held id.Recording
	for _, e := range evidence {
		if e.Recording != held {
			n, err := q.HoldRecording(ctx, string(e.Recording))
			if err := one(n, err, recording.ErrNotFound); err != nil {
				return err
			}
			held = e.Recording
		}
		err := q.AppendConsent(ctx, query.AppendConsentParams{
			RecordingID: string(e.Recording), At: millis(e.At), SeatID: string(e.Seat), AccountID: nullable(e.User), Sealed: e.Sealed,
			Answer: string(e.Answer), Version: int64(e.Version), Language: e.Language,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Consents lists the answers of everybody in a recording, in the order they were
// kept.
func (s *Store) Consents(ctx context.Context, r id.Recording) ([]consent.Sealed, error) {
	rows, err := s.q.Consents(ctx, string(r))
	return consentsOf(rows), explain("store.Consents", err)
}

// ConsentsOf lists what an account answered, the newest recording first.
func (s *Store) ConsentsOf(ctx context.Context, t id.Tenant, u id.User) ([]consent.Sealed, error) {
	rows, err := s.q.ConsentsOf(ctx, query.ConsentsOfParams{TenantID: string(t), AccountID: nullable(u)})
	return consentsOf(rows), explain("store.ConsentsOf", err)
}

func consentsOf(rows []query.Consent) []consent.Sealed {
	list := make([]consent.Sealed, 0, len(rows))
	for _, row := range rows {
		c := consent.Sealed{Evidence: consent.Evidence{
			Recording: id.Recording(row.RecordingID), At: moment(row.At), Seat: id.Seat(row.SeatID), User: id.User(row.AccountID.String),
			Answer: consent.Answer(row.Answer), Version: int(row.Version), Language: row.Language,
		}}
		if len(row.Sealed) > 0 {
			c.Sealed = row.Sealed
		}
		list = append(list, c)
	}
	return list
}

// Blackout takes a seat out of what was recorded of it, until its last no or whole.
// Who is out whole stays so. Faults: recording.not_found.
func (s *Store) Blackout(ctx context.Context, r id.Recording, seat id.Seat, whole bool) error {
	return s.change(ctx, "store.Blackout", r, func(q *query.Queries) error {
		return blackout(ctx, q, r, recording.Blackout{Seat: seat, Whole: whole})
	})
}

func blackout(ctx context.Context, q *query.Queries, r id.Recording, b recording.Blackout) error {
	return q.AddBlackout(ctx, query.AddBlackoutParams{RecordingID: string(r), SeatID: string(b.Seat), Whole: b.Whole})
}

// Blackouts lists who is taken out of a recording.
func (s *Store) Blackouts(ctx context.Context, r id.Recording) ([]recording.Blackout, error) {
	rows, err := s.q.Blackouts(ctx, string(r))
	list := make([]recording.Blackout, 0, len(rows))
	for _, row := range rows {
		list = append(list, recording.Blackout{Seat: id.Seat(row.SeatID), Whole: row.Whole})
	}
	return list, explain("store.Blackouts", err)
}

// UnexpungedRecordings lists those that are ended, that nothing holds, and in whose
// journal there may still be what was withdrawn, the oldest first.
func (s *Store) UnexpungedRecordings(ctx context.Context) ([]id.Recording, error) {
	rows, err := s.q.UnexpungedRecordings(ctx)
	ids := make([]id.Recording, len(rows))
	for i, row := range rows {
		ids[i] = id.Recording(row)
	}
	return ids, explain("store.UnexpungedRecordings", err)
}

// SetExpunged notes that nothing of people is in a journal any more of which they
// were taken out, until they are taken out of it once more.
func (s *Store) SetExpunged(ctx context.Context, r id.Recording, people ...recording.Blackout) error {
	return s.change(ctx, "store.SetExpunged", r, func(q *query.Queries) error {
		for _, b := range people {
			if err := q.SetExpunged(ctx, query.SetExpungedParams{RecordingID: string(r), SeatID: string(b.Seat)}); err != nil {
				return err
			}
		}
		return nil
	})
}
