package recorder

import (
	"math/rand/v2"
	"testing"
	"time"

	"plenum/internal/recording"
)

// stream is a track of a simulated sender: media and reports that come over a
// network which delays, in the sender's own time.
type stream struct {
	clock  *trackClock
	every  time.Duration
	delay  time.Duration // of each packet: encoding, pacing, way
	jitter time.Duration // at most, on top
	origin uint64        // RTP timestamp at the sender's beginning
	from   time.Duration // sends from then on, by the sender's clock
	behind time.Duration // at most, what a report says was sent just now
}

// sender has a clock that is fast by so many parts in a million, and was set to
// some other time.
type sender struct {
	drift  float64
	ntp    uint64
	random *rand.Rand
	person personClock
}

const wallStart = 3_990_000_000 << 32 // 2026, as in reports

func newSender(drift float64) *sender {
	return &sender{drift: drift, ntp: wallStart, random: rand.New(rand.NewPCG(3, 4))} //nolint:gosec // a network, no secret
}

// our is the moment on our clock at which the sender's shows t.
func (s *sender) our(t time.Duration) time.Time {
	return epoch.Add(time.Hour + time.Duration(float64(t)/(1+s.drift*1e-6)))
}

// run plays streams for so long and reports, for each, the error of every frame:
// its time less the moment it was made.
func (s *sender) run(from, to time.Duration, seen func(stream int, at time.Duration, off time.Duration), streams ...*stream) {
	next := make([]time.Duration, len(streams))
	report := from + 3*time.Second
	for i, st := range streams {
		next[i] = max(from, st.from)
	}
	for now := from; now < to; now += time.Millisecond {
		for i, st := range streams {
			for next[i] <= now {
				t := next[i]
				next[i] += st.every
				arrived := s.our(t).Add(st.delay + time.Duration(s.random.Int64N(int64(st.jitter)+1)))
				seen(i, t, st.clock.when(st.timestamp(t), arrived).Sub(s.our(t)))
			}
		}
		if now >= report {
			report += 3 * time.Second
			for _, st := range streams {
				if now > st.from {
					theirs := s.ntp + uint64(now.Seconds()*(1<<32))
					said := now - time.Duration(s.random.Int64N(int64(st.behind)+1))
					st.clock.sawReport(theirs, st.timestamp(said), s.our(now).Add(st.delay))
				}
			}
		}
	}
}

func (st *stream) timestamp(t time.Duration) uint64 {
	return st.origin + uint64(t.Seconds()*float64(st.clock.rate)+0.5)
}

func (s *sender) stream(codec recording.Codec, every, delay, jitter time.Duration, origin uint64) *stream {
	st := &stream{
		clock: &trackClock{person: &s.person, rate: clockRate(codec), video: codec.Video(), moved: func(time.Duration) {}},
		every: every, delay: delay, jitter: jitter, origin: 1<<40 + origin,
	}
	s.person.tracks = append(s.person.tracks, st.clock)
	return st
}

func (s *sender) talker() (voice, camera *stream) {
	return s.stream(recording.Opus, 20*time.Millisecond, 30*time.Millisecond, 20*time.Millisecond, 12345),
		s.stream(recording.VP8, 40*time.Millisecond, 110*time.Millisecond, 60*time.Millisecond, 1<<32-90_000)
}

// A camera 80 ms slower than the microphone, on a clock that is fast: from the
// first report on they are together, after ten minutes as at the start.
func TestPictureAndSoundStayTogether(t *testing.T) {
	for _, drift := range []float64{0, 100, -100} {
		s := newSender(drift)
		voice, camera := s.talker()
		var heard time.Duration
		var last time.Time
		voice.clock.moved = func(by time.Duration) { last = last.Add(by) }
		s.run(0, 10*time.Minute, func(i int, at, off time.Duration) {
			switch {
			case i == 0:
				heard = off
				when := voice.clock.last
				if step := when.Sub(last); !last.IsZero() && (step < 0 || at > time.Second && (step < 15*time.Millisecond || step > 25*time.Millisecond)) {
					t.Fatalf("drift %v: at %v the sound steps %v", drift, at, step)
				}
				last = when
			case at > 4*time.Second && (off-heard).Abs() > 5*time.Millisecond:
				t.Fatalf("drift %v: at %v the picture is %v after the sound", drift, at, off-heard)
			case (off - heard).Abs() > 150*time.Millisecond:
				t.Fatalf("drift %v: at %v the picture is %v after the sound", drift, at, off-heard)
			}
			if off < 0 || off > 200*time.Millisecond {
				t.Fatalf("drift %v: at %v a frame is %v late", drift, at, off)
			}
		}, voice, camera)
	}
}

