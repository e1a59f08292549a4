package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"plenum/internal/audit"
	"plenum/internal/capacity"
	"plenum/internal/fault"
	"plenum/internal/id"
)

// poolStore is what the API keeps and looks up of an organisation's connections.
type poolStore interface {
	Pool(ctx context.Context, t id.Tenant) (capacity.Usage, error)
	PoolUsage(ctx context.Context, t id.Tenant, from, until time.Time, step time.Duration, many int) ([]capacity.Sample, error)
	Reserve(ctx context.Context, r capacity.Reservation, now time.Time, entries ...audit.Entry) error
	Reservation(ctx context.Context, t id.Tenant, r id.Reservation) (capacity.Reservation, error)
	Reservations(ctx context.Context, t id.Tenant, now time.Time) ([]capacity.Reservation, error)
	CancelReservation(ctx context.Context, t id.Tenant, r id.Reservation, entries ...audit.Entry) error
}

func (a *api) registerPool(h huma.API) {
	operation(a, h, "getPool", http.MethodGet, "/pool", "The organisation's connections now", a.getPool, administers(readPool))
	operation(a, h, "getPoolUsage", http.MethodGet, "/pool/usage", "How many connections there were; counts only", a.getPoolUsage, administers(readPool))
	operation(a, h, "getPoolUsageTable", http.MethodGet, "/pool/usage.csv", "The same as a table (RFC 4180)", a.getPoolUsageTable, administers(readPool), answersCSV)
	operation(a, h, "listReservations", http.MethodGet, "/pool/reservations", "Places held for meetings, the next first", a.listReservations, administers(readPool))
	operation(a, h, "createReservation", http.MethodPost, "/pool/reservations", "Hold places for a meeting", a.createReservation, administers(writePool), created)
	operation(a, h, "changeReservation", http.MethodPatch, "/pool/reservations/{id}", "Change the places or the times of a reservation", a.changeReservation, administers(writePool))
	operation(a, h, "deleteReservation", http.MethodDelete, "/pool/reservations/{id}", "Give the places back", a.deleteReservation, administers(writePool))
}

// answersCSV describes an operation that answers with a table.
func answersCSV(op *huma.Operation) {
	op.Responses["200"] = &huma.Response{Description: "OK", Content: map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: "string"}}}}
}

// Pool is an organisation's connections at this moment.
type Pool struct {
	Places       int           `json:"places" doc:"0 for no limit"`
	Used         int           `json:"used" doc:"Who runs a meeting is counted, and let in beyond the places"`
	Waiting      int           `json:"waiting" doc:"In the line"`
	Warning      bool          `json:"warning" doc:"Four of five places are taken"`
	Reservations []Reservation `json:"reservations" nullable:"false" doc:"Those in force now"`
}

// Reservation holds places for the people of one meeting.
type Reservation struct {
	ID        string    `json:"id"`
	Meeting   string    `json:"meeting"`
	Places    int       `json:"places"`
	From      time.Time `json:"from"`
	Until     time.Time `json:"until"`
	CreatedAt time.Time `json:"createdAt"`
}

func reservationOf(r capacity.Reservation) Reservation {
	return Reservation{
		ID: string(r.ID), Meeting: string(r.Meeting), Places: r.Places,
		From: *optional(r.From), Until: *optional(r.Until), CreatedAt: *optional(r.CreatedAt),
	}
}

type poolAnswer struct{ Body Pool }

func (a *api) getPool(ctx context.Context, _ *struct{}) (*poolAnswer, error) {
	who, err := a.admin(ctx, readPool)
	if err != nil {
		return nil, err
	}
	use, err := a.Store.Pool(ctx, who.tenant.ID)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	found, err := a.Store.Reservations(ctx, who.tenant.ID, now)
	if err != nil {
		return nil, err
	}
	inForce := make([]Reservation, 0, len(found))
	for _, r := range found {
		if !now.Before(r.From) {
			inForce = append(inForce, reservationOf(r))
		}
	}
	return &poolAnswer{Pool{Places: use.Places, Used: use.Used, Waiting: use.Waiting, Warning: use.Scarce(), Reservations: inForce}}, nil
}

// maxSamples bounds an answer: the 1,440 minutes of a day and some.
const maxSamples = 1_500

