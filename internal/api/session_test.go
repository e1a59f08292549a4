package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"plenum/internal/api"
	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/auth/authtest"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

const origin = "https://meet.example"

// call sends v, or no body for nil, and expects the status and a body of T.
func call[T any](b *browser, method, path string, v any, status int) T {
	b.t.Helper()
	body := ""
	if v != nil {
		body = asJSON(b.t, v)
	}
	return is[T](b.t, b.do(method, path, body), status)
}

// none is the body of an answer without one.
type none struct{}

// signIn takes the first step.
func (b *browser) signIn(email string) api.SignInStep {
	b.t.Helper()
	return call[api.SignInStep](b, "POST", "/session", api.SignIn{Email: email, Password: password}, 200)
}

// app is an authenticator app. The time step of each code counts once, so it
// shows them one after another: from the step before to the one after the present.
type app struct {
	secret []byte
	used   int64
}

// code is one that was not used yet; there are three at most within 30 s, so
// further ones are made good by resetting what the server remembers.
func (a *app) code() string {
	step := max(a.used+1, auth.TOTPStep(time.Now())-1)
	a.used = step
	return auth.TOTPCode(a.secret, step)
}

// addApp sets up an authenticator app and returns it with the recovery codes.
func (b *browser) addApp() (*app, []string) {
	b.t.Helper()
	begun := call[api.TOTPSecret](b, "POST", "/account/totp", nil, 200)
	if !strings.HasPrefix(begun.URI, "otpauth://totp/Gemeente%20Voorbeeld:") || !strings.Contains(begun.URI, "secret="+begun.Secret) {
		b.t.Errorf("address for the app: %s", begun.URI)
	}
	a := &app{secret: base32Text(b.t, begun.Secret)}
	codes := call[api.RecoveryCodes](b, "POST", "/account/totp/confirm", api.TOTPCode{Code: a.code()}, 200)
	return a, codes.RecoveryCodes
}

// addPasskey adds a passkey of a device.
func (b *browser) addPasskey(key *authtest.Authenticator, name string) api.AddedPasskey {
	b.t.Helper()
	begun := call[api.PasskeyStep](b, "POST", "/account/passkeys/begin", nil, 200)
	return call[api.AddedPasskey](b, "POST", "/account/passkeys",
		api.NewPasskey{Challenge: begun.Challenge, Name: name, Credential: key.Create(b.t, begun.Options, origin)}, 201)
}

