package composer

import "testing"

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"Ada Lovelace":           "AL",
		"ada":                    "A",
		"Jean-Luc van der Berg":  "JB",
		"Éva Öztürk (she/her)":   "ÉÖ",
		"(guest)":                "·",
		"山田 太郎":                  "山太",
		"  ":                     "·",
		"3rd floor, room 12":     "31",
		"Ann ()":                 "A",
		"Dr. Maria-Theresia Moß": "DM",
	} {
		if got := initials(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
