package composer

import "math"

// Rect is a part of the picture, in pixels. All four are even: in I420 two by two
// pixels share their colour.
type Rect struct{ X, Y, W, H int }

// gap is the space between tiles and around them, in pixels.
const gap = 8

// maxGrid and maxStrip are the most tiles of a grid, and of the strip beside a
// speaker or a shared screen: smaller ones show nobody's face.
const (
	maxGrid  = 25
	maxStrip = 6
)

func even(v float64) int { return int(v) &^ 1 }

// fit returns the largest 16:9 rectangle in the middle of r.
func fit(r Rect) Rect {
	w := min(float64(r.W), float64(r.H)*16/9)
	width, height := even(w), even(w*9/16)
	return Rect{r.X + (r.W-width)/2&^1, r.Y + (r.H-height)/2&^1, width, height}
}

// grid places n equal 16:9 tiles into r, as large as they get; the last row is in
// the middle.
func grid(n int, r Rect) []Rect {
	var columns int
	var best float64
	for c := 1; c <= n; c++ {
		rows := (n + c - 1) / c
		w := min(float64(r.W-(c-1)*gap)/float64(c), float64(r.H-(rows-1)*gap)/float64(rows)*16/9)
		if w > best+0.5 {
			columns, best = c, w
		}
	}
	if best < 2 {
		return nil
	}
	w, h := even(best), even(best*9/16)
	rows := (n + columns - 1) / columns
	top := r.Y + (r.H-rows*h-(rows-1)*gap)/2
	tiles := make([]Rect, 0, n)
	for i := range n {
		inRow := min(columns, n-i/columns*columns)
		left := r.X + (r.W-inRow*w-(inRow-1)*gap)/2
		tiles = append(tiles, Rect{(left + i%columns*(w+gap)) &^ 1, (top + i/columns*(h+gap)) &^ 1, w, h})
	}
	return tiles
}

// Grid returns the places of n people in a picture of that size. One alone fills it.
func Grid(n, width, height int) []Rect {
	if n == 1 {
		return []Rect{fit(Rect{0, 0, width, height})}
	}
	return grid(min(n, maxGrid), Rect{gap, gap, width - 2*gap, height - 2*gap})
}

// Strip returns the places of what is large (a speaker, or the shared screens) and
// of n people in a column on its right. With nobody else, the large ones have it all.
func Strip(large, n, width, height int) (mains, strip []Rect) {
	if n == 0 {
		return Grid(large, width, height), nil
	}
	n = min(n, maxStrip)
	// As tall as maxStrip tiles allow, so that nothing moves when one comes or goes.
	h := even(math.Floor(float64(height-(maxStrip+1)*gap) / maxStrip))
	w := even(float64(h) * 16 / 9)
	top := (height - n*h - (n-1)*gap) / 2 &^ 1
	for i := range n {
		strip = append(strip, Rect{(width - gap - w) &^ 1, top + i*(h+gap), w, h})
	}
	return grid(large, Rect{gap, gap, width - w - 3*gap, height - 2*gap}), strip
}
