package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"plenum/internal/audit"
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/job"
	"plenum/internal/recording"
	"plenum/internal/store/query"
)

// change runs f in a transaction in which nobody else changes the recording.
// Faults: recording.not_found.
func (s *Store) change(ctx context.Context, op string, r id.Recording, f func(*query.Queries) error, entries ...audit.Entry) error {
	return s.in(ctx, op, func(q *query.Queries) error {
		n, err := q.HoldRecording(ctx, string(r))
		if err != nil {
			return err
		}
		if n == 0 {
			return recording.ErrNotFound
		}
		if err := f(q); err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
}

// one turns "no row" of an update of a recording that is there into the fault of
// its state.
func one(rows int64, err, state error) error {
	if err == nil && rows == 0 {
		return state
	}
	return err
}

// SetRecordingEnded notes that nothing more is recorded, and what is to be done
// now. Faults: recording.not_found; recording.not_running when that is known
// already.
func (s *Store) SetRecordingEnded(ctx context.Context, r id.Recording, endedAt time.Time, chunks uint64, expiresAt time.Time, jobs []job.Job, entries ...audit.Entry) error {
	return s.change(ctx, "store.SetRecordingEnded", r, func(q *query.Queries) error {
		n, err := q.EndRecording(ctx, query.EndRecordingParams{
			ID: string(r), EndedAt: millis(endedAt), Chunks: int64(chunks), ExpiresAt: millis(expiresAt), //nolint:gosec // a count
		})
		if err := one(n, err, recording.ErrNotRunning); err != nil {
			return err
		}
		return addJobs(ctx, q, jobs)
	}, entries...)
}

// SetRecordingComposing notes that the files are made, or made anew, by the given
// settings, nil for the same as before. Whatever else was to be done with them is
// forgotten. Faults: recording.not_found, recording.not_ready while it is being recorded.
func (s *Store) SetRecordingComposing(ctx context.Context, r id.Recording, settings *recording.Settings, jobs []job.Job, entries ...audit.Entry) error {
	return s.change(ctx, "store.SetRecordingComposing", r, func(q *query.Queries) error {
		if err := compose(ctx, q, r, settings); err != nil {
			return err
		}
		if err := q.DropJobs(ctx, string(r)); err != nil {
			return err
		}
		return addJobs(ctx, q, jobs)
	}, entries...)
}

func compose(ctx context.Context, q *query.Queries, r id.Recording, settings *recording.Settings) error {
	p := query.ComposeRecordingParams{ID: string(r)}
	if settings != nil {
		text, err := json.Marshal(settings)
		if err != nil {
			return err
		}
		p.Settings = sql.NullString{String: string(text), Valid: true}
	}
	n, err := q.ComposeRecording(ctx, p)
	return one(n, err, recording.ErrNotReady)
}

// SetRecordingReady notes that the video is there: how long it is, what is sealed
// now, nil for the same as before, and which files are new and which gone. Faults:
// recording.not_found, recording.not_ready while it is being recorded.
func (s *Store) SetRecordingReady(ctx context.Context, r id.Recording, length time.Duration, sealed []byte, assets []recording.SealedAsset, remove []id.Asset, entries ...audit.Entry) error {
	return s.change(ctx, "store.SetRecordingReady", r, func(q *query.Queries) error {
		n, err := q.FinishRecording(ctx, query.FinishRecordingParams{ID: string(r), Length: length.Milliseconds()})
		if err := one(n, err, recording.ErrNotReady); err != nil {
			return err
		}
		if len(sealed) > 0 {
			if _, err := q.RenameRecording(ctx, query.RenameRecordingParams{ID: string(r), Sealed: sealed}); err != nil {
				return err
			}
		}
		if err := removeAssets(ctx, q, r, remove); err != nil {
			return err
		}
		return addAssets(ctx, q, r, assets)
	}, entries...)
}

// SetRecordingFailed notes why the video could not be made, a fault's code, and until
// when the recording is kept now, zero for as long as before. Faults:
// recording.not_found.
func (s *Store) SetRecordingFailed(ctx context.Context, r id.Recording, code string, expiresAt time.Time) error {
	return s.change(ctx, "store.SetRecordingFailed", r, func(q *query.Queries) error {
		_, err := q.FailRecording(ctx, query.FailRecordingParams{
			ID: string(r), Problem: code, ExpiresAt: sql.NullInt64{Int64: millis(expiresAt), Valid: !expiresAt.IsZero()},
		})
		return err
	})
}

// RenameRecording keeps what is sealed with a new title. Faults:
// recording.not_found.
func (s *Store) RenameRecording(ctx context.Context, r id.Recording, sealed []byte, entries ...audit.Entry) error {
	return s.change(ctx, "store.RenameRecording", r, func(q *query.Queries) error {
		_, err := q.RenameRecording(ctx, query.RenameRecordingParams{ID: string(r), Sealed: sealed})
		return err
	}, entries...)
}

// SetSharing says who may watch from now on. Faults: recording.not_found.
func (s *Store) SetSharing(ctx context.Context, r id.Recording, sh recording.Sharing, entries ...audit.Entry) error {
	return s.change(ctx, "store.SetSharing", r, func(q *query.Queries) error {
		_, err := q.ShareRecording(ctx, query.ShareRecordingParams{
			ID: string(r), ShareWith: string(sh.With), ShareDownload: sh.Download, ShareWatermark: sh.Watermark,
			ShareSecretHash: sh.SecretHash, ShareExpiresAt: millis(sh.LinkExpires), SharePasscodeHash: sh.PasscodeHash,
		})
		return err
	}, entries...)
}

// SetCut says what of the video is shown from now on, which files are gone because
// they show something else, and what is to be done for it. Faults: recording.not_found.
func (s *Store) SetCut(ctx context.Context, r id.Recording, c recording.Cut, remove []id.Asset, jobs []job.Job, entries ...audit.Entry) error {
	return s.change(ctx, "store.SetCut", r, func(q *query.Queries) error {
		if _, err := q.CutRecording(ctx, query.CutRecordingParams{ID: string(r), CutFrom: c.From.Milliseconds(), CutUntil: c.To.Milliseconds()}); err != nil {
			return err
		}
		if err := removeAssets(ctx, q, r, remove); err != nil {
			return err
		}
		return addJobs(ctx, q, jobs)
	}, entries...)
}

// SetHold keeps a recording from being deleted; the zero Hold lets it go. Faults:
// recording.not_found.
func (s *Store) SetHold(ctx context.Context, r id.Recording, h recording.Hold, entries ...audit.Entry) error {
	return s.change(ctx, "store.SetHold", r, func(q *query.Queries) error {
		_, err := q.HoldByLaw(ctx, query.HoldByLawParams{ID: string(r), HeldAt: millis(h.At), HeldBy: nullable(h.By), HeldReason: h.Reason})
		return err
	}, entries...)
}

// SetWarned notes, with entries, that the owners of a recording were told of its
// end; false when they were already. Faults: recording.not_found.
func (s *Store) SetWarned(ctx context.Context, r id.Recording, entries ...audit.Entry) (first bool, err error) {
	err = s.change(ctx, "store.SetWarned", r, func(q *query.Queries) error {
		n, err := q.WarnOfRecording(ctx, string(r))
		if first = n > 0; !first || err != nil {
			return err
		}
		return s.append(ctx, q, entries...)
	})
	return first, err
}

// AddAssets keeps files, or none of them. Faults: recording.not_found.
func (s *Store) AddAssets(ctx context.Context, r id.Recording, assets ...recording.SealedAsset) error {
	return s.change(ctx, "store.AddAssets", r, func(q *query.Queries) error { return addAssets(ctx, q, r, assets) })
}

func addAssets(ctx context.Context, q *query.Queries, r id.Recording, assets []recording.SealedAsset) error {
	for _, a := range assets {
		err := q.AddAsset(ctx, query.AddAssetParams{
			ID: string(a.ID), RecordingID: string(r), Kind: string(a.Kind), SeatID: string(a.Seat), Sealed: a.Sealed,
			MadeFor: a.For, Size: a.Size, CreatedAt: millis(a.CreatedAt), ExpiresAt: millis(a.ExpiresAt),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// RemoveAssets forgets files; those it does not know are no fault. Faults:
// recording.not_found.
func (s *Store) RemoveAssets(ctx context.Context, r id.Recording, assets ...id.Asset) error {
	return s.change(ctx, "store.RemoveAssets", r, func(q *query.Queries) error { return removeAssets(ctx, q, r, assets) })
}

func removeAssets(ctx context.Context, q *query.Queries, r id.Recording, assets []id.Asset) error {
	for _, a := range assets {
		if err := q.RemoveAsset(ctx, query.RemoveAssetParams{ID: string(a), RecordingID: string(r)}); err != nil {
			return err
		}
	}
	return nil
}

// ExpiredAssets lists files that are to be kept no longer though their recording is.
func (s *Store) ExpiredAssets(ctx context.Context, now time.Time) ([]recording.SealedAsset, error) {
	rows, err := s.q.ExpiredAssets(ctx, millis(now))
	return assetsOf(rows), explain("store.ExpiredAssets", err)
}

// Withdraw takes people out of what was recorded, all in one: what they said of it,
// who is blacked out, which files are gone because they are in them, and which work
// makes them anew. What was being done stops, it may have them in. Faults:
// recording.not_found, recording.not_ready while it is being recorded.
func (s *Store) Withdraw(ctx context.Context, r id.Recording, evidence []consent.Sealed, people []recording.Blackout, remove []id.Asset, jobs []job.Job, entries ...audit.Entry) error {
	return s.change(ctx, "store.Withdraw", r, func(q *query.Queries) error {
		if err := compose(ctx, q, r, nil); err != nil {
			return err
		}
		if err := appendConsents(ctx, q, evidence); err != nil {
			return err
		}
		for _, b := range people {
			if err := blackout(ctx, q, r, b); err != nil {
				return err
			}
		}
		if err := removeAssets(ctx, q, r, remove); err != nil {
			return err
		}
		if err := q.DropJobs(ctx, string(r)); err != nil {
			return err
		}
		return addJobs(ctx, q, jobs)
	}, entries...)
}

// DeleteRecording deletes a recording with all that is known of it, so that in the
// database nothing is left to read, and leaves a tombstone. It returns what is
// still needed to destroy the key and the files. Faults: recording.not_found,
// recording.held.
func (s *Store) DeleteRecording(ctx context.Context, r id.Recording, now time.Time, entries ...audit.Entry) (recording.Recording, error) {
	const op = "store.DeleteRecording"
	var found recording.Recording
	err := s.change(ctx, op, r, func(q *query.Queries) error {
		row, err := q.Recording(ctx, string(r))
		if err != nil {
			return err
		}
		if row.Recording.HeldAt != 0 {
			return recording.ErrHeld
		}
		sealed, err := recordingOf(row.Recording, row.Progress)
		if err != nil {
			return err
		}
		found = sealed.Recording
		files, err := q.Assets(ctx, string(r))
		if err != nil {
			return err
		}
		for _, f := range assetsOf(files) {
			found.Assets = append(found.Assets, f.Asset)
		}
		if _, err := q.DeleteRecording(ctx, string(r)); err != nil {
			return err
		}
		return q.AddTombstone(ctx, query.AddTombstoneParams{ID: string(r), TenantID: row.Recording.TenantID, Number: row.Recording.Number, DeletedAt: millis(now)})
	}, entries...)
	if err != nil {
		return recording.Recording{}, err
	}
	return found, explain(op, s.checkpoint(ctx))
}

// Tombstones lists what was ever deleted, by number.
func (s *Store) Tombstones(ctx context.Context) ([]recording.Tombstone, error) {
	rows, err := s.q.Tombstones(ctx)
	stones := make([]recording.Tombstone, 0, len(rows))
	for _, row := range rows {
		stones = append(stones, recording.Tombstone{
			ID: id.Recording(row.ID), Tenant: id.Tenant(row.TenantID), Number: uint32(row.Number), //nolint:gosec // as it was given
			DeletedAt: moment(row.DeletedAt), Erased: row.Erased,
		})
	}
	return stones, explain("store.Tombstones", err)
}

// SetErased notes, with entries, that the files of a deleted recording are gone.
// Done again it does nothing. The organisation may be gone too: then there is no
// log to write to.
func (s *Store) SetErased(ctx context.Context, r id.Recording, entries ...audit.Entry) error {
	return s.in(ctx, "store.SetErased", func(q *query.Queries) error {
		n, err := q.SetErased(ctx, string(r))
		if err != nil || n == 0 {
			return err
		}
		for _, e := range entries {
			if _, err := q.Tenant(ctx, string(e.Tenant)); errors.Is(err, sql.ErrNoRows) {
				continue
			} else if err != nil {
				return err
			}
			if err := s.append(ctx, q, e); err != nil {
				return err
			}
		}
		return nil
	})
}
