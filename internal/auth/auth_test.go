package auth_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"plenum/internal/auth"
	"plenum/internal/pii"
)

var cheap = auth.Params{Memory: 64, Passes: 1, Lanes: 1}

func TestPasswords(t *testing.T) {
	p := auth.NewPasswords(cheap)
	hash, err := p.Hash(t.Context(), "pässwörd pässwörd")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=64,t=1,p=1$") || strings.Contains(hash, "pässwörd") {
		t.Errorf("hash: %s", hash)
	}
	again, err := p.Hash(t.Context(), "pässwörd pässwörd")
	if err != nil || again == hash {
		t.Errorf("two hashes are alike (%v): no salt", err)
	}
	for password, want := range map[pii.Secret]bool{
		"pässwörd pässwörd":                      true,
		"pa\u0308sswo\u0308rd pässwörd":          true, // composed by another keyboard
		"Pässwörd pässwörd":                      false,
		"pässwörd pässwör":                       false,
		"":                                       false,
		pii.Secret(hash):                         false,
		pii.Secret(strings.Repeat("x", 100_000)): false,
	} {
		if ok, err := p.Verify(t.Context(), hash, password); ok != want || err != nil {
			t.Errorf("%q: %v %v", password.Text(), ok, err)
		}
	}
	if ok, err := p.Verify(t.Context(), "", "anything"); ok || err != nil {
		t.Errorf("nobody's password: %v %v", ok, err)
	}
	if p.Outdated(hash) {
		t.Error("a fresh hash is outdated")
	}
	stronger := auth.NewPasswords(auth.Params{Memory: 128, Passes: 1, Lanes: 1})
	if ok, err := stronger.Verify(t.Context(), hash, "pässwörd pässwörd"); !ok || err != nil || !stronger.Outdated(hash) {
		t.Errorf("after new parameters: %v %v, outdated %v", ok, err, stronger.Outdated(hash))
	}
}

// TestReference verifies a hash that the reference implementation made:
// echo -n password | argon2 somesalt -t 2 -m 16 -p 1 -l 24 -id (its test.c).
func TestReference(t *testing.T) {
	const hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	ok, err := auth.NewPasswords(cheap).Verify(t.Context(), hash, "password")
	if !ok || err != nil {
		t.Errorf("%v %v", ok, err)
	}
}

func TestDefaultParamsAreAboveOWASPsMinimum(t *testing.T) {
	p := auth.DefaultParams()
	if p.Memory < 19*1024 || p.Passes < 2 || p.Lanes < 1 {
		t.Errorf("%+v", p)
	}
}

func TestBrokenHashes(t *testing.T) {
	for _, hash := range []string{
		"x", "$argon2id$", "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$c29tZXNhbHQ", "$argon2id$v=18$m=64,t=1,p=1$c29tZXNhbHQ$c29tZXNhbHQ",
		"$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHQ$c29tZXNhbHQ", "$argon2id$v=19$m=64,t=1,p=0$c29tZXNhbHQ$c29tZXNhbHQ", "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$",
		"$argon2id$v=19$m=64,t=1,p=1$!$c29tZXNhbHQ", "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$!", "$argon2id$v=19$m=99999999999,t=1,p=1$c29tZXNhbHQ$c29tZXNhbHQ",
	} {
		if ok, err := auth.NewPasswords(cheap).Verify(t.Context(), hash, ""); ok || err == nil {
			t.Errorf("%s: %v %v", hash, ok, err)
		}
	}
}

// TestCrowd: hashing neither grows without bound nor outlives who asked for it.
func TestCrowd(t *testing.T) {
	p := auth.NewPasswords(auth.Params{Memory: 8 * 1024, Passes: 1, Lanes: 1})
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	results := make([]error, 500)
	for i := range results {
		wg.Go(func() { _, results[i] = p.Hash(ctx, "password") })
	}
	cancel()
	wg.Wait()
	busy := 0
	for _, err := range results {
		if errors.Is(err, auth.ErrBusy) {
			busy++
		} else if err != nil {
			t.Error(err)
		}
	}
	if busy == 0 {
		t.Error("nobody was turned away")
	}
	if _, err := p.Hash(t.Context(), "password"); err != nil {
		t.Errorf("after the crowd: %v", err)
	}
}

func TestParsePassword(t *testing.T) {
	for password, want := range map[string]error{
		"":                                        auth.ErrPasswordTooShort,
		"123456789":                               auth.ErrPasswordTooShort,
		"a\u0308a\u0308a\u0308a\u0308a\u0308":     auth.ErrPasswordTooShort, // 5 characters, 10 code points
		"1234567890":                              nil,
		"пароль из кириллицы":                     nil,
		strings.Repeat("x", auth.MaxPassword):     nil,
		strings.Repeat("x", auth.MaxPassword+1):   auth.ErrPasswordTooLong,
		strings.Repeat("x", 4*auth.MaxPassword+1): auth.ErrPasswordTooLong,
	} {
		if _, err := auth.ParsePassword(password); !errors.Is(err, want) {
			t.Errorf("%.20q: %v, want %v", password, err, want)
		}
	}
}

