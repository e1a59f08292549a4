package composer

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"sort"
	"time"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/recording"
)

// fps is the pictures per second of every result.
const fps = 25

// plan is all that is known after reading the journal once, before anything is
// decoded: what is to be seen at each moment, and at which sizes.
type plan struct {
	clock    clock
	lead     time.Duration // before anybody was to be seen or heard; not in the result
	ticks    int           // pictures in the result
	shots    []shot
	tracks   map[uint32]recording.Track
	groups   map[uint32][]group // of each video track
	allowed  map[id.Seat][]span // when a person may be heard, in the result's time
	chapters []Mark
	gaps     []Gap
	damage   error // why reading ended early
}

// shot is what the picture consists of from one tick until the next shot.
type shot struct {
	from  int
	tiles []tile
}

type tile struct {
	at     Rect
	track  uint32 // 0: no picture
	name   pii.Name
	screen bool
	black  bool
}

// group is the frames from one key frame to the next, and the size in which they
// are to be decoded: that of their largest tile. 0 is not at all.
type group struct {
	at   time.Duration // in the result
	w, h int
}

// span is from one moment until another.
type span struct{ from, to time.Duration }

// clock turns the journal's time into the result's, in which pauses are not.
type clock struct{ pauses []span }

// out returns when something at a moment is in the result, and whether it is.
func (c clock) out(at time.Duration) (time.Duration, bool) {
	var paused time.Duration
	for _, p := range c.pauses {
		if at < p.from {
			break
		}
		if at < p.to {
			return p.from - paused, false
		}
		paused += p.to - p.from
	}
	return at - paused, true
}

// tick returns the first picture that is not before a moment of the result.
func tick(at time.Duration) int { return int((at*fps + time.Second - 1) / time.Second) }

// moment is something that changes the picture.
type moment struct {
	at     time.Duration
	record recording.Record // its Kind is 0 for the edge of a blackout
}

// survey reads the journal once and plans the result.
func survey(src Source, o Options) (*plan, error) {
	p := &plan{tracks: map[uint32]recording.Track{}, groups: map[uint32][]group{}, allowed: map[id.Seat][]span{}}
	var moments []moment
	keys := map[uint32][]time.Duration{}
	var end, last time.Duration
	lead, sight := time.Duration(-1), time.Duration(-1) // until the first frame, and the first picture; unknown
	busy := quarters{}
	for r, err := range src.Records {
		if errors.Is(err, recording.ErrRecord) {
			p.damage = err
			break
		}
		if err != nil {
			return nil, err
		}
		last = max(last, r.At)
		busy.mark(r.At)
		switch r.Kind { //nolint:exhaustive // the others are moments only
		case recording.Frame:
			lead = earliest(lead, r.At)
			if r.Key && p.tracks[r.Track].Codec != recording.Opus {
				sight = earliest(sight, r.At)
				keys[r.Track] = append(keys[r.Track], r.At)
			}
			continue
		case recording.TrackBegan:
			p.tracks[r.Track] = r.Began()
		case recording.Ended:
			end = r.At
		}
		moments = append(moments, moment{r.At, r})
	}
	if end == 0 {
		end = last
	}
	for _, b := range o.Blackouts {
		moments = append(moments, moment{at: b.From}, moment{at: b.To})
	}
	slices.SortStableFunc(moments, func(a, b moment) int { return int(a.at - b.at) })
	p.clock = clockOf(moments, end)
	p.begin(beginning(lead, sight))
	p.leaveOut(busy.gaps())
	length, _ := p.clock.out(end)
	p.ticks = tick(length)
	if p.ticks == 0 || len(p.tracks) == 0 {
		return nil, ErrEmpty.With(p.damage)
	}
	p.direct(hold(moments), end, o)
	for track, ats := range keys {
		p.group(track, ats)
	}
	return p, nil
}

func clockOf(moments []moment, end time.Duration) clock {
	var c clock
	from := time.Duration(-1)
	for _, m := range moments {
		switch {
		case m.record.Kind == recording.Paused && from < 0:
			from = m.at
		case m.record.Kind == recording.Resumed && from >= 0:
			c.pauses = append(c.pauses, span{from, m.at})
			from = -1
		}
	}
	if from >= 0 {
		c.pauses = append(c.pauses, span{from, end})
	}
	return c
}

