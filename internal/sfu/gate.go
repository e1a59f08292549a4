package sfu

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"plenum/internal/fault"
	"plenum/internal/id"
)

// gate stands in front of LiveKit's signalling, which by itself takes any
// origin and any forwarded header, lets kicked people back in, and reads
// messages of any length.
type gate struct {
	seats      *registry
	livekit    *liveKit
	viewing    *audience
	origins    []string
	maxMessage int
	stopped    *atomic.Bool
	open       sync.WaitGroup // signal connections being served
}

// served knows LiveKit's paths, exactly; whatever else is below /rtc does not
// exist. Two open a connection, two only tell a client why opening failed.
func served(path string) (opens, ok bool) {
	switch path {
	case "/rtc", "/rtc/v1":
		return true, true
	case "/rtc/validate", "/rtc/v1/validate":
		return false, true
	}
	return false, false
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	opens, ok := served(r.URL.Path)
	switch {
	case !ok:
		refuse(w, http.StatusNotFound)
		return
	case r.Method != http.MethodGet:
		refuse(w, http.StatusMethodNotAllowed)
		return
	case !g.allowsOrigin(r):
		refuse(w, http.StatusForbidden)
		return
	case g.stopped.Load():
		refuse(w, http.StatusServiceUnavailable)
		return
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	// "publish" would join a second time under an identity of the client's making.
	if err != nil || query.Has("publish") {
		refuse(w, http.StatusBadRequest)
		return
	}
	p, err := g.admit(r, query, opens)
	switch {
	case errors.Is(err, errTooFast):
		refuse(w, http.StatusTooManyRequests)
		return
	case err != nil:
		refuse(w, http.StatusUnauthorized)
		return
	}

	g.open.Add(1)
	defer g.open.Done()
	gw := &gateWriter{ResponseWriter: w, gate: g, pass: p, request: r}
	g.livekit.signalling.ServeHTTP(gw, g.inner(r, query, p))
	if gw.conn != nil {
		g.seats.detach(p, gw.conn)
		_ = gw.conn.Close()
	} else {
		g.seats.giveBack(p)
	}
}

func refuse(w http.ResponseWriter, status int) {
	http.Error(w, http.StatusText(status), status)
}

// allowsOrigin applies to browsers, which always name the page's origin; other
// programs have only the token to show.
func (g *gate) allowsOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	if len(g.origins) > 0 {
		return slices.Contains(g.origins, origin)
	}
	u, err := url.Parse(origin)
	return err == nil && strings.EqualFold(u.Host, r.Host)
}

// admit finds out whose token it is: one of ours, or one that LiveKit made to
// let a connected client come back.
func (g *gate) admit(r *http.Request, query url.Values, use bool) (pass, error) {
	secret, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		secret = query.Get("access_token")
	}
	if !strings.Contains(secret, ".") { // a JWT has two dots, ours has none
		return g.seats.redeem(secret, use)
	}
	claims, err := g.livekit.verify(secret)
	if err != nil {
		return pass{}, errToken.With(err)
	}
	return g.seats.resume(id.Meeting(claims.Video.Room), id.Seat(claims.Identity), claims.Video.DestinationRoom, use)
}

// inner is the request as LiveKit gets it: with our grants, without the token
// and without anything that tells who or where the client is.
func (g *gate) inner(r *http.Request, query url.Values, p pass) *http.Request {
	in := r.Clone(g.livekit.withGrants(r.Context(), p))
	query.Del("access_token")
	in.URL.RawQuery = query.Encode()
	in.RequestURI = ""
	in.RemoteAddr = ""
	for _, name := range []string{
		"Authorization", "Cookie", "Referer",
		"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Cf-Connecting-Ip",
		// Compression would let a small frame unpack to a huge message.
		"Sec-Websocket-Extensions",
	} {
		in.Header.Del(name)
	}
	return in
}

// gateWriter stands between LiveKit and the real response: it drops the texts
// of LiveKit's errors, which may repeat what the client sent, and hands out
// only guarded connections.
type gateWriter struct {
	http.ResponseWriter
	gate    *gate
	pass    pass
	request *http.Request
	conn    *signalConn // set when the connection is open
	done    bool        // the answer is complete, or not HTTP any more
}

// WriteHeader lets success through and replaces the text of errors.
func (w *gateWriter) WriteHeader(status int) {
	switch {
	case w.done:
	case status >= http.StatusBadRequest:
		w.done = true
		refuse(w.ResponseWriter, status)
	default:
		w.ResponseWriter.WriteHeader(status)
	}
}

func (w *gateWriter) Write(p []byte) (int, error) {
	if w.done {
		return len(p), nil
	}
	return w.ResponseWriter.Write(p)
}

// Hijack is called by LiveKit when the participant has joined its room and the
// WebSocket is to begin: the last moment to see that the seat was not removed
// in between.
func (w *gateWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.done = true
	raw, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, fault.Wrap("sfu.gate", err)
	}
	if rw.Reader.Buffered() > 0 { // a client must wait for the handshake's answer (RFC 6455 §4.1)
		_ = raw.Close()
		return nil, nil, errToken
	}
	conn := newSignalConn(w.request.Context(), raw, w.gate.maxMessage)
	grants, v := w.gate.seats.attach(w.pass, conn)
	s := w.pass.seat
	switch v {
	case welcome:
	case roomGone: // joining made LiveKit bring the room back
		err = w.gate.livekit.deleteRoom(w.request.Context(), s.meeting)
	case seatGone:
		w.gate.livekit.removeParticipant(w.request.Context(), s.meeting, s.id)
	case otherLives:
	}
	if v != welcome {
		_ = raw.Close()
		return nil, nil, errors.Join(errToken, err)
	}
	w.conn = conn
	// Before the client can hear or say anything.
	w.gate.viewing.changed(s.meeting)
	w.gate.viewing.settle(w.request.Context(), s.meeting)
	if grants != w.pass.grants {
		w.gate.livekit.setPermission(w.request.Context(), s.meeting, s.id, grants)
	}
	return conn, bufio.NewReadWriter(bufio.NewReader(conn), rw.Writer), nil
}
