package meeting_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plenum/internal/access"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/recording"
)

func TestParseRecording(t *testing.T) {
	with := func(change func(*recording.Settings)) recording.Settings {
		s := recording.DefaultSettings()
		change(&s)
		return s
	}
	for name, test := range map[string]struct {
		in   recording.Settings
		want error
	}{
		"the defaults": {recording.DefaultSettings(), nil},
		"everything": {recording.Settings{
			Layout: recording.Grid, Height: 1080, Names: true, Logo: true, Mark: "Entwurf – nicht weitergeben", SpeakerChapters: true, Audio: true,
			Speakers: true, Days: 3650, Sharing: recording.Sharing{With: recording.Link, Download: true, Watermark: true},
		}, nil},
		"a share layout":      {with(func(s *recording.Settings) { s.Layout = recording.Share }), nil},
		"for participants":    {with(func(s *recording.Settings) { s.Sharing.With = recording.Participants }), nil},
		"for members":         {with(func(s *recording.Settings) { s.Sharing.With = recording.Members }), nil},
		"the longest mark":    {with(func(s *recording.Settings) { s.Mark = strings.Repeat("é", meeting.MaxMark) }), nil},
		"too long a mark":     {with(func(s *recording.Settings) { s.Mark = strings.Repeat("é", meeting.MaxMark+1) }), pii.ErrNameTooLong},
		"a mark of two lines": {with(func(s *recording.Settings) { s.Mark = "a\nb" }), pii.ErrNameInvalid},
		"a mark that hides":   {with(func(s *recording.Settings) { s.Mark = "a\u202eb" }), pii.ErrNameInvalid},
		"an unknown layout":   {with(func(s *recording.Settings) { s.Layout = "pile" }), meeting.ErrRecording},
		"no layout":           {with(func(s *recording.Settings) { s.Layout = "" }), meeting.ErrRecording},
		"a small picture":     {with(func(s *recording.Settings) { s.Height = 480 }), meeting.ErrRecording},
		"no picture":          {with(func(s *recording.Settings) { s.Height = 0 }), meeting.ErrRecording},
		"an unknown audience": {with(func(s *recording.Settings) { s.Sharing.With = "everybody" }), meeting.ErrRecording},
		"no audience":         {with(func(s *recording.Settings) { s.Sharing.With = "" }), meeting.ErrRecording},
		"days that have been": {with(func(s *recording.Settings) { s.Days = -1 }), meeting.ErrRecording},
		"nothing":             {recording.Settings{}, meeting.ErrRecording},
	} {
		got, err := meeting.ParseRecording(test.in)
		if !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
		if diff := cmp.Diff(test.in, got); test.want == nil && diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	asItWas := with(func(s *recording.Settings) { s.Layout = "" })
	if got, err := meeting.ParseRecomposition(asItWas); err != nil || !cmp.Equal(asItWas, got) {
		t.Errorf("made anew as in the meeting: %+v %v", got, err)
	}
	if _, err := meeting.ParseRecomposition(recording.Settings{Layout: "pile", Height: 720}); !errors.Is(err, meeting.ErrRecording) {
		t.Errorf("made anew in a pile: %v", err)
	}
	trimmed, err := meeting.ParseRecording(with(func(s *recording.Settings) { s.Mark = "  for  the   council " }))
	if err != nil || trimmed.Mark != "for the council" {
		t.Errorf("%q %v", trimmed.Mark, err)
	}
}

func TestParseRecorder(t *testing.T) {
	for _, role := range []access.Role{"", access.Owner, access.Moderator, access.Presenter} {
		if got, err := meeting.ParseRecorder(role); got != role || err != nil {
			t.Errorf("%q: %q %v", role, got, err)
		}
	}
	for _, role := range []access.Role{access.Attendee, access.Viewer, "Owner", "somebody"} {
		if got, err := meeting.ParseRecorder(role); got != "" || !errors.Is(err, meeting.ErrRecorder) {
			t.Errorf("%q: %q %v", role, got, err)
		}
	}
}

func TestNewMeetingsRecordBySettings(t *testing.T) {
	m := meeting.New("t", "u", "Raad", time.Now())
	if diff := cmp.Diff(recording.DefaultSettings(), m.Recording); diff != "" {
		t.Error(diff)
	}
	if _, err := meeting.ParseRecording(m.Recording); err != nil {
		t.Error(err)
	}
	if m.Policy.RecordStart != access.Moderator || m.Policy.RecordStop != access.Moderator || m.EndToEnd {
		t.Errorf("%+v", m.Policy)
	}
}