// noted returns the actions of the audit, the oldest first.
func (w *world) noted(t *testing.T) []string {
	t.Helper()
	home, err := w.store.Home(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	log := auditOf(t, w, home.ID)
	actions := make([]string, 0, len(log))
	for _, r := range log {
		actions = append(actions, string(r.Action)+detailOf(r.Entry))
	}
	return actions
}

func detailOf(e audit.Entry) string {
	if e.Detail["with"] != "" {
		return " " + e.Detail["with"]
	}
	if e.Detail["kind"] != "" {
		return " " + e.Detail["kind"]
	}
	return ""
}

func TestSecondStep(t *testing.T) {
	w := fresh(t)
	owner := w.browser(t)
	owner.setUp()
	if got := call[api.Session](owner, "GET", "/session", nil, 200); !got.MustSetUp || !got.Fresh || got.SecondFactor {
		t.Errorf("an administrator without a second factor: %+v", got)
	}
	phone, recovery := owner.addApp()
	if got := call[api.Session](owner, "GET", "/session", nil, 200); got.MustSetUp || !got.SecondFactor {
		t.Errorf("after setting one up: %+v", got)
	}
	if len(recovery) != 10 {
		t.Fatalf("recovery codes: %v", recovery)
	}

	b := w.browser(t)
	step := b.signIn("zoe@example.org")
	if b.cookie != nil || step.User != nil || step.Challenge == "" || !slices.Equal(step.Factor, []string{"totp", "recovery"}) || step.Options != nil {
		t.Fatalf("after the password: %+v, cookie %v", step, b.cookie)
	}
	refused(t, b.do("POST", "/session/factor", asJSON(t, api.SecondStep{Challenge: step.Challenge, TOTP: "000000"})), 401, "factor.wrong")
	code := phone.code()
	in := call[api.SignInStep](b, "POST", "/session/factor", api.SecondStep{Challenge: step.Challenge, TOTP: code}, 200)
	if in.User == nil || in.User.Email != "zoe@example.org" || b.cookie == nil {
		t.Errorf("after the code: %+v", in)
	}
	if got := call[api.Session](b, "GET", "/session", nil, 200); !got.SecondFactor || !got.Fresh {
		t.Errorf("session: %+v", got)
	}
	// Neither the challenge nor the code serves twice.
	refused(t, b.do("POST", "/session/factor", asJSON(t, api.SecondStep{Challenge: step.Challenge, TOTP: phone.code()})), 401, "challenge.invalid")
	again := w.browser(t)
	next := again.signIn("zoe@example.org").Challenge
	refused(t, again.do("POST", "/session/factor", asJSON(t, api.SecondStep{Challenge: next, TOTP: code})), 401, "factor.wrong")

	// A recovery code, once, however it is typed.
	typed := strings.ToUpper(strings.ReplaceAll(recovery[3], "-", " "))
	call[api.SignInStep](again, "POST", "/session/factor", api.SecondStep{Challenge: next, Recovery: typed}, 200)
	third := w.browser(t)
	next = third.signIn("zoe@example.org").Challenge
	refused(t, third.do("POST", "/session/factor", asJSON(t, api.SecondStep{Challenge: next, Recovery: recovery[3]})), 401, "factor.wrong")
	if got := call[api.Account](again, "GET", "/account", nil, 200); got.RecoveryCodes != 9 || !got.TOTP || !got.MustHave || !got.Password {
		t.Errorf("account: %+v", got)
	}

	want := []string{
		"account.created", "factor.added totp", "factor.added recovery",
		"account.refused totp", "account.signedIn password", "account.refused totp",
		"factor.removed recovery", "account.signedIn password", "account.refused recovery",
	}
	if got := w.noted(t); !slices.Equal(got, want) {
		t.Errorf("audit:\n%v\nwant:\n%v", got, want)
	}
	if strings.Contains(w.log.String(), typed) || strings.Contains(w.log.String(), code) {
		t.Error("a code is in the log")
	}
}

// TestCodesAreNotGuessed: five tries at a challenge, and few challenges.
func TestCodesAreNotGuessed(t *testing.T) {
	w := fresh(t)
	owner := w.browser(t)
	owner.setUp()
	phone, _ := owner.addApp()

	thief := w.browser(t) // has the password
	thief.source = "198.51.100.7:1"
	challenge := thief.signIn("zoe@example.org").Challenge
	for range auth.MaxTries {
		refused(t, thief.do("POST", "/session/factor", asJSON(t, api.SecondStep{Challenge: challenge, TOTP: "000000"})), 401, "factor.wrong")
	}
	refused(t, thief.do("POST", "/session/factor", asJSON(t, api.SecondStep{Challenge: challenge, TOTP: phone.code()})), 401, "challenge.invalid")

	guesses, braked := auth.MaxTries, false
	for i := range 20 { // from ever new addresses
		thief.source = "203.0.113." + string(rune('0'+i%10)) + ":1"
		step := thief.do("POST", "/session", asJSON(t, api.SignIn{Email: "zoe@example.org", Password: password}))
		if step.StatusCode == http.StatusTooManyRequests {
			continue
		}
		challenge := is[api.SignInStep](t, step, 200).Challenge
		for range auth.MaxTries {
			a := thief.do("POST", "/session/factor", asJSON(t, api.SecondStep{Challenge: challenge, TOTP: "000000"}))
			if a.StatusCode == http.StatusTooManyRequests {
				braked = true
				break
			}
			guesses++
		}
	}
	if !braked || guesses > 10 {
		t.Errorf("%d guesses, braked: %v", guesses, braked)
	}
	// A new place is no better than the thief's; see TestOwnerUnderAttack.
	call[none](owner, "DELETE", "/session", nil, 204)
	owner.source = "192.0.2.77:1"
	first := owner.signIn("zoe@example.org").Challenge
	a := owner.do("POST", "/session/factor", asJSON(t, api.SecondStep{Challenge: first, TOTP: phone.code()}))
	refused(t, a, 429, "rate.limited")
}

// TestOwnerUnderAttack: a place where the owner has signed in before is not
// braked by the thief.
func TestOwnerUnderAttack(t *testing.T) {
	w := fresh(t)
	owner := w.browser(t)
	owner.setUp()
	phone, recovery := owner.addApp()
	home := w.browser(t)
	home.source = "192.0.2.77:1"
	call[api.SignInStep](home, "POST", "/session/factor", api.SecondStep{Challenge: home.signIn("zoe@example.org").Challenge, Recovery: recovery[0]}, 200)

	thief := w.browser(t)
	for i := range 4 {
		thief.source = "203.0.113." + string(rune('0'+i)) + ":1"
		challenge := thief.signIn("zoe@example.org").Challenge
		for range auth.MaxTries {
			thief.do("POST", "/session/factor", asJSON(t, api.SecondStep{Challenge: challenge, TOTP: "000000"}))
		}
	}
	call[api.SignInStep](home, "POST", "/session/factor", api.SecondStep{Challenge: home.signIn("zoe@example.org").Challenge, TOTP: phone.code()}, 200)
	elsewhere := w.browser(t)
	elsewhere.source = "192.0.2.99:1"
	call[api.SignInStep](elsewhere, "POST", "/session/factor", api.SecondStep{Challenge: elsewhere.signIn("zoe@example.org").Challenge, Recovery: recovery[1]}, 200)
}

func TestPasskeyAlone(t *testing.T) {
	w := fresh(t)
	owner := w.browser(t)
	owner.setUp()
	var laptop, stick authtest.Authenticator
	added := owner.addPasskey(&laptop, "Laptop")
	if added.Passkey.Name != "Laptop" || !added.Passkey.Here || len(added.RecoveryCodes.RecoveryCodes) != 10 {
		t.Errorf("added: %+v", added)
	}
	second := owner.addPasskey(&stick, "Stick")
	if len(second.RecoveryCodes.RecoveryCodes) != 0 {
		t.Error("recovery codes were replaced unasked")
	}
	call[none](owner, "PATCH", "/account/passkeys/"+second.Passkey.ID, api.PasskeyName{Name: "Blue stick"}, 204)
	list := call[api.Passkeys](owner, "GET", "/account/passkeys", nil, 200).Passkeys
	if len(list) != 2 || list[0].Name != "Laptop" || list[1].Name != "Blue stick" {
		t.Errorf("list: %+v", list)
	}

	b := w.browser(t)
	signIn := func(forge func(api.PasskeyStep) api.PasskeyProof) answer {
		return b.do("POST", "/session/passkey", asJSON(t, forge(call[api.PasskeyStep](b, "POST", "/session/passkey/begin", nil, 200))))
	}
	var spent api.PasskeyProof
	is[api.SignInStep](t, signIn(func(s api.PasskeyStep) api.PasskeyProof {
		spent = api.PasskeyProof{Challenge: s.Challenge, Credential: laptop.Get(t, s.Options, origin)}
		return spent
	}), 200)
	if got := call[api.Session](b, "GET", "/session", nil, 200); got.User == nil || !got.SecondFactor || !got.Fresh {
		t.Errorf("session: %+v", got)
	}
	refused(t, b.do("POST", "/session/passkey", asJSON(t, spent)), 401, "challenge.invalid")

	clone := laptop.Copy()
	is[api.SignInStep](t, signIn(func(s api.PasskeyStep) api.PasskeyProof {
		return api.PasskeyProof{Challenge: s.Challenge, Credential: laptop.Get(t, s.Options, origin)}
	}), 200)
	for name, forge := range map[string]func(api.PasskeyStep) api.PasskeyProof{
		"a clone": func(s api.PasskeyStep) api.PasskeyProof {
			return api.PasskeyProof{Challenge: s.Challenge, Credential: clone.Get(t, s.Options, origin)}
		},
		"another site": func(s api.PasskeyStep) api.PasskeyProof {
			return api.PasskeyProof{Challenge: s.Challenge, Credential: laptop.Get(t, s.Options, "https://meet.example.evil")}
		},
		"an earlier answer": func(s api.PasskeyStep) api.PasskeyProof {
			return api.PasskeyProof{Challenge: s.Challenge, Credential: spent.Credential}
		},
		"for another name": func(s api.PasskeyStep) api.PasskeyProof {
			rogue := laptop.Copy()
			rogue.RPID = "other.example"
			return api.PasskeyProof{Challenge: s.Challenge, Credential: rogue.Get(t, s.Options, origin)}
		},
		"nonsense": func(s api.PasskeyStep) api.PasskeyProof {
			return api.PasskeyProof{Challenge: s.Challenge, Credential: json.RawMessage(`{"id":"x"}`)}
		},
	} {
		a := signIn(forge)
		t.Run(name, func(t *testing.T) { refused(t, a, 401, "passkey.wrong") })
	}

	// As second step after the password, then removed.
	other := w.browser(t)
	step := other.signIn("zoe@example.org")
	if !slices.Equal(step.Factor, []string{"passkey", "recovery"}) {
		t.Fatalf("second step: %+v", step)
	}
	call[api.SignInStep](other, "POST", "/session/factor", api.SecondStep{Challenge: step.Challenge, Passkey: stick.Get(t, step.Options, origin)}, 200)
	call[none](other, "DELETE", "/account/passkeys/"+second.Passkey.ID, nil, 204)
	refused(t, other.do("DELETE", "/account/passkeys/"+second.Passkey.ID, ""), 404, "factor.none")
	refused(t, signIn(func(s api.PasskeyStep) api.PasskeyProof {
		return api.PasskeyProof{Challenge: s.Challenge, Credential: stick.Get(t, s.Options, origin)}
	}), 401, "passkey.wrong")
	refused(t, other.do("DELETE", "/account/passkeys/"+added.Passkey.ID, ""), 409, "factor.last")
}

// TestChallengesAreBound: what began for one purpose, session or organisation is
// of no use in another.
func TestChallengesAreBound(t *testing.T) {
	w := fresh(t)
	owner := w.browser(t)
	owner.setUp()
	var key authtest.Authenticator
	owner.addPasskey(&key, "Laptop")
	col := w.colleague(t)

	begun := call[api.PasskeyStep](owner, "POST", "/account/passkeys/begin", nil, 200)
	var fresh authtest.Authenticator
	stolen := api.NewPasskey{Challenge: begun.Challenge, Name: "Mine", Credential: fresh.Create(t, begun.Options, origin)}
	refused(t, col.do("POST", "/account/passkeys", asJSON(t, stolen)), 401, "challenge.invalid")
	refused(t, owner.do("POST", "/account/passkeys", asJSON(t, stolen)), 401, "challenge.invalid") // used up by the thief

	confirm := call[api.ConfirmStep](owner, "POST", "/session/confirm/begin", nil, 200)
	b := w.browser(t)
	proof := api.PasskeyProof{Challenge: confirm.Challenge, Credential: key.Get(t, confirm.Options, origin)}
	refused(t, b.do("POST", "/session/passkey", asJSON(t, proof)), 401, "challenge.invalid")

	step := b.signIn("zoe@example.org")
	refused(t, b.do("POST", "/session/passkey", asJSON(t, api.PasskeyProof{Challenge: step.Challenge, Credential: key.Get(t, step.Options, origin)})), 401, "challenge.invalid")

	// A disabled account's second step leads nowhere.
	u, err := w.store.UserByEmail(t.Context(), w.home(t).ID, "col@example.org")
	if err != nil {
		t.Fatal(err)
	}
	col.addApp()
	open := w.browser(t).signIn("col@example.org").Challenge
	call[api.Person](owner, "PATCH", "/people/"+string(u.ID), map[string]bool{"disabled": true}, 200)
	refused(t, b.do("POST", "/session/factor", asJSON(t, api.SecondStep{Challenge: open, TOTP: "000000"})), 401, "challenge.invalid")
}

// home is the organisation.
func (w *world) home(t *testing.T) tenant.Tenant {
	t.Helper()
	home, err := w.store.Home(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return home
}

// expire moves a browser's last proof of identity into the past.
func (w *world) expire(t *testing.T, b *browser) {
	t.Helper()
	hash := auth.HashToken(pii.Secret(b.cookie.Value))
	if err := w.store.ConfirmSession(t.Context(), hash, time.Now().Add(-auth.ConfirmLife), false); err != nil {
		t.Fatal(err)
	}
}

// TestFixation: a session planted in somebody's browser does not become theirs,
// and ends when they sign in.
func TestFixation(t *testing.T) {
	w := fresh(t)
	w.browser(t).setUp()
	thief := w.colleague(t)
	planted := *thief.cookie
	victim := w.browser(t)
	victim.cookie = &planted
	victim.signIn("zoe@example.org")
	if victim.cookie.Value == planted.Value {
		t.Fatal("the planted token was taken over")
	}
	thief.cookie = &planted
	refused(t, thief.do("GET", "/account", ""), 401, "signin.required")
	made := &http.Cookie{Name: "__Host-plenum", Value: id.NewSecret()}
	victim.cookie = made
	victim.signIn("zoe@example.org")
	if victim.cookie.Value == made.Value {
		t.Error("a token of the visitor's own making was taken")
	}
}

// TestForeignOrganisation: neither a session nor an address, a challenge or a link
// of one organisation is known in another.
func TestForeignOrganisation(t *testing.T) {
	w := fresh(t)
	b := w.browser(t)
	b.setUp()
	other := w.organisation(t, "other.example")
	abroad := func(method, path string, v any) answer {
		body := ""
		if v != nil {
			body = asJSON(t, v)
		}
		there := *b
		there.host = "other.example"
		return there.do(method, path, body)
	}
	refused(t, abroad("GET", "/account", nil), 401, "signin.required")
	refused(t, abroad("POST", "/session", api.SignIn{Email: "zoe@example.org", Password: password}), 401, "signin.wrong")

	phone, _ := b.addApp()
	challenge := w.browser(t).signIn("zoe@example.org").Challenge
	refused(t, abroad("POST", "/session/factor", api.SecondStep{Challenge: challenge, TOTP: phone.code()}), 401, "challenge.invalid")

	link := call[api.InvitedPerson](b, "POST", "/people", api.NewPerson{Name: "Ben", Email: "ben@example.org"}, 201).Link
	_, secret, _ := strings.Cut(link, "#")
	refused(t, abroad("POST", "/welcome", api.Welcome{Secret: secret, Password: password}), 404, "welcome.invalid")

	// The same address is another person there.
	hash, err := auth.NewPasswords(cheap).Hash(t.Context(), "their own password")
	if err != nil {
		t.Fatal(err)
	}
	twin := user.User{ID: id.New[id.User](), Tenant: other, Name: "Zoë Zwei", Email: "zoe@example.org", Admin: true, PasswordHash: hash}
	if err := w.store.CreateUser(t.Context(), twin); err != nil {
		t.Fatal(err)
	}
	b.cookie = nil
	in := is[api.SignInStep](t, abroad("POST", "/session", api.SignIn{Email: "zoe@example.org", Password: "their own password"}), 200)
	if in.User == nil || in.User.Name != "Zoë Zwei" || in.User.Operator {
		t.Errorf("signed in as %+v", in.User)
	}
	refused(t, b.do("GET", "/account", ""), 401, "signin.required")
}

// TestAddressWithoutName: where browsers make no passkeys, the rest still works.
func TestAddressWithoutName(t *testing.T) {
	w := fresh(t)
	owner := w.browser(t)
	owner.setUp()
	phone, _ := owner.addApp()
	owner.addPasskey(&authtest.Authenticator{}, "Laptop")
	b := w.browser(t)
	b.host = "192.168.1.5:8443"
	if call[api.Server](b, "GET", "/server", nil, 200).Passkeys || !call[api.Server](owner, "GET", "/server", nil, 200).Passkeys {
		t.Error("the page does not know where passkeys work")
	}
	step := b.signIn("zoe@example.org")
	if !slices.Equal(step.Factor, []string{"totp", "recovery"}) {
		t.Errorf("second step: %+v", step)
	}
	call[api.SignInStep](b, "POST", "/session/factor", api.SecondStep{Challenge: step.Challenge, TOTP: phone.code()}, 200)
	if got := call[api.ConfirmStep](b, "POST", "/session/confirm/begin", nil, 200); !slices.Equal(got.With, []string{"password", "totp"}) {
		t.Errorf("ways to confirm: %v", got.With)
	}
	if list := call[api.Passkeys](b, "GET", "/account/passkeys", nil, 200).Passkeys; len(list) != 1 || list[0].Here {
		t.Errorf("passkeys: %+v", list)
	}
	refused(t, b.do("POST", "/account/passkeys/begin", ""), 409, "passkey.host")
	refused(t, w.browser(t).do("POST", "/session/passkey", `{"challenge":"x","credential":{}}`), 401, "challenge.invalid")
	b.cookie = nil
	refused(t, b.do("POST", "/session/passkey/begin", ""), 409, "passkey.host")
}
