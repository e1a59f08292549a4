package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/id"
	"plenum/internal/store/query"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

// settingTenant is the id of the organisation this server belongs to.
const settingTenant = "tenant"

// Home returns the organisation this server belongs to. Before the set-up it has
// an empty name, so that the command line can make meetings already.
func (s *Store) Home(ctx context.Context) (tenant.Tenant, error) {
	return s.TenantByHost(ctx, "")
}

// TenantByHost finds the organisation that people reach under a host name, as
// [tenant.ParseHost] gives it; the home organisation for a name that is nobody
// else's.
func (s *Store) TenantByHost(ctx context.Context, host string) (tenant.Tenant, error) {
	const op = "store.TenantByHost"
	row, err := s.q.TenantByHost(ctx, host)
	if errors.Is(err, sql.ErrNoRows) {
		if err := s.in(ctx, op, func(q *query.Queries) error {
			_, err := keepHome(ctx, q, time.Now())
			return err
		}); err != nil {
			return tenant.Tenant{}, err
		}
		row, err = s.q.TenantByHost(ctx, host)
	}
	if err != nil {
		return tenant.Tenant{}, explain(op, err)
	}
	return tenantOf(row.Tenant, row.Hosts, row.Home)
}

// keepHome makes the organisation if there is none. Whoever calls it in a
// transaction holds everyone else who does until the end.
func keepHome(ctx context.Context, q *query.Queries, now time.Time) (id.Tenant, error) {
	fresh := id.New[id.Tenant]()
	kept, err := q.KeepSetting(ctx, query.KeepSettingParams{Name: settingTenant, Value: string(fresh)})
	if err != nil || kept != string(fresh) {
		return id.Tenant(kept), err
	}
	return fresh, q.CreateTenant(ctx, query.CreateTenantParams{ID: kept, CreatedAt: millis(now)})
}

// Tenant finds an organisation. Faults: not_found.
func (s *Store) Tenant(ctx context.Context, t id.Tenant) (tenant.Tenant, error) {
	found, err := tenantBy(ctx, s.q, t)
	return found, explain("store.Tenant", err)
}

func tenantBy(ctx context.Context, q *query.Queries, t id.Tenant) (tenant.Tenant, error) {
	row, err := q.Tenant(ctx, string(t))
	if errors.Is(err, sql.ErrNoRows) {
		return tenant.Tenant{}, tenant.ErrNotFound
	}
	if err != nil {
		return tenant.Tenant{}, err
	}
	return tenantOf(row.Tenant, row.Hosts, row.Home)
}

// tenantOf reads a row. Settings that a later version adds to begin with their
// defaults.
func tenantOf(row query.Tenant, hosts, home string) (tenant.Tenant, error) {
	t := tenant.Tenant{
		ID:        id.Tenant(row.ID),
		Name:      row.Name,
		CreatedAt: moment(row.CreatedAt),
		Home:      row.ID == home,
		Accent:    row.Accent,
		Logo:      row.LogoHash,
		Places:    int(row.Places),
		Settings:  tenant.DefaultSettings(),
	}
	if hosts != "" {
		t.Hosts = strings.Split(hosts, ",")
	}
	if row.Settings != "" {
		if err := json.Unmarshal([]byte(row.Settings), &t.Settings); err != nil {
			return tenant.Tenant{}, errDamaged
		}
	}
	return t, nil
}

// Tenants lists organisations in the order in which they were made, after the
// given one, at most limit.
func (s *Store) Tenants(ctx context.Context, after tenant.Tenant, limit int) ([]tenant.Tenant, error) {
	const op = "store.Tenants"
	rows, err := s.q.Tenants(ctx, query.TenantsParams{AfterCreated: millis(after.CreatedAt), AfterID: string(after.ID), Max: int32(limit)}) //nolint:gosec // a page
	if err != nil {
		return nil, explain(op, err)
	}
	tenants := make([]tenant.Tenant, 0, len(rows))
	for _, row := range rows {
		t, err := tenantOf(row.Tenant, row.Hosts, row.Home)
		if err != nil {
			return nil, explain(op, err)
		}
		tenants = append(tenants, t)
	}
	return tenants, nil
}

// TenantHosts lists the names of all organisations.
func (s *Store) TenantHosts(ctx context.Context) ([]string, error) {
	hosts, err := s.q.TenantHosts(ctx)
	return hosts, explain("store.TenantHosts", err)
}

