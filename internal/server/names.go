package server

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// namesFor is how late a name that was given or taken away counts: the command
	// line changes names while the server runs.
	namesFor = time.Second
	// namesTime bounds the look into the database, which a connection waits for.
	namesTime = 2 * time.Second
)

// names knows the organisations' host names. Each connection and request asks
// for them, so they are looked up once a second at most, whatever names
// strangers try.
type names struct {
	load func(context.Context) ([]string, error)
	log  *slog.Logger

	mu     sync.Mutex
	hosts  []string  // guarded by mu; replaced, never changed
	loaded time.Time // guarded by mu
}

// list returns them all. When the database does not answer, those known before
// stay.
func (n *names) list() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if time.Since(n.loaded) < namesFor {
		return n.hosts
	}
	ctx, cancel := context.WithTimeout(context.Background(), namesTime)
	defer cancel()
	hosts, err := n.load(ctx)
	n.loaded = time.Now()
	if err != nil {
		n.log.Warn("host names of organisations not looked up", "error", err)
		return n.hosts
	}
	n.hosts = hosts
	return hosts
}
