package api_test

import (
	"strings"
	"testing"

	"plenum/internal/api"
)

func TestPrivacyData(t *testing.T) {
	b := fresh(t).browser(t) // nobody is signed in, nothing is set up
	english := call[api.Kept](b, "GET", "/privacy/data", nil, 200)
	for language, want := range map[string]string{"en": "Accounts and signing in", "de": "Konten und Anmeldung", "fr": "Comptes et connexion", "nl": "Accounts en aanmelden", "xx": "Accounts and signing in"} {
		kept := call[api.Kept](b, "GET", "/privacy/data?language="+language, nil, 200)
		if len(kept.Groups) != len(english.Groups) || kept.Groups[0].Title != want {
			t.Errorf("%s: %d groups, first %q", language, len(kept.Groups), kept.Groups[0].Title)
		}
		for _, g := range kept.Groups {
			for _, thing := range g.Things {
				for _, text := range []string{thing.What, thing.Purpose, thing.Basis, thing.Retention, thing.Readers, strings.Join(thing.Places, "")} {
					if text == "" {
						t.Errorf("%s: a gap in %+v", language, thing)
					}
				}
			}
		}
	}
}
