package sfu

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// signalRate and signalBurst bound the frames a client sends in a second. The
	// most an honest one needs is a page of 25 tiles changing size or going out
	// of sight, twice, on top of a join with its candidates and subscriptions to
	// 500 people's audio. Faster ones are not ended but read more slowly.
	signalRate  = 50
	signalBurst = 1000
	// byteRate and byteBurst do the same for volume: SDP answers of up to 600 kB
	// several times a second while a large meeting fills up.
	byteRate  = 2 << 20
	byteBurst = 16 << 20
	// idleTimeout ends half-open connections. LiveKit pings every 10 s, and each
	// client answers.
	idleTimeout = 40 * time.Second
	// writeTimeout ends connections whose client has stopped reading.
	writeTimeout = 10 * time.Second
	// farewell is how long a removed seat's connection stays, for LiveKit's leave
	// message to arrive.
	farewell = 500 * time.Millisecond
)

// The opcodes (RFC 6455 §5.2) and close codes (§7.4.1) that matter here.
const (
	opContinuation = 0x0
	opText         = 0x1
	opControl      = 0x8 // and above

	closeProtocolError = 1002
	closeUnsupported   = 1003
	closeTooBig        = 1009
)

var (
	errFrame = errors.New("sfu: malformed WebSocket frame")
	errText  = errors.New("sfu: text message")
	errSize  = errors.New("sfu: signal message too long")
)

// signalConn is a hijacked WebSocket connection that reads along: LiveKit sets
// no limit on incoming messages and gives no place to set one, so the frame
// headers are checked here, before a byte of a too long message is kept.
type signalConn struct {
	net.Conn
	ctx     context.Context //nolint:containedctx // ends a waiting Read when the connection is closed.
	cancel  context.CancelFunc
	frames  *rate.Limiter
	bytes   *rate.Limiter
	guard   frameGuard
	closing sync.Once
}

func newSignalConn(ctx context.Context, raw net.Conn, maxMessage int) *signalConn {
	ctx, cancel := context.WithCancel(ctx)
	return &signalConn{
		Conn:   raw,
		ctx:    ctx,
		cancel: cancel,
		frames: rate.NewLimiter(signalRate, signalBurst),
		bytes:  rate.NewLimiter(byteRate, byteBurst),
		guard:  frameGuard{maxMessage: uint64(maxMessage)}, //nolint:gosec // a configured size is not negative.
	}
}

// Read passes on what the client sends at the pace it may send, until a frame
// breaks the rules.
func (c *signalConn) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(idleTimeout)); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	if n == 0 {
		return n, err
	}
	frames, violation := c.guard.scan(p[:n])
	if violation != nil {
		c.refuse(violation)
		return 0, violation
	}
	// A read is never longer than a bufio.Reader's buffer, so neither wait can
	// ask for more than the burst.
	if err := c.bytes.WaitN(c.ctx, n); err != nil {
		return 0, net.ErrClosed
	}
	if err := c.frames.WaitN(c.ctx, min(frames, signalBurst)); err != nil {
		return 0, net.ErrClosed
	}
	return n, err
}

func (c *signalConn) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// Close may be called more than once.
func (c *signalConn) Close() error {
	c.cancel()
	return c.Conn.Close()
}

// closeSoon closes the connection when the client has had time to read why.
func (c *signalConn) closeSoon() {
	c.closing.Do(func() {
		time.AfterFunc(farewell, func() { _ = c.Close() })
	})
}

// refuse tells the client which rule it broke and closes.
func (c *signalConn) refuse(violation error) {
	code := uint16(closeProtocolError)
	switch {
	case errors.Is(violation, errSize):
		code = closeTooBig
	case errors.Is(violation, errText):
		code = closeUnsupported
	}
	frame := binary.BigEndian.AppendUint16([]byte{0x88, 2}, code)
	_, _ = c.Write(frame)
	_ = c.Close()
}

// frameGuard follows the frames of a client's byte stream.
type frameGuard struct {
	maxMessage uint64

	header  [14]byte // of the frame being read; 14 is the longest (RFC 6455 §5.2)
	have    int      // bytes of header read
	payload uint64   // bytes of payload still to come
	message uint64   // bytes of the message so far, over its frames
}

// scan reads p and returns how many frames began in it.
func (g *frameGuard) scan(p []byte) (frames int, err error) {
	for len(p) > 0 {
		if g.payload > 0 {
			n := min(g.payload, uint64(len(p)))
			g.payload -= n
			p = p[n:]
			continue
		}
		g.header[g.have] = p[0]
		g.have++
		p = p[1:]
		if g.have < g.headerLength() {
			continue
		}
		frames++
		if err := g.begin(); err != nil {
			return frames, err
		}
	}
	return frames, nil
}

// headerLength is known better with each byte.
func (g *frameGuard) headerLength() int {
	const mask = 4
	if g.have < 2 {
		return 2
	}
	length := 2
	switch g.header[1] & 0x7f {
	case 126:
		length += 2
	case 127:
		length += 8
	}
	if g.header[1]&0x80 != 0 {
		length += mask
	}
	return length
}

// begin judges the frame whose header is complete.
func (g *frameGuard) begin() error {
	first, second := g.header[0], g.header[1]
	g.have = 0
	length := uint64(second & 0x7f)
	switch length {
	case 126:
		length = uint64(binary.BigEndian.Uint16(g.header[2:]))
	case 127:
		length = binary.BigEndian.Uint64(g.header[2:])
	}
	if first&0x70 != 0 || second&0x80 == 0 { // an extension nobody agreed on, or no mask (§5.1)
		return errFrame
	}
	g.payload = length
	switch opcode := first & 0x0f; {
	case opcode >= opControl:
		if length > 125 { // §5.5
			return errFrame
		}
		return nil
	case opcode == opText: // our clients speak protobuf; JSON is one parser more to attack
		return errText
	case opcode != opContinuation:
		g.message = 0
	}
	if length > g.maxMessage || g.message+length > g.maxMessage {
		return errSize
	}
	g.message += length
	return nil
}
