package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/recording"
)

func (a *api) registerRecordings(h huma.API) {
	operation(a, h, "listRecordings", http.MethodGet, "/recordings", "The recordings that the caller may watch or manage, newest first", a.listRecordings, needs(readRecordings))
	operation(a, h, "getRecording", http.MethodGet, "/recordings/{id}", "One of these recordings", a.getRecording, needs(readRecordings))
	operation(a, h, "updateRecording", http.MethodPatch, "/recordings/{id}", "Rename, share or trim a recording", a.updateRecording, needs(writeRecordings))
	operation(a, h, "deleteRecording", http.MethodDelete, "/recordings/{id}", "Destroy the key of a recording and remove its files; administrators need a fresh confirmation", a.deleteRecording, needs(writeRecordings))
	operation(a, h, "composeRecording", http.MethodPost, "/recordings/{id}/compose", "Make the files of a recording anew", a.composeRecording, needs(writeRecordings))
	operation(a, h, "holdRecording", http.MethodPost, "/recordings/{id}/hold", "Keep a recording from being deleted by anybody or anything; needs a fresh confirmation", a.holdRecording, administers(personal))
	operation(a, h, "releaseRecording", http.MethodDelete, "/recordings/{id}/hold", "Let a recording be deleted again; needs a fresh confirmation", a.releaseRecording, administers(personal))

	operation(a, h, "createRecordingLink", http.MethodPost, "/recordings/{id}/link", "Share a recording by a new link; the one before is worthless", a.createRecordingLink, needs(writeRecordings), created)
	operation(a, h, "deleteRecordingLink", http.MethodDelete, "/recordings/{id}/link", "Make the link of a recording worthless at once", a.deleteRecordingLink, needs(writeRecordings))
	operation(a, h, "getRecordingDoor", http.MethodPost, "/recordings/{id}/door", "What somebody with the link may know before watching", a.getRecordingDoor, public)
	operation(a, h, "openRecording", http.MethodPost, "/recordings/{id}/open", "Let this browser watch by the link for 12 hours", a.openRecording, public)

	operation(a, h, "createView", http.MethodPost, "/recordings/{id}/views", "Watch a recording: where its video is, for 12 hours; an entry of the audit", a.createView, public)
	operation(a, h, "createDownload", http.MethodPost, "/recordings/{id}/downloads", "Download a file of a recording; an entry of the audit. A copy with the viewer's mark is made first: ask again until there is a url", a.createDownload, public)
	operation(a, h, "getMedia", http.MethodGet, "/recordings/{id}/media/{token}", "The bytes of a file, also by ranges; every request checks again that the viewer may have them", a.getMedia, public, streams)

	operation(a, h, "getPoster", http.MethodGet, "/recordings/{id}/poster", "One picture of the video as it is shown, for whoever may watch it without a mark; no entry of the audit", a.getPoster, public, depicts)

	operation(a, h, "listViews", http.MethodGet, "/recordings/{id}/views", "Who watched or downloaded a recording, newest first", a.listViews, needs(readRecordings))
	operation(a, h, "listConsents", http.MethodGet, "/recordings/{id}/consents", "Who was asked for consent, in which words, and what they answered; reading it is an entry of the audit", a.listConsents, needs(readRecordings))
	operation(a, h, "exportConsents", http.MethodGet, "/recordings/{id}/consents.csv", "The same as a table", a.exportConsents, needs(readRecordings), tabulates)
	operation(a, h, "withdrawConsent", http.MethodPost, "/recordings/{id}/withdraw", "Have what one said and showed in a recording blacked out and muted", a.withdrawConsent, needsSession)
	operation(a, h, "listMyConsents", http.MethodGet, "/account/consents", "What I answered in recordings that are still kept, newest first", a.listMyConsents, needsSession)
}

// Recording is a recording as the caller may see it.
type Recording struct {
	ID          string             `json:"id"`
	Meeting     string             `json:"meeting" doc:"Id of the meeting"`
	MeetingName string             `json:"meetingName" doc:"Its present name"`
	Title       string             `json:"title"`
	StartedAt   time.Time          `json:"startedAt"`
	EndedAt     *time.Time         `json:"endedAt" doc:"null while it runs"`
	Length      float64            `json:"length" doc:"In seconds: of the whole video for who manages the recording, else of what is shown; 0 before it is made"`
	State       string             `json:"state" enum:"recording,composing,ready,failed"`
	Problem     string             `json:"problem" doc:"A stable word for why it failed, or for what it waits; else empty"`
	Progress    float64            `json:"progress" doc:"0 to 1, of what is being made"`
	Size        int64              `json:"size" doc:"Of all files together, in bytes"`
	Poster      bool               `json:"poster" doc:"There is a picture of it for the caller"`
	Chapters    []Chapter          `json:"chapters" nullable:"false"`
	Assets      []RecordingAsset   `json:"assets" nullable:"false" doc:"The files that the caller may have"`
	Sharing     *RecordingSharing  `json:"sharing" doc:"null for whoever only watches"`
	Settings    *RecordingSettings `json:"settings" doc:"As they were when it began; null for whoever only watches"`
	ExpiresAt   *time.Time         `json:"expiresAt" doc:"When it is deleted; null while it runs"`
	Hold        *RecordingHold     `json:"hold" doc:"null for none, and for whoever only watches"`
	Cut         *RecordingCut      `json:"cut" doc:"What of the video is shown; null for all of it"`
	May         RecordingRights    `json:"may"`
}

