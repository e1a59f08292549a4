package store_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/apikey"
	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/capacity"
	"plenum/internal/id"
	"plenum/internal/invite"
	"plenum/internal/meeting"
	"plenum/internal/provider"
	"plenum/internal/store"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

// organisation makes one beside the home organisation.
func organisation(t *testing.T, s *store.Store, name string, hosts ...string) (tenant.Tenant, user.User) {
	t.Helper()
	of := must[tenant.Tenant](t)(tenant.New(name, hosts, 3, noon))
	admin := user.User{ID: id.New[id.User](), Tenant: of.ID, Name: "Cleo", Email: "cleo@council.example", Admin: true, CreatedAt: noon}
	link, _ := auth.NewWelcome(admin.ID, noon)
	ok(t, s.CreateTenant(t.Context(), of, admin, link, about(of.ID)))
	return of, admin
}

func about(t id.Tenant) audit.Entry {
	return audit.Entry{Tenant: t, Action: audit.TenantChanged, Actor: audit.Party{Kind: audit.Operator}, Subject: audit.Party{Kind: audit.Tenant, ID: string(t)}}
}

func (p part) tenants() {
	t := p.T
	s := open(t, p.Config)
	before, _ := organisation(t, s, "Before", "before.example") // also before the set-up, which is of the first
	if set := must[bool](t)(s.IsSetUp(t.Context())); set {
		t.Error("another organisation's account closes the set-up")
	}
	owner := setUp(t, s)
	of, _ := organisation(t, s, "Council", "council.example", "raad.example")
	same(t, "tenant", must[tenant.Tenant](t)(s.Tenant(t.Context(), of.ID)), of)
	for host, want := range map[string]id.Tenant{"council.example": of.ID, "raad.example": of.ID, "before.example": before.ID, "else.example": owner.Tenant, "": owner.Tenant} {
		got := must[tenant.Tenant](t)(s.TenantByHost(t.Context(), host))
		if got.ID != want || got.Home != (want == owner.Tenant) {
			t.Errorf("%q leads to %+v", host, got)
		}
	}
	same(t, "hosts", must[[]string](t)(s.TenantHosts(t.Context())), []string{"before.example", "council.example", "raad.example"})

	_, err := s.UpdateTenant(t.Context(), of.ID, func(of *tenant.Tenant) error { of.Hosts = []string{"before.example"}; return nil })
	is(t, "taken", err, tenant.ErrHostTaken)
	same(t, "unchanged", must[tenant.Tenant](t)(s.Tenant(t.Context(), of.ID)), of)
	_, err = s.UpdateTenant(t.Context(), "nobody", func(*tenant.Tenant) error { return nil })
	is(t, "unknown", err, tenant.ErrNotFound)

	// Of many changes at once, none is lost.
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			_, err := s.UpdateTenant(t.Context(), of.ID, func(of *tenant.Tenant) error { of.Places++; return nil })
			ok(t, err)
		})
	}
	group.Wait()
	if got := must[tenant.Tenant](t)(s.Tenant(t.Context(), of.ID)); got.Places != of.Places+20 {
		t.Errorf("%d places", got.Places)
	}

	logo := tenant.Logo{MIME: "image/png", Content: []byte("content")}
	ok(t, s.SetLogo(t.Context(), of.ID, logo))
	same(t, "logo", must[tenant.Logo](t)(s.Logo(t.Context(), of.ID)), logo)
	if got := must[tenant.Tenant](t)(s.Tenant(t.Context(), of.ID)); got.Logo != logo.Hash() {
		t.Errorf("logo %q", got.Logo)
	}
	ok(t, s.SetLogo(t.Context(), of.ID, tenant.Logo{}))
	_, err = s.Logo(t.Context(), of.ID)
	is(t, "no logo", err, tenant.ErrNotFound)
}

// deleteTenant looks through the whole database for anything that is left.
func (p part) deleteTenant() {
	t := p.T
	s := open(t, p.Config)
	owner := setUp(t, s)
	of, admin := organisation(t, s, "Council", "council.example")
	m := meeting.New(of.ID, admin.ID, "Raad", noon)
	i, _ := invite.New(m.ID, access.Moderator, noon)
	ok(t, s.CreateMeeting(t.Context(), m, []invite.Invite{i}, note(m, audit.MeetingCreated)))
	ok(t, s.Ban(t.Context(), meeting.Ban{ID: id.New[id.Ban](), Meeting: m.ID, User: admin.ID, CreatedAt: noon}))
	session, _ := auth.NewSession(admin.ID, noon)
	ok(t, s.CreateSession(t.Context(), session))
	k, _, err := apikey.New(of.ID, "Key", []string{"pool:read"}, time.Time{}, noon)
	ok(t, err)
	ok(t, s.CreateKey(t.Context(), k))
	_, _, err = s.BeginAnswer(t.Context(), apikey.Answer{Tenant: of.ID}, noon.Add(time.Hour), noon)
	ok(t, err)
	ok(t, s.SetLogo(t.Context(), of.ID, tenant.Logo{MIME: "image/png", Content: []byte("content")}))
	ok(t, s.CreateProvider(t.Context(), provider.Provider{ID: id.New[id.Provider](), Tenant: of.ID, Kind: provider.LDAP, CreatedAt: noon}))
	ok(t, s.Reserve(t.Context(), capacity.Reservation{ID: id.New[id.Reservation](), Tenant: of.ID, Meeting: m.ID, Places: 1, From: noon.Add(time.Hour), Until: noon.Add(2 * time.Hour), CreatedAt: noon}, noon))
	ok(t, s.NoteUsage(t.Context(), of.ID, capacity.Sample{At: noon, Peak: 1}))

	if len(p.mentions(string(of.ID))) < 8 {
		t.Fatal("the test looks at the wrong place")
	}
	ok(t, s.DeleteTenant(t.Context(), of.ID, about(owner.Tenant)))
	for _, word := range []string{string(of.ID), string(admin.ID), string(m.ID), string(k.ID)} {
		if left := p.mentions(word); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	}
	is(t, "again", s.DeleteTenant(t.Context(), of.ID), tenant.ErrNotFound)
	is(t, "home", s.DeleteTenant(t.Context(), owner.Tenant), tenant.ErrNotFound)
}

