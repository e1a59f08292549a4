package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"

	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/store/query"
	"plenum/internal/user"
)

// The settings the program keeps for itself.
const (
	settingBaseURL = "base_url" // as in "https://meet.example.org", for links made on the command line
)

// ErrSetUp is what a second set-up gets.
var ErrSetUp = fault.New("store.SetUp", fault.Conflict, "setup.done", "This server is set up already.")

// BaseURL returns the address people reach the server under, as its last start
// knew it; "" before the first.
func (s *Store) BaseURL(ctx context.Context) (string, error) {
	value, err := s.q.Setting(ctx, settingBaseURL)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, explain("store.BaseURL", err)
}

// SetBaseURL notes the address people reach the server under.
func (s *Store) SetBaseURL(ctx context.Context, address string) error {
	return explain("store.SetBaseURL", s.q.PutSetting(ctx, query.PutSettingParams{Name: settingBaseURL, Value: address}))
}

// IsSetUp reports whether there is an account.
func (s *Store) IsSetUp(ctx context.Context) (bool, error) {
	n, err := s.q.CountAccounts(ctx)
	return n > 0, explain("store.IsSetUp", err)
}

// SetUp names the organisation and makes its first account with its first
// session, all or nothing, and only once however many try. It returns the owner
// with the organisation filled in, which the entries then are of too. Faults:
// setup.done.
func (s *Store) SetUp(ctx context.Context, organisation string, owner user.User, session auth.Session, entries ...audit.Entry) (user.User, error) {
	err := s.in(ctx, "store.SetUp", func(q *query.Queries) error {
		home, err := keepHome(ctx, q, owner.CreatedAt)
		if err != nil {
			return err
		}
		n, err := q.CountAccounts(ctx)
		if err != nil {
			return err
		}
		if n > 0 {
			return ErrSetUp
		}
		if _, err := q.RenameTenant(ctx, query.RenameTenantParams{ID: string(home), Name: organisation}); err != nil {
			return err
		}
		owner.Tenant = home
		if err := createAccount(ctx, q, owner); err != nil {
			return err
		}
		if err := createSession(ctx, q, session); err != nil {
			return err
		}
		for i := range entries {
			entries[i].Tenant = home
		}
		return s.append(ctx, q, entries...)
	})
	return owner, err
}

