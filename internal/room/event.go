package room

import (
	"time"

	"plenum/internal/access"
	"plenum/internal/chat"
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/recording"
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
	// Exceptions are what differs from the policy for this person; zero for whoever
	// does not moderate.
	Exceptions access.Exceptions
	// Machine says what this seat is if no person: [Recorder]. It has no name, and of
	// a role no more than that it is never heard nor seen.
	Machine Machine
	// Consent is the answer about the running recording: [consent.Asked],
	// [consent.Yes] or [consent.No]; "" for whoever does not moderate, and while none
	// runs.
	Consent consent.Answer
}

// Machine is a kind of participant that is no person.
type Machine string

// Recorder takes what those send who consent.
const Recorder Machine = "recorder"

// RecordingState is how far a recording is.
type RecordingState string

// The states.
const (
	RecordingOff      RecordingState = "off"
	RecordingStarting RecordingState = "starting" // everybody is asked, the recorder is on its way
	RecordingOn       RecordingState = "on"
	RecordingPaused   RecordingState = "paused"
)

// Recording is how the sitting's recording stands.
type Recording struct {
	State   RecordingState
	ID      id.Recording // "" when off
	By      id.Seat      // who changed it last; "" for the program
	Since   time.Time    // zero when off
	Elapsed time.Duration
	Layout  recording.Layout // when off, of the next one, as the meeting says
	// Question is what everybody is asked; nil when off.
	Question *Question

	// For those who may start or stop one only. Trouble is why nothing is recorded,
	// Unavailable why nothing can be: codes of faults, "" for none. Interrupted says
	// that the last one was ended by a crash of the server.
	Trouble, Unavailable string
	Interrupted          bool
}

// Question is what a recording asks everybody in it.
type Question struct {
	Words    consent.Words
	Erasable bool // a no after a yes may be for what is past, too
}

// Reason is why a seat or a connection is over.
type Reason string

// The reasons. A seat is Gone with the first four, somebody who waits with left,
// lost, admitted and denied, a connection with all others and left and removed.
const (
	ReasonLeft     Reason = "left"
	ReasonRemoved  Reason = "removed"
	ReasonLost     Reason = "lost"
	ReasonHidden   Reason = "hidden"   // is there, but may not be seen any more
	ReasonAdmitted Reason = "admitted" // has a seat, or will when the connection is back
	ReasonDenied   Reason = "denied"   // was not let in
	ReasonBanned   Reason = "banned"   // as removed or denied, and for good
	ReasonRevoked  Reason = "revoked"  // the invite was withdrawn
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
		HostPIN      bool  // there is one
		Gate         *Gate // nil without the right to let in
		Recording    Recording
		Consent      consent.Answer // mine; "" while nothing is recorded
		Media        pii.Secret     // token for the SFU
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
	// RecordingSet tells everybody how the recording stands. One with another ID than
	// before has asked everybody anew.
	RecordingSet struct{ Recording Recording }
	// Consented tells one seat its answer.
	Consented struct{ Answer consent.Answer }
	// Waiting tells somebody who is not in yet why. It comes first on their
	// connection, and again when something of it changes.
	Waiting struct {
		Reason       string // "lobby", or "full" when only a connection is missing
		Ahead        int    // of the full: how many come before
		Since        time.Time
		Now          time.Time
		Resume       pii.Secret
		Told         string // the last word of who runs the meeting
		Name         pii.Name
		Organisation string
	}
	// WaitingTold is a message to somebody who waits.
	WaitingTold struct{ Text string }
	// WaiterCame tells those who let in of somebody who waits, or their new state.
	WaiterCame struct{ Waiter Waiter }
	// WaiterGone tells them that somebody waits no more.
	WaiterGone struct {
		Waiter id.Seat
		Reason Reason
		By     id.Seat // "" when nobody did it
	}
	// LobbyChanged tells them how the lobby stands.
	LobbyChanged struct {
		Lobby meeting.Lobby
		By    id.Seat
	}
	// PasscodeChanged tells them whether there is a passcode.
	PasscodeChanged struct {
		Set bool
		By  id.Seat
	}
	// Bye ends the connection. Retry is how long to wait before coming back.
	Bye struct {
		Reason Reason
		Retry  time.Duration
		Text   string // of who sent them away
	}
)

func (Waiting) event()         {}
func (WaitingTold) event()     {}
func (WaiterCame) event()      {}
func (WaiterGone) event()      {}
func (LobbyChanged) event()    {}
func (PasscodeChanged) event() {}
func (Welcome) event()         {}
func (Joined) event()          {}
func (Changed) event()         {}
func (Gone) event()            {}
func (Said) event()            {}
func (Unsaid) event()          {}
func (Reacted) event()         {}
func (PolicySet) event()       {}
func (RightsSet) event()       {}
func (ResumeSet) event()       {}
func (LockedSet) event()       {}
func (SpotlightSet) event()    {}
func (Muted) event()           {}
func (Stopped) event()         {}
func (UnmuteAsked) event()     {}
func (MediaOpened) event()     {}
func (RecordingSet) event()    {}
func (Consented) event()       {}
func (Bye) event()             {}
