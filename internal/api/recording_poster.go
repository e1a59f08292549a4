package api

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"plenum/internal/recording"
)

// maxPoster is more than a JPEG of 640×360 ever has.
const maxPoster = 1 << 20

// depicts describes an operation whose answer is a picture of a recording.
func depicts(op *huma.Operation) {
	picture := &huma.Schema{Type: "string", Format: "binary"}
	op.Responses["200"] = &huma.Response{
		Description: "The picture, 640×360 at most", Content: map[string]*huma.MediaType{"image/jpeg": {Schema: picture}},
	}
	op.Responses["304"] = &huma.Response{Description: "It is the one that the caller knows"}
}

type posterRequest struct {
	RecordingPath

	Known string `header:"If-None-Match" maxLength:"100"`
}

// getPoster gives what a list and a player show before anything is played. Whoever may
// not have it is answered as for a recording that never was.
func (a *api) getPoster(ctx context.Context, in *posterRequest) (*huma.StreamResponse, error) {
	s, err := a.look(ctx, in.RecordingPath, readRecordings, mayWatch)
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
	defer media.Close() //nolint:errcheck // it was only read
	picture, err := io.ReadAll(io.NewSectionReader(media, 0, min(media.Size(), maxPoster)))
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		tag := `"` + string(f.ID) + `"` // one made anew has another id
		c.SetHeader("Cache-Control", "private, no-store")
		c.SetHeader("Etag", tag)
		if in.Known == tag {
			c.SetStatus(http.StatusNotModified)
			return
		}
		c.SetHeader("Content-Type", "image/jpeg")
		c.SetHeader("Content-Length", strconv.Itoa(len(picture)))
		c.SetHeader("Content-Disposition", "inline")
		c.SetHeader("Cross-Origin-Resource-Policy", "same-origin")
		c.BodyWriter().Write(picture) //nolint:errcheck // the client has gone
	}}, nil
}
