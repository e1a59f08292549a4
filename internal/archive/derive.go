package archive

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"plenum/internal/audit"
	"plenum/internal/composer"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/job"
	"plenum/internal/recording"
	"plenum/internal/vault"
)

const (
	// markedFor is how long a marked download is kept.
	markedFor = 24 * time.Hour
	// Each is encoded anew, and as large as the video. maxWaiting copies of one
	// recording wait for that: those who ask later come back. maxByLink are for those
	// who come by its link, waiting and kept: whoever has it can be as many visitors
	// as they like.
	maxWaiting = 50
	maxByLink  = 20
)

// ErrMarks is for one copy too many.
var ErrMarks = fault.New("archive.Mark", fault.Exhausted, "recording.marks", "Many downloads of this recording are being made. Please try again later.")

// anonymous reports whether a viewer has come by the link, as the audit names them.
func anonymous(viewer string) bool { return strings.HasPrefix(viewer, string(audit.Viewer)+":") }

// crowded reports whether there are too many copies of a recording for one more.
func crowded(s recording.Sealed, waiting []string, viewer string) bool {
	byLink := 0
	for _, f := range s.Files {
		if f.Kind == recording.Marked && anonymous(f.For) {
			byLink++
		}
	}
	for _, other := range waiting {
		if anonymous(other) {
			byLink++
		}
	}
	return len(waiting) >= maxWaiting || anonymous(viewer) && byLink >= maxByLink
}

// Trim implements api.Recordings.
func (a *Archive) Trim(ctx context.Context, r id.Recording, c recording.Cut, entries ...audit.Entry) error {
	done, err := a.turns.wait(ctx, r)
	if err != nil {
		return err
	}
	defer done()
	s, err := a.store.Recording(ctx, r)
	if err != nil {
		return err
	}
	todo := job.Make(jobPoster, r, nil, time.Now())
	if c != (recording.Cut{}) {
		switch {
		case s.State != recording.StateReady:
			return recording.ErrNotReady
		case c.From < 0 || c.To <= c.From:
			return composer.ErrOrder
		case c.To > s.Length+time.Second:
			return composer.ErrBeyond
		}
		todo = job.Make(jobTrim, r, cutOptions(c), time.Now())
	}
	// What another cut shows is not to be shown any more, whatever becomes of this one.
	var old []id.Asset
	for _, f := range s.Files {
		if f.Kind == recording.Trimmed || f.Kind == recording.Marked || f.Kind == recording.Poster {
			old = append(old, f.ID)
		}
	}
	if err := a.store.SetCut(ctx, r, c, old, []job.Job{todo}, entries...); err != nil {
		return err
	}
	a.jobs.Wake()
	a.drop(ctx, r, old...)
	return nil
}

func cutOptions(c recording.Cut) []byte {
	b, err := json.Marshal(c)
	if err != nil {
		panic("archive: JSON refused times: " + err.Error())
	}
	return b
}

// trim cuts the video, if it is still wanted as the job says.
func (a *Archive) trim(ctx context.Context, j job.Job, progress func(float64)) error {
	var cut recording.Cut
	if err := json.Unmarshal(j.Options, &cut); err != nil {
		return fault.Wrap("archive.trim", err)
	}
	wanted := func(s recording.Sealed) bool { return s.State == recording.StateReady && s.Cut == cut }
	asset := recording.SealedAsset{Asset: recording.Asset{ID: id.New[id.Asset](), Recording: j.Recording, Kind: recording.Trimmed}}
	return a.derive(ctx, asset, recording.Video, progress, wanted, func(ctx context.Context, from recording.Media, to io.Writer) error {
		_, err := a.cfg.Composer.Trim(ctx, from, from.Size(), cut.From, cut.To, to)
		return err
	})
}

// marking is what a download is to carry, and for whom it is made.
type marking struct {
	Text   string `json:"text"`
	Viewer string `json:"viewer"`
}

// Mark implements api.Recordings.
func (a *Archive) Mark(ctx context.Context, r id.Recording, text, viewer string) (id.Asset, float64, error) {
	done, err := a.turns.wait(ctx, r)
	if err != nil {
		return "", 0, err
	}
	defer done()
	s, err := a.store.Recording(ctx, r)
	if err != nil {
		return "", 0, err
	}
	if s.State != recording.StateReady {
		return "", 0, recording.ErrNotReady
	}
	for _, f := range s.Files {
		if f.Kind == recording.Marked && f.For == viewer && time.Now().Before(f.ExpiresAt) {
			return f.ID, 1, nil
		}
	}
	progress, err := a.marking(ctx, s, marking{text, viewer})
	return "", progress, gone(err)
}

