package api

import (
	"time"

	"plenum/internal/recording"
)

// SharingChange is all of how a recording is shared but the link itself.
type SharingChange struct {
	With        recording.Audience `json:"with" enum:"nobody,participants,members,link"`
	Download    bool               `json:"download"`
	Watermark   bool               `json:"watermark"`
	LinkExpires *time.Time         `json:"linkExpires" doc:"null for never"`
	Passcode    *string            `json:"passcode,omitempty" doc:"For the link: 4 to 64 characters; empty takes it away; missing, it stays"`
}

// RecordingChange holds what is to change; what is missing stays.
type RecordingChange struct {
	Title   *string        `json:"title,omitempty" doc:"1 to 150 characters"`
	Sharing *SharingChange `json:"sharing,omitempty" doc:"The whole of it. Shared otherwise than by link, the link is worthless for good"`
	Cut     *RecordingCut  `json:"cut,omitempty" doc:"Both 0 for all of the video"`
}

// RecordingReceipt says what a deletion destroyed.
type RecordingReceipt struct {
	KeyDestroyed time.Time  `json:"keyDestroyed"`
	KeyTree      bool       `json:"keyTree" doc:"The key cannot be had from old backups of the database either"`
	Files        int        `json:"files"`
	Bytes        int64      `json:"bytes"`
	Erased       *time.Time `json:"erased" doc:"When the files were gone; null while some still are to be removed, which happens by itself"`
	Signature    string     `json:"signature" doc:"Of the audit's key, in base64; empty while files are left"`
}

// Recomposition is the request for files made anew; what is missing is as it was.
type Recomposition struct {
	Layout          *recording.Layout `json:"layout,omitempty" enum:"grid,speaker,share"`
	Height          *int              `json:"height,omitempty" enum:"720,1080"`
	Names           *bool             `json:"names,omitempty"`
	Logo            *bool             `json:"logo,omitempty"`
	Mark            *string           `json:"mark,omitempty" doc:"At most 100 characters, burnt in; empty for none"`
	SpeakerChapters *bool             `json:"speakerChapters,omitempty"`
	Audio           *bool             `json:"audio,omitempty"`
	Speakers        *bool             `json:"speakers,omitempty"`
}

// NewHold is the request to keep a recording.
type NewHold struct {
	Reason string `json:"reason" doc:"1 to 500 characters"`
}

type (
	updateRecordingRequest struct {
		RecordingPath

		Body RecordingChange
	}
	composeRecordingRequest struct {
		RecordingPath

		Body *Recomposition
	}
	holdRecordingRequest struct {
		RecordingPath

		Body NewHold
	}
	receiptAnswer struct{ Body RecordingReceipt }
)
