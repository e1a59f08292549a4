package api

import (
	"github.com/danielgtaylor/huma/v2"
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
