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
	"strings"
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

func TestTwoPeopleChat(t *testing.T) {
	s := serve(t, nil)
	ada, bob := s.join(access.Owner, "Ada"), s.join(access.Attendee, "Bob")
	if n := len(bob.welcome.Seats); n != 2 || bob.welcome.Meeting.Organisation != "City of Example" || bob.welcome.Media.Token == "" {
		t.Errorf("welcomed with %+v", bob.welcome)
	}
	var joined live.Seat
	read(ada, "seat.joined", &joined)
	if joined.ID != bob.welcome.You || joined.Name != "Bob" || joined.Role != "attendee" {
		t.Errorf("Ada sees %+v", joined)
	}
	bob.send("chat.send", live.ChatSend{Text: "<i>Good morning</i>"})
	var said live.ChatMessage
	read(ada, "chat", &said)
	if said.Seat != bob.welcome.You || said.Name != "Bob" || said.Text != "<i>Good morning</i>" || said.At == 0 {
		t.Errorf("Ada reads %+v", said)
	}
	var pong live.Pong
	ref := bob.send("ping", live.Empty{})
	if m := read(bob, "pong", &pong); m.Ref != ref || pong.Now == 0 {
		t.Errorf("pong is %+v", m)
	}
}

func TestWhatACommandCausesComesBeforeItsAnswer(t *testing.T) {
	s := serve(t, nil)
	const hands = 30
	for range hands {
		conn, err := s.rooms.Connect(t.Context(), room.Credential{Ticket: pii.Secret(s.ticket(access.Attendee, "Bob"))})
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.Do(t.Context(), room.HandRaise{}); err != nil {
			t.Fatal(err)
		}
	}
	ada := s.join(access.Owner, "Ada")
	ref := ada.send("hands.lower", live.Empty{})
	for lowered := 0; ; lowered++ {
		m, err := ada.next()
		if err != nil {
			t.Fatal(err)
		}
		if m.Ref == ref {
			if lowered != hands {
				t.Errorf("answered after %d of %d hands", lowered, hands)
			}
			return
		}
	}
}

func TestTheSenderCannotBeForged(t *testing.T) {
	s := serve(t, nil)
	ada, bob := s.join(access.Owner, "Ada"), s.join(access.Attendee, "Bob")
	for _, body := range []string{
		`{"text":"I resign","seat":"` + ada.welcome.You + `"}`,
		`{"text":"I resign","name":"Ada"}`,
		`{"text":"I resign","Text":"I stay"}`,
	} {
		bob.raw(`{"type":"chat.send","ref":1,"body":` + body + `}`)
		var refused live.Refused
		read(bob, "refused", &refused)
		if refused.Code != "command.invalid" {
			t.Errorf("%s: %q", body, refused.Code)
		}
	}
	bob.raw(`{"type":"chat.send","ref":1,"seat":"` + ada.welcome.You + `","body":{"text":"I resign"}}`)
	var refused live.Refused
	read(bob, "refused", &refused)
	if code := bob.do("role.set", live.SetRole{Seat: bob.welcome.You, Role: "owner"}); code != "right.missing" {
		t.Errorf("Bob made himself owner: %q", code)
	}
	late := s.join(access.Attendee, "Late")
	if len(late.welcome.Chat) != 0 || late.welcome.Seats[1].Role != "attendee" {
		t.Errorf("something of it was taken: %+v", late.welcome)
	}
}

func TestAReloadComesBackToTheSameSeat(t *testing.T) {
	s := serve(t, nil)
	ada, bob := s.join(access.Owner, "Ada"), s.join(access.Attendee, "Bob")
	if code := bob.do("hand.raise", live.Empty{}); code != "" {
		t.Fatal(code)
	}
	again := s.dial()
	again.hello(live.Hello{Version: live.Version, Resume: bob.welcome.Resume})
	if again.welcome.You != bob.welcome.You || again.welcome.Seats[1].Hand == 0 || !again.welcome.Resumed {
		t.Errorf("came back as %+v", again.welcome)
	}
	var bye live.Bye
	read(bob, "bye", &bye)
	if status := bob.closed(); bye.Reason != "replaced" || status != websocket.StatusNormalClosure {
		t.Errorf("the old page was told %q, status %d", bye.Reason, status)
	}
	if code := ada.do("remove", live.Remove{Seat: bob.welcome.You}); code != "" {
		t.Fatal(code)
	}
	read(again, "bye", &bye)
	if bye.Reason != "removed" {
		t.Errorf("removed with %q", bye.Reason)
	}
	if code := refusedHello(s, live.Hello{Version: live.Version, Resume: again.welcome.Resume}); code != "seat.removed" {
		t.Errorf("coming back after removal: %q", code)
	}
}

