package composer

import (
	"image"
	"image/color"
	"math"
	"strings"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// avatar is what stands for a person without a picture, as in the meeting: a disc in
// their colour with the first letters of their name, if the font has them.
func (p *pen) avatar(name string, diameter int) (*image.NRGBA, error) {
	disc := image.NewNRGBA(image.Rect(0, 0, diameter, diameter))
	ground, radius := discColour(name), float64(diameter)/2
	for y := range diameter {
		for x := range diameter {
			inside := radius - math.Hypot(float64(x)+0.5-radius, float64(y)+0.5-radius) + 0.5
			c := ground
			c.A = uint8(255 * min(1, max(0, inside)))
			disc.SetNRGBA(x, y, c)
		}
	}
	var buf sfnt.Buffer
	letters := strings.Map(func(r rune) rune {
		if i, err := p.font.GlyphIndex(&buf, r); err != nil || i == 0 {
			return -1
		}
		return r
	}, initials(name))
	face, err := p.face(diameter * 2 / 5)
	if err != nil {
		return nil, err
	}
	// By the outlines of capitals, so that the letters are in the middle as one sees it.
	bounds, advance := font.BoundString(face, letters)
	left := (fixed.I(diameter) - advance) / 2
	top := (fixed.I(diameter) - bounds.Max.Y - bounds.Min.Y) / 2
	drawer := font.Drawer{Dst: disc, Src: image.White, Face: face, Dot: fixed.Point26_6{X: left, Y: top}}
	drawer.DrawString(letters)
	return disc, nil
}

// initials are the first letters of the first and the last word, without what is in
// brackets.
func initials(name string) string {
	bare, open := strings.Builder{}, false
	for _, r := range name {
		open = r == '(' || open && r != ')'
		if !open && r != ')' {
			bare.WriteRune(r)
		}
	}
	if strings.TrimSpace(bare.String()) == "" {
		bare.WriteString(name)
	}
	words := strings.FieldsFunc(bare.String(), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("-–—_.,", r) })
	var first []rune
	for _, word := range words {
		if r := []rune(word)[0]; unicode.IsLetter(r) || unicode.IsNumber(r) {
			first = append(first, unicode.ToUpper(r))
		}
	}
	switch len(first) {
	case 0:
		return "·"
	case 1:
		return string(first)
	}
	return string([]rune{first[0], first[len(first)-1]})
}

// discColour is oklch(42% 0.07 hue) with a hue that is always the same for a name.
func discColour(name string) color.NRGBA {
	degrees := 0
	for _, r := range name {
		degrees = (degrees*31 + int(r)) % 360
	}
	sin, cos := math.Sincos(float64(degrees) * math.Pi / 180)
	const lightness, chroma = 0.42, 0.07
	a, b := chroma*cos, chroma*sin
	// https://www.w3.org/TR/css-color-4/#color-conversion-code
	cube := func(v float64) float64 { return v * v * v }
	l, m, s := cube(lightness+0.3963377774*a+0.2158037573*b), cube(lightness-0.1055613458*a-0.0638541728*b), cube(lightness-0.0894841775*a-1.2914855480*b)
	srgb := func(v float64) uint8 {
		return uint8(math.Round(255 * min(1, max(0, 1.055*math.Pow(max(0, v), 1/2.4)-0.055))))
	}
	return color.NRGBA{
		srgb(4.0767416621*l - 3.3077115913*m + 0.2309699292*s),
		srgb(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s),
		srgb(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s),
		255,
	}
}
