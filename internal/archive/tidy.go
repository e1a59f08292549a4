package archive

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"plenum/internal/audit"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/recording"
	"plenum/internal/retention"
)

const (
	// expireEvery is how often it is looked for what is to be kept no longer.
	expireEvery = time.Hour
	// sweepEvery is how often all files are gone through.
	sweepEvery = 24 * time.Hour
	// orphanAge spares files that no row names: of a recording that is being composed
	// they are new, and whoever put an old database back by mistake has a week.
	orphanAge = 7 * 24 * time.Hour
)

// expire deletes what is due, and warns of what will be.
func (a *Archive) expire(ctx context.Context, now time.Time) {
	fail := func(err error) {
		if err != nil && ctx.Err() == nil {
			a.log.Error("what is to be kept no longer was not deleted; it is tried again", "error", err)
		}
	}
	due, err := a.store.DueRecordings(ctx, now)
	fail(err)
	for _, r := range due {
		_, err := a.Delete(ctx, r.ID, a.rule(r.Recording, audit.RecordingDeleted))
		if fault.KindOf(err) != fault.NotFound {
			fail(err)
		}
	}
	soon, err := a.store.ExpiringRecordings(ctx, now, now.Add(retention.Warning))
	fail(err)
	for _, r := range soon {
		days := strconv.Itoa(int((r.ExpiresAt.Sub(now) + 24*time.Hour - 1) / (24 * time.Hour)))
		_, err := a.store.SetWarned(ctx, r.ID, a.rule(r.Recording, audit.RecordingExpiring, "days", days))
		fail(err)
	}
	assets, err := a.store.ExpiredAssets(ctx, now)
	fail(err)
	for _, f := range assets {
		err := a.store.RemoveAssets(ctx, f.Recording, f.ID)
		fail(err)
		if err == nil {
			a.drop(ctx, f.Recording, f.ID)
		}
	}
}

// mourn finishes deletions that were not finished, and keeps keys destroyed that are.
func (a *Archive) mourn(ctx context.Context) map[id.Recording]bool {
	stones, err := a.store.Tombstones(ctx)
	if err != nil {
		a.log.Error("deleted recordings were not looked up", "error", err)
		return nil
	}
	numbers := make([]uint32, 0, len(stones))
	dead := make(map[id.Recording]bool, len(stones))
	for _, s := range stones {
		numbers = append(numbers, s.Number)
		dead[s.ID] = true
	}
	if len(numbers) > 0 {
		if err := a.cfg.Vault.Destroy(numbers...); err != nil {
			a.log.Error("keys of deleted recordings are still in the key tree; it is tried again", "error", err)
		}
	}
	for _, s := range stones {
		if !s.Erased && ctx.Err() == nil {
			a.erase(ctx, s, audit.Entry{Actor: audit.Party{Kind: audit.System}, Credential: "rule"})
		}
	}
	return dead
}

// lay deletes again what an old database brought back, and finishes deletions. It asks
// no clock.
func (a *Archive) lay(ctx context.Context) { a.goThrough(ctx, false) }

// sweep goes through all that is kept: recordings whose key is destroyed, files that
// nobody has known for a while.
func (a *Archive) sweep(ctx context.Context) { a.goThrough(ctx, true) }

func (a *Archive) goThrough(ctx context.Context, old bool) {
	dead := a.mourn(ctx)
	if err := a.files.Sweep(ctx); err != nil {
		a.log.Warn("unfinished files were not removed", "error", err)
	}
	ids, err := a.store.RecordingIDs(ctx)
	if err != nil {
		a.log.Error("recordings were not looked up", "error", err)
		return
	}
	known := make(map[id.Recording]map[id.Asset]bool, len(ids))
	for _, r := range ids {
		s, err := a.store.Recording(ctx, r)
		if errors.Is(err, recording.ErrNotFound) {
			continue
		}
		if err != nil {
			a.log.Error("a recording could not be looked up", "recording", r, "error", err)
			known[r] = nil // it has files, of which nothing is known now
			continue
		}
		if err := a.bury(ctx, s); err != nil {
			a.log.Error("a recording could not be looked at", "recording", r, "error", err)
		}
		known[r] = map[id.Asset]bool{}
		for _, f := range s.Files {
			known[r][f.ID] = true
		}
	}
	if dead != nil && old {
		a.orphans(ctx, dead, known)
	}
}

// orphans removes files that belong to nothing. Of what is nil in known, all are kept.
func (a *Archive) orphans(ctx context.Context, dead map[id.Recording]bool, known map[id.Recording]map[id.Asset]bool) {
	var names []string
	for info, err := range a.files.List(ctx, strings.TrimSuffix(folder, "/")) {
		if err != nil {
			a.log.Warn("files were not gone through", "error", err)
			return
		}
		of, name, _ := strings.Cut(strings.TrimPrefix(info.Name, folder), "/")
		r := id.Recording(of)
		assets, alive := known[r]
		switch {
		case dead[r]:
		case time.Since(info.Modified) < orphanAge, a.taking(r) != nil:
			continue
		case alive && (assets == nil || strings.HasPrefix(name, journalBoxes(0)) || assets[id.Asset(name)]):
			continue
		}
		names = append(names, info.Name)
	}
	for _, name := range names {
		if err := a.files.Delete(ctx, name); err != nil {
			a.log.Warn("a file that belongs to nothing is left", "error", err)
		}
	}
}
