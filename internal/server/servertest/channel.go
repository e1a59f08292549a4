package servertest

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/coder/websocket"

	"plenum/internal/access"
	"plenum/internal/live"
)

// patience bounds each wait; a loaded machine may need some seconds.
const patience = 20 * time.Second

// Message is an envelope as a client gets it.
type Message struct {
	Type string          `json:"type"`
	Ref  int64           `json:"ref"`
	Body json.RawMessage `json:"body"`
}

// Channel is an open live channel.
type Channel struct {
	Welcome live.Welcome
	Waiting live.Waiting // of somebody who has to be let in; Welcome is empty then

	ws       *websocket.Conn
	messages chan Message // closed when the server ends it
	early    []Message    // read while waiting for something else
	ref      int64
	stop     context.CancelFunc
}

// Join comes in through door and gate with the given role's link.
func (b *Browser) Join(t testing.TB, m Meeting, role access.Role, name string) *Channel {
	t.Helper()
	c, refused := b.Hello(t, live.Hello{Version: live.Version, Ticket: b.Ticket(t, m, role, name)})
	if refused != "" {
		t.Fatalf("%s is refused: %s", role, refused)
	}
	if c.Welcome.You == "" {
		t.Fatalf("%s has to wait", role)
	}
	return c
}

// Early is what came while something else was waited for.
func (c *Channel) Early() []Message { return c.early }

// Resume comes back to the seat of a channel from before.
func (b *Browser) Resume(t testing.TB, before *Channel) (c *Channel, refused string) {
	t.Helper()
	return b.Hello(t, live.Hello{Version: live.Version, Resume: before.Welcome.Resume})
}

// Hello opens a live channel, or returns the code of the refusal.
func (b *Browser) Hello(t testing.TB, hello live.Hello) (c *Channel, refused string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ws, resp, err := websocket.Dial(ctx, b.url+"/live", &websocket.DialOptions{HTTPClient: b.client})
	if err != nil {
		cancel()
		status := ""
		if resp != nil {
			status = resp.Status
		}
		t.Fatalf("the live channel does not open: %v %s", err, status)
	}
	ws.SetReadLimit(1 << 20)
	c = &Channel{ws: ws, messages: make(chan Message, 10_000), stop: cancel}
	go c.read(ctx)
	t.Cleanup(c.Cut)
	c.ref++
	c.write(t, "hello", hello)
	first := c.next(t)
	if first.Type == "refused" {
		return nil, refusal(t, first)
	}
	switch first.Type {
	case "welcome":
		decode(t, first, &c.Welcome)
	case "waiting":
		decode(t, first, &c.Waiting)
	default:
		t.Fatalf("the channel begins with %q", first.Type)
	}
	return c, ""
}

func (c *Channel) read(ctx context.Context) {
	defer close(c.messages)
	for {
		_, raw, err := c.ws.Read(ctx)
		if err != nil {
			return
		}
		var m Message
		if json.Unmarshal(raw, &m) != nil {
			return
		}
		c.messages <- m
	}
}

func (c *Channel) write(t testing.TB, kind string, body any) {
	t.Helper()
	raw, err := json.Marshal(live.Envelope{Type: kind, Ref: c.ref, Body: body})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
	defer cancel()
	if err := c.ws.Write(ctx, websocket.MessageText, raw); err != nil {
		t.Fatalf("%s cannot be sent: %v", kind, err)
	}
}

func (c *Channel) next(t testing.TB) Message {
	t.Helper()
	select {
	case m, more := <-c.messages:
		if !more {
			t.Fatal(errEnded)
		}
		return m
	case <-time.After(patience):
		t.Fatal("the live channel is silent")
	}
	return Message{}
}

// Do sends a command and waits for its answer: "" or the code of the refusal. A
// goodbye is an answer, too: nothing comes after it.
func (c *Channel) Do(t testing.TB, kind string, body any) (refused string) {
	t.Helper()
	c.ref++
	c.write(t, kind, body)
	for {
		m := c.next(t)
		if m.Ref != c.ref {
			c.early = append(c.early, m)
			if m.Type == "bye" {
				return ""
			}
			continue
		}
		if m.Type == "refused" {
			return refusal(t, m)
		}
		return ""
	}
}

// Await waits for the next event of a type and reads its body into out, which may
// be nil. Other events are kept for later calls.
func (c *Channel) Await(t testing.TB, kind string, out any) {
	t.Helper()
	for i, m := range c.early {
		if m.Type == kind {
			c.early = append(c.early[:i:i], c.early[i+1:]...)
			decode(t, m, out)
			return
		}
	}
	for {
		m := c.next(t)
		if m.Type == kind {
			decode(t, m, out)
			return
		}
		c.early = append(c.early, m)
	}
}

// Ended waits until the server has closed the channel and returns its last word.
func (c *Channel) Ended(t testing.TB) live.Bye {
	t.Helper()
	var bye live.Bye
	c.Await(t, "bye", &bye)
	select {
	case _, more := <-c.messages:
		if more {
			t.Error("something came after the goodbye")
		}
	case <-time.After(patience):
		t.Error("the channel stays open after the goodbye")
	}
	return bye
}

// Cut ends the connection without a word, as a pulled cable does.
func (c *Channel) Cut() {
	c.ws.CloseNow()
	c.stop()
}

func refusal(t testing.TB, m Message) string {
	t.Helper()
	var r live.Refused
	decode(t, m, &r)
	if r.Code == "" {
		return fmt.Sprintf("refused without a code: %s", m.Body)
	}
	return r.Code
}

func decode(t testing.TB, m Message, out any) {
	t.Helper()
	if out == nil {
		return
	}
	if err := json.Unmarshal(m.Body, out); err != nil {
		t.Fatalf("%s: %v in %s", m.Type, err, m.Body)
	}
}
