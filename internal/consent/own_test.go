package consent_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"plenum/internal/consent"
)

// TestOwnWords holds the evidence and the screen together: what is kept as shown is
// what clients show.
func TestOwnWords(t *testing.T) {
	shown := consent.Words{}.Shown()
	for language, text := range shown.Texts {
		raw, err := os.ReadFile(filepath.Join("..", "..", "web", "locales", language, "recording.json"))
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]any
		if err := json.Unmarshal(raw, &words); err != nil {
			t.Fatal(err)
		}
		if words["consent.words"] != text {
			t.Errorf("%s: people are shown\n%v\nand it is kept as\n%v", language, words["consent.words"], text)
		}
	}
	if len(shown.Texts) != 4 {
		t.Errorf("%d languages", len(shown.Texts))
	}
}

func TestShown(t *testing.T) {
	w := consent.Words{Version: 3, Texts: map[string]string{"de": "Dürfen wir?", "fr": ""}}.Shown()
	own := consent.Words{}.Shown()
	if w.Version != 3 || w.Texts["de"] != "Dürfen wir?" || w.Texts["fr"] != own.Texts["fr"] || w.Texts["en"] != own.Texts["en"] {
		t.Errorf("%+v", w)
	}
}
