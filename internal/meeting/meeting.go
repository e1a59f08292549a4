// Package meeting is what people plan: a name, a link and who may do what. The
// live sitting of a meeting is package room.
package meeting

import (
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"plenum/internal/access"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/recording"
	"plenum/internal/tenant"
)

// The limits, and what a new meeting begins with.
const (
	MaxName       = 150   // characters
	MaxWelcome    = 2_000 // characters
	MaxMaxShares  = 8     // screens at once; each is 1–3 Mbit/s for everyone
	DefaultShares = 2
	MaxPerOwner   = 1_000 // meetings; at most 2.5 MB of text, and one page of a list
	DefaultName   = "New meeting"
	MaxDomains    = 20  // in the lobby's rules
	MaxRoles      = 500 // rules that give roles

	minPasscode, maxPasscode = 4, 64 // characters
	minPIN, maxPIN           = 6, 12 // digits
)

// The faults of meetings. A meeting that exists and one that does not give the
// same ErrNotFound to whoever may not see it.
var (
	ErrNotFound      = fault.New("meeting.Find", fault.NotFound, "meeting.not_found", "There is no meeting behind this link.")
	ErrEnded         = fault.New("meeting.Enter", fault.Conflict, "meeting.ended", "This meeting has ended.")
	ErrTooMany       = fault.New("meeting.Create", fault.Exhausted, "meetings.limit", "You have as many meetings as one account may have. Delete some first.")
	ErrTextTooLong   = fault.New("meeting.ParseWelcome", fault.Invalid, "text.too_long", "The text is too long.")
	ErrTextInvalid   = fault.New("meeting.ParseWelcome", fault.Invalid, "text.invalid", "The text contains characters that cannot be shown.")
	ErrPasscode      = fault.New("meeting.ParsePasscode", fault.Invalid, "passcode.invalid", "A passcode has 4 to 64 characters.")
	ErrHostPIN       = fault.New("meeting.ParseHostPIN", fault.Invalid, "pin.invalid", "A host PIN has 6 to 12 digits.")
	ErrNewcomers     = fault.New("meeting.ParseNewcomers", fault.Invalid, "newcomers.invalid", "Newcomers are attendees or viewers.")
	ErrNoBan         = fault.New("meeting.LiftBan", fault.NotFound, "ban.unknown", "This ban does not exist any more.")
	ErrShares        = fault.New("meeting.ParseMaxShares", fault.Invalid, "shares.invalid", "Between 1 and 8 screens can be shared at once.")
	ErrHasRecordings = fault.New("meeting.Delete", fault.Conflict, "meeting.has_recordings", "This meeting still has recordings. Delete them first; one under legal hold has to be released before.")
)

// Meeting is one planned meeting, which can sit many times.
type Meeting struct {
	ID        id.Meeting
	Tenant    id.Tenant
	Owner     id.User // "" when made on the command line: then only links give power
	Name      pii.Name
	Welcome   string // shown at the door; "" for none
	Policy    access.Policy
	MaxShares int // screens shared at once, 1 to MaxMaxShares

	Lobby           Lobby
	PasscodeHash    string      // PHC string of package auth; "" for none
	HostPINHash     string      // the same; who knows the PIN becomes an owner
	AccountRequired bool        // guests are refused unless they have an invite
	Newcomers       access.Role // of the meeting's link alone: Attendee, or Viewer for a webinar
	Roles           []RoleRule  // given when the meeting is planned, at most MaxRoles

	Recording recording.Settings
	// EndToEnd is a meeting whose media the server cannot read: nothing that needs
	// them can be had.
	EndToEnd bool

	CreatedAt time.Time
	// Ended is true from "end for all" until an owner or moderator comes again.
	Ended bool

	// The present sitting; kept so that people come back after a restart of the
	// server. All zero while nobody sits.
	Locked           bool
	Sitting          id.Sitting
	SittingStartedAt time.Time
}

// LobbyMode is who waits to be let in.
type LobbyMode string

// The modes.
const (
	LobbyOff      LobbyMode = "off"
	LobbyGuests   LobbyMode = "guests"   // who has no account, unless they moderate
	LobbyEveryone LobbyMode = "everyone" // all but owners
)

// Lobby belongs to the meeting, not to a sitting: it stays as set when the room
// empties and the server restarts. The rules let in by themselves whom the mode
// would make wait.
type Lobby struct {
	Mode     LobbyMode
	SignedIn bool     // accounts of the organisation
	Invited  bool     // personal invites and role links
	Domains  []string // accounts whose e-mail address ends in one of these; at most MaxDomains
}

