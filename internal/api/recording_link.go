package api

import "net/http"

// RecordingLink is the only answer that holds the link.
type RecordingLink struct {
	Link string `json:"link" doc:"Complete, with the secret; it cannot be shown again"`
}

// RecordingSecret is what the link carries.
type RecordingSecret struct {
	Secret string `json:"secret" maxLength:"100" doc:"After the # of the link"`
}

// RecordingDoor is what somebody with the link may know.
type RecordingDoor struct {
	Title          string `json:"title"`
	Organisation   string `json:"organisation"`
	PasscodeNeeded bool   `json:"passcodeNeeded"`
}

// RecordingKey is what the link carries, with the passcode.
type RecordingKey struct {
	Secret   string  `json:"secret" maxLength:"100" doc:"After the # of the link"`
	Passcode *string `json:"passcode,omitempty" maxLength:"500"`
}

type (
	recordingLinkAnswer     struct{ Body RecordingLink }
	getRecordingDoorRequest struct {
		RecordingPath

		Body RecordingSecret
	}
	recordingDoorAnswer  struct{ Body RecordingDoor }
	openRecordingRequest struct {
		RecordingPath

		Body RecordingKey
	}
	openedAnswer struct {
		SetCookie http.Cookie `header:"Set-Cookie"`
	}
)
