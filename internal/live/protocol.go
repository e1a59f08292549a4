// Package live is the live channel: one WebSocket per participant, authoritative
// for everything in a meeting but the media itself.
package live

// Version is the protocol's version; a client of another major version is told
// to reload. docs/protocol.md describes every message in words.
const Version = 1

// Envelope is the one shape of every message, in both directions. Body is the
// struct that [Commands] (client to server) or [Events] (server to client)
// names for Type. Ref is set on commands and repeated on their "ok" or "refused".
//
// The TypeScript types are generated from this file by `make gen`.
type Envelope struct {
	Type string `json:"type"`
	Ref  int64  `json:"ref,omitempty"`
	Body any    `json:"body,omitempty"`
}

// Commands maps each message type a client may send to its body.
type Commands struct {
	Hello      Hello      `json:"hello"`         // first message, within 10 s
	Ping       Empty      `json:"ping"`          // every 5 s; answered by "pong"
	Leave      Empty      `json:"leave"`         // give the seat up at once
	ChatSend   ChatSend   `json:"chat.send"`     // right: chat
	ChatDelete ChatDelete `json:"chat.delete"`   // own message, or right: moderateChat
	HandRaise  Empty      `json:"hand.raise"`    // right: raiseHand
	HandLower  SeatRef    `json:"hand.lower"`    // own, or right: lowerHands
	HandsLower Empty      `json:"hands.lower"`   // right: lowerHands
	React      React      `json:"react"`         // right: react
	ShareStart Empty      `json:"share.start"`   // right: share; "ok" once the SFU lets the seat publish
	ShareStop  SeatRef    `json:"share.stop"`    // own, or right: stopMedia
	CameraStop SeatRef    `json:"camera.stop"`   // right: stopMedia
	Mute       SeatRef    `json:"mute"`          // right: mute
	MuteAll    Empty      `json:"mute.all"`      // right: mute; everyone but the sender and the owner
	AskUnmute  SeatRef    `json:"unmute.ask"`    // right: mute; nobody is ever unmuted by others
	SetRole    SetRole    `json:"role.set"`      // right: assignRoles
	Remove     SeatRef    `json:"remove"`        // right: remove
	SetPolicy  Policy     `json:"policy.set"`    // right: setPolicy; the whole policy
	SetLocked  SetLocked  `json:"locked.set"`    // right: lock
	Spotlight  Spotlight  `json:"spotlight.set"` // right: spotlight
	End        Empty      `json:"end"`           // right: end
	MediaToken Empty      `json:"media.token"`   // a fresh SFU token comes as "media"
}

// Events maps each message type the server may send to its body.
type Events struct {
	Welcome     Welcome     `json:"welcome"` // answer to hello: the whole state, replaces what the client had
	OK          Empty       `json:"ok"`      // the command with this ref was carried out
	Refused     Refused     `json:"refused"` // the command with this ref was not; after hello the socket closes
	Pong        Pong        `json:"pong"`
	SeatJoined  Seat        `json:"seat.joined"`
	SeatChanged Seat        `json:"seat.changed"` // name, role, hand, away, sharing
	SeatLeft    SeatLeft    `json:"seat.left"`
	Chat        ChatMessage `json:"chat"`
	ChatDeleted ChatDeleted `json:"chat.deleted"`
	Reaction    Reaction    `json:"reaction"`
	Policy      Policy      `json:"policy"`
	Rights      Rights      `json:"rights"` // mine, after my role or the policy changed
	Resume      Resume      `json:"resume"` // replaces the welcome's, after my role changed
	Locked      Locked      `json:"locked"`
	Spotlight   Spotlight   `json:"spotlight"`
	Muted       By          `json:"muted"`   // I was muted
	Stopped     Stopped     `json:"stopped"` // my camera or share was stopped
	UnmuteAsked By          `json:"unmute.asked"`
	Media       Media       `json:"media"` // connect to the SFU again with this
	Bye         Bye         `json:"bye"`   // last message; the socket closes
}

// Empty is the body of messages that say everything with their type.
type Empty struct{}

// Hello opens the channel with exactly one of Ticket and Resume.
type Hello struct {
	Version int `json:"version"`
	// Ticket is the single-use proof from the gate, valid 60 s.
	Ticket string `json:"ticket,omitempty"`
	// Resume brings a seat back after a cut, a reload or a server restart. It
	// comes with each Welcome, and with "resume", and replaces the one before.
	Resume string `json:"resume,omitempty"`
}

