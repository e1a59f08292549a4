package apikey

import (
	"crypto/sha256"

	"plenum/internal/id"
)

// Answer is what is kept of a request that a program may send again. Name and
// Request are keyed hashes: of whose request it is, and of what was asked.
type Answer struct {
	Name    [sha256.Size]byte
	Tenant  id.Tenant
	Request [sha256.Size]byte
	Status  int    // 0 while the request runs
	Sealed  []byte // the answer itself
}
