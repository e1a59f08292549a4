// Package servertest runs the whole server inside a test, on ports of its own,
// and gives tests clients that come in through the front door.
package servertest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/config"
	"plenum/internal/id"
	"plenum/internal/invite"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/server"
)

// Options is how the server of a test differs from an operator's. The zero value
// is a server on SQLite, at log level debug.
type Options struct {
	// Database is a PostgreSQL address, as pgtest gives it; "" for SQLite.
	Database string
	// Configure changes settings at last; it sees those the test chose.
	Configure func(*config.Config)
}

// Server is a running server.
type Server struct {
	*server.Server
	URL    string // https://localhost:port
	Config config.Config
	Log    *Buffer // everything logged
	Out    *Buffer // everything printed

	stop func() error
}

// startAttempts is how often free ports are looked for: between finding and
// taking one, another test may be faster.
const startAttempts = 5

// Start runs a server until the test ends.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	dir := t.TempDir()
	cfg := config.Default()
	cfg.Data = filepath.Join(dir, "data")
	cfg.Database = o.Database
	cfg.Listen = "127.0.0.1:0"
	cfg.MetricsListen = "127.0.0.1:0"
	cfg.LogLevel = slog.LevelDebug
	cfg.DrainTimeout = 5 * time.Second
	return run(t, cfg, o.Configure)
}

// Restart stops the server and starts it again on the same data and ports.
func (s *Server) Restart(t testing.TB) *Server {
	t.Helper()
	s.Stop(t)
	cfg := s.Config
	cfg.Listen = s.Addr().String()
	return run(t, cfg, nil)
}

func run(t testing.TB, cfg config.Config, change func(*config.Config)) *Server {
	t.Helper()
	s := &Server{Log: &Buffer{}, Out: &Buffer{}}
	fixed := cfg.MediaPort != config.Default().MediaPort // chosen by a run before
	for attempt := 1; ; attempt++ {
		s.Config = cfg
		if !fixed {
			s.Config.MediaPort, s.Config.TURNPort = freePort(t), freePort(t)
		}
		if change != nil {
			change(&s.Config)
		}
		srv, err := server.New(context.WithoutCancel(t.Context()), s.Config, server.Options{Version: "test", Log: s.Log, Out: s.Out})
		if err == nil {
			s.Server = srv
			break
		}
		if attempt == startAttempts || !strings.Contains(err.Error(), "in use") && !strings.Contains(server.Explain(err), "taken") {
			t.Fatalf("the server does not start: %s (%v)", server.Explain(err), err)
		}
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	s.stop = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Errorf("the server did not stop well: %v", err)
		}
		if t.Failed() {
			t.Logf("the server's log:\n%s", s.Log)
		}
	})
	s.URL = fmt.Sprintf("https://localhost:%d", s.Addr().Port)
	s.Browser(t, "").must(t, http.MethodGet, "/api/v1/server", nil, nil) // answers once all runs
	return s
}

// Stop ends the server as SIGTERM does and waits until it has.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	if err := s.stop(); err != nil {
		t.Errorf("the server did not stop well: %v", err)
	}
}

// freePort finds one that is free for TCP and UDP.
func freePort(t testing.TB) int {
	t.Helper()
	for range 50 {
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", ":0")
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		u, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", fmt.Sprintf(":%d", port))
		l.Close()
		if err == nil {
			u.Close()
			return port
		}
	}
	t.Fatal("no free port")
	return 0
}

// Browser is somebody at a browser of their own: cookies, and an address.
type Browser struct {
	s      *Server
	url    string // of the organisation it talks to, and where it does
	client *http.Client
	dialer *net.Dialer
}

// Browser makes one. from is its address, such as "127.0.0.7"; "" for the usual.
func (s *Server) Browser(t testing.TB, from string) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &Browser{s: s, url: s.URL, dialer: &net.Dialer{}}
	if from != "" {
		b.dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(from)}
	}
	transport := &http.Transport{
		TLSClientConfig: s.trust(),
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			if admin := s.AdminAddr(); admin != nil && strings.HasSuffix(address, fmt.Sprintf(":%d", admin.Port)) {
				return b.dialer.DialContext(ctx, "tcp", admin.String())
			}
			return b.dialer.DialContext(ctx, "tcp", s.Addr().String())
		},
	}
	t.Cleanup(transport.CloseIdleConnections)
	b.client = &http.Client{Transport: transport, Jar: jar, Timeout: 30 * time.Second}
	return b
}

