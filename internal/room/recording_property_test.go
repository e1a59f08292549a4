package room_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"plenum/internal/access"
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/recording"
	"plenum/internal/room"
	"plenum/internal/tenant"
)

// sitting is a room in which anything may happen next.
type sitting struct {
	*world

	watcher  *person // an owner who stays
	people   []*person
	away     map[*person]bool
	releases []func()
	doing    sync.WaitGroup
	state    room.Recording // as the watcher was told after the last step
	recorded int            // people, over all steps
}

// send gives a command that may not be answered for a while.
func (s *sitting) send(p *person, c room.Command) {
	s.doing.Go(func() { _ = p.Do(s.t.Context(), c) })
	synctest.Wait()
}

// here lists who is connected.
func (s *sitting) here() []*person {
	return slices.DeleteFunc(slices.Clone(s.people), func(p *person) bool { return s.away[p] })
}

// move is one thing that happens; its numbers choose among what there is then.
type move struct {
	what      string
	who, pick int
}

func moves() *rapid.Generator[move] {
	what := rapid.SampledFrom([]string{ // the likeliest several times
		"start", "start", "start", "yes", "yes", "yes", "no", "past", "join", "join", "block", "block", "release", "leave", "lost", "back", "stop",
		"pause", "pause", "resume", "resume", "layout", "chapter", "role", "remove", "rename", "spotlight", "fail", "work", "work", "trouble", "ended", "time", "long", "hand",
	})
	return rapid.Custom(func(r *rapid.T) move {
		return move{what: what.Draw(r, "what"), who: rapid.IntRange(0, 99).Draw(r, "who"), pick: rapid.IntRange(0, 99).Draw(r, "pick")}
	})
}

func oneOf[T any](among []T, n int) T { return among[n%len(among)] }

// step makes a move and returns who did it, and whether it is one that needs the
// right to record.
func (s *sitting) step(m move) (by *person, records bool) {
	disk := oneOf([]string{"begin", "answers"}, m.pick)
	switch m.what {
	case "join":
		if len(s.people) < 6 {
			s.people = append(s.people, s.invited(oneOf(access.Roles(), m.pick)))
		}
		return nil, false
	case "block":
		s.releases = append(s.releases, s.recordings.Block(disk))
		return nil, false
	case "release":
		s.release()
		return nil, false
	case "fail", "work":
		s.recordings.Fail(disk, map[string]error{"fail": errors.New("disk")}[m.what])
		return nil, false
	case "trouble", "ended":
		if takes := s.recordings.Takes(); len(takes) > 0 {
			takes[len(takes)-1].Tell(recording.Standing{Connected: true, Trouble: errors.New("disk"), Ended: m.what == "ended"})
		}
		return nil, false
	case "time":
		pass(7 * time.Second)
		return nil, false
	case "long":
		pass(63 * time.Second)
		s.gone(func(p *person) bool { return s.away[p] })
		return nil, false
	}
	p := oneOf(append(s.here(), s.watcher), m.who)
	return p, s.act(m, p)
}

// act has p do something.
func (s *sitting) act(m move, p *person) bool {
	answer := room.Consent{Recording: p.recording.ID, Version: p.version(), Language: "en"}
	switch m.what {
	case "leave":
		if p != s.watcher {
			s.send(p, room.Leave{})
			s.gone(func(other *person) bool { return other == p })
		}
	case "lost":
		if p != s.watcher {
			p.Lost()
			s.away[p] = true
		}
	case "back":
		for away := range s.away {
			s.gone(func(other *person) bool { return other == away })
			s.people = append(s.people, away.back())
			return false
		}
	case "yes":
		answer.Yes = true
		s.send(p, answer)
	case "no":
		s.send(p, answer)
	case "past":
		answer.Past = true
		s.send(p, answer)
	case "role":
		if p != s.watcher {
			s.send(s.watcher, room.SetRole{Seat: p.Seat(), Role: oneOf(access.Roles(), m.pick)})
		}
	case "remove":
		if p != s.watcher {
			s.send(s.watcher, room.Remove{Seat: p.Seat()})
			s.gone(func(other *person) bool { return other == p })
		}
	case "rename":
		s.send(p, room.Rename{Seat: p.Seat(), Name: fmt.Sprint("Person ", m.pick)})
	case "spotlight":
		s.send(s.watcher, room.Spotlight{Seat: p.Seat()})
	default:
		s.send(p, map[string]room.Command{
			"start": room.RecordStart{}, "stop": room.RecordStop{}, "pause": room.RecordPause{}, "resume": room.RecordResume{},
			"layout":  room.RecordLayout{Layout: oneOf([]recording.Layout{"", recording.Grid, recording.Share}, m.pick)},
			"chapter": room.RecordChapter{Title: "Next"}, "hand": room.HandRaise{},
		}[m.what])
		return m.what != "hand"
	}
	return false
}

