// Package consent is who was asked whether they may be recorded, in which words,
// and what they answered: the evidence, and the words themselves.
package consent

import (
	"time"

	"plenum/internal/id"
	"plenum/internal/pii"
)

// Answer is what somebody said, or that they were asked and have not yet.
type Answer string

// The answers. Only Yes lets anything of a person into a recording.
const (
	Asked     Answer = "asked"
	Yes       Answer = "yes"
	No        Answer = "no"
	Withdrawn Answer = "withdrawn" // a no after a yes: for what follows
	Erased    Answer = "erased"    // a no after a yes: also for what was before
)

// MaxText is the length of a question in characters.
const MaxText = 2_000

// Words are the question an organisation asks, one text for each language that it
// wrote one for. Texts that are missing are the program's own. A version never
// changes: other words have a higher one.
type Words struct {
	Version int               `json:"version"` // 0 for the program's own words everywhere
	Texts   map[string]string `json:"texts"`   // by language: en, de, fr, nl
}

// Evidence is one answer of one person. It is kept with the recording, and dies
// with it.
type Evidence struct {
	Recording id.Recording
	At        time.Time
	Seat      id.Seat
	User      id.User  // "" for guests
	Name      pii.Name // as shown then; "" unless they have said Yes
	Answer    Answer
	Version   int    // of the words
	Language  string // in which they were shown
}

// Sealed is an answer as it is kept; Name is empty, and encrypted with the
// recording's key.
type Sealed struct {
	Evidence

	Sealed []byte // Name; nil for none
}
