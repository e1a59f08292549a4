// Package tenant is the organisation that owns accounts and meetings.
package tenant

import (
	"time"

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
}

// ParseName checks an organisation's name. It is public: everyone at a meeting's
// door reads it.
func ParseName(s string) (string, error) {
	name, err := pii.ParseName(s, MaxName)
	return name.Text(), err
}
