package api_test

import (
	"slices"
	"testing"
	"time"

	"plenum/internal/api"
	"plenum/internal/auth/authtest"
)

func TestConfirm(t *testing.T) {
	w := fresh(t)
	b := w.browser(t)
	b.setUp()
	phone, _ := b.addApp()
	var key authtest.Authenticator
	b.addPasskey(&key, "Laptop")
	changes := func() answer {
		return b.do("POST", "/account/recovery-codes", "")
	}
	for name, confirm := range map[string]func() api.Confirmation{
		"password": func() api.Confirmation { return api.Confirmation{Password: password} },
		"totp":     func() api.Confirmation { return api.Confirmation{TOTP: phone.code()} },
		"passkey": func() api.Confirmation {
			step := call[api.ConfirmStep](b, "POST", "/session/confirm/begin", nil, 200)
			if !slices.Equal(step.With, []string{"password", "totp", "passkey"}) {
				t.Errorf("ways: %v", step.With)
			}
			return api.Confirmation{Challenge: step.Challenge, Passkey: key.Get(t, step.Options, origin)}
		},
	} {
		w.expire(t, b)
		if got := call[api.Session](b, "GET", "/session", nil, 200); got.Fresh || !got.SecondFactor {
			t.Errorf("%s: before: %+v", name, got)
		}
		refused(t, changes(), 403, "confirm.required")
		if got := call[api.Session](b, "POST", "/session/confirm", confirm(), 200); !got.Fresh || !got.SecondFactor {
			t.Errorf("%s: %+v", name, got)
		}
		is[api.RecoveryCodes](t, changes(), 200)
	}
	w.expire(t, b)
	refused(t, b.do("POST", "/session/confirm", asJSON(t, api.Confirmation{Password: "not it, really"})), 401, "password.wrong")
	refused(t, b.do("POST", "/session/confirm", asJSON(t, api.Confirmation{TOTP: "000000"})), 401, "factor.wrong")
	refused(t, b.do("POST", "/session/confirm", "{}"), 401, "password.wrong")
	refused(t, changes(), 403, "confirm.required")
	for _, r := range [][3]string{
		{"POST", "/account/password", `{"old":"` + password + `","new":"another long one"}`},
		{"POST", "/account/totp", ""},
		{"DELETE", "/account/totp", ""},
		{"POST", "/account/passkeys/begin", ""},
	} {
		refused(t, b.do(r[0], r[1], r[2]), 403, "confirm.required")
	}
	// Nobody is confirmed by being nobody.
	refused(t, w.browser(t).do("POST", "/session/confirm", `{"password":"x"}`), 401, "signin.required")
}

func TestOwnSessions(t *testing.T) {
	w := fresh(t)
	owner := w.browser(t)
	owner.setUp()
	agents := []string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
	}
	others := make([]*browser, 0, len(agents))
	for _, agent := range agents {
		b := w.browser(t)
		is[api.SignInStep](t, b.do("POST", "/session", asJSON(t, api.SignIn{Email: "zoe@example.org", Password: password}), "User-Agent", agent), 200)
		others = append(others, b)
	}
	list := call[api.OwnSessions](owner, "GET", "/account/sessions", nil, 200).Sessions
	if len(list) != 3 {
		t.Fatalf("sessions: %+v", list)
	}
	named := map[string]api.OwnSession{}
	for _, s := range list {
		named[s.Browser] = s
		if s.LastDay != time.Now().UTC().Format(time.DateOnly) || s.Provider != "" {
			t.Errorf("session: %+v", s)
		}
	}
	if !named[""].Current || named["Firefox on Linux"].Current || named["Chrome on Windows"].ID == "" {
		t.Errorf("sessions: %+v", list)
	}

	stranger := w.colleague(t)
	refused(t, stranger.do("DELETE", "/account/sessions/"+named["Firefox on Linux"].ID, ""), 404, "not_found")
	call[none](owner, "DELETE", "/account/sessions/"+named["Firefox on Linux"].ID, nil, 204)
	refused(t, owner.do("DELETE", "/account/sessions/"+named["Firefox on Linux"].ID, ""), 404, "not_found")
	refused(t, others[0].do("GET", "/account", ""), 401, "signin.required")
	call[api.Account](others[1], "GET", "/account", nil, 200)
	call[none](owner, "DELETE", "/account/sessions", nil, 204)
	refused(t, others[1].do("GET", "/account", ""), 401, "signin.required")
	call[api.Account](owner, "GET", "/account", nil, 200)
	call[api.Account](stranger, "GET", "/account", nil, 200)
}

func TestChangePassword(t *testing.T) {
	w := fresh(t)
	b, other := w.browser(t), w.browser(t)
	b.setUp()
	other.signIn("zoe@example.org")
	refused(t, b.do("POST", "/account/password", `{"old":"not it, really","new":"another long one"}`), 401, "password.wrong")
	refused(t, b.do("POST", "/account/password", `{"old":"`+password+`","new":"short"}`), 422, "password.too_short")
	call[api.Account](other, "GET", "/account", nil, 200)
	call[none](b, "POST", "/account/password", api.PasswordChange{Old: password, New: "another long one"}, 204)
	call[api.Account](b, "GET", "/account", nil, 200)
	refused(t, other.do("GET", "/account", ""), 401, "signin.required")
	refused(t, other.do("POST", "/session", asJSON(t, api.SignIn{Email: "zoe@example.org", Password: password})), 401, "signin.wrong")
	call[api.SignInStep](other, "POST", "/session", api.SignIn{Email: "zoe@example.org", Password: "another long one"}, 200)
}
