package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"plenum/internal/capacity"
	"plenum/internal/id"
	"plenum/internal/store/query"
)

// PoolRound implements [capacity.Store]. Who changes an organisation's pool holds
// its row, so that rounds of several nodes come one after the other.
func (s *Store) PoolRound(ctx context.Context, r capacity.Round) (capacity.Outcome, error) {
	out := capacity.Outcome{Standings: make(map[id.Seat]capacity.Standing, len(r.Claims)+len(r.Watch))}
	err := s.in(ctx, "store.PoolRound", func(q *query.Queries) error {
		turn, err := q.LockPool(ctx, query.LockPoolParams{TenantID: string(r.Tenant), Turns: int64(len(r.Claims))})
		if err != nil {
			return err
		}
		places, err := q.PoolPlaces(ctx, string(r.Tenant))
		if err != nil {
			return err
		}
		out.Usage.Places = int(places)
		for _, seat := range r.Releases {
			if _, err := q.ReleaseSeat(ctx, query.ReleaseSeatParams{SeatID: string(seat), Node: r.Node}); err != nil {
				return err
			}
		}
		if err := claim(ctx, q, r, turn-int64(len(r.Claims)), out); err != nil {
			return err
		}
		state, line, err := poolOf(ctx, q, r.Tenant, out.Usage.Places, r.At)
		if err != nil {
			return err
		}
		in, waiting := state.Allot(line)
		for _, w := range in {
			if err := q.SeatWaiter(ctx, string(w.Seat)); err != nil {
				return err
			}
		}
		out.Usage.Used, out.Usage.Waiting = used(state)+len(in), len(waiting)
		return stand(ctx, q, r, in, waiting, out)
	})
	return out, err
}

// claim enters the claims: staff and those with a place as seated, the others at
// the end of the line, which the round then moves up.
func claim(ctx context.Context, q *query.Queries, r capacity.Round, turn int64, out capacity.Outcome) error {
	if len(r.Claims) == 0 {
		return nil
	}
	line, err := q.CountLine(ctx, string(r.Tenant))
	if err != nil {
		return err
	}
	for i, c := range r.Claims {
		_, err := q.PoolSeat(ctx, query.PoolSeatParams{SeatID: string(c.Seat), TenantID: string(r.Tenant)})
		known := err == nil
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if !known && !c.Staff && line >= capacity.MaxLine {
			continue
		}
		seated, err := q.ClaimSeat(ctx, query.ClaimSeatParams{
			SeatID: string(c.Seat), TenantID: string(r.Tenant), MeetingID: string(c.Meeting), Node: r.Node,
			Seated: c.Staff || out.Usage.Places == 0, Turn: turn + int64(i) + 1,
		})
		if err != nil {
			return err
		}
		if !known && !seated {
			line++
		}
		out.Standings[c.Seat] = capacity.Standing{Seated: seated}
	}
	return nil
}

// poolOf reads what the next places are decided by.
func poolOf(ctx context.Context, q *query.Queries, t id.Tenant, places int, now time.Time) (capacity.State, []capacity.Waiter, error) {
	state := capacity.State{Places: places, Seated: map[id.Meeting]int{}, Held: map[id.Meeting]int{}}
	seated, err := q.CountPool(ctx, string(t))
	if err != nil {
		return state, nil, err
	}
	for _, row := range seated {
		state.Seated[id.Meeting(row.MeetingID)] = int(row.Many)
	}
	rows, err := q.PoolLine(ctx, string(t))
	if err != nil || len(rows) == 0 {
		return state, nil, err
	}
	line := make([]capacity.Waiter, 0, len(rows))
	for _, row := range rows {
		line = append(line, capacity.Waiter{Seat: id.Seat(row.SeatID), Meeting: id.Meeting(row.MeetingID)})
	}
	held, err := q.HeldPlaces(ctx, query.HeldPlacesParams{TenantID: string(t), Now: millis(now)})
	for _, row := range held {
		state.Held[id.Meeting(row.MeetingID)] = int(row.Places)
	}
	return state, line, err
}

func used(s capacity.State) int {
	n := 0
	for _, seated := range s.Seated {
		n += seated
	}
	return n
}

