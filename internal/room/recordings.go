package room

import (
	"context"

	"plenum/internal/audit"
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/recording"
)

// Recordings makes recordings of what happens in rooms.
type Recordings interface {
	// Ready says why no recording can begin here, nil when one can; it is asked
	// often, and answers from memory. Faults: [recording.ErrUnavailable] and those
	// that say what is missing.
	Ready() error
	// Free says why no other recording can begin while those go on that are being
	// made: [recording.ErrTooMany], or nil. As Ready, it answers from memory.
	Free() error
	// Begin writes down, with entries in one transaction, that a recording begins,
	// and has its recorder come, with tokens of token. told is called whenever how
	// it stands changes, one call at a time; it must not block. The last call has
	// Ended.
	Begin(ctx context.Context, o recording.Order, token func(context.Context) (pii.Secret, error),
		told func(recording.Standing), entries ...audit.Entry) (Take, error)
	// Answers keeps what people answered, or that they were asked; it is durable when
	// it returns.
	Answers(ctx context.Context, evidence []consent.Evidence, entries ...audit.Entry) error
	// Interrupted reports whether the last recording of the sitting was ended by a
	// crash of the server.
	Interrupted(ctx context.Context, sitting id.Sitting) (bool, error)
}

// Take is a recording being made. Its methods never block, and do nothing after
// Stop. Whose consent is not said has not consented.
type Take interface {
	Consent(seat id.Seat, yes bool)
	Name(seat id.Seat, name pii.Name)
	Layout(l recording.Layout)
	Spotlight(seat id.Seat)
	Chapter(title pii.Name)
	Pause()
	Resume()
	// Stop ends it. Writing the rest, and making the video, goes on by itself.
	Stop()
}
