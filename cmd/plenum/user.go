package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"plenum/internal/auth"
	"plenum/internal/config"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/user"
)

type userCommand struct {
	Add           userAdd           `cmd:"" help:"Add an account."`
	ResetPassword userResetPassword `cmd:"" help:"Give an account a new password."`
}

// newPassword is the choice both commands offer. A password is never an
// argument: others on the machine can read those.
type newPassword struct {
	PasswordStdin bool `help:"Read the password from standard input instead of making one up."`
}

// take returns the password, and whether it was made up and must be shown.
func (c newPassword) take(in io.Reader) (password pii.Secret, madeUp bool, err error) {
	if !c.PasswordStdin {
		return pii.Secret(id.New[string]()[:20]), true, nil // 100 random bits
	}
	line, err := bufio.NewReader(io.LimitReader(in, 8*auth.MaxPassword)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", false, err
	}
	for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
		line = line[:len(line)-1]
	}
	password, err = auth.ParsePassword(line)
	return password, false, err
}

type userAdd struct {
	Email string `arg:"" help:"E-mail address to sign in with."`
	Name  string `help:"What the person is called." required:"" placeholder:"NAME"`
	Admin bool   `help:"May administer the organisation."`
	newPassword
}

// Run is called by kong.
func (c *userAdd) Run(ctx context.Context, place config.Place, s streams) error {
	email, err := user.ParseEmail(c.Email)
	if err != nil {
		return err
	}
	name, err := user.ParseName(c.Name)
	if err != nil {
		return err
	}
	password, madeUp, err := c.take(s.in)
	if err != nil {
		return err
	}
	_, db, err := openStore(ctx, place)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // all is committed by then
	done, err := db.IsSetUp(ctx)
	if err != nil {
		return err
	}
	if !done {
		return errNotSetUp
	}
	home, err := db.Home(ctx)
	if err != nil {
		return err
	}
	hash, err := auth.NewPasswords(auth.DefaultParams()).Hash(ctx, password)
	if err != nil {
		return err
	}
	err = db.CreateUser(ctx, user.User{
		ID: id.New[id.User](), Tenant: home.ID, Name: name, Email: email, Admin: c.Admin, PasswordHash: hash, CreatedAt: time.Now(),
	})
	if err != nil {
		return err
	}
	return tell(s, "added", madeUp, password)
}

// errNotSetUp keeps the set-up link from closing because somebody who is not the
// owner came first.
var errNotSetUp = fault.New("user.add", fault.Conflict, "setup.missing",
	"This server is not set up yet. Start it and open the set-up link it prints; the first account is made there.")

type userResetPassword struct {
	Email string `arg:"" help:"E-mail address of the account."`
	newPassword
}

// Run is called by kong.
func (c *userResetPassword) Run(ctx context.Context, place config.Place, s streams) error {
	password, madeUp, err := c.take(s.in)
	if err != nil {
		return err
	}
	_, db, err := openStore(ctx, place)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // all is committed by then
	u, err := findUser(ctx, db, c.Email)
	if err != nil {
		return err
	}
	hash, err := auth.NewPasswords(auth.DefaultParams()).Hash(ctx, password)
	if err != nil {
		return err
	}
	if err := db.ResetPassword(ctx, u.ID, hash); err != nil {
		return err
	}
	return tell(s, "changed", madeUp, password)
}

// tell confirms, and shows a password that nobody knows yet.
func tell(s streams, what string, madeUp bool, password pii.Secret) error {
	if !madeUp {
		_, err := fmt.Fprintf(s.out, "The account was %s.\n", what)
		return err
	}
	_, err := fmt.Fprintf(s.out, "The account was %s. Its password, shown only now: %s\n", what, password.Text())
	return err
}
