package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// line is a listener of connections that are pipes: each byte is handed over when the
// other side takes it.
type line struct{ conns chan net.Conn }

func (l line) Accept() (net.Conn, error) {
	if c, open := <-l.conns; open {
		return c, nil
	}
	return nil, net.ErrClosed
}
func (l line) Close() error   { close(l.conns); return nil }
func (l line) Addr() net.Addr { return &net.TCPAddr{} }

// over serves a file as the API does, under the limits of the edge, and gives an
// answer to it over HTTP/1.1 or HTTP/2.
func over(t *testing.T, http2 bool, content []byte, still func() error) *http.Response {
	t.Helper()
	protocols := new(http.Protocols)
	protocols.SetHTTP1(!http2)
	protocols.SetUnencryptedHTTP2(http2)
	server := &http.Server{
		Protocols: protocols, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 5 * time.Minute,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "video/mp4")
			out := &steady{ResponseWriter: w, control: http.NewResponseController(w), still: still, asked: time.Now()}
			http.ServeContent(out, r, "", time.Time{}, bytes.NewReader(content))
		}),
	}
	l := line{make(chan net.Conn, 1)}
	done := make(chan struct{})
	go func() { defer close(done); server.Serve(l) }() //nolint:errcheck // until it is closed
	client := &http.Transport{Protocols: protocols, DialContext: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		l.conns <- there
		return here, nil
	}}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		server.Close()
		<-done
	})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://meet.example/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

func each(t *testing.T, test func(*testing.T, bool)) {
	t.Helper()
	for name, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, http2) })
		})
	}
}

// A file goes over a slow line for hours.
func TestSlowLine(t *testing.T) {
	each(t, func(t *testing.T, http2 bool) {
		content := bytes.Repeat([]byte("0123456789abcdef"), 1<<19) // 8 MiB
		resp := over(t, http2, content, func() error { return nil })
		began := time.Now()
		var got bytes.Buffer
		for {
			_, err := io.CopyN(&got, resp.Body, 32<<10)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("after %v and %d bytes: %v", time.Since(began), got.Len(), err)
			}
			<-time.After(30 * time.Second) // of the bubble
		}
		if !bytes.Equal(got.Bytes(), content) || time.Since(began) < 2*time.Hour {
			t.Errorf("%d bytes after %v", got.Len(), time.Since(began))
		}
	})
}

// Who takes nothing for a minute is let go.
func TestStalledReader(t *testing.T) {
	each(t, func(t *testing.T, http2 bool) {
		resp := over(t, http2, make([]byte, 16<<20), func() error { return nil })
		if _, err := io.CopyN(io.Discard, resp.Body, 1<<20); err != nil {
			t.Fatal(err)
		}
		<-time.After(stallTime + 2*time.Second) // of the bubble
		if n, err := io.Copy(io.Discard, resp.Body); err == nil || n > 8<<20 {
			t.Errorf("%d bytes more, %v", n, err)
		}
	})
}

// Who may not have it any more gets no more of it.
func TestEndedWhileStreaming(t *testing.T) {
	each(t, func(t *testing.T, http2 bool) {
		var withdrawn atomic.Bool
		resp := over(t, http2, make([]byte, 16<<20), func() error {
			if withdrawn.Load() {
				return errors.New("not any more")
			}
			return nil
		})
		read := func(n int64) error { _, err := io.CopyN(io.Discard, resp.Body, n); return err }
		for range 3 {
			if err := read(1 << 20); err != nil {
				t.Fatal(err)
			}
			<-time.After(askAgain) // of the bubble
		}
		withdrawn.Store(true)
		if err := read(12 << 20); err == nil {
			t.Error("it goes on")
		}
	})
}