// HTTP is the browser's own client, for what the methods here do not do.
func (b *Browser) HTTP() *http.Client { return b.client }

// Call sends in as JSON to a path of the API and reads the answer into out; both
// may be nil. It returns the status.
func (b *Browser) Call(t testing.TB, method, path string, in, out any) int {
	t.Helper()
	body := io.Reader(http.NoBody)
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, b.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := b.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if out != nil {
		if err := json.Unmarshal(raw, out); err != nil {
			t.Fatalf("%s %s: %d %s: %v", method, path, resp.StatusCode, raw, err)
		}
	}
	return resp.StatusCode
}

// must is Call that expects success.
func (b *Browser) must(t testing.TB, method, path string, in, out any) {
	t.Helper()
	var answer json.RawMessage
	if status := b.Call(t, method, path, in, &answer); status >= 300 {
		t.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	if out != nil {
		if err := json.Unmarshal(answer, out); err != nil {
			t.Fatal(err)
		}
	}
}

// Password is that of the account which SetUp makes.
const Password = "correct horse battery staple"

// SetUp makes the organisation and signs its owner in, in a browser from the
// given address.
func (s *Server) SetUp(t testing.TB, from string) *Browser {
	t.Helper()
	b := s.Browser(t, from)
	b.must(t, http.MethodPost, "/api/v1/setup", map[string]string{
		"secret": s.SetUpSecret().Text(), "organisation": "Town of Ghent", "name": "Ada Owner", "email": "ada@town.example", "password": Password,
	}, nil)
	return b
}

// Meeting is a meeting with its role links.
type Meeting struct {
	ID      id.Meeting
	Secrets map[access.Role]pii.Secret
}

// CreateMeeting makes a meeting as `plenum meeting create` does.
func (s *Server) CreateMeeting(t testing.TB, name string) Meeting {
	t.Helper()
	db := s.open(t)
	defer db.Close()
	of, err := db.Home(context.WithoutCancel(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	return s.createMeeting(t, of.ID, name)
}

func (s *Server) createMeeting(t testing.TB, of id.Tenant, name string) Meeting {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	db := s.open(t)
	defer db.Close()
	m := meeting.New(of, "", pii.Name(name), time.Now())
	made := Meeting{ID: m.ID, Secrets: map[access.Role]pii.Secret{}}
	invites := make([]invite.Invite, 0, len(access.Roles()))
	for _, role := range access.Roles() {
		i, secret := invite.New(m.ID, role, m.CreatedAt)
		invites, made.Secrets[role] = append(invites, i), secret
	}
	if err := db.CreateMeeting(ctx, m, invites); err != nil {
		t.Fatal(err)
	}
	return made
}

// Ticket asks the gate for a ticket; role "" comes with the meeting's link only.
func (b *Browser) Ticket(t testing.TB, m Meeting, role access.Role, name string) string {
	t.Helper()
	in := map[string]string{"name": name}
	if role != "" {
		in["invite"] = m.Secrets[role].Text()
	}
	var out struct {
		Ticket string `json:"ticket"`
	}
	b.must(t, http.MethodPost, "/api/v1/meetings/"+string(m.ID)+"/ticket", in, &out)
	return out.Ticket
}

// Buffer collects what goroutines write.
type Buffer struct {
	mu   sync.Mutex
	buf  bytes.Buffer  // guarded by mu
	more chan struct{} // guarded by mu; closed when more is written, nil while nobody waits
}

// Write implements io.Writer.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.more != nil {
		close(b.more)
		b.more = nil
	}
	return b.buf.Write(p)
}

// Await waits until words were written.
func (b *Buffer) Await(t testing.TB, words string) {
	t.Helper()
	for end := time.After(4 * patience); ; {
		b.mu.Lock()
		there := bytes.Contains(b.buf.Bytes(), []byte(words))
		if b.more == nil {
			b.more = make(chan struct{})
		}
		more := b.more
		b.mu.Unlock()
		if there {
			return
		}
		select {
		case <-more:
		case <-end:
			t.Fatalf("waited in vain for %q", words)
		}
	}
}

// String is everything written up to now.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// errEnded is what reading a channel gives that the server has closed.
var errEnded = errors.New("the live channel has ended")
