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
	Remove     Remove     `json:"remove"`        // right: remove
	SetPolicy  Policy     `json:"policy.set"`    // right: setPolicy; the whole policy
	SetLocked  SetLocked  `json:"locked.set"`    // right: lock
	Spotlight  Spotlight  `json:"spotlight.set"` // right: spotlight
	End        Empty      `json:"end"`           // right: end

	Rename        Rename        `json:"rename"`         // own: right rename; others': renameOthers
	SetExceptions SetExceptions `json:"exceptions.set"` // right: setPolicy; for one person
	HostClaim     HostClaim     `json:"host.claim"`     // the meeting's PIN makes the sender an owner; 5 tries in 15 min
	SetLobby      Lobby         `json:"lobby.set"`      // right: admit; the whole of it
	Admit         WaiterRef     `json:"lobby.admit"`    // right: admit
	AdmitAll      Empty         `json:"lobby.admitAll"` // right: admit
	Deny          Deny          `json:"lobby.deny"`     // right: admit
	DenyAll       DenyAll       `json:"lobby.denyAll"`  // right: admit
	TellWaiting   TellWaiting   `json:"lobby.tell"`     // right: admit; a message to one or all who wait
	SetPasscode   SetPasscode   `json:"passcode.set"`   // right: setPasscode; "" removes it

	RecordStart   RecordStart   `json:"record.start"`   // right: record
	RecordPause   Empty         `json:"record.pause"`   // right: stopRecord
	RecordResume  Empty         `json:"record.resume"`  // right: record
	RecordStop    Empty         `json:"record.stop"`    // right: stopRecord
	RecordLayout  RecordStart   `json:"record.layout"`  // right: record; while it runs
	RecordChapter RecordChapter `json:"record.chapter"` // right: record; while it runs
	Consent       Consent       `json:"consent"`        // everybody, about themselves

	MediaToken Empty `json:"media.token"` // a fresh SFU token comes as "media"
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
	Media       Media       `json:"media"`        // connect to the SFU again with this
	Recording   Recording   `json:"recording"`    // whenever something of it changes
	Consented   Consented   `json:"consent.mine"` // my answer, also when another page of mine gave it
	Bye         Bye         `json:"bye"`          // last message; the socket closes

	// While somebody waits to be let in they get these, "pong", "refused", "ok" to
	// "leave", and a "bye"; a "welcome" ends the waiting. They may send "ping" and
	// "leave", nothing else.
	Waiting     Waiting     `json:"waiting"`      // first answer to hello, and again whenever it changes
	WaitingTold WaitingTold `json:"waiting.told"` // a message from who runs the meeting

	// Only for seats with the right admit.
	WaiterCame Waiter     `json:"waiter.came"`
	WaiterGone WaiterGone `json:"waiter.gone"`
	Lobby      LobbySet   `json:"lobby"`
	Passcode   Passcode   `json:"passcode"`
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
	HostPIN   bool          `json:"hostPin"`   // the meeting has one: "host.claim" makes sense
	// Gate is set for seats with the right admit only.
	Gate      *Gate     `json:"gate,omitempty"`
	Recording Recording `json:"recording"`
	Consent   string    `json:"consent"` // my answer: "", "asked", "yes", "no"
	Media     Media     `json:"media"`
	StartedAt int64     `json:"startedAt"` // unix ms
	Now       int64     `json:"now"`       // unix ms, server clock
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
	// Machine is "recorder" for the seat that records, "" for people. Machines have
	// no rights, no role in the sense of people, and no name of their own.
	Machine string `json:"machine,omitempty"`
	// Consent is their answer about the running recording, "asked", "yes" or "no";
	// only for seats that moderate. A "recording" with a new id means "asked" for
	// everybody, one that is off that there is none: neither is told seat by seat.
	Consent string `json:"consent,omitempty"`
	// What differs from the policy for this person; only for seats that moderate.
	Exceptions *Exceptions `json:"exceptions,omitempty"`
}

// Exceptions lists rights that one person has or has not whatever the policy
// says: speak, camera, share, chat, chatPrivate, react, raiseHand, rename,
// seePeople, seeCameras. Deny wins.
type Exceptions struct {
	Allow []string `json:"allow"`
	Deny  []string `json:"deny"`
}

