package live_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/live"
	"plenum/internal/pii"
	"plenum/internal/room"
	"plenum/internal/room/roomtest"
)

// patience bounds the wait for something that must come; nothing waits so long
// unless it is broken.
const patience = 10 * time.Second

// server is a live channel with one meeting behind it.
type server struct {
	t       *testing.T
	store   *roomtest.Store
	records *roomtest.Recordings
	rooms   *room.Rooms
	handler *live.Handler
	meeting id.Meeting
	links   map[access.Role]pii.Secret
	log     *lockedBuffer
	url     string
	client  *http.Client
	stop    func()
}

// lockedBuffer is a log that several goroutines write.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// newServer makes a server without a listener.
func newServer(t *testing.T, change func(*live.Config)) *server {
	t.Helper()
	s := &server{t: t, store: roomtest.NewStore(), log: &lockedBuffer{}}
	s.records = roomtest.NewRecordings(s.store)
	s.meeting, s.links = s.store.Add(nil)
	logger := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	rooms, err := room.New(room.Config{Store: s.store, Media: roomtest.NewMedia(), Recordings: s.records, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	s.rooms = rooms
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = rooms.Run(ctx) })
	s.stop = func() {
		cancel()
		running.Wait()
	}
	c := live.Config{Rooms: rooms, Logger: logger}
	if change != nil {
		change(&c)
	}
	s.handler = live.New(c)
	return s
}

// serve makes a server on a real port.
func serve(t *testing.T, change func(*live.Config)) *server {
	t.Helper()
	s := newServer(t, change)
	h := httptest.NewServer(s.handler)
	s.url, s.client = h.URL, h.Client()
	t.Cleanup(func() {
		s.stop()
		h.Close()
	})
	return s
}

// pipes is a listener whose connections are in memory and have no buffer, so
// that a server on it can live in a bubble.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// serveInBubble makes a server whose time is the bubble's. The returned function
// ends it.
func serveInBubble(t *testing.T) (*server, func()) {
	t.Helper()
	s := newServer(t, nil)
	p := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
	h := &http.Server{Handler: s.handler}
	var serving sync.WaitGroup
	serving.Go(func() { _ = h.Serve(p) })
	s.url = "http://pipe"
	s.client = &http.Client{Transport: &http.Transport{
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			a, b := net.Pipe()
			p.conns <- a
			return b, nil
		},
	}}
	return s, func() {
		s.stop()
		_ = h.Close()
		serving.Wait()
		s.client.CloseIdleConnections()
	}
}

// client is a browser's end of the channel.
type client struct {
	t       *testing.T
	ws      *websocket.Conn
	ref     int64
	welcome live.Welcome
}

// message is an envelope as it arrives.
type message struct {
	Type string          `json:"type"`
	Ref  int64           `json:"ref"`
	Body json.RawMessage `json:"body"`
}

func (s *server) dial() *client {
	s.t.Helper()
	ws, response, err := websocket.Dial(context.Background(), s.url, &websocket.DialOptions{HTTPClient: s.client})
	if err != nil {
		s.t.Fatalf("dialling: %v (%v)", err, response)
	}
	ws.SetReadLimit(8 << 20)
	s.t.Cleanup(func() { _ = ws.CloseNow() })
	return &client{t: s.t, ws: ws}
}

func (s *server) ticket(role access.Role, name string) string {
	s.t.Helper()
	secret := s.links[role]
	ticket, err := s.rooms.Enter(context.Background(), room.Request{
		Caller: room.Caller{Tenant: s.store.TenantID(), Meeting: s.meeting, InviteSecret: &secret}, Name: name,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return ticket.Text()
}

func (s *server) join(role access.Role, name string) *client {
	s.t.Helper()
	c := s.dial()
	c.hello(live.Hello{Version: live.Version, Ticket: s.ticket(role, name)})
	return c
}

func (c *client) hello(h live.Hello) {
	c.t.Helper()
	c.send("hello", h)
	read(c, "welcome", &c.welcome)
}

// send sends a message and returns its ref.
func (c *client) send(kind string, body any) int64 {
	c.t.Helper()
	c.ref++
	data, err := json.Marshal(live.Envelope{Type: kind, Ref: c.ref, Body: body})
	if err != nil {
		c.t.Fatal(err)
	}
	c.raw(string(data))
	return c.ref
}

func (c *client) raw(data string) {
	c.t.Helper()
	if err := c.ws.Write(context.Background(), websocket.MessageText, []byte(data)); err != nil {
		c.t.Fatalf("writing: %v", err)
	}
}

// next returns the next message, or why there is none.
func (c *client) next() (message, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, data, err := c.ws.Read(ctx)
	if err != nil {
		return message{}, err
	}
	var m message
	return m, json.Unmarshal(data, &m)
}

// read skips to the next message of the kind and reads its body.
func read[T any](c *client, kind string, into *T) message {
	c.t.Helper()
	for {
		m, err := c.next()
		if err != nil {
			c.t.Fatalf("waiting for %q: %v", kind, err)
		}
		if m.Type == kind {
			if err := json.Unmarshal(m.Body, into); err != nil {
				c.t.Fatalf("%s: %v", kind, err)
			}
			return m
		}
	}
}

// do sends a command and returns the code it was refused with, "" for ok.
func (c *client) do(kind string, body any) string {
	c.t.Helper()
	ref := c.send(kind, body)
	for {
		m, err := c.next()
		if err != nil {
			c.t.Fatalf("waiting for the answer to %q: %v", kind, err)
		}
		if m.Ref == ref {
			var refused live.Refused
			if m.Type == "refused" {
				if err := json.Unmarshal(m.Body, &refused); err != nil {
					c.t.Fatal(err)
				}
			}
			return refused.Code
		}
	}
}

// closed reads to the end and returns the status the server closed with.
func (c *client) closed() websocket.StatusCode {
	c.t.Helper()
	for {
		if _, err := c.next(); err != nil {
			if errors.Is(err, context.DeadlineExceeded) {
				c.t.Fatal("the server did not close")
			}
			return websocket.CloseStatus(err)
		}
	}
}
