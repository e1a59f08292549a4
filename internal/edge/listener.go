package edge

import (
	"bufio"
	"bytes"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// Limits on simultaneous connections. A browser in a call holds three (pages
// and API over HTTP/2, live channel, signalling), about 40 kB each: 10,000 are
// 400 MB at worst. 2,000 from one address let a whole room of 500 people sit
// behind one NAT and still leave room for others.
const (
	maxConns        = 10_000
	maxConnsPerAddr = 2_000
)

// limited is a listener that closes at once what exceeds the limits. Waiting
// would let whoever is first keep everybody else out.
type limited struct {
	net.Listener
	unlimited []netip.Prefix // proxies: many clients behind one address
	answer    func(net.Conn, *http.Request)
	log       *slog.Logger

	mu    sync.Mutex
	total int                  // guarded by mu
	from  map[netip.Prefix]int // guarded by mu; keys with no connection are deleted
}

func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		source, ok := l.admit(c.RemoteAddr())
		if !ok {
			l.log.Debug("connection refused: too many")
			c.Close() //nolint:errcheck // nothing was promised
			continue
		}
		return &countedConn{Conn: c, release: sync.OnceFunc(func() { l.release(source) }), answer: l.answer}, nil
	}
}

func (l *limited) admit(remote net.Addr) (netip.Prefix, bool) {
	source := sourceOf(remote)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.total >= maxConns || l.from[source] >= maxConnsPerAddr && !isTrusted(source.Addr(), l.unlimited) {
		return source, false
	}
	l.total++
	l.from[source]++
	return source, true
}

func (l *limited) release(source netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total--
	if l.from[source]--; l.from[source] <= 0 {
		delete(l.from, source)
	}
}

// sourceOf is who a connection counts for: an IPv4 address, or the /64 that one
// IPv6 customer has at least.
func sourceOf(remote net.Addr) netip.Prefix {
	tcp, ok := remote.(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}
	}
	a := tcp.AddrPort().Addr().Unmap().WithZone("")
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits) //nolint:errcheck // bits fit the address
	return p
}

// countedConn gives its place back when closed. Somebody who speaks plain HTTP
// to it, having typed the address without https, is sent to the right one.
type countedConn struct {
	net.Conn
	release func()
	answer  func(net.Conn, *http.Request)
	once    bool // first Read done; only the TLS handshake reads first
}

func (c *countedConn) Close() error {
	c.release()
	return c.Conn.Close()
}

func (c *countedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.once || n == 0 {
		return n, err
	}
	c.once = true
	if b[0] < 'A' || b[0] > 'Z' { // a TLS record begins with 22
		return n, err
	}
	// TLS reads 5 bytes first: the rest of the request line is still to come.
	c.SetReadDeadline(time.Now().Add(5 * time.Second)) //nolint:errcheck // the read will tell
	rest := bufio.NewReaderSize(&joined{bytes.NewReader(bytes.Clone(b[:n])), c.Conn}, 4096)
	if r, err := http.ReadRequest(rest); err == nil {
		c.answer(c.Conn, r)
	}
	return 0, net.ErrClosed
}

// joined reads what was read before and then, with a bound, the connection.
type joined struct {
	before *bytes.Reader
	conn   net.Conn
}

func (j *joined) Read(b []byte) (int, error) {
	if j.before.Len() > 0 {
		return j.before.Read(b)
	}
	return j.conn.Read(b)
}
