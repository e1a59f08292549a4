// Package access decides who may do what in a meeting: one table from role and
// policy to rights, from which buttons, live-channel answers and grants at the
// SFU are all derived. Pure functions, no state.
package access

import "slices"

// Role is a person's standing in a meeting.
type Role string

// The roles, from most to least. A viewer sees and hears and is never seen.
const (
	Owner     Role = "owner"
	Moderator Role = "moderator"
	Presenter Role = "presenter"
	Attendee  Role = "attendee"
	Viewer    Role = "viewer"
)

// Roles lists every role, most powerful first.
func Roles() []Role { return []Role{Owner, Moderator, Presenter, Attendee, Viewer} }

// ParseRole reports whether s names a role.
func ParseRole(s string) (Role, bool) {
	r := Role(s)
	return r, slices.Contains(Roles(), r)
}

// rank orders roles; higher acts on lower.
func (r Role) rank() int {
	switch r {
	case Owner:
		return 4
	case Moderator:
		return 3
	case Presenter:
		return 2
	case Attendee:
		return 1
	case Viewer:
	}
	return 0
}

// Outranks reports whether a has more to say than b.
func Outranks(a, b Role) bool { return a.rank() > b.rank() }

// Moderates reports whether r runs the meeting: owners and moderators.
func (r Role) Moderates() bool { return r.rank() >= Moderator.rank() }

// Right is one thing a person may do in a room.
type Right string

// The rights. Their words appear in the live channel as they are.
const (
	Speak        Right = "speak"        // publish a microphone
	ShowCamera   Right = "camera"       // publish a camera
	Share        Right = "share"        // publish a screen and its sound
	Chat         Right = "chat"         // write to everyone
	React        Right = "react"        // show a reaction
	RaiseHand    Right = "raiseHand"    // enter the queue
	LowerHands   Right = "lowerHands"   // take others out of the queue
	ModerateChat Right = "moderateChat" // delete others' messages
	Mute         Right = "mute"         // mute others, ask them to unmute
	StopMedia    Right = "stopMedia"    // stop others' camera or share
	Remove       Right = "remove"       // send others out
	Lock         Right = "lock"         // close the door to newcomers
	SetPolicy    Right = "setPolicy"    // change what attendees may do
	AssignRoles  Right = "assignRoles"  // give roles up to one's own
	Spotlight    Right = "spotlight"    // show one seat large for everyone
	End          Right = "end"          // end the meeting for all
)

// Policy says what attendees may do. The zero value forbids everything.
type Policy struct {
	Microphone bool
	Camera     bool
	Share      bool
	Chat       bool
	Reactions  bool // false switches reactions off for everyone
}

// DefaultPolicy lets everyone take part and only those on stage share.
func DefaultPolicy() Policy {
	return Policy{Microphone: true, Camera: true, Share: true, Chat: true, Reactions: true}
}

// Allowed is the permission table: the rights of a role under a policy, in a
// fixed order.
func Allowed(role Role, p Policy) []Right {
	var rights []Right
	add := func(when bool, r ...Right) {
		if when {
			rights = append(rights, r...)
		}
	}
	onStage := role.rank() >= Presenter.rank() // presenters are not bound by the attendees' policy
	attendee := role == Attendee
	add(onStage || attendee && p.Microphone, Speak)
	add(onStage || attendee && p.Camera, ShowCamera)
	add(onStage || attendee && p.Share, Share)
	add(onStage || (attendee || role == Viewer) && p.Chat, Chat)
	add(p.Reactions, React)
	add(true, RaiseHand)
	add(role.Moderates(), LowerHands, ModerateChat, Mute, StopMedia, Remove, Lock, SetPolicy, AssignRoles, Spotlight, End)
	return rights
}

// May reports whether role has right under p.
func May(role Role, p Policy, right Right) bool {
	return slices.Contains(Allowed(role, p), right)
}

// MayActOn reports whether actor may mute, stop or remove target. Nobody acts
// on an owner but an owner.
func MayActOn(actor, target Role) bool {
	return actor.Moderates() && actor.rank() >= target.rank()
}

// MayAssign reports whether actor may turn a seat of role from into role to:
// never above the actor's own role, never on somebody above it.
func MayAssign(actor, from, to Role) bool {
	return MayActOn(actor, from) && actor.rank() >= to.rank()
}

// Source is a kind of track.
type Source string

// The sources. Screen includes the shared screen's sound.
const (
	Microphone Source = "microphone"
	Camera     Source = "camera"
	Screen     Source = "screen"
)

// Grants is what a seat may publish at the SFU. Everyone may receive.
type Grants struct {
	Microphone, Camera, Screen bool
}

// GrantsFor derives the SFU grants from rights. Screen is granted only while
// the room has given the seat one of its places to share.
func GrantsFor(rights []Right, sharing bool) Grants {
	return Grants{
		Microphone: slices.Contains(rights, Speak),
		Camera:     slices.Contains(rights, ShowCamera),
		Screen:     sharing && slices.Contains(rights, Share),
	}
}
