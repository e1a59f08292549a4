package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/user"
)

// peopleStore is where the administration looks after accounts.
type peopleStore interface {
	People(ctx context.Context, t id.Tenant, search string, after id.User, limit int) ([]user.User, error)
	CreatePerson(ctx context.Context, u user.User, link auth.Welcome, entries ...audit.Entry) error
	DeleteUser(ctx context.Context, t id.Tenant, u id.User, entries ...audit.Entry) (meetings int, err error)
	PutWelcome(ctx context.Context, w auth.Welcome, entries ...audit.Entry) error
	EndSessions(ctx context.Context, u id.User, entries ...audit.Entry) error
	RemoveFactors(ctx context.Context, u id.User, entries ...audit.Entry) error
	OwnedMeetings(ctx context.Context, u id.User) ([]id.Meeting, error)
}

func (a *api) registerPeople(h huma.API) {
	operation(a, h, "listPeople", http.MethodGet, "/people", "The accounts of the organisation, by name", a.listPeople, administers(readPeople))
	operation(a, h, "createPerson", http.MethodPost, "/people", "Add an account, with a link to set its password", a.createPerson, administers(writePeople), created)
	operation(a, h, "getPerson", http.MethodGet, "/people/{id}", "One account; the person can see who looked", a.getPerson, administers(readPeople))
	operation(a, h, "updatePerson", http.MethodPatch, "/people/{id}", "Change an account; disabling it signs it out everywhere and sends it out of all meetings", a.updatePerson, administers(writePeople))
	operation(a, h, "deletePerson", http.MethodDelete, "/people/{id}", "Delete an account and its meetings", a.deletePerson, administers(personal))
	operation(a, h, "resetPerson", http.MethodPost, "/people/{id}/reset", "Make a new link to set the password", a.resetPerson, administers(personal))
	operation(a, h, "removeFactors", http.MethodDelete, "/people/{id}/factors", "Remove the second factors of somebody who lost theirs", a.removeFactors, administers(personal))
	operation(a, h, "endSessions", http.MethodDelete, "/people/{id}/sessions", "Sign an account out everywhere", a.endSessions, administers(writePeople))
}

// Person is an account as administrators see it.
type Person struct {
	User
	Disabled  bool      `json:"disabled" doc:"May not sign in"`
	Groups    []string  `json:"groups" nullable:"false" doc:"At the identity provider, as of the last sign-in"`
	CreatedAt time.Time `json:"createdAt"`
}

func personOf(u user.User) Person {
	return Person{
		User: userOf(u), Disabled: u.Disabled, Groups: append([]string{}, u.Groups...),
		CreatedAt: u.CreatedAt.UTC().Truncate(time.Millisecond),
	}
}

// People is a page of accounts.
type People struct {
	People []Person `json:"people" nullable:"false"`
	Next   string   `json:"next" doc:"The cursor of the next page; empty after the last"`
}

type (
	listPeopleRequest struct {
		Page

		Search string `query:"search" maxLength:"100" doc:"A part of the name or the e-mail address"`
	}
	peopleAnswer struct{ Body People }
)

func (a *api) listPeople(ctx context.Context, in *listPeopleRequest) (*peopleAnswer, error) {
	who, err := a.admin(ctx, readPeople)
	if err != nil {
		return nil, err
	}
	from, err := in.after(1)
	if err != nil {
		return nil, err
	}
	var after id.User
	if from != nil {
		if after, err = id.Parse[id.User](from[0]); err != nil {
			return nil, errCursor
		}
	}
	found, err := a.Store.People(ctx, who.tenant.ID, strings.TrimSpace(in.Search), after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	found, next := cut(found, in.Limit, func(u user.User) []string { return []string{string(u.ID)} })
	list := make([]Person, 0, len(found))
	for _, u := range found {
		list = append(list, personOf(u))
	}
	return &peopleAnswer{People{list, next}}, nil
}

// NewPerson is the request for an account.
type NewPerson struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Admin bool   `json:"admin,omitempty"`
}

// InvitedPerson is an account and the link that opens it.
type InvitedPerson struct {
	Person Person `json:"person"`
	Link   string `json:"link" doc:"Sets the password, once and within 24 hours; to be given to the person. It cannot be shown again"`
}

type (
	createPersonRequest struct{ Body NewPerson }
	invitedPersonAnswer struct{ Body InvitedPerson }
)

// welcomeLink is where somebody sets their password. The secret is behind the #,
// which browsers do not send, so that no log has it.
func welcomeLink(ctx context.Context, secret pii.Secret) string {
	return visitorOf(ctx).origin + "/welcome#" + secret.Text()
}

