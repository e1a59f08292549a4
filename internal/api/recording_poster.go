package api

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"plenum/internal/recording"
)

// depicts describes an operation whose answer is a picture of a recording.
func depicts(op *huma.Operation) {
	picture := &huma.Schema{Type: "string", Format: "binary"}
	op.Responses["200"] = &huma.Response{
		Description: "The picture, 640×360 at most", Content: map[string]*huma.MediaType{"image/jpeg": {Schema: picture}},
	}
}

// getPoster gives what a list and a player show before anything is played. Whoever may
// not have it is answered as for a recording that never was.
func (a *api) getPoster(ctx context.Context, in *RecordingPath) (*huma.StreamResponse, error) {
	s, err := a.look(ctx, *in, readRecordings, mayWatch)
	if err != nil {
		return nil, err
	}
	f, there := s.poster()
	if !there {
		return nil, recording.ErrNotFound
	}
	media, err := a.Recordings.Open(ctx, s.ID, f.ID)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer media.Close() //nolint:errcheck // it was only read
		r, w := humago.Unwrap(c)
		h := w.Header()
		h.Set("Content-Type", "image/jpeg")
		h.Set("Cache-Control", "private, no-store")
		h.Set("Etag", `"`+string(f.ID)+`"`) // one made anew has another id
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Content-Disposition", "inline")
		http.ServeContent(w, r, "", time.Time{}, io.NewSectionReader(media, 0, media.Size()))
	}}, nil
}
