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

// camera is a source like a camera in a meeting: a still room, a head that moves and
// changes, and a sensor's noise.
func camera(w, h, length int) string {
	return fmt.Sprintf("mandelbrot=s=%dx%d:r=25:start_x=-0.74364:start_y=-0.13182:start_scale=0.2:end_scale=0.2:maxiter=300,"+
		"loop=-1:1,setpts=N/25/TB,eq=saturation=0.3:brightness=0.05,gblur=sigma=2[room];"+
		"mandelbrot=s=%dx%d:r=25:start_x=-0.745:start_y=0.113:start_scale=0.6:end_scale=0.15,eq=saturation=0.5,gblur=sigma=1[head];"+
		"[room][head]overlay=x='W*(0.3+0.06*sin(t*1.3))':y='H*(0.18+0.02*sin(t*3.1))':shortest=1,noise=alls=8:allf=t,trim=duration=%d",
		w, h, w*2/5&^1, h*4/5&^1, length)
}

// keyEvery is how far apart a browser's key frames are in frames, about.
const keyEvery = 75

// BenchmarkCompose composes 36 seconds of people before their cameras, and says
// how much faster than real time that is and what it costs. The large camera is that
// of who speaks; by far the most is decoded when all are large.
func BenchmarkCompose(b *testing.B) {
	const part, length = 12, 36
	clip := func(w, h int, rate string) [][]byte {
		return frames(b, recording.VP8, camera(w, h, part), "-b:v", rate, "-force_key_frames", fmt.Sprintf("expr:not(mod(n,%d))", keyEvery))
	}
	small, large := clip(640, 360, "500k"), clip(1280, 720, "1500k")
	voice := packets(b, "anoisesrc=r=48000:a=0.1:c=pink:d=36,tremolo=f=4:d=0.9")
	for _, tt := range []struct{ people, large int }{{4, 1}, {9, 1}, {4, 4}, {6, 6}, {9, 9}} {
		b.Run(fmt.Sprintf("%d tiles, %d of 720p", tt.people, tt.large), func(b *testing.B) {
			var s script
			for i := range tt.people {
				name, moving := fmt.Sprint("person ", i), small
				if i < tt.large {
					moving = large
				}
				s.joins(0, name)
				track := s.track(0, name, access.Camera, recording.VP8, picture, nil)
				for k := range length * 25 / keyEvery { // everybody at another moment
					from := (k + i) * keyEvery % len(moving)
					s.frames(track, float64(k*keyEvery)/25, picture, moving[from:from+keyEvery], false)
				}
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