// Chapter is where a chapter begins.
type Chapter struct {
	At    float64 `json:"at" doc:"Seconds from the beginning: of the whole video for who manages the recording and in views of all of it, else of what is shown"`
	Title string  `json:"title"`
}

// RecordingAsset is one file of a recording.
type RecordingAsset struct {
	ID   string `json:"id"`
	Kind string `json:"kind" enum:"video,trimmed,audio,speaker" doc:"trimmed: the video within the cut; speaker: one person, without pictures if they had no camera"`
	Name string `json:"name" doc:"With speaker: whose it is; else empty"`
	Size int64  `json:"size" doc:"Bytes"`
}

// RecordingSharing says who may watch a recording beside those who manage it.
type RecordingSharing struct {
	With        recording.Audience `json:"with" enum:"nobody,participants,members,link" doc:"participants: accounts that were in it; members: accounts of the organisation; link: participants, and whoever has the link"`
	Download    bool               `json:"download" doc:"Whoever may watch may download"`
	Watermark   bool               `json:"watermark" doc:"With the viewer's name over the video and burnt into downloads"`
	LinkSet     bool               `json:"linkSet"`
	LinkExpires *time.Time         `json:"linkExpires" doc:"null for never"`
	PasscodeSet bool               `json:"passcodeSet"`
}

