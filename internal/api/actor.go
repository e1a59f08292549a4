package api

import (
	"context"
	"time"

	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/fault"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

// scope is what a key is good for; a signed-in person has all that their account
// has.
type scope string

// The scopes.
const (
	readMeetings  scope = "meetings:read"
	writeMeetings scope = "meetings:write" // and their invites and bans
	readPeople    scope = "people:read"
	writePeople   scope = "people:write"
	readPool      scope = "pool:read"
	writePool     scope = "pool:write"
	readAudit     scope = "audit:read"
	readSettings  scope = "settings:read" // of the organisation: policies, providers, keys' names
	writeSettings scope = "settings:write"
	manageTenants scope = "tenants" // of operators only
	personal      scope = ""        // of no key: what only the person may do
)

// The faults of permission.
var (
	errNotAdmin     = fault.New("api.admin", fault.Forbidden, "admin.required", "Only administrators of the organisation may do this.")
	errSecondFactor = fault.New("api.admin", fault.Forbidden, "factor.required", "A second factor is needed for this. Set one up, or sign in with it.")
	errConfirm      = fault.New("api.dangerous", fault.Forbidden, "confirm.required", "Please confirm that it is you.")
)

// actor is who asks, and of which organisation.
type actor struct {
	tenant  tenant.Tenant
	user    user.User
	session auth.Session
}

// party names the actor in the audit.
func (a actor) party() audit.Party { return audit.Party{Kind: audit.User, ID: string(a.user.ID)} }

// credential is by what the actor is known, for the audit.
func (a actor) credential() string { return "session" }

// entry begins the audit's note of what the actor does.
func (a actor) entry(action audit.Action, subject audit.Party) audit.Entry {
	return audit.Entry{Tenant: a.tenant.ID, Action: action, Actor: a.party(), Credential: a.credential(), Subject: subject}
}

// actor returns who asks: a signed-in person of the organisation whose host name
// the request used, or a key of it with the scope. Faults: [auth.ErrRequired],
// key.scope.
func (a *api) actor(ctx context.Context, need scope) (actor, error) {
	u, session, err := a.signedIn(ctx)
	if err != nil {
		return actor{}, err
	}
	return actor{tenant: visitorOf(ctx).tenant, user: u, session: session}, nil
}

// admin is actor for the administration of the organisation: it takes an
// administrator with the second factor that the organisation demands, from a
// network it allows, on the listener for administration if there is one. Faults
// beside actor's: admin.required, factor.required, admin.network.
func (a *api) admin(ctx context.Context, need scope) (actor, error) {
	who, err := a.actor(ctx, need)
	switch {
	case err != nil:
		return actor{}, err
	case !who.user.Admin:
		return actor{}, errNotAdmin
	case who.tenant.Settings.SecondFactor.Administrators && !who.session.SecondFactor:
		return actor{}, errSecondFactor
	}
	return who, nil
}

// operator is admin for the server as a whole: organisations and their pools.
func (a *api) operator(ctx context.Context, need scope) (actor, error) {
	who, err := a.admin(ctx, need)
	if err == nil && !who.user.Operator {
		err = errNotAdmin
	}
	return who, err
}

// fresh refuses an actor who has not proved who they are within the last ten
// minutes; it goes before whatever is dangerous. Fault: confirm.required.
func (w actor) fresh() error {
	if !w.session.Fresh(time.Now()) {
		return errConfirm
	}
	return nil
}
