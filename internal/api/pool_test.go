package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"plenum/internal/api"
	"plenum/internal/capacity"
	"plenum/internal/id"
	"plenum/internal/tenant"
)

func TestPool(t *testing.T) {
	w := fresh(t)
	b := w.confirmed(t)
	home, err := w.store.Home(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.store.UpdateTenant(t.Context(), home.ID, func(t *tenant.Tenant) error {
		t.Places = 5
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := b.do("GET", "/pool", "").body; got != "{\"places\":5,\"used\":0,\"waiting\":0,\"warning\":false,\"reservations\":[]}\n" {
		t.Errorf("empty: %s", got)
	}
	claims := make([]capacity.Claim, 0, 7)
	for range 7 {
		claims = append(claims, capacity.Claim{Tenant: home.ID, Meeting: "m", Seat: id.New[id.Seat]()})
	}
	if _, err := w.store.PoolRound(t.Context(), capacity.Round{Tenant: home.ID, Node: "n", At: time.Now(), Claims: claims}); err != nil {
		t.Fatal(err)
	}
	got := is[api.Pool](t, b.do("GET", "/pool", ""), 200)
	if got.Used != 5 || got.Waiting != 2 || !got.Warning {
		t.Errorf("full: %+v", got)
	}
	col := w.colleague(t)
	for _, path := range []string{"/pool", "/pool/usage", "/pool/usage.csv", "/pool/reservations"} {
		refused(t, col.do("GET", path, ""), 403, "admin.required")
		refused(t, w.browser(t).do("GET", path, ""), 401, "signin.required")
	}
}

func TestPoolUsage(t *testing.T) {
	w := fresh(t)
	b := w.confirmed(t)
	home, err := w.store.Home(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 21, 12, 30, 0, 0, time.UTC)
	if err := w.store.NoteUsage(t.Context(), home.ID, capacity.Sample{At: at, Peak: 7, Waiting: 2}); err != nil {
		t.Fatal(err)
	}
	const period = "from=2026-11-21T11:10:00Z&to=2026-11-21T14:00:00Z"
	usage := is[api.PoolUsage](t, b.do("GET", "/pool/usage?step=1h&"+period, ""), 200).Usage
	if len(usage) != 3 || usage[0].Peak != 0 || usage[1] != (api.PoolSample{At: at.Truncate(time.Hour), Peak: 7, Waiting: 2}) || usage[2].Peak != 0 {
		t.Errorf("usage: %+v", usage)
	}
	table := b.do("GET", "/pool/usage.csv?step=1h&"+period, "")
	want := "at,peak,waiting\r\n2026-11-21T11:00:00Z,0,0\r\n2026-11-21T12:00:00Z,7,2\r\n2026-11-21T13:00:00Z,0,0\r\n"
	if table.body != want || table.Header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.HasPrefix(table.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%v: %q", table.Header, table.body)
	}
	if n := len(is[api.PoolUsage](t, b.do("GET", "/pool/usage", ""), 200).Usage); n < 24 || n > 25 {
		t.Errorf("a day has %d hours", n)
	}
	for _, bad := range []string{
		"step=1s&" + period, "step=90s&" + period, "step=x&" + period, "step=-1h&" + period,
		"step=1m&from=2026-11-01T00:00:00Z&to=2026-11-21T00:00:00Z", // 28,800 steps
		"from=2026-11-21T14:00:00Z&to=2026-11-21T11:00:00Z",
		"step=24h&from=2020-11-21T14:00:00Z&to=2026-11-21T11:00:00Z",
		"step=24h&from=0001-01-02T00:00:00Z&to=9999-11-21T11:00:00Z",
	} {
		refused(t, b.do("GET", "/pool/usage?"+bad, ""), 422, "period.invalid")
	}
}

func TestReservations(t *testing.T) {
	w := fresh(t)
	b := w.confirmed(t)
	home, err := w.store.Home(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err = w.store.UpdateTenant(t.Context(), home.ID, func(t *tenant.Tenant) error {
		t.Places = 10
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	m := is[api.Meeting](t, b.do("POST", "/meetings", ""), 201).ID
	from := time.Now().Add(-time.Minute).UTC().Truncate(time.Second)
	request := func(m string, places int, from, until time.Time) string {
		return asJSON(t, api.NewReservation{Meeting: m, Places: places, From: from, Until: until})
	}
	made := is[api.Reservation](t, b.do("POST", "/pool/reservations", request(m, 6, from, from.Add(time.Hour))), 201)
	later := is[api.Reservation](t, b.do("POST", "/pool/reservations", request(m, 10, from.Add(time.Hour), from.Add(2*time.Hour))), 201)
	if made.Places != 6 || made.Meeting != m || !made.From.Equal(from) {
		t.Errorf("made: %+v", made)
	}
	for body, want := range map[string][2]any{
		request(m, 5, from, from.Add(30*time.Minute)):                       {409, "reservation.full"},
		request(m, 0, from, from.Add(30*time.Minute)):                       {422, "reservation.invalid"},
		request(m, 11, from.Add(5*time.Hour), from.Add(6*time.Hour)):        {422, "reservation.invalid"},
		request(m, 1, from.Add(6*time.Hour), from.Add(5*time.Hour)):         {422, "reservation.invalid"},
		request(string(id.New[id.Meeting]()), 1, from, from.Add(time.Hour)): {404, "meeting.not_found"},
		request("x", 1, from, from.Add(time.Hour)):                          {404, "meeting.not_found"},
	} {
		refused(t, b.do("POST", "/pool/reservations", body), want[0].(int), want[1].(string)) //nolint:forcetypeassert // see above
	}
	if now := is[api.Pool](t, b.do("GET", "/pool", ""), 200).Reservations; len(now) != 1 || now[0] != made {
		t.Errorf("in force: %+v", now)
	}
	first := is[api.Reservations](t, b.do("GET", "/pool/reservations?limit=1", ""), 200)
	second := is[api.Reservations](t, b.do("GET", "/pool/reservations?limit=1&cursor="+first.Next, ""), 200)
	if len(first.Reservations) != 1 || first.Reservations[0] != made || len(second.Reservations) != 1 || second.Reservations[0] != later || second.Next != "" {
		t.Errorf("list: %+v %+v", first, second)
	}
	changed := is[api.Reservation](t, b.do("PATCH", "/pool/reservations/"+made.ID, `{"places":9}`), 200)
	if changed.Places != 9 || !changed.Until.Equal(made.Until) {
		t.Errorf("changed: %+v", changed)
	}
	refused(t, b.do("PATCH", "/pool/reservations/"+made.ID, `{"places":11}`), 422, "reservation.invalid")
	if a := b.do("DELETE", "/pool/reservations/"+made.ID, ""); a.StatusCode != http.StatusNoContent {
		t.Errorf("delete: %d %s", a.StatusCode, a.body)
	}
	for _, gone := range []string{made.ID, "x"} {
		refused(t, b.do("DELETE", "/pool/reservations/"+gone, ""), 404, "reservation.unknown")
		refused(t, b.do("PATCH", "/pool/reservations/"+gone, `{"places":1}`), 404, "reservation.unknown")
	}
}
