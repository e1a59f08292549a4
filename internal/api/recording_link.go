package api

import (
	"context"
	"crypto/subtle"
	"net/http"
	"time"

	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/recording"
	"plenum/internal/room"
)

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

// recordingLink is the address of the player with the secret, which browsers do not
// send to servers.
func recordingLink(ctx context.Context, r id.Recording, secret pii.Secret) string {
	return visitorOf(ctx).origin + "/r/" + string(r) + "#" + secret.Text()
}

func (a *api) createRecordingLink(ctx context.Context, in *RecordingPath) (*recordingLinkAnswer, error) {
	s, err := a.look(ctx, *in, writeRecordings, mayManage)
	if err != nil {
		return nil, err
	}
	secret := pii.Secret(id.NewSecret())
	hash := auth.HashToken(secret)
	share := s.Sharing
	share.With, share.SecretHash = recording.Link, hash[:]
	if err := a.Recordings.Share(ctx, s.ID, share, s.shared(share)); err != nil {
		return nil, err
	}
	return &recordingLinkAnswer{RecordingLink{recordingLink(ctx, s.ID, secret)}}, nil
}

func (a *api) deleteRecordingLink(ctx context.Context, in *RecordingPath) (*struct{}, error) {
	s, err := a.look(ctx, *in, writeRecordings, mayManage)
	if err != nil {
		return nil, err
	}
	share := s.Sharing
	share.SecretHash, share.LinkExpires, share.PasscodeHash = nil, time.Time{}, ""
	return nil, a.Recordings.Share(ctx, s.ID, share, s.shared(share))
}

// shared notes how a recording is shared from now on.
func (s sight) shared(share recording.Sharing) audit.Entry {
	detail := map[string]string{
		"with": string(share.With), "download": yesNo(share.Download), "watermark": yesNo(share.Watermark),
		"link": yesNo(len(share.SecretHash) > 0), "passcode": yesNo(share.PasscodeHash != ""),
	}
	if !share.LinkExpires.IsZero() {
		detail["expires"] = share.LinkExpires.UTC().Format(time.RFC3339)
	}
	return s.about(s.Recording, audit.RecordingShared, detail)
}

// behindLink finds the recording whose link somebody has. All others look like none.
func (a *api) behindLink(ctx context.Context, in RecordingPath, secret string) (recording.Recording, error) {
	t := visitorOf(ctx).tenant.ID
	wanted, err := id.Parse[id.Recording](in.ID)
	if err != nil {
		return recording.Recording{}, recording.ErrNotFound
	}
	v := recording.Viewer{Link: true}
	r, rel, err := a.Recordings.Find(ctx, t, wanted, v)
	if err != nil {
		return recording.Recording{}, err
	}
	hash := auth.HashToken(pii.Secret(secret))
	if subtle.ConstantTimeCompare(hash[:], r.Sharing.SecretHash) != 1 || r.Tenant != t || !r.Allowed(v, rel, time.Now()).Watch {
		return recording.Recording{}, recording.ErrNotFound
	}
	return r, nil
}

func (a *api) getRecordingDoor(ctx context.Context, in *getRecordingDoorRequest) (*recordingDoorAnswer, error) {
	if err := a.brake.takeAtDoor(visitorOf(ctx).source); err != nil {
		return nil, err
	}
	began := time.Now()
	r, err := a.behindLink(ctx, in.RecordingPath, in.Body.Secret)
	if err != nil {
		return nil, answerEvenly(ctx, began, err)
	}
	return &recordingDoorAnswer{RecordingDoor{
		Title: r.Title.Text(), Organisation: visitorOf(ctx).tenant.Name, PasscodeNeeded: r.Sharing.PasscodeHash != "",
	}}, nil
}

func (a *api) openRecording(ctx context.Context, in *openRecordingRequest) (*openedAnswer, error) {
	source := visitorOf(ctx).source
	if err := a.brake.takeAtDoor(source); err != nil {
		return nil, err
	}
	began := time.Now()
	r, err := a.behindLink(ctx, in.RecordingPath, in.Body.Secret)
	if err != nil {
		return nil, answerEvenly(ctx, began, err)
	}
	if err := a.checkPasscode(ctx, r, in.Body.Passcode, source); err != nil {
		return nil, err
	}
	cookie, err := a.admit(ctx, r, time.Now())
	if err != nil {
		return nil, err
	}
	return &openedAnswer{cookie}, nil
}

// checkPasscode lets through who knows the passcode, if there is one. A wrong one
// and none get the same answer after the same work.
func (a *api) checkPasscode(ctx context.Context, r recording.Recording, typed *string, source pii.Addr) error {
	if r.Sharing.PasscodeHash == "" {
		return nil
	}
	var tried pii.Secret
	if typed != nil {
		if normal, err := meeting.ParsePasscode(*typed); err == nil {
			tried = normal
		}
	}
	undo, err := a.tries.take(string(r.ID)+" "+source.Text(), time.Now())
	if err != nil {
		return err
	}
	ok, err := a.Passwords.Verify(ctx, r.Sharing.PasscodeHash, tried)
	if err != nil {
		undo() // it was not looked at
		return err
	}
	if !ok {
		return room.ErrPasscodeWrong
	}
	undo()
	return nil
}