// mentions names the tables and columns that hold a word.
func (p part) mentions(word string) []string {
	t := p.T
	driver, source, tables := "sqlite", p.Path, "SELECT m.name || ' ' || c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table' AND c.type = 'TEXT'"
	if p.URL != "" {
		driver, source, tables = "pgx", p.URL, "SELECT table_name || ' ' || column_name FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'text'"
	}
	db := must[*sql.DB](t)(sql.Open(driver, source))
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), tables)
	ok(t, err)
	defer rows.Close()
	var columns, found []string
	for rows.Next() {
		var c string
		ok(t, rows.Scan(&c))
		columns = append(columns, c)
	}
	ok(t, rows.Err())
	for _, c := range columns {
		table, name, _ := strings.Cut(c, " ")
		var n int
		ok(t, db.QueryRowContext(t.Context(), fmt.Sprintf("SELECT count(*) FROM %s WHERE %s LIKE '%%%s%%'", table, name, word)).Scan(&n))
		if n > 0 {
			found = append(found, c)
		}
	}
	return found
}

func (p part) keys() {
	t := p.T
	s := open(t, p.Config)
	owner := setUp(t, s)
	of, _ := organisation(t, s, "Council", "council.example")
	now := time.Now()
	k, secret, err := apikey.New(owner.Tenant, "Course pages", []string{"meetings:read", "pool:read"}, now.Add(time.Hour).Truncate(time.Millisecond).UTC(), now.Truncate(time.Millisecond).UTC())
	ok(t, err)
	ok(t, s.CreateKey(t.Context(), k, about(owner.Tenant)))
	same(t, "key", must[apikey.Key](t)(s.KeyBySecret(t.Context(), owner.Tenant, secret)), k)
	same(t, "keys", must[[]apikey.Key](t)(s.Keys(t.Context(), owner.Tenant)), []apikey.Key{k})
	_, err = s.KeyBySecret(t.Context(), of.ID, secret)
	is(t, "elsewhere", err, apikey.ErrInvalid)
	is(t, "delete elsewhere", s.DeleteKey(t.Context(), of.ID, k.ID), apikey.ErrNotFound)
	ok(t, s.DeleteKey(t.Context(), owner.Tenant, k.ID, about(owner.Tenant)))
	_, err = s.KeyBySecret(t.Context(), owner.Tenant, secret)
	is(t, "revoked", err, apikey.ErrInvalid)

	old, gone, err := apikey.New(owner.Tenant, "Old", []string{"pool:read"}, now.Add(-time.Minute), now.Add(-time.Hour))
	ok(t, err)
	ok(t, s.CreateKey(t.Context(), old))
	_, err = s.KeyBySecret(t.Context(), owner.Tenant, gone)
	is(t, "expired", err, apikey.ErrInvalid)

	var made, refused atomic.Int64
	var group sync.WaitGroup
	for range apikey.MaxPerTenant + 5 {
		group.Go(func() {
			k, _, err := apikey.New(of.ID, "One of many", []string{"pool:read"}, time.Time{}, now)
			ok(t, err)
			if err := s.CreateKey(t.Context(), k); err != nil {
				is(t, "too many", err, apikey.ErrTooMany)
				refused.Add(1)
				return
			}
			made.Add(1)
		})
	}
	group.Wait()
	if made.Load() != apikey.MaxPerTenant || refused.Load() != 5 {
		t.Errorf("%d made, %d refused", made.Load(), refused.Load())
	}
}

// answers: one of many takes a name; it is free again when dropped or expired.
func (p part) answers() {
	t := p.T
	s := open(t, p.Config)
	owner := setUp(t, s)
	asked := apikey.Answer{Name: [32]byte{1}, Tenant: owner.Tenant, Request: [32]byte{2}}
	begin := func(now time.Time) (apikey.Answer, bool) {
		before, taken, err := s.BeginAnswer(t.Context(), asked, now.Add(time.Minute), now)
		ok(t, err)
		return before, taken
	}
	var first atomic.Int64
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, taken := begin(noon); !taken {
				first.Add(1)
			}
		})
	}
	group.Wait()
	if first.Load() != 1 {
		t.Errorf("%d were the first", first.Load())
	}
	if before, taken := begin(noon); !taken || before.Status != 0 || before.Request != asked.Request {
		t.Errorf("while it runs: %+v %v", before, taken)
	}
	done := asked
	done.Status, done.Sealed = 201, []byte("sealed")
	ok(t, s.KeepAnswer(t.Context(), done, noon.Add(24*time.Hour)))
	before, taken := begin(noon.Add(time.Hour))
	if !taken {
		t.Error("it is done twice")
	}
	same(t, "answer", before, done)
	if _, taken := begin(noon.Add(25 * time.Hour)); taken {
		t.Error("it is kept for ever")
	}
	ok(t, s.DropAnswer(t.Context(), asked.Name))
	if _, taken := begin(noon); taken {
		t.Error("what was dropped is still there")
	}
	ok(t, s.Sweep(t.Context(), noon.Add(48*time.Hour)))
	if left := p.mentions(string(owner.Tenant)); slices.Contains(left, "idempotency tenant_id") {
		t.Error("an expired answer survives the sweep")
	}
}
