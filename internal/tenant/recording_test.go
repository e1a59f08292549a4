package tenant_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plenum/internal/consent"
	"plenum/internal/tenant"
)

func TestReword(t *testing.T) {
	now := consent.Words{Version: 3, Texts: map[string]string{"de": "Dürfen wir?"}}
	same, next := 3, 4
	longest := strings.Repeat("é", consent.MaxText)
	for name, test := range map[string]struct {
		in, want map[string]string
		version  int
	}{
		"the same":         {map[string]string{"de": "  Dürfen wir?\r\n"}, now.Texts, same},
		"and empty ones":   {map[string]string{"de": "Dürfen wir?", "en": "", "fr": " \n", "nl": "\t"}, now.Texts, same},
		"another":          {map[string]string{"de": "Dürfen wir bitte?"}, map[string]string{"de": "Dürfen wir bitte?"}, next},
		"one more":         {map[string]string{"de": "Dürfen wir?", "nl": "Mag dat?"}, map[string]string{"de": "Dürfen wir?", "nl": "Mag dat?"}, next},
		"all four":         {map[string]string{"de": "a", "en": "b", "fr": "c", "nl": "d"}, map[string]string{"de": "a", "en": "b", "fr": "c", "nl": "d"}, next},
		"none":             {nil, map[string]string{}, next},
		"several lines":    {map[string]string{"en": "We record.\r\n\r\n\t- why\n"}, map[string]string{"en": "We record.\n\n\t- why"}, next},
		"what is no HTML":  {map[string]string{"en": "<b>May we?</b> & so on"}, map[string]string{"en": "<b>May we?</b> & so on"}, next},
		"the longest":      {map[string]string{"fr": longest}, map[string]string{"fr": longest}, next},
		"one form of an é": {map[string]string{"fr": "e\u0301"}, map[string]string{"fr": "é"}, next},
	} {
		got, err := tenant.Reword(now, test.in)
		if diff := cmp.Diff(consent.Words{Version: test.version, Texts: test.want}, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
	for name, in := range map[string]map[string]string{
		"too long":           {"en": longest + "é"},
		"far too long":       {"en": strings.Repeat("x", 1<<20)},
		"a control":          {"en": "a\x00b"},
		"a turned direction": {"en": "a\u202eb"},
		"a lone return":      {"en": "a\rb"},
		"no text":            {"en": "\xff"},
		"another language":   {"es": "¿Podemos?"},
		"a path":             {"../en": "x"},
		"no language":        {"": "x"},
		"one of two wrong":   {"de": "Dürfen wir bitte?", "en": "a\x00"},
	} {
		got, err := tenant.Reword(now, in)
		if diff := cmp.Diff(now, got); diff != "" || !errors.Is(err, tenant.ErrConsent) {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
	first, err := tenant.Reword(consent.Words{}, map[string]string{"en": "May we?"})
	if err != nil || first.Version != 1 {
		t.Errorf("the first own words are version %d, %v", first.Version, err)
	}
}
