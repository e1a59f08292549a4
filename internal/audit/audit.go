// Package audit is the evidence of who decided what: entries that each carry the
// hash of the one before, so that nothing can be changed, taken out or put in
// unseen.
package audit

import (
	"time"

	"plenum/internal/id"
)

// Action is what was decided, as in "seat.removed".
type Action string

// The actions. Their words appear in exports as they are.
const (
	Admitted        Action = "door.admitted"    // somebody came in
	Refused         Action = "door.refused"     // detail "code": the fault
	LobbyWaited     Action = "lobby.waited"     // somebody was made to wait
	LobbyAdmitted   Action = "lobby.admitted"   // somebody who waited was let in by somebody
	LobbyDenied     Action = "lobby.denied"     //
	LobbySet        Action = "lobby.set"        // detail "mode", "signedIn", "invited", "domains"
	PasscodeSet     Action = "passcode.set"     // detail "set": true or false
	DoorLocked      Action = "door.locked"      // detail "locked"
	RoleSet         Action = "role.set"         // detail "from", "to"
	HostClaimed     Action = "host.claimed"     // by PIN
	PolicySet       Action = "policy.set"       // detail: the policy
	ExceptionsSet   Action = "exceptions.set"   // detail "allow", "deny"
	SeatRemoved     Action = "seat.removed"     // detail "ban"
	SeatRenamed     Action = "seat.renamed"     // by somebody else
	MeetingEnded    Action = "meeting.ended"    //
	MeetingCreated  Action = "meeting.created"  //
	MeetingChanged  Action = "meeting.changed"  // detail "fields"
	MeetingDeleted  Action = "meeting.deleted"  //
	InviteCreated   Action = "invite.created"   //
	InviteRevoked   Action = "invite.revoked"   //
	BanLifted       Action = "ban.lifted"       //
	SignedIn        Action = "account.signedIn" // detail "with": password, passkey, provider
	SignInRefused   Action = "account.refused"  //
	SignedOut       Action = "account.signedOut"
	SessionEnded    Action = "session.ended"    // by the person or an administrator
	AccountCreated  Action = "account.created"  //
	AccountChanged  Action = "account.changed"  // detail "fields"
	AccountDeleted  Action = "account.deleted"  //
	AccountRead     Action = "account.read"     // somebody else looked at a person's data
	FactorAdded     Action = "factor.added"     // detail "kind": totp, passkey, recovery
	FactorRemoved   Action = "factor.removed"   //
	KeyCreated      Action = "key.created"      //
	KeyRevoked      Action = "key.revoked"      //
	ProviderChanged Action = "provider.changed" // detail "change": created, changed, deleted
	TenantCreated   Action = "tenant.created"   //
	TenantChanged   Action = "tenant.changed"   // detail "fields"
	TenantDeleted   Action = "tenant.deleted"   //
	PoolChanged     Action = "pool.changed"     // detail "places"
	AuditRead       Action = "audit.read"       // the list or an export
	AuditRedacted   Action = "audit.redacted"   //

	RecordingStarted    Action = "recording.started"    // detail "recording" here and below
	RecordingPaused     Action = "recording.paused"     //
	RecordingResumed    Action = "recording.resumed"    //
	RecordingStopped    Action = "recording.stopped"    // by somebody, or by the end of the meeting
	RecordingRecovered  Action = "recording.recovered"  // its end was lost in a crash
	RecordingComposed   Action = "recording.composed"   //
	RecordingViewed     Action = "recording.viewed"     //
	RecordingDownloaded Action = "recording.downloaded" // detail "asset"
	RecordingChanged    Action = "recording.changed"    // detail "fields"
	RecordingShared     Action = "recording.shared"     // detail "with", "download", "watermark", "expires", "passcode"
	RecordingHeld       Action = "recording.held"       //
	RecordingReleased   Action = "recording.released"   //
	RecordingExpiring   Action = "recording.expiring"   // detail "days"
	RecordingDeleted    Action = "recording.deleted"    // the key is destroyed; detail "tree"
	RecordingErased     Action = "recording.erased"     // the bytes are gone: the receipt
	ConsentGiven        Action = "consent.given"        // detail "version", "language"
	ConsentRefused      Action = "consent.refused"      //
	ConsentWithdrawn    Action = "consent.withdrawn"    // detail "past"
	ConsentsRead        Action = "consent.read"         // somebody looked at the answers or exported them
)

// Kind is what a party is.
type Kind string

// The kinds.
const (
	User     Kind = "user"
	Seat     Kind = "seat" // of a guest; an account's seat is named as the user
	Key      Kind = "key"
	Operator Kind = "operator" // at the server's own command line
	System   Kind = "system"   // the program by itself, as a rule told it to
	Invite   Kind = "invite"
	Meeting  Kind = "meeting"
	Session  Kind = "session"
	Provider Kind = "provider"
	Tenant   Kind = "tenant"
	Viewer   Kind = "viewer" // of a recording, by its link: the random id of their browser's visit
	Recorded Kind = "recording"
)

// Party is who did something, or whom or what it was done to. Never a name, an
// e-mail address or a network address: an id, which can be resolved as long as
// the account exists.
type Party struct {
	Kind Kind
	ID   string // "" for System and Operator
}

// Entry is one decision.
type Entry struct {
	Tenant id.Tenant
	At     time.Time // set by the log when zero
	Action Action
	Actor  Party
	// Credential is by what the actor was known: "session", "key", "link", "invite",
	// "pin", "rule", "command line"; with ":" and the id of key or invite.
	Credential string
	Meeting    id.Meeting        // "" when it is about none
	Subject    Party             // zero when the action says it all
	Detail     map[string]string // roles, codes, settings; nothing about a person
}
