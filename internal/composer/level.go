package composer

import "math"

// leveller makes one person as loud as the others. It measures as EBU R 128 does
// (ITU-R BS.1770: weighting by frequency, and pauses do not count) and follows
// slowly, so that nobody hears it.
type leveller struct {
	filters [channels][2]biquad
	sum     float64 // of weighted squares in the window
	count   int
	power   float64 // of speech, smoothed; 0 before there was any
	gain    float64 // in dB
}

const (
	target  = -20.0    // LUFS of one person
	boost   = 15.0     // at most, in dB, up and down
	quiet   = -50.0    // LUFS below which nobody speaks
	window  = rate / 5 // 200 ms
	follow  = 0.1      // share of each window in the measure: two seconds of speech
	perStep = 1.0      // dB that the gain may change in a window
)

// biquad is a filter of second order; its state is the last two of in and out.
type biquad struct{ x1, x2, y1, y2 float64 }

func (f *biquad) next(x, b0, b1, b2, a1, a2 float64) float64 {
	y := b0*x + b1*f.x1 + b2*f.x2 - a1*f.y1 - a2*f.y2
	f.x2, f.x1, f.y2, f.y1 = f.x1, x, f.y1, y
	return y
}

// apply levels samples in place.
func (l *leveller) apply(samples []float32) {
	factor := math.Pow(10, l.gain/20)
	for i := 0; i+1 < len(samples); i += channels {
		for c := range channels {
			x := float64(samples[i+c])
			f := &l.filters[c]
			// The two stages of BS.1770-4, table 1 and 2, for 48 kHz.
			y := f[0].next(x, 1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585)
			y = f[1].next(y, 1, -2, 1, -1.99004745483398, 0.99007225036621)
			l.sum += y * y
			samples[i+c] = float32(x * factor)
		}
		if l.count++; l.count == window {
			l.measure()
			factor = math.Pow(10, l.gain/20)
		}
	}
}

func (l *leveller) measure() {
	power := l.sum / float64(l.count)
	l.sum, l.count = 0, 0
	loudness := lufs(power)
	if loudness < quiet || l.power > 0 && loudness < lufs(l.power)-10 {
		return
	}
	if l.power == 0 {
		l.power = power
	}
	l.power += (power - l.power) * follow
	wanted := min(max(target-lufs(l.power), -boost), boost)
	l.gain += min(max(wanted-l.gain, -perStep), perStep)
}

func lufs(power float64) float64 { return -0.691 + 10*math.Log10(power+1e-12) }

// limiter keeps the mix below full scale without clipping: it sees a step ahead,
// which is its delay.
type limiter struct {
	held []float32
	need float64 // the gain that held must not exceed
	gain float64 // at the beginning of held
}

// step is how far the limiter looks ahead: 5 ms. ceiling is -1 dB.
const (
	step    = rate / 200
	ceiling = 0.89
	release = 0.01 // of the gain in a step
)

// next takes some steps of sound in, and returns as many from one step before.
func (l *limiter) next(in []float32) []float32 {
	if l.held == nil {
		l.held, l.need = make([]float32, step*channels), 1
	}
	out := make([]float32, 0, len(in))
	for ; len(in) >= step*channels; in = in[step*channels:] {
		var peak float64
		for _, v := range in[:step*channels] {
			peak = max(peak, math.Abs(float64(v)))
		}
		need := min(1, ceiling/max(peak, 1e-9))
		end := min(l.need, need, l.gain+release)
		for i, v := range l.held {
			g := l.gain + (end-l.gain)*float64(i/channels)/step
			out = append(out, float32(float64(v)*g))
		}
		l.held, l.need, l.gain = append(l.held[:0], in[:step*channels]...), need, end
	}
	return out
}