// stand says how those whom the round is about stand in the end.
func stand(ctx context.Context, q *query.Queries, r capacity.Round, in, waiting []capacity.Waiter, out capacity.Outcome) error {
	now := make(map[id.Seat]capacity.Standing, len(in)+len(waiting))
	for _, w := range in {
		now[w.Seat] = capacity.Standing{Seated: true}
	}
	for ahead, w := range waiting {
		now[w.Seat] = capacity.Standing{Ahead: ahead}
	}
	for seat := range out.Standings {
		if standing, found := now[seat]; found {
			out.Standings[seat] = standing
		}
	}
	for _, seat := range r.Watch {
		if standing, found := now[seat]; found {
			out.Standings[seat] = standing
			continue
		}
		seated, err := q.PoolSeat(ctx, query.PoolSeatParams{SeatID: string(seat), TenantID: string(r.Tenant)})
		if errors.Is(err, sql.ErrNoRows) {
			continue // swept
		}
		if err != nil {
			return err
		}
		out.Standings[seat] = capacity.Standing{Seated: seated}
	}
	return nil
}

// RenewNode implements [capacity.Store].
func (s *Store) RenewNode(ctx context.Context, node string, now, until time.Time) (kept bool, err error) {
	err = s.in(ctx, "store.RenewNode", func(q *query.Queries) error {
		n, err := q.RenewNode(ctx, query.RenewNodeParams{Node: node, Now: millis(now), Until: millis(until)})
		if kept = n > 0; kept || err != nil {
			return err
		}
		return q.EnterNode(ctx, query.EnterNodeParams{Node: node, AliveUntil: millis(until)})
	})
	return kept, err
}

// SweepPool implements [capacity.Store].
func (s *Store) SweepPool(ctx context.Context, now time.Time) error {
	return s.in(ctx, "store.SweepPool", func(q *query.Queries) error {
		if err := q.SweepNodes(ctx, millis(now)); err != nil {
			return err
		}
		_, err := q.SweepSeats(ctx)
		return err
	})
}

// PoolsInUse implements [capacity.Store]. Places are not filled in.
func (s *Store) PoolsInUse(ctx context.Context) (map[id.Tenant]capacity.Usage, error) {
	rows, err := s.q.PoolTenants(ctx)
	if err != nil {
		return nil, explain("store.PoolsInUse", err)
	}
	pools := make(map[id.Tenant]capacity.Usage, len(rows))
	for _, row := range rows {
		u := pools[id.Tenant(row.TenantID)]
		if row.Seated {
			u.Used = int(row.Many)
		} else {
			u.Waiting = int(row.Many)
		}
		pools[id.Tenant(row.TenantID)] = u
	}
	return pools, nil
}

// Pool says how much of an organisation's pool is in use.
func (s *Store) Pool(ctx context.Context, t id.Tenant) (capacity.Usage, error) {
	const op = "store.Pool"
	places, err := s.q.PoolPlaces(ctx, string(t))
	if err != nil {
		return capacity.Usage{}, explain(op, err)
	}
	seated, err := s.q.CountPool(ctx, string(t))
	if err != nil {
		return capacity.Usage{}, explain(op, err)
	}
	waiting, err := s.q.CountLine(ctx, string(t))
	u := capacity.Usage{Places: int(places), Waiting: int(waiting)}
	for _, row := range seated {
		u.Used += int(row.Many)
	}
	return u, explain(op, err)
}

// NoteUsage implements [capacity.Store].
func (s *Store) NoteUsage(ctx context.Context, t id.Tenant, sample capacity.Sample) error {
	return explain("store.NoteUsage", s.q.NoteUsage(ctx, query.NoteUsageParams{
		TenantID: string(t), At: millis(sample.At), Peak: int64(sample.Peak), Waiting: int64(sample.Waiting),
	}))
}

// PoolUsage lists the most of each step between two moments in which anybody was
// there, the earliest first, at most many of them.
func (s *Store) PoolUsage(ctx context.Context, t id.Tenant, from, until time.Time, step time.Duration, many int) ([]capacity.Sample, error) {
	rows, err := s.q.PoolUsage(ctx, query.PoolUsageParams{
		TenantID: string(t), Since: millis(from), Until: millis(until), Step: step.Milliseconds(), Many: int32(many), //nolint:gosec // a page
	})
	if err != nil {
		return nil, explain("store.PoolUsage", err)
	}
	samples := make([]capacity.Sample, 0, len(rows))
	for _, row := range rows {
		samples = append(samples, capacity.Sample{At: moment(row.Start), Peak: int(row.Peak), Waiting: int(row.Waiting)})
	}
	return samples, nil
}
