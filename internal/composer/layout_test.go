package composer

import (
	"testing"

	"pgregory.net/rapid"
)

func TestTilesFitAndDoNotOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]Rect{{W: 1280, H: 720}, {W: 1920, H: 1080}, {W: 640, H: 360}}).Draw(t, "size")
		n := rapid.IntRange(1, 40).Draw(t, "people")
		mains, strip := Strip(rapid.IntRange(1, 3).Draw(t, "shares"), n, size.W, size.H)
		for _, tiles := range [][]Rect{Grid(n, size.W, size.H), append(mains, strip...)} {
			for i, a := range tiles {
				if a.X%2+a.Y%2+a.W%2+a.H%2 != 0 {
					t.Errorf("%v is odd", a)
				}
				if a.X < 0 || a.Y < 0 || a.X+a.W > size.W || a.Y+a.H > size.H || a.W < 16 || a.H < 8 {
					t.Errorf("%v is not in the picture", a)
				}
				if ratio := float64(a.W) / float64(a.H); ratio < 1.70 || ratio > 1.86 {
					t.Errorf("%v is not 16:9", a)
				}
				for _, b := range tiles[:i] {
					if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
						t.Errorf("%v overlaps %v", a, b)
					}
				}
			}
		}
		if len(Grid(n, size.W, size.H)) != min(n, maxGrid) || len(strip) != min(n, maxStrip) {
			t.Error("somebody has no tile")
		}
	})
}