// earliest returns the smaller of two moments, of which the first may be unknown.
func earliest(known, at time.Duration) time.Duration {
	if known < 0 {
		return at
	}
	return min(known, at)
}

// beginning returns when the film begins, of the first frame of all and the first
// picture; either may be unknown.
func beginning(frame, picture time.Duration) time.Duration {
	if picture > frame && picture-frame <= maxBlind {
		return picture
	}
	return max(0, frame)
}

// maxBlind is how much sound is left out at the beginning, so that the film does not
// begin with black: who has agreed is heard some pictures before they are seen.
const maxBlind = 400 * time.Millisecond

// begin leaves out what was before anybody was to be seen or heard: the time that
// people took to read the question.
func (p *plan) begin(lead time.Duration) {
	later := make([]span, 0, len(p.clock.pauses)+1)
	for _, s := range p.clock.pauses {
		if s.from < lead {
			lead = max(lead, s.to)
		} else {
			later = append(later, s)
		}
	}
	if p.lead = lead; lead > 0 {
		p.clock.pauses = append([]span{{0, lead}}, later...)
	}
}

// quarters are the quarters of a minute in which there is a record.
type quarters map[int64]bool

const quarter = 15 * time.Second

func (q quarters) mark(at time.Duration) { q[int64(at/quarter)] = true }

// gaps returns the times of more than [MaxGap] in which there is none.
func (q quarters) gaps() (gaps []span) {
	last := int64(-1)
	for _, n := range slices.Sorted(maps.Keys(q)) {
		if from, to := time.Duration(last+1)*quarter, time.Duration(n)*quarter; to-from > MaxGap {
			gaps = append(gaps, span{from, to})
		}
		last = n
	}
	return gaps
}

