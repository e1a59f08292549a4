package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"plenum/internal/id"
	"plenum/internal/store/query"
	"plenum/internal/tenant"
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