// refusedHello returns the code that a hello is refused with.
func refusedHello(s *server, h live.Hello) string {
	s.t.Helper()
	c := s.dial()
	ref := c.send("hello", h)
	var refused live.Refused
	if m := read(c, "refused", &refused); m.Ref != ref {
		s.t.Errorf("refused with ref %d", m.Ref)
	}
	c.closed()
	return refused.Code
}

func TestHellosThatAreRefused(t *testing.T) {
	s := serve(t, nil)
	used := s.ticket(access.Attendee, "Ada")
	c := s.dial()
	c.hello(live.Hello{Version: live.Version, Ticket: used})
	for name, tt := range map[string]struct {
		hello live.Hello
		want  string
	}{
		"another version":   {live.Hello{Version: live.Version + 1, Ticket: used}, "version.old"},
		"neither":           {live.Hello{Version: live.Version}, "command.invalid"},
		"both":              {live.Hello{Version: live.Version, Ticket: "x", Resume: "x"}, "command.invalid"},
		"a used ticket":     {live.Hello{Version: live.Version, Ticket: used}, "ticket.invalid"},
		"a made-up token":   {live.Hello{Version: live.Version, Resume: "x"}, "resume.invalid"},
		"a very long token": {live.Hello{Version: live.Version, Resume: strings.Repeat("x", 10_000)}, "resume.invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := refusedHello(s, tt.hello); got != tt.want {
				t.Errorf("refused with %q, want %q", got, tt.want)
			}
		})
	}
	for _, first := range []string{`{"type":"ping","ref":1}`, `{}`, `[]`, `hello`, ``, `{"type":"hello","ref":1,"body":null}`} {
		c := s.dial()
		c.raw(first)
		var refused live.Refused
		read(c, "refused", &refused)
		if refused.Code != "command.invalid" {
			t.Errorf("%q was refused with %q", first, refused.Code)
		}
		c.closed()
	}
}

func TestMessagesThatAreTooLong(t *testing.T) {
	s := serve(t, nil)
	c := s.join(access.Attendee, "Ada")
	if code := c.do("chat.send", live.ChatSend{Text: strings.Repeat("👋", 4_000)}); code != "" {
		t.Errorf("the longest message: %q", code)
	}
	if code := c.do("chat.send", live.ChatSend{Text: strings.Repeat("x", 4_001)}); code != "chat.too_long" {
		t.Errorf("a longer one: %q", code)
	}
	if code := c.do("chat.send", live.ChatSend{Text: "short again"}); code != "" {
		t.Errorf("a short one after it: %q", code)
	}
	c.raw(`{"type":"chat.send","ref":9,"body":{"text":"` + strings.Repeat("x", 1<<20) + `"}}`)
	var refused live.Refused
	read(c, "refused", &refused)
	if status := c.closed(); refused.Code != "message.too_large" || status != websocket.StatusMessageTooBig {
		t.Errorf("refused with %q, closed with %d", refused.Code, status)
	}
	again := s.dial()
	again.hello(live.Hello{Version: live.Version, Resume: c.welcome.Resume})
	if again.welcome.You != c.welcome.You {
		t.Error("the seat was lost")
	}
}

func TestBinaryAndUnknownMessages(t *testing.T) {
	s := serve(t, nil)
	c := s.join(access.Attendee, "Ada")
	if err := c.ws.Write(context.Background(), websocket.MessageBinary, []byte(`{"type":"ping","ref":1,"body":{}}`)); err != nil {
		t.Fatal(err)
	}
	var refused live.Refused
	read(c, "refused", &refused)
	if refused.Code != "command.invalid" {
		t.Errorf("binary: %q", refused.Code)
	}
	for kind, want := range map[string]string{"unmute": "command.unknown", "": "command.unknown", "hello": "command.unknown", "welcome": "command.unknown"} {
		if code := c.do(kind, live.Empty{}); code != want {
			t.Errorf("%q: %q", kind, code)
		}
	}
}

