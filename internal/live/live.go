package live

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/coder/websocket"

	"plenum/internal/fault"
	"plenum/internal/pii"
	"plenum/internal/room"
)

// The limits of the channel; docs/protocol.md repeats them.
const (
	// maxMessage is what a client may send at once: the longest chat message,
	// 4,000 characters of four bytes, and its envelope.
	maxMessage = 16 << 10
	// defaultConnections is ten full rooms. One takes about 60 KiB: two
	// goroutines, the buffers of HTTP and WebSocket, and its outbox of 16 KiB.
	defaultConnections = 5_000
	// A fifth of the connections may be at their hello: enough for two full rooms
	// coming back in one moment, and strangers cannot take the places of people.
	helloShare = 5
	// And half of those may come from one address: one full room behind one NAT,
	// while a stranger's machine cannot keep everybody else at the door.
	sourceShare = 2

	helloTime = 10 * time.Second
	// silence is how long a client may say nothing. It pings each 5 s, so three
	// are lost by then.
	silence   = 20 * time.Second
	writeTime = 10 * time.Second
	// pause is how long the channel stops listening to a seat that is over its
	// rate: TCP then slows down who sends it.
	pause = 250 * time.Millisecond
)

// The faults of the channel itself.
var (
	errVersion   = fault.New("live.hello", fault.Invalid, "version.old", "The page is from another version of the server. Load it again.")
	errUnknown   = fault.New("live.command", fault.Invalid, "command.unknown", "There is no such command.")
	errTooLarge  = fault.New("live.read", fault.Invalid, "message.too_large", "The message is longer than 16 KiB.")
	errLateHello = errors.New("live: no hello in time")
)

// Rooms are the live meetings.
type Rooms interface {
	Connect(ctx context.Context, c room.Credential) (*room.Conn, error)
	Drain(ctx context.Context) error
}

// Config is what the handler needs.
type Config struct {
	Rooms  Rooms
	Logger *slog.Logger
	// Origins whose pages may open the channel, such as "https://meet.example.org",
	// besides the host that the request itself is for.
	Origins []string
	// MaxConnections bounds all connections; 0 means 5,000.
	MaxConnections int
}

// Handler serves /live.
type Handler struct {
	rooms   Rooms
	log     *slog.Logger
	origins []string
	readers map[string]reader
	places  chan struct{} // one word per connection
	hellos  chan struct{} // one word per connection before its welcome

	mu       sync.Mutex
	draining bool                 // guarded by mu
	from     map[netip.Prefix]int // guarded by mu; hellos of each source, none without one
	open     sync.WaitGroup       // Add is guarded by mu, so that none comes after Drain
}

// New makes the handler.
func New(c Config) *Handler {
	n := c.MaxConnections
	if n == 0 {
		n = defaultConnections
	}
	return &Handler{
		rooms: c.Rooms, log: c.Logger, origins: c.Origins, readers: readers(),
		places: make(chan struct{}, n), hellos: make(chan struct{}, max(1, n/helloShare)), from: make(map[netip.Prefix]int),
	}
}

// Drain says goodbye to everybody and waits until all connections have ended or
// ctx does.
func (h *Handler) Drain(ctx context.Context) error {
	h.mu.Lock()
	h.draining = true
	h.mu.Unlock()
	if err := h.rooms.Drain(ctx); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		h.open.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Connections returns how many are open.
func (h *Handler) Connections() int { return len(h.places) }

// begin counts a connection in, unless the server is going.
func (h *Handler) begin() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.draining {
		return false
	}
	h.open.Add(1)
	return true
}

// takeHello finds a place for a connection before its welcome.
func (h *Handler) takeHello(source netip.Prefix) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.from[source] >= max(1, cap(h.hellos)/sourceShare) || !take(h.hellos) {
		return false
	}
	h.from[source]++
	return true
}

func (h *Handler) giveHello(source netip.Prefix) {
	h.mu.Lock()
	defer h.mu.Unlock()
	<-h.hellos
	if h.from[source]--; h.from[source] == 0 {
		delete(h.from, source)
	}
}