// marking has a download made for a viewer, unless it is being made, and returns how
// far it is.
func (a *Archive) marking(ctx context.Context, s recording.Sealed, wanted marking) (float64, error) {
	key, err := a.key(s.Recording)
	if err != nil {
		return 0, err
	}
	defer key.Close()
	jobs, err := a.store.Jobs(ctx, s.ID)
	if err != nil {
		return 0, err
	}
	var others []string // whose copies wait
	for _, j := range jobs {
		m, err := openMarking(key, j)
		switch {
		case j.Kind != jobMark || err != nil:
		case m.Viewer == wanted.Viewer:
			return j.Progress, nil
		default:
			others = append(others, m.Viewer)
		}
	}
	if crowded(s, others, wanted.Viewer) {
		return 0, ErrMarks
	}
	plain, err := json.Marshal(wanted)
	if err != nil {
		return 0, fault.Wrap("archive.Mark", err)
	}
	j := job.Make(jobMark, s.ID, nil, time.Now())
	if j.Options, err = seal(key, boxJob+string(j.ID), plain); err != nil {
		return 0, err
	}
	if err := a.store.AddJobs(ctx, j); err != nil {
		return 0, err
	}
	a.jobs.Wake()
	return 0, nil
}

func openMarking(key *vault.Key, j job.Job) (m marking, err error) {
	plain, err := open(key, boxJob+string(j.ID), j.Options)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(plain, &m)
}

// mark makes a download that carries its viewer's mark.
func (a *Archive) mark(ctx context.Context, j job.Job, progress func(float64)) error {
	s, err := a.store.Recording(ctx, j.Recording)
	if err != nil {
		return err
	}
	key, err := a.key(s.Recording)
	if err != nil {
		return err
	}
	m, err := openMarking(key, j)
	key.Close()
	if err != nil {
		return err
	}
	asset := recording.SealedAsset{Asset: recording.Asset{
		ID: id.New[id.Asset](), Recording: j.Recording, Kind: recording.Marked, For: m.Viewer, ExpiresAt: time.Now().Add(markedFor),
	}}
	from := recording.Video
	if s.Cut != (recording.Cut{}) {
		from = recording.Trimmed
	}
	wanted := func(now recording.Sealed) bool { return now.State == recording.StateReady && now.Cut == s.Cut }
	return a.derive(ctx, asset, from, progress, wanted, func(ctx context.Context, from recording.Media, to io.Writer) error {
		_, err := a.cfg.Composer.Mark(ctx, from, from.Size(), m.Text, to)
		return err
	})
}

// derive makes a file of another one, which takes the place of what was made of the
// same before. When it is wanted no more it is thrown away.
func (a *Archive) derive(ctx context.Context, asset recording.SealedAsset, kind recording.AssetKind, progress func(float64),
	wanted func(recording.Sealed) bool, do func(ctx context.Context, from recording.Media, to io.Writer) error,
) (err error) {
	r := asset.Recording
	if err := a.able(ctx); err != nil {
		return err
	}
	s, err := a.store.Recording(ctx, r)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(s.Files, func(f recording.SealedAsset) bool { return f.Kind == kind })
	if at < 0 || !wanted(s) {
		return nil // it is made anew, and what is wanted of it will be queued then
	}
	if asset.Kind == recording.Poster {
		asset.For = string(s.Files[at].ID)
	}
	from, err := a.openMedia(ctx, s.Recording, s.Files[at].ID)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	key, err := a.key(s.Recording)
	if err != nil {
		return err
	}
	defer key.Close()
	asset.Size, err = a.write(ctx, key, r, asset.ID, func(w io.Writer) error {
		return do(composer.WithProgress(ctx, progress), from, w)
	})
	if err != nil {
		return err
	}
	asset.CreatedAt = time.Now()
	made := []recording.SealedAsset{asset}
	if asset.Kind == recording.Trimmed {
		made = append(made, a.poster(ctx, key, s.Recording, asset.ID)...)
	}
	return a.replace(ctx, made, s.Files[at].ID, wanted)
}

// replace keeps a file that was made of another one, with its poster, if the other one
// is still there, and forgets what it replaces.
func (a *Archive) replace(ctx context.Context, made []recording.SealedAsset, source id.Asset, wanted func(recording.Sealed) bool) (err error) {
	asset, r := made[0], made[0].Recording
	kept := false
	defer func() {
		if !kept {
			a.drop(ctx, r, idsOf(made)...)
		}
	}()
	done, err := a.turns.wait(ctx, r)
	if err != nil {
		return err
	}
	defer done()
	s, err := a.store.Recording(ctx, r)
	if err != nil {
		return err
	}
	if !wanted(s) || !slices.ContainsFunc(s.Files, func(f recording.SealedAsset) bool { return f.ID == source }) {
		return nil
	}
	var old []id.Asset
	for _, f := range s.Files {
		if replaces(asset, f) {
			old = append(old, f.ID)
		}
	}
	if err := a.store.AddAssets(ctx, r, made...); err != nil {
		return err
	}
	kept = true
	if len(old) == 0 {
		return nil
	}
	if err := a.store.RemoveAssets(ctx, r, old...); err != nil {
		return err
	}
	a.drop(ctx, r, old...)
	return nil
}

// replaces reports whether a file is of no more use once there is another.
func replaces(made, old recording.SealedAsset) bool {
	switch made.Kind {
	case recording.Trimmed: // what was cut otherwise is not to be shown any more, in no way
		return old.Kind == recording.Trimmed || old.Kind == recording.Marked || old.Kind == recording.Poster
	case recording.Poster:
		return old.Kind == recording.Poster
	default:
		return old.Kind == made.Kind && old.For == made.For
	}
}
