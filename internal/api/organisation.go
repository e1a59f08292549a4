package api

import (
	"context"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/tenant"
)

var errLockOut = fault.New("api.updateOrganisation", fault.Conflict, "network.lockout", "Your own address is in none of these networks: you would lock yourself out.")

// organisationStore is where organisations are kept.
type organisationStore interface {
	TenantByHost(ctx context.Context, host string) (tenant.Tenant, error)
	UpdateTenant(ctx context.Context, t id.Tenant, change func(*tenant.Tenant) error, entries ...audit.Entry) (tenant.Tenant, error)
	SetLogo(ctx context.Context, t id.Tenant, logo tenant.Logo, entries ...audit.Entry) error
	Logo(ctx context.Context, t id.Tenant) (tenant.Logo, error)
}

func (a *api) registerOrganisation(h huma.API) {
	operation(a, h, "getServer", http.MethodGet, "/server", "What everybody may know of this server", a.getServer, public)
	operation(a, h, "getOrganisation", http.MethodGet, "/organisation", "The organisation and its settings", a.getOrganisation, administers(readSettings))
	operation(a, h, "updateOrganisation", http.MethodPatch, "/organisation", "Change the given settings of the organisation", a.updateOrganisation, administers(writeSettings))
	operation(a, h, "setLogo", http.MethodPut, "/organisation/logo", "Set the logo: PNG, JPEG or WebP, at most 256 kB and 2048 by 2048 pixels",
		a.setLogo, administers(writeSettings), accepts("image/png", "image/jpeg", "image/webp"), largeBody(tenant.MaxLogo))
	operation(a, h, "deleteLogo", http.MethodDelete, "/organisation/logo", "Take the logo away", a.deleteLogo, administers(writeSettings))
	operation(a, h, "getLogo", http.MethodGet, "/logo", "The organisation's logo", a.getLogo, public)
}

// largeBody lets a request be larger than others.
func largeBody(bytes int64) func(*huma.Operation) {
	return func(op *huma.Operation) { op.MaxBodyBytes = bytes }
}

// Server is what everybody may know.
type Server struct {
	Organisation string `json:"organisation" doc:"Empty before the set-up"`
	Accent       string `json:"accent" doc:"The organisation's colour as #rrggbb; empty for the usual one"`
	Logo         string `json:"logo" doc:"Path of the organisation's logo; empty without one"`
	SetUp        bool   `json:"setUp" doc:"False as long as there is no account"`
	Version      string `json:"version"`
	LAN          bool   `json:"lan" doc:"The server has a certificate authority of its own, at /ca.crt"`
	Passkeys     bool   `json:"passkeys" doc:"Signing in with a passkey is possible"`
	Operator     bool   `json:"operator" doc:"This is the home organisation, whose operators manage the server"`
	Apart        bool   `json:"apart" doc:"The administration has an address of its own and does not answer here"`
	// Providers are the other ways to sign in.
	Providers []SignInProvider `json:"providers" nullable:"false"`
}

type serverAnswer struct{ Body Server }

func (a *api) getServer(ctx context.Context, _ *struct{}) (*serverAnswer, error) {
	t := visitorOf(ctx).tenant
	ready := true
	if t.Home {
		var err error
		if ready, err = a.Store.IsSetUp(ctx); err != nil {
			return nil, err
		}
	}
	providers, err := a.signInProviders(ctx)
	if err != nil {
		return nil, err
	}
	rp, err := a.relyingParty(ctx)
	if err != nil {
		return nil, err
	}
	here, _ := ctx.Value(administrationKey{}).(bool)
	return &serverAnswer{Server{
		Organisation: t.Name, Accent: t.Accent, Logo: logoPath(t), SetUp: ready, Version: a.Version, LAN: a.LAN, Passkeys: rp.Works(),
		Operator: t.Home, Apart: a.AdminApart && !here, Providers: providers,
	}}, nil
}

// logoPath changes with the logo, so that browsers may keep it.
func logoPath(t tenant.Tenant) string {
	if t.Logo == "" {
		return ""
	}
	return Prefix + "/logo?v=" + t.Logo
}

// SecondFactor says of whom more than a password is demanded.
type SecondFactor struct {
	Administrators bool `json:"administrators"`
	Everyone       bool `json:"everyone"`
}

