package room

import (
	"crypto/hmac"
	"crypto/sha256"
	"slices"
	"sync"
	"time"
)

// digest names somebody or something without telling who or what: an HMAC under
// a key that dies with the process.
type digest [sha256.Size]byte

// digest hashes parts, each ended by a zero byte that none of them has.
func (r *Rooms) digest(parts ...string) digest {
	mac := hmac.New(sha256.New, r.key[:])
	for _, part := range parts {
		mac.Write([]byte(part))
		mac.Write([]byte{0})
	}
	return digest(mac.Sum(nil))
}

// maxBraked bounds a brake: 10,000 keys with their times are about 4 MB.
const maxBraked = 10_000

// brakeWindow is the time in which a brake counts tries.
const brakeWindow = 15 * time.Minute

// brake allows each key so many tries in any brakeWindow. It lives in memory
// only. A full table forgets one of the keys that have been still the longest,
// which gives a guesser with 10,000 addresses nothing that the addresses do not.
type brake struct {
	tries int

	mu    sync.Mutex
	times map[digest][]time.Time // guarded by mu; of each try within brakeWindow, oldest first
}

func newBrake(tries int) *brake {
	return &brake{tries: tries, times: make(map[digest][]time.Time)}
}

// take counts a try. It returns how long to wait when there were too many.
func (b *brake) take(key digest) (at time.Time, wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	times, known := b.times[key]
	times = slices.DeleteFunc(times, func(t time.Time) bool { return now.Sub(t) >= brakeWindow })
	if len(times) >= b.tries {
		b.times[key] = times
		return now, brakeWindow - now.Sub(times[0])
	}
	if !known && len(b.times) >= maxBraked {
		b.forgetOne()
	}
	b.times[key] = append(times, now)
	return now, 0
}

// forgetOne drops the stillest of eight keys taken at random (Go iterates maps in
// random order).
func (b *brake) forgetOne() {
	const sample = 8
	var stillest digest
	var since time.Time
	n := 0
	for key, times := range b.times {
		last := time.Time{}
		if len(times) > 0 {
			last = times[len(times)-1]
		}
		if n == 0 || last.Before(since) {
			stillest, since = key, last
		}
		if n++; n == sample {
			break
		}
	}
	delete(b.times, stillest)
}

// giveBack undoes a take that was no wrong guess.
func (b *brake) giveBack(key digest, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	times := b.times[key]
	if i := slices.Index(times, at); i >= 0 {
		times = slices.Delete(times, i, i+1)
	}
	if len(times) == 0 {
		delete(b.times, key)
		return
	}
	b.times[key] = times
}
