package api

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	// maxFetches are open at once for one viewer: a player has two or three, of which
	// some are given up and not yet gone.
	maxFetches = 8
	// stallTime is how long a reader may take for a piece of 32 KiB: who reads, be it
	// at 5 kbit/s, has as long as the file takes.
	stallTime = time.Minute
	// maxRanges of one request are served as such. Players and downloaders ask for one;
	// for each, a piece of 64 KiB is decrypted, however few bytes of it are wanted.
	maxRanges = 8
	// askAgain is how often it is decided anew, within one long answer, whether it may
	// go on.
	askAgain = 5 * time.Second
)

// fetches counts what is open for each viewer.
type fetches struct {
	mu   sync.Mutex
	open map[string]int // guarded by mu; none is 0
}

// begin takes a place. Fault: rate.limited, as [waitError].
func (f *fetches) begin(viewer string) (end func(), err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open[viewer] >= maxFetches {
		return nil, waitError{errTooMany, time.Second}
	}
	f.open[viewer]++
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.open[viewer]--; f.open[viewer] == 0 {
			delete(f.open, viewer)
		}
	}, nil
}

// fewRanges leaves out of a request for many ranges that it is for ranges: whoever
// sends it gets the whole file, as RFC 9110 §14.2 allows.
func fewRanges(r *http.Request) *http.Request {
	if strings.Count(r.Header.Get("Range"), ",") < maxRanges {
		return r
	}
	whole := r.Clone(r.Context())
	whole.Header.Del("Range")
	return whole
}

// steady writes a long answer. The server's limit for a whole answer gives way to
// one for each piece, which moves on as long as the client reads; and who may not
// have it any more gets no more of it.
type steady struct {
	http.ResponseWriter
	control *http.ResponseController
	still   func() error
	asked   time.Time
	moved   time.Time // when the limit was set last
}

// WriteHeader implements [http.ResponseWriter]. Errors of net/http come without what
// keeps them out of caches.
func (s *steady) WriteHeader(status int) {
	s.Header().Set("Cache-Control", "no-store")
	s.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter]. It is called with pieces of 32 KiB.
func (s *steady) Write(p []byte) (int, error) {
	now := time.Now()
	if now.Sub(s.asked) >= askAgain {
		s.asked = now
		if err := s.still(); err != nil {
			return 0, err
		}
	}
	if now.Sub(s.moved) >= time.Second {
		s.moved = now
		// Not every writer of a test has deadlines.
		_ = s.control.SetWriteDeadline(now.Add(stallTime))
	}
	return s.ResponseWriter.Write(p)
}
