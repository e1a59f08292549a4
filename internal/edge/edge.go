// Package edge is the server's face to the network: TLS and certificates,
// limits, the headers that protect browsers, the true address of a client, and
// the files of the web client.
package edge

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log" //nolint:depguard // net/http wants one; telemetry makes it
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path"
	"runtime"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"plenum/internal/id"
)

// Limits of a request. A header holds at most what livekit-client puts into the
// query of /rtc (a compressed session description, some kB); a body is JSON.
const (
	maxHeader     = 64 << 10
	maxBody       = 1 << 20
	headerTimeout = 10 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = 5 * time.Minute // the largest file (12 MB of wasm) at 0.4 Mbit/s
	idleTimeout   = 2 * time.Minute
)

// Config is what an [Edge] needs. The handlers are those of other packages;
// edge knows of them only their place in the paths.
type Config struct {
	Listen         string
	Domain         string
	BaseURL        string // where people who typed http:// to an unknown name are sent
	External       []netip.Addr
	TrustedProxies []netip.Prefix
	Dir            string // certificates and keys; mode 0700
	ACME           *ACME  // nil: own authority only
	// Tenants lists the names of the organisations beside the home organisation, as
	// they are at the moment; it is called for each connection. nil for none.
	Tenants func() []string
	// AdminListen is where the administration answers, and nowhere else then; "" for
	// no such listener.
	AdminListen string
	AdminAPI    http.Handler // /api/ there

	API    http.Handler                // /api/
	Live   http.Handler                // /live
	Signal http.Handler                // /rtc, the SFU's signalling
	Pages  fs.FS                       // the built web client
	Ready  func(context.Context) error // nil error: new meetings are welcome

	Logger *slog.Logger
	Zap    *zap.Logger
	Errors *log.Logger // of net/http
}

// Edge is a listening server.
type Edge struct {
	listeners []net.Listener // the administration's second, if there is one
	servers   []*http.Server // in the same order
	authority *Authority
	acme      *acmeManager
	log       *slog.Logger
}

// New takes the port and prepares certificates; nothing is served before Run.
func New(ctx context.Context, c Config) (*Edge, error) {
	e := &Edge{log: c.Logger}
	if c.Tenants == nil {
		c.Tenants = func() []string { return nil }
	}
	known := &hosts{names: OwnHosts(c.Domain), tenants: c.Tenants, addrs: c.External, local: LocalAddrs}
	pages, err := newFiles(c.Pages)
	if err != nil {
		return nil, err
	}
	if e.authority, err = OpenAuthority(AuthorityConfig{
		Dir: c.Dir, Domain: c.Domain, External: c.External, Local: LocalAddrs, Hostname: localHostname(), Tenants: c.Tenants, Logger: c.Logger,
	}); err != nil {
		return nil, err
	}
	if err := e.listen(ctx, c, known, c.Listen, func() http.Handler {
		if c.AdminListen != "" {
			return notForAdministration(e.routes(c, pages))
		}
		return e.routes(c, pages)
	}); err != nil {
		return nil, err
	}
	if c.ACME != nil {
		if e.acme, err = newACME(*c.ACME, c, e.Addr()); err != nil {
			return nil, errors.Join(err, e.Close())
		}
	}
	if c.AdminListen != "" {
		if err := e.listen(ctx, c, known, c.AdminListen, func() http.Handler { return adminRoutes(c, pages) }); err != nil {
			return nil, errors.Join(err, e.Close())
		}
	}
	return e, nil
}

// listen takes a port and prepares to serve routes there, behind everything that
// protects them.
func (e *Edge) listen(ctx context.Context, c Config, known *hosts, address string, routes func() http.Handler) error {
	tcp, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	base := c.BaseURL
	if len(e.listeners) > 0 {
		base = "https://" + tcp.Addr().String()
	}
	e.listeners = append(e.listeners, &limited{
		Listener: tcp, unlimited: c.TrustedProxies, answer: redirectToTLS(known, base), log: c.Logger, from: map[netip.Prefix]int{},
	})
	e.servers = append(e.servers, &http.Server{
		Handler:   recoverPanics(c.Logger, trueClient(c.TrustedProxies, known.check(headers(c.ACME != nil, limitBody(routes()))))),
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: e.certificate, NextProtos: protocols(c.ACME != nil)},
		ErrorLog:  c.Errors, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeader,
		HTTP2:          &http.HTTP2Config{MaxConcurrentStreams: 100},
	})
	return nil
}

// Addr is the address listened on.
func (e *Edge) Addr() *net.TCPAddr { return addrOf(e.listeners[0]) }

// AdminAddr is the address of the administration; nil when it has none of its
// own.
func (e *Edge) AdminAddr() *net.TCPAddr {
	if len(e.listeners) < 2 {
		return nil
	}
	return addrOf(e.listeners[1])
}

func addrOf(l net.Listener) *net.TCPAddr {
	return l.Addr().(*net.TCPAddr) //nolint:forcetypeassert,errcheck // a TCP listener has no other
}

// AuthorityPEM is the certificate of the server's own authority.
func (e *Edge) AuthorityPEM() []byte { return e.authority.PEM() }