func (s *sitting) gone(which func(*person) bool) {
	s.people = slices.DeleteFunc(s.people, func(p *person) bool {
		if which(p) {
			delete(s.away, p)
			return true
		}
		return false
	})
}

func (s *sitting) release() {
	for _, release := range s.releases {
		release()
	}
	s.releases = nil
	synctest.Wait()
}

// check holds what everybody was told, what is kept and what is recorded against
// each other. It counts who is recorded.
func (s *sitting) check(by *person, records bool) error {
	s.watcher.told()
	now := s.watcher.recording
	if records && by != s.watcher && !mayRecord(by) && (now.ID != s.state.ID || now.State != s.state.State || now.Layout != s.state.Layout) {
		return fmt.Errorf("%s changed the recording from %+v to %+v", by.welcome.You, s.state, now)
	}
	s.state = now
	running := 0
	recorded := map[id.Seat]bool{}
	for _, take := range s.recordings.Takes() {
		if take.Scene().Stopped {
			continue
		}
		if running++; running > 1 || take.Order.ID != now.ID {
			return fmt.Errorf("%s is being made, told is %+v", take.Order.ID, now)
		}
		for _, seat := range take.Consents() {
			recorded[seat] = true
			kept := s.answers(seat)
			if kept[len(kept)-1] != consent.Yes {
				return fmt.Errorf("%s is recorded, kept is %v", seat, kept)
			}
			if !slices.ContainsFunc(append(s.people, s.watcher), func(p *person) bool { return p.Seat() == seat }) {
				return fmt.Errorf("%s is recorded, and not there", seat)
			}
		}
	}
	if running == 0 && (now.State == room.RecordingOn || now.State == room.RecordingPaused) {
		return fmt.Errorf("nothing is being made, told is %+v", now)
	}
	for _, p := range append(s.here(), s.watcher) {
		p.told()
		if p.recording.ID != now.ID || p.recording.State != now.State || p.recording.Layout != now.Layout {
			return fmt.Errorf("somebody was told %+v, the owner %+v", p.recording, now)
		}
		if (p.consent == consent.Yes) != recorded[p.Seat()] || (p.consent == "") != (now.ID == "") {
			return fmt.Errorf("somebody was told %q, recorded: %v, %+v", p.consent, recorded[p.Seat()], now)
		}
		if !mayRecord(p) && (p.recording.Trouble != "" || p.recording.Unavailable != "" || p.recording.Interrupted) {
			return fmt.Errorf("somebody without the right was told %+v", p.recording)
		}
	}
	if breaches := s.recordings.Breaches(); len(breaches) > 0 {
		return fmt.Errorf("%v", breaches)
	}
	s.recorded += len(recorded)
	return nil
}

func mayRecord(p *person) bool {
	return slices.Contains(p.rights, access.Record) || slices.Contains(p.rights, access.StopRecord)
}

// TestWhateverHappens: in whatever order people come, go, answer, change roles and
// start and stop recordings, and whatever of the disk is slow or full, nobody is
// recorded whose yes is not kept, everybody knows how it stands, one recording is
// made at a time, and nobody without the right changes it.
func TestWhateverHappens(t *testing.T) {
	recorded := 0
	rapid.Check(t, func(r *rapid.T) {
		// Drawn before, since what fails in a bubble cannot be told to rapid from there.
		plan := rapid.SliceOfN(moves(), 30, 80).Draw(r, "plan")
		var failed error
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, nil)
			defer func() { w.stop() }()
			w.store.ChangeTenant(func(o *tenant.Tenant) { o.Settings.Recording.Erasable = true })
			s := &sitting{world: w, watcher: w.invited(access.Owner), away: map[*person]bool{}}
			defer s.doing.Wait()
			defer s.release()
			for _, m := range plan {
				by, records := s.step(m)
				synctest.Wait()
				if failed = s.check(by, records); failed != nil {
					return
				}
			}
			s.recordings.Fail("answers", nil)
			s.release()
			pass(6 * time.Second)
			failed = s.check(nil, false)
			recorded += s.recorded
		})
		if failed != nil {
			r.Fatal(failed)
		}
	})
	if recorded < 100 && !t.Failed() {
		t.Errorf("people were recorded at %d moments only", recorded)
	}
}
