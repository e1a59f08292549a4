package api

import (
	"context"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"time"

	"plenum/internal/auth"
	"plenum/internal/pii"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

// cookieName has the prefix that makes browsers insist on Secure, Path=/ and no
// Domain (RFC 6265bis §4.1.3.2).
const cookieName = "__Host-plenum"

// visitor is where a request comes from and which organisation it is for. It
// lives as long as the request.
type visitor struct {
	tenant tenant.Tenant // whose host name the request used
	source pii.Addr      // for the brake on guessing only
	origin string        // as in "https://meet.example.org"
	token  pii.Secret    // of the session cookie, "" without one
}

type visitorKey struct{}

// identify notes the visitor for the operations.
func (a *api) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t, err := a.Store.TenantByHost(r.Context(), tenant.HostOf(r.Host))
		if err != nil {
			writeProblem(w, a.problem(r.Context(), "identify", err))
			return
		}
		v := visitor{tenant: t, source: source(r.RemoteAddr), origin: a.BaseURL}
		if v.origin == "" || !t.Home {
			v.origin = "https://" + r.Host
		}
		if c, err := r.Cookie(cookieName); err == nil {
			v.token = pii.Secret(c.Value)
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitorKey{}, v)))
	})
}

func visitorOf(ctx context.Context) visitor {
	v, _ := ctx.Value(visitorKey{}).(visitor)
	return v
}

// source is the address without the port; of IPv6 the network, since one machine
// has 2⁶⁴ addresses there.
func source(remote string) pii.Addr {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return pii.Addr(host)
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return pii.Addr(addr.String())
	}
	network, err := addr.Prefix(64)
	if err != nil {
		return pii.Addr(addr.String())
	}
	return pii.Addr(network.String())
}

// guard keeps answers out of caches, takes nothing but JSON and turns a panic
// into a problem without the address that net/http would log.
func (a *api) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer a.recovered(r.Context(), w)
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if r.ContentLength != 0 && !isJSON(r.Header.Get("Content-Type")) {
			writeProblem(w, problemOf(errType))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// recovered is to be deferred.
func (a *api) recovered(ctx context.Context, w http.ResponseWriter) {
	if p := recover(); p != nil {
		writeProblem(w, a.internal(ctx, "panic", fmt.Errorf("panic: %v", p)))
	}
}

func isJSON(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && kind == "application/json"
}

// signedIn returns the account that is signed in and its session, or
// [auth.ErrRequired], and keeps the session alive.
func (a *api) signedIn(ctx context.Context) (user.User, auth.Session, error) {
	token := visitorOf(ctx).token
	if token == "" {
		return user.User{}, auth.Session{}, auth.ErrRequired
	}
	now := time.Now()
	session, u, err := a.Store.Session(ctx, auth.HashToken(token), now)
	if err != nil {
		return user.User{}, auth.Session{}, err
	}
	if u.Tenant != visitorOf(ctx).tenant.ID {
		return user.User{}, auth.Session{}, auth.ErrRequired // of another organisation: not of anybody here
	}
	if expires, worth := session.Renewed(now); worth {
		if err := a.Store.RenewSession(ctx, session.TokenHash, expires); err != nil {
			return user.User{}, auth.Session{}, err
		}
	}
	return u, session, nil
}

// caller is signedIn without the session.
func (a *api) caller(ctx context.Context) (user.User, error) {
	u, _, err := a.signedIn(ctx)
	return u, err
}

// sessionCookie carries a session's token; an empty one deletes the cookie. The
// server ends sessions by itself, so the browser's date is only tidiness.
func sessionCookie(token pii.Secret) http.Cookie {
	c := http.Cookie{ //nolint:gosec // it has all three; only MaxAge is set later
		Name:     cookieName,
		Value:    token.Text(),
		Path:     "/",
		MaxAge:   int(auth.SessionLife / time.Second),
		Secure:   true,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	}
	if token == "" {
		c.MaxAge = -1
	}
	return c
}
