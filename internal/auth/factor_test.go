package auth_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"plenum/internal/auth"
	"plenum/internal/auth/authtest"
	"plenum/internal/id"
	"plenum/internal/pii"
)

// TestTOTPVectors are those of RFC 6238 appendix B for SHA-1, of which apps show
// the last six digits.
func TestTOTPVectors(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := auth.TOTPCode(secret, auth.TOTPStep(time.Unix(at, 0))); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func TestMatchTOTP(t *testing.T) {
	secret, now := auth.NewTOTPSecret(), time.Unix(1_800_000_015, 0)
	present := auth.TOTPStep(now)
	for offset, want := range map[int64]bool{-2: false, -1: true, 0: true, 1: true, 2: false} {
		step, ok := auth.MatchTOTP(secret, pii.Secret(auth.TOTPCode(secret, present+offset)), now)
		if ok != want || ok && step != present+offset {
			t.Errorf("%+d steps: %d %v", offset, step-present, ok)
		}
	}
	code := auth.TOTPCode(secret, present)
	for typed, want := range map[string]bool{
		code[:3] + " " + code[3:]: true, code[:5]: false, code + "0": false, "": false, "      ": false, "١٢٣٤٥٦": false,
	} {
		if _, ok := auth.MatchTOTP(secret, pii.Secret(typed), now); ok != want {
			t.Errorf("%q: %v", typed, ok)
		}
	}
	if _, ok := auth.MatchTOTP(auth.NewTOTPSecret(), pii.Secret(code), now); ok {
		t.Error("the code of another secret is right")
	}
}

func TestTOTPAddress(t *testing.T) {
	secret := []byte("12345678901234567890")
	got := auth.TOTPAddress("Rat: Süd & Co", "zoë+1@example.org", secret)
	u, err := url.Parse(got.Text())
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" {
		t.Fatalf("%s: %v", got.Text(), err)
	}
	if u.Path != "/Rat  Süd & Co:zoë+1@example.org" {
		t.Errorf("label: %q", u.Path)
	}
	if q := u.Query(); q.Get("secret") != "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" || q.Get("issuer") != "Rat  Süd & Co" || strings.Contains(u.RawQuery, "+") {
		t.Errorf("query: %q", u.RawQuery)
	}
}

func TestRecoveryCodes(t *testing.T) {
	codes := auth.NewRecoveryCodes()
	seen := map[pii.Secret]bool{}
	for _, code := range codes {
		if len(code.Text()) != 19 || seen[code] {
			t.Errorf("code %q", code.Text())
		}
		seen[code] = true
	}
	if len(codes) != 10 {
		t.Errorf("%d codes", len(codes))
	}
	typed := pii.Secret(strings.ToUpper(strings.ReplaceAll(codes[0].Text(), "-", " ")))
	if auth.HashRecoveryCode("u", typed) != auth.HashRecoveryCode("u", codes[0]) {
		t.Error("a code typed without care is another one")
	}
	if auth.HashRecoveryCode("other", codes[0]) == auth.HashRecoveryCode("u", codes[0]) {
		t.Error("two people's codes have one hash")
	}
}

func TestBrowserOf(t *testing.T) {
	for header, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                 "Firefox on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36":                        "Chrome on Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0":          "Edge on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15":                  "Safari on macOS",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0 Mobile/15E148 Safari/604.1": "Chrome on iOS",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36":    "Samsung Internet on Android",
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36":                         "Chrome on ChromeOS",
		"curl/8.16.0":                     "",
		"":                                "",
		"Firefox/<script>alert</script>":  "Firefox",
		"someone's name (Windows NT 6.1)": "Windows",
	} {
		if got := auth.BrowserOf(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
}

// TestCodesAreBraked: who has the password does not guess the code, and the owner
// still gets in from where they have been.
func TestCodesAreBraked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := auth.NewLimiter()
		l.Succeeded("a@x", "home")
		guess := func(n int, source func(int) string) int {
			passed := 0
			for i := range n {
				if l.Code("a@x", pii.Addr(source(i))) == nil {
					passed++
				}
			}
			return passed
		}
		want(t, "many sources", guess(1_000, numbered("bot")), 10)
		want(t, "the owner from home", guess(5, always("home")), 5)
		<-time.After(24 * time.Hour)
		// After a day of trying without a pause it is 10 + 144 codes.
		want(t, "a day later", guess(1_000, numbered("bot")), 10)
	})
	synctest.Test(t, func(t *testing.T) {
		l := auth.NewLimiter()
		passed := 0
		for range 24 * 60 {
			if l.Code("a@x", "bot") == nil {
				passed++
			}
			<-time.After(time.Minute)
		}
		if passed > 154 {
			t.Errorf("%d codes in a day", passed)
		}
	})
}

