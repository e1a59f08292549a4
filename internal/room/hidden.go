package room

import (
	"slices"

	"plenum/internal/access"
	"plenum/internal/id"
)

// sees reports whether other is in by's list of people: everybody is, for whoever
// may see them, and else who runs the meeting and they themselves.
func sees(by, other *seat) bool {
	return by == other || other.Role.Runs() || by.may(access.SeePeople)
}

// view is other as by may see them.
func view(by, other *seat) Seat {
	v := other.Seat
	if !by.Role.Moderates() {
		v.Exceptions, v.Consent = access.Exceptions{}, ""
	}
	return v
}

func (o *owner) seatsSeenBy(by *seat) []Seat {
	seats := make([]Seat, 0, len(o.order)+1)
	for _, other := range o.order {
		if sees(by, other) {
			seats = append(seats, view(by, other))
		}
	}
	if t := o.recordings.running; t != nil { // seen by all, in its place in the order of joining
		at := slices.IndexFunc(seats, func(s Seat) bool { return s.JoinedAt.After(t.recorder.JoinedAt) })
		if at < 0 {
			at = len(seats)
		}
		seats = slices.Insert(seats, at, t.recorder)
	}
	return seats
}

// changed tells the new state of a seat to whoever sees it.
func (o *owner) changed(s *seat) { o.tellSeat(s, &s.Role) }

// tellSeat tells the state of a seat to whoever sees it now, or did when it had
// the role before; nil when it was not there.
func (o *owner) tellSeat(s *seat, before *access.Role) {
	for _, by := range o.order {
		saw := before != nil && (by == s || before.Runs() || by.may(access.SeePeople))
		switch {
		case before == nil && by == s: // has it in the welcome
		case sees(by, s) && saw:
			o.tell(by, Changed{Seat: view(by, s)})
		case sees(by, s):
			o.tell(by, Joined{Seat: view(by, s)})
		case saw:
			o.tell(by, Gone{Seat: s.ID, Reason: ReasonHidden})
		}
	}
	if before != nil && before.Runs() != s.Role.Runs() && o.spotlight == s.ID {
		o.tellSpotlight()
	}
}

// tellGone tells whoever saw the seat that it is free. It is not in the order any
// more.
func (o *owner) tellGone(s *seat, why Reason) {
	for _, by := range o.order {
		if sees(by, s) {
			o.tell(by, Gone{Seat: s.ID, Reason: why})
		}
	}
}

// uncover brings a seat's list of people, and what it knows of the gate, in line
// with its rights after they changed.
func (o *owner) uncover(s *seat, before []access.Right) {
	had, has := slices.Contains(before, access.SeePeople), s.may(access.SeePeople)
	if had != has {
		for _, other := range o.order {
			switch {
			case other == s || other.Role.Runs():
			case has:
				o.tell(s, Joined{Seat: view(s, other)})
			default:
				o.tell(s, Gone{Seat: other.ID, Reason: ReasonHidden})
			}
		}
		if o.spotlight != "" {
			o.tell(s, SpotlightSet{Seat: o.spotlightFor(s)})
		}
	}
	if recorded := slices.Contains(before, access.Record) || slices.Contains(before, access.StopRecord); recorded != s.records() {
		o.tell(s, RecordingSet{Recording: o.recordingFor(s)})
	}
	if !slices.Contains(before, access.Admit) && s.may(access.Admit) {
		o.uncoverGate(s)
	}
}

// uncoverGate tells somebody who runs the meeting from now on what only those know.
func (o *owner) uncoverGate(s *seat) {
	g := o.gate()
	o.tell(s, LobbyChanged{Lobby: g.Lobby})
	o.tell(s, PasscodeChanged{Set: g.Passcode})
	for _, w := range g.Waiting {
		o.tell(s, WaiterCame{Waiter: w})
	}
	for _, other := range o.order {
		if other != s && (!other.Exceptions.Empty() || other.Consent != "") {
			o.tell(s, Changed{Seat: view(s, other)})
		}
	}
}

// spotlightFor is whom a seat is shown large, if it may know that they are there.
func (o *owner) spotlightFor(by *seat) id.Seat {
	if shown := o.seats[o.spotlight]; shown != nil && sees(by, shown) {
		return shown.ID
	}
	return ""
}

func (o *owner) tellSpotlight() {
	for _, by := range o.order {
		o.tell(by, SpotlightSet{Seat: o.spotlightFor(by)})
	}
}
