package composer

import (
	"context"
	"encoding/binary"
	"iter"
	"math"
	"strconv"
	"time"

	"plenum/internal/access"
	"plenum/internal/recording"
)

const (
	// block is how much is mixed at a time: 100 ms.
	block = rate / 10
	// lookahead is by how much Opus delays what it encodes (RFC 7845 section 4.2).
	lookahead = 312
	// silence is how long a voice may pause before its decoder is ended.
	silence = rate
	// tolerance is what sound may be off before its packets are stretched, and
	// jump before they are moved: 5 and 20 ms.
	tolerance, jump = rate / 200, rate / 50
)

// speaker is one audio track while it is decoded.
type speaker struct {
	source  access.Source
	allowed []span
	voice   *voice
	next    int64   // the sample of the result where the next packet goes
	drift   float64 // by how much packets are later than next, smoothed
	toc     byte    // of the last packet, to conceal what is missing
	due     []packet
	left    []float32 // decoded, from sample leftAt on
	leftAt  int64
	level   leveller
}

type packet struct {
	voice  *voice
	number uint64
	at     int64 // sample of the result
	length int   // samples there
}

// sound decodes, levels, mixes and encodes the audio.
func (j *job) sound(ctx context.Context, data *scratch) (*stream, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	encoder, err := j.program.soundEncoder(ctx)
	if err != nil {
		return nil, err
	}
	return encoder.through(cancel, data, func() error { return j.mix(ctx, encoder) })
}

// soundEncoder takes samples and gives AAC.
func (p program) soundEncoder(ctx context.Context) (*child, error) {
	return p.start(ctx, false,
		"-f", "f32le", "-ar", strconv.Itoa(rate), "-ac", strconv.Itoa(channels), "-i", "pipe:0", "-c:a", "aac", "-b:a", "128k",
		"-f", "mp4", "-movflags", "empty_moov+default_base_moof", "-frag_duration", "1000000", "pipe:1")
}