// As they are corrected, picture and sound are together from the first frame on: on a
// network that jitters, whoever's reports come first, and when one of them is late.
func TestTogetherFromTheBeginning(t *testing.T) {
	for seed := range uint64(200) {
		s := newSender(50)
		s.random = rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a network, no secret
		voice, camera := s.talker()
		voice.jitter, camera.jitter = 150*time.Millisecond, 250*time.Millisecond
		if seed%3 == 1 {
			voice.from = time.Duration(seed) * 10 * time.Millisecond
		}
		var made, offs [2][]time.Duration // when a frame was made, and how far off it is
		for i, st := range []*stream{voice, camera} {
			sum := time.Duration(0)
			st.clock.moved = func(by time.Duration) {
				if sum += by; sum.Abs() > recording.MaxMoved || by.Abs() < grain {
					t.Errorf("moved by %v, %v in all", by, sum)
				}
				for n := range offs[i] {
					offs[i][n] += by
				}
			}
		}
		s.run(0, 10*time.Second, func(i int, at, off time.Duration) {
			made[i], offs[i] = append(made[i], at), append(offs[i], off)
		}, voice, camera)
		least, most := offs[0][0], offs[0][0]
		for i := range offs {
			for n, off := range offs[i] {
				if n > 0 && made[i][n]+off < made[i][n-1]+offs[i][n-1] {
					t.Fatalf("track %d goes back at %v", i, made[i][n])
				}
				least, most = min(least, off), max(most, off)
			}
		}
		if most-least > 20*time.Millisecond {
			t.Errorf("seed %d: frames are off by %v to %v", seed, least, most)
		}
	}
}

// What Chromium reports of sound is up to 26 ms behind, another time each time: the
// sound neither swings with it nor comes late on the whole.
func TestReportsThatAreBehind(t *testing.T) {
	s := newSender(30)
	voice, camera := s.talker()
	voice.behind = 26 * time.Millisecond
	var heard, sum time.Duration
	n := time.Duration(0)
	s.run(0, 30*time.Minute, func(i int, at, off time.Duration) {
		switch by := heard - off; {
		case i == 0:
			heard = off
		case at < 30*time.Second:
		case by.Abs() > 20*time.Millisecond:
			t.Fatalf("at %v the sound is %v after the picture", at, by)
		default:
			sum, n = sum+by, n+1
		}
	}, voice, camera)
	if mean := sum / n; mean.Abs() > 6*time.Millisecond {
		t.Errorf("on the whole the sound is %v after the picture", mean)
	}
}

// Whoever turns the microphone on later hears no step, and is in time soon.
func TestSoundThatComesLaterIsInTime(t *testing.T) {
	s := newSender(20)
	voice, camera := s.talker()
	voice.from = 30 * time.Second
	var shown time.Duration
	var last time.Time
	voice.clock.moved = func(by time.Duration) { last = last.Add(by) }
	s.run(0, time.Minute, func(i int, at, off time.Duration) {
		if i == 1 {
			shown = off
			return
		}
		if step := voice.clock.last.Sub(last); !last.IsZero() && at > 31*time.Second && (step < 15*time.Millisecond || step > 25*time.Millisecond) {
			t.Fatalf("at %v the sound steps %v", at, step)
		}
		last = voice.clock.last
		if at > 45*time.Second && (off-shown).Abs() > 10*time.Millisecond {
			t.Fatalf("at %v the sound is %v after the picture", at, off-shown)
		}
	}, voice, camera)
}

// A sender's clock is set, or its media clock begins anew: the times go on, and
// in four seconds picture and sound are together again.
func TestClocksJump(t *testing.T) {
	for name, jump := range map[string]func(*sender, *stream, *stream){
		"clock set forward": func(s *sender, _, _ *stream) { s.ntp += 3600 << 32 },
		"clock set back":    func(s *sender, _, _ *stream) { s.ntp -= 5 << 32 },
		"media anew":        func(_ *sender, voice, _ *stream) { voice.origin += 1 << 30 },
		"both anew":         func(_ *sender, voice, camera *stream) { voice.origin += 1 << 30; camera.origin -= 1 << 29 },
	} {
		s := newSender(0)
		voice, camera := s.talker()
		var heard time.Duration
		seen := func(i int, at, off time.Duration) {
			if off < -10*time.Millisecond || off > 300*time.Millisecond {
				t.Fatalf("%s: at %v a frame is %v late", name, at, off)
			}
			if i == 0 {
				heard = off
			} else if (at > 4*time.Second && at < 20*time.Second || at > 28*time.Second) && (off-heard).Abs() > 10*time.Millisecond {
				t.Fatalf("%s: at %v the picture is %v after the sound", name, at, off-heard)
			}
		}
		s.run(0, 20*time.Second, seen, voice, camera)
		jump(s, voice, camera)
		s.run(20*time.Second, 40*time.Second, seen, voice, camera)
	}
}

func TestStopwatch(t *testing.T) {
	var w stopwatch
	at := func(seconds int) time.Time { return epoch.Add(time.Duration(seconds) * time.Second) }
	if w.began() || w.at(at(5)) != 0 {
		t.Error("it runs before it is started")
	}
	w.start(at(10))
	w.pause(at(14))
	if w.running() || w.at(at(16)) != 4*time.Second {
		t.Errorf("in the pause it shows %v", w.at(at(16)))
	}
	w.start(at(20))
	if got := w.at(at(19)); got != 4*time.Second {
		t.Errorf("what is from the pause is at %v", got)
	}
	if got := w.at(at(23)); got != 7*time.Second {
		t.Errorf("after the pause it shows %v", got)
	}
}