func (a *api) createPerson(ctx context.Context, in *createPersonRequest) (*invitedPersonAnswer, error) {
	who, err := a.admin(ctx, writePeople)
	if err != nil {
		return nil, err
	}
	name, err := user.ParseName(in.Body.Name)
	if err != nil {
		return nil, err
	}
	email, err := user.ParseEmail(in.Body.Email)
	if err != nil {
		return nil, err
	}
	if in.Body.Admin { // no key makes itself an administrator
		if err := who.fresh(); err != nil {
			return nil, err
		}
	}
	now := time.Now()
	u := user.User{ID: id.New[id.User](), Tenant: who.tenant.ID, Name: name, Email: email, Admin: in.Body.Admin, CreatedAt: now}
	link, secret := auth.NewWelcome(u.ID, now)
	if err := a.Store.CreatePerson(ctx, u, link, who.entry(audit.AccountCreated, partyOf(u))); err != nil {
		return nil, err
	}
	return &invitedPersonAnswer{InvitedPerson{personOf(u), welcomeLink(ctx, secret)}}, nil
}

func partyOf(u user.User) audit.Party { return audit.Party{Kind: audit.User, ID: string(u.ID)} }

// PersonPath names an account. It is exported because huma looks into exported
// fields only.
type PersonPath struct {
	ID string `path:"id"`
}

// person finds the account that an administrator means.
func (a *api) person(ctx context.Context, who actor, in PersonPath) (user.User, error) {
	u, err := id.Parse[id.User](in.ID)
	if err != nil {
		return user.User{}, user.ErrNotFound
	}
	return a.Store.UserOf(ctx, who.tenant.ID, u)
}

// power is person for what gives power over an account: whoever runs the server is
// out of reach of those who administer an organisation only.
func (a *api) power(ctx context.Context, who actor, in PersonPath) (user.User, error) {
	u, err := a.person(ctx, who, in)
	if err == nil && u.Operator && !who.user.Operator {
		err = errNotAdmin
	}
	return u, err
}

// PersonDetail is one account with what is behind it.
type PersonDetail struct {
	Person
	SecondFactor bool `json:"secondFactor" doc:"Has an authenticator app or a passkey"`
	Sessions     int  `json:"sessions" doc:"In how many browsers it is signed in"`
	Meetings     int  `json:"meetings" doc:"How many it owns; they are deleted with it"`
}

type (
	personRequest      struct{ PersonPath }
	personDetailAnswer struct{ Body PersonDetail }
)

