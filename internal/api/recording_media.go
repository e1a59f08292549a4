package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"plenum/internal/audit"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/recording"
)

// WantedAsset is the request for a file.
type WantedAsset struct {
	Asset *string `json:"asset,omitempty" maxLength:"26" doc:"Id of the file; the video as it is shown without it"`
}

// RecordingView is what a player needs.
type RecordingView struct {
	URL       string    `json:"url" doc:"Path of the video; for this viewer alone, for 12 hours"`
	Type      string    `json:"type" enum:"video/mp4,audio/mp4"`
	Title     string    `json:"title"`
	Length    float64   `json:"length" doc:"Of what is shown, in seconds"`
	Chapters  []Chapter `json:"chapters" nullable:"false"`
	Watermark string    `json:"watermark" doc:"To be shown over the video all the time; empty for none"`
	Download  bool      `json:"download" doc:"The viewer may download it"`
}

// RecordingDownload is where a file is, or how far it is.
type RecordingDownload struct {
	URL      string  `json:"url" doc:"Path of the file; for this viewer alone, for 12 hours. Empty while a marked copy is made"`
	Progress float64 `json:"progress" doc:"0 to 1, of the marked copy"`
}

type (
	wantedAssetRequest struct {
		RecordingPath

		Body *WantedAsset
	}
	viewAnswer     struct{ Body RecordingView }
	downloadAnswer struct{ Body RecordingDownload }
	mediaRequest   struct {
		RecordingPath

		Token string `path:"token" maxLength:"1000"`
	}
)

// streams describes an operation whose answer is a file of a recording.
func streams(op *huma.Operation) {
	file := &huma.Schema{Type: "string", Format: "binary"}
	content := map[string]*huma.MediaType{"video/mp4": {Schema: file}, "audio/mp4": {Schema: file}}
	op.Responses["200"] = &huma.Response{Description: "The file", Content: content}
	op.Responses["206"] = &huma.Response{Description: "The range that was asked for (RFC 9110 §14)", Content: content}
	op.Responses["416"] = &huma.Response{Description: "The range lies outside the file"}
}

// pass is what the token in the address of a file says. It opens nothing by itself:
// whoever shows it must be who it was given to, and still be allowed.
type pass struct {
	Recording id.Recording `json:"r"`
	Asset     id.Asset     `json:"a"`
	Bearer    string       `json:"b"` // see [onlooker.bearer]
	Download  bool         `json:"d"`
	Until     int64        `json:"u"` // Unix ms
}

// mediaURL is the path of a file for one viewer.
func (a *api) mediaURL(s sight, f id.Asset, download bool) (string, error) {
	plain, err := json.Marshal(pass{
		Recording: s.ID, Asset: f, Bearer: s.bearer(), Download: download, Until: time.Now().Add(visitLife).UnixMilli(),
	})
	if err != nil {
		return "", err
	}
	token := base64.RawURLEncoding.EncodeToString(a.Viewing.Seal(plain, "media"))
	return Prefix + "/recordings/" + string(s.ID) + "/media/" + token, nil
}

// passOf opens a token that this server sealed, as long as it serves; false for all
// others.
func (a *api) passOf(token string) (pass, bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return pass{}, false
	}
	plain, err := a.Viewing.Open(sealed, "media")
	if err != nil {
		return pass{}, false
	}
	var p pass
	err = json.Unmarshal(plain, &p)
	return p, err == nil && time.Now().UnixMilli() < p.Until
}

// fetches reports whether a request is one for a file that somebody was given: a
// player makes as many as it likes. What it may, it is asked again.
func (a *api) fetches(r *http.Request) bool {
	_, token, found := strings.Cut(r.URL.Path, "/media/")
	if !found || a.Viewing == nil {
		return false
	}
	_, ok := a.passOf(token)
	return ok
}

func (r *wantedAssetRequest) asset() *string {
	if r.Body == nil {
		return nil
	}
	return r.Body.Asset
}

func (a *api) createView(ctx context.Context, in *wantedAssetRequest) (*viewAnswer, error) {
	s, err := a.look(ctx, in.RecordingPath, readRecordings, mayWatch)
	if err != nil {
		return nil, err
	}
	f, err := s.file(in.asset())
	if err != nil {
		return nil, err
	}
	url, err := a.mediaURL(s, f.ID, false)
	if err != nil {
		return nil, err
	}
	view := RecordingView{
		URL: url, Type: mediaType(f.Kind), Title: s.Title.Text(), Length: s.Length.Seconds(), Chapters: chaptersOf(s.Chapters, recording.Cut{}),
		Watermark: s.mark(), Download: s.may.Download,
	}
	if f.Kind == recording.Trimmed {
		view.Length, view.Chapters = (s.Cut.To - s.Cut.From).Seconds(), chaptersOf(s.Chapters, s.Cut)
	}
	if err := a.Store.Record(ctx, s.about(s.Recording, audit.RecordingViewed, map[string]string{"asset": string(f.Kind)})); err != nil {
		return nil, err
	}
	return &viewAnswer{view}, nil
}

