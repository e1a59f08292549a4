// Package retention is how long an organisation keeps what is kept on purpose.
package retention

import (
	"time"

	"plenum/internal/fault"
)

// Rules are an organisation's bounds in whole days. A meeting's own number lies
// between Min and Max.
type Rules struct {
	Default int `json:"default"` // when a meeting says nothing
	Min     int `json:"min"`     // at least 1
	Max     int `json:"max"`     // at most MaxDays
}

const (
	// MaxDays is ten years.
	MaxDays = 3_650
	// Warning is how long before the end owners are told.
	Warning = 7 * 24 * time.Hour
)

// ErrRules is for bounds that contradict each other.
var ErrRules = fault.New("retention.Check", fault.Invalid, "retention.invalid", "Recordings are kept for 1 to 3,650 days, and the usual time lies between the shortest and the longest.")

// ErrDays is for a meeting's number outside its organisation's bounds.
var ErrDays = fault.New("retention.Days", fault.Invalid, "retention.days", "This is shorter or longer than the organisation allows.")

// Defaults are the rules of a new organisation.
func Defaults() Rules { return Rules{Default: 90, Min: 1, Max: 365} }

// Check refuses rules that contradict themselves: [ErrRules].
func (r Rules) Check() error {
	if r.Min < 1 || r.Max > MaxDays || r.Min > r.Default || r.Default > r.Max {
		return ErrRules
	}
	return nil
}

// Days returns for how long a meeting keeps, 0 being the organisation's default:
// a number outside the bounds, as one is after they were changed, is moved to the
// nearest.
func (r Rules) Days(wanted int) int {
	if wanted == 0 {
		wanted = r.Default
	}
	return min(max(wanted, r.Min), r.Max)
}

// Allow checks a number that a meeting is to be given: [ErrDays].
func (r Rules) Allow(wanted int) error {
	if wanted != 0 && (wanted < r.Min || wanted > r.Max) {
		return ErrDays
	}
	return nil
}

// End is when what began at a moment is deleted.
func (r Rules) End(from time.Time, wanted int) time.Time {
	return from.AddDate(0, 0, r.Days(wanted))
}
