package room

import (
	"context"
	"slices"
	"time"

	"plenum/internal/access"
	"plenum/internal/fault"
	"plenum/internal/id"
)

func (ShareStart) apply(_ context.Context, o *owner, c *call) error {
	s := c.by
	if s.Sharing {
		return nil
	}
	taken := 0
	for _, other := range o.order {
		if other.Sharing {
			taken++
		}
	}
	if taken >= o.meeting.MaxShares {
		return ErrShares
	}
	if err := spend(s.limits.share, ErrRate); err != nil {
		return err
	}
	s.Sharing, s.sharedAt = true, time.Now()
	o.changed(s)
	c.later = true
	o.regrant(s, func(ctx context.Context, err error) {
		// Fails only when the room is over, and the sender has its goodbye then.
		_ = o.post(ctx, shareGranted{seat: s.ID, err: err, answer: c.answer})
	})
	return nil
}

// shareGranted tells what the SFU said to a ShareStart.
type shareGranted struct {
	seat   id.Seat
	err    error
	answer func(error)
}

func (m shareGranted) handle(_ context.Context, o *owner) {
	s := o.seats[m.seat]
	switch {
	case m.err != nil:
		if s != nil && s.Sharing {
			o.stopShare(s, s.ID)
		}
		m.answer(ErrMedia.With(m.err))
	case s == nil || !s.Sharing: // stopped by somebody, or gone, meanwhile
		m.answer(ErrRight)
	default:
		s.sharedAt = time.Now()
		m.answer(nil)
	}
}

func (m ShareStop) apply(_ context.Context, o *owner, c *call) error {
	s, err := o.target(c.by, m.Seat)
	if err != nil {
		return err
	}
	if s.Sharing {
		o.stopShare(s, c.by.ID)
	}
	return nil
}

func (m CameraStop) apply(_ context.Context, o *owner, c *call) error {
	s, err := o.target(c.by, m.Seat)
	if err != nil {
		return err
	}
	o.media.mute(s.ID, access.Camera)
	o.tell(s, Stopped{What: access.Camera, By: c.by.ID})
	return nil
}

func (m Mute) apply(_ context.Context, o *owner, c *call) error {
	s, err := o.target(c.by, m.Seat)
	if err != nil {
		return err
	}
	o.mute(s, c.by.ID)
	return nil
}

func (o *owner) mute(s *seat, by id.Seat) {
	o.media.mute(s.ID, access.Microphone)
	o.tell(s, Muted{By: by})
}

func (MuteAll) apply(_ context.Context, o *owner, c *call) error { //nolint:unparam // as Command asks.
	for _, s := range o.order {
		if s != c.by && s.Role != access.Owner && slices.Contains(s.rights, access.Speak) {
			o.mute(s, c.by.ID)
		}
	}
	return nil
}

func (m AskUnmute) apply(_ context.Context, o *owner, c *call) error {
	s := o.seats[m.Seat]
	switch {
	case s == nil:
		return ErrSeat
	case !slices.Contains(s.rights, access.Speak):
		return ErrRight // asking for what they may not do would be a trap
	}
	o.tell(s, UnmuteAsked{By: c.by.ID})
	return nil
}

func (OpenMedia) apply(_ context.Context, o *owner, c *call) error { //nolint:unparam // as Command asks.
	c.later = true
	o.openMedia(c.by, c.answer)
	return nil
}

// openMedia gives the seat a fresh token for the SFU, and answers.
func (o *owner) openMedia(s *seat, answer func(error)) {
	o.media.open(s.ID, func(ctx context.Context, err error) {
		_ = o.post(ctx, mediaReady{seat: s.ID, err: err, answer: answer}) // as in ShareStart
	})
}

// mediaReady tells that the SFU's room is there.
type mediaReady struct {
	seat   id.Seat
	err    error
	answer func(error)
}

func (m mediaReady) handle(_ context.Context, o *owner) {
	s := o.seats[m.seat]
	switch {
	case m.err != nil:
		m.answer(ErrMedia.With(m.err))
		return
	case s == nil:
		m.answer(ErrSeat)
		return
	}
	token, err := o.rooms.media.Token(o.id, s.ID, s.grants)
	if err != nil {
		m.answer(fault.Wrap("room.openMedia", err))
		return
	}
	o.tell(s, MediaOpened{Token: token})
	m.answer(nil)
}

// mediaCut tells that a seat's connection to the SFU was ended.
type mediaCut struct{ seat id.Seat }

func (m mediaCut) handle(_ context.Context, o *owner) {
	if s := o.seats[m.seat]; s != nil && s.conn != nil {
		o.openMedia(s, func(error) {}) // without a token the client asks for one itself
	}
}
