package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"plenum/internal/pii"
)

// maxTracked bounds each table of the limiter: 3 tables of 10,000 keys are about
// 4 MB. A full table drops an entry at random, which gives a guesser back a few
// attempts at a chance of 1 in 10,000.
const maxTracked = 10_000

// Limiter brakes the guessing of passwords without giving anybody the power to
// lock somebody else out:
//
//   - one source may try one address 5 times, then once in 30 s;
//   - one source may try 60 times in all, then once in 2 s (a town hall behind
//     one address signs in at eight o'clock);
//   - one address may be tried 100 times from sources that have never signed in
//     to it, then once in 30 s. A source that has is not bound by this, so the
//     owner of an account under attack still gets in from where they work.
//
// It lives in memory only and holds keyed hashes, neither addresses nor e-mails.
type Limiter struct {
	key [32]byte // of this start

	mu       sync.Mutex
	pairs    map[digest]*rate.Limiter // guarded by mu
	sources  map[digest]*rate.Limiter // guarded by mu
	accounts map[digest]*rate.Limiter // guarded by mu
	known    map[digest]struct{}      // guarded by mu; pairs that have signed in
}

type digest [sha256.Size]byte

// NewLimiter makes an empty limiter.
func NewLimiter() *Limiter {
	l := &Limiter{
		pairs:    make(map[digest]*rate.Limiter),
		sources:  make(map[digest]*rate.Limiter),
		accounts: make(map[digest]*rate.Limiter),
		known:    make(map[digest]struct{}),
	}
	rand.Read(l.key[:]) //nolint:errcheck // crypto/rand.Read never fails since Go 1.24.
	return l
}

// Attempt takes one attempt at email from source, or returns ErrTooFast.
func (l *Limiter) Attempt(email pii.Email, source pii.Addr) error {
	pair, from, account := l.digest("pair", email.Text(), source.Text()), l.digest("source", source.Text()), l.digest("account", email.Text())
	l.mu.Lock()
	defer l.mu.Unlock()
	if !bucket(l.sources, from, 2*time.Second, 60).Allow() {
		return ErrTooFast
	}
	if !bucket(l.pairs, pair, 30*time.Second, 5).Allow() {
		return ErrTooFast
	}
	if _, ok := l.known[pair]; ok {
		return nil
	}
	if !bucket(l.accounts, account, 30*time.Second, 100).Allow() {
		return ErrTooFast
	}
	return nil
}

// Succeeded remembers that source has signed in with email.
func (l *Limiter) Succeeded(email pii.Email, source pii.Addr) {
	pair := l.digest("pair", email.Text(), source.Text())
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.pairs, pair)
	makeRoom(l.known)
	l.known[pair] = struct{}{}
}

// digest hashes parts so that neither a memory dump nor a log of keys tells who
// tried what.
func (l *Limiter) digest(parts ...string) digest {
	mac := hmac.New(sha256.New, l.key[:])
	for _, part := range parts {
		mac.Write([]byte(part))
		mac.Write([]byte{0})
	}
	return digest(mac.Sum(nil))
}

func bucket(table map[digest]*rate.Limiter, key digest, every time.Duration, burst int) *rate.Limiter {
	if l, ok := table[key]; ok {
		return l
	}
	makeRoom(table)
	l := rate.NewLimiter(rate.Every(every), burst)
	table[key] = l
	return l
}

// makeRoom drops one entry of a full table; Go iterates maps in random order.
func makeRoom[V any](table map[digest]V) {
	if len(table) < maxTracked {
		return
	}
	for key := range table {
		delete(table, key)
		return
	}
}
