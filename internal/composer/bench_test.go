package composer_test

import (
	"fmt"
	"io"
	"syscall"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/composer"
	"plenum/internal/recording"
)

// BenchmarkCompose composes ten seconds of people who move, at 720p, and says how
// much faster than real time that is and what it costs.
func BenchmarkCompose(b *testing.B) {
	const length = 10
	for _, people := range []int{4, 9} {
		b.Run(fmt.Sprintf("%d tiles", people), func(b *testing.B) {
			// A moving picture with the noise of a camera; every tile of its own time.
			moving := frames(b, recording.VP8, fmt.Sprintf("mandelbrot=s=1280x720:r=25:end_scale=0.05,trim=duration=%d,noise=alls=6:allf=t", length), "-b:v", "1500k")
			voice := packets(b, sine(440, length))
			var s script
			for i := range people {
				name := fmt.Sprint("person ", i)
				s.joins(0, name)
				s.track(0, name, access.Camera, recording.VP8, picture, moving)
				s.track(0, name, access.Microphone, recording.Opus, sound, voice)
			}
			s.add(length, recording.Ended, recording.Event{})
			before, start := cpu(b), time.Now()
			for b.Loop() {
				if _, err := composer.New(composer.Config{Scratch: b.TempDir(), Threads: 2}).Compose(b.Context(), &s, composer.Options{Names: true}, io.Discard); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(length*b.N)/time.Since(start).Seconds(), "×realtime")
			b.ReportMetric((cpu(b)-before)/float64(length*b.N), "cpu-s/s")
		})
	}
}

// cpu returns the seconds of processor that this process and its ended children had.
func cpu(b *testing.B) (seconds float64) {
	b.Helper()
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			b.Fatal(err)
		}
		seconds += float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
	}
	return seconds
}