// CreateUser adds an account. Faults: email.taken.
func (s *Store) CreateUser(ctx context.Context, u user.User, entries ...audit.Entry) error {
	return s.in(ctx, "store.CreateUser", func(q *query.Queries) error {
		if err := createAccount(ctx, q, u); err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}

// CreatePerson adds an account with the link that opens it. Faults: email.taken.
func (s *Store) CreatePerson(ctx context.Context, u user.User, link auth.Welcome, entries ...audit.Entry) error {
	return s.in(ctx, "store.CreatePerson", func(q *query.Queries) error {
		if err := createAccount(ctx, q, u); err != nil {
			return err
		}
		if err := putWelcome(ctx, q, link); err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}

func createAccount(ctx context.Context, q *query.Queries, u user.User) error {
	err := q.CreateAccount(ctx, query.CreateAccountParams{
		ID:             string(u.ID),
		TenantID:       string(u.Tenant),
		Name:           u.Name.Text(),
		Login:          u.Login().Text(),
		Email:          u.Email.Text(),
		Admin:          u.Admin,
		Operator:       u.Operator,
		Disabled:       u.Disabled,
		Provider:       u.Provider,
		ProviderGroups: groupsJSON(u.Groups),
		PasswordHash:   u.PasswordHash,
		CreatedAt:      millis(u.CreatedAt),
	})
	if isUnique(err) {
		return user.ErrEmailTaken
	}
	return err
}

// User finds an account. Faults: not_found.
func (s *Store) User(ctx context.Context, u id.User) (user.User, error) {
	return oneUser("store.User")(s.q.Account(ctx, string(u)))
}

// UserOf finds an account of one organisation. Faults: not_found.
func (s *Store) UserOf(ctx context.Context, t id.Tenant, u id.User) (user.User, error) {
	return oneUser("store.UserOf")(s.q.AccountOf(ctx, query.AccountOfParams{TenantID: string(t), ID: string(u)}))
}

// UserByEmail finds an account with a password of ours by its address as
// [user.ParseEmail] gives it. Faults: not_found.
func (s *Store) UserByEmail(ctx context.Context, t id.Tenant, email pii.Email) (user.User, error) {
	return oneUser("store.UserByEmail")(s.q.AccountByLogin(ctx, user.PasswordLogin(t, email).Text()))
}

// UserBySubject finds an account by what its identity provider calls the person.
// Faults: not_found.
func (s *Store) UserBySubject(ctx context.Context, provider string, subject pii.Name) (user.User, error) {
	return oneUser("store.UserBySubject")(s.q.AccountByLogin(ctx, user.ProviderLogin(provider, subject).Text()))
}

func oneUser(op string) func(query.Account, error) (user.User, error) {
	return func(row query.Account, err error) (user.User, error) {
		if errors.Is(err, sql.ErrNoRows) {
			return user.User{}, user.ErrNotFound
		}
		return userOf(row), explain(op, err)
	}
}

func userOf(row query.Account) user.User {
	u := user.User{
		ID:           id.User(row.ID),
		Tenant:       id.Tenant(row.TenantID),
		Name:         pii.Name(row.Name),
		Email:        pii.Email(row.Email),
		Admin:        row.Admin,
		Operator:     row.Operator,
		Disabled:     row.Disabled,
		Provider:     row.Provider,
		Groups:       groupsOf(row.ProviderGroups),
		PasswordHash: row.PasswordHash,
		CreatedAt:    moment(row.CreatedAt),
	}
	if u.Provider != "" {
		u.Subject = pii.Name(strings.TrimPrefix(row.Login, u.Provider+":"))
	}
	return u
}

func groupsJSON(groups []string) string {
	if len(groups) == 0 {
		return "[]"
	}
	b, err := json.Marshal(groups)
	if err != nil {
		return "[]" // strings always marshal
	}
	return string(b)
}

func groupsOf(column string) []string {
	var groups []string
	if err := json.Unmarshal([]byte(column), &groups); err != nil || len(groups) == 0 {
		return nil
	}
	return groups
}

// People lists accounts of an organisation in the order of their names: those
// whose name or address contains search, from behind the account after on.
// Faults: not_found for an unknown after.
func (s *Store) People(ctx context.Context, t id.Tenant, search string, after id.User, limit int) ([]user.User, error) {
	const op = "store.People"
	p := query.PeopleParams{TenantID: string(t), Pattern: "%" + likeLiteral(strings.ToLower(search)) + "%", AfterID: string(after), Max: int32(limit)} //nolint:gosec // at most 100
	if after != "" {
		name, err := s.q.PlaceOf(ctx, query.PlaceOfParams{TenantID: string(t), ID: string(after)})
		if errors.Is(err, sql.ErrNoRows) {
			return nil, user.ErrNotFound
		}
		if err != nil {
			return nil, explain(op, err)
		}
		p.AfterName = name
	}
	rows, err := s.q.People(ctx, p)
	people := make([]user.User, len(rows))
	for i, row := range rows {
		people[i] = userOf(row)
	}
	return people, explain(op, err)
}

// likeLiteral takes the meaning out of LIKE's wildcards.
func likeLiteral(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

// UpdateUser changes an account under the organisation's lock, so that no two
// changes cross. Disabling it signs it out everywhere. Faults: not_found,
// email.taken, admin.last, and those of change.
func (s *Store) UpdateUser(ctx context.Context, t id.Tenant, u id.User, change func(*user.User) error, entries ...audit.Entry) (user.User, error) {
	const op = "store.UpdateUser"
	var changed user.User
	err := s.in(ctx, op, func(q *query.Queries) error {
		if _, err := q.HoldTenant(ctx, string(t)); err != nil {
			return err
		}
		row, err := oneUser(op)(q.AccountOf(ctx, query.AccountOfParams{TenantID: string(t), ID: string(u)}))
		if err != nil {
			return err
		}
		changed = row
		if err := change(&changed); err != nil {
			return err
		}
		_, err = q.UpdateAccount(ctx, query.UpdateAccountParams{
			TenantID: string(t), ID: string(u), Name: changed.Name.Text(), Login: changed.Login().Text(), Email: changed.Email.Text(),
			Admin: changed.Admin, Operator: changed.Operator, Disabled: changed.Disabled, ProviderGroups: groupsJSON(changed.Groups),
		})
		if isUnique(err) {
			return user.ErrEmailTaken
		}
		if err != nil {
			return err
		}
		if lost := row.Admin && !row.Disabled && (!changed.Admin || changed.Disabled); lost {
			if err := anAdministratorStays(ctx, q, t); err != nil {
				return err
			}
		}
		if changed.Disabled {
			if err := lockOut(ctx, q, u); err != nil {
				return err
			}
		}
		return s.append(ctx, q, entries...)
	})
	return changed, err
}

// anAdministratorStays is asked after a change, inside its transaction.
func anAdministratorStays(ctx context.Context, q *query.Queries, t id.Tenant) error {
	n, err := q.CountAdministrators(ctx, string(t))
	if err == nil && n == 0 {
		return user.ErrLastAdmin
	}
	return err
}

// DeleteUser deletes an account with all it owns and every rule that gave it a
// role in others' meetings, and returns how many meetings
// that were. The keys of their recordings are to be destroyed before. Faults:
// not_found, admin.last, meeting.has_recordings.
func (s *Store) DeleteUser(ctx context.Context, t id.Tenant, u id.User, entries ...audit.Entry) (meetings int, err error) {
	const op = "store.DeleteUser"
	err = s.in(ctx, op, func(q *query.Queries) error {
		if _, err := q.HoldTenant(ctx, string(t)); err != nil {
			return err
		}
		row, err := oneUser(op)(q.AccountOf(ctx, query.AccountOfParams{TenantID: string(t), ID: string(u)}))
		if err != nil {
			return err
		}
		n, err := q.CountMeetingsOf(ctx, sql.NullString{String: string(u), Valid: true})
		if err != nil {
			return err
		}
		meetings = int(n)
		_, err = q.DeleteAccount(ctx, query.DeleteAccountParams{TenantID: string(t), ID: string(u)})
		if isForeign(err) {
			return meeting.ErrHasRecordings
		}
		if err != nil {
			return err
		}
		err = q.ForgetRulesOf(ctx, query.ForgetRulesOfParams{TenantID: string(t), AccountID: string(u), Email: row.Email.Text()})
		if err != nil {
			return err
		}
		if row.Admin && !row.Disabled {
			if err := anAdministratorStays(ctx, q, t); err != nil {
				return err
			}
		}
		return s.append(ctx, q, entries...)
	})
	return meetings, err
}

// OwnedMeetings are those that are deleted with an account.
func (s *Store) OwnedMeetings(ctx context.Context, u id.User) ([]id.Meeting, error) {
	rows, err := s.q.OwnedMeetings(ctx, sql.NullString{String: string(u), Valid: true})
	meetings := make([]id.Meeting, len(rows))
	for i, row := range rows {
		meetings[i] = id.Meeting(row)
	}
	return meetings, explain("store.OwnedMeetings", err)
}

// SetPasswordHash replaces the hash of an unchanged password. Faults: not_found.
func (s *Store) SetPasswordHash(ctx context.Context, u id.User, hash string) error {
	return explain("store.SetPasswordHash", setPasswordHash(ctx, s.q, u, hash))
}

// ResetPassword gives an account a new password and signs it out everywhere:
// whoever knew the old one is out. Faults: not_found.
func (s *Store) ResetPassword(ctx context.Context, u id.User, hash string, entries ...audit.Entry) error {
	return s.in(ctx, "store.ResetPassword", func(q *query.Queries) error {
		if err := setPasswordHash(ctx, q, u, hash); err != nil {
			return err
		}
		if err := lockOut(ctx, q, u); err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}

// ChangePassword is ResetPassword that keeps the session it was asked for in.
func (s *Store) ChangePassword(ctx context.Context, u id.User, hash string, keep [32]byte, entries ...audit.Entry) error {
	return s.in(ctx, "store.ChangePassword", func(q *query.Queries) error {
		if err := setPasswordHash(ctx, q, u, hash); err != nil {
			return err
		}
		if _, err := q.DeleteOtherSessions(ctx, query.DeleteOtherSessionsParams{AccountID: string(u), TokenHash: keep[:]}); err != nil {
			return err
		}
		if err := dropBegun(ctx, q, u); err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}

// lockOut ends every session of an account and every way to one that has begun.
func lockOut(ctx context.Context, q *query.Queries, u id.User) error {
	if _, err := q.DeleteSessionsOf(ctx, string(u)); err != nil {
		return err
	}
	return dropBegun(ctx, q, u)
}

// dropBegun ends sign-ins between their steps and links to set a password.
func dropBegun(ctx context.Context, q *query.Queries, u id.User) error {
	return errors.Join(q.DeleteChallengesOf(ctx, sql.NullString{String: string(u), Valid: true}), q.DeleteWelcome(ctx, string(u)))
}

func setPasswordHash(ctx context.Context, q *query.Queries, u id.User, hash string) error {
	n, err := q.SetPasswordHash(ctx, query.SetPasswordHashParams{ID: string(u), PasswordHash: hash})
	if err == nil && n == 0 {
		return user.ErrNotFound
	}
	return err
}
