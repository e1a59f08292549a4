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
	ChatPrivate  Right = "chatPrivate"  // write to one person
	React        Right = "react"        // show a reaction
	RaiseHand    Right = "raiseHand"    // enter the queue
	Rename       Right = "rename"       // change one's own name
	SeePeople    Right = "seePeople"    // have everybody in the list, not only who runs the meeting
	SeeCameras   Right = "seeCameras"   // receive everybody's camera, not only those of who runs the meeting
	LowerHands   Right = "lowerHands"   // take others out of the queue
	ModerateChat Right = "moderateChat" // delete others' messages
	Mute         Right = "mute"         // mute others, ask them to unmute
	StopMedia    Right = "stopMedia"    // stop others' camera or share
	Remove       Right = "remove"       // send others out
	Lock         Right = "lock"         // close the door to newcomers
	Admit        Right = "admit"        // see who waits, let in, send away, set the lobby
	SetPasscode  Right = "setPasscode"  // set, change, remove the passcode
	RenameOthers Right = "renameOthers" // change others' names
	SetPolicy    Right = "setPolicy"    // change what attendees may do
	AssignRoles  Right = "assignRoles"  // give roles up to one's own
	Spotlight    Right = "spotlight"    // show one seat large for everyone
	End          Right = "end"          // end the meeting for all
	Record       Right = "record"       // start a recording, go on after a pause, arrange it
	StopRecord   Right = "stopRecord"   // pause and stop a recording
)

// Policy says what attendees may do. The zero value forbids everything.
type Policy struct {
	Microphone  bool
	Camera      bool
	Share       bool
	Chat        bool // to everyone
	ChatPrivate bool // to one person; with it off they still reach who runs the meeting
	Reactions   bool // false switches reactions off for everyone
	RaiseHand   bool
	Rename      bool
	SeePeople   bool
	SeeCameras  bool

	// The least roles that may start, and may pause and stop, a recording: Owner,
	// Moderator or Presenter; "" for nobody.
	RecordStart, RecordStop Role
}

// DefaultPolicy lets everyone take part.
func DefaultPolicy() Policy {
	return Policy{
		Microphone: true, Camera: true, Share: true, Chat: true, ChatPrivate: true,
		Reactions: true, RaiseHand: true, Rename: true, SeePeople: true, SeeCameras: true,
		RecordStart: Moderator, RecordStop: Moderator,
	}
}

// Exceptions is what one person may or may not do whatever the policy says. Deny
// wins over Allow. Only [Excepted] rights count, and only below moderators.
type Exceptions struct {
	Allow []Right `json:"a,omitempty"`
	Deny  []Right `json:"d,omitempty"`
}

// Empty reports whether e changes nothing.
func (e Exceptions) Empty() bool { return len(e.Allow) == 0 && len(e.Deny) == 0 }

// Equal reports whether e and other are the same, both as Check returns them.
func (e Exceptions) Equal(other Exceptions) bool {
	return slices.Equal(e.Allow, other.Allow) && slices.Equal(e.Deny, other.Deny)
}

// Check returns e in the order of [Excepted], each right once, or false when a
// right is not among those.
func (e Exceptions) Check() (Exceptions, bool) {
	var checked Exceptions
	for _, r := range Excepted() {
		if slices.Contains(e.Allow, r) {
			checked.Allow = append(checked.Allow, r)
		}
		if slices.Contains(e.Deny, r) {
			checked.Deny = append(checked.Deny, r)
		}
	}
	for _, r := range slices.Concat(e.Allow, e.Deny) {
		if !slices.Contains(Excepted(), r) {
			return Exceptions{}, false
		}
	}
	return checked, true
}

// Excepted lists the rights that a policy gives and that can be given to or taken
// from one person.
func Excepted() []Right {
	return []Right{Speak, ShowCamera, Share, Chat, ChatPrivate, React, RaiseHand, Rename, SeePeople, SeeCameras}
}

// Allowed is the permission table: the rights of a role under a policy, in a
// fixed order. A viewer is never given a voice or a picture by an exception: that
// is another role.
func Allowed(role Role, p Policy, e Exceptions) []Right {
	var rights []Right
	for _, g := range []struct {
		right  Right
		policy bool
		least  Role // below it, neither policy nor exception gives the right
	}{
		{Speak, p.Microphone, Attendee},
		{ShowCamera, p.Camera, Attendee},
		{Share, p.Share, Attendee},
		{Chat, p.Chat, Viewer},
		{ChatPrivate, p.ChatPrivate, Viewer},
		{React, p.Reactions, Viewer},
		{RaiseHand, p.RaiseHand, Viewer},
		{Rename, p.Rename, Viewer},
		{SeePeople, p.SeePeople, Viewer},
		{SeeCameras, p.SeeCameras, Viewer},
	} {
		// Presenters are not bound by the attendees' policy; reactions are everybody's.
		has := g.policy || role.Runs() && g.right != React
		if !role.Moderates() {
			has = (has || slices.Contains(e.Allow, g.right)) && !slices.Contains(e.Deny, g.right)
		}
		if has && role.rank() >= g.least.rank() {
			rights = append(rights, g.right)
		}
	}
	if role.Moderates() {
		rights = append(rights, LowerHands, ModerateChat, Mute, StopMedia, Remove, Lock, Admit, SetPasscode, RenameOthers, SetPolicy, AssignRoles, Spotlight, End)
	}
	for _, g := range []struct {
		right Right
		least Role
	}{{Record, p.RecordStart}, {StopRecord, p.RecordStop}} {
		if g.least.Runs() && role.rank() >= g.least.rank() {
			rights = append(rights, g.right)
		}
	}
	return rights
}

// May reports whether role has right under p and e.
func May(role Role, p Policy, e Exceptions, right Right) bool {
	return slices.Contains(Allowed(role, p, e), right)
}

// Runs reports whether everybody sees a person of this role and may write to them,
// whatever the policy says: owners, moderators and presenters.
func (r Role) Runs() bool { return r.rank() >= Presenter.rank() }

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

// Grants is what a seat may do at the SFU.
type Grants struct {
	Microphone, Camera, Screen bool // publish

	// SeesAll is whether the seat receives everybody's camera; without it, only
	// those of seats that are Seen. Sound and screens reach everybody.
	SeesAll bool
	Seen    bool
}

// GrantsFor derives the SFU grants from role and rights. Screen is granted only
// while the room has given the seat one of its places to share.
func GrantsFor(role Role, rights []Right, sharing bool) Grants {
	return Grants{
		Microphone: slices.Contains(rights, Speak),
		Camera:     slices.Contains(rights, ShowCamera),
		Screen:     sharing && slices.Contains(rights, Share),
		SeesAll:    slices.Contains(rights, SeeCameras) && slices.Contains(rights, SeePeople),
		Seen:       role.Runs(),
	}
}
