package room

import (
	"context"
	"errors"
	"slices"
	"time"

	"plenum/internal/access"
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/recording"
)

// Consent answers the question of the running recording, for oneself. A yes takes
// effect when it is kept, and not before; a no at once. Faults:
// [recording.ErrNotRunning], [ErrQuestion], [ErrUnkept].
type Consent struct {
	Recording id.Recording
	Yes       bool
	Version   int    // of the words that were shown
	Language  string // in which they were shown
	Past      bool   // with a no: for what was recorded, too, where the question says so
}

// languages are those a question can be asked in.
func languages() []string { return []string{"en", "de", "fr", "nl"} }

// version is that of the words in a language: what the organisation has not worded
// is the program's.
func (q Question) version(language string) int {
	if q.Words.Texts[language] == "" {
		return 0
	}
	return q.Words.Version
}

// reply is what one person has to do with one recording. It stays with the seat
// while the room remembers it.
type reply struct {
	taping   *taping
	turn     int  // counts what makes a yes that is being kept void
	writing  bool // a yes is being kept
	agreeing bool // and it is still meant
	agreed   bool // has said yes since they last had what is past taken out

	kept bool // of the scribe's goroutine: a yes is kept
}

// ask asks somebody who has come, or everybody when a recording begins.
func (o *owner) ask(s *seat) {
	t := o.recordings.running
	if t == nil {
		return
	}
	if s.reply == nil || s.reply.taping != t {
		s.reply = &reply{taping: t}
	}
	s.Consent = consent.Asked
	o.testify(s, consent.Asked, 0, "", nil)
}

// testify has an answer kept; then, if not nil, is told whether it is.
func (o *owner) testify(s *seat, answer consent.Answer, version int, language string, then func(error)) {
	e := consent.Evidence{
		Recording: s.reply.taping.id, At: time.Now(), Seat: s.ID, User: s.User,
		Answer: answer, Version: version, Language: language,
	}
	if answer == consent.Yes {
		e.Name = s.Name
	}
	o.scribe.keep(testimony{reply: s.reply, evidence: e, entry: o.recordingEntry("", s, e.Recording), then: then})
}

func (Consent) needs(*seat, *owner) access.Right { return "" }

func (m Consent) apply(_ context.Context, o *owner, c *call) error {
	t := o.recordings.running
	switch {
	case t == nil || t.id != m.Recording:
		return recording.ErrNotRunning
	case !slices.Contains(languages(), m.Language), m.Yes && m.Past:
		return ErrCommand
	case !m.Yes:
		o.decline(c.by, m)
		return nil
	case m.Version != t.question.version(m.Language):
		return ErrQuestion
	case c.by.Consent == consent.Yes:
		return nil
	case c.by.reply.writing:
		return ErrRate.With(waitError(time.Second))
	}
	if err := spend(c.by.limits.consent, ErrRate); err != nil {
		return err
	}
	r := c.by.reply
	r.turn++
	r.writing, r.agreeing, r.agreed, c.later = true, true, true, true
	kept := agreed{seat: c.by.ID, reply: r, turn: r.turn, answer: c.answer}
	o.testify(c.by, consent.Yes, m.Version, m.Language, func(err error) {
		kept.err = err
		o.report(kept)
	})
	return nil
}

// agreed tells that a yes is kept, or why not.
type agreed struct {
	seat   id.Seat
	reply  *reply
	turn   int
	err    error
	answer func(error)
}

func (m agreed) handle(_ context.Context, o *owner) {
	m.reply.writing = false
	s, t := o.seats[m.seat], o.recordings.running
	switch {
	case t == nil || t != m.reply.taping:
		m.answer(recording.ErrNotRunning)
		return
	case s == nil || s.reply != m.reply:
		m.answer(ErrSeat)
		return
	case m.reply.turn != m.turn: // taken back meanwhile
		m.answer(nil)
		return
	}
	m.reply.agreeing = false
	if m.err != nil {
		o.tell(s, Consented{Answer: s.Consent})
		m.answer(ErrUnkept.With(m.err))
		return
	}
	t.take.do(func(made Take) {
		made.Consent(s.ID, true)
		made.Name(s.ID, s.Name)
	})
	o.answered(s, consent.Yes)
	m.answer(nil)
}

// decline takes effect before it is kept. Saying it twice says nothing new, unless
// it now is for what is past, too.
func (o *owner) decline(s *seat, m Consent) {
	r, q := s.reply, s.reply.taping.question
	answer := consent.Withdrawn
	if m.Past && q.Erasable && r.agreed {
		answer, r.agreed = consent.Erased, false
	} else if s.Consent == consent.No && !r.agreeing {
		return
	}
	o.refrain(s)
	o.testify(s, answer, q.version(m.Language), m.Language, nil)
}

// refrain lets nothing of the seat into the recording any more, and tells so.
func (o *owner) refrain(s *seat) {
	o.unheard(s)
	o.answered(s, consent.No)
}

// unheard lets nothing of the seat into the recording any more.
func (o *owner) unheard(s *seat) {
	if s.reply == nil {
		return
	}
	s.reply.turn++
	s.reply.agreeing = false
	if s.Consent == consent.Yes {
		s.reply.taping.take.do(func(made Take) { made.Consent(s.ID, false) })
	}
	s.Consent = ""
}

// answered tells somebody, and those who moderate, their answer.
func (o *owner) answered(s *seat, answer consent.Answer) {
	s.Consent = answer
	o.tell(s, Consented{Answer: answer})
	for _, by := range o.order {
		if by.Role.Moderates() {
			o.tell(by, Changed{Seat: view(by, s)})
		}
	}
}

// renamed tells the recording the new name of somebody who is in it.
func (o *owner) renamed(s *seat) {
	if s.Consent == consent.Yes {
		s.reply.taping.take.do(func(made Take) { made.Name(s.ID, s.Name) })
	}
}

// Withdraw lets nothing more of an account into a recording that may be running:
// it has said so elsewhere, where that has been kept.
func (r *Rooms) Withdraw(ctx context.Context, meeting id.Meeting, recording id.Recording, user id.User) error {
	o := r.find(meeting)
	if o == nil {
		return nil
	}
	_, err := ask(ctx, o, withdrawing{recording: recording, user: user})
	if errors.Is(err, errOver) {
		return nil
	}
	return err
}

type withdrawing struct {
	recording id.Recording
	user      id.User
}

func (q withdrawing) serve(_ context.Context, o *owner) (struct{}, error) {
	t := o.recordings.running
	if t == nil || t.id != q.recording || q.user == "" {
		return struct{}{}, nil
	}
	for _, s := range o.order {
		if s.User == q.user && (s.Consent == consent.Yes || s.reply.agreeing) {
			o.refrain(s)
		}
	}
	return struct{}{}, nil
}
