package archive

import (
	"bytes"
	"context"
	"errors"
	"image"
	"io"
	"slices"
	"syscall"
	"time"

	"plenum/internal/audit"
	"plenum/internal/blob"
	"plenum/internal/composer"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/job"
	"plenum/internal/pii"
	"plenum/internal/recording"
	"plenum/internal/vault"
)

// The kinds of jobs.
const (
	jobCompose = "compose" // all files, anew, by the recording's settings
	jobTrim    = "trim"    // options: recording.Cut
	jobMark    = "mark"    // options: sealed marking
	jobPoster  = "poster"  // of the whole video
)

// part is one file to be made.
type part struct {
	asset   recording.SealedAsset
	options composer.Options
	weight  float64 // of its progress
}

// compose makes all files of a recording anew.
func (a *Archive) compose(ctx context.Context, j job.Job, progress func(float64)) error {
	s, err := a.store.Recording(ctx, j.Recording)
	if err != nil {
		return err
	}
	key, err := a.key(s.Recording)
	if err != nil {
		return err
	}
	defer key.Close()
	if err := a.expunge(ctx, key, s.ID); err != nil {
		return err
	}
	if err := a.able(ctx); err != nil {
		return err
	}
	src, err := a.journal(ctx, key, s.ID)
	if err != nil {
		return err
	}
	defer src.close()
	dark, err := a.blackouts(ctx, s.ID, src)
	if err != nil {
		return err
	}
	parts, err := a.parts(ctx, key, s.Recording, src, dark)
	if err != nil {
		return err
	}
	return a.make(ctx, key, s, src, dark, parts, progress)
}

// able waits until ffmpeg is there: what has to be made waits for it, however long.
func (a *Archive) able(ctx context.Context) error {
	for {
		s := a.standing.Load()
		if s.compose == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.over:
		}
	}
}

// make makes the files and, when all are there, has them take the place of those
// before. After an error none of them is left.
func (a *Archive) make(ctx context.Context, key *vault.Key, s recording.Sealed, src *source, dark []composer.Blackout, parts []part, progress func(float64)) (err error) {
	var poster []recording.SealedAsset
	defer func() {
		if err != nil {
			a.drop(ctx, s.ID, append(assetsOf(parts), idsOf(poster)...)...)
		}
	}()
	var total, done float64
	for _, p := range parts {
		total += p.weight
	}
	var first composer.Result
	for i := range parts {
		p := &parts[i]
		p.options.Progress = func(part float64) { progress((done + part*p.weight) / total) }
		var result composer.Result
		p.asset.Size, err = a.write(ctx, key, s.ID, p.asset.ID, func(w io.Writer) (err error) {
			result, err = a.cfg.Composer.Compose(ctx, src, p.options, w)
			return err
		})
		if err != nil {
			return err
		}
		p.asset.CreatedAt = time.Now()
		done += p.weight
		if i == 0 {
			first = result
			poster = a.poster(ctx, key, s.Recording, p.asset.ID)
		}
	}
	unlock, err := a.turns.wait(ctx, s.ID)
	if err != nil {
		return err
	}
	defer unlock()
	// Whoever withdrew meanwhile is in these files.
	if now, err := a.blackouts(ctx, s.ID, src); err != nil || !slices.Equal(now, dark) {
		return errors.Join(err, errWithdrawn)
	}
	return a.ready(ctx, key, s.ID, src, first, parts, poster)
}

// errWithdrawn is why files are made once more.
var errWithdrawn = errors.New("archive: somebody withdrew while the video was made")

// ready puts new files in the place of old ones.
func (a *Archive) ready(ctx context.Context, key *vault.Key, r id.Recording, src *source, result composer.Result, parts []part, poster []recording.SealedAsset) error {
	s, err := a.store.Recording(ctx, r) // as it is now: it may have been renamed
	if err != nil {
		return err
	}
	known, err := a.reveal(s)
	if err != nil {
		return err
	}
	known.Chapters = nil
	for _, c := range result.Chapters {
		known.Chapters = append(known.Chapters, recording.ChapterMark{At: c.At, Title: pii.Name(c.Title)})
	}
	sealed, err := sealDetails(key, known)
	if err != nil {
		return err
	}
	made := make([]recording.SealedAsset, 0, len(parts)+1)
	for _, p := range parts {
		made = append(made, p.asset)
	}
	old := idsOf(s.Files)
	if s.Cut == (recording.Cut{}) {
		made = append(made, poster...)
	} else { // it may show what is cut off
		old = append(old, idsOf(poster)...)
	}
	detail := map[string]string{"recording": string(r)}
	if src.damaged.Load() || result.Damage != nil {
		detail["damaged"] = "true"
		a.log.Warn("a recording is damaged; what can be read was made a video of", "recording", r)
	}
	entry := audit.Entry{
		Tenant: s.Tenant, At: time.Now(), Action: audit.RecordingComposed, Actor: audit.Party{Kind: audit.System}, Credential: "rule",
		Meeting: s.Meeting, Subject: audit.Party{Kind: audit.Recorded, ID: string(r)}, Detail: detail,
	}
	if err := a.store.SetRecordingReady(ctx, r, result.Length, sealed, made, old, entry); err != nil {
		return err
	}
	a.drop(ctx, r, old...)
	if s.Cut != (recording.Cut{}) {
		a.addJob(ctx, job.Make(jobTrim, r, cutOptions(s.Cut), time.Now()))
	}
	return nil
}

// weights of files: a video takes about ten times as long as sound alone, and one with
// a single person in it less.
const videoWeight, personWeight, soundWeight = 10, 5, 1

