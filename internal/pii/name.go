package pii

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"plenum/internal/fault"
)

// The ways a name can be wrong. The same codes serve people, meetings and
// organisations: the form knows which field it asked for.
var (
	ErrNameEmpty   = fault.New("pii.ParseName", fault.Invalid, "name.empty", "A name is needed.")
	ErrNameTooLong = fault.New("pii.ParseName", fault.Invalid, "name.too_long", "The name is too long.")
	ErrNameInvalid = fault.New("pii.ParseName", fault.Invalid, "name.invalid", "The name contains characters that cannot be shown.")
)

// ParseName makes a name of what somebody typed: trimmed, runs of spaces made
// one, in Unicode normalisation form C, at most limit characters. Names are what
// people trust each other by, so nothing that hides or reorders text passes.
func ParseName(s string, limit int) (Name, error) {
	// Refused before any work: a character as typed is rarely more than four code
	// points of four bytes, and what is lost here is a name nobody has.
	if len(s) > 16*limit {
		return "", ErrNameTooLong
	}
	if !utf8.ValidString(s) {
		return "", ErrNameInvalid
	}
	s = norm.NFC.String(strings.TrimSpace(s))
	for _, r := range s {
		if !Printable(r) {
			return "", ErrNameInvalid
		}
	}
	s = strings.Join(strings.Fields(withoutUnseen(s)), " ")
	if stacked(s) {
		return "", ErrNameInvalid
	}
	if !strings.ContainsFunc(s, visible) {
		return "", ErrNameEmpty
	}
	if utf8.RuneCountInString(s) > limit {
		return "", ErrNameTooLong
	}
	return Name(s), nil
}

// Printable reports whether r may stand in a text of one line: no control or
// private character, no line separator, and no format character (which could
// turn the direction of the text around it), except the two joiners that
// Persian, Indic scripts and emoji need.
func Printable(r rune) bool {
	const zeroWidthNonJoiner, zeroWidthJoiner = '\u200c', '\u200d'
	if r == zeroWidthNonJoiner || r == zeroWidthJoiner {
		return true
	}
	// Not IsGraphic: it knows no emoji younger than this program's Unicode tables.
	return !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp)
}

// withoutUnseen drops what changes nothing on the screen, so that nobody can be
// called what looks exactly like somebody else's name: a joiner or a variation
// selector where the character before it knows no other form.
func withoutUnseen(s string) string {
	var last rune
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u200c' || r == '\u200d':
			if last == 0 || unicode.In(last, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Han, unicode.Z, unicode.P) {
				return -1
			}
		case unicode.Is(unicode.Variation_Selector, r):
			if !unicode.In(last, unicode.So, unicode.Sk, unicode.Han, unicode.Nd) {
				return -1
			}
		}
		last = r
		return r
	}, s)
}

// maxMarks is how many marks may stand on one letter: Vietnamese needs two, old
// Greek and Hebrew three. More climb over the lines around.
const maxMarks = 3

func stacked(s string) bool {
	marks := 0
	for _, r := range s {
		if !unicode.In(r, unicode.Mn, unicode.Me) || unicode.Is(unicode.Variation_Selector, r) {
			marks = 0
			continue
		}
		if marks++; marks > maxMarks {
			return true
		}
	}
	return false
}

// visible reports whether r alone makes a mark on the screen.
func visible(r rune) bool {
	switch r {
	case '\u115f', '\u1160', '\u3164', '\uffa0', '\u2800': // letters and a symbol with an empty glyph
		return false
	}
	return Printable(r) && !unicode.In(r, unicode.Z, unicode.M, unicode.Cf)
}
