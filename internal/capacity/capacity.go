// Package capacity shares an organisation's simultaneous connections among its
// meetings: who is in counts, who runs a meeting always gets in, the others wait
// in one line, and nobody overtakes.
package capacity

import "plenum/internal/id"

// Claim asks for a connection.
type Claim struct {
	Tenant  id.Tenant
	Meeting id.Meeting
	Seat    id.Seat
	Staff   bool // owners and moderators: seated whatever the size
}

// Standing is what has become of a claim.
type Standing struct {
	Seated bool
	Ahead  int // how many come before, while not seated
}
