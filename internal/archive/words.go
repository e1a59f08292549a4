package archive

import (
	"context"
	"slices"

	"plenum/internal/composer"
	"plenum/internal/consent"
	"plenum/internal/recording"
)

// words are what chapters are called that nobody named, in the language in which the
// question was shown to who pressed Record; if they have no account, to who answered
// first; in English if nobody answered.
func (a *Archive) words(ctx context.Context, r recording.Recording) (composer.Words, error) {
	answers, err := a.store.Consents(ctx, r.ID)
	if err != nil {
		return composer.Words{}, err
	}
	language := func(of func(consent.Sealed) bool) string {
		if i := slices.IndexFunc(answers, func(e consent.Sealed) bool { return e.Language != "" && of(e) }); i >= 0 {
			return answers[i].Language
		}
		return ""
	}
	spoken := language(func(e consent.Sealed) bool { return e.User != "" && e.User == r.By })
	if spoken == "" {
		spoken = language(func(consent.Sealed) bool { return true })
	}
	switch spoken {
	case "de":
		return composer.Words{Start: "Beginn", Share: "Bildschirm"}, nil
	case "fr":
		return composer.Words{Start: "Début", Share: "Écran"}, nil
	case "nl":
		return composer.Words{Start: "Begin", Share: "Scherm"}, nil
	}
	return composer.Words{Start: "Start", Share: "Screen"}, nil
}
