package datamap

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	want := map[string]bool{}
	for _, key := range keys() {
		want[key] = true
	}
	english, err := WordsIn("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range Languages() {
		w, err := WordsIn(language)
		if err != nil {
			t.Fatal(err)
		}
		for key := range want {
			if strings.TrimSpace(w[key]) == "" {
				t.Errorf("%s has no words for %s", language, key)
			}
		}
		same := 0
		for key, text := range w {
			if !want[key] {
				t.Errorf("%s has words for %s, which is not there", language, key)
			}
			if language != "en" && text == english[key] {
				same++
			}
		}
		if same > 0 {
			t.Errorf("%s: %d texts are English", language, same)
		}
	}
	unknown, err := WordsIn("../../secret")
	if err != nil || !maps.Equal(unknown, english) {
		t.Errorf("an unknown language: %v", err)
	}
}

func TestThingsAreDistinct(t *testing.T) {
	things := Things()
	places, names := make([]string, 0, 10*len(things)), make([]string, 0, len(things))
	for _, thing := range things {
		places = append(places, thing.Places...)
		names = append(names, thing.Key)
		if len(thing.Places) == 0 || !slices.Contains(Groups(), thing.Group) {
			t.Errorf("%s is nowhere", thing.Key)
		}
	}
	for _, list := range [][]string{places, names} {
		slices.Sort(list)
		for i := range len(list) - 1 {
			if list[i] == list[i+1] {
				t.Errorf("%s is listed twice", list[i])
			}
		}
	}
}

func TestMarkdown(t *testing.T) {
	text, err := Markdown()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"`account.id`, `.tenant_id`", "cookie `__Host-plenum`", "`plenum.db`", "## Accounts and signing in"} {
		if !strings.Contains(text, want) {
			t.Errorf("the document lacks %q", want)
		}
	}
	if strings.Contains(text, "{{") || strings.Contains(text, "|  |") {
		t.Error("the document has gaps")
	}
}