// SetExceptions replaces a person's exceptions; empty lists end them.
type SetExceptions struct {
	Seat  string   `json:"seat"`
	Allow []string `json:"allow"`
	Deny  []string `json:"deny"`
}

// Rename gives a seat another name, 1 to 100 characters.
type Rename struct {
	Seat string `json:"seat"`
	Name string `json:"name"`
}

// Remove sends somebody out: their seat and all that opens it are gone for good,
// but with the link they can come anew as anybody. With Ban they cannot, for as
// long as the meeting exists: their account or their invite is refused from now
// on. A guest who came by the meeting's link alone has neither, so whoever else
// comes from the same network by that link then waits to be let in.
type Remove struct {
	Seat string `json:"seat"`
	Ban  bool   `json:"ban"`
}

// HostClaim carries the PIN an owner has set in the meeting's settings.
type HostClaim struct {
	PIN string `json:"pin"`
}

// Gate is who waits and how the door stands, for those who let in.
type Gate struct {
	Waiting  []Waiter `json:"waiting"` // longest first
	Lobby    Lobby    `json:"lobby"`
	Passcode bool     `json:"passcode"` // there is one
}

// Lobby says who waits to be let in.
type Lobby struct {
	// Mode is "off", "guests" (everybody without an account) or "everyone"
	// (everybody but owners).
	Mode string `json:"mode"`
	// The rules let in by themselves whom the mode would make wait.
	SignedIn bool     `json:"signedIn"` // accounts of the organisation
	Invited  bool     `json:"invited"`  // personal invites and role links
	Domains  []string `json:"domains"`  // accounts with an e-mail address there; at most 20
}

// LobbySet tells how the lobby stands and who set it (seat id, "" for the settings page).
type LobbySet struct {
	Lobby Lobby  `json:"lobby"`
	By    string `json:"by"`
}

// Waiter is somebody who waits.
type Waiter struct {
	ID      string `json:"id"`
	Name    string `json:"name"` // as typed
	Role    string `json:"role"` // what they would be
	Guest   bool   `json:"guest"`
	Email   string `json:"email"`   // of accounts; "" for guests
	Invited bool   `json:"invited"` // has a personal invite or a role link
	Since   int64  `json:"since"`   // unix ms
	Suspect bool   `json:"suspect"` // comes from where somebody banned came from
	Reason  string `json:"reason"`  // "lobby", or "full" when only a place is missing
}

// WaiterRef names somebody who waits.
type WaiterRef struct {
	Waiter string `json:"waiter"`
}

// WaiterGone tells that somebody waits no more: "admitted", "denied", "left",
// "lost", and by whom (seat id or "").
type WaiterGone struct {
	Waiter string `json:"waiter"`
	Reason string `json:"reason"`
	By     string `json:"by"`
}

// Deny sends one away with an optional message of at most 500 characters.
type Deny struct {
	Waiter string `json:"waiter"`
	Text   string `json:"text"`
	Ban    bool   `json:"ban"` // as in remove
}

// DenyAll sends away everybody who waits to be let in.
type DenyAll struct {
	Text string `json:"text"`
}

// TellWaiting is a message of 1 to 500 characters to one who waits, or to all
// with Waiter "".
type TellWaiting struct {
	Waiter string `json:"waiter"`
	Text   string `json:"text"`
}

// Waiting says why somebody is not in yet.
type Waiting struct {
	// Reason is "lobby" (somebody must let you in) or "full" (no connection is
	// free: you come in by yourself when one is).
	Reason string `json:"reason"`
	Ahead  int    `json:"ahead"` // "full" only: how many come before you
	Since  int64  `json:"since"` // unix ms
	Now    int64  `json:"now"`   // unix ms, server clock
	// Resume brings back to the same place in the line after a cut or a reload.
	Resume       string `json:"resume"`
	Told         string `json:"told"` // the last message from who runs the meeting
	Name         string `json:"name"` // of the meeting, as at its door
	Organisation string `json:"organisation"`
}

// WaitingTold is plain text for who waits.
type WaitingTold struct {
	Text string `json:"text"`
}

// SetPasscode sets the passcode, 4 to 64 characters; "" removes it. Nobody who is
// in has to leave; tickets not yet used are void.
type SetPasscode struct {
	Passcode string `json:"passcode"`
}

