package meeting

import (
	"slices"

	"plenum/internal/access"
	"plenum/internal/fault"
	"plenum/internal/pii"
	"plenum/internal/recording"
)

// MaxMark is the length of the mark burnt into recordings in characters.
const MaxMark = 100

// The faults of what is said about recordings.
var (
	ErrRecording = fault.New("meeting.ParseRecording", fault.Invalid, "recording.settings", "Recordings cannot be made like this.")
	ErrRecorder  = fault.New("meeting.ParseRecorder", fault.Invalid, "recording.role", "Recording is for owners, moderators or presenters, or for nobody.")
)

// ParseRecording checks what is to be made of recordings; the days are checked by
// the organisation's rules. Faults: recording.settings, name.too_long, name.invalid.
func ParseRecording(s recording.Settings) (recording.Settings, error) {
	if s.Layout == "" {
		return recording.Settings{}, ErrRecording
	}
	return ParseRecomposition(s)
}

// ParseRecomposition is ParseRecording for what was recorded already: it need not
// have a layout of its own, it has those that were chosen in the meeting.
func ParseRecomposition(s recording.Settings) (recording.Settings, error) {
	audiences := []recording.Audience{recording.Nobody, recording.Participants, recording.Members, recording.Link}
	switch {
	case !slices.Contains([]recording.Layout{"", recording.Grid, recording.Speaker, recording.Share}, s.Layout),
		s.Height != 720 && s.Height != 1080, s.Days < 0, !slices.Contains(audiences, s.Sharing.With):
		return recording.Settings{}, ErrRecording
	}
	if s.Mark != "" {
		mark, err := pii.ParseName(s.Mark, MaxMark)
		if err != nil {
			return recording.Settings{}, err
		}
		s.Mark = mark.Text()
	}
	return s, nil
}

// ParseRecorder checks the least role that may record; "" is nobody. Fault:
// recording.role.
func ParseRecorder(role access.Role) (access.Role, error) {
	if !slices.Contains([]access.Role{"", access.Owner, access.Moderator, access.Presenter}, role) {
		return "", ErrRecorder
	}
	return role, nil
}
