package composer

// picture is raw I420: a full plane of brightness and two of colour at half the
// width and height, BT.601, limited range.
type picture struct {
	w, h    int
	y, u, v []byte
	buf     []byte // all three, as ffmpeg reads and writes them
}

func newPicture(w, h int) *picture {
	return pictureOf(make([]byte, w*h*3/2), w, h)
}

func pictureOf(buf []byte, w, h int) *picture {
	n := w * h
	return &picture{w: w, h: h, y: buf[:n], u: buf[n : n+n/4], v: buf[n+n/4 : n+n/2], buf: buf}
}

// colour is one pixel's Y, Cb and Cr.
type colour struct{ y, u, v byte }

// The colours of what has none: the background, a tile without a picture, and one
// that was blacked out.
func background() colour { return colour{24, 128, 128} }
func blank() colour      { return colour{46, 128, 128} }
func black() colour      { return colour{16, 128, 128} }

type plane struct {
	pix  []byte
	w, h int
}

func (p *picture) planes() [3]plane {
	return [3]plane{{p.y, p.w, p.h}, {p.u, p.w / 2, p.h / 2}, {p.v, p.w / 2, p.h / 2}}
}

func (r Rect) half() Rect { return Rect{r.X / 2, r.Y / 2, r.W / 2, r.H / 2} }

func (p *picture) fill(r Rect, c colour) {
	for i, pl := range p.planes() {
		value := [3]byte{c.y, c.u, c.v}[i]
		if i == 1 {
			r = r.half()
		}
		for y := r.Y; y < r.Y+r.H; y++ {
			row := pl.pix[y*pl.w+r.X:][:r.W]
			for x := range row {
				row[x] = value
			}
		}
	}
}

// put draws src into r, scaled when it is of another size.
func (p *picture) put(r Rect, src *picture) {
	from := src.planes()
	for i, pl := range p.planes() {
		if i == 1 {
			r = r.half()
		}
		if from[i].w == r.W && from[i].h == r.H {
			for y := range r.H {
				copy(pl.pix[(r.Y+y)*pl.w+r.X:][:r.W], from[i].pix[y*r.W:])
			}
			continue
		}
		pl.scale(r, from[i])
	}
}

// scale draws src into r; each pixel is the mean of those it stands for. Pictures
// are decoded at the size of their largest tile: mostly there is nothing to scale,
// and it is rarely to a larger size.
func (p plane) scale(r Rect, src plane) {
	sums := make([]uint32, src.w)
	for y := range r.H {
		top := y * src.h / r.H
		bottom := max(top+1, (y+1)*src.h/r.H)
		clear(sums)
		for sy := top; sy < bottom; sy++ {
			for x, v := range src.pix[sy*src.w:][:src.w] {
				sums[x] += uint32(v)
			}
		}
		row := p.pix[(r.Y+y)*p.w+r.X:][:r.W]
		for x := range row {
			left := x * src.w / r.W
			right := max(left+1, (x+1)*src.w/r.W)
			var sum uint32
			for _, v := range sums[left:right] {
				sum += v
			}
			row[x] = byte(sum / uint32((right-left)*(bottom-top))) //nolint:gosec // a mean of bytes
		}
	}
}

// stamp is something small drawn over the picture with its transparency: a name,
// the logo, the mark. Its place and size are even.
type stamp struct {
	at      Rect
	colours *picture
	alpha   []byte // of each pixel
	alphaUV []byte // of each two by two
}

// draw blends s over p.
func (s *stamp) draw(p *picture) {
	r := s.at
	for i, pl := range p.planes() {
		alpha := s.alpha
		if i == 1 {
			r = r.half()
		}
		if i > 0 {
			alpha = s.alphaUV
		}
		over := s.colours.planes()[i]
		for y := range r.H {
			row := pl.pix[(r.Y+y)*pl.w+r.X:][:r.W]
			for x := range row {
				switch a := uint32(alpha[y*r.W+x]); a {
				case 0:
				case 255:
					row[x] = over.pix[y*r.W+x]
				default:
					row[x] = byte((uint32(row[x])*(255-a) + uint32(over.pix[y*r.W+x])*a + 127) / 255) //nolint:gosec // a mean of bytes
				}
			}
		}
	}
}
