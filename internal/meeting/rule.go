package meeting

import (
	"net/netip"
	"slices"
	"strings"

	"plenum/internal/access"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/user"
)

// maxGroup is the length of a group's name in bytes: a distinguished name of a
// directory is rarely above 200.
const maxGroup = 512

// The faults of rules.
var (
	ErrLobby  = fault.New("meeting.Lobby", fault.Invalid, "lobby.invalid", "This is not a lobby: off, guests or everyone, with at most 20 domains.")
	ErrDomain = fault.New("meeting.ParseDomain", fault.Invalid, "domain.invalid", "This is not a domain, as in example.org.")
	ErrRole   = fault.New("meeting.ParseRoles", fault.Invalid, "role.invalid", "This is not a rule that gives a role. There can be 500, no two for the same person, domain or group.")
)

// ParseDomain checks the domain of e-mail addresses, and puts it into lower case.
// Fault: domain.invalid.
func ParseDomain(s string) (string, error) {
	s = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(s)), "@")
	// What may stand behind an @ is a matter of addresses.
	if _, err := user.ParseEmail("x@" + s); err != nil || !strings.Contains(s, ".") {
		return "", ErrDomain
	}
	if _, err := netip.ParseAddr(s); err == nil {
		return "", ErrDomain
	}
	return s, nil
}

// Check returns l as it is kept: domains in lower case and each once. Faults:
// lobby.invalid, domain.invalid.
func (l Lobby) Check() (Lobby, error) {
	if !slices.Contains([]LobbyMode{LobbyOff, LobbyGuests, LobbyEveryone}, l.Mode) || len(l.Domains) > MaxDomains {
		return l, ErrLobby
	}
	var domains []string
	for _, d := range l.Domains {
		domain, err := ParseDomain(d)
		if err != nil {
			return l, err
		}
		if !slices.Contains(domains, domain) {
			domains = append(domains, domain)
		}
	}
	l.Domains = domains
	return l, nil
}

// Equal reports whether l and other are the same.
func (l Lobby) Equal(other Lobby) bool {
	return l.Mode == other.Mode && l.SignedIn == other.SignedIn && l.Invited == other.Invited && slices.Equal(l.Domains, other.Domains)
}

// Waits reports whether somebody of role has to wait until they are let in; u is
// nil for guests, invited is true for whoever holds an invite of the meeting.
func (l Lobby) Waits(role access.Role, u *user.User, invited bool) bool {
	if l.admits(u, invited) {
		return false
	}
	switch l.Mode {
	case LobbyGuests:
		return u == nil && !role.Moderates()
	case LobbyEveryone:
		return role != access.Owner
	case LobbyOff:
	}
	return false
}

// admits reports whether one of the rules lets in.
func (l Lobby) admits(u *user.User, invited bool) bool {
	if l.Invited && invited {
		return true
	}
	return u != nil && (l.SignedIn || slices.Contains(l.Domains, u.Email.Domain()))
}

// ParseRoles checks rules and brings their values into the form they are kept in.
// Fault: role.invalid.
func ParseRoles(rules []RoleRule) ([]RoleRule, error) {
	if len(rules) > MaxRoles {
		return nil, ErrRole
	}
	type key struct {
		kind  RuleKind
		value string
	}
	seen := make(map[key]bool, len(rules))
	var checked []RoleRule
	for _, rule := range rules {
		value, err := rule.value()
		if _, known := access.ParseRole(string(rule.Role)); err != nil || !known || seen[key{rule.Kind, value}] {
			return nil, ErrRole
		}
		seen[key{rule.Kind, value}] = true
		checked = append(checked, RoleRule{Kind: rule.Kind, Value: value, Role: rule.Role})
	}
	return checked, nil
}

func (r RoleRule) value() (string, error) {
	switch r.Kind {
	case ByUser:
		u, err := id.Parse[id.User](r.Value)
		return string(u), err
	case ByEmail:
		email, err := user.ParseEmail(r.Value)
		return email.Text(), err
	case ByDomain:
		return ParseDomain(r.Value)
	case ByGroup:
		group := strings.TrimSpace(r.Value)
		if group == "" || len(group) > maxGroup || strings.ToValidUTF8(group, "") != group || strings.ContainsRune(group, 0) {
			return "", ErrRole
		}
		return group, nil
	}
	return "", ErrRole
}

// fits reports whether the rule is about u.
func (r RoleRule) fits(u user.User) bool {
	switch r.Kind {
	case ByUser:
		return r.Value == string(u.ID)
	case ByEmail:
		return r.Value == u.Email.Text()
	case ByDomain:
		return r.Value == u.Email.Domain()
	case ByGroup:
		return slices.Contains(u.Groups, r.Value)
	}
	return false
}

// RoleOf returns what the meeting's plan makes of an account: Owner of whoever
// made it, else the highest role that a rule gives, else false.
func (m Meeting) RoleOf(u user.User) (access.Role, bool) {
	if m.Owner != "" && m.Owner == u.ID {
		return access.Owner, true
	}
	var role access.Role
	found := false
	for _, rule := range m.Roles {
		if rule.fits(u) && (!found || access.Outranks(rule.Role, role)) {
			role, found = rule.Role, true
		}
	}
	return role, found
}
