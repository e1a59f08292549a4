package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/config"
	"plenum/internal/edge"
	"plenum/internal/id"
	"plenum/internal/server"
	"plenum/internal/store"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

type tenantCommand struct {
	Create tenantCreate `cmd:"" help:"Make an organisation with its first administrator, and print the link for their password."`
	List   tenantList   `cmd:"" help:"List the organisations."`
}

type tenantCreate struct {
	Name       string   `help:"What the organisation is called." required:"" placeholder:"NAME"`
	Host       []string `help:"Host names people reach it under; they must lead to this server." required:"" placeholder:"HOST,…"`
	Places     int      `help:"Simultaneous connections; 0 for no limit." placeholder:"N"`
	AdminEmail string   `help:"E-mail address of its first administrator." required:"" placeholder:"EMAIL"`
	AdminName  string   `help:"What the administrator is called; \"Administrator\" without it." default:"Administrator" placeholder:"NAME"`
	JSON       bool     `help:"Print JSON." name:"json"`
}

// madeTenant is the answer of "tenant create --json"; scripts rely on it.
type madeTenant struct {
	ID    string   `json:"id"`
	Name  string   `json:"name"`
	Hosts []string `json:"hosts"`
	URL   string   `json:"url"`
	Link  string   `json:"link"`
}

// Run is called by kong.
func (c *tenantCreate) Run(ctx context.Context, place config.Place, s streams) error {
	now := time.Now()
	t, err := tenant.New(c.Name, c.Host, c.Places, now)
	if err != nil {
		return err
	}
	admin := user.User{ID: id.New[id.User](), Tenant: t.ID, Admin: true, CreatedAt: now}
	if admin.Name, err = user.ParseName(c.AdminName); err != nil {
		return err
	}
	if admin.Email, err = user.ParseEmail(c.AdminEmail); err != nil {
		return err
	}
	cfg, db, err := openStore(ctx, place)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // all is committed by then
	for _, own := range edge.OwnHosts(cfg.Domain) {
		if slices.Contains(t.Hosts, own) {
			return tenant.ErrHostTaken
		}
	}
	home, err := db.Home(ctx)
	if err != nil {
		return err
	}
	link, secret := auth.NewWelcome(admin.ID, now)
	err = db.CreateTenant(ctx, t, admin, link, audit.Entry{
		Tenant: home.ID, Action: audit.TenantCreated, Actor: audit.Party{Kind: audit.Operator}, Credential: "command line",
		Subject: audit.Party{Kind: audit.Tenant, ID: string(t.ID)},
	})
	if err != nil {
		return err
	}
	base, err := baseURL(ctx, cfg, db)
	if err != nil {
		return err
	}
	made := madeTenant{ID: string(t.ID), Name: t.Name, Hosts: t.Hosts, URL: tenantURL(base, t)}
	made.Link = made.URL + "/welcome#" + secret.Text()
	if c.JSON {
		return json.NewEncoder(s.out).Encode(made)
	}
	_, err = fmt.Fprintf(s.out, "The organisation was added: %s\nWithin 24 hours its administrator sets a password with this link, shown only now:\n%s\n", made.URL, made.Link)
	return err
}

// tenantURL is where an organisation is reached: the server's port, its own name.
func tenantURL(base string, t tenant.Tenant) string {
	u, err := url.Parse(base)
	if err != nil || t.Home || len(t.Hosts) == 0 {
		return base
	}
	port := u.Port()
	u.Host = t.Hosts[0]
	if port != "" {
		u.Host = net.JoinHostPort(t.Hosts[0], port)
	}
	return u.String()
}

type tenantList struct {
	JSON bool `help:"Print JSON." name:"json"`
}

// listedTenant is one line of "tenant list --json".
type listedTenant struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Home   bool     `json:"home"`
	Hosts  []string `json:"hosts"`
	Places int      `json:"places"`
	URL    string   `json:"url"`
}

// Run is called by kong.
func (c *tenantList) Run(ctx context.Context, place config.Place, s streams) error {
	cfg, db, err := openStore(ctx, place)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // nothing is written
	if _, err := db.Home(ctx); err != nil {
		return err
	}
	tenants, err := db.Tenants(ctx, tenant.Tenant{}, tenant.MaxTenants+1)
	if err != nil {
		return err
	}
	base, err := baseURL(ctx, cfg, db)
	if err != nil {
		return err
	}
	list := make([]listedTenant, 0, len(tenants))
	for _, t := range tenants {
		list = append(list, listedTenant{
			ID: string(t.ID), Name: t.Name, Home: t.Home, Hosts: append([]string{}, t.Hosts...), Places: t.Places, URL: tenantURL(base, t),
		})
	}
	if c.JSON {
		return json.NewEncoder(s.out).Encode(list)
	}
	for _, t := range list {
		fmt.Fprintf(s.out, "%s  %s  %s\n", t.ID, t.URL, t.Name)
	}
	return nil
}

// tenants looks whether people who type an organisation's name arrive at this
// machine.
func (r *report) tenants(ctx context.Context, cfg config.Config, db *store.Store) {
	hosts, err := db.TenantHosts(ctx)
	if err != nil {
		r.say(bad, "%s", server.Explain(err))
		return
	}
	mine := append(edge.LocalAddrs(), cfg.ExternalIPs...)
	for _, host := range hosts {
		addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		switch {
		case err != nil:
			r.say(poor, "The organisation's name %s is not known to the DNS. Have it lead to this server.", host)
		case len(cfg.TrustedProxies) > 0:
			r.say(good, "The organisation's name %s is known to the DNS.", host)
		case !slices.ContainsFunc(addrs, func(a netip.Addr) bool { return slices.Contains(mine, a.Unmap()) }):
			r.say(poor, "The organisation's name %s leads to another address than this machine's. If a NAT is in front, say so with --external-ip.", host)
		default:
			r.say(good, "The organisation's name %s leads here.", host)
		}
	}
}

// administration says where it is to be reached.
func (r *report) administration(cfg config.Config) {
	if cfg.AdminListen == "" {
		return
	}
	host, _, err := net.SplitHostPort(cfg.AdminListen)
	if a, parseErr := netip.ParseAddr(host); err == nil && (host == "" || parseErr == nil && a.IsUnspecified()) {
		r.say(poor, "The administration has a listener of its own, on all addresses of this machine. Bind it to one that only administrators reach (--admin-listen 10.0.0.5:8444).")
		return
	}
	r.say(good, "The administration answers on %s only.", cfg.AdminListen)
}
