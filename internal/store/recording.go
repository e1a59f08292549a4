package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"plenum/internal/audit"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/recording"
	"plenum/internal/store/query"
)

const (
	// counterRecordings gives each recording its number.
	counterRecordings = "recording"
	// maxNumber is the last leaf of the key tree.
	maxNumber = 1<<32 - 1
	// progressUnit is what progress is kept in.
	progressUnit = 10_000
)

// errNumbers would need a recording a second for 136 years.
var errNumbers = fault.New("store.CreateRecording", fault.Exhausted, "recording.numbers", "This server has made as many recordings as it can.")

// CreateRecording keeps a recording that begins. Its number is given here, r.Number
// or a later one, and never twice, whatever is deleted meanwhile; seal makes the
// key of that number, and what is sealed with it.
func (s *Store) CreateRecording(ctx context.Context, r recording.Recording, seal func(number uint32) (wrapped, sealed []byte, err error), entries ...audit.Entry) (recording.Recording, error) {
	err := s.in(ctx, "store.CreateRecording", func(q *query.Queries) error {
		number, err := q.NextNumber(ctx, query.NextNumberParams{Name: counterRecordings, Least: int64(r.Number)})
		if err != nil {
			return err
		}
		if number > maxNumber {
			return errNumbers
		}
		r.Number, r.State = uint32(number), recording.StateRecording //nolint:gosec // at most maxNumber
		wrapped, sealed, err := seal(r.Number)
		if err != nil {
			return err
		}
		r.Wrapped = wrapped
		row, err := recordingRow(r, sealed)
		if err != nil {
			return err
		}
		if err := q.CreateRecording(ctx, row); err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
	return r, err
}

func recordingRow(r recording.Recording, sealed []byte) (query.CreateRecordingParams, error) {
	settings, err := json.Marshal(r.Settings)
	return query.CreateRecordingParams{
		ID: string(r.ID), TenantID: string(r.Tenant), MeetingID: string(r.Meeting), SittingID: string(r.Sitting), AccountID: nullable(r.By),
		Number: int64(r.Number), Wrapped: r.Wrapped, Sealed: sealed, State: string(r.State), StartedAt: millis(r.StartedAt), Settings: string(settings),
		ShareWith: string(r.Sharing.With), ShareDownload: r.Sharing.Download, ShareWatermark: r.Sharing.Watermark,
		ShareSecretHash: r.Sharing.SecretHash, ShareExpiresAt: millis(r.Sharing.LinkExpires), SharePasscodeHash: r.Sharing.PasscodeHash,
	}, err
}

func recordingOf(row query.Recording, progress int64) (recording.Sealed, error) {
	r := recording.Sealed{Sealed: row.Sealed, Recording: recording.Recording{
		ID: id.Recording(row.ID), Tenant: id.Tenant(row.TenantID), Meeting: id.Meeting(row.MeetingID), Sitting: id.Sitting(row.SittingID),
		By: id.User(row.AccountID.String), Number: uint32(row.Number), Wrapped: row.Wrapped, //nolint:gosec // as it was given
		State: recording.State(row.State), Problem: row.Problem, StartedAt: moment(row.StartedAt), EndedAt: moment(row.EndedAt),
		Length: milliseconds(row.Length), Chunks: uint64(row.Chunks), Settings: recording.DefaultSettings(), //nolint:gosec // a count
		Sharing: recording.Sharing{
			With: recording.Audience(row.ShareWith), Download: row.ShareDownload, Watermark: row.ShareWatermark,
			LinkExpires: moment(row.ShareExpiresAt), PasscodeHash: row.SharePasscodeHash,
		},
		Cut:       recording.Cut{From: milliseconds(row.CutFrom), To: milliseconds(row.CutUntil)},
		ExpiresAt: moment(row.ExpiresAt),
		Hold:      recording.Hold{At: moment(row.HeldAt), By: id.User(row.HeldBy.String), Reason: row.HeldReason},
		Progress:  float64(progress) / progressUnit,
	}}
	if len(row.ShareSecretHash) > 0 {
		r.Sharing.SecretHash = row.ShareSecretHash
	}
	if err := json.Unmarshal([]byte(row.Settings), &r.Settings); err != nil {
		return r, errDamaged
	}
	return r, nil
}

// milliseconds is how lengths are stored.
func milliseconds(ms int64) time.Duration { return time.Duration(ms) * time.Millisecond }

// Recording finds a recording with its files. Faults: recording.not_found.
func (s *Store) Recording(ctx context.Context, r id.Recording) (recording.Sealed, error) {
	const op = "store.Recording"
	row, err := s.q.Recording(ctx, string(r))
	if errors.Is(err, sql.ErrNoRows) {
		return recording.Sealed{}, recording.ErrNotFound
	}
	if err != nil {
		return recording.Sealed{}, explain(op, err)
	}
	found, err := s.withFiles(ctx, row.Recording, row.Progress)
	return found, explain(op, err)
}

func (s *Store) withFiles(ctx context.Context, row query.Recording, progress int64) (recording.Sealed, error) {
	r, err := recordingOf(row, progress)
	if err != nil {
		return r, err
	}
	files, err := s.q.Assets(ctx, row.ID)
	r.Files = assetsOf(files)
	return r, err
}

func assetsOf(rows []query.RecordingAsset) []recording.SealedAsset {
	if len(rows) == 0 {
		return nil
	}
	assets := make([]recording.SealedAsset, 0, len(rows))
	for _, row := range rows {
		a := recording.SealedAsset{Asset: recording.Asset{
			ID: id.Asset(row.ID), Recording: id.Recording(row.RecordingID), Kind: recording.AssetKind(row.Kind), Seat: id.Seat(row.SeatID),
			For: row.MadeFor, Size: row.Size, CreatedAt: moment(row.CreatedAt), ExpiresAt: moment(row.ExpiresAt),
		}}
		if len(row.Sealed) > 0 {
			a.Sealed = row.Sealed
		}
		assets = append(assets, a)
	}
	return assets
}

// RecordingRelation says what an account is to a recording: nothing, when either is
// not there or they belong to two organisations. An owner is who made the meeting,
// whom its plan names as one, by account or address, or who started the recording.
func (s *Store) RecordingRelation(ctx context.Context, r id.Recording, u id.User) (recording.Relation, error) {
	row, err := s.q.RecordingRelation(ctx, query.RecordingRelationParams{ID: string(r), AccountID: string(u)})
	if errors.Is(err, sql.ErrNoRows) {
		return recording.Relation{}, nil
	}
	return recording.Relation{Owner: row.Owns, Participant: row.TookPart, Member: err == nil}, explain("store.RecordingRelation", err)
}

// Recordings lists what a viewer may watch, manage or oversee, newest first, without
// their files: a search goes through thousands.
func (s *Store) Recordings(ctx context.Context, f recording.Query) ([]recording.Sealed, error) {
	const op = "store.Recordings"
	at, from := pageFrom(f.After.StartedAt, f.After.ID)
	rows, err := s.q.Recordings(ctx, query.RecordingsParams{
		TenantID: string(f.Tenant), MeetingID: string(f.Meeting), AccountID: string(f.Viewer.User),
		Everything: f.Viewer.Admin || f.Viewer.Key, StartedAt: at, ID: from, Many: int32(f.Many), //nolint:gosec // a page
	})
	if err != nil {
		return nil, explain(op, err)
	}
	list := make([]recording.Sealed, 0, len(rows))
	for _, row := range rows {
		r, err := recordingOf(row.Recording, row.Progress)
		if err != nil {
			return nil, explain(op, err)
		}
		list = append(list, r)
	}
	return list, nil
}

// RecordingsOfMeeting lists all recordings of a meeting, newest first.
func (s *Store) RecordingsOfMeeting(ctx context.Context, m id.Meeting) ([]recording.Sealed, error) {
	rows, err := s.q.RecordingsOfMeeting(ctx, string(m))
	return s.recordings(ctx, "store.RecordingsOfMeeting", rows, err)
}

// CountRecordings says how many recordings each meeting of an organisation has that
// has any.
func (s *Store) CountRecordings(ctx context.Context, t id.Tenant) (map[id.Meeting]int, error) {
	rows, err := s.q.CountRecordings(ctx, string(t))
	counts := make(map[id.Meeting]int, len(rows))
	for _, row := range rows {
		counts[id.Meeting(row.MeetingID)] = int(row.Many)
	}
	return counts, explain("store.CountRecordings", err)
}

// UnfinishedRecordings lists those that are being recorded, or were when their
// server died, the oldest first.
func (s *Store) UnfinishedRecordings(ctx context.Context) ([]recording.Sealed, error) {
	rows, err := s.q.RunningRecordings(ctx)
	return s.recordings(ctx, "store.UnfinishedRecordings", rows, err)
}

// DueRecordings lists those whose time is over and that nothing holds, the oldest
// first.
func (s *Store) DueRecordings(ctx context.Context, now time.Time) ([]recording.Sealed, error) {
	rows, err := s.q.DueRecordings(ctx, millis(now))
	return s.recordings(ctx, "store.DueRecordings", rows, err)
}

// ExpiringRecordings lists those whose time is over after since and until until,
// that nothing holds, and of which nobody was warned yet.
func (s *Store) ExpiringRecordings(ctx context.Context, since, until time.Time) ([]recording.Sealed, error) {
	rows, err := s.q.ExpiringRecordings(ctx, query.ExpiringRecordingsParams{Since: millis(since), Until: millis(until)})
	return s.recordings(ctx, "store.ExpiringRecordings", rows, err)
}

// RecordingIDs lists all that exist: files of others are left over.
func (s *Store) RecordingIDs(ctx context.Context) ([]id.Recording, error) {
	rows, err := s.q.RecordingIDs(ctx)
	ids := make([]id.Recording, len(rows))
	for i, row := range rows {
		ids[i] = id.Recording(row)
	}
	return ids, explain("store.RecordingIDs", err)
}

func (s *Store) recordings(ctx context.Context, op string, rows []query.Recording, err error) ([]recording.Sealed, error) {
	if err != nil {
		return nil, explain(op, err)
	}
	list := make([]recording.Sealed, 0, len(rows))
	for _, row := range rows {
		r, err := s.withFiles(ctx, row, 0)
		if err != nil {
			return nil, explain(op, err)
		}
		list = append(list, r)
	}
	return list, nil
}