// Organisation is the organisation as its administrators see it.
type Organisation struct {
	ID              string       `json:"id"`
	Name            string       `json:"name"`
	Accent          string       `json:"accent" doc:"As #rrggbb; empty for the usual colour"`
	Logo            string       `json:"logo" doc:"Path of the logo; empty without one"`
	Hosts           []string     `json:"hosts" nullable:"false" doc:"The host names it is reached under; none for the home organisation"`
	Places          int          `json:"places" doc:"Simultaneous connections; 0 for no limit"`
	MeetingPolicy   Policy       `json:"meetingPolicy" doc:"What a new meeting begins with"`
	Lobby           string       `json:"lobby" enum:"off,guests,everyone" doc:"Of a new meeting"`
	AccountRequired bool         `json:"accountRequired" doc:"New meetings refuse guests without an invite"`
	SecondFactor    SecondFactor `json:"secondFactor"`
	AdminNetworks   []string     `json:"adminNetworks" nullable:"false" doc:"Where the administration may be reached from; empty for everywhere"`
	AuditDays       int          `json:"auditDays" doc:"How long the audit keeps entries, 1 to 3,650 days"`

	Recording OrganisationRecording `json:"recording"`
}

type organisationAnswer struct{ Body Organisation }

func (a *api) organisationOf(t tenant.Tenant) *organisationAnswer {
	s := t.Settings
	networks := make([]string, 0, len(s.AdminNetworks))
	for _, n := range s.AdminNetworks {
		networks = append(networks, n.String())
	}
	return &organisationAnswer{Organisation{
		ID: string(t.ID), Name: t.Name, Accent: t.Accent, Logo: logoPath(t), Hosts: append([]string{}, t.Hosts...), Places: t.Places,
		MeetingPolicy: Policy(s.MeetingPolicy), Lobby: s.Lobby, AccountRequired: s.AccountRequired,
		SecondFactor: SecondFactor(s.SecondFactor), AdminNetworks: networks, AuditDays: s.AuditDays,
		Recording: a.recordingOfTenant(t),
	}}
}

func (a *api) getOrganisation(ctx context.Context, _ *struct{}) (*organisationAnswer, error) {
	who, err := a.admin(ctx, readSettings)
	if err != nil {
		return nil, err
	}
	return a.organisationOf(who.tenant), nil
}

// OrganisationChange holds what is to change; what is missing stays.
type OrganisationChange struct {
	Name            *string       `json:"name,omitempty" doc:"1 to 100 characters"`
	Accent          *string       `json:"accent,omitempty" doc:"As #rrggbb; empty for the usual colour"`
	MeetingPolicy   *PolicyChange `json:"meetingPolicy,omitempty"`
	Lobby           *string       `json:"lobby,omitempty" doc:"off, guests or everyone"`
	AccountRequired *bool         `json:"accountRequired,omitempty"`
	SecondFactor    *SecondFactor `json:"secondFactor,omitempty" doc:"Needs a fresh confirmation of who is asking"`
	AdminNetworks   *[]string     `json:"adminNetworks,omitempty" nullable:"false" doc:"Networks or addresses, at most 50, with the caller's own among them; needs a fresh confirmation"`
	AuditDays       *int          `json:"auditDays,omitempty" doc:"1 to 3,650; needs a fresh confirmation"`

	Recording *OrganisationRecordingChange `json:"recording,omitempty"`
}

// dangerous reports whether the change weakens what protects the organisation.
func (c OrganisationChange) dangerous() bool {
	return c.SecondFactor != nil || c.AdminNetworks != nil || c.AuditDays != nil
}

// fields names what changes, for the audit.
func (c OrganisationChange) fields() string {
	var names []string
	for _, field := range []struct {
		name  string
		given bool
	}{
		{"name", c.Name != nil},
		{"accent", c.Accent != nil},
		{"meetingPolicy", c.MeetingPolicy != nil},
		{"lobby", c.Lobby != nil},
		{"accountRequired", c.AccountRequired != nil},
		{"secondFactor", c.SecondFactor != nil},
		{"adminNetworks", c.AdminNetworks != nil},
		{"auditDays", c.AuditDays != nil},
		{"recording", c.Recording != nil},
	} {
		if field.given {
			names = append(names, field.name)
		}
	}
	return strings.Join(names, ",")
}

// apply changes t, if the change is a valid one; from is where it is asked for.
func (c OrganisationChange) apply(t *tenant.Tenant, from netip.Addr) error {
	var err error
	if c.Name != nil {
		if t.Name, err = tenant.ParseName(*c.Name); err != nil {
			return err
		}
	}
	if c.Accent != nil {
		if t.Accent, err = tenant.ParseAccent(*c.Accent); err != nil {
			return err
		}
	}
	if c.MeetingPolicy != nil {
		c.MeetingPolicy.apply(&t.Settings.MeetingPolicy)
	}
	if c.Lobby != nil {
		lobby, err := meeting.Lobby{Mode: meeting.LobbyMode(*c.Lobby)}.Check()
		if err != nil {
			return err
		}
		t.Settings.Lobby = string(lobby.Mode)
	}
	if c.AccountRequired != nil {
		t.Settings.AccountRequired = *c.AccountRequired
	}
	if c.Recording != nil {
		if err := c.Recording.apply(&t.Settings.Recording); err != nil {
			return err
		}
	}
	return c.applySecurity(&t.Settings, from)
}

