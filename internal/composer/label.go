package composer

import (
	"image"
	"image/color"
	"image/draw"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// pen writes text with the Go font, which has Latin, Greek and Cyrillic; what it
// does not have it shows as a box.
type pen struct {
	font  *opentype.Font
	faces map[int]font.Face // by size in pixels
}

func newPen() (*pen, error) {
	f, err := opentype.Parse(gomedium.TTF)
	if err != nil {
		return nil, err
	}
	return &pen{font: f, faces: map[int]font.Face{}}, nil
}

func (p *pen) face(size int) (font.Face, error) {
	if f := p.faces[size]; f != nil {
		return f, nil
	}
	f, err := opentype.NewFace(p.font, &opentype.FaceOptions{Size: float64(size), DPI: 72, Hinting: font.HintingFull})
	p.faces[size] = f
	return f, err
}

// write returns an image of text, on a plate when plate is not transparent, at most
// width wide; longer text ends in an ellipsis.
func (p *pen) write(text string, size, width int, ink, plate color.Color) (*image.RGBA, error) {
	face, err := p.face(size)
	if err != nil {
		return nil, err
	}
	pad := size / 2
	letters := []rune(text)
	for len(letters) > 1 && font.MeasureString(face, text).Ceil()+2*pad > width {
		letters = letters[:len(letters)-1]
		text = string(letters) + "…"
	}
	w := min(font.MeasureString(face, text).Ceil()+2*pad, width)
	img := image.NewRGBA(image.Rect(0, 0, w, size*3/2))
	draw.Draw(img, img.Bounds(), image.NewUniform(plate), image.Point{}, draw.Src)
	drawer := font.Drawer{Dst: img, Src: image.NewUniform(ink), Face: face, Dot: fixed.P(pad, size*11/10)}
	drawer.DrawString(text)
	return img, nil
}

// stampOf turns an image into a stamp whose top left corner is there, moved to
// even pixels and cut to the picture.
func stampOf(img image.Image, x, y, width, height int) *stamp {
	x, y = max(0, x)&^1, max(0, y)&^1
	b := img.Bounds()
	w, h := min(b.Dx()+1, width-x)&^1, min(b.Dy()+1, height-y)&^1
	if w <= 0 || h <= 0 {
		return nil
	}
	s := &stamp{at: Rect{x, y, w, h}, colours: newPicture(w, h), alpha: make([]byte, w*h), alphaUV: make([]byte, w*h/4)}
	for j := 0; j < h; j += 2 {
		for i := 0; i < w; i += 2 {
			s.block(img, b.Min, i, j)
		}
	}
	return s
}

// block takes two by two pixels over; their colour is the mean of the visible ones.
func (s *stamp) block(img image.Image, origin image.Point, i, j int) {
	w := s.at.W
	var alphas, blue, red, weight int
	for k := range 4 {
		x, y := i+k%2, j+k/2
		p := image.Pt(origin.X+x, origin.Y+y)
		if !p.In(img.Bounds()) {
			continue
		}
		c := color.NRGBAModel.Convert(img.At(p.X, p.Y)).(color.NRGBA) //nolint:errcheck,forcetypeassert // the model's own type
		v := yuv(c)
		s.colours.y[y*w+x], s.alpha[y*w+x] = v.y, c.A
		a := int(c.A)
		alphas, blue, red, weight = alphas+a, blue+a*int(v.u), red+a*int(v.v), weight+a
	}
	at := j/2*(w/2) + i/2
	s.alphaUV[at] = byte(alphas / 4)
	if weight > 0 {
		s.colours.u[at], s.colours.v[at] = byte(blue/weight), byte(red/weight) //nolint:gosec // means of bytes
	}
}

// yuv converts to BT.601, limited range.
func yuv(c color.NRGBA) colour {
	y, cb, cr := color.RGBToYCbCr(c.R, c.G, c.B)                             // full range
	chroma := func(v uint8) byte { return byte(128 + (int(v)-128)*224/255) } //nolint:gosec // 16 to 240
	return colour{byte(16 + (int(y)*219+127)/255), chroma(cb), chroma(cr)}   //nolint:gosec // 16 to 235
}