// Passcode tells whether there is one, and who changed it (seat id).
type Passcode struct {
	Set bool   `json:"set"`
	By  string `json:"by"`
}

// RecordStart begins a recording, or arranges the picture of a running one: "grid",
// "speaker", "share"; "" is what the meeting's settings say.
type RecordStart struct {
	Layout string `json:"layout"`
}

// RecordChapter begins a chapter, title of 1 to 100 characters.
type RecordChapter struct {
	Title string `json:"title"`
}

// Consent answers the question of a recording.
type Consent struct {
	Recording string `json:"recording"`
	Yes       bool   `json:"yes"`
	Version   int    `json:"version"`  // of the words that were shown
	Language  string `json:"language"` // in which they were shown: en, de, fr, nl
	// Past asks, with a no after a yes, that what was recorded until now be blacked
	// out and muted; only where erasable.
	Past bool `json:"past,omitempty"`
}

// Consented is my answer: "asked", "yes", "no".
type Consented struct {
	Answer string `json:"answer"`
}

// Recording is how it stands, for everybody.
type Recording struct {
	// State is "off", "starting" (the recorder is on its way: consent is asked, the
	// mark is shown), "on", "paused".
	State string `json:"state"`
	ID    string `json:"id"`    // "" when off
	By    string `json:"by"`    // seat that changed it last; "" for the program
	Since int64  `json:"since"` // unix ms, of the start
	// Elapsed is how long has been recorded until this was sent, ms.
	Elapsed int64  `json:"elapsed"`
	Layout  string `json:"layout"` // when off, what the meeting's settings say; "" for the usual one
	// Question is what everybody is asked; nil when off.
	Question *Question `json:"question,omitempty"`
	// For seats with the right record or stopRecord only: why nothing is recorded at
	// the moment (a fault code, "" for none), why one cannot begin here (likewise),
	// and that the last one was ended by a crash of the server.
	Trouble     string `json:"trouble,omitempty"`
	Unavailable string `json:"unavailable,omitempty"`
	Interrupted bool   `json:"interrupted,omitempty"`
}

// Question is the organisation's words. Languages without a text are asked in the
// program's own words, which have version 0 in every language.
type Question struct {
	Version  int               `json:"version"`
	Texts    map[string]string `json:"texts"` // by language
	Erasable bool              `json:"erasable"`
}

// SeatRef names the seat a command acts on.
type SeatRef struct {
	Seat string `json:"seat"`
}

// SeatLeft tells why a seat is gone: "left", "lost", "removed", "hidden" (it is
// there, but not in my list any more).
type SeatLeft struct {
	Seat   string `json:"seat"`
	Reason string `json:"reason"`
}

// ChatSend is a message of 1 to 4,000 characters, to everyone or to one seat.
type ChatSend struct {
	To   string `json:"to,omitempty"` // seat id; right: chatPrivate, or a seat that runs the meeting
	Text string `json:"text"`
}

// ChatMessage is plain text; it is never interpreted as markup.
type ChatMessage struct {
	ID   string `json:"id"`
	Seat string `json:"seat"`
	Name string `json:"name"` // as it was when sent; the seat may be gone
	// To is the only other seat that has the message; "" for everyone.
	To     string `json:"to,omitempty"`
	ToName string `json:"toName,omitempty"`
	At     int64  `json:"at"` // unix ms
	Text   string `json:"text"`
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
	Microphone  bool `json:"microphone"`
	Camera      bool `json:"camera"`
	Share       bool `json:"share"`
	Chat        bool `json:"chat"`
	ChatPrivate bool `json:"chatPrivate"` // off still lets them write to who runs the meeting
	Reactions   bool `json:"reactions"`   // off means off for everyone
	RaiseHand   bool `json:"raiseHand"`
	Rename      bool `json:"rename"`
	SeePeople   bool `json:"seePeople"`  // off: they see only who runs the meeting, and themselves
	SeeCameras  bool `json:"seeCameras"` // off: they receive cameras only of who runs the meeting
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
// with Resume after Retry seconds), "slow" (could not keep up: come back),
// "denied" (was not let in; Text may say why), "banned", "revoked" (the invite
// was withdrawn).
type Bye struct {
	Reason string `json:"reason"`
	Retry  int    `json:"retry,omitempty"`
	Text   string `json:"text,omitempty"` // from who runs the meeting, plain
}
