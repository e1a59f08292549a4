package archive

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"plenum/internal/id"
	"plenum/internal/job"
	"plenum/internal/recording"
	"plenum/internal/vault"
)

// posterTime is how long a poster may take, of a file that is waited for: a second, on a
// machine that is busy with meetings some more.
const posterTime = time.Minute

// posterOf is a poster that is yet to be made, of a film that is known by its id.
func posterOf(r id.Recording, film id.Asset) recording.SealedAsset {
	return recording.SealedAsset{Asset: recording.Asset{ID: id.New[id.Asset](), Recording: r, Kind: recording.Poster, For: string(film)}}
}

// poster makes that of a film for which there is no row yet: the two are to be seen
// together. A film without one is better than none, so it may come to nothing.
func (a *Archive) poster(ctx context.Context, key *vault.Key, r recording.Recording, film id.Asset) []recording.SealedAsset {
	ctx, cancel := context.WithTimeout(ctx, posterTime)
	defer cancel()
	made := posterOf(r.ID, film)
	err := func() (err error) {
		from, err := a.openMedia(ctx, r, film)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, from.Close()) }()
		made.Size, err = a.write(ctx, key, r.ID, made.ID, func(w io.Writer) error { return a.cfg.Composer.Poster(ctx, from, from.Size(), w) })
		return err
	}()
	if err != nil {
		a.log.Warn("there is no picture of a video", "recording", r.ID, "error", err)
		return nil
	}
	made.CreatedAt = time.Now()
	return []recording.SealedAsset{made}
}

// depict makes the poster of all of a video that was shown in part before.
func (a *Archive) depict(ctx context.Context, j job.Job, progress func(float64)) error {
	wanted := func(s recording.Sealed) bool {
		return s.Cut == (recording.Cut{}) && !slices.ContainsFunc(s.Files, func(f recording.SealedAsset) bool {
			return f.Kind == recording.Poster && slices.ContainsFunc(s.Files, func(film recording.SealedAsset) bool { return string(film.ID) == f.For })
		})
	}
	return a.derive(ctx, posterOf(j.Recording, ""), recording.Video, progress, wanted, func(ctx context.Context, from recording.Media, to io.Writer) error {
		return a.cfg.Composer.Poster(ctx, from, from.Size(), to)
	})
}
