package api

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

var errTenantName = fault.New("api.deleteTenant", fault.Invalid, "confirm.name", "Please type the name of the organisation exactly.")

// tenantStore is where all organisations are kept.
type tenantStore interface {
	Tenant(ctx context.Context, t id.Tenant) (tenant.Tenant, error)
	Tenants(ctx context.Context, after tenant.Tenant, limit int) ([]tenant.Tenant, error)
	CreateTenant(ctx context.Context, t tenant.Tenant, admin user.User, link auth.Welcome, entries ...audit.Entry) error
	DeleteTenant(ctx context.Context, t id.Tenant, entries ...audit.Entry) error
	TenantMeetings(ctx context.Context, t id.Tenant) ([]id.Meeting, error)
}

func (a *api) registerTenants(h huma.API) {
	operation(a, h, "listTenants", http.MethodGet, "/tenants", "The organisations of this server, oldest first; for operators", a.listTenants, administers(manageTenants))
	operation(a, h, "createTenant", http.MethodPost, "/tenants", "Create an organisation with its first administrator; for operators", a.createTenant, administers(manageTenants), created)
	operation(a, h, "getTenant", http.MethodGet, "/tenants/{id}", "One organisation; for operators", a.getTenant, administers(manageTenants))
	operation(a, h, "updateTenant", http.MethodPatch, "/tenants/{id}", "Change an organisation's name, host names or places; for operators", a.updateTenant, administers(manageTenants))
	operation(a, h, "deleteTenant", http.MethodDelete, "/tenants/{id}", "End all meetings of an organisation and delete everything of it; for operators", a.deleteTenant, administers(personal))
}

// Tenant is an organisation as operators see it.
type Tenant struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Home      bool      `json:"home" doc:"The organisation that the server belongs to"`
	Hosts     []string  `json:"hosts" nullable:"false" doc:"The host names it is reached under"`
	Places    int       `json:"places" doc:"Simultaneous connections; 0 for no limit"`
	Link      string    `json:"link" doc:"Where it is reached"`
	CreatedAt time.Time `json:"createdAt"`
}

func (a *api) tenantOf(ctx context.Context, t tenant.Tenant) Tenant {
	return Tenant{
		ID: string(t.ID), Name: t.Name, Home: t.Home, Hosts: append([]string{}, t.Hosts...), Places: t.Places,
		Link: tenantLink(visitorOf(ctx).origin, t), CreatedAt: t.CreatedAt.UTC().Truncate(time.Millisecond),
	}
}

// tenantLink is where an organisation is reached: the same port, its own name.
func tenantLink(origin string, t tenant.Tenant) string {
	u, err := url.Parse(origin)
	if err != nil || len(t.Hosts) == 0 || t.Home {
		return origin
	}
	host := t.Hosts[0]
	if port := u.Port(); port != "" {
		host = net.JoinHostPort(host, port)
	}
	return "https://" + host
}

// Tenants is a page of organisations.
type Tenants struct {
	Tenants []Tenant `json:"tenants" nullable:"false"`
	Next    string   `json:"next" doc:"The cursor of the next page; empty on the last"`
}

type (
	tenantAnswer       struct{ Body Tenant }
	tenantsAnswer      struct{ Body Tenants }
	listTenantsRequest struct{ Page }
)

