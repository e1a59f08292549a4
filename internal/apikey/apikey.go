// Package apikey is the credential of a program that acts for an organisation:
// bound to scopes, revocable at once, and stored so that it opens nothing.
package apikey

import (
	"crypto/sha256"
	"regexp"
	"slices"
	"strings"
	"time"

	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
)

const (
	// MaxName is the length of a key's name in characters.
	MaxName = 100
	// MaxPerTenant bounds the keys of an organisation: one for each program that
	// talks to it.
	MaxPerTenant = 100
	// prefix lets people and scanners of published code see what a secret is.
	prefix = "plenum_"
)

// The faults of keys.
var (
	ErrNotFound = fault.New("apikey.Find", fault.NotFound, "not_found", "There is no such key.")
	ErrInvalid  = fault.New("apikey.Find", fault.Unauthorised, "key.invalid", "This API key is unknown, expired or revoked.")
	ErrScope    = fault.New("apikey.Allows", fault.Forbidden, "key.scope", "This API key is not made for this.")
	ErrScopes   = fault.New("apikey.ParseScopes", fault.Invalid, "key.scopes", "A key needs at least one of the known scopes.")
	ErrExpiry   = fault.New("apikey.New", fault.Invalid, "key.expiry", "The end of a key must lie ahead.")
	ErrTooMany  = fault.New("apikey.New", fault.Conflict, "keys.limit", "There are 100 keys already. Please delete one first.")
)

// Scope is what a key is good for.
type Scope string

// The scopes.
const (
	ReadMeetings    Scope = "meetings:read"
	WriteMeetings   Scope = "meetings:write"   // and their invites and bans
	ReadRecordings  Scope = "recordings:read"  // and who watched and who consented
	WriteRecordings Scope = "recordings:write" // share, trim, delete
	ReadPeople      Scope = "people:read"
	WritePeople     Scope = "people:write"
	ReadPool        Scope = "pool:read"
	WritePool       Scope = "pool:write"
	ReadAudit       Scope = "audit:read"
	ReadSettings    Scope = "settings:read" // of the organisation: policies, providers
	WriteSettings   Scope = "settings:write"
	ManageTenants   Scope = "tenants" // of the home organisation only, given by operators
)

// Scopes lists all of them.
func Scopes() []Scope {
	return []Scope{ReadMeetings, WriteMeetings, ReadRecordings, WriteRecordings, ReadPeople, WritePeople, ReadPool, WritePool, ReadAudit, ReadSettings, WriteSettings, ManageTenants}
}

// ParseScopes checks a list of scopes and puts it into the order of [Scopes].
// Fault: key.scopes.
func ParseScopes(list []string) ([]Scope, error) {
	var scopes []Scope
	for _, known := range Scopes() {
		if slices.Contains(list, string(known)) {
			scopes = append(scopes, known)
		}
	}
	for _, s := range list {
		if !slices.Contains(scopes, Scope(s)) {
			return nil, ErrScopes
		}
	}
	if len(scopes) == 0 {
		return nil, ErrScopes
	}
	return scopes, nil
}

// Key is one credential.
type Key struct {
	ID         id.Key
	Tenant     id.Tenant
	Name       pii.Name // what it is for, as typed: may name a person
	Scopes     []Scope
	SecretHash [sha256.Size]byte
	CreatedAt  time.Time
	ExpiresAt  time.Time // zero for never
}

// New makes a key and its secret, which is shown once. Faults: name.*,
// key.scopes, key.expiry.
func New(tenant id.Tenant, name string, scopes []string, expires, now time.Time) (Key, pii.Secret, error) {
	called, err := pii.ParseName(name, MaxName)
	if err != nil {
		return Key{}, "", err
	}
	good, err := ParseScopes(scopes)
	if err != nil {
		return Key{}, "", err
	}
	if !expires.IsZero() && !expires.After(now) {
		return Key{}, "", ErrExpiry
	}
	secret := pii.Secret(prefix + id.NewSecret())
	return Key{
		ID: id.New[id.Key](), Tenant: tenant, Name: called, Scopes: good, SecretHash: Hash(secret), CreatedAt: now, ExpiresAt: expires,
	}, secret, nil
}

// Allows reports whether the key has the scope.
func (k Key) Allows(s Scope) bool { return slices.Contains(k.Scopes, s) }

// Hash is how a secret is stored and looked up. The secret has 256 random bits,
// so a plain hash is as good as a slow one.
func Hash(secret pii.Secret) [sha256.Size]byte {
	return sha256.Sum256([]byte(secret.Text()))
}

var shape = regexp.MustCompile(`^` + prefix + `[a-z2-7]{52}$`)

// Parse reads the value of an Authorization header (RFC 6750 §2.1). Fault:
// key.invalid.
func Parse(header string) (pii.Secret, error) {
	scheme, secret, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") || !shape.MatchString(secret) {
		return "", ErrInvalid
	}
	return pii.Secret(secret), nil
}
