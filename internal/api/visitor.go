package api

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"

	"plenum/internal/apikey"
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
	addr   netip.Addr    // where the request comes from; never stored
	source pii.Addr      // the same as whom it counts for; for the brakes only
	origin string        // as in "https://meet.example.org"
	host   string        // of the request, with the port
	token  pii.Secret    // of the session cookie, "" without one
	visits pii.Secret    // of the cookie of who watches recordings by their links
	// browser is what people know their sessions by, as in "Firefox on Linux".
	browser string

	// Found out before operations that need to know.
	key     *apikey.Key // nil when it is no key that asks
	user    *user.User  // nil when it is nobody, or nobody has looked
	session auth.Session
}

// principal names who asks, for telling requests of one from those of another.
func (v visitor) principal() string {
	if v.key != nil {
		return "key:" + string(v.key.ID)
	}
	return "user:" + string(v.user.ID)
}

type visitorKey struct{}

// identify notes the visitor for the operations.
func (a *api) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := source(r.RemoteAddr)
		if !a.fetches(r) {
			if err := a.brake.takeFrom(from); err != nil {
				writeProblem(w, a.problem(r.Context(), "identify", err))
				return
			}
		}
		t, err := a.Store.TenantByHost(r.Context(), tenant.HostOf(r.Host))
		if err != nil {
			writeProblem(w, a.problem(r.Context(), "identify", err))
			return
		}
		v := visitor{tenant: t, addr: addrOf(r.RemoteAddr), source: from, origin: a.BaseURL, host: r.Host, browser: auth.BrowserOf(r.UserAgent())}
		if v.origin == "" || !t.Home {
			v.origin = "https://" + r.Host
		}
		// Who sends a key acts by the key alone: a page of another site can neither
		// send one nor borrow the cookie beside it.
		if c, err := r.Cookie(cookieName); err == nil && len(r.Header.Values("Authorization")) == 0 {
			v.token = pii.Secret(c.Value)
		}
		if c, err := r.Cookie(viewerCookie); err == nil && len(r.Header.Values("Authorization")) == 0 {
			v.visits = pii.Secret(c.Value)
		}
		ctx := auth.From(r.Context(), from)
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, visitorKey{}, v)))
	})
}

func visitorOf(ctx context.Context) visitor {
	v, _ := ctx.Value(visitorKey{}).(visitor)
	return v
}

// addrOf is the address without the port; invalid when there is none.
func addrOf(remote string) netip.Addr {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap().WithZone("")
}

// source is whom requests count for: the address, or of IPv6 the network, since
// one machine has 2⁶⁴ addresses there.
func source(remote string) pii.Addr {
	addr := addrOf(remote)
	if addr.Is6() && !addr.IsLoopback() {
		if network, err := addr.Prefix(64); err == nil {
			return pii.Addr(network.String())
		}
	}
	return pii.Addr(addr.String())
}

// guard keeps answers out of caches and turns a panic into a problem without the
// address that net/http would log.
func (a *api) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer a.recovered(r.Context(), w)
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

// recovered is to be deferred.
func (a *api) recovered(ctx context.Context, w http.ResponseWriter) {
	if p := recover(); p != nil {
		writeProblem(w, a.internal(ctx, "panic", fmt.Errorf("panic: %v", p)))
	}
}

// signedIn returns the account that is signed in and its session, or
// [auth.ErrRequired], and keeps the session alive.
func (a *api) signedIn(ctx context.Context) (user.User, auth.Session, error) {
	v := visitorOf(ctx)
	if v.user != nil {
		return *v.user, v.session, nil
	}
	if v.token == "" {
		return user.User{}, auth.Session{}, auth.ErrRequired
	}
	now := time.Now()
	session, u, err := a.Store.Session(ctx, auth.HashToken(v.token), now)
	if err != nil {
		return user.User{}, auth.Session{}, err
	}
	if u.Tenant != v.tenant.ID {
		return user.User{}, auth.Session{}, auth.ErrRequired // of another organisation: not of anybody here
	}
	if renewed, worth := session.Renewed(now); worth {
		session = renewed
		if err := a.Store.RenewSession(ctx, session); err != nil {
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
