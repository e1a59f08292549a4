package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"plenum/internal/datamap"
)

func (a *api) registerPrivacy(h huma.API) {
	operation(a, h, "getPrivacyData", http.MethodGet, "/privacy/data", "Everything that this server keeps, in words", a.getPrivacyData, public)
}

// Kept is everything that is kept, for the page about it.
type Kept struct {
	Groups []KeptGroup `json:"groups" nullable:"false"`
}

// KeptGroup is what belongs together.
type KeptGroup struct {
	Title  string      `json:"title"`
	Things []KeptThing `json:"things" nullable:"false"`
}

// KeptThing is one thing that is kept.
type KeptThing struct {
	What      string   `json:"what"`
	Purpose   string   `json:"purpose" doc:"What for"`
	Basis     string   `json:"basis" doc:"On what grounds in law"`
	Retention string   `json:"retention" doc:"How long"`
	Readers   string   `json:"readers" doc:"Who can read it through the program"`
	Places    []string `json:"places" nullable:"false" doc:"Where, as in column:account.name, file:tls/* or cookie:__Host-plenum"`
}

type (
	privacyRequest struct {
		Language string `query:"language" maxLength:"35" default:"en" doc:"en, de, fr or nl; English for any other"`
	}
	privacyAnswer struct{ Body Kept }
)

func (a *api) getPrivacyData(_ context.Context, in *privacyRequest) (*privacyAnswer, error) {
	sections, err := datamap.In(in.Language)
	if err != nil {
		return nil, err
	}
	kept := Kept{Groups: make([]KeptGroup, 0, len(sections))}
	for _, s := range sections {
		group := KeptGroup{Title: s.Title, Things: make([]KeptThing, 0, len(s.Rows))}
		for _, r := range s.Rows {
			group.Things = append(group.Things, KeptThing(r))
		}
		kept.Groups = append(kept.Groups, group)
	}
	return &privacyAnswer{kept}, nil
}
