package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/config"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/store"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

type userCommand struct {
	Add           userAdd           `cmd:"" help:"Add an account."`
	ResetPassword userResetPassword `cmd:"" help:"Take an account's password away, or give it another one."`
	RemoveFactors userRemoveFactors `cmd:"" help:"Remove the second factors of somebody who lost theirs."`
}

// whose names an organisation by a host name of its own.
type whose struct {
	Host string `help:"Host name of the organisation; without, the one the server belongs to." placeholder:"HOST"`
}

// find opens the data and the organisation.
func (w whose) find(ctx context.Context, place config.Place) (_ config.Config, db *store.Store, _ tenant.Tenant, err error) {
	host := w.Host
	if host != "" {
		if host, err = tenant.ParseHost(host); err != nil {
			return config.Config{}, nil, tenant.Tenant{}, err
		}
	}
	cfg, db, err := openStore(ctx, place)
	if err != nil {
		return cfg, nil, tenant.Tenant{}, err
	}
	t, err := db.TenantByHost(ctx, host)
	if err == nil && host != "" && t.Home {
		err = tenant.ErrNotFound // a name of nobody's must not mean the home organisation
	}
	if err != nil {
		db.Close() //nolint:errcheck // nothing was written
		return cfg, nil, tenant.Tenant{}, err
	}
	return cfg, db, t, nil
}

// user finds an account of the organisation by its address as typed.
func (w whose) user(ctx context.Context, place config.Place, email string) (cfg config.Config, db *store.Store, t tenant.Tenant, u user.User, err error) {
	address, err := user.ParseEmail(email)
	if err != nil {
		return cfg, nil, t, u, err
	}
	if cfg, db, t, err = w.find(ctx, place); err != nil {
		return cfg, nil, t, u, err
	}
	if u, err = db.UserByEmail(ctx, t.ID, address); err != nil {
		db.Close() //nolint:errcheck // nothing was written
		return cfg, nil, t, u, err
	}
	return cfg, db, t, u, nil
}

// byOperator begins the audit's note of what was done to an account here.
func byOperator(u user.User, action audit.Action, detail map[string]string) audit.Entry {
	return audit.Entry{
		Tenant: u.Tenant, Action: action, Actor: audit.Party{Kind: audit.Operator}, Credential: "command line",
		Subject: audit.Party{Kind: audit.User, ID: string(u.ID)}, Detail: detail,
	}
}

// newPassword is the choice two commands offer. A password is never an argument:
// others on the machine can read those.
type newPassword struct {
	PasswordStdin bool `help:"Read the password from standard input instead of printing a link with which the person sets it."`
}

// take returns the hash of the password typed, "" for none.
func (c newPassword) take(ctx context.Context, in io.Reader) (hash string, err error) {
	if !c.PasswordStdin {
		return "", nil
	}
	line, err := bufio.NewReader(io.LimitReader(in, 8*auth.MaxPassword)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
		line = line[:len(line)-1]
	}
	password, err := auth.ParsePassword(line)
	if err != nil {
		return "", err
	}
	return auth.NewPasswords(auth.DefaultParams()).Hash(ctx, password)
}

type userAdd struct {
	whose
	newPassword

	Email    string `arg:"" help:"E-mail address to sign in with."`
	Name     string `help:"What the person is called." required:"" placeholder:"NAME"`
	Admin    bool   `help:"May administer the organisation."`
	Operator bool   `help:"May administer the server too: organisations and their pools."`
}

// errOperator keeps the server's administration with the organisation it belongs
// to.
var errOperator = fault.New("user.add", fault.Invalid, "operator.foreign", "Only accounts of the organisation that the server belongs to can administer the server.")

// Run is called by kong.
func (c *userAdd) Run(ctx context.Context, place config.Place, s streams) error {
	u := user.User{ID: id.New[id.User](), Admin: c.Admin || c.Operator, Operator: c.Operator, CreatedAt: time.Now()}
	var err error
	if u.Email, err = user.ParseEmail(c.Email); err != nil {
		return err
	}
	if u.Name, err = user.ParseName(c.Name); err != nil {
		return err
	}
	if u.PasswordHash, err = c.take(ctx, s.in); err != nil {
		return err
	}
	cfg, db, t, err := c.find(ctx, place)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // all is committed by then
	if u.Operator && !t.Home {
		return errOperator
	}
	done, err := db.IsSetUp(ctx)
	if err != nil {
		return err
	}
	if !done {
		return errNotSetUp
	}
	u.Tenant = t.ID
	made := byOperator(u, audit.AccountCreated, nil)
	if c.PasswordStdin {
		if err := db.CreateUser(ctx, u, made); err != nil {
			return err
		}
		_, err := fmt.Fprintln(s.out, "The account was added.")
		return err
	}
	link, secret := auth.NewWelcome(u.ID, time.Now())
	if err := db.CreatePerson(ctx, u, link, made); err != nil {
		return err
	}
	return showLink(ctx, s, "The account was added.", cfg, db, t, secret)
}

// errNotSetUp keeps the set-up link from closing because somebody who is not the
// owner came first.
var errNotSetUp = fault.New("user.add", fault.Conflict, "setup.missing",
	"This server is not set up yet. Start it and open the set-up link it prints; the first account is made there.")

type userResetPassword struct {
	whose
	newPassword

	Email string `arg:"" help:"E-mail address of the account."`
}

// Run is called by kong. Without a new password, the old one ends all the same:
// the account may be in wrong hands.
func (c *userResetPassword) Run(ctx context.Context, place config.Place, s streams) error {
	hash, err := c.take(ctx, s.in)
	if err != nil {
		return err
	}
	cfg, db, t, u, err := c.user(ctx, place, c.Email)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // all is committed by then
	if err := db.ResetPassword(ctx, u.ID, hash, byOperator(u, audit.AccountChanged, map[string]string{"fields": "password"})); err != nil {
		return err
	}
	if c.PasswordStdin {
		_, err := fmt.Fprintln(s.out, "The account was changed and signed out everywhere.")
		return err
	}
	link, secret := auth.NewWelcome(u.ID, time.Now())
	if err := db.PutWelcome(ctx, link, byOperator(u, audit.AccountChanged, map[string]string{"fields": "link"})); err != nil {
		return err
	}
	return showLink(ctx, s, "The old password has ended, and the account was signed out everywhere.", cfg, db, t, secret)
}

// showLink says what was done and where the person sets their password.
func showLink(ctx context.Context, s streams, done string, cfg config.Config, db *store.Store, t tenant.Tenant, secret pii.Secret) error {
	base, err := baseURL(ctx, cfg, db)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s\nWithin 24 hours the person sets a password with this link, shown only now:\n%s/welcome#%s\n", done, tenantURL(base, t), secret.Text())
	return err
}

type userRemoveFactors struct {
	whose

	Email string `arg:"" help:"E-mail address of the account."`
}

// Run is called by kong.
func (c *userRemoveFactors) Run(ctx context.Context, place config.Place, s streams) error {
	_, db, _, u, err := c.user(ctx, place, c.Email)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // all is committed by then
	if err := db.RemoveFactors(ctx, u.ID, byOperator(u, audit.FactorRemoved, map[string]string{"kind": "all"})); err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, "The second factors were removed, and the account was signed out everywhere. The person can sign in with the password and set up others.")
	return err
}
