package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"plenum/internal/recording"
)

func (a *api) listRecordings(context.Context, *listRecordingsRequest) (*recordingsAnswer, error) {
	return nil, recording.ErrUnavailable
}
func (a *api) getRecording(context.Context, *RecordingPath) (*recordingAnswer, error) {
	return nil, recording.ErrUnavailable
}
func (a *api) updateRecording(context.Context, *updateRecordingRequest) (*recordingAnswer, error) {
	return nil, recording.ErrUnavailable
}
func (a *api) deleteRecording(context.Context, *RecordingPath) (*receiptAnswer, error) {
	return nil, recording.ErrUnavailable
}
func (a *api) composeRecording(context.Context, *composeRecordingRequest) (*recordingAnswer, error) {
	return nil, recording.ErrUnavailable
}
func (a *api) holdRecording(context.Context, *holdRecordingRequest) (*recordingAnswer, error) {
	return nil, recording.ErrUnavailable
}
func (a *api) releaseRecording(context.Context, *RecordingPath) (*recordingAnswer, error) {
	return nil, recording.ErrUnavailable
}
func (a *api) createRecordingLink(context.Context, *RecordingPath) (*recordingLinkAnswer, error) {
	return nil, recording.ErrUnavailable
}
func (a *api) deleteRecordingLink(context.Context, *RecordingPath) (*struct{}, error) {
	return nil, recording.ErrUnavailable
}
func (a *api) getRecordingDoor(context.Context, *getRecordingDoorRequest) (*recordingDoorAnswer, error) {
	return nil, recording.ErrUnavailable
}
func (a *api) openRecording(context.Context, *openRecordingRequest) (*openedAnswer, error) {
	return nil, recording.ErrUnavailable
}
func (a *api) createView(context.Context, *wantedAssetRequest) (*viewAnswer, error) {
	return nil, recording.ErrUnavailable
}
func (a *api) createDownload(context.Context, *wantedAssetRequest) (*downloadAnswer, error) {
	return nil, recording.ErrUnavailable
}
func (a *api) getMedia(context.Context, *mediaRequest) (*huma.StreamResponse, error) {
	return nil, recording.ErrUnavailable
}
func (a *api) listViews(context.Context, *listViewsRequest) (*usesAnswer, error) {
	return nil, recording.ErrUnavailable
}
func (a *api) listConsents(context.Context, *RecordingPath) (*consentsAnswer, error) {
	return nil, recording.ErrUnavailable
}
func (a *api) exportConsents(context.Context, *RecordingPath) (*huma.StreamResponse, error) {
	return nil, recording.ErrUnavailable
}
func (a *api) withdrawConsent(context.Context, *RecordingPath) (*struct{}, error) {
	return nil, recording.ErrUnavailable
}
func (a *api) listMyConsents(context.Context, *struct{}) (*myConsentsAnswer, error) {
	return nil, recording.ErrUnavailable
}
