package archive

import "time"

const (
	// leapt is by how much the clock may go wrong between two looks before nothing is
	// deleted by it.
	leapt = time.Hour
	// trustAfter is how long the clock must have gone on as time does until something
	// is deleted by it. A machine may start with a clock that is years ahead, by which
	// everything is due; whoever keeps it in time has set it by then.
	trustAfter = time.Hour
)

// clock says whether what the machine shows as the time can be believed.
type clock struct {
	last, shown time.Time // at the last look: time as it passes, and what was shown
	since       time.Time // when it began to be looked at, or was set
}

// look reports whether the clock was set since the last look.
func (c *clock) look(now, shown time.Time) (set bool) {
	if c.last.IsZero() {
		c.since = now
	} else {
		set = (shown.Sub(c.shown) - now.Sub(c.last)).Abs() > leapt
	}
	if set {
		c.since = now
	}
	c.last, c.shown = now, shown
	return set
}

// trusted reports whether something may be deleted by what is shown.
func (c *clock) trusted(now time.Time) bool { return now.Sub(c.since) >= trustAfter }
