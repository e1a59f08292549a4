package tenant

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"plenum/internal/consent"
	"plenum/internal/fault"
	"plenum/internal/pii"
)

// ErrConsent is for a question that cannot be asked.
var ErrConsent = fault.New("tenant.Reword", fault.Invalid, "consent.text", "The question has at most 2,000 characters of plain text, in English, German, French or Dutch.")

// Reword gives the question other words, all of them by language; an empty text is
// the program's own. Other words have a higher version. Fault: consent.text.
func Reword(now consent.Words, texts map[string]string) (consent.Words, error) {
	next := consent.Words{Version: now.Version, Texts: map[string]string{}}
	for language, text := range texts {
		if !slices.Contains([]string{"en", "de", "fr", "nl"}, language) {
			return now, ErrConsent
		}
		text, err := parseQuestion(text)
		if err != nil {
			return now, err
		}
		if text != "" {
			next.Texts[language] = text
		}
	}
	if !maps.Equal(now.Texts, next.Texts) {
		next.Version++
	}
	return next, nil
}

// parseQuestion checks plain text of several lines.
func parseQuestion(s string) (string, error) {
	if len(s) > 16*consent.MaxText || !utf8.ValidString(s) {
		return "", ErrConsent
	}
	s = norm.NFC.String(strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")))
	if utf8.RuneCountInString(s) > consent.MaxText {
		return "", ErrConsent
	}
	for _, r := range s {
		if r != '\n' && r != '\t' && !pii.Printable(r) {
			return "", ErrConsent
		}
	}
	return s, nil
}
