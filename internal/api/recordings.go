package api

import (
	"context"

	"plenum/internal/audit"
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/recording"
)

// Recordings is the library. Of recordings that are deleted, or of another
// organisation, it knows nothing: [recording.ErrNotFound]. Whatever takes entries
// writes them in the same transaction as the change.
type Recordings interface {
	// Find returns a recording with everything sealed opened, and what a viewer is to
	// it.
	Find(ctx context.Context, tenant id.Tenant, r id.Recording, v recording.Viewer) (recording.Recording, recording.Relation, error)
	// List returns those that the viewer may watch, manage or oversee, newest first,
	// without their files. A search looks through some thousands: more is where it goes
	// on if it found less than was asked for, zero at the end.
	List(ctx context.Context, q recording.Query) (list []recording.Recording, more recording.Position, err error)

	Rename(ctx context.Context, r id.Recording, title pii.Name, entries ...audit.Entry) error
	Share(ctx context.Context, r id.Recording, s recording.Sharing, entries ...audit.Entry) error
	// Trim has the video cut, and shown as cut when that is done; the zero Cut shows
	// all of it again.
	Trim(ctx context.Context, r id.Recording, c recording.Cut, entries ...audit.Entry) error
	// Compose has the files made anew, or again after a failure, by other settings.
	Compose(ctx context.Context, r id.Recording, s recording.Settings, entries ...audit.Entry) error
	Hold(ctx context.Context, r id.Recording, h recording.Hold, entries ...audit.Entry) error // the zero Hold releases
	// Delete destroys the key, then removes the files. Fault: [recording.ErrHeld].
	Delete(ctx context.Context, r id.Recording, entries ...audit.Entry) (recording.Receipt, error)
	// DeleteMeeting is Delete for all recordings of a meeting, or for none of them.
	// Each is noted as by says, with the recording as the subject.
	DeleteMeeting(ctx context.Context, m id.Meeting, by audit.Entry) error
	// OfMeeting counts a meeting's recordings, and those of them under hold.
	OfMeeting(ctx context.Context, m id.Meeting) (all, held int, err error)

	// Counts says how many recordings each meeting of an organisation has that has any.
	Counts(ctx context.Context, t id.Tenant) (map[id.Meeting]int, error)

	// Consents returns the answers of everybody, oldest first.
	Consents(ctx context.Context, r id.Recording) ([]consent.Evidence, error)
	// Answered lists what an account answered in recordings that are still kept.
	Answered(ctx context.Context, t id.Tenant, u id.User) ([]consent.Evidence, error)
	// Withdraw blacks out and mutes what an account said and showed: the files that
	// hold it are gone at once, and made anew.
	Withdraw(ctx context.Context, r id.Recording, u id.User, entries ...audit.Entry) error

	// Open reads a file of a recording; reading fails from the moment that the
	// recording is deleted.
	Open(ctx context.Context, r id.Recording, a id.Asset) (recording.Media, error)
	// Mark has a download made that carries text, for a viewer; asked again, it says
	// how far that is: the asset once it is there, or how much of it is done.
	Mark(ctx context.Context, r id.Recording, text, viewer string) (a id.Asset, done float64, err error)

	// Ready says why nothing can be recorded, or composed, here; nil when it can.
	Ready() error
}