func TestLifetimes(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	c, secret := auth.NewChallenge(auth.SecondStep, "t", "u", "{}", now)
	if c.SecretHash != auth.HashToken(secret) || c.ExpiresAt != now.Add(5*time.Minute) || len(secret.Text()) != 52 {
		t.Errorf("challenge: %+v", c)
	}
	w, secret := auth.NewWelcome("u", now)
	if w.SecretHash != auth.HashToken(secret) || w.ExpiresAt != now.Add(24*time.Hour) || len(secret.Text()) != 52 {
		t.Errorf("welcome: %+v", w)
	}
}

const origin = "https://meet.example"

// device is a relying party with somebody who has one passkey.
type device struct {
	t      *testing.T
	rp     *auth.RelyingParty
	key    *authtest.Authenticator
	holder auth.Holder
}

func newDevice(t *testing.T, key *authtest.Authenticator) *device {
	t.Helper()
	rp, err := auth.NewRelyingParty("Town", origin)
	if err != nil {
		t.Fatal(err)
	}
	d := &device{t, rp, key, auth.Holder{User: id.New[id.User](), Email: "zoe@example.org", Name: "Zoë"}}
	options, state, err := rp.BeginAdd(d.holder)
	if err != nil {
		t.Fatal(err)
	}
	for _, absent := range []string{`"attestation":"direct"`, "AAGUID"} {
		if strings.Contains(string(options), absent) {
			t.Errorf("options ask for %s", absent)
		}
	}
	made, err := rp.FinishAdd(d.holder, state, key.Create(t, options, origin), time.Now())
	if err != nil {
		t.Fatal(errors.Unwrap(err))
	}
	if made.Host != "meet.example" || made.User != d.holder.User {
		t.Errorf("passkey: %+v", made)
	}
	d.holder.Passkeys = []auth.Passkey{made}
	return d
}

func (d *device) find(u id.User) (auth.Holder, error) {
	if u != d.holder.User {
		return auth.Holder{}, auth.ErrPasskey
	}
	return d.holder, nil
}

// signIn is the whole way with a passkey alone.
func (d *device) signIn(forge func(options json.RawMessage) json.RawMessage) (auth.Passkey, error) {
	d.t.Helper()
	options, state, err := d.rp.BeginSignIn()
	if err != nil {
		d.t.Fatal(err)
	}
	return d.rp.FinishSignIn(state, forge(options), d.find)
}

func TestPasskey(t *testing.T) {
	for name, key := range map[string]*authtest.Authenticator{"counting": {}, "synced": {Uncounted: true}} {
		t.Run(name, func(t *testing.T) {
			d := newDevice(t, key)
			for range 2 {
				used, err := d.signIn(func(o json.RawMessage) json.RawMessage { return key.Get(t, o, origin) })
				if err != nil {
					t.Fatal(errors.Unwrap(err))
				}
				if used.ID != d.holder.Passkeys[0].ID || used.SignCount != key.Count {
					t.Errorf("used: %+v", used)
				}
				d.holder.Passkeys[0] = used
			}
			options, state, err := d.rp.BeginProof(d.holder)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.rp.FinishProof(d.holder, state, key.Get(t, options, origin)); err != nil {
				t.Error(errors.Unwrap(err))
			}
		})
	}
}

// TestPasskeyHosts: browsers make passkeys for names only; elsewhere everything
// but passkeys still works.
func TestPasskeyHosts(t *testing.T) {
	for address, works := range map[string]bool{
		"https://meet.example": true, "https://Meet.Example:8443": true, "https://localhost:8443": true,
		"https://box:8443": false, "https://localhost.:8443": false, "https://meet.example.": false, "https://192.168.1.5:8443": false, "https://[fe80::1]": false, "https://10.0.0.1": false,
	} {
		rp, err := auth.NewRelyingParty("Böx", address)
		if err != nil || rp.Works() != works {
			t.Errorf("%s: %v", address, err)
			continue
		}
		_, _, err = rp.BeginSignIn()
		if want := error(auth.ErrPasskeyHost); works != (err == nil) || !works && !errors.Is(err, want) {
			t.Errorf("%s: %v", address, err)
		}
	}
	key := &authtest.Authenticator{}
	d := newDevice(t, key)
	var err error
	if d.rp, err = auth.NewRelyingParty("Town", origin, origin+":9000", "https://evil.example"); err != nil {
		t.Fatal(err)
	}
	for from, want := range map[string]bool{origin + ":9000": true, origin: true, "https://evil.example": false} {
		if _, err := d.signIn(func(o json.RawMessage) json.RawMessage { return key.Get(t, o, from) }); (err == nil) != want {
			t.Errorf("from %s: %v", from, err)
		}
	}
}