// leaveOut makes gaps short, as if the rest of them were a pause.
func (p *plan) leaveOut(gaps []span) {
	for _, g := range gaps {
		if slices.ContainsFunc(p.clock.pauses, func(s span) bool { return s.from < g.to && g.from < s.to }) {
			continue // it is a pause, nearly
		}
		at, _ := p.clock.out(g.from)
		p.gaps = append(p.gaps, Gap{At: at, Length: g.to - g.from})
		p.clock.pauses = append(p.clock.pauses, span{g.from + ShortGap, g.to})
		slices.SortFunc(p.clock.pauses, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	}
}

// steady is a journal without the frames whose clock was ahead of all that come
// later by more than there can be disorder: one stray time must not move the rest.
// What happened has the time of our own clock: there the one that comes later and is
// too old is the stray.
type steady struct{ Source }

func (s steady) Records(yield func(recording.Record, error) bool) {
	var held recording.Record
	var kept []byte
	holds, stopped := false, false
	for r, err := range s.Source.Records {
		if holds && (err != nil || held.Kind != recording.Frame || held.At <= r.At+recording.Disorder) && !yield(held, nil) {
			stopped = true
			break
		}
		if holds = err == nil; !holds {
			stopped = !yield(r, err)
			break
		}
		// What was read is the journal's again with the next record.
		kept = append(kept[:0], r.Data...)
		held = r
		if r.Kind == recording.Frame {
			held.Data = kept
		}
	}
	if holds && !stopped {
		yield(held, nil)
	}
}

// minFloor is how long somebody must speak to become the one who is shown large.
const minFloor = 1500 * time.Millisecond

// hold takes out the speakers who had the floor for a moment only: a cough must not
// turn the picture.
func hold(moments []moment) []moment {
	kept := make([]moment, 0, len(moments))
	for i, m := range moments {
		if m.record.Kind == recording.Speakers && len(m.record.Event.Seats) > 0 {
			head := m.record.Event.Seats[0]
			short := false
			for _, next := range moments[i+1:] {
				if next.at-m.at >= minFloor {
					break
				}
				if seats := next.record.Event.Seats; next.record.Kind == recording.Speakers && len(seats) > 0 && seats[0] != head {
					short = true
					break
				}
			}
			if short {
				continue
			}
		}
		kept = append(kept, m)
	}
	return kept
}

// direct fills in shots, who may be heard when, and chapters.
func (p *plan) direct(moments []moment, end time.Duration, o Options) {
	var scene recording.Scene
	may := audience{plan: p, options: o, since: map[id.Seat]time.Duration{}, agreed: map[id.Seat]bool{}}
	if o.Words.Start != "" {
		p.chapters = []Mark{{0, o.Words.Start}}
	}
	for i, m := range moments {
		scene.Apply(m.record)
		if m.record.Kind == recording.Consent {
			may.agreed[m.record.Event.Seat] = m.record.Event.Yes
		}
		if i+1 < len(moments) && moments[i+1].at == m.at {
			p.chapter(m, &scene, o)
			continue
		}
		at, _ := p.clock.out(m.at)
		may.turn(m.at, at)
		p.chapter(m, &scene, o)
		if scene.Paused || tick(at) >= p.ticks {
			continue
		}
		tiles := o.arrange(&scene, m.at)
		if n := len(p.shots); n > 0 && p.shots[n-1].from == tick(at) {
			p.shots[n-1].tiles = tiles
		} else if n == 0 || !slices.Equal(p.shots[n-1].tiles, tiles) {
			p.shots = append(p.shots, shot{tick(at), tiles})
		}
	}
	until, _ := p.clock.out(end)
	for seat, since := range may.since {
		p.allowed[seat] = append(p.allowed[seat], span{since, until + time.Second})
	}
}

// audience keeps who may be heard, and fills in the plan's spans.
type audience struct {
	plan    *plan
	options Options
	agreed  map[id.Seat]bool
	since   map[id.Seat]time.Duration // in the result, of those who may now
}

// turn looks at everybody at a moment of the journal, which is at in the result.
func (a audience) turn(moment, at time.Duration) {
	for seat, agreed := range a.agreed {
		may := agreed && (a.options.Only == "" || a.options.Only == seat) && !a.options.blacked(seat, moment)
		since, did := a.since[seat]
		if may && !did {
			a.since[seat] = at
		} else if !may && did {
			a.plan.allowed[seat] = append(a.plan.allowed[seat], span{since, at})
			delete(a.since, seat)
		}
	}
}

// chapter adds a chapter when m begins one.
func (p *plan) chapter(m moment, scene *recording.Scene, o Options) {
	title := o.title(m, scene)
	at, ok := p.clock.out(m.at)
	ok = ok || m.at < p.lead // begun before anything was to be seen: it begins with the film
	if n := len(p.chapters); title == "" || !ok || n > 0 && p.chapters[n-1].Title == title {
		return
	}
	// A player cannot show what lasts less than a second.
	if n := len(p.chapters); n > 0 && at-p.chapters[n-1].At < time.Second {
		p.chapters[n-1].Title = title
		return
	}
	p.chapters = append(p.chapters, Mark{at, title})
}

// title returns what the chapter is called that m begins, or "".
func (o Options) title(m moment, scene *recording.Scene) (title string) {
	r := m.record
	name := func(seat id.Seat) string {
		if !o.Names || o.blacked(seat, m.at) {
			return ""
		}
		for _, person := range scene.People() {
			if person.Seat == seat {
				return person.Name.Text()
			}
		}
		return ""
	}
	switch {
	case r.Kind == recording.Chapter:
		title = r.Event.Title.Text()
	case r.Kind == recording.TrackBegan && r.Event.Source == access.Screen:
		if _, agreed := scene.Track(r.Track); !agreed {
			return ""
		}
		if title = o.Words.Share; title != "" && name(r.Event.Seat) != "" {
			title += ": " + name(r.Event.Seat)
		}
	case r.Kind == recording.Speakers && o.SpeakerChapters && len(r.Event.Seats) > 0:
		title = name(r.Event.Seats[0])
	}
	return title
}

// group says at which sizes a track's frames are to be decoded.
func (p *plan) group(track uint32, keys []time.Duration) {
	for i, key := range keys {
		at, _ := p.clock.out(key)
		g, until := group{at: at}, p.ticks
		if i+1 < len(keys) {
			next, _ := p.clock.out(keys[i+1])
			until = tick(next)
		}
		// The shot that is on at the key frame, and those until the next.
		from := max(0, sort.Search(len(p.shots), func(j int) bool { return p.shots[j].from > tick(at) })-1)
		for _, s := range p.shots[min(from, len(p.shots)):] {
			if s.from > until {
				break
			}
			for _, t := range s.tiles {
				if t.track == track && !t.black && t.at.W > g.w {
					g.w, g.h = t.at.W, t.at.H
				}
			}
		}
		p.groups[track] = append(p.groups[track], g)
	}
}
