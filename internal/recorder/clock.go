package recorder

import (
	"time"

	"plenum/internal/recording"
)

const (
	// slew is how fast a correction is worked in that would be heard as a step:
	// 10 ms in a second.
	slew = 0.01
	// settling is how long the first reports of a person's tracks may still set
	// their clock at once.
	settling = 500 * time.Millisecond
	// leap is the difference between when something should arrive and when it does
	// that is no delay any more: a clock was set, a timestamp began anew.
	leap = time.Second
	// opening is how long after a track's beginning a report still corrects what was
	// written of it: the first takes up to five seconds (RFC 3550, 6.2), and may be lost.
	opening = 12 * time.Second
	// grain is the least correction that is worth a record.
	grain = time.Millisecond
	// span is half the time over which the least delay is looked for.
	span = 20 * time.Second
)

// personClock relates the clock in one person's sender reports (NTP time) to
// ours. Both of a person's tracks follow it, which is what keeps picture and
// sound together; it moves with the least delay any of their packets had.
type personClock struct {
	life   int // counts how often it began anew
	set    time.Time
	offset time.Duration // ours less theirs, as in use
	target time.Duration
	moved  time.Time
	least  least
	tracks []*trackClock // those that began; what is over is not told any more
}

// trackClock says when a frame of one track is to be seen or heard. Until the first
// report nobody knows how the track belongs to the others; that corrects then what was
// said of the frames before, so that they are apart as they were made.
type trackClock struct {
	person *personClock
	rate   uint64 // ticks a second
	video  bool
	moved  func(by time.Duration) // told that all frames so far are to be so much later

	opened time.Time     // when the first frame came
	fixed  bool          // their clock was set since: what was is not corrected
	owed   time.Duration // correction that was not told yet
	sum    time.Duration // of what was told

	least least // arrival less media time: the way without reports

	reported bool
	reports  least         // of sender's clock less media time, as they come
	report   time.Duration // the least of them: browsers say it of sound up to two packets late
	life     int           // of person, when it came

	ease  time.Duration // of sound: what is left of a step
	eased time.Time
	last  time.Time // of the frame before
}

// least is a running minimum over the last one to two spans.
type least struct {
	since     time.Time
	old, new  time.Duration
	has, both bool
}

func (l *least) add(d time.Duration, now time.Time) {
	switch {
	case !l.has:
		*l = least{since: now, new: d, has: true}
	case now.Sub(l.since) > span:
		l.old, l.new, l.both, l.since = l.new, d, true, now
	default:
		l.new = min(l.new, d)
	}
}

func (l *least) value() time.Duration {
	if l.both {
		return min(l.old, l.new)
	}
	return l.new
}

// epoch is where durations on our clock count from.
var epoch = time.Now() //nolint:gochecknoglobals // any moment would do; never changed

func onOurs(t time.Time) time.Duration { return t.Sub(epoch) }

// media is an extended RTP timestamp as a duration.
func (c *trackClock) media(timestamp uint64) time.Duration {
	seconds, rest := timestamp/c.rate, timestamp%c.rate
	return time.Duration(seconds)*time.Second + time.Duration(rest*uint64(time.Second)/c.rate) //nolint:gosec // 2^40 ticks are weeks
}

// ntp is an RTCP timestamp, 32 bits of seconds and 32 of fractions.
func ntp(t uint64) time.Duration {
	const since = 3_900_000_000 // some second of 2023, to stay within a Duration
	seconds := int64(t>>32) - since
	return time.Duration(seconds)*time.Second + time.Duration(t&0xffffffff*uint64(time.Second)>>32) //nolint:gosec // below a second
}

// sawReport takes a sender report: at their time, the media stood at timestamp.
func (c *trackClock) sawReport(theirs uint64, timestamp uint64, now time.Time) {
	if !c.least.has {
		return
	}
	p, report := c.person, ntp(theirs)-c.media(timestamp)
	known := c.reported && c.life == p.life
	if known && (report-c.report).Abs() > leap {
		// Their clock was set, or the media began anew: without history.
		*p = personClock{life: p.life + 1, tracks: p.tracks}
		for _, t := range p.tracks {
			t.fixed = true
		}
	}
	if c.life != p.life || !c.reported {
		c.reports = least{}
	}
	before := c.offset()
	c.reports.add(report, now)
	c.report, c.reported, c.life = c.reports.value(), true, p.life
	p.saw(c.least.value()-c.report, now, c)
	step := before - c.offset()
	if c.last.IsZero() || c.correct(-step, now) {
		return
	}
	if !c.video && step.Abs() < leap {
		c.ease, c.eased = c.ease+step, now
	}
}

// correct moves all frames so far, if it is not too late for that.
func (c *trackClock) correct(by time.Duration, now time.Time) bool {
	if c.moved == nil || c.fixed || now.Sub(c.opened) > opening || (c.sum+c.owed+by).Abs() > recording.MaxMoved {
		return false
	}
	c.owed += by
	if c.owed.Abs() >= grain {
		c.sum += c.owed
		c.last = c.last.Add(c.owed)
		c.moved(c.owed)
		c.owed = 0
	}
	return true
}

// offset is our time less media time.
func (c *trackClock) offset() time.Duration {
	if c.reported && c.life == c.person.life {
		return c.report + c.person.offset
	}
	return c.least.value()
}

// saw takes the delay of one packet or report, of a track that sees to its own frames.
func (p *personClock) saw(d time.Duration, now time.Time, of *trackClock) {
	p.least.add(d, now)
	p.target = p.least.value()
	switch {
	case p.set.IsZero():
		p.set, p.moved, p.offset = now, now, p.target
	case now.Sub(p.set) < settling:
		step := p.target - p.offset
		p.offset, p.moved = p.target, now
		for _, t := range p.tracks {
			if step != 0 && t != of && t.reported && t.life == p.life && !t.last.IsZero() {
				t.correct(step, now)
			}
		}
	}
}

// move lets the clock in use come nearer to what it should be.
func (p *personClock) move(now time.Time) {
	p.offset, p.moved = nearer(p.offset, p.target, p.moved, now)
}

// nearer moves from by at most slew towards to.
func nearer(from, to time.Duration, since, now time.Time) (time.Duration, time.Time) {
	step := time.Duration(float64(now.Sub(since)) * slew)
	if step <= 0 {
		return from, since
	}
	return from + min(max(to-from, -step), step), now
}

// when returns the time of a frame that arrived at the given moment. Times of a
// track never go back.
func (c *trackClock) when(timestamp uint64, arrived time.Time) time.Time {
	media := c.media(timestamp)
	delay := onOurs(arrived) - media
	if c.least.has && (delay-c.least.value()).Abs() > leap {
		// The sender's media clock stood still or began anew: a frame that is only
		// late is by far less late.
		c.least, c.reported, c.ease, c.fixed = least{}, false, 0, true
	}
	if c.opened.IsZero() {
		c.opened = arrived
	}
	before, began := c.offset(), c.least.has
	c.least.add(delay, arrived)
	if c.reported && c.life == c.person.life {
		c.person.saw(delay-c.report, arrived, c)
	}
	if step := c.offset() - before; began && step != 0 {
		c.correct(step, arrived)
	}
	if c.reported && c.life == c.person.life {
		c.person.move(arrived)
	}
	c.ease, c.eased = nearer(c.ease, 0, c.eased, arrived)
	t := epoch.Add(media + c.offset() + c.ease)
	if t.Before(c.last) {
		t = c.last
	}
	c.last = t
	return t
}
