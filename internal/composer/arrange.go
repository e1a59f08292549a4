package composer

import (
	"slices"
	"time"

	"plenum/internal/id"
	"plenum/internal/recording"
)

// arrange places who is in the scene at a moment of the journal.
func (o Options) arrange(s *recording.Scene, at time.Duration) []tile {
	people := slices.DeleteFunc(s.People(), func(p recording.Person) bool { return o.Only != "" && p.Seat != o.Only })
	if len(people) == 0 {
		return nil
	}
	shares := slices.DeleteFunc(slices.Clone(people), func(p recording.Person) bool { return p.Screen == 0 })
	// The latest share first: numbers of tracks rise.
	slices.SortFunc(shares, func(a, b recording.Person) int { return int(b.Screen) - int(a.Screen) })
	layout := s.Layout
	if o.Layout != "" {
		layout = o.Layout
	}
	large := o.large(s, layout, people)
	switch {
	case len(shares) > 0:
		people = pick(people, large, maxStrip)
		mains, strip := Strip(len(shares), len(people), o.Width, o.Height)
		var tiles []tile
		for i, p := range shares[:len(mains)] {
			tiles = append(tiles, o.tile(p, p.Screen, mains[i], at, true))
		}
		return o.row(tiles, people, strip, at)
	case large >= 0:
		main := people[large]
		people = pick(slices.Delete(slices.Clone(people), large, large+1), -1, maxStrip)
		mains, strip := Strip(1, len(people), o.Width, o.Height)
		return o.row([]tile{o.tile(main, main.Camera, mains[0], at, false)}, people, strip, at)
	default:
		people = pick(people, -1, maxGrid)
		return o.row(nil, people, Grid(len(people), o.Width, o.Height), at)
	}
}

// large returns which of people is shown large, or -1 for nobody.
func (o Options) large(s *recording.Scene, layout recording.Layout, people []recording.Person) int {
	is := func(seat id.Seat) int {
		return slices.IndexFunc(people, func(p recording.Person) bool { return p.Seat == seat })
	}
	if i := is(s.Spotlight); i >= 0 {
		return i
	}
	if layout == recording.Grid || layout == "" {
		return -1
	}
	return max(0, is(s.Speaker))
}

// pick returns the n that matter most, in their order: the one at first, then who
// shows themselves, then who spoke last.
func pick(people []recording.Person, first, n int) []recording.Person {
	if len(people) <= n {
		return people
	}
	order := make([]int, len(people))
	for i := range order {
		order[i] = i
	}
	rank := func(i int) (r time.Duration) {
		if i == first {
			r += 4e18
		}
		if people[i].Camera != 0 {
			r += 2e18
		}
		return r + people[i].Spoke
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch ra, rb := rank(a), rank(b); {
		case ra > rb:
			return -1
		case ra < rb:
			return 1
		}
		return 0
	})
	chosen := order[:n]
	slices.Sort(chosen)
	picked := make([]recording.Person, n)
	for i, j := range chosen {
		picked[i] = people[j]
	}
	return picked
}

func (o Options) row(tiles []tile, people []recording.Person, places []Rect, at time.Duration) []tile {
	for i, p := range people[:min(len(people), len(places))] {
		tiles = append(tiles, o.tile(p, p.Camera, places[i], at, false))
	}
	return tiles
}

func (o Options) tile(p recording.Person, track uint32, place Rect, at time.Duration, screen bool) tile {
	if o.blacked(p.Seat, at) {
		return tile{at: place, black: true}
	}
	t := tile{at: place, track: track, screen: screen}
	if o.Names && !screen {
		t.name = p.Name
	}
	return t
}