// RecordingHold keeps a recording from being deleted.
type RecordingHold struct {
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

// RecordingCut is what of the video is shown.
type RecordingCut struct {
	From float64 `json:"from" minimum:"0" doc:"Seconds from the beginning of the whole video"`
	To   float64 `json:"to" minimum:"0" doc:"Seconds from the beginning of the whole video"`
}

// RecordingRights is what the caller may do.
type RecordingRights struct {
	Watch    bool `json:"watch"`
	Download bool `json:"download"`
	Manage   bool `json:"manage" doc:"Rename, share, trim, see who watched and who consented"`
	Oversee  bool `json:"oversee" doc:"Delete; as an administrator also hold"`
	Withdraw bool `json:"withdraw" doc:"One's own consent, for what is past"`
}

// RecordingPath names a recording. It is exported because huma looks into exported
// fields only.
type RecordingPath struct {
	ID string `path:"id" doc:"26 characters, the last part of the page's address"`
}

// RecordingList is a page of recordings.
type RecordingList struct {
	Recordings []Recording `json:"recordings" nullable:"false"`
	Next       string      `json:"next" doc:"The cursor of the next page; empty after the last. A search looks through 5,000 recordings at a time: a page of it that is not full may have a next one"`
}

type (
	recordingAnswer  struct{ Body Recording }
	recordingsAnswer struct{ Body RecordingList }

	listRecordingsRequest struct {
		Page
		Search  string `query:"search" maxLength:"100" doc:"In titles, whatever the case"`
		Meeting string `query:"meeting" maxLength:"26" doc:"Only of this meeting, by id"`
		All     bool   `query:"all" doc:"For administrators: all of the organisation, also those that are theirs only to delete and to hold"`
	}
)

// recordingOf is what a caller may read of a recording. name is the meeting's.
func (a *api) recordingOf(s sight, name string) Recording {
	out := Recording{
		ID: string(s.ID), Meeting: string(s.Meeting), MeetingName: name, Title: s.Title.Text(),
		StartedAt: s.StartedAt.UTC().Truncate(time.Millisecond), EndedAt: optional(s.EndedAt), ExpiresAt: optional(s.ExpiresAt),
		Length: s.Length.Seconds(), State: string(s.State), Problem: s.Problem, Progress: s.Progress,
		Chapters: []Chapter{}, Assets: []RecordingAsset{}, May: RecordingRights(s.may),
	}
	for _, f := range s.Assets {
		if f.Kind != recording.Marked {
			out.Size += f.Size
		}
	}
	for _, f := range s.files() {
		kind := f.Kind
		if kind.Person() {
			kind = recording.SpeakerFile
		}
		out.Assets = append(out.Assets, RecordingAsset{ID: string(f.ID), Kind: string(kind), Name: f.Name.Text(), Size: f.Size})
	}
	_, out.Poster = s.poster()
	if s.Cut != (recording.Cut{}) {
		if !s.may.Manage {
			out.Length = (s.Cut.To - s.Cut.From).Seconds()
		}
		out.Cut = &RecordingCut{From: s.Cut.From.Seconds(), To: s.Cut.To.Seconds()}
	}
	switch { // chapters may bear names of those who speak
	case s.may.Manage:
		out.Chapters = chaptersOf(s.Chapters, recording.Cut{})
	case s.may.Watch:
		out.Chapters = chaptersOf(s.Chapters, s.Cut)
	}
	if s.may.Manage || s.may.Oversee {
		out.Sharing, out.Settings = sharingOf(s.Sharing), new(recordingSettingsOf(s.Settings))
		if !s.Hold.At.IsZero() {
			out.Hold = &RecordingHold{At: s.Hold.At.UTC().Truncate(time.Millisecond), Reason: s.Hold.Reason}
		}
	}
	return out
}

func sharingOf(s recording.Sharing) *RecordingSharing {
	return &RecordingSharing{
		With: s.With, Download: s.Download, Watermark: s.Watermark,
		LinkSet: len(s.SecretHash) > 0, LinkExpires: optional(s.LinkExpires), PasscodeSet: s.PasscodeHash != "",
	}
}

// chaptersOf moves chapters to where they are within a cut; the zero cut is none.
// Of the chapter in which the cut begins, the rest is shown.
func chaptersOf(marks []recording.ChapterMark, cut recording.Cut) []Chapter {
	list := []Chapter{}
	for _, m := range marks {
		if cut != (recording.Cut{}) && m.At >= cut.To {
			break
		}
		c := Chapter{At: max(0, m.At-cut.From).Seconds(), Title: m.Title.Text()}
		if n := len(list); n > 0 && m.At <= cut.From {
			list[n-1] = c // the one before is cut off
			continue
		}
		list = append(list, c)
	}
	return list
}

func (a *api) getRecording(ctx context.Context, in *RecordingPath) (*recordingAnswer, error) {
	s, err := a.look(ctx, *in, readRecordings, maySee)
	if err != nil {
		return nil, err
	}
	return a.recordingAnswer(ctx, s)
}

func (a *api) recordingAnswer(ctx context.Context, s sight) (*recordingAnswer, error) {
	name, err := a.meetingName(ctx, s.tenant.ID, s.Meeting)
	if err != nil {
		return nil, err
	}
	return &recordingAnswer{a.recordingOf(s, name)}, nil
}

// meetingName is "" when the meeting is gone.
func (a *api) meetingName(ctx context.Context, t id.Tenant, m id.Meeting) (string, error) {
	found, err := a.Store.MeetingIn(ctx, t, m)
	if errors.Is(err, meeting.ErrNotFound) {
		return "", nil
	}
	return found.Name.Text(), err
}

func (a *api) listRecordings(ctx context.Context, in *listRecordingsRequest) (*recordingsAnswer, error) {
	who, err := a.onlooker(ctx, "", readRecordings)
	if err != nil {
		return nil, err
	}
	at, from, err := afterNewest[id.Recording](in.Page)
	if err != nil {
		return nil, err
	}
	q := recording.Query{
		Tenant: who.tenant.ID, Search: in.Search, Viewer: who.viewer, After: recording.Position{StartedAt: at, ID: from}, Many: in.Limit + 1,
	}
	q.Viewer.Admin = q.Viewer.Admin && in.All
	if in.Meeting != "" {
		if q.Meeting, err = id.Parse[id.Meeting](in.Meeting); err != nil {
			return &recordingsAnswer{RecordingList{Recordings: []Recording{}}}, nil //nolint:nilerr // there is none of that name
		}
	}
	found, more, err := a.Recordings.List(ctx, q)
	if err != nil {
		return nil, err
	}
	found, on := cut(found, in.Limit, func(r recording.Recording) []string { return newestKey(r.StartedAt, r.ID) })
	if on == "" && more != (recording.Position{}) {
		on = next(newestKey(more.StartedAt, more.ID)...)
	}
	list := make([]Recording, 0, len(found))
	names := map[id.Meeting]string{}
	for _, r := range found { // one by one, because what the caller may is decided in one place
		s, err := a.see(ctx, who, r.ID, maySee)
		if errors.Is(err, recording.ErrNotFound) {
			continue // deleted, or withdrawn, just now
		}
		if err != nil {
			return nil, err
		}
		if _, known := names[r.Meeting]; !known {
			if names[r.Meeting], err = a.meetingName(ctx, who.tenant.ID, r.Meeting); err != nil {
				return nil, err
			}
		}
		list = append(list, a.recordingOf(s, names[r.Meeting]))
	}
	return &recordingsAnswer{RecordingList{list, on}}, nil
}