func (a *api) listTenants(ctx context.Context, in *listTenantsRequest) (*tenantsAnswer, error) {
	if _, err := a.operator(ctx, manageTenants); err != nil {
		return nil, err
	}
	var after tenant.Tenant
	cursor, err := in.after(2)
	if err != nil {
		return nil, err
	}
	if cursor != nil {
		ms, err := strconv.ParseInt(cursor[0], 10, 64)
		if err != nil {
			return nil, errCursor
		}
		after = tenant.Tenant{CreatedAt: time.UnixMilli(ms), ID: id.Tenant(cursor[1])}
	}
	found, err := a.Store.Tenants(ctx, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	found, more := cut(found, in.Limit, func(t tenant.Tenant) []string {
		return []string{strconv.FormatInt(t.CreatedAt.UnixMilli(), 10), string(t.ID)}
	})
	list := make([]Tenant, 0, len(found))
	for _, t := range found {
		list = append(list, a.tenantOf(ctx, t))
	}
	return &tenantsAnswer{Tenants{list, more}}, nil
}

// TenantPath names an organisation. It is exported because huma looks into
// exported fields only.
type TenantPath struct {
	ID string `path:"id" doc:"26 characters"`
}

// tenant finds the organisation that an operator means.
func (a *api) tenant(ctx context.Context, in TenantPath, need scope) (actor, tenant.Tenant, error) {
	who, err := a.operator(ctx, need)
	if err != nil {
		return actor{}, tenant.Tenant{}, err
	}
	wanted, err := id.Parse[id.Tenant](in.ID)
	if err != nil {
		return actor{}, tenant.Tenant{}, err
	}
	t, err := a.Store.Tenant(ctx, wanted)
	return who, t, err
}

func (a *api) getTenant(ctx context.Context, in *TenantPath) (*tenantAnswer, error) {
	_, t, err := a.tenant(ctx, *in, manageTenants)
	if err != nil {
		return nil, err
	}
	return &tenantAnswer{a.tenantOf(ctx, t)}, nil
}

// NewTenant is the request for an organisation.
type NewTenant struct {
	Name       string   `json:"name" doc:"1 to 100 characters"`
	Hosts      []string `json:"hosts" nullable:"false" doc:"1 to 10 host names, such as meet.example.org, that lead to this server"`
	Places     int      `json:"places" doc:"Simultaneous connections; 0 for no limit"`
	AdminName  string   `json:"adminName" doc:"Of its first administrator"`
	AdminEmail string   `json:"adminEmail"`
}

// MadeTenant is an organisation that has just been made.
type MadeTenant struct {
	Tenant Tenant `json:"tenant"`
	Link   string `json:"link" doc:"For the administrator to set a password, once, within 24 hours; shown only now"`
}

type (
	createTenantRequest struct{ Body NewTenant }
	madeTenantAnswer    struct{ Body MadeTenant }
)

func (a *api) createTenant(ctx context.Context, in *createTenantRequest) (*madeTenantAnswer, error) {
	who, err := a.operator(ctx, manageTenants)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	t, err := tenant.New(in.Body.Name, in.Body.Hosts, in.Body.Places, now)
	if err != nil {
		return nil, err
	}
	if err := a.notOurs(t.Hosts); err != nil {
		return nil, err
	}
	admin := user.User{ID: id.New[id.User](), Tenant: t.ID, Admin: true, CreatedAt: now}
	if admin.Name, err = user.ParseName(in.Body.AdminName); err != nil {
		return nil, err
	}
	if admin.Email, err = user.ParseEmail(in.Body.AdminEmail); err != nil {
		return nil, err
	}
	link, secret := auth.NewWelcome(admin.ID, now)
	if err := a.Store.CreateTenant(ctx, t, admin, link, who.tenantEntry(audit.TenantCreated, t.ID, "", "")); err != nil {
		return nil, err
	}
	made := a.tenantOf(ctx, t)
	return &madeTenantAnswer{MadeTenant{Tenant: made, Link: made.Link + "/welcome#" + secret.Text()}}, nil
}

// notOurs refuses the names that the server itself goes by.
func (a *api) notOurs(hosts []string) error {
	for _, own := range a.OwnHosts {
		if slices.Contains(hosts, own) {
			return tenant.ErrHostTaken
		}
	}
	return nil
}

// TenantChange holds what is to change; what is missing stays.
type TenantChange struct {
	Name   *string   `json:"name,omitempty" doc:"1 to 100 characters"`
	Hosts  *[]string `json:"hosts,omitempty" nullable:"false" doc:"All host names, 1 to 10; for the home organisation, those beside the server's own"`
	Places *int      `json:"places,omitempty" doc:"Simultaneous connections; 0 for no limit"`
}

func (c TenantChange) apply(t *tenant.Tenant) error {
	var err error
	if c.Name != nil {
		if t.Name, err = tenant.ParseName(*c.Name); err != nil {
			return err
		}
	}
	if c.Hosts != nil {
		if len(*c.Hosts) == 0 && t.Home {
			t.Hosts = nil
		} else if t.Hosts, err = tenant.ParseHosts(*c.Hosts); err != nil {
			return err
		}
	}
	if c.Places != nil {
		if t.Places, err = tenant.ParsePlaces(*c.Places); err != nil {
			return err
		}
	}
	return nil
}

// entries notes the change with whoever manages the server, and with the
// organisation itself when that is another one.
func (c TenantChange) entries(who actor, t tenant.Tenant) []audit.Entry {
	var names []string
	if c.Name != nil {
		names = append(names, "name")
	}
	if c.Hosts != nil {
		names = append(names, "hosts")
	}
	var entries []audit.Entry
	if len(names) > 0 {
		entries = append(entries, who.tenantEntry(audit.TenantChanged, t.ID, "fields", strings.Join(names, ",")))
	}
	if c.Places != nil {
		entries = append(entries, who.tenantEntry(audit.PoolChanged, t.ID, "places", strconv.Itoa(*c.Places)))
	}
	if t.Home {
		return entries
	}
	for _, e := range slices.Clone(entries) { // its people cannot look up an operator's id
		e.Tenant, e.Actor, e.Credential = t.ID, audit.Party{Kind: audit.Operator}, ""
		entries = append(entries, e)
	}
	return entries
}

type updateTenantRequest struct {
	TenantPath
	Body TenantChange
}

func (a *api) updateTenant(ctx context.Context, in *updateTenantRequest) (*tenantAnswer, error) {
	who, t, err := a.tenant(ctx, in.TenantPath, manageTenants)
	if err != nil {
		return nil, err
	}
	changed := t
	if err := in.Body.apply(&changed); err != nil {
		return nil, err
	}
	if err := a.notOurs(changed.Hosts); err != nil {
		return nil, err
	}
	if t, err = a.Store.UpdateTenant(ctx, t.ID, in.Body.apply, in.Body.entries(who, t)...); err != nil {
		return nil, err
	}
	return &tenantAnswer{a.tenantOf(ctx, t)}, nil
}

// TenantDeletion is the proof that this very organisation is meant.
type TenantDeletion struct {
	Name string `json:"name" doc:"The organisation's name, typed"`
}

type deleteTenantRequest struct {
	TenantPath
	Body TenantDeletion
}

// deleteTenant ends the meetings first, so that nobody sits in a room of nobody.
func (a *api) deleteTenant(ctx context.Context, in *deleteTenantRequest) (*struct{}, error) {
	who, t, err := a.tenant(ctx, in.TenantPath, personal)
	if err != nil {
		return nil, err
	}
	if err := who.fresh(); err != nil {
		return nil, err
	}
	switch {
	case t.Home:
		return nil, tenant.ErrNotFound
	case strings.TrimSpace(in.Body.Name) != t.Name:
		return nil, errTenantName
	}
	ctx = context.WithoutCancel(ctx) // half of it would be worse than either
	meetings, err := a.Store.TenantMeetings(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	if err := a.noneHeld(ctx, meetings...); err != nil {
		return nil, err
	}
	end := func() error {
		for _, m := range meetings {
			if err := a.Rooms.EndMeeting(ctx, m); err != nil && !errors.Is(err, meeting.ErrNotFound) {
				return err
			}
			// Its people cannot look up an operator's id.
			entry := audit.Entry{Tenant: t.ID, Action: audit.RecordingDeleted, Actor: audit.Party{Kind: audit.Operator}, Meeting: m}
			if err := a.Recordings.DeleteMeeting(ctx, m, entry); err != nil {
				return err
			}
		}
		return nil
	}
	if err := end(); err != nil {
		return nil, err
	}
	if err := a.Store.DeleteTenant(ctx, t.ID, who.tenantEntry(audit.TenantDeleted, t.ID, "", "")); err != nil {
		return nil, err
	}
	return nil, end() // what began in between
}