// RuleKind is by what a role is given.
type RuleKind string

// The kinds of rule.
const (
	ByUser   RuleKind = "user"   // an account's id
	ByEmail  RuleKind = "email"  // an account's address
	ByDomain RuleKind = "domain" // of an account's address
	ByGroup  RuleKind = "group"  // of the identity provider
)

// RoleRule gives a role to whoever it fits. Of several that fit the highest counts.
type RoleRule struct {
	Kind  RuleKind
	Value string // lower case for e-mail and domain
	Role  access.Role
}

// Ban keeps whoever came by an account or an invite out of one meeting, until it
// is lifted. Exactly one of User and Invite is set: nothing else about a person
// outlives the sitting.
type Ban struct {
	ID        id.Ban
	Meeting   id.Meeting
	User      id.User
	Invite    id.Invite
	CreatedAt time.Time
}

// NamedBan is a ban with the name of whom it is about, for those who run the
// meeting; at most one of the names is set.
type NamedBan struct {
	Ban

	UserName, InviteName pii.Name
}

// New makes a meeting with the defaults.
func New(tenant id.Tenant, owner id.User, name pii.Name, now time.Time) Meeting {
	return Meeting{
		ID:        id.New[id.Meeting](),
		Tenant:    tenant,
		Owner:     owner,
		Name:      name,
		Policy:    access.DefaultPolicy(),
		MaxShares: DefaultShares,
		Lobby:     Lobby{Mode: LobbyOff},
		Newcomers: access.Attendee,
		Recording: recording.DefaultSettings(),
		CreatedAt: now,
	}
}

// Under gives a new meeting what the organisation decided that new meetings
// begin with.
func (m Meeting) Under(s tenant.Settings) Meeting {
	m.Policy, m.AccountRequired = s.MeetingPolicy, s.AccountRequired
	if lobby, err := (Lobby{Mode: LobbyMode(s.Lobby)}).Check(); err == nil {
		m.Lobby = lobby
	}
	return m
}

// ParseName checks a meeting's name. Faults: name.empty, name.too_long,
// name.invalid.
func ParseName(s string) (pii.Name, error) { return pii.ParseName(s, MaxName) }

// ParseWelcome checks the text at the door: plain text of several lines.
// Faults: text.too_long, text.invalid.
func ParseWelcome(s string) (string, error) {
	if len(s) > 16*MaxWelcome {
		return "", ErrTextTooLong
	}
	if !utf8.ValidString(s) {
		return "", ErrTextInvalid
	}
	s = norm.NFC.String(strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")))
	for _, r := range s {
		if r != '\n' && r != '\t' && !pii.Printable(r) {
			return "", ErrTextInvalid
		}
	}
	if utf8.RuneCountInString(s) > MaxWelcome {
		return "", ErrTextTooLong
	}
	return s, nil
}

// ParseMaxShares checks the number of screens shared at once. Fault:
// shares.invalid.
func ParseMaxShares(n int) (int, error) {
	if n < 1 || n > MaxMaxShares {
		return 0, ErrShares
	}
	return n, nil
}

// ParsePasscode checks a new passcode, or one that is tried. It comes in the form
// in which passcodes are compared: people read them to each other on the phone.
// Fault: passcode.invalid.
func ParsePasscode(s string) (pii.Secret, error) {
	if len(s) > 16*maxPasscode || !utf8.ValidString(s) {
		return "", ErrPasscode
	}
	s = norm.NFC.String(strings.TrimSpace(s))
	if n := utf8.RuneCountInString(s); n < minPasscode || n > maxPasscode {
		return "", ErrPasscode
	}
	return pii.Secret(s), nil
}

// ParseHostPIN checks a PIN: digits, so that it can be typed on a phone. Fault:
// pin.invalid.
func ParseHostPIN(s string) (pii.Secret, error) {
	s = strings.TrimSpace(s)
	if len(s) < minPIN || len(s) > maxPIN || strings.Trim(s, "0123456789") != "" {
		return "", ErrHostPIN
	}
	return pii.Secret(s), nil
}

// ParseNewcomers checks what the meeting's link alone makes somebody. Fault:
// newcomers.invalid.
func ParseNewcomers(s string) (access.Role, error) {
	if role := access.Role(s); role == access.Attendee || role == access.Viewer {
		return role, nil
	}
	return "", ErrNewcomers
}