// Run serves until ctx ends; then it stops listening and gives the requests in
// progress up to grace to end. Sockets that handlers took over are not waited for.
func (e *Edge) Run(ctx context.Context, grace time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var certificates, serving sync.WaitGroup
	certificates.Go(func() { e.authority.Run(ctx) })
	if e.acme != nil {
		certificates.Go(func() { e.acme.run(ctx) })
	}
	failures := make([]error, len(e.servers))
	for i := range e.servers {
		serving.Go(func() {
			defer cancel() // one that fails takes the other with it
			failures[i] = serve(ctx, e.servers[i], e.listeners[i], grace)
		})
	}
	serving.Wait()
	certificates.Wait()
	return errors.Join(failures...)
}

// serve runs one server until ctx ends.
func serve(ctx context.Context, s *http.Server, l net.Listener, grace time.Duration) error {
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		err := s.Shutdown(limit)
		if errors.Is(err, context.DeadlineExceeded) {
			err = s.Close()
		}
		stopped <- err
	})
	err := s.ServeTLS(l, "", "")
	if stop() { // Serve failed by itself
		return err
	}
	return <-stopped
}

// Close gives the ports back when Run was never called.
func (e *Edge) Close() error {
	failures := make([]error, 0, len(e.listeners))
	for _, l := range e.listeners {
		failures = append(failures, l.Close())
	}
	return errors.Join(failures...)
}

// adminRoutes is what the listener for administration serves: pages and API, no
// meetings.
func adminRoutes(c Config, pages http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/api/", c.AdminAPI)
	mux.Handle("/", pages)
	return mux
}

// notForAdministration hides the pages of the administration where it does not
// answer.
func notForAdministration(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := path.Clean("/" + r.URL.Path); p == "/admin" || strings.HasPrefix(p, "/admin/") {
			http.Error(w, "There is nothing here.", http.StatusNotFound)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (e *Edge) routes(c Config, pages http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/api/", c.API)
	mux.Handle("/live", c.Live)
	mux.Handle("/rtc", c.Signal)
	mux.Handle("/rtc/", c.Signal)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "alive\n") //nolint:errcheck // the client is gone then
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
		defer cancel()
		if err := c.Ready(ctx); err != nil {
			c.Logger.Warn("not ready", "error", err)
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		io.WriteString(w, "ready\n") //nolint:errcheck // as above
	})
	if c.ACME == nil {
		mux.HandleFunc("GET /ca.crt", e.serveAuthority)
	}
	mux.Handle("/", pages)
	return mux
}

// serveAuthority hands out the certificate that devices install to trust this
// server.
func (e *Edge) serveAuthority(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/x-x509-ca-cert")
	w.Header().Set("Content-Disposition", `attachment; filename="plenum-ca.crt"`)
	w.Write(e.authority.PEM()) //nolint:errcheck // the client is gone then
}

// certificate chooses by the name the client asks for: the public authority's
// for the domain, as soon as there is one, and our own for everything else.
func (e *Edge) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if e.acme != nil && e.acme.covers(hello) {
		cert, err := e.acme.certificate(hello)
		if err == nil || isChallenge(hello) {
			return cert, err
		}
	}
	return e.authority.CertificateFor(strings.ToLower(strings.TrimSuffix(hello.ServerName, "."))), nil
}

func protocols(acme bool) []string {
	if acme {
		return []string{"h2", "http/1.1", challengeProtocol}
	}
	return []string{"h2", "http/1.1"}
}

// recoverPanics keeps one bad request from being more than that. The panic's
// value may quote what a person sent, so only errors of the runtime are logged
// in words; of the stack, function names and lines.
func recoverPanics(logger *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler { //nolint:errorlint // net/http compares so
				panic(v)
			}
			reference := string(id.New[id.Message]()[:8])
			what := fmt.Sprintf("%T", v)
			if err, ok := v.(runtime.Error); ok {
				what = err.Error()
			}
			logger.Error("handler panicked", "reference", reference, "what", what, "stack", stack())
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprintf(w, `{"status":500,"title":"Internal Server Error","detail":"Something went wrong on the server.","code":"internal","reference":%q}`, reference) //nolint:errcheck // the client is gone then
		}()
		next.ServeHTTP(w, r)
	})
}

// stack names the functions that led to a panic, innermost first.
func stack() string {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(4, pcs[:])])
	var lines []string
	for {
		f, more := frames.Next()
		lines = append(lines, fmt.Sprintf("%s:%d", f.Function, f.Line))
		if !more {
			return strings.Join(lines, " < ")
		}
	}
}

func limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// redirectToTLS answers a request in plain HTTP with the address under TLS.
func redirectToTLS(known *hosts, baseURL string) func(net.Conn, *http.Request) {
	return func(c net.Conn, r *http.Request) {
		target := baseURL
		if known.knows(r.Host, c.LocalAddr()) {
			target = "https://" + r.Host
		}
		target += r.URL.EscapedPath()
		c.SetWriteDeadline(time.Now().Add(5 * time.Second))                                                                         //nolint:errcheck // the write will tell
		fmt.Fprintf(c, "HTTP/1.1 308 Permanent Redirect\r\nLocation: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", target) //nolint:errcheck // as above
	}
}