func (a *api) createDownload(ctx context.Context, in *wantedAssetRequest) (*downloadAnswer, error) {
	s, err := a.look(ctx, in.RecordingPath, readRecordings, mayDownload)
	if err != nil {
		return nil, err
	}
	f, err := s.file(in.asset())
	if err != nil {
		return nil, err
	}
	kind := f.Kind
	if s.marked() { // then the video as it is shown is the only file
		var done float64
		if f.ID, done, err = a.Recordings.Mark(ctx, s.ID, s.mark(), s.name()); err != nil {
			return nil, err
		}
		if kind = recording.Marked; f.ID == "" {
			return &downloadAnswer{RecordingDownload{Progress: done}}, nil
		}
	}
	url, err := a.mediaURL(s, f.ID, true)
	if err != nil {
		return nil, err
	}
	if err := a.Store.Record(ctx, s.about(s.Recording, audit.RecordingDownloaded, map[string]string{"asset": string(kind)})); err != nil {
		return nil, err
	}
	return &downloadAnswer{RecordingDownload{URL: url, Progress: 1}}, nil
}

// mayFetch finds the recording and the file that a token opens for whoever shows it:
// everything that was decided when it was given is decided again.
func (a *api) mayFetch(ctx context.Context, in *mediaRequest) (sight, recording.Asset, pass, error) {
	var none recording.Asset
	began := time.Now()
	p, ok := a.passOf(in.Token)
	if !ok || string(p.Recording) != in.ID {
		return sight{}, none, p, answerEvenly(ctx, began, recording.ErrNotFound)
	}
	enough := mayWatch
	if p.Download {
		enough = mayDownload
	}
	s, err := a.look(ctx, in.RecordingPath, readRecordings, enough)
	if f, known := errors.AsType[*fault.Error](err); known && (f.Kind == fault.Unauthorised || f.Kind == fault.Forbidden) {
		err = recording.ErrNotFound // signed out, disabled: nobody
	}
	if err != nil {
		return sight{}, none, p, answerEvenly(ctx, began, err)
	}
	for _, f := range s.Assets {
		if f.ID == p.Asset && s.bearer() == p.Bearer && s.has(f, p.Download) {
			return s, f, p, nil
		}
	}
	return sight{}, none, p, answerEvenly(ctx, began, recording.ErrNotFound)
}

// has reports whether a file may be fetched as it is.
func (s sight) has(f recording.Asset, download bool) bool {
	if f.Kind == recording.Marked {
		return download && f.For == s.name() && (f.ExpiresAt.IsZero() || time.Now().Before(f.ExpiresAt))
	}
	if download && s.marked() {
		return false
	}
	id := string(f.ID)
	_, err := s.file(&id)
	return err == nil
}

// getMedia streams a file. Its requests are not counted as others are, but held to
// some at once.
func (a *api) getMedia(ctx context.Context, in *mediaRequest) (*huma.StreamResponse, error) {
	s, f, p, err := a.mayFetch(ctx, in)
	if err != nil {
		return nil, err
	}
	end, err := a.fetching.begin(p.Bearer)
	if err != nil {
		return nil, err
	}
	media, err := a.Recordings.Open(ctx, s.ID, f.ID)
	if err != nil {
		end()
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer end()
		defer media.Close() //nolint:errcheck // it was only read
		r, w := humago.Unwrap(c)
		h := w.Header()
		h.Set("Content-Type", mediaType(f.Kind))
		h.Set("Etag", `"`+string(f.ID)+`"`) // a file made anew has another id
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if p.Download {
			h.Set("Content-Disposition", disposition("attachment", fileName(s, fileEndingOf(f))))
		} else {
			h.Set("Content-Disposition", "inline")
		}
		still := func() error {
			_, _, _, err := a.mayFetch(ctx, in)
			return err
		}
		out := &steady{ResponseWriter: w, control: http.NewResponseController(w), still: still, asked: time.Now()}
		http.ServeContent(out, fewRanges(r), "", time.Time{}, io.NewSectionReader(media, 0, media.Size()))
	}}, nil
}

func mediaType(k recording.AssetKind) string {
	if k.Sound() {
		return "audio/mp4"
	}
	return "video/mp4"
}

func fileEndingOf(f recording.Asset) string {
	ending := ".mp4"
	if f.Kind.Sound() {
		ending = ".m4a"
	}
	if f.Name != "" {
		ending = " - " + f.Name.Text() + ending
	}
	return ending
}

// fileName begins with the day, so that no title makes a name that a system keeps
// for itself.
func fileName(s sight, ending string) string {
	const most = 100 // characters of the title: file systems take 255 bytes
	title := []rune(s.Title.Text())
	name := s.StartedAt.UTC().Format(time.DateOnly) + " " + string(title[:min(len(title), most)]) + ending
	return strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, name)
}
