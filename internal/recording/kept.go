package recording

import (
	"time"

	"plenum/internal/id"
)

// Sealed is a recording as it is kept: what was said in words about it is
// encrypted with its key, and whoever has no key sees bytes. Title, Chapters and
// Assets of the Recording in it are empty.
type Sealed struct {
	Recording

	Sealed []byte // Title and Chapters
	Files  []SealedAsset
}

// SealedAsset is a file as it is kept; its Name is empty.
type SealedAsset struct {
	Asset

	Sealed []byte // Name; nil for none
}

// Tombstone is what is left of a deleted recording: its number, so that its key is
// destroyed wherever there is one, and is never given again.
type Tombstone struct {
	ID        id.Recording
	Tenant    id.Tenant
	Number    uint32
	DeletedAt time.Time
	Erased    bool // its files are gone
}

// Blackout is somebody who is taken out of what was recorded: until their last no,
// or all of it.
type Blackout struct {
	Seat  id.Seat
	Whole bool
}

// Position is a place in a list that begins with the newest: right after the
// recording with this beginning and id. The zero value is the list's beginning.
type Position struct {
	StartedAt time.Time
	ID        id.Recording
}

// Position returns the place after r.
func (r Recording) Position() Position { return Position{r.StartedAt, r.ID} }
