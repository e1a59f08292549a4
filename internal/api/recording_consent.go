package api

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"plenum/internal/consent"
)

// ConsentEvidence is one answer of one person.
type ConsentEvidence struct {
	At       time.Time      `json:"at"`
	Seat     string         `json:"seat" doc:"Tells two people of one name apart"`
	Name     string         `json:"name" doc:"As shown in the meeting; empty for whoever has not agreed"`
	UserName string         `json:"userName" doc:"Of the account, for who has agreed; empty for guests and once the account is gone. Looked up now"`
	Answer   consent.Answer `json:"answer" enum:"asked,yes,no,withdrawn,erased" doc:"withdrawn: for what followed; erased: also for what was before"`
	Version  int            `json:"version" doc:"Of the organisation's words; 0 for the program's own"`
	Language string         `json:"language" doc:"In which they were shown"`
	Text     string         `json:"text" doc:"The words; empty for the program's own"`
}

// ConsentEvidences is all answers of a recording, oldest first.
type ConsentEvidences struct {
	Consents []ConsentEvidence `json:"consents" nullable:"false"`
}

// RecordingUse is one view or download.
type RecordingUse struct {
	At   time.Time  `json:"at"`
	What string     `json:"what" enum:"viewed,downloaded"`
	Who  AuditParty `json:"who" doc:"viewer: by the link, with a random id of the browser's visit"`
}

// RecordingUses is a page of views and downloads.
type RecordingUses struct {
	Views []RecordingUse `json:"views" nullable:"false"`
	Next  string         `json:"next" doc:"The cursor of the next page; empty after the last"`
}

// MyConsent is what the caller answered last in a recording.
type MyConsent struct {
	Recording   string         `json:"recording" doc:"Id"`
	Title       string         `json:"title"`
	MeetingName string         `json:"meetingName" doc:"Empty when the meeting is gone"`
	At          time.Time      `json:"at"`
	Answer      consent.Answer `json:"answer" enum:"asked,yes,no,withdrawn,erased"`
	MayWithdraw bool           `json:"mayWithdraw" doc:"What is past can be blacked out and muted"`
}

// MyConsents is all that the caller answered.
type MyConsents struct {
	Consents []MyConsent `json:"consents" nullable:"false"`
}

type (
	consentsAnswer   struct{ Body ConsentEvidences }
	listViewsRequest struct {
		RecordingPath
		Page
	}
	usesAnswer       struct{ Body RecordingUses }
	myConsentsAnswer struct{ Body MyConsents }
)

// tabulates describes an operation whose answer is a table.
func tabulates(op *huma.Operation) {
	op.Responses["200"] = &huma.Response{Description: "The table", Content: map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: "string"}}}}
}
