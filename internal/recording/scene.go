package recording

import (
	"maps"
	"slices"
	"time"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/pii"
)

// Scene is what is to be seen and heard at one moment: the events of a journal up
// to then, applied one after the other. The zero value is the beginning.
type Scene struct {
	Layout    Layout
	Spotlight id.Seat
	Speaker   id.Seat // who spoke last; stays while nobody does
	Paused    bool

	tracks  map[uint32]*Live
	names   map[id.Seat]pii.Name
	consent map[id.Seat]bool
	arrived map[id.Seat]int // order of the first track
	spoke   map[id.Seat]time.Duration
}

// Live is a track that has begun and not ended.
type Live struct {
	Track
	Muted bool
}

// Person is somebody in the picture: who consents and has a track.
type Person struct {
	Seat  id.Seat
	Name  pii.Name
	Spoke time.Duration // when last

	// The tracks to show and hear; 0 is none. A muted camera is none; a muted
	// microphone stays, it has no sound.
	Camera, Screen          uint32
	Microphone, ScreenSound uint32
	Silent                  bool // no microphone, or it is muted
}

// Apply takes one event in; frames change nothing.
func (s *Scene) Apply(r Record) { //nolint:cyclop // one case for each kind
	if s.tracks == nil {
		s.tracks, s.names, s.consent = map[uint32]*Live{}, map[id.Seat]pii.Name{}, map[id.Seat]bool{}
		s.arrived, s.spoke = map[id.Seat]int{}, map[id.Seat]time.Duration{}
	}
	switch r.Kind {
	case TrackBegan:
		t := r.Began()
		s.tracks[t.ID] = &Live{Track: t}
		if _, known := s.arrived[t.Seat]; !known {
			s.arrived[t.Seat] = len(s.arrived)
		}
	case TrackEnded:
		delete(s.tracks, r.Track)
	case Muted, Unmuted:
		if t := s.tracks[r.Track]; t != nil {
			t.Muted = r.Kind == Muted
		}
	case SeatNamed:
		s.names[r.Event.Seat] = r.Event.Name
	case Consent:
		s.consent[r.Event.Seat] = r.Event.Yes
	case LayoutSet:
		s.Layout = r.Event.Layout
	case Spotlight:
		s.Spotlight = r.Event.Seat
	case Speakers:
		for i, seat := range r.Event.Seats {
			s.spoke[seat] = r.At
			if i == 0 {
				s.Speaker = seat
			}
		}
	case Paused, Resumed:
		s.Paused = r.Kind == Paused
	case Frame, Chapter, Ended, Moved:
	}
}

// Track returns the live track with that number, when its person consents.
func (s *Scene) Track(number uint32) (Live, bool) {
	t := s.tracks[number]
	if t == nil || !s.consent[t.Seat] {
		return Live{}, false
	}
	return *t, true
}

// People returns who is in the picture, in the order they first came.
func (s *Scene) People() []Person {
	people := map[id.Seat]*Person{}
	for _, number := range slices.Sorted(maps.Keys(s.tracks)) {
		t := s.tracks[number]
		if !s.consent[t.Seat] {
			continue
		}
		p := people[t.Seat]
		if p == nil {
			p = &Person{Seat: t.Seat, Name: s.names[t.Seat], Spoke: s.spoke[t.Seat], Silent: true}
			people[t.Seat] = p
		}
		switch { // of two of a kind, one is what the other became: the later counts
		case t.Source == access.Camera && !t.Muted:
			p.Camera = number
		case t.Source == access.Screen && !t.Muted:
			p.Screen = number
		case t.Source == access.Microphone:
			p.Microphone, p.Silent = number, t.Muted
		case t.Source == ScreenSound:
			p.ScreenSound = number
		}
	}
	return slices.SortedFunc(func(yield func(Person) bool) {
		for _, p := range people {
			if !yield(*p) {
				return
			}
		}
	}, func(a, b Person) int { return s.arrived[a.Seat] - s.arrived[b.Seat] })
}