// mix writes all samples of the result to the encoder.
func (j *job) mix(ctx context.Context, encoder *child) error { //nolint:cyclop // one loop, with its first and its last turn
	records, stop := iter.Pull2(j.src.Records)
	defer stop()
	speakers := map[uint32]*speaker{}
	total := int64(j.plan.ticks) * rate / fps
	limit := limiter{gain: 1}
	ended := false
	for from := int64(0); from < total; from += block {
		to := from + block
		// Only of this block: a record far ahead by mistake must not stop the reading.
		read := from
		for !ended && read < to+samples(recording.Disorder) {
			r, more, err := following(records)
			if err != nil {
				return err
			}
			if ended = !more; more {
				at, within := j.plan.clock.out(r.At)
				read = samples(at)
				if err := j.hear(ctx, speakers, r, samples(at), within); err != nil {
					return err
				}
			}
		}
		mixed := make([]float32, block*channels)
		for _, s := range speakers {
			if ended || read > s.next+silence {
				s.rest()
			}
			s.mix(ctx, mixed, from)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		out := limit.next(mixed)
		if to >= total {
			out = append(out, limit.next(make([]float32, step*channels))...)
			out = out[:min(int64(len(out)), (total-from+step)*channels)]
		}
		if from == 0 {
			out = out[step*channels:]
		}
		if _, err := encoder.in.Write(bytesOf(out)); err != nil {
			return err
		}
		if from%rate == 0 {
			j.progress(0, float64(from)/float64(total))
		}
	}
	for _, s := range speakers {
		s.rest()
	}
	return nil
}

func samples(at time.Duration) int64 { return int64(at/time.Microsecond) * rate / 1e6 }

func bytesOf(out []float32) []byte {
	b := make([]byte, 0, 4*len(out))
	for _, v := range out {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// hear feeds a packet to its decoder and decides where its sound goes: right after
// the packet before, unless the sender's clock has drifted or packets are missing.
func (j *job) hear(ctx context.Context, speakers map[uint32]*speaker, r recording.Record, at int64, within bool) error {
	track, known := j.plan.tracks[r.Track]
	if r.Kind != recording.Frame || !known || track.Codec != recording.Opus || !within {
		return nil
	}
	length, one, err := opusSamples(r.Data)
	if err != nil {
		return nil //nolint:nilerr // one damaged packet is 20 ms of silence
	}
	s := speakers[r.Track]
	if s == nil {
		s = &speaker{source: track.Source, allowed: j.plan.allowed[track.Seat]}
		speakers[r.Track] = s
	}
	at -= lookahead
	if s.voice != nil && at-s.next > silence {
		s.rest()
	}
	if s.voice == nil {
		if s.voice, err = j.program.voice(ctx); err != nil {
			return err
		}
		s.next, s.drift = max(at, s.next), 0
	}
	if at-s.next > jump {
		// The decoder conceals a packet without content, by going on as before.
		for range int(at-s.next) / one {
			s.feed([]byte{s.toc}, one, one)
		}
		s.drift = 0
	}
	late := at - s.next
	if late < -5*jump {
		return nil // more sound than time: what is too much is dropped
	}
	s.drift += (float64(late) - s.drift) / 16
	stretched := length
	if math.Abs(s.drift) > tolerance {
		stretched += int(math.Copysign(float64(length)/100, s.drift))
	}
	s.toc = r.Data[0] &^ 3
	s.feed(r.Data, length, stretched)
	return nil
}

func (s *speaker) feed(data []byte, length, stretched int) {
	s.due = append(s.due, packet{s.voice, s.voice.feed(data, length), s.next, stretched})
	s.next += int64(stretched)
}

// rest ends the decoder; what it was fed is still to be had.
func (s *speaker) rest() {
	if s.voice != nil {
		s.voice.finish()
		s.voice = nil
	}
}

// mix adds the block of the speaker's sound that begins at a sample.
func (s *speaker) mix(ctx context.Context, mixed []float32, from int64) {
	to := from + int64(len(mixed)/channels)
	s.add(mixed, from)
	for len(s.due) > 0 && s.due[0].at < to {
		p := s.due[0]
		s.due = s.due[1:]
		heard := stretch(p.voice.sound(ctx, p.number), p.length)
		if s.source == access.Microphone {
			s.level.apply(heard)
		}
		s.left, s.leftAt = heard, p.at
		s.add(mixed, from)
	}
}

// add mixes what is left of the last packet, as far as the block goes.
func (s *speaker) add(mixed []float32, from int64) {
	skip := max(0, from-s.leftAt)
	if skip*channels >= int64(len(s.left)) {
		s.left = nil
		return
	}
	s.left, s.leftAt = s.left[skip*channels:], s.leftAt+skip
	offset := s.leftAt - from
	n := min(int64(len(s.left)/channels), int64(len(mixed)/channels)-offset)
	if n <= 0 {
		return
	}
	for _, a := range s.allowed {
		first, last := max(0, samples(a.from)-s.leftAt), min(n, samples(a.to)-s.leftAt)
		for i := first * channels; i < last*channels; i++ {
			mixed[offset*channels+i] += s.left[i]
		}
	}
	s.left, s.leftAt = s.left[n*channels:], s.leftAt+n
}

// stretch resamples heard to a length in samples, by about one in a hundred.
func stretch(heard []float32, length int) []float32 {
	n := len(heard) / channels
	if n == length || n == 0 {
		return heard
	}
	out := make([]float32, length*channels)
	for i := range length {
		at := float64(i) * float64(n) / float64(length)
		k := int(at)
		part := float32(at - float64(k))
		next := min(k+1, n-1)
		for c := range channels {
			out[i*channels+c] = heard[k*channels+c]*(1-part) + heard[next*channels+c]*part
		}
	}
	return out
}
