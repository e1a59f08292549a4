package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"plenum/internal/audit"
	"plenum/internal/capacity"
	"plenum/internal/id"
	"plenum/internal/store/query"
)

// Reserve keeps a reservation, or the places and times of one that is there
// already, if the organisation has so many places that are not reserved. Faults:
// reservation.invalid, reservation.full, reservation.unknown, reservations.limit.
func (s *Store) Reserve(ctx context.Context, r capacity.Reservation, now time.Time, entries ...audit.Entry) error {
	return s.in(ctx, "store.Reserve", func(q *query.Queries) error {
		if _, err := q.LockPool(ctx, query.LockPoolParams{TenantID: string(r.Tenant)}); err != nil {
			return err
		}
		places, err := q.PoolPlaces(ctx, string(r.Tenant))
		if err != nil {
			return err
		}
		if err := r.Check(int(places), now); err != nil {
			return err
		}
		rows, err := q.Reservations(ctx, query.ReservationsParams{TenantID: string(r.Tenant), Now: millis(now)})
		if err != nil {
			return err
		}
		others := reservationsOf(rows)
		if err := r.Fits(int(places), others); err != nil {
			return err
		}
		n, err := q.ChangeReservation(ctx, query.ChangeReservationParams{
			TenantID: string(r.Tenant), ID: string(r.ID), Places: int64(r.Places), FromAt: millis(r.From), UntilAt: millis(r.Until),
		})
		if err != nil {
			return err
		}
		if n == 0 {
			if len(others) >= capacity.MaxReservations {
				return capacity.ErrTooMany
			}
			if err := q.CreateReservation(ctx, query.CreateReservationParams{
				ID: string(r.ID), TenantID: string(r.Tenant), MeetingID: string(r.Meeting),
				Places: int64(r.Places), FromAt: millis(r.From), UntilAt: millis(r.Until), CreatedAt: millis(r.CreatedAt),
			}); err != nil {
				return err
			}
		}
		return s.append(ctx, q, entries...)
	})
}

// Reservation finds a reservation. Faults: reservation.unknown.
func (s *Store) Reservation(ctx context.Context, t id.Tenant, r id.Reservation) (capacity.Reservation, error) {
	row, err := s.q.Reservation(ctx, query.ReservationParams{TenantID: string(t), ID: string(r)})
	if errors.Is(err, sql.ErrNoRows) {
		return capacity.Reservation{}, capacity.ErrNoReservation
	}
	return reservationOf(row), explain("store.Reservation", err)
}

// Reservations lists those that are not over, the next first: at most
// [capacity.MaxReservations].
func (s *Store) Reservations(ctx context.Context, t id.Tenant, now time.Time) ([]capacity.Reservation, error) {
	rows, err := s.q.Reservations(ctx, query.ReservationsParams{TenantID: string(t), Now: millis(now)})
	return reservationsOf(rows), explain("store.Reservations", err)
}

func reservationsOf(rows []query.Reservation) []capacity.Reservation {
	list := make([]capacity.Reservation, 0, len(rows))
	for _, row := range rows {
		list = append(list, reservationOf(row))
	}
	return list
}

func reservationOf(row query.Reservation) capacity.Reservation {
	return capacity.Reservation{
		ID: id.Reservation(row.ID), Tenant: id.Tenant(row.TenantID), Meeting: id.Meeting(row.MeetingID), Places: int(row.Places),
		From: moment(row.FromAt), Until: moment(row.UntilAt), CreatedAt: moment(row.CreatedAt),
	}
}

// CancelReservation gives reserved places back. Faults: reservation.unknown.
func (s *Store) CancelReservation(ctx context.Context, t id.Tenant, r id.Reservation, entries ...audit.Entry) error {
	return s.in(ctx, "store.CancelReservation", func(q *query.Queries) error {
		n, err := q.DeleteReservation(ctx, query.DeleteReservationParams{TenantID: string(t), ID: string(r)})
		if err != nil {
			return err
		}
		if n == 0 {
			return capacity.ErrNoReservation
		}
		return s.append(ctx, q, entries...)
	})
}

// sweepPool deletes what is over: reservations, and the counts of a year ago.
func (s *Store) sweepPool(ctx context.Context, now time.Time) error {
	if err := s.q.SweepReservations(ctx, millis(now)); err != nil {
		return err
	}
	return s.q.SweepUsage(ctx, millis(now.Add(-capacity.UsageKept)))
}
