package room

import (
	"time"

	"plenum/internal/access"
	"plenum/internal/chat"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/pii"
)

// Event is one thing a seat is told. The last one of a connection is a [Bye].
type Event interface{ event() }

// Seat is a participant as everybody in the room sees them.
type Seat struct {
	ID       id.Seat
	Name     pii.Name
	Role     access.Role
	Guest    bool // no account
	JoinedAt time.Time
	Hand     time.Time // when raised; zero when down
	Away     bool      // connection lost, the seat is kept
	Sharing  bool
}

// Reason is why a seat or a connection is over.
type Reason string

// The reasons. A seat is Gone with the first three, a connection with all but lost.
const (
	ReasonLeft     Reason = "left"
	ReasonRemoved  Reason = "removed"
	ReasonLost     Reason = "lost"
	ReasonEnded    Reason = "ended"
	ReasonReplaced Reason = "replaced" // the seat was opened elsewhere
	ReasonDraining Reason = "draining" // the server restarts
	ReasonSlow     Reason = "slow"     // the client could not keep up
)

// The events.
type (
	// Welcome is the whole state; it comes first on each connection.
	Welcome struct {
		You          id.Seat
		Resume       pii.Secret
		Meeting      meeting.Meeting
		Organisation string
		Seats        []Seat // in order of joining
		Chat         []chat.Message
		Rights       []access.Right
		Spotlight    id.Seat
		Media        pii.Secret // token for the SFU
		Now          time.Time
		Resumed      bool // the seat was kept with hand and all
	}
	// Joined tells of a new seat.
	Joined struct{ Seat Seat }
	// Changed tells a seat's new state.
	Changed struct{ Seat Seat }
	// Gone tells that a seat is free.
	Gone struct {
		Seat   id.Seat
		Reason Reason
	}
	// Said is a chat message.
	Said struct{ Message chat.Message }
	// Unsaid tells that a message was taken away.
	Unsaid struct {
		Message id.Message
		By      id.Seat
	}
	// Reacted shows a reaction.
	Reacted struct {
		Seat id.Seat
		Kind string
	}
	// PolicySet tells everybody the new policy.
	PolicySet struct{ Policy access.Policy }
	// RightsSet tells one seat what it may do now.
	RightsSet struct{ Rights []access.Right }
	// ResumeSet replaces the resume token, after the role changed.
	ResumeSet struct{ Resume pii.Secret }
	// LockedSet tells the door's state.
	LockedSet struct {
		Locked bool
		By     id.Seat
	}
	// SpotlightSet shows one seat large; "" ends it.
	SpotlightSet struct{ Seat id.Seat }
	// Muted tells one seat that its microphone was closed.
	Muted struct{ By id.Seat }
	// Stopped tells one seat that its camera or screen was stopped.
	Stopped struct {
		What access.Source
		By   id.Seat
	}
	// UnmuteAsked asks one seat to open its microphone itself.
	UnmuteAsked struct{ By id.Seat }
	// MediaOpened carries a fresh token for the SFU: connect there again.
	MediaOpened struct{ Token pii.Secret }
	// Bye ends the connection. Retry is how long to wait before coming back.
	Bye struct {
		Reason Reason
		Retry  time.Duration
	}
)

func (Welcome) event()      {}
func (Joined) event()       {}
func (Changed) event()      {}
func (Gone) event()         {}
func (Said) event()         {}
func (Unsaid) event()       {}
func (Reacted) event()      {}
func (PolicySet) event()    {}
func (RightsSet) event()    {}
func (ResumeSet) event()    {}
func (LockedSet) event()    {}
func (SpotlightSet) event() {}
func (Muted) event()        {}
func (Stopped) event()      {}
func (UnmuteAsked) event()  {}
func (MediaOpened) event()  {}
func (Bye) event()          {}
