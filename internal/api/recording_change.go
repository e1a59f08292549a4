package api

import (
	"context"
	"encoding/base64"
	"strings"
	"time"
	"unicode/utf8"

	"plenum/internal/audit"
	"plenum/internal/fault"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/recording"
)

// maxReason is the length of a hold's reason in characters.
const maxReason = 500

// The faults of changing recordings.
var (
	errCut     = fault.New("api.updateRecording", fault.Invalid, "recording.cut", "What is shown must begin before it ends, within the video, and last a second at least.")
	errExpired = fault.New("api.updateRecording", fault.Invalid, "recording.link_expiry", "The end of a link must lie ahead.")
	errNoLink  = fault.New("api.updateRecording", fault.Invalid, "recording.no_link", "Only what is shared by link has a passcode or an end.")
	errReason  = fault.New("api.holdRecording", fault.Invalid, "recording.reason", "A legal hold needs a reason of at most 500 characters.")
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
	Layout          *recording.Layout `json:"layout,omitempty" enum:",grid,speaker,share" doc:"Empty for as it was in the meeting, with its changes"`
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

// recordingChange is a change that was checked; what is nil stays.
type recordingChange struct {
	title *pii.Name
	share *recording.Sharing
	cut   *recording.Cut
}

// parseRecording checks a change before any of it is made.
func (a *api) parseRecording(ctx context.Context, s sight, c RecordingChange) (recordingChange, error) {
	var change recordingChange
	steps := []func() error{
		func() error {
			return parsed(&change.title, c.Title, func(t string) (pii.Name, error) { return pii.ParseName(t, recording.MaxTitle) })
		},
		func() error { return parsed(&change.cut, c.Cut, s.parseCut) },
		// Last, since a passcode is dear.
		func() error {
			return parsed(&change.share, c.Sharing, func(w SharingChange) (recording.Sharing, error) { return a.parseSharing(ctx, s.Sharing, w) })
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return recordingChange{}, err
		}
	}
	return change, nil
}

func (s sight) parseCut(c RecordingCut) (recording.Cut, error) {
	if c == (RecordingCut{}) {
		return recording.Cut{}, nil
	}
	if s.Length == 0 {
		return recording.Cut{}, recording.ErrNotReady
	}
	// Compared as numbers: what is far too large is no duration.
	if c.To > s.Length.Seconds() || c.From < 0 || c.To-c.From < 1 {
		return recording.Cut{}, errCut
	}
	in := func(seconds float64) time.Duration {
		return time.Duration(seconds * float64(time.Second)).Truncate(time.Millisecond)
	}
	return recording.Cut{From: in(c.From), To: in(c.To)}, nil
}

// parseSharing keeps the link as long as the recording is shared by it. A link that
// was given up does not come back.
func (a *api) parseSharing(ctx context.Context, now recording.Sharing, c SharingChange) (recording.Sharing, error) {
	share := recording.Sharing{With: c.With, Download: c.Download, Watermark: c.Watermark}
	if c.With != recording.Link {
		if c.LinkExpires != nil || c.Passcode != nil && *c.Passcode != "" {
			return share, errNoLink
		}
		return share, nil
	}
	share.SecretHash, share.PasscodeHash = now.SecretHash, now.PasscodeHash
	if c.LinkExpires != nil {
		share.LinkExpires = c.LinkExpires.UTC().Truncate(time.Millisecond)
		if !share.LinkExpires.Equal(now.LinkExpires) && !share.LinkExpires.After(time.Now()) {
			return share, errExpired
		}
	}
	if c.Passcode != nil {
		var err error
		if share.PasscodeHash, err = a.hashed(ctx, meeting.ParsePasscode)(*c.Passcode); err != nil {
			return share, err
		}
	}
	return share, nil
}

func (a *api) updateRecording(ctx context.Context, in *updateRecordingRequest) (*recordingAnswer, error) {
	s, err := a.look(ctx, in.RecordingPath, writeRecordings, mayManage)
	if err != nil {
		return nil, err
	}
	change, err := a.parseRecording(ctx, s, in.Body)
	if err != nil {
		return nil, err
	}
	if change.title != nil {
		if err := a.Recordings.Rename(ctx, s.ID, *change.title, s.changed("title")); err != nil {
			return nil, err
		}
	}
	if change.share != nil {
		if err := a.Recordings.Share(ctx, s.ID, *change.share, s.shared(*change.share)); err != nil {
			return nil, err
		}
	}
	if change.cut != nil && *change.cut != s.Cut {
		if err := a.Recordings.Trim(ctx, s.ID, *change.cut, s.changed("cut")); err != nil {
			return nil, err
		}
	}
	return a.lookAgain(ctx, in.RecordingPath)
}

// lookAgain answers with a recording as it is after a change.
func (a *api) lookAgain(ctx context.Context, in RecordingPath) (*recordingAnswer, error) {
	s, err := a.look(ctx, in, writeRecordings, mayOversee)
	if err != nil {
		return nil, err
	}
	return a.recordingAnswer(ctx, s)
}

func (s sight) changed(fields ...string) audit.Entry {
	return s.about(s.Recording, audit.RecordingChanged, map[string]string{"fields": strings.Join(fields, ",")})
}

// deleteRecording asks those who only oversee it to prove again who they are.
func (a *api) deleteRecording(ctx context.Context, in *RecordingPath) (*receiptAnswer, error) {
	s, err := a.look(ctx, *in, writeRecordings, mayOversee)
	if err != nil {
		return nil, err
	}
	if !s.may.Manage {
		if err := s.fresh(); err != nil {
			return nil, err
		}
	}
	if !s.Hold.At.IsZero() {
		return nil, recording.ErrHeld
	}
	// Half of it would be worse than either.
	receipt, err := a.Recordings.Delete(context.WithoutCancel(ctx), s.ID, s.about(s.Recording, audit.RecordingDeleted, nil))
	if err != nil {
		return nil, err
	}
	return &receiptAnswer{RecordingReceipt{
		KeyDestroyed: receipt.KeyDestroyed.UTC(), KeyTree: receipt.KeyTree, Files: receipt.Files, Bytes: receipt.Bytes,
		Erased: optional(receipt.Erased), Signature: base64.StdEncoding.EncodeToString(receipt.Signature),
	}}, nil
}

func (a *api) composeRecording(ctx context.Context, in *composeRecordingRequest) (*recordingAnswer, error) {
	s, err := a.look(ctx, in.RecordingPath, writeRecordings, mayManage)
	if err != nil {
		return nil, err
	}
	if s.State == recording.StateRecording {
		return nil, recording.ErrNotReady
	}
	settings := s.Settings
	if in.Body != nil {
		if settings, err = in.Body.apply(settings); err != nil {
			return nil, err
		}
	}
	if err := a.Recordings.Ready(); err != nil {
		return nil, err
	}
	if err := a.Recordings.Compose(ctx, s.ID, settings, s.changed("files")); err != nil {
		return nil, err
	}
	return a.lookAgain(ctx, in.RecordingPath)
}

// apply puts what is given in the place of what was.
func (c Recomposition) apply(s recording.Settings) (recording.Settings, error) {
	put(&s.Layout, c.Layout)
	put(&s.Height, c.Height)
	put(&s.Names, c.Names)
	put(&s.Logo, c.Logo)
	put(&s.Mark, c.Mark)
	put(&s.SpeakerChapters, c.SpeakerChapters)
	put(&s.Audio, c.Audio)
	put(&s.Speakers, c.Speakers)
	return meeting.ParseRecomposition(s)
}

// put sets a field to what is given.
func put[T any](field, given *T) {
	if given != nil {
		*field = *given
	}
}

func (a *api) holdRecording(ctx context.Context, in *holdRecordingRequest) (*recordingAnswer, error) {
	reason, err := meeting.ParseWelcome(in.Body.Reason)
	if err != nil {
		return nil, err
	}
	if n := utf8.RuneCountInString(reason); n == 0 || n > maxReason {
		return nil, errReason
	}
	return a.putHold(ctx, in.RecordingPath, audit.RecordingHeld, reason)
}

func (a *api) releaseRecording(ctx context.Context, in *RecordingPath) (*recordingAnswer, error) {
	return a.putHold(ctx, *in, audit.RecordingReleased, "")
}

func (a *api) putHold(ctx context.Context, in RecordingPath, action audit.Action, reason string) (*recordingAnswer, error) {
	who, err := a.admin(ctx, personal)
	if err != nil {
		return nil, err
	}
	if err := who.fresh(); err != nil {
		return nil, err
	}
	s, err := a.look(ctx, in, personal, mayOversee)
	if err != nil {
		return nil, err
	}
	hold := recording.Hold{}
	if action == audit.RecordingHeld {
		hold = recording.Hold{At: time.Now(), By: who.user.ID, Reason: reason}
	}
	if err := a.Recordings.Hold(ctx, s.ID, hold, s.about(s.Recording, action, nil)); err != nil {
		return nil, err
	}
	return a.lookAgain(ctx, in)
}
