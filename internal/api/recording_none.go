package api

import (
	"context"

	"plenum/internal/audit"
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/recording"
)

// noRecordings is the library of a server that records nothing.
type noRecordings struct{}

func (noRecordings) Find(context.Context, id.Tenant, id.Recording, recording.Viewer) (recording.Recording, recording.Relation, error) {
	return recording.Recording{}, recording.Relation{}, recording.ErrNotFound
}

func (noRecordings) List(context.Context, recording.Query) ([]recording.Recording, recording.Position, error) {
	return nil, recording.Position{}, nil
}

func (noRecordings) Rename(context.Context, id.Recording, pii.Name, ...audit.Entry) error {
	return recording.ErrNotFound
}

func (noRecordings) Share(context.Context, id.Recording, recording.Sharing, ...audit.Entry) error {
	return recording.ErrNotFound
}

func (noRecordings) Trim(context.Context, id.Recording, recording.Cut, ...audit.Entry) error {
	return recording.ErrNotFound
}

func (noRecordings) Compose(context.Context, id.Recording, recording.Settings, ...audit.Entry) error {
	return recording.ErrUnavailable
}

func (noRecordings) Hold(context.Context, id.Recording, recording.Hold, ...audit.Entry) error {
	return recording.ErrNotFound
}

func (noRecordings) Delete(context.Context, id.Recording, ...audit.Entry) (recording.Receipt, error) {
	return recording.Receipt{}, recording.ErrNotFound
}

func (noRecordings) DeleteMeeting(context.Context, id.Meeting, audit.Entry) error { return nil }

func (noRecordings) OfMeeting(context.Context, id.Meeting) (all, held int, err error) {
	return 0, 0, nil
}

func (noRecordings) Counts(context.Context, id.Tenant) (map[id.Meeting]int, error) { return nil, nil }

func (noRecordings) Consents(context.Context, id.Recording) ([]consent.Evidence, error) {
	return nil, nil
}

func (noRecordings) Answered(context.Context, id.Tenant, id.User) ([]consent.Evidence, error) {
	return nil, nil
}

func (noRecordings) Withdraw(context.Context, id.Recording, id.User, ...audit.Entry) error {
	return recording.ErrNotFound
}

func (noRecordings) Open(context.Context, id.Recording, id.Asset) (recording.Media, error) {
	return nil, recording.ErrNotFound
}

func (noRecordings) Mark(context.Context, id.Recording, string, string) (a id.Asset, done float64, err error) {
	return "", 0, recording.ErrNotFound
}

func (noRecordings) Ready() error { return recording.ErrUnavailable }
