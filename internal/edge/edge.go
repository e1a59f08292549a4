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
	"runtime"
	"strings"
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
	listener  net.Listener
	server    *http.Server
	authority *Authority
	acme      *acmeManager
	log       *slog.Logger
}

// New takes the port and prepares certificates; nothing is served before Run.
func New(ctx context.Context, c Config) (*Edge, error) {
	e := &Edge{log: c.Logger}
	hostname := localHostname()
	known := newHosts(c.Domain, hostname, c.External, LocalAddrs)
	pages, err := newFiles(c.Pages)
	if err != nil {
		return nil, err
	}
	if e.authority, err = OpenAuthority(AuthorityConfig{
		Dir: c.Dir, Domain: c.Domain, External: c.External, Local: LocalAddrs, Hostname: hostname, Logger: c.Logger,
	}); err != nil {
		return nil, err
	}
	tcp, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return nil, err
	}
	e.listener = &limited{
		Listener: tcp, unlimited: c.TrustedProxies, answer: redirectToTLS(known, c.BaseURL), log: c.Logger, from: map[netip.Prefix]int{},
	}
	if c.ACME != nil {
		if e.acme, err = newACME(*c.ACME, c, tcp.Addr()); err != nil {
			return nil, errors.Join(err, tcp.Close())
		}
	}
	e.server = &http.Server{
		Handler:   recoverPanics(c.Logger, trueClient(c.TrustedProxies, known.check(headers(c.ACME != nil, limitBody(e.routes(c, pages)))))),
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: e.certificate, NextProtos: e.protocols()},
		ErrorLog:  c.Errors, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeader,
		HTTP2:          &http.HTTP2Config{MaxConcurrentStreams: 100},
	}
	return e, nil
}

// Addr is the address listened on.
func (e *Edge) Addr() *net.TCPAddr {
	return e.listener.Addr().(*net.TCPAddr) //nolint:forcetypeassert,errcheck // a TCP listener has no other
}

// AuthorityPEM is the certificate of the server's own authority.
func (e *Edge) AuthorityPEM() []byte { return e.authority.PEM() }

// Run serves until ctx ends; then it stops listening and gives the requests in
// progress up to grace to end. Sockets that handlers took over are not waited for.
func (e *Edge) Run(ctx context.Context, grace time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	renewed := make(chan struct{})
	go func() { defer close(renewed); e.authority.Run(ctx) }()
	if e.acme != nil {
		if err := e.acme.start(ctx); err != nil {
			return errors.Join(err, e.listener.Close())
		}
		defer e.acme.stop()
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		err := e.server.Shutdown(limit)
		if errors.Is(err, context.DeadlineExceeded) {
			err = e.server.Close()
		}
		stopped <- err
	})
	err := e.server.ServeTLS(e.listener, "", "")
	if stop() { // Serve failed by itself
		cancel()
		<-renewed
		return err
	}
	<-renewed
	return <-stopped
}

// Close gives the port back when Run was never called.
func (e *Edge) Close() error { return e.listener.Close() }

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
	return e.authority.Certificate(), nil
}

func (e *Edge) protocols() []string {
	if e.acme != nil {
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