// Welcome is the whole state of the room as this seat may see it.
type Welcome struct {
	Version   int           `json:"version"`
	You       string        `json:"you"` // seat id
	Resume    string        `json:"resume"`
	Meeting   MeetingInfo   `json:"meeting"`
	Seats     []Seat        `json:"seats"` // in order of joining; includes you
	Chat      []ChatMessage `json:"chat"`  // oldest first, at most 500
	Policy    Policy        `json:"policy"`
	Rights    Rights        `json:"rights"`
	Locked    bool          `json:"locked"`
	Spotlight string        `json:"spotlight"` // seat id or ""
	Media     Media         `json:"media"`
	StartedAt int64         `json:"startedAt"` // unix ms
	Now       int64         `json:"now"`       // unix ms, server clock
	// Resumed is true when the seat was kept with hand and share; false after a
	// fresh entry, a restart, or more than 60 s away.
	Resumed bool `json:"resumed"`
}

// MeetingInfo is what everyone in the room may know of the meeting.
type MeetingInfo struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	Organisation string `json:"organisation"`
	Welcome      string `json:"welcome"`
	MaxShares    int    `json:"maxShares"`
}

// Seat is a participant as others see them.
type Seat struct {
	ID       string `json:"id"` // also the identity at the SFU
	Name     string `json:"name"`
	Role     string `json:"role"`     // owner, moderator, presenter, attendee, viewer
	Guest    bool   `json:"guest"`    // no account
	JoinedAt int64  `json:"joinedAt"` // unix ms
	Hand     int64  `json:"hand"`     // unix ms when raised, 0 when down: the queue's order
	Away     bool   `json:"away"`     // connection lost, the seat is kept for 60 s
	Sharing  bool   `json:"sharing"`
}

// SeatRef names the seat a command acts on.
type SeatRef struct {
	Seat string `json:"seat"`
}

// SeatLeft tells why a seat is gone: "left", "lost", "removed".
type SeatLeft struct {
	Seat   string `json:"seat"`
	Reason string `json:"reason"`
}

// ChatSend is a message to everyone, 1 to 4,000 characters.
type ChatSend struct {
	Text string `json:"text"`
}

// ChatMessage is plain text; it is never interpreted as markup.
type ChatMessage struct {
	ID   string `json:"id"`
	Seat string `json:"seat"`
	Name string `json:"name"` // as it was when sent; the seat may be gone
	At   int64  `json:"at"`   // unix ms
	Text string `json:"text"`
}

// ChatDelete takes a message away for everyone.
type ChatDelete struct {
	Message string `json:"message"`
}

// ChatDeleted tells that a message is gone and by whom (seat id).
type ChatDeleted struct {
	Message string `json:"message"`
	By      string `json:"by"`
}

// React shows a reaction for a few seconds: "thumbs-up", "clap", "heart",
// "laugh", "surprised", "celebrate", "thumbs-down", "slower".
type React struct {
	Kind string `json:"kind"`
}

// Reaction is a React as others get it.
type Reaction struct {
	Seat string `json:"seat"`
	Kind string `json:"kind"`
}

// SetRole gives a seat a role. Only an owner can make an owner.
type SetRole struct {
	Seat string `json:"seat"`
	Role string `json:"role"`
}

// Policy says what attendees may do; moderators and owners always may.
type Policy struct {
	Microphone bool `json:"microphone"`
	Camera     bool `json:"camera"`
	Share      bool `json:"share"`
	Chat       bool `json:"chat"`
	Reactions  bool `json:"reactions"` // off means off for everyone
}

// Rights is what this seat may do now; see package access for the names.
type Rights struct {
	Names []string `json:"names"`
}

// Resume is the token to come back with from now on. It carries the role.
type Resume struct {
	Resume string `json:"resume"`
}

// SetLocked closes or opens the door to newcomers.
type SetLocked struct {
	Locked bool `json:"locked"`
}

// Locked tells the door's state and who set it (seat id).
type Locked struct {
	Locked bool   `json:"locked"`
	By     string `json:"by"`
}

// Spotlight shows one seat large for everyone; "" ends it.
type Spotlight struct {
	Seat string `json:"seat"`
}

// By names the seat that acted; "" when it was done outside the room, in the
// meeting's settings.
type By struct {
	By string `json:"by"`
}

// Stopped tells what of mine was stopped: "camera" or "share".
type Stopped struct {
	What string `json:"what"`
	By   string `json:"by"`
}

// Media is how to reach the SFU: connect livekit-client to this page's own
// origin with Token. The token lives 60 s and opens one connection.
type Media struct {
	Token string `json:"token"`
}

// Pong carries the server's clock.
type Pong struct {
	Now int64 `json:"now"` // unix ms
}

// Refused carries a fault code that the client puts into words; Retry says
// after how many seconds trying again makes sense, 0 for never.
type Refused struct {
	Code  string `json:"code"`
	Retry int    `json:"retry,omitempty"`
}

// Bye says why the server ends this connection: "left", "removed", "ended",
// "replaced" (the seat was opened elsewhere), "draining" (restart: come back
// with Resume after Retry seconds), "slow" (could not keep up: come back).
type Bye struct {
	Reason string `json:"reason"`
	Retry  int    `json:"retry,omitempty"`
}