var errPeriod = fault.New("api.Period", fault.Invalid, "period.invalid", "Choose a period of at most 400 days whose end comes after its beginning, and steps of whole minutes, at most 1,500 of them.")

// Period is a stretch of time in a request. It is exported because huma looks into
// exported fields only.
type Period struct {
	From time.Time `query:"from" doc:"A day ago without it"`
	To   time.Time `query:"to" doc:"Now without it"`
	Step string    `query:"step" default:"1h" doc:"Whole minutes or hours, as in 15m or 24h; at most 1,500 of them are answered"`
}

// parse returns the period, which begins with a whole step, and the step.
func (p Period) parse(now time.Time) (from, to time.Time, step time.Duration, err error) {
	from, to = p.From, p.To
	if to.IsZero() {
		to = now
	}
	if from.IsZero() {
		from = to.Add(-24 * time.Hour)
	}
	step, err = time.ParseDuration(p.Step)
	if err != nil || step < time.Minute || step%time.Minute != 0 || step > capacity.UsageKept {
		return from, to, 0, errPeriod
	}
	from = time.UnixMilli(from.UnixMilli() / step.Milliseconds() * step.Milliseconds()).UTC()
	if !from.Before(to) || to.Sub(from) > capacity.UsageKept+step || to.Sub(from) > maxSamples*step {
		return from, to, 0, errPeriod
	}
	return from, to, step, nil
}

// usage returns a sample for each step of the period, also of those in which
// nobody was there.
func (a *api) usage(ctx context.Context, p Period) ([]capacity.Sample, error) {
	who, err := a.admin(ctx, readPool)
	if err != nil {
		return nil, err
	}
	from, to, step, err := p.parse(time.Now())
	if err != nil {
		return nil, err
	}
	known, err := a.Store.PoolUsage(ctx, who.tenant.ID, from, to, step, maxSamples)
	if err != nil {
		return nil, err
	}
	var samples []capacity.Sample
	for at := from; at.Before(to); at = at.Add(step) {
		if len(known) > 0 && known[0].At.Equal(at) {
			samples, known = append(samples, known[0]), known[1:]
			continue
		}
		samples = append(samples, capacity.Sample{At: at})
	}
	return samples, nil
}

// PoolSample is the most of one step of time.
type PoolSample struct {
	At      time.Time `json:"at" doc:"Its beginning"`
	Peak    int       `json:"peak" doc:"Connections"`
	Waiting int       `json:"waiting" doc:"The longest the line was"`
}

// PoolUsage is how many connections there were.
type PoolUsage struct {
	Usage []PoolSample `json:"usage" nullable:"false" doc:"Each step of the period"`
}

type usageAnswer struct{ Body PoolUsage }

func (a *api) getPoolUsage(ctx context.Context, in *Period) (*usageAnswer, error) {
	samples, err := a.usage(ctx, *in)
	if err != nil {
		return nil, err
	}
	list := make([]PoolSample, 0, len(samples))
	for _, s := range samples {
		list = append(list, PoolSample{At: s.At, Peak: s.Peak, Waiting: s.Waiting})
	}
	return &usageAnswer{PoolUsage{list}}, nil
}

type tableAnswer struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (a *api) getPoolUsageTable(ctx context.Context, in *Period) (*tableAnswer, error) {
	samples, err := a.usage(ctx, *in)
	if err != nil {
		return nil, err
	}
	table := []byte("at,peak,waiting\r\n")
	for _, s := range samples {
		table = s.At.AppendFormat(table, time.RFC3339)
		table = append(strconv.AppendInt(append(table, ','), int64(s.Peak), 10), ',')
		table = append(strconv.AppendInt(table, int64(s.Waiting), 10), "\r\n"...)
	}
	return &tableAnswer{"text/csv; charset=utf-8", `attachment; filename="connections.csv"`, table}, nil
}

// Reservations is a page of a list of them.
type Reservations struct {
	Reservations []Reservation `json:"reservations" nullable:"false"`
	Next         string        `json:"next" doc:"The cursor of the next page; empty after the last"`
}

type (
	reservationAnswer  struct{ Body Reservation }
	reservationsAnswer struct{ Body Reservations }
)