// sourceOf is who a connection counts for: an IPv4 address, or the /64 that one
// IPv6 customer has at least. It stays in memory, as long as the hello lasts.
func sourceOf(remote string) netip.Prefix {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Prefix{}
	}
	addr, bits := at.Addr().Unmap().WithZone(""), 64
	if addr.Is4() {
		bits = 32
	}
	return netip.PrefixFrom(addr, bits).Masked()
}

// take puts a word into places if there is room.
func take(places chan struct{}) bool {
	select {
	case places <- struct{}{}:
		return true
	default:
		return false
	}
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !take(h.places) {
		unavailable(w)
		return
	}
	defer func() { <-h.places }()
	source := sourceOf(r.RemoteAddr)
	if !h.takeHello(source) {
		unavailable(w)
		return
	}
	released := sync.OnceFunc(func() { h.giveHello(source) })
	defer released()
	if !h.begin() {
		unavailable(w)
		return
	}
	defer h.open.Done()

	// The library checks Origin against the request's host and these. Compression
	// is off by default and stays so: small messages can hide large ones in it.
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{OriginPatterns: h.origins})
	if err != nil {
		return // Accept has answered
	}
	defer func() { _ = ws.CloseNow() }()
	ws.SetReadLimit(2 * maxMessage) // never reached: read stops before, and can say so

	s := session{ws: ws, log: h.log, readers: h.readers}
	conn, hello, err := s.hello(r.Context(), h.rooms)
	if err != nil {
		s.turnAway(r.Context(), hello, err)
		return
	}
	released()
	s.serve(r.Context(), conn)
}

func unavailable(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "2")
	http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
}

// session is one connection.
type session struct {
	ws      *websocket.Conn
	log     *slog.Logger
	readers map[string]reader
}

// hello reads the first message and opens the seat. It returns the message's ref
// also with an error.
func (s session) hello(ctx context.Context, rooms Rooms) (*room.Conn, int64, error) {
	reading, cancel := context.WithTimeoutCause(ctx, helloTime, errLateHello)
	defer cancel()
	data, err := s.read(reading)
	if err != nil {
		return nil, 0, err
	}
	m, err := parse(data)
	if err != nil {
		return nil, 0, err
	}
	if m.kind != "hello" {
		return nil, m.ref, errMalformed
	}
	h, err := body[Hello](m)
	switch {
	case err != nil, (h.Ticket == "") == (h.Resume == ""):
		return nil, m.ref, errMalformed
	case h.Version != Version:
		return nil, m.ref, errVersion
	}
	conn, err := rooms.Connect(ctx, room.Credential{Ticket: pii.Secret(h.Ticket), Resume: pii.Secret(h.Resume)})
	return conn, m.ref, err
}

// read returns the next message. Faults: errTooLarge, errMalformed; any other
// error means that the client is gone.
func (s session) read(ctx context.Context) ([]byte, error) {
	kind, r, err := s.ws.Reader(ctx)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(r, maxMessage+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > maxMessage:
		return nil, errTooLarge
	case kind != websocket.MessageText:
		return nil, errMalformed
	}
	return data, nil
}

// turnAway ends a connection that did not get as far as a welcome.
func (s session) turnAway(ctx context.Context, ref int64, err error) {
	if answerable(err) && s.write(ctx, s.refused(ctx, ref, err)) == nil {
		_ = s.ws.Close(websocket.StatusPolicyViolation, "")
	}
}

// answerable reports whether err is a refusal and not the end of the connection.
func answerable(err error) bool {
	_, isFault := errors.AsType[*fault.Error](err)
	return isFault || errors.Is(err, errMalformed)
}

// serve carries messages both ways until one side ends it.
func (s session) serve(ctx context.Context, conn *room.Conn) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answers := make(chan Envelope) // the reader waits for the writer: no queue to flood
	var writing sync.WaitGroup
	writing.Go(func() {
		defer cancel()
		s.send(ctx, conn, answers)
	})
	err := s.receive(ctx, conn, answers)
	if closed(err) {
		conn.Closed()
	} else {
		conn.Lost()
	}
	if errors.Is(err, errTooLarge) { // nothing can be read behind it
		select {
		case answers <- s.refused(ctx, 0, err):
		case <-ctx.Done():
		}
	}
	close(answers)
	writing.Wait()
	if errors.Is(err, errTooLarge) {
		_ = s.ws.Close(websocket.StatusMessageTooBig, "")
	}
}