// parts says which files are to be made.
func (a *Archive) parts(ctx context.Context, key *vault.Key, r recording.Recording, src *source, dark []composer.Blackout) ([]part, error) {
	s := r.Settings
	words, err := a.words(ctx, r)
	if err != nil {
		return nil, err
	}
	common := composer.Options{Blackouts: dark, Names: s.Names, Words: words, SpeakerChapters: s.SpeakerChapters}
	video := common
	video.Width, video.Height = 1280, 720
	if s.Height == 1080 {
		video.Width, video.Height = 1920, 1080
	}
	video.Layout, video.Mark = s.Layout, s.Mark
	if s.Logo {
		logo, err := a.logo(ctx, r.Tenant)
		if err != nil {
			return nil, err
		}
		video.Logo = logo
	}
	file := func(kind recording.AssetKind) recording.SealedAsset {
		return recording.SealedAsset{Asset: recording.Asset{ID: id.New[id.Asset](), Recording: r.ID, Kind: kind}}
	}
	parts := []part{{file(recording.Video), video, videoWeight}}
	sound := common
	sound.AudioOnly = true
	if s.Audio {
		parts = append(parts, part{file(recording.Audio), sound, soundWeight})
	}
	if !s.Speakers {
		return parts, nil
	}
	voices, err := src.voices()
	if err != nil {
		return nil, err
	}
	for _, v := range voices {
		gone := func(last time.Duration) bool {
			return slices.ContainsFunc(dark, func(b composer.Blackout) bool { return b.Seat == v.seat && b.To >= last })
		}
		if gone(v.last) {
			continue
		}
		p := part{file(recording.VoiceFile), sound, soundWeight}
		if v.seen > 0 && !gone(v.seen) {
			p = part{file(recording.SpeakerFile), video, personWeight}
		}
		p.options.Only, p.asset.Seat = v.seat, v.seat
		if p.asset.Sealed, err = sealName(key, boxAsset+string(p.asset.ID), v.name); err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// logo is the organisation's, or nil. One that cannot be decoded any more is none.
func (a *Archive) logo(ctx context.Context, t id.Tenant) (image.Image, error) {
	logo, err := a.store.Logo(ctx, t)
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil //nolint:nilnil // there is none
	}
	if err != nil || len(logo.Content) == 0 {
		return nil, err
	}
	picture, _, err := image.Decode(bytes.NewReader(logo.Content))
	if err != nil {
		a.log.Warn("the organisation's logo cannot be decoded", "error", err)
		return nil, nil //nolint:nilnil // a video without it is better than none
	}
	return picture, nil
}

// failed is told of jobs that are given up.
func (a *Archive) failed(ctx context.Context, j job.Job, err error) {
	a.log.Error("a file of a recording could not be made", "recording", j.Recording, "kind", j.Kind, "error", err)
	if j.Kind != jobCompose {
		return
	}
	code := "internal"
	if f, ok := errors.AsType[*fault.Error](err); ok {
		code = f.Code
	}
	var expires time.Time // as before
	if code == composer.ErrEmpty.Code {
		if expires, err = a.emptyUntil(ctx, j.Recording); err != nil {
			a.log.Warn("whether a recording is empty is not known; it is kept", "recording", j.Recording, "error", err)
		}
	}
	if err := a.store.SetRecordingFailed(ctx, j.Recording, code, expires); err != nil && fault.KindOf(err) != fault.NotFound {
		a.log.Error("that a recording failed could not be noted", "recording", j.Recording, "error", err)
	}
}

// write makes an encrypted file; after an error there is none.
func (a *Archive) write(ctx context.Context, key *vault.Key, r id.Recording, asset id.Asset, fill func(io.Writer) error) (int64, error) {
	name := assetName(r, asset)
	file, err := a.files.Create(ctx, name)
	if err != nil {
		return 0, err
	}
	defer file.Abort()
	sealed, err := key.Encrypt(file, name)
	if err != nil {
		return 0, err
	}
	counted := &counter{to: sealed}
	if err := fill(counted); err != nil {
		return 0, full(err)
	}
	if err := sealed.Close(); err != nil {
		return 0, full(err)
	}
	if err := file.Commit(); err != nil {
		return 0, full(err)
	}
	return counted.n, nil
}

// full gives a disk that is full its words, wherever that was noticed.
func full(err error) error {
	if errors.Is(err, blob.ErrFull) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return blob.ErrFull.With(err)
	}
	return err
}

// counter counts what is written.
type counter struct {
	to io.Writer
	n  int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.n += int64(n)
	return n, err
}

// drop removes files that no row names any more. What stays is swept.
func (a *Archive) drop(ctx context.Context, r id.Recording, assets ...id.Asset) {
	ctx = context.WithoutCancel(ctx)
	for _, asset := range assets {
		a.shut(r, asset)
		if err := a.files.Delete(ctx, assetName(r, asset)); err != nil {
			a.log.Warn("a file of a recording is left", "recording", r, "error", err)
		}
	}
}

func assetsOf(parts []part) []id.Asset {
	list := make([]id.Asset, 0, len(parts))
	for _, p := range parts {
		list = append(list, p.asset.ID)
	}
	return list
}

func idsOf(files []recording.SealedAsset) []id.Asset {
	list := make([]id.Asset, 0, len(files))
	for _, f := range files {
		list = append(list, f.ID)
	}
	return list
}

// addJob queues what can be queued again later.
func (a *Archive) addJob(ctx context.Context, j job.Job) {
	if err := a.store.AddJobs(ctx, j); err != nil {
		a.log.Error("a job was not queued", "kind", j.Kind, "recording", j.Recording, "error", err)
		return
	}
	a.jobs.Wake()
}
