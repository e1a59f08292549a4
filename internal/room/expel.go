package room

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"plenum/internal/audit"
	"plenum/internal/id"
)

// Expel puts an account out of the running rooms of its organisation, and away
// from before them: when it was closed or deleted, or when its identity provider
// has ended its sign-in. The store must know before. None of its tokens up to now
// brings it back; whether it may come anew is the store's to say.
func (r *Rooms) Expel(ctx context.Context, tenant id.Tenant, user id.User) error {
	r.mu.Lock()
	owners := slices.Collect(maps.Values(r.live))
	r.mu.Unlock()
	var failed error
	for _, o := range owners {
		if f := o.facts.Load(); f != nil && f.tenant != tenant {
			continue // without facts it is about to look what it is
		}
		_, err := ask(ctx, o, expelling{user: user, tenant: tenant})
		select {
		case <-o.done: // nobody is there, whatever the answer
		default:
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

type expelling struct {
	user   id.User
	tenant id.Tenant
}

// serve goes on where a seat could not be written down: the account is what its
// tokens are refused by then.
func (q expelling) serve(ctx context.Context, o *owner) (struct{}, error) {
	if o.meeting.Tenant != q.tenant {
		return struct{}{}, nil
	}
	o.bars.expelled[q.user] = time.Now()
	var failed error
	keepOut := func(s *seat) {
		failed = errors.Join(failed, o.refuse(ctx, s.ID, o.entry(audit.SeatRemoved, nil, s, "ban", flag(false))))
	}
	for _, s := range o.order {
		if s.User == q.user {
			keepOut(s)
		}
	}
	for _, w := range o.waiting {
		if w.User == q.user {
			keepOut(w.seat)
		}
	}
	o.putOut(func(s *seat) bool { return s.User == q.user }, "", Bye{Reason: ReasonRemoved})
	for key, t := range o.tickets {
		if t.User == q.user {
			delete(o.tickets, key)
		}
	}
	return struct{}{}, failed
}

// expelled reports whether an account was put out at that time or later.
func (o *owner) expelled(user id.User, since time.Time) bool {
	at, known := o.bars.expelled[user]
	return known && !since.After(at)
}