func (a *api) listReservations(ctx context.Context, in *Page) (*reservationsAnswer, error) {
	who, err := a.admin(ctx, readPool)
	if err != nil {
		return nil, err
	}
	at, from, err := afterNewest[id.Reservation](*in)
	if err != nil {
		return nil, err
	}
	found, err := a.Store.Reservations(ctx, who.tenant.ID, time.Now())
	if err != nil {
		return nil, err
	}
	rest := found[:0]
	for _, r := range found { // the next first: the times rise
		if from == "" || r.From.After(at) || r.From.Equal(at) && r.ID > from {
			rest = append(rest, r)
		}
	}
	rest, next := cut(rest, in.Limit, func(r capacity.Reservation) []string { return newestKey(r.From, r.ID) })
	list := make([]Reservation, 0, len(rest))
	for _, r := range rest {
		list = append(list, reservationOf(r))
	}
	return &reservationsAnswer{Reservations{list, next}}, nil
}

// NewReservation is the request to hold places.
type NewReservation struct {
	Meeting string    `json:"meeting" doc:"Its id"`
	Places  int       `json:"places" doc:"At least 1"`
	From    time.Time `json:"from"`
	Until   time.Time `json:"until" doc:"At most 31 days later"`
}

type createReservationRequest struct{ Body NewReservation }

func (a *api) createReservation(ctx context.Context, in *createReservationRequest) (*reservationAnswer, error) {
	began := time.Now()
	who, err := a.admin(ctx, writePool)
	if err != nil {
		return nil, err
	}
	wanted, err := MeetingPath{ID: in.Body.Meeting}.id()
	if err != nil {
		return nil, err
	}
	m, err := a.Store.MeetingIn(ctx, who.tenant.ID, wanted)
	if err != nil {
		return nil, answerEvenly(ctx, began, err)
	}
	now := time.Now()
	r := capacity.Reservation{
		ID: id.New[id.Reservation](), Tenant: who.tenant.ID, Meeting: m.ID,
		Places: in.Body.Places, From: in.Body.From, Until: in.Body.Until, CreatedAt: now,
	}
	if err := a.Store.Reserve(ctx, r, now, who.reserves(r)); err != nil {
		return nil, err
	}
	return &reservationAnswer{reservationOf(r)}, nil
}

// reserves is the audit's note of a reservation as it is from now on.
func (w actor) reserves(r capacity.Reservation) audit.Entry {
	e := w.about(r.Meeting, audit.PoolChanged, audit.Party{})
	e.Detail = map[string]string{
		"reserved": strconv.Itoa(r.Places), "from": r.From.UTC().Format(time.RFC3339), "until": r.Until.UTC().Format(time.RFC3339),
	}
	return e
}

// ReservationChange holds what is to change; what is missing stays.
type ReservationChange struct {
	Places *int       `json:"places,omitempty"`
	From   *time.Time `json:"from,omitempty"`
	Until  *time.Time `json:"until,omitempty"`
}

type reservationPath struct {
	ID string `path:"id"`
}

// reservation finds one of the organisation's.
func (a *api) reservation(ctx context.Context, who actor, in string) (capacity.Reservation, error) {
	wanted, err := id.Parse[id.Reservation](in)
	if err != nil {
		return capacity.Reservation{}, capacity.ErrNoReservation
	}
	return a.Store.Reservation(ctx, who.tenant.ID, wanted)
}

type changeReservationRequest struct {
	ID   string `path:"id"`
	Body ReservationChange
}

func (a *api) changeReservation(ctx context.Context, in *changeReservationRequest) (*reservationAnswer, error) {
	who, err := a.admin(ctx, writePool)
	if err != nil {
		return nil, err
	}
	r, err := a.reservation(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	if in.Body.Places != nil {
		r.Places = *in.Body.Places
	}
	if in.Body.From != nil {
		r.From = *in.Body.From
	}
	if in.Body.Until != nil {
		r.Until = *in.Body.Until
	}
	if err := a.Store.Reserve(ctx, r, time.Now(), who.reserves(r)); err != nil {
		return nil, err
	}
	return &reservationAnswer{reservationOf(r)}, nil
}

func (a *api) deleteReservation(ctx context.Context, in *reservationPath) (*struct{}, error) {
	who, err := a.admin(ctx, writePool)
	if err != nil {
		return nil, err
	}
	r, err := a.reservation(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	r.Places = 0
	return nil, a.Store.CancelReservation(ctx, who.tenant.ID, r.ID, who.reserves(r))
}
