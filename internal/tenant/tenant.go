// Package tenant is the organisation that owns accounts and meetings.
package tenant

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"plenum/internal/access"
	"plenum/internal/consent"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/retention"
)

const (
	// MaxName is the length of an organisation's name in characters.
	MaxName = 100
	// MaxTenants on one server beside the home organisation.
	MaxTenants = 1_000
	// MaxPlaces is above what any machine carries.
	MaxPlaces = 100_000
	// maxNetworks bounds the networks that the administration may be reached from.
	maxNetworks = 50
)

// The faults of organisations. ErrNotFound is kept vague on purpose; see
// [plenum/internal/id.ErrMalformed].
var (
	ErrNotFound      = id.ErrMalformed
	ErrTooMany       = fault.New("tenant.Create", fault.Conflict, "tenants.limit", "This server carries 1,000 organisations already.")
	ErrAccent        = fault.New("tenant.ParseAccent", fault.Invalid, "accent.invalid", "A colour is written as # and six digits, such as #1a5fb4.")
	ErrPlaces        = fault.New("tenant.ParsePlaces", fault.Invalid, "places.invalid", "The number of places is between 0, for no limit, and 100,000.")
	ErrNetworks      = fault.New("tenant.ParseNetworks", fault.Invalid, "networks.invalid", "These are not networks such as 192.0.2.0/24 or 2001:db8::/32.")
	ErrAudit         = fault.New("tenant.ParseAuditDays", fault.Invalid, "audit.days", "The audit is kept for 1 to 3,650 days.")
	ErrHasRecordings = fault.New("tenant.Delete", fault.Conflict, "tenant.has_recordings", "This organisation still has recordings. Delete them first; one under legal hold has to be released before.")
)

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
	// Recording is what holds for all recordings of the organisation.
	Recording Recording `json:"recording"`
}

// Recording is what an organisation decides about recordings.
type Recording struct {
	Off       bool            `json:"off"`       // nobody may record
	Retention retention.Rules `json:"retention"` // days
	Consent   consent.Words   `json:"consent"`   // the question, in its exact words
	// Erasable lets people who withdraw have what is past blacked out and muted.
	Erasable bool `json:"erasable"`
	// Watermark is put over every recording, whatever its meeting says.
	Watermark bool `json:"watermark"`
}

// AdminMayComeFrom reports whether the administration may be reached from an
// address.
func (s Settings) AdminMayComeFrom(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return len(s.AdminNetworks) == 0 || slices.ContainsFunc(s.AdminNetworks, func(n netip.Prefix) bool { return n.Contains(a) })
}

// SecondFactor says who needs more than a password.
type SecondFactor struct {
	Administrators bool `json:"administrators"` // true unless switched off
	Everyone       bool `json:"everyone"`
}

// DefaultSettings is what an organisation begins with.
func DefaultSettings() Settings {
	return Settings{MeetingPolicy: access.DefaultPolicy(), Lobby: "off", SecondFactor: SecondFactor{Administrators: true}, AuditDays: 365, Recording: Recording{Retention: retention.Defaults()}}
}

// New makes an organisation beside the home organisation. Faults: those of its
// parts.
func New(name string, hosts []string, places int, now time.Time) (Tenant, error) {
	t := Tenant{ID: id.New[id.Tenant](), CreatedAt: now, Settings: DefaultSettings()}
	var err error
	if t.Name, err = ParseName(name); err != nil {
		return t, err
	}
	if t.Hosts, err = ParseHosts(hosts); err != nil {
		return t, err
	}
	t.Places, err = ParsePlaces(places)
	return t, err
}

// ParseAccent checks a colour; "" is ours.
func ParseAccent(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if s != "" && !accentShape.MatchString(s) {
		return "", ErrAccent
	}
	return s, nil
}

var accentShape = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// ParsePlaces checks a number of simultaneous connections.
func ParsePlaces(n int) (int, error) {
	if n < 0 || n > MaxPlaces {
		return 0, ErrPlaces
	}
	return n, nil
}

// ParseAuditDays checks how long the audit keeps entries.
func ParseAuditDays(n int) (int, error) {
	if n < 1 || n > 3650 {
		return 0, ErrAudit
	}
	return n, nil
}

// ParseNetworks checks the networks that the administration may be reached from;
// an address alone is a network of one.
func ParseNetworks(list []string) ([]netip.Prefix, error) {
	if len(list) > maxNetworks {
		return nil, ErrNetworks
	}
	networks := make([]netip.Prefix, 0, len(list))
	for _, s := range list {
		n, err := netip.ParsePrefix(strings.TrimSpace(s))
		if a, addrErr := netip.ParseAddr(strings.TrimSpace(s)); addrErr == nil && a.Zone() == "" {
			n, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return nil, ErrNetworks
		}
		if a := n.Addr(); a.Is4In6() { // as the client's address will be compared
			if n.Bits() < 96 {
				return nil, ErrNetworks
			}
			n = netip.PrefixFrom(a.Unmap(), n.Bits()-96)
		}
		if n = n.Masked(); !slices.Contains(networks, n) {
			networks = append(networks, n)
		}
	}
	return networks, nil
}

// ParseName checks an organisation's name. It is public: everyone at a meeting's
// door reads it.
func ParseName(s string) (string, error) {
	name, err := pii.ParseName(s, MaxName)
	return name.Text(), err
}