func TestSessionLife(t *testing.T) {
	begin := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	s, token := auth.NewSession("u", begin)
	if s.TokenHash != auth.HashToken(token) || len(token.Text()) != 52 || s.ExpiresAt != begin.Add(7*24*time.Hour) {
		t.Errorf("session: %+v", s)
	}
	tests := []struct {
		after, expires time.Duration
		worth          bool
	}{
		{0, 7 * 24 * time.Hour, false},
		{59 * time.Minute, 7*24*time.Hour + 59*time.Minute, false},
		{time.Hour, 7*24*time.Hour + time.Hour, true},
		{25 * 24 * time.Hour, 30 * 24 * time.Hour, true}, // never beyond 30 days
	}
	for _, test := range tests {
		now := begin.Add(test.after)
		used, worth := s.Renewed(now)
		if used.ExpiresAt != begin.Add(test.expires) || worth != test.worth || used.LastDay != now.Truncate(24*time.Hour) {
			t.Errorf("after %v: %v %v %v", test.after, used.ExpiresAt.Sub(begin), used.LastDay, worth)
		}
	}
	s.ExpiresAt, s.LastDay = begin.Add(30*24*time.Hour), begin.Add(29*24*time.Hour).Truncate(24*time.Hour)
	if _, worth := s.Renewed(begin.Add(29 * 24 * time.Hour)); worth {
		t.Error("a session is renewed beyond its end")
	}
	if !s.Fresh(begin.Add(9*time.Minute)) || s.Fresh(begin.Add(10*time.Minute)) {
		t.Error("a proof of identity serves for ten minutes")
	}
}

// tries counts how many of n attempts pass.
func tries(l *auth.Limiter, n int, email func(int) string, source func(int) string) int {
	passed := 0
	for i := range n {
		if l.Attempt(pii.Email(email(i)), pii.Addr(source(i))) == nil {
			passed++
		}
	}
	return passed
}

func always(s string) func(int) string { return func(int) string { return s } }
func numbered(prefix string) func(int) string {
	return func(i int) string { return prefix + strconv.Itoa(i) }
}

func want(t *testing.T, what string, got, n int) {
	t.Helper()
	if got != n {
		t.Errorf("%s: %d attempts, want %d", what, got, n)
	}
}

func TestLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := auth.NewLimiter()
		want(t, "one source, one account", tries(l, 50, always("a@x"), always("bad")), 5)
		<-time.After(time.Minute)
		want(t, "a minute later", tries(l, 50, always("a@x"), always("bad")), 2)
		want(t, "the owner elsewhere", tries(l, 50, always("a@x"), always("good")), 5)
	})
	synctest.Test(t, func(t *testing.T) {
		l := auth.NewLimiter()
		want(t, "one source, many accounts", tries(l, 500, numbered("a"), always("bad")), 60)
		want(t, "others", tries(l, 1, always("a1"), always("good")), 1)
		<-time.After(time.Minute)
		want(t, "a minute later", tries(l, 500, numbered("a"), always("bad")), 30)
	})
	synctest.Test(t, func(t *testing.T) {
		l := auth.NewLimiter()
		if err := l.Attempt("a@x", "home"); err != nil {
			t.Fatal(err)
		}
		l.Succeeded("a@x", "home")
		want(t, "many sources, one account", tries(l, 5_000, always("a@x"), numbered("bot")), 99)
		want(t, "the owner from a new place", tries(l, 1, always("a@x"), always("café")), 0)
		want(t, "the owner from home", tries(l, 5, always("a@x"), always("home")), 5)
		want(t, "others", tries(l, 5, always("b@x"), always("office")), 5)
	})
}

// TestLimiterForgets: the tables are bounded; a flood neither grows memory nor
// blocks anybody else.
func TestLimiterForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := auth.NewLimiter()
		want(t, "a flood of sources", tries(l, 25_000, numbered("a"), numbered("bot")), 25_000)
		want(t, "a person", tries(l, 1, always("b@x"), always("good")), 1)
	})
}

func TestSuccessGivesTheAttemptsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := auth.NewLimiter()
		for range 20 {
			want(t, "typing it wrong twice", tries(l, 3, always("a@x"), always("home")), 3)
			l.Succeeded("a@x", "home")
			<-time.After(10 * time.Second)
		}
	})
}