func TestAFloodIsRefusedAndSlowedDown(t *testing.T) {
	s := serve(t, nil)
	c := s.join(access.Viewer, "Ada")
	for range 65 {
		c.send("ping", live.Empty{})
	}
	pongs := 0
	for {
		m, err := c.next()
		if err != nil {
			t.Fatal(err)
		}
		if m.Type == "refused" {
			var refused live.Refused
			if err := json.Unmarshal(m.Body, &refused); err != nil || refused.Code != "rate.limited" || refused.Retry != 1 || m.Ref == 0 {
				t.Errorf("refused with %s, ref %d, %v", m.Body, m.Ref, err)
			}
			break
		}
		pongs++
	}
	if pongs < 60 {
		t.Errorf("only %d pings were answered", pongs)
	}
}

func TestOrigins(t *testing.T) {
	s := serve(t, func(c *live.Config) { c.Origins = []string{"https://meet.example.org"} })
	for origin, want := range map[string]int{
		"":                                 http.StatusSwitchingProtocols,
		s.url:                              http.StatusSwitchingProtocols,
		"https://meet.example.org":         http.StatusSwitchingProtocols,
		"http://meet.example.org":          http.StatusForbidden,
		"https://evil.example":             http.StatusForbidden,
		"https://meet.example.org.evil.io": http.StatusForbidden,
		"null":                             http.StatusForbidden,
	} {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		ws, response, err := websocket.Dial(context.Background(), s.url, &websocket.DialOptions{HTTPHeader: header})
		if response == nil || response.StatusCode != want {
			t.Errorf("%q: %v, %v; want %d", origin, response, err, want)
		}
		if ws != nil {
			_ = ws.CloseNow()
		}
	}
	response, err := s.client.Get(s.url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("a plain GET: %d", response.StatusCode)
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	s := serve(t, func(c *live.Config) { c.MaxConnections = 5 }) // one of them at its hello
	for range 4 {
		s.join(access.Attendee, "Ada")
	}
	waiting := s.dial()
	_, response, err := websocket.Dial(context.Background(), s.url, nil)
	if err == nil || response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" {
		t.Errorf("the sixth: %v, %v", response, err)
	}
	waiting.hello(live.Hello{Version: live.Version, Ticket: s.ticket(access.Attendee, "Eve")})
	if n := s.handler.Connections(); n != 5 {
		t.Errorf("%d connections", n)
	}
}

func TestDrain(t *testing.T) {
	s := serve(t, nil)
	ada, bob := s.join(access.Owner, "Ada"), s.join(access.Attendee, "Bob")
	var waiting sync.WaitGroup
	for _, c := range []*client{ada, bob} {
		waiting.Go(func() {
			var bye live.Bye
			read(c, "bye", &bye)
			if bye.Reason != "draining" || bye.Retry < 1 || bye.Retry > 4 {
				t.Errorf("bye is %+v", bye)
			}
			if status := c.closed(); status != websocket.StatusServiceRestart {
				t.Errorf("closed with %d", status)
			}
		})
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.handler.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	waiting.Wait()
	_, response, err := websocket.Dial(context.Background(), s.url, nil)
	if err == nil || response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a newcomer: %v, %v", response, err)
	}
}

func TestEndingTheMeetingEndsConnections(t *testing.T) {
	s := serve(t, nil)
	ada, bob := s.join(access.Owner, "Ada"), s.join(access.Attendee, "Bob")
	ada.send("end", live.Empty{})
	for _, c := range []*client{ada, bob} {
		var bye live.Bye
		read(c, "bye", &bye)
		if bye.Reason != "ended" {
			t.Errorf("bye is %+v", bye)
		}
	}
	if code := refusedHello(s, live.Hello{Version: live.Version, Resume: bob.welcome.Resume}); code != "meeting.ended" {
		t.Errorf("coming back: %q", code)
	}
}

func TestFaultsOfTheServerStayInItsLog(t *testing.T) {
	s := serve(t, nil)
	ada := s.join(access.Owner, "Ada Lovelace")
	s.store.Fail(errors.New("disk full"))
	if code := ada.do("locked.set", live.SetLocked{Locked: true}); code != "internal" {
		t.Errorf("refused with %q", code)
	}
	log := s.log.String()
	if !strings.Contains(log, "disk full") {
		t.Errorf("the log does not say why: %s", log)
	}
	for _, secret := range []string{"Lovelace", string(s.meeting), ada.welcome.You, ada.welcome.Resume, "127.0.0.1"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log has %q", secret)
		}
	}
}