// TestForgedPasskeys: every answer but the device's own to this very question is
// refused.
func TestForgedPasskeys(t *testing.T) {
	d := newDevice(t, &authtest.Authenticator{})
	first, err := d.signIn(func(o json.RawMessage) json.RawMessage { return d.key.Get(t, o, origin) })
	if err != nil {
		t.Fatal(err)
	}
	d.holder.Passkeys[0] = first
	var earlier json.RawMessage
	if _, err := d.signIn(func(o json.RawMessage) json.RawMessage { earlier = d.key.Get(t, o, origin); return earlier }); err != nil {
		t.Fatal(err)
	}
	change := func(field, value string) func(json.RawMessage) json.RawMessage {
		return func(o json.RawMessage) json.RawMessage {
			var whole map[string]any
			if err := json.Unmarshal(d.key.Get(t, o, origin), &whole); err != nil {
				t.Fatal(err)
			}
			if _, top := whole[field]; top {
				whole[field] = value
			} else {
				whole["response"].(map[string]any)[field] = value
			}
			b, err := json.Marshal(whole)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
	}
	for name, forge := range map[string]func(json.RawMessage) json.RawMessage{
		"another site":       func(o json.RawMessage) json.RawMessage { return d.key.Get(t, o, "https://meet.example.evil") },
		"another port":       func(o json.RawMessage) json.RawMessage { return d.key.Get(t, o, origin+":8443") },
		"without TLS":        func(o json.RawMessage) json.RawMessage { return d.key.Get(t, o, "http://meet.example") },
		"a part of the name": func(o json.RawMessage) json.RawMessage { return d.key.Get(t, o, "https://example") },
		"for another name": func(o json.RawMessage) json.RawMessage {
			rogue := d.key.Copy()
			rogue.RPID = "other.example"
			return rogue.Get(t, o, origin)
		},
		"not verified": func(o json.RawMessage) json.RawMessage {
			rogue := d.key.Copy()
			rogue.Unverified = true
			return rogue.Get(t, o, origin)
		},
		"replayed":         func(json.RawMessage) json.RawMessage { return earlier },
		"somebody else's":  change("userHandle", "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE"),
		"no handle":        change("userHandle", ""),
		"another key's id": change("rawId", "AAAA"),
		"bad signature":    change("signature", "MEUCIQDa"),
		"not an answer":    func(json.RawMessage) json.RawMessage { return json.RawMessage(`{"id":1}`) },
		"nothing":          func(json.RawMessage) json.RawMessage { return nil },
		"an old counter": func(o json.RawMessage) json.RawMessage {
			rogue := d.key.Copy()
			rogue.Count = first.SignCount - 1
			return rogue.Get(t, o, origin)
		},
		"no counter any more": func(o json.RawMessage) json.RawMessage {
			rogue := d.key.Copy()
			rogue.Count, rogue.Uncounted = 0, true
			return rogue.Get(t, o, origin)
		},
	} {
		if _, err := d.signIn(forge); !errors.Is(err, auth.ErrPasskey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := d.signIn(func(o json.RawMessage) json.RawMessage { return d.key.Get(t, o, origin) }); err != nil {
		t.Errorf("the owner afterwards: %v", errors.Unwrap(err))
	}

	rp, err := auth.NewRelyingParty("Other", "https://other.example")
	if err != nil {
		t.Fatal(err)
	}
	options, state, err := rp.BeginSignIn()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rp.FinishSignIn(state, d.key.Get(t, options, "https://other.example"), d.find); !errors.Is(err, auth.ErrPasskey) {
		t.Errorf("under another name: %v", err)
	}
}

func TestPasskeysThatAreNotAdded(t *testing.T) {
	d := newDevice(t, &authtest.Authenticator{})
	add := func(forge func(json.RawMessage) json.RawMessage) error {
		options, state, err := d.rp.BeginAdd(auth.Holder{User: d.holder.User, Email: d.holder.Email, Name: d.holder.Name})
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.rp.FinishAdd(d.holder, state, forge(options), time.Now())
		return err
	}
	for name, forge := range map[string]func(json.RawMessage) json.RawMessage{
		"another site": func(o json.RawMessage) json.RawMessage { return d.key.Create(t, o, "https://evil.example") },
		"another name": func(o json.RawMessage) json.RawMessage {
			return (&authtest.Authenticator{RPID: "x.example"}).Create(t, o, origin)
		},
		"not verified": func(o json.RawMessage) json.RawMessage {
			return (&authtest.Authenticator{Unverified: true}).Create(t, o, origin)
		},
		"a signature":   func(o json.RawMessage) json.RawMessage { return d.key.Get(t, o, origin) },
		"not an answer": func(json.RawMessage) json.RawMessage { return json.RawMessage(`[]`) },
	} {
		if err := add(forge); !errors.Is(err, auth.ErrPasskey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
