package store_test

import (
	"crypto/sha256"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/store"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

// member adds an account to the owner's organisation.
func member(t *testing.T, s *store.Store, owner user.User, change func(*user.User)) user.User {
	t.Helper()
	u := newOwner()
	u.Tenant, u.Admin = owner.Tenant, false
	if change != nil {
		change(&u)
	}
	ok(t, s.CreateUser(t.Context(), u))
	return u
}

// elsewhere adds another organisation with an administrator.
func elsewhere(t *testing.T, s *store.Store) user.User {
	t.Helper()
	other := tenant.Tenant{ID: id.New[id.Tenant](), Name: "Other", CreatedAt: noon, Hosts: []string{id.New[string]() + ".example"}, Settings: tenant.DefaultSettings()}
	admin := newOwner()
	admin.Tenant = other.ID
	link, _ := auth.NewWelcome(admin.ID, noon)
	ok(t, s.CreateTenant(t.Context(), other, admin, link))
	return admin
}

// logins: an address is one account per organisation, and a provider's account is
// found by its subject only.
func (p part) logins() {
	t, s := p.T, open(p.T, p.Config)
	owner := setUp(t, s)
	twin := elsewhere(t, s)
	abroad := newOwner()
	abroad.Tenant, abroad.Email = twin.Tenant, owner.Email
	ok(t, s.CreateUser(t.Context(), abroad))
	same(t, "here", must[user.User](t)(s.UserByEmail(t.Context(), owner.Tenant, owner.Email)).ID, owner.ID)
	same(t, "there", must[user.User](t)(s.UserByEmail(t.Context(), twin.Tenant, owner.Email)).ID, abroad.ID)
	_, err := s.UserOf(t.Context(), twin.Tenant, owner.ID)
	is(t, "an account of another organisation", err, user.ErrNotFound)

	theirs := member(t, s, owner, func(u *user.User) {
		u.Provider, u.Subject, u.Groups, u.PasswordHash, u.Email = "idp", "s:1", []string{"council", "it"}, "", owner.Email
	})
	same(t, "by subject", must[user.User](t)(s.UserBySubject(t.Context(), "idp", "s:1")), theirs)
	same(t, "by address", must[user.User](t)(s.UserByEmail(t.Context(), owner.Tenant, owner.Email)).ID, owner.ID)
	_, err = s.UserBySubject(t.Context(), "other", "s:1")
	is(t, "the same subject of another provider", err, user.ErrNotFound)
}

func (p part) people() {
	t, s := p.T, open(p.T, p.Config)
	owner := setUp(t, s)
	elsewhere(t, s)
	names := []pii.Name{"ben", "Ben", "anna", "Dora 100%", "cleo_1", "cleo\\2"}
	for _, name := range names {
		member(t, s, owner, func(u *user.User) { u.Name = name })
	}
	var after id.User
	var got []pii.Name
	for range 10 {
		page := must[[]user.User](t)(s.People(t.Context(), owner.Tenant, "", after, 2))
		for _, u := range page {
			got = append(got, u.Name)
		}
		if len(page) < 2 {
			break
		}
		after = page[1].ID
	}
	lower := []pii.Name{got[1], got[2]}
	slices.Sort(lower)
	same(t, "the two Bens", lower, []pii.Name{"Ben", "ben"})
	got[1], got[2] = "ben", "ben"
	same(t, "names", got, []pii.Name{"anna", "ben", "ben", "cleo\\2", "cleo_1", "Dora 100%", owner.Name})
	for search, want := range map[string]int{"BEN": 2, "%": 1, "_": 1, "\\": 1, "example.org": 7, "nobody": 0, "'; --": 0} {
		same(t, search, len(must[[]user.User](t)(s.People(t.Context(), owner.Tenant, search, "", 100))), want)
	}
	_, err := s.People(t.Context(), owner.Tenant, "", "nobody", 10)
	is(t, "after nobody", err, user.ErrNotFound)
}

func (p part) updateUser() {
	t, s := p.T, open(p.T, p.Config)
	owner := setUp(t, s)
	u := member(t, s, owner, nil)
	other := member(t, s, owner, nil)
	update := func(change func(*user.User)) error {
		_, err := s.UpdateUser(t.Context(), owner.Tenant, u.ID, func(u *user.User) error { change(u); return nil },
			audit.Entry{Tenant: owner.Tenant, Action: audit.AccountChanged, Actor: audit.Party{Kind: audit.System}})
		return err
	}
	ok(t, update(func(u *user.User) {
		u.Name, u.Email, u.Admin, u.Operator, u.Groups = "New", "new@example.org", true, true, []string{"g"}
	}))
	u.Name, u.Email, u.Admin, u.Operator, u.Groups = "New", "new@example.org", true, true, []string{"g"}
	same(t, "changed", must[user.User](t)(s.UserByEmail(t.Context(), owner.Tenant, "new@example.org")), u)
	is(t, "a taken address", update(func(u *user.User) { u.Email = other.Email }), user.ErrEmailTaken)
	_, err := s.UpdateUser(t.Context(), "elsewhere", u.ID, func(*user.User) error { return nil })
	is(t, "from another organisation", err, user.ErrNotFound)
	refusal := errors.New("no")
	_, err = s.UpdateUser(t.Context(), owner.Tenant, u.ID, func(u *user.User) error { u.Name = "Never"; return refusal })
	is(t, "what change says", err, refusal)
	same(t, "after refusals", must[user.User](t)(s.User(t.Context(), u.ID)), u)

	session, token := signIn(t, s, u)
	challenge, secret := auth.NewChallenge(auth.SecondStep, u.Tenant, u.ID, "{}", noon)
	ok(t, s.CreateChallenge(t.Context(), challenge))
	ok(t, update(func(u *user.User) { u.Disabled = true }))
	_, _, err = s.Session(t.Context(), auth.HashToken(token), noon)
	is(t, "session of a disabled account", err, auth.ErrRequired)
	_, err = s.TryChallenge(t.Context(), u.Tenant, auth.SecondStep, secret, noon)
	is(t, "its second step", err, auth.ErrChallenge)
	ok(t, s.CreateSession(t.Context(), session)) // a sign-in that was on its way
	_, _, err = s.Session(t.Context(), session.TokenHash, noon)
	is(t, "a session that came late", err, auth.ErrRequired)
	is(t, "the last administrator", func() error {
		_, err := s.UpdateUser(t.Context(), owner.Tenant, owner.ID, func(u *user.User) error { u.Admin = false; return nil })
		return err
	}(), user.ErrLastAdmin)
	same(t, "still one", must[user.User](t)(s.User(t.Context(), owner.ID)).Admin, true)
}

// lastAdministratorRace: of administrators who all leave at once, one stays.
func (p part) lastAdministratorRace() {
	t := p.T
	stores := []*store.Store{open(t, p.Config), open(t, p.Config)} // as two nodes
	owner := setUp(t, stores[0])
	admins := append(make([]user.User, 0, 6), owner)
	for range 5 {
		admins = append(admins, member(t, stores[0], owner, func(u *user.User) { u.Admin = true }))
	}
	results := make([]error, len(admins))
	var wg sync.WaitGroup
	for i, u := range admins {
		wg.Go(func() {
			if i%3 == 0 {
				_, results[i] = stores[i%2].DeleteUser(t.Context(), u.Tenant, u.ID)
				return
			}
			_, results[i] = stores[i%2].UpdateUser(t.Context(), u.Tenant, u.ID, func(u *user.User) error { u.Admin = false; return nil })
		})
	}
	wg.Wait()
	stayed := 0
	for _, err := range results {
		if errors.Is(err, user.ErrLastAdmin) {
			stayed++
		} else if err != nil {
			t.Error(err)
		}
	}
	same(t, "who stayed", stayed, 1)
}

func (p part) deleteUser() {
	t, s := p.T, open(p.T, p.Config)
	owner := setUp(t, s)
	u := member(t, s, owner, nil)
	m := meeting.New(u.Tenant, u.ID, "Theirs", noon)
	ok(t, s.CreateMeeting(t.Context(), m, nil))
	_, token := signIn(t, s, u)
	ok(t, s.CreatePasskey(t.Context(), newPasskey(u)))
	ok(t, s.PutRecoveryCodes(t.Context(), u.ID, [][32]byte{{1}}))
	same(t, "owned", must[[]id.Meeting](t)(s.OwnedMeetings(t.Context(), u.ID)), []id.Meeting{m.ID})
	others := meeting.New(owner.Tenant, owner.ID, "Others'", noon)
	rule := meeting.RoleRule{Kind: meeting.ByDomain, Value: "example.org", Role: access.Presenter}
	others.Roles = []meeting.RoleRule{
		{Kind: meeting.ByUser, Value: string(u.ID), Role: access.Moderator},
		rule,
		{Kind: meeting.ByEmail, Value: u.Email.Text(), Role: access.Moderator},
	}
	ok(t, s.CreateMeeting(t.Context(), others, nil))

	_, err := s.DeleteUser(t.Context(), "elsewhere", u.ID)
	is(t, "from another organisation", err, user.ErrNotFound)
	same(t, "meetings", must[int](t)(s.DeleteUser(t.Context(), u.Tenant, u.ID)), 1)
	_, err = s.User(t.Context(), u.ID)
	is(t, "account", err, user.ErrNotFound)
	_, err = s.Meeting(t.Context(), m.ID)
	is(t, "meeting", err, meeting.ErrNotFound)
	same(t, "rules", must[meeting.Meeting](t)(s.Meeting(t.Context(), others.ID)).Roles, []meeting.RoleRule{rule})
	_, _, err = s.Session(t.Context(), auth.HashToken(token), noon)
	is(t, "session", err, auth.ErrRequired)
	same(t, "factors", must[auth.Factors](t)(s.Factors(t.Context(), u.ID)), auth.Factors{})
	_, err = s.DeleteUser(t.Context(), u.Tenant, u.ID)
	is(t, "again", err, user.ErrNotFound)
	_, err = s.DeleteUser(t.Context(), owner.Tenant, owner.ID)
	is(t, "the last administrator", err, user.ErrLastAdmin)
	same(t, "still there", must[user.User](t)(s.User(t.Context(), owner.ID)), owner)
}

func (p part) sessionList() {
	t, s := p.T, open(p.T, p.Config)
	owner := setUp(t, s)
	u := member(t, s, owner, nil)
	first, _ := auth.NewSession(u.ID, noon)
	first.Browser, first.SecondFactor, first.Provider, first.ProviderSession = "Firefox on Linux", true, "idp", "sid"
	second, _ := auth.NewSession(u.ID, noon.Add(time.Minute))
	third, _ := auth.NewSession(u.ID, noon.Add(2*time.Minute))
	for _, session := range []auth.Session{first, second, third} {
		ok(t, s.CreateSession(t.Context(), session))
	}
	list := func() []auth.Session { return must[[]auth.Session](t)(s.Sessions(t.Context(), u.ID, noon)) }
	same(t, "list", list(), []auth.Session{third, second, first})
	same(t, "expired ones", len(must[[]auth.Session](t)(s.Sessions(t.Context(), u.ID, first.ExpiresAt))), 2)

	later := noon.Add(time.Hour)
	ok(t, s.ConfirmSession(t.Context(), second.TokenHash, later, false))
	ok(t, s.ConfirmSession(t.Context(), third.TokenHash, later, true))
	ok(t, s.ConfirmSession(t.Context(), third.TokenHash, later, false))
	second.ConfirmedAt, third.ConfirmedAt, third.SecondFactor = later, later, true
	same(t, "confirmed", list(), []auth.Session{third, second, first})
	is(t, "an unknown one", s.ConfirmSession(t.Context(), [32]byte{}, later, true), auth.ErrRequired)

	is(t, "somebody else's", s.EndSession(t.Context(), owner.ID, second.ID), id.ErrMalformed)
	ok(t, s.EndSession(t.Context(), u.ID, second.ID))
	is(t, "twice", s.EndSession(t.Context(), u.ID, second.ID), id.ErrMalformed)
	ok(t, s.EndOtherSessions(t.Context(), u.ID, first.TokenHash))
	same(t, "but one", list(), []auth.Session{first})
	ok(t, s.EndSessions(t.Context(), u.ID))
	same(t, "none", list(), []auth.Session{})

	ok(t, s.CreateSession(t.Context(), first))
	ok(t, s.CreateSession(t.Context(), second))
	ok(t, s.ChangePassword(t.Context(), u.ID, "another hash", second.TokenHash))
	same(t, "after a new password", list(), []auth.Session{second})
	same(t, "which it has", must[user.User](t)(s.User(t.Context(), u.ID)).PasswordHash, "another hash")
}

func (p part) challenges() {
	t, s := p.T, open(p.T, p.Config)
	owner := setUp(t, s)
	c, secret := auth.NewChallenge(auth.SecondStep, owner.Tenant, owner.ID, `{"with":"password"}`, noon)
	ok(t, s.CreateChallenge(t.Context(), c))
	try := func(t2 id.Tenant, purpose auth.Purpose, secret pii.Secret, now time.Time) error {
		_, err := s.TryChallenge(t.Context(), t2, purpose, secret, now)
		return err
	}
	is(t, "for another purpose", try(owner.Tenant, auth.PasskeySignIn, secret, noon), auth.ErrChallenge)
	is(t, "of another organisation", try("elsewhere", auth.SecondStep, secret, noon), auth.ErrChallenge)
	is(t, "unknown", try(owner.Tenant, auth.SecondStep, pii.Secret(id.NewSecret()), noon), auth.ErrChallenge)
	is(t, "late", try(owner.Tenant, auth.SecondStep, secret, c.ExpiresAt), auth.ErrChallenge)

	var wg sync.WaitGroup
	results := make([]error, 20)
	for i := range results {
		wg.Go(func() { results[i] = try(owner.Tenant, auth.SecondStep, secret, noon) })
	}
	wg.Wait()
	tries := 0
	for _, err := range results {
		if err == nil {
			tries++
		} else if !errors.Is(err, auth.ErrChallenge) {
			t.Error(err)
		}
	}
	same(t, "tries", tries, auth.MaxTries)

	anonymous, secret := auth.NewChallenge(auth.PasskeySignIn, owner.Tenant, "", "{}", noon)
	ok(t, s.CreateChallenge(t.Context(), anonymous))
	got, err := s.TryChallenge(t.Context(), owner.Tenant, auth.PasskeySignIn, secret, noon)
	ok(t, err)
	same(t, "challenge", got, anonymous)
	for i := range results {
		wg.Go(func() { results[i] = s.TakeChallenge(t.Context(), anonymous) })
	}
	wg.Wait()
	taken := 0
	for _, err := range results {
		if err == nil {
			taken++
		}
	}
	same(t, "taken", taken, 1)

	// More than ten at a time push out the oldest.
	secrets := make([]pii.Secret, 12)
	for i := range secrets {
		next, secret := auth.NewChallenge(auth.SecondStep, owner.Tenant, owner.ID, "{}", noon.Add(time.Duration(i+1)*time.Second))
		ok(t, s.CreateChallenge(t.Context(), next))
		secrets[i] = secret
	}
	is(t, "the oldest", try(owner.Tenant, auth.SecondStep, secrets[0], noon), auth.ErrChallenge)
	is(t, "the newest", try(owner.Tenant, auth.SecondStep, secrets[11], noon), nil)
	ok(t, s.Sweep(t.Context(), noon.Add(auth.ChallengeLife+time.Minute)))
	is(t, "swept", s.TakeChallenge(t.Context(), auth.Challenge{SecretHash: auth.HashToken(secrets[11])}), auth.ErrChallenge)
}

func (p part) welcome() {
	t, s := p.T, open(p.T, p.Config)
	owner := setUp(t, s)
	u := newOwner()
	u.Tenant, u.PasswordHash = owner.Tenant, ""
	link, secret := auth.NewWelcome(u.ID, noon)
	ok(t, s.CreatePerson(t.Context(), u, link))
	find := func(t2 id.Tenant, secret pii.Secret, now time.Time) error {
		_, err := s.Welcome(t.Context(), t2, secret, now)
		return err
	}
	same(t, "whose", must[user.User](t)(s.Welcome(t.Context(), owner.Tenant, secret, noon)), u)
	is(t, "of another organisation", find("elsewhere", secret, noon), auth.ErrWelcome)
	is(t, "late", find(owner.Tenant, secret, link.ExpiresAt), auth.ErrWelcome)
	is(t, "used late", s.UseWelcome(t.Context(), u.ID, secret, "hash", link.ExpiresAt), auth.ErrWelcome)
	is(t, "for another account", s.UseWelcome(t.Context(), owner.ID, secret, "hash", noon), auth.ErrWelcome)

	second, newer := auth.NewWelcome(u.ID, noon)
	ok(t, s.PutWelcome(t.Context(), second))
	is(t, "replaced", find(owner.Tenant, secret, noon), auth.ErrWelcome)
	_, token := signIn(t, s, u)
	ok(t, s.UseWelcome(t.Context(), u.ID, newer, "hash", noon))
	same(t, "password", must[user.User](t)(s.User(t.Context(), u.ID)).PasswordHash, "hash")
	_, _, err := s.Session(t.Context(), auth.HashToken(token), noon)
	is(t, "sessions", err, auth.ErrRequired)
	is(t, "twice", s.UseWelcome(t.Context(), u.ID, newer, "other", noon), auth.ErrWelcome)

	third, secret := auth.NewWelcome(u.ID, noon)
	ok(t, s.PutWelcome(t.Context(), third))
	ok(t, s.ResetPassword(t.Context(), u.ID, "reset"))
	is(t, "after a reset", find(owner.Tenant, secret, noon), auth.ErrWelcome)
	ok(t, s.PutWelcome(t.Context(), third))
	ok(t, s.Sweep(t.Context(), third.ExpiresAt))
	is(t, "swept", find(owner.Tenant, secret, noon), auth.ErrWelcome)
	is(t, "the same address", s.CreatePerson(t.Context(), func() user.User { v := u; v.ID = id.New[id.User](); return v }(), third), user.ErrEmailTaken)
}

func newPasskey(u user.User) auth.Passkey {
	hash := sha256.Sum256([]byte(id.NewSecret()))
	return auth.Passkey{
		ID: id.New[string](), User: u.ID, Host: "meet.example", CredentialID: hash[:], PublicKey: []byte{1, 2, 3}, SignCount: 7,
		Synced: true, BackedUp: true, Transports: []string{"usb", "internal"}, Name: "Zoë's key", CreatedAt: noon,
	}
}

func (p part) passkeys() {
	t, s := p.T, open(p.T, p.Config)
	owner := setUp(t, s)
	u := member(t, s, owner, nil)
	first := newPasskey(u)
	ok(t, s.CreatePasskey(t.Context(), first))
	list := func() []auth.Passkey { return must[auth.Factors](t)(s.Factors(t.Context(), u.ID)).Passkeys }
	same(t, "kept", list(), []auth.Passkey{first})
	copied := newPasskey(owner)
	copied.CredentialID = first.CredentialID
	is(t, "somebody else's key", s.CreatePasskey(t.Context(), copied), auth.ErrPasskeyKnown)

	for count, want := range map[uint32]error{6: auth.ErrPasskey, 7: auth.ErrPasskey, 0: auth.ErrPasskey} {
		used := first
		used.SignCount = count
		is(t, "counter "+strconv.Itoa(int(count)), s.UsePasskey(t.Context(), used), want)
	}
	first.SignCount, first.BackedUp = 8, false
	ok(t, s.UsePasskey(t.Context(), first))
	is(t, "replayed", s.UsePasskey(t.Context(), first), auth.ErrPasskey)
	same(t, "used", list(), []auth.Passkey{first})
	uncounted := newPasskey(u)
	uncounted.SignCount, uncounted.CreatedAt = 0, noon.Add(time.Second)
	ok(t, s.CreatePasskey(t.Context(), uncounted))
	ok(t, s.UsePasskey(t.Context(), uncounted))
	ok(t, s.UsePasskey(t.Context(), uncounted))

	is(t, "renamed by another", s.RenamePasskey(t.Context(), owner.ID, first.ID, "Mine"), auth.ErrNoFactor)
	ok(t, s.RenamePasskey(t.Context(), u.ID, first.ID, "Blue"))
	first.Name = "Blue"
	same(t, "renamed", list(), []auth.Passkey{first, uncounted})
	is(t, "removed by another", s.DeletePasskey(t.Context(), owner.ID, first.ID, false), auth.ErrNoFactor)
	for range auth.MaxPasskeys - 2 {
		ok(t, s.CreatePasskey(t.Context(), newPasskey(u)))
	}
	is(t, "too many", s.CreatePasskey(t.Context(), newPasskey(u)), auth.ErrPasskeyLimit)
	same(t, "how many", len(list()), auth.MaxPasskeys)
}

func (p part) totp() {
	t, s := p.T, open(p.T, p.Config)
	owner := setUp(t, s)
	_, err := s.TOTP(t.Context(), owner.ID, true)
	is(t, "none", err, auth.ErrNoFactor)
	is(t, "confirming none", s.ConfirmTOTP(t.Context(), owner.ID, 5), auth.ErrNoFactor)
	is(t, "using none", s.UseTOTP(t.Context(), owner.ID, 5), auth.ErrCode)
	secret := auth.TOTP{User: owner.ID, Sealed: []byte("first"), CreatedAt: noon}
	ok(t, s.PutPendingTOTP(t.Context(), secret))
	same(t, "waiting", must[auth.TOTP](t)(s.TOTP(t.Context(), owner.ID, false)), secret)
	same(t, "not in use", must[auth.Factors](t)(s.Factors(t.Context(), owner.ID)).Any(), false)
	is(t, "using it too early", s.UseTOTP(t.Context(), owner.ID, 5), auth.ErrCode)
	secret.Sealed = []byte("second")
	ok(t, s.PutPendingTOTP(t.Context(), secret))
	ok(t, s.ConfirmTOTP(t.Context(), owner.ID, 5))
	secret.LastStep = 5
	same(t, "in use", must[auth.TOTP](t)(s.TOTP(t.Context(), owner.ID, true)), secret)

	var wg sync.WaitGroup
	results := make([]error, 10)
	for i := range results {
		wg.Go(func() { results[i] = s.UseTOTP(t.Context(), owner.ID, 6) })
	}
	wg.Wait()
	accepted := 0
	for _, err := range results {
		if err == nil {
			accepted++
		} else if !errors.Is(err, auth.ErrCode) {
			t.Error(err)
		}
	}
	same(t, "one code at once", accepted, 1)
	is(t, "an older one", s.UseTOTP(t.Context(), owner.ID, 5), auth.ErrCode)

	// Another app replaces the first only with its first code.
	ok(t, s.PutPendingTOTP(t.Context(), auth.TOTP{User: owner.ID, Sealed: []byte("third"), CreatedAt: noon}))
	same(t, "still the second", must[auth.TOTP](t)(s.TOTP(t.Context(), owner.ID, true)).Sealed, []byte("second"))
	ok(t, s.Sweep(t.Context(), noon.Add(time.Hour)))
	_, err = s.TOTP(t.Context(), owner.ID, false)
	is(t, "a secret that nobody confirmed", err, auth.ErrNoFactor)
	ok(t, s.PutPendingTOTP(t.Context(), auth.TOTP{User: owner.ID, Sealed: []byte("third"), CreatedAt: noon}))
	ok(t, s.ConfirmTOTP(t.Context(), owner.ID, 9))
	same(t, "the third", must[auth.TOTP](t)(s.TOTP(t.Context(), owner.ID, true)).Sealed, []byte("third"))
}

func (p part) recoveryCodes() {
	t, s := p.T, open(p.T, p.Config)
	owner := setUp(t, s)
	u := member(t, s, owner, nil)
	ok(t, s.PutRecoveryCodes(t.Context(), u.ID, [][32]byte{{1}, {2}, {3}}))
	is(t, "by another", s.UseRecoveryCode(t.Context(), owner.ID, [32]byte{1}), auth.ErrCode)
	ok(t, s.UseRecoveryCode(t.Context(), u.ID, [32]byte{1}))
	is(t, "twice", s.UseRecoveryCode(t.Context(), u.ID, [32]byte{1}), auth.ErrCode)
	same(t, "left", must[auth.Factors](t)(s.Factors(t.Context(), u.ID)).Recovery, 2)
	ok(t, s.PutRecoveryCodes(t.Context(), u.ID, [][32]byte{{4}}))
	is(t, "an old one", s.UseRecoveryCode(t.Context(), u.ID, [32]byte{2}), auth.ErrCode)
	same(t, "new ones", must[auth.Factors](t)(s.Factors(t.Context(), u.ID)).Recovery, 1)
}

// factors: the last one stays where one is demanded, whatever happens at once.
func (p part) factors() {
	t := p.T
	stores := []*store.Store{open(t, p.Config), open(t, p.Config)}
	s := stores[0]
	owner := setUp(t, s)
	keys := []auth.Passkey{newPasskey(owner), newPasskey(owner)}
	for _, k := range keys {
		ok(t, s.CreatePasskey(t.Context(), k))
	}
	ok(t, s.PutPendingTOTP(t.Context(), auth.TOTP{User: owner.ID, Sealed: []byte("x"), CreatedAt: noon}))
	ok(t, s.ConfirmTOTP(t.Context(), owner.ID, 5))
	ok(t, s.PutRecoveryCodes(t.Context(), owner.ID, [][32]byte{{1}}))

	results := make([]error, 3)
	var wg sync.WaitGroup
	wg.Go(func() { results[0] = stores[0].DeletePasskey(t.Context(), owner.ID, keys[0].ID, true) })
	wg.Go(func() { results[1] = stores[1].DeletePasskey(t.Context(), owner.ID, keys[1].ID, true) })
	wg.Go(func() { results[2] = stores[1].DeleteTOTP(t.Context(), owner.ID, true) })
	wg.Wait()
	kept := 0
	for _, err := range results {
		if errors.Is(err, auth.ErrLastFactor) {
			kept++
		} else if err != nil {
			t.Error(err)
		}
	}
	same(t, "kept", kept, 1)
	left := must[auth.Factors](t)(s.Factors(t.Context(), owner.ID))
	same(t, "one is left", left.Any(), true)
	same(t, "with its recovery codes", left.Recovery, 1)

	_, token := signIn(t, s, owner)
	ok(t, s.RemoveFactors(t.Context(), owner.ID))
	same(t, "after removing all", must[auth.Factors](t)(s.Factors(t.Context(), owner.ID)), auth.Factors{})
	_, _, err := s.Session(t.Context(), auth.HashToken(token), noon)
	is(t, "signed out", err, auth.ErrRequired)

	ok(t, s.CreatePasskey(t.Context(), keys[0]))
	ok(t, s.PutRecoveryCodes(t.Context(), owner.ID, [][32]byte{{1}}))
	ok(t, s.DeletePasskey(t.Context(), owner.ID, keys[0].ID, false))
	same(t, "recovery codes go with the last factor", must[auth.Factors](t)(s.Factors(t.Context(), owner.ID)), auth.Factors{})
	same(t, "the host matters", (auth.Factors{Passkeys: keys}).At("other.example").Any(), false)
}
