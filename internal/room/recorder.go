package room

import (
	"context"
	"sync"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/recording"
)

// recorderToken opens one connection of the recorder to the SFU. Archive's
// goroutines; the room has the last word.
func (o *owner) recorderToken(ctx context.Context, t *taping) (pii.Secret, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(o.besideCtx, cancel)() //nolint:contextcheck // beside ctx the end of the room counts.
	reply := make(chan answer[pii.Secret], 1)
	if err := o.post(ctx, recorderComes{taping: t, answer: reply}); err != nil {
		return "", overIsDraining(err)
	}
	select {
	case got := <-reply:
		return got.value, got.err
	case <-ctx.Done():
		return "", ctx.Err()
	case <-o.done:
		return "", ErrDraining
	}
}

// recorderComes asks for a token; ready is true when the SFU's room is there.
type recorderComes struct {
	taping *taping
	ready  bool
	err    error
	answer chan<- answer[pii.Secret] // holds one
}

func (m recorderComes) handle(_ context.Context, o *owner) {
	var got answer[pii.Secret]
	switch {
	case o.recordings.running != m.taping:
		got.err = recording.ErrNotRunning
	case m.err != nil:
		got.err = ErrMedia.With(m.err)
	case !m.ready:
		o.media.open(m.taping.recorder.ID, func(ctx context.Context, err error) {
			m.ready, m.err = true, err
			_ = o.post(ctx, m) // fails only when the room is over
		})
		return
	default:
		got.value, got.err = o.rooms.media.Token(o.id, m.taping.recorder.ID, access.Grants{SeesAll: true})
	}
	m.answer <- got
}

// standings are what the room has not looked at yet of what its recordings said of
// themselves: the last word of each.
type standings struct {
	mu     sync.Mutex
	last   map[id.Recording]recording.Standing // guarded by mu
	signal chan struct{}                       // holds one word while last may have something
}

func newStandings() *standings {
	return &standings{last: make(map[id.Recording]recording.Standing), signal: make(chan struct{}, 1)}
}

func (n *standings) add(r id.Recording, s recording.Standing) {
	n.mu.Lock()
	n.last[r] = s
	n.mu.Unlock()
	select {
	case n.signal <- struct{}{}:
	default:
	}
}

func (n *standings) take() map[id.Recording]recording.Standing {
	n.mu.Lock()
	defer n.mu.Unlock()
	last := n.last
	n.last = make(map[id.Recording]recording.Standing)
	return last
}

// stood looks at what the running recording said of itself.
func (o *owner) stood() {
	t := o.recordings.running
	if t == nil {
		o.standings.take()
		return
	}
	s, said := o.standings.take()[t.id]
	if !said {
		return
	}
	if s.Ended {
		if s.Trouble == nil {
			s.Trouble = errBroken
		}
		o.stopTaping(nil, codeOf(s.Trouble))
		return
	}
	if code := codeOf(s.Trouble); code != t.trouble {
		t.trouble = code
		o.tellRecorders()
	}
	t.connected = t.connected || s.Connected
	o.settleTaping()
}