// CreateTenant makes an organisation with its first administrator, who sets a
// password by the link. Faults: host.taken, tenants.limit.
func (s *Store) CreateTenant(ctx context.Context, t tenant.Tenant, admin user.User, link auth.Welcome, entries ...audit.Entry) error {
	return s.in(ctx, "store.CreateTenant", func(q *query.Queries) error {
		if _, err := keepHome(ctx, q, t.CreatedAt); err != nil { // the home organisation is there first
			return err
		}
		n, err := q.CountTenants(ctx)
		if err != nil {
			return err
		}
		if n > tenant.MaxTenants {
			return tenant.ErrTooMany
		}
		if err := q.CreateTenant(ctx, query.CreateTenantParams{ID: string(t.ID), Name: t.Name, CreatedAt: millis(t.CreatedAt)}); err != nil {
			return err
		}
		if err := writeTenant(ctx, q, tenant.Tenant{}, t); err != nil {
			return err
		}
		if err := createAccount(ctx, q, admin); err != nil {
			return err
		}
		if err := putWelcome(ctx, q, link); err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}

// UpdateTenant changes name, hosts, accent, places and settings of an
// organisation; nobody else changes it in between. Faults: not_found, host.taken
// and those of change.
func (s *Store) UpdateTenant(ctx context.Context, t id.Tenant, change func(*tenant.Tenant) error, entries ...audit.Entry) (tenant.Tenant, error) {
	var after tenant.Tenant
	err := s.in(ctx, "store.UpdateTenant", func(q *query.Queries) error {
		if _, err := q.HoldTenant(ctx, string(t)); err != nil {
			return err
		}
		before, err := tenantBy(ctx, q, t)
		if err != nil {
			return err
		}
		after = before
		if err := change(&after); err != nil {
			return err
		}
		if err := writeTenant(ctx, q, before, after); err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
	return after, err
}

func writeTenant(ctx context.Context, q *query.Queries, before, after tenant.Tenant) error {
	settings, err := json.Marshal(after.Settings)
	if err != nil {
		return err
	}
	if _, err := q.UpdateTenant(ctx, query.UpdateTenantParams{
		ID: string(after.ID), Name: after.Name, Accent: after.Accent, Places: int64(after.Places), Settings: string(settings),
	}); err != nil {
		return err
	}
	if slices.Equal(before.Hosts, after.Hosts) {
		return nil
	}
	if err := q.DeleteTenantHosts(ctx, string(after.ID)); err != nil {
		return err
	}
	for _, host := range after.Hosts {
		err := q.AddTenantHost(ctx, query.AddTenantHostParams{Host: host, TenantID: string(after.ID)})
		if isUnique(err) {
			return tenant.ErrHostTaken
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// TenantMeetings lists the ids of all meetings of an organisation.
func (s *Store) TenantMeetings(ctx context.Context, t id.Tenant) ([]id.Meeting, error) {
	rows, err := s.q.TenantMeetings(ctx, string(t))
	meetings := make([]id.Meeting, 0, len(rows))
	for _, row := range rows {
		meetings = append(meetings, id.Meeting(row))
	}
	return meetings, explain("store.TenantMeetings", err)
}

// DeleteTenant deletes an organisation with its accounts, meetings, keys and
// audit; the entries go to another's. The keys of its recordings are to be
// destroyed before. The home organisation cannot be deleted. Faults: not_found,
// tenant.has_recordings.
func (s *Store) DeleteTenant(ctx context.Context, t id.Tenant, entries ...audit.Entry) error {
	return s.in(ctx, "store.DeleteTenant", func(q *query.Queries) error {
		found, err := tenantBy(ctx, q, t)
		if err != nil {
			return err
		}
		if found.Home {
			return tenant.ErrNotFound
		}
		err = q.DeleteTenantMeetings(ctx, string(t))
		if isForeign(err) {
			return tenant.ErrHasRecordings
		}
		if err != nil {
			return err
		}
		if err := q.DeleteTenantAccounts(ctx, string(t)); err != nil {
			return err
		}
		if _, err := q.DeleteTenant(ctx, string(t)); err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}

// SetLogo keeps an organisation's logo; the zero logo takes it away. Faults:
// not_found.
func (s *Store) SetLogo(ctx context.Context, t id.Tenant, logo tenant.Logo, entries ...audit.Entry) error {
	return s.in(ctx, "store.SetLogo", func(q *query.Queries) error {
		n, err := q.SetTenantLogoHash(ctx, query.SetTenantLogoHashParams{ID: string(t), LogoHash: logo.Hash()})
		if err != nil {
			return err
		}
		if n == 0 {
			return tenant.ErrNotFound
		}
		if len(logo.Content) == 0 {
			err = q.DeleteTenantLogo(ctx, string(t))
		} else {
			err = q.PutTenantLogo(ctx, query.PutTenantLogoParams{TenantID: string(t), Mime: logo.MIME, Content: logo.Content})
		}
		if err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}

// Logo returns an organisation's logo. Faults: not_found.
func (s *Store) Logo(ctx context.Context, t id.Tenant) (tenant.Logo, error) {
	row, err := s.q.TenantLogo(ctx, string(t))
	if errors.Is(err, sql.ErrNoRows) {
		return tenant.Logo{}, tenant.ErrNotFound
	}
	return tenant.Logo{MIME: row.Mime, Content: row.Content}, explain("store.Logo", err)
}