// closed reports whether the client said that it goes, as browsers do for a tab
// that is closed or loaded again (1001, or no code). A client of ours that gives
// a connection up and is coming back says so with a code of its own.
func closed(err error) bool {
	status := websocket.CloseStatus(err)
	return status == websocket.StatusNormalClosure || status == websocket.StatusGoingAway || status == websocket.StatusNoStatusRcvd
}

// receive reads commands and carries them out, one after the other.
func (s session) receive(ctx context.Context, conn *room.Conn, answers chan<- Envelope) error {
	for {
		reading, cancel := context.WithTimeout(ctx, silence)
		data, err := s.read(reading)
		cancel()
		if err != nil && !errors.Is(err, errMalformed) {
			return err
		}
		var answer Envelope
		if limit := conn.Allow(); limit != nil {
			answer = s.refused(ctx, refOf(data), limit)
			rest(ctx)
		} else {
			answer = s.answer(ctx, conn, data)
		}
		select {
		case answers <- answer:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// rest waits for the time of a pause.
func rest(ctx context.Context) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// refOf finds the ref of a message that is refused unread.
func refOf(data []byte) int64 {
	m, _ := parse(data)
	return m.ref
}

// answer carries one message out and says how it went. A binary message comes as
// nil, which is malformed like any other that cannot be read.
func (s session) answer(ctx context.Context, conn *room.Conn, data []byte) Envelope {
	m, err := parse(data)
	if err != nil {
		return s.refused(ctx, 0, err)
	}
	if m.kind == "ping" {
		if _, err := body[Empty](m); err != nil {
			return s.refused(ctx, m.ref, err)
		}
		return Envelope{Type: "pong", Ref: m.ref, Body: Pong{Now: time.Now().UnixMilli()}}
	}
	read, known := s.readers[m.kind]
	if !known {
		return s.refused(ctx, m.ref, errUnknown)
	}
	c, err := read(m)
	if err == nil {
		err = conn.Do(ctx, c)
	}
	if err != nil {
		return s.refused(ctx, m.ref, err)
	}
	return Envelope{Type: "ok", Ref: m.ref, Body: Empty{}}
}

// refused words a fault. What is the server's own mistake goes to the log, and
// the client learns only that it was one.
func (s session) refused(ctx context.Context, ref int64, err error) Envelope {
	code := room.ErrCommand.Code
	if !errors.Is(err, errMalformed) {
		f, isFault := errors.AsType[*fault.Error](err)
		if !isFault || f.Kind == fault.Internal {
			if ctx.Err() == nil {
				s.log.ErrorContext(ctx, "a live command failed", slog.Any("err", err))
			}
			code = "internal"
		} else {
			code = f.Code
		}
	}
	return Envelope{Type: "refused", Ref: ref, Body: Refused{Code: code, Retry: seconds(room.RetryAfter(err))}}
}

// send writes events and answers until a bye or a client that does not read. What
// follows from a command is written before its answer.
func (s session) send(ctx context.Context, conn *room.Conn, answers <-chan Envelope) {
	events := conn.Events()
	for {
		select {
		case e, more := <-events:
			if !more {
				events = nil // after Lost: only a last answer may come
				continue
			}
			if !s.event(ctx, e) {
				return
			}
		case a, more := <-answers:
			if !more {
				return
			}
			for waiting := len(events); waiting > 0; waiting-- {
				if e, more := <-events; more && !s.event(ctx, e) {
					return
				}
			}
			if s.write(ctx, a) != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// event writes e and reports whether the connection goes on.
func (s session) event(ctx context.Context, e room.Event) bool {
	if s.write(ctx, envelope(e)) != nil {
		return false
	}
	bye, last := e.(room.Bye)
	if last {
		status := websocket.StatusNormalClosure
		if bye.Reason == room.ReasonDraining {
			status = websocket.StatusServiceRestart
		}
		_ = s.ws.Close(status, "")
	}
	return !last
}

func (s session) write(ctx context.Context, e Envelope) error {
	data, err := json.Marshal(e)
	if err != nil {
		return fault.Wrap("live.write", err)
	}
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	return s.ws.Write(ctx, websocket.MessageText, data)
}