// apply sets the switches that are given.
func (c PolicyChange) apply(p *access.Policy) {
	for _, s := range []struct{ field, to *bool }{
		{&p.Microphone, c.Microphone},
		{&p.Camera, c.Camera},
		{&p.Share, c.Share},
		{&p.Chat, c.Chat},
		{&p.ChatPrivate, c.ChatPrivate},
		{&p.Reactions, c.Reactions},
		{&p.RaiseHand, c.RaiseHand},
		{&p.Rename, c.Rename},
		{&p.SeePeople, c.SeePeople},
		{&p.SeeCameras, c.SeeCameras},
	} {
		put(s.field, s.to)
	}
	put(&p.RecordStart, c.RecordStart)
	put(&p.RecordStop, c.RecordStop)
}

func (c OrganisationChange) applySecurity(s *tenant.Settings, from netip.Addr) error {
	var err error
	if c.SecondFactor != nil {
		s.SecondFactor = tenant.SecondFactor(*c.SecondFactor)
	}
	if c.AdminNetworks != nil {
		if s.AdminNetworks, err = tenant.ParseNetworks(*c.AdminNetworks); err != nil {
			return err
		}
		if !s.AdminMayComeFrom(from) {
			return errLockOut
		}
	}
	if c.AuditDays != nil {
		if s.AuditDays, err = tenant.ParseAuditDays(*c.AuditDays); err != nil {
			return err
		}
	}
	return nil
}

type updateOrganisationRequest struct{ Body OrganisationChange }

func (a *api) updateOrganisation(ctx context.Context, in *updateOrganisationRequest) (*organisationAnswer, error) {
	who, err := a.admin(ctx, writeSettings)
	if err != nil {
		return nil, err
	}
	if in.Body.dangerous() {
		if err := who.fresh(); err != nil {
			return nil, err
		}
	}
	t, err := a.Store.UpdateTenant(ctx, who.tenant.ID, func(t *tenant.Tenant) error {
		return in.Body.apply(t, visitorOf(ctx).addr)
	}, who.tenantEntry(audit.TenantChanged, who.tenant.ID, "fields", in.Body.fields()))
	if err != nil {
		return nil, err
	}
	if in.Body.Recording != nil {
		for _, live := range a.Rooms.Running(t.ID) {
			if err := a.Rooms.Refresh(ctx, live.Meeting); err != nil {
				a.Logger.ErrorContext(ctx, "a room did not take the organisation's settings", "error", err)
			}
		}
	}
	return a.organisationOf(t), nil
}

// tenantEntry is entry about an organisation, with one detail.
func (w actor) tenantEntry(action audit.Action, t id.Tenant, key, value string) audit.Entry {
	e := w.entry(action, audit.Party{Kind: audit.Tenant, ID: string(t)})
	if key != "" {
		e.Detail = map[string]string{key: value}
	}
	return e
}

type setLogoRequest struct {
	RawBody []byte
}

func (a *api) setLogo(ctx context.Context, in *setLogoRequest) (*organisationAnswer, error) {
	who, err := a.admin(ctx, writeSettings)
	if err != nil {
		return nil, err
	}
	logo, err := tenant.ParseLogo(in.RawBody)
	if err != nil {
		return nil, err
	}
	return a.putLogo(ctx, who, logo)
}

func (a *api) deleteLogo(ctx context.Context, _ *struct{}) (*organisationAnswer, error) {
	who, err := a.admin(ctx, writeSettings)
	if err != nil {
		return nil, err
	}
	return a.putLogo(ctx, who, tenant.Logo{})
}

func (a *api) putLogo(ctx context.Context, who actor, logo tenant.Logo) (*organisationAnswer, error) {
	if err := a.Store.SetLogo(ctx, who.tenant.ID, logo, who.tenantEntry(audit.TenantChanged, who.tenant.ID, "fields", "logo")); err != nil {
		return nil, err
	}
	t := who.tenant
	t.Logo = logo.Hash()
	return a.organisationOf(t), nil
}

type getLogoRequest struct {
	Version string `query:"v" maxLength:"64" doc:"Hash of the logo, as in its address: the answer may then be kept for a year"`
}

// getLogo streams the image as it was uploaded; nothing but its declared type is
// to be made of it.
func (a *api) getLogo(ctx context.Context, in *getLogoRequest) (*huma.StreamResponse, error) {
	t := visitorOf(ctx).tenant
	logo, err := a.Store.Logo(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", logo.MIME)
		c.SetHeader("Content-Length", strconv.Itoa(len(logo.Content)))
		c.SetHeader("Content-Disposition", "inline")
		c.SetHeader("Content-Security-Policy", "default-src 'none'; sandbox")
		if in.Version == logo.Hash() {
			c.SetHeader("Cache-Control", "public, max-age=31536000, immutable")
		}
		c.BodyWriter().Write(logo.Content) //nolint:errcheck // the client has gone
	}}, nil
}
