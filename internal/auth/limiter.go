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

// maxTracked bounds each table of the limiter: 5 tables of 10,000 keys are about
// 6 MB. A full table drops an entry at random, which gives a guesser back a few
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
//     owner of an account under attack still gets in from where they work;
//   - a code of six digits may be tried 10 times from such sources, then once in
//     10 min: three codes of a million are right at a time, so who has the password
//     guesses one with a chance of 0.05 % a day. The owner uses a passkey or a
//     recovery code meanwhile, or a place they have signed in from.
//
// It lives in memory only and holds keyed hashes, neither addresses nor e-mails.
type Limiter struct {
	key [32]byte // of this start

	mu       sync.Mutex
	pairs    map[digest]*rate.Limiter // guarded by mu
	sources  map[digest]*rate.Limiter // guarded by mu
	accounts map[digest]*rate.Limiter // guarded by mu
	codes    map[digest]*rate.Limiter // guarded by mu
	known    map[digest]struct{}      // guarded by mu; pairs that have signed in
}

type digest [sha256.Size]byte

// NewLimiter makes an empty limiter.
func NewLimiter() *Limiter {
	l := &Limiter{
		pairs:    make(map[digest]*rate.Limiter),
		sources:  make(map[digest]*rate.Limiter),
		accounts: make(map[digest]*rate.Limiter),
		codes:    make(map[digest]*rate.Limiter),
		known:    make(map[digest]struct{}),
	}
	rand.Read(l.key[:]) //nolint:errcheck // crypto/rand.Read never fails since Go 1.24.
	return l
}

// Attempt takes one attempt at a login from source, or returns ErrTooFast.
func (l *Limiter) Attempt(login pii.Email, source pii.Addr) error {
	pair, from, account := l.digest("pair", login.Text(), source.Text()), l.digest("source", source.Text()), l.digest("account", login.Text())
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

// Code takes one attempt at a code of six digits for a login from source, or
// returns ErrTooFast.
func (l *Limiter) Code(login pii.Email, source pii.Addr) error {
	pair, account := l.digest("pair", login.Text(), source.Text()), l.digest("account", login.Text())
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.known[pair]; ok {
		if !bucket(l.codes, pair, 30*time.Second, 10).Allow() {
			return ErrTooFast
		}
		return nil
	}
	if !bucket(l.codes, account, 10*time.Minute, 10).Allow() {
		return ErrTooFast
	}
	return nil
}

// Begin takes one beginning of a sign-in with a passkey from source, or returns
// ErrTooFast: 300, then one in a second. Each is kept for five minutes.
func (l *Limiter) Begin(source pii.Addr) error {
	from := l.digest("begin", source.Text())
	l.mu.Lock()
	defer l.mu.Unlock()
	if !bucket(l.sources, from, time.Second, 300).Allow() {
		return ErrTooFast
	}
	return nil
}

// Succeeded remembers that source has signed in with login, by all the steps that
// it takes.
func (l *Limiter) Succeeded(login pii.Email, source pii.Addr) {
	pair := l.digest("pair", login.Text(), source.Text())
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.pairs, pair)
	delete(l.codes, pair)
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
