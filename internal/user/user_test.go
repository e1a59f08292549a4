package user_test

import (
	"errors"
	"strings"
	"testing"

	"plenum/internal/user"
)

func TestParseEmail(t *testing.T) {
	for in, want := range map[string]string{
		" Zoe.Doe+x@Example.ORG ": "zoe.doe+x@example.org",
		"a@localhost":             "a@localhost",
		"o'neil@ex-ample.co.uk":   "o'neil@ex-ample.co.uk",
		strings.Repeat("a", 64) + "@" + strings.Repeat("b.", 90) + "example": strings.Repeat("a", 64) + "@" + strings.Repeat("b.", 90) + "example",
		"":                                     "",
		"a":                                    "",
		"a@":                                   "",
		"@b":                                   "",
		"a@b@c":                                "",
		"a b@c":                                "",
		"a@b c":                                "",
		"a@-b":                                 "",
		"a@b..c":                               "",
		"a@b.c\nBcc: d@e":                      "",
		"Zoe <zoe@example>":                    "",
		"a@[127.0.0.1]":                        "",
		"a@" + strings.Repeat("b.", 200) + "c": "",
	} {
		got, err := user.ParseEmail(in)
		if got.Text() != want || (want == "") != errors.Is(err, user.ErrEmail) {
			t.Errorf("%q: %q %v, want %q", in, got.Text(), err, want)
		}
	}
}
