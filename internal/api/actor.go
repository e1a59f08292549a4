package api

import (
	"context"
	"time"

	"plenum/internal/apikey"
	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/fault"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

// scope is what a key is good for; a signed-in person has all that their account
// has.
type scope = apikey.Scope

// The scopes.
const (
	readMeetings    = apikey.ReadMeetings
	writeMeetings   = apikey.WriteMeetings
	readRecordings  = apikey.ReadRecordings
	writeRecordings = apikey.WriteRecordings
	readPeople      = apikey.ReadPeople
	writePeople     = apikey.WritePeople
	readPool        = apikey.ReadPool
	writePool       = apikey.WritePool
	readAudit       = apikey.ReadAudit
	readSettings    = apikey.ReadSettings
	writeSettings   = apikey.WriteSettings
	manageTenants   = apikey.ManageTenants

	personal scope = "" // of no key: what only the person may do
)

// The faults of permission.
var (
	errNotAdmin     = fault.New("api.admin", fault.Forbidden, "admin.required", "Only administrators of the organisation may do this.")
	errSecondFactor = fault.New("api.admin", fault.Forbidden, "factor.required", "A second factor is needed for this. Set one up, or sign in with it.")
	errNetwork      = fault.New("api.admin", fault.Forbidden, "admin.network", "The administration cannot be reached from your network.")
	errConfirm      = fault.New("api.dangerous", fault.Forbidden, "confirm.required", "Please confirm that it is you.")
)

// actor is who asks, and of which organisation: a person with an account or a
// key of the organisation.
type actor struct {
	tenant  tenant.Tenant
	user    user.User // zero for a key
	session auth.Session
	key     *apikey.Key // nil for a person
}

// party names the actor in the audit.
func (w actor) party() audit.Party {
	if w.key != nil {
		return audit.Party{Kind: audit.Key, ID: string(w.key.ID)}
	}
	return audit.Party{Kind: audit.User, ID: string(w.user.ID)}
}

// credential is by what the actor is known, for the audit.
func (w actor) credential() string {
	if w.key != nil {
		return "key:" + string(w.key.ID)
	}
	return "session"
}

// entry begins the audit's note of what the actor does.
func (w actor) entry(action audit.Action, subject audit.Party) audit.Entry {
	return audit.Entry{Tenant: w.tenant.ID, Action: action, Actor: w.party(), Credential: w.credential(), Subject: subject}
}

// actor returns who asks: a signed-in person of the organisation whose host name
// the request used, or a key of it with the scope. Faults: [auth.ErrRequired],
// key.invalid, key.scope, and factor.required where everybody needs a second
// factor; see [api.self].
func (a *api) actor(ctx context.Context, need scope) (actor, error) {
	v := visitorOf(ctx)
	if v.key != nil {
		if need == personal || !v.key.Allows(need) {
			return actor{}, apikey.ErrScope
		}
		return actor{tenant: v.tenant, key: v.key}, nil
	}
	u, session, err := a.signedIn(ctx)
	if err == nil && v.tenant.Settings.SecondFactor.Everyone && !session.SecondFactor {
		err = errSecondFactor
	}
	return actor{tenant: v.tenant, user: u, session: session}, err
}

// admin is actor for the administration of the organisation: it takes an
// administrator with the second factor that the organisation demands, or a key
// with the scope, from a network it allows. Faults beside actor's:
// admin.required, factor.required, admin.network.
func (a *api) admin(ctx context.Context, need scope) (actor, error) {
	who, err := a.actor(ctx, need)
	switch {
	case err != nil:
		return actor{}, err
	case who.key == nil && !who.user.Admin:
		return actor{}, errNotAdmin
	case !who.tenant.Settings.AdminMayComeFrom(visitorOf(ctx).addr):
		return actor{}, errNetwork
	case who.key == nil && who.tenant.Settings.SecondFactor.Administrators && !who.session.SecondFactor:
		return actor{}, errSecondFactor
	}
	return who, nil
}

// operator is admin for the server as a whole: organisations and their pools. It
// is done under the names of the home organisation.
func (a *api) operator(ctx context.Context, need scope) (actor, error) {
	who, err := a.admin(ctx, need)
	if err == nil && (!who.tenant.Home || who.key == nil && !who.user.Operator) {
		err = errNotAdmin
	}
	return who, err
}

// fresh refuses an actor who has not proved who they are within the last ten
// minutes; it goes before whatever is dangerous. A key cannot prove it. Fault:
// confirm.required.
func (w actor) fresh() error {
	if w.key != nil || !w.session.Fresh(time.Now()) {
		return errConfirm
	}
	return nil
}
