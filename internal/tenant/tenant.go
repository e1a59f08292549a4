// Package tenant is the organisation that owns accounts and meetings.
package tenant

import (
	"net/netip"
	"time"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/pii"
)

// MaxName is the length of an organisation's name in characters.
const MaxName = 100

// ErrNotFound is kept vague on purpose; see [plenum/internal/id.ErrMalformed].
var ErrNotFound = id.ErrMalformed

// Tenant is one organisation.
type Tenant struct {
	ID        id.Tenant
	Name      string
	CreatedAt time.Time

	Home     bool     // the organisation that the server belongs to: it has all names that are nobody else's
	Hosts    []string // names people reach it under, see [ParseHosts]; none for the home organisation
	Accent   string   // "#rrggbb"; "" for ours
	Logo     string   // hash of its logo, which is part of the logo's address; "" without one
	Places   int      // simultaneous connections; 0 for no limit but the machine's
	Settings Settings
}

// Settings is what an organisation decides for itself; kept as JSON.
type Settings struct {
	// MeetingPolicy is what a new meeting begins with.
	MeetingPolicy access.Policy `json:"meetingPolicy"`
	// Lobby of a new meeting: "off", "guests", "everyone".
	Lobby string `json:"lobby"`
	// AccountRequired makes each new meeting refuse guests without an invite.
	AccountRequired bool `json:"accountRequired"`
	// SecondFactor says of whom one is demanded.
	SecondFactor SecondFactor `json:"secondFactor"`
	// AdminNetworks may reach the administration; empty for all.
	AdminNetworks []netip.Prefix `json:"adminNetworks"`
	// AuditDays is how long the audit keeps entries, 1 to 3,650.
	AuditDays int `json:"auditDays"`
}

// SecondFactor says who needs more than a password.
type SecondFactor struct {
	Administrators bool `json:"administrators"` // true unless switched off
	Everyone       bool `json:"everyone"`
}

// DefaultSettings is what an organisation begins with.
func DefaultSettings() Settings {
	return Settings{MeetingPolicy: access.DefaultPolicy(), Lobby: "off", SecondFactor: SecondFactor{Administrators: true}, AuditDays: 365}
}

// ParseName checks an organisation's name. It is public: everyone at a meeting's
// door reads it.
func ParseName(s string) (string, error) {
	name, err := pii.ParseName(s, MaxName)
	return name.Text(), err
}
