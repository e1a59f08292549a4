package archive

import (
	"context"
	"time"

	"plenum/internal/audit"
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/job"
	"plenum/internal/recording"
	"plenum/internal/tenant"
)

// Store keeps what is known of recordings. What is sealed, it keeps as it is.
type Store interface {
	job.Store

	Jobs(ctx context.Context, r id.Recording) ([]job.Job, error)
	CreateRecording(ctx context.Context, r recording.Recording, seal func(number uint32) (wrapped, sealed []byte, err error), entries ...audit.Entry) (recording.Recording, error)
	Recording(ctx context.Context, r id.Recording) (recording.Sealed, error)
	RecordingRelation(ctx context.Context, r id.Recording, u id.User) (recording.Relation, error)
	Recordings(ctx context.Context, q recording.Query) ([]recording.Sealed, error)
	RecordingsOfMeeting(ctx context.Context, m id.Meeting) ([]recording.Sealed, error)
	CountRecordings(ctx context.Context, t id.Tenant) (map[id.Meeting]int, error)
	RecordingIDs(ctx context.Context) ([]id.Recording, error)
	UnfinishedRecordings(ctx context.Context) ([]recording.Sealed, error)
	SetRecordingEnded(ctx context.Context, r id.Recording, endedAt time.Time, chunks uint64, expiresAt time.Time, jobs []job.Job, entries ...audit.Entry) error
	SetRecordingReady(ctx context.Context, r id.Recording, length time.Duration, sealed []byte, assets []recording.SealedAsset, remove []id.Asset, entries ...audit.Entry) error
	SetRecordingComposing(ctx context.Context, r id.Recording, settings *recording.Settings, jobs []job.Job, entries ...audit.Entry) error
	SetRecordingFailed(ctx context.Context, r id.Recording, code string, expiresAt time.Time) error
	RenameRecording(ctx context.Context, r id.Recording, sealed []byte, entries ...audit.Entry) error
	SetSharing(ctx context.Context, r id.Recording, s recording.Sharing, entries ...audit.Entry) error
	SetCut(ctx context.Context, r id.Recording, c recording.Cut, remove []id.Asset, jobs []job.Job, entries ...audit.Entry) error
	SetHold(ctx context.Context, r id.Recording, h recording.Hold, entries ...audit.Entry) error
	AddAssets(ctx context.Context, r id.Recording, assets ...recording.SealedAsset) error
	RemoveAssets(ctx context.Context, r id.Recording, assets ...id.Asset) error
	ExpiredAssets(ctx context.Context, now time.Time) ([]recording.SealedAsset, error)
	DeleteRecording(ctx context.Context, r id.Recording, now time.Time, entries ...audit.Entry) (recording.Recording, error)
	Tombstones(ctx context.Context) ([]recording.Tombstone, error)
	SetErased(ctx context.Context, r id.Recording, entries ...audit.Entry) error
	DueRecordings(ctx context.Context, now time.Time) ([]recording.Sealed, error)
	ExpiringRecordings(ctx context.Context, since, until time.Time) ([]recording.Sealed, error)
	SetWarned(ctx context.Context, r id.Recording, entries ...audit.Entry) (first bool, err error)
	AppendConsents(ctx context.Context, evidence []consent.Sealed, entries ...audit.Entry) error
	Consents(ctx context.Context, r id.Recording) ([]consent.Sealed, error)
	ConsentsOf(ctx context.Context, t id.Tenant, u id.User) ([]consent.Sealed, error)
	Withdraw(ctx context.Context, r id.Recording, evidence []consent.Sealed, people []recording.Blackout, remove []id.Asset, jobs []job.Job, entries ...audit.Entry) error
	Blackout(ctx context.Context, r id.Recording, seat id.Seat, whole bool) error
	Blackouts(ctx context.Context, r id.Recording) ([]recording.Blackout, error)
	UnexpungedRecordings(ctx context.Context) ([]id.Recording, error)
	SetExpunged(ctx context.Context, r id.Recording, people ...recording.Blackout) error

	Tenant(ctx context.Context, t id.Tenant) (tenant.Tenant, error)
	Logo(ctx context.Context, t id.Tenant) (tenant.Logo, error)
}