func (a *api) getPerson(ctx context.Context, in *personRequest) (*personDetailAnswer, error) {
	who, err := a.admin(ctx, readPeople)
	if err != nil {
		return nil, err
	}
	u, err := a.person(ctx, who, in.PersonPath)
	if err != nil {
		return nil, err
	}
	if u.ID != who.user.ID {
		if err := a.Store.Record(ctx, who.entry(audit.AccountRead, partyOf(u))); err != nil {
			return nil, err
		}
	}
	factors, err := a.Store.Factors(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	sessions, err := a.Store.Sessions(ctx, u.ID, time.Now())
	if err != nil {
		return nil, err
	}
	meetings, err := a.Store.OwnedMeetings(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	return &personDetailAnswer{PersonDetail{Person: personOf(u), SecondFactor: factors.Any(), Sessions: len(sessions), Meetings: len(meetings)}}, nil
}

// PersonChange is what administrators may change of an account.
type PersonChange struct {
	Name     *string `json:"name,omitempty"`
	Email    *string `json:"email,omitempty" doc:"Needs a confirmation"`
	Admin    *bool   `json:"admin,omitempty" doc:"Needs a confirmation"`
	Disabled *bool   `json:"disabled,omitempty"`
}

type (
	updatePersonRequest struct {
		PersonPath
		Body PersonChange
	}
	personAnswer struct{ Body Person }
)

func (a *api) updatePerson(ctx context.Context, in *updatePersonRequest) (*personAnswer, error) {
	who, err := a.admin(ctx, writePeople)
	if err != nil {
		return nil, err
	}
	u, err := a.power(ctx, who, in.PersonPath)
	if err != nil {
		return nil, err
	}
	change, fields, err := in.Body.parse(u)
	if err != nil {
		return nil, err
	}
	if u.Admin && slices.Contains(fields, "disabled") || slices.Contains(fields, "admin") || slices.Contains(fields, "email") {
		if err := who.fresh(); err != nil {
			return nil, err
		}
	}
	if len(fields) == 0 {
		return &personAnswer{personOf(u)}, nil
	}
	entry := who.entry(audit.AccountChanged, partyOf(u))
	entry.Detail = map[string]string{"fields": strings.Join(fields, ",")}
	if in.Body.Admin != nil {
		entry.Detail["admin"] = yesNo(*in.Body.Admin)
	}
	if in.Body.Disabled != nil {
		entry.Detail["disabled"] = yesNo(*in.Body.Disabled)
	}
	changed, err := a.Store.UpdateUser(ctx, who.tenant.ID, u.ID, change, entry)
	if err != nil {
		return nil, err
	}
	if changed.Disabled {
		if err := a.Rooms.Expel(ctx, who.tenant.ID, u.ID); err != nil {
			return nil, err
		}
	}
	return &personAnswer{personOf(changed)}, nil
}

func yesNo(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// parse checks a change and names the fields it changes.
func (c PersonChange) parse(now user.User) (change func(*user.User) error, fields []string, err error) {
	next := now
	if c.Name != nil {
		if next.Name, err = user.ParseName(*c.Name); err != nil {
			return nil, nil, err
		}
		fields = append(fields, "name")
	}
	if c.Email != nil {
		if next.Email, err = user.ParseEmail(*c.Email); err != nil {
			return nil, nil, err
		}
		fields = append(fields, "email")
	}
	if now.Provider != "" && len(fields) > 0 {
		return nil, nil, user.ErrProvider
	}
	if c.Admin != nil {
		fields = append(fields, "admin")
	}
	if c.Disabled != nil {
		fields = append(fields, "disabled")
	}
	return func(u *user.User) error {
		if c.Name != nil {
			u.Name = next.Name
		}
		if c.Email != nil {
			u.Email = next.Email
		}
		if c.Admin != nil {
			u.Admin = *c.Admin
			u.Operator = u.Operator && u.Admin
		}
		if c.Disabled != nil {
			u.Disabled = *c.Disabled
		}
		return nil
	}, fields, nil
}

// DeletedPerson says what went with an account.
type DeletedPerson struct {
	Meetings int `json:"meetings" doc:"How many meetings were deleted with it"`
}

type deletedPersonAnswer struct{ Body DeletedPerson }

func (a *api) deletePerson(ctx context.Context, in *personRequest) (*deletedPersonAnswer, error) {
	who, err := a.admin(ctx, personal)
	if err != nil {
		return nil, err
	}
	u, err := a.power(ctx, who, in.PersonPath)
	if err != nil {
		return nil, err
	}
	if err := who.fresh(); err != nil {
		return nil, err
	}
	owned, err := a.Store.OwnedMeetings(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	if err := a.noneHeld(ctx, owned...); err != nil {
		return nil, err
	}
	// First it is disabled, so that nothing new begins, then it leaves the rooms and
	// its meetings end.
	disable := func(u *user.User) error { u.Disabled = true; return nil }
	entry := who.entry(audit.AccountChanged, partyOf(u))
	entry.Detail = map[string]string{"fields": "disabled", "disabled": "true"}
	if _, err := a.Store.UpdateUser(ctx, who.tenant.ID, u.ID, disable, entry); err != nil {
		return nil, err
	}
	if err := a.Rooms.Expel(ctx, who.tenant.ID, u.ID); err != nil {
		return nil, err
	}
	meetings, err := a.Store.OwnedMeetings(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	for _, m := range meetings {
		if err := a.Rooms.EndMeeting(ctx, m); err != nil {
			return nil, err
		}
		if err := a.Recordings.DeleteMeeting(ctx, m, who.about(m, audit.RecordingDeleted, audit.Party{})); err != nil {
			return nil, err
		}
	}
	n, err := a.Store.DeleteUser(ctx, who.tenant.ID, u.ID, who.entry(audit.AccountDeleted, partyOf(u)))
	if err != nil {
		return nil, err
	}
	return &deletedPersonAnswer{DeletedPerson{n}}, nil
}

// WelcomeLink is a link to set a password.
type WelcomeLink struct {
	Link string `json:"link" doc:"Serves once and within 24 hours; to be given to the person. It cannot be shown again"`
}

type welcomeLinkAnswer struct{ Body WelcomeLink }

func (a *api) resetPerson(ctx context.Context, in *personRequest) (*welcomeLinkAnswer, error) {
	who, err := a.admin(ctx, personal)
	if err != nil {
		return nil, err
	}
	u, err := a.power(ctx, who, in.PersonPath)
	if err != nil {
		return nil, err
	}
	if err := who.fresh(); err != nil {
		return nil, err
	}
	if u.Provider != "" {
		return nil, user.ErrProvider
	}
	link, secret := auth.NewWelcome(u.ID, time.Now())
	entry := who.entry(audit.AccountChanged, partyOf(u))
	entry.Detail = map[string]string{"fields": "link"}
	if err := a.Store.PutWelcome(ctx, link, entry); err != nil {
		return nil, err
	}
	return &welcomeLinkAnswer{WelcomeLink{welcomeLink(ctx, secret)}}, nil
}

func (a *api) removeFactors(ctx context.Context, in *personRequest) (*struct{}, error) {
	who, err := a.admin(ctx, personal)
	if err != nil {
		return nil, err
	}
	u, err := a.power(ctx, who, in.PersonPath)
	if err != nil {
		return nil, err
	}
	if err := who.fresh(); err != nil {
		return nil, err
	}
	entry := who.entry(audit.FactorRemoved, partyOf(u))
	entry.Detail = map[string]string{"kind": "all"}
	return nil, a.Store.RemoveFactors(ctx, u.ID, entry)
}

func (a *api) endSessions(ctx context.Context, in *personRequest) (*struct{}, error) {
	who, err := a.admin(ctx, writePeople)
	if err != nil {
		return nil, err
	}
	u, err := a.power(ctx, who, in.PersonPath)
	if err != nil {
		return nil, err
	}
	return nil, a.Store.EndSessions(ctx, u.ID, who.entry(audit.SessionEnded, partyOf(u)))
}
