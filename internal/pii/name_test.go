package pii_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"plenum/internal/pii"
)

func TestParseName(t *testing.T) {
	tests := []struct {
		in, want string
		err      error
	}{
		{"Zoë", "Zoë", nil},
		{"Zoe\u0308", "Zoë", nil},
		{"  Jan   van\u00a0\u2003Dijk ", "Jan van Dijk", nil},
		{"О'Коннор-Smith", "О'Коннор-Smith", nil},
		{"李小龍", "李小龍", nil},
		{"می\u200cخواهم", "می\u200cخواهم", nil}, // the non-joiner is part of the spelling
		{"👩\u200d⚖️ Judge", "👩\u200d⚖️ Judge", nil},
		{"🫩", "🫩", nil}, // younger than this program's Unicode tables
		{"=cmd|'/c calc'!A1", "=cmd|'/c calc'!A1", nil},
		{"<script>alert(1)</script>", "<script>alert(1)</script>", nil}, // text, never markup
		{"7", "7", nil},
		{strings.Repeat("é", 100), strings.Repeat("é", 100), nil},
		{strings.Repeat("e\u0301", 100), strings.Repeat("é", 100), nil},
		{strings.Repeat("é", 101), "", pii.ErrNameTooLong},
		{strings.Repeat("x", 10_000), "", pii.ErrNameTooLong},
		{strings.Repeat("x", 10_000_000), "", pii.ErrNameTooLong},
		{"", "", pii.ErrNameEmpty},
		{" \t ", "", pii.ErrNameEmpty},
		{"\u200d", "", pii.ErrNameEmpty},
		{"\u3164\u2800", "", pii.ErrNameEmpty},
		{"\u0301", "", pii.ErrNameEmpty},
		{"A\u200dnna\u200c", "Anna", nil},
		{"Anna\ufe0f \u200dB", "Anna B", nil},
		{"❤️ 7️⃣", "❤️ 7️⃣", nil},
		{"葛\U000e0100", "葛\U000e0100", nil}, // a form of the character that families insist on
		{"Nguyễn Thị Ánh", "Nguyễn Thị Ánh", nil},
		{"क्\u200dष", "क्\u200dष", nil},
		{"x\u0332\u0333\u0347\u0353", "", pii.ErrNameInvalid},
		{"a\x00b", "", pii.ErrNameInvalid},
		{"a\nb", "", pii.ErrNameInvalid},
		{"a\tb", "", pii.ErrNameInvalid},
		{"a\x1b[31mb", "", pii.ErrNameInvalid},
		{"a\u0085b", "", pii.ErrNameInvalid},
		{"a\u2028b", "", pii.ErrNameInvalid},
		{"a\u202eb", "", pii.ErrNameInvalid}, // right-to-left override
		{"a\u2066b", "", pii.ErrNameInvalid}, // isolate
		{"a\u200bb", "", pii.ErrNameInvalid}, // zero width space
		{"a\ufeffb", "", pii.ErrNameInvalid},
		{"a\ue000b", "", pii.ErrNameInvalid}, // private use
		{"a\xffb", "", pii.ErrNameInvalid},
	}
	for _, test := range tests {
		got, err := pii.ParseName(test.in, 100)
		if got.Text() != test.want || !errors.Is(err, test.err) {
			t.Errorf("%.40q: %q %v, want %q %v", test.in, got.Text(), err, test.want, test.err)
		}
	}
}

func FuzzParseName(f *testing.F) {
	for _, s := range []string{"Zoë", " a  b ", "\u202e", "👩\u200d⚖️", "e\u0301", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := pii.ParseName(s, 100)
		if err != nil {
			if name != "" {
				t.Fatalf("a refused name: %q", name.Text())
			}
			return
		}
		text := name.Text()
		if n := utf8.RuneCountInString(text); n < 1 || n > 100 || !utf8.ValidString(text) {
			t.Errorf("%d characters: %q", n, text)
		}
		if strings.ContainsFunc(text, unicode.IsControl) || strings.TrimSpace(text) != text {
			t.Errorf("not clean: %q", text)
		}
		if again, err := pii.ParseName(text, 100); err != nil || again != name {
			t.Errorf("parsing twice: %q, then %q %v", text, again.Text(), err)
		}
	})
}
