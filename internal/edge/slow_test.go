package edge_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"
)

// slowly opens connections that never get anywhere, in the ways there are: silent
// before TLS, half a handshake, TLS and then nothing, half a header, half a body,
// a header that drips, and one who does not read what was asked for.
func slowly(t *testing.T, address string, kind int) net.Conn {
	t.Helper()
	if kind < 2 {
		c, err := net.Dial("tcp", address) //nolint:noctx // loopback
		if err != nil {
			t.Error(err)
			return nil
		}
		if kind == 1 {
			c.Write([]byte{22, 3, 1, 2, 0, 1}) //nolint:errcheck // the beginning of a ClientHello
		}
		return c
	}
	c, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}}) //nolint:gosec,noctx // loopback
	if err != nil {
		t.Error(err)
		return nil
	}
	sent := map[int]string{
		2: "", 3: "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ", 4: "POST /api/body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf",
		5: "G", 6: "GET /assets/app-abc.js HTTP/1.1\r\nHost: localhost\r\n\r\n",
	}[kind]
	if _, err := io.WriteString(c, sent); err != nil {
		t.Error(err)
	}
	return c
}

// TestSlowConnections: a thousand that never finish keep nobody from being served,
// and are gone when their time is up.
func TestSlowConnections(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for the limits of the server")
	}
	s := start(t, nil)
	const kinds, many = 7, 1_000
	conns := make([]net.Conn, many)
	var group sync.WaitGroup
	ahead := make(chan struct{}, 50)
	for i := range conns {
		ahead <- struct{}{}
		group.Go(func() {
			defer func() { <-ahead }()
			conns[i] = slowly(t, s.Addr().String(), i%kinds)
		})
	}
	group.Wait()
	for range 50 {
		begun := time.Now()
		if resp, _ := s.get(t, "/healthz"); resp.StatusCode != http.StatusOK {
			t.Fatalf("an honest client gets %d", resp.StatusCode)
		}
		if took := time.Since(begun); took > 2*time.Second {
			t.Errorf("an honest client waits %v", took)
		}
		s.client.CloseIdleConnections() // each with a connection of its own
	}
	limit := time.Now().Add(20 * time.Second) // 10 s for a handshake or a header
	for i, c := range conns {
		if c == nil || i%kinds == 4 || i%kinds == 6 {
			continue // a body has 30 s, who was answered and keeps quiet two minutes
		}
		c.SetReadDeadline(limit)
		if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("a connection of kind %d is still open", i%kinds)
		}
	}
	for _, c := range conns {
		if c != nil {
			c.Close()
		}
	}
}
