package composer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"iter"
	"slices"
	"strconv"
	"sync"
	"time"

	xdraw "golang.org/x/image/draw"

	"plenum/internal/recording"
)

// job is one composition under way.
type job struct {
	program program
	plan    *plan
	src     Source
	options Options
	threads int
	tell    func(done float64)
	lost    int // of pictures; read when they are done
	over    *overlays

	mu   sync.Mutex
	done [2]float64 // guarded by mu: of sound and pictures
}

// flow is one video track while it is decoded.
type flow struct {
	codec   recording.Codec
	groups  []group
	seen    int // key frames
	decoder *decoder
	fed     []fed // not yet due
	shown   *picture
	owner   *decoder        // of shown
	since   time.Duration   // when shown was due
	clears  []time.Duration // when it is taken away: a camera that comes back does not begin with how it ended
	end     time.Duration   // of the track; 0 is not known yet
	lost    int
}

// halfPicture is by how much a frame may be shown early: by at most as much as late
// that way, where it would be up to a whole picture late, and late to its sound.
const halfPicture = time.Second / fps / 2

// fed is a frame on its way.
type fed struct {
	at      time.Duration
	decoder *decoder
	number  uint64
}

// pictures decodes, composes and encodes the video.
func (j *job) pictures(ctx context.Context, data *scratch) (*stream, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	encoder, err := j.program.pictureEncoder(ctx, j.options.Width, j.options.Height, j.threads)
	if err != nil {
		return nil, err
	}
	return encoder.through(cancel, data, func() error { return j.draw(ctx, encoder) })
}

// pictureEncoder takes pictures and gives H.264. That all files are encoded alike
// lets [Composer.Trim] put new pictures before old ones. Superfast with a look ahead
// of its own costs less than half of veryfast at the same size and quality; without
// B-frames pictures come out as they went in (ADR 14 has the figures).
func (p program) pictureEncoder(ctx context.Context, width, height, threads int) (*child, error) {
	return p.start(ctx, false,
		"-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", fmt.Sprintf("%dx%d", width, height), "-framerate", strconv.Itoa(fps), "-i", "pipe:0",
		"-c:v", "libx264", "-preset", "superfast", "-crf", "25", "-x264-params", "bframes=0:weightp=0:mbtree=1:rc-lookahead=10",
		"-profile:v", "high", "-threads", strconv.Itoa(threads),
		// A key frame every two seconds: where one can seek to, and cut.
		"-g", strconv.Itoa(2*fps), "-color_primaries", "smpte170m", "-color_trc", "smpte170m", "-colorspace", "smpte170m", "-color_range", "tv",
		"-f", "mp4", "-movflags", "empty_moov+default_base_moof+frag_keyframe", "pipe:1")
}

// draw writes each picture to the encoder.
func (j *job) draw(ctx context.Context, encoder *child) (err error) { //nolint:cyclop // one loop, turn by turn
	base, out := newPicture(j.options.Width, j.options.Height), newPicture(j.options.Width, j.options.Height)
	records, stop := iter.Pull2(j.src.Records)
	defer stop()
	flows := map[uint32]*flow{}
	defer func() {
		for _, f := range flows {
			j.lost += f.lost
		}
	}()
	if j.over, err = j.newOverlays(); err != nil {
		return err
	}
	shots, ended := j.plan.shots, false
	var now shot
	base.fill(Rect{0, 0, base.w, base.h}, background())
	for n := range j.plan.ticks {
		at := time.Duration(n) * time.Second / fps
		changed := n == 0
		for len(shots) > 0 && shots[0].from <= n {
			now, shots, changed = shots[0], shots[1:], true
		}
		for read := at; !ended && read <= at+recording.Disorder; {
			r, more, err := following(records)
			if err != nil {
				return err
			}
			if ended = !more; more {
				if read, err = j.take(ctx, flows, r); err != nil {
					return err
				}
			}
		}
		if changed {
			if err := j.over.arrange(now.tiles); err != nil {
				return err
			}
			base.fill(Rect{0, 0, base.w, base.h}, background())
		}
		due := at
		if len(shots) == 0 || shots[0].from > n+1 { // else it might be a picture of who is to be seen no more
			due += halfPicture
		}
		if j.paint(ctx, base, now, flows, at, due, changed) || j.over.moves(n) {
			copy(out.buf, base.buf)
			j.over.draw(out, n)
		}
		if _, err := encoder.in.Write(out.buf); err != nil {
			return errors.Join(ctx.Err(), err)
		}
		if n%fps == 0 {
			j.progress(1, float64(n)/float64(j.plan.ticks))
		}
	}
	for _, f := range flows {
		f.rest()
	}
	return nil
}

// following returns the next record, if there is one more that can be read.
func following(records func() (recording.Record, error, bool)) (recording.Record, bool, error) {
	r, err, more := records()
	if errors.Is(err, recording.ErrRecord) {
		return recording.Record{}, false, nil
	}
	return r, more, err
}

// take feeds a frame to its decoder, and returns when it is to be seen.
func (j *job) take(ctx context.Context, flows map[uint32]*flow, r recording.Record) (time.Duration, error) {
	at, within := j.plan.clock.out(r.At)
	f := flows[r.Track]
	track := j.plan.tracks[r.Track]
	switch {
	case r.Kind == recording.Paused:
		for _, f := range flows {
			f.clears = append(f.clears, at)
		}
	case r.Kind == recording.Muted && f != nil:
		f.clears = append(f.clears, at)
	case r.Kind == recording.TrackEnded && f != nil:
		f.end = max(at, 1)
	}
	if r.Kind != recording.Frame || !track.Codec.Video() {
		return at, nil
	}
	if f == nil {
		f = &flow{codec: track.Codec, groups: j.plan.groups[r.Track]}
		flows[r.Track] = f
	}
	if r.Key && f.seen < len(f.groups) {
		if err := f.begin(ctx, j.program, f.groups[f.seen]); err != nil {
			return 0, err
		}
		f.seen++
	}
	if !within {
		f.rest() // and goes on with a key frame
	}
	if f.decoder != nil {
		f.fed = append(f.fed, fed{at, f.decoder, f.decoder.feed(bytes.Clone(r.Data))})
	}
	return at, nil
}

// begin sees to it that the frames from a key frame on are decoded at its group's
// size, or not at all.
func (f *flow) begin(ctx context.Context, p program, g group) (err error) {
	if d := f.decoder; d != nil && (d.w != g.w || d.h != g.h || d.gone()) {
		f.rest()
	}
	if f.decoder == nil && g.w > 0 {
		f.decoder, err = p.decoder(ctx, f.codec, g.w, g.h)
	}
	return err
}

// rest ends the decoder once what it was fed is shown.
func (f *flow) rest() {
	if f.decoder != nil {
		f.decoder.finish()
		f.decoder = nil
	}
}

// advance shows the latest picture due at a moment of the result, frames until due
// included, and reports whether that is another one.
func (f *flow) advance(ctx context.Context, at, due time.Duration) (changed bool) {
	for len(f.fed) > 0 && f.fed[0].at <= due {
		next := f.fed[0]
		f.fed = f.fed[1:]
		if len(f.fed) > 0 && f.fed[0].at <= due && f.fed[0].decoder == next.decoder {
			continue // its successor is due too; the decoder skips it
		}
		pic := next.decoder.picture(ctx, next.number)
		if pic == nil {
			f.lost++
			continue
		}
		if f.shown != nil {
			f.owner.recycle(f.shown)
		}
		f.shown, f.owner, f.since, changed = pic, next.decoder, next.at, true
	}
	for ; len(f.clears) > 0 && f.clears[0] <= at; f.clears = f.clears[1:] {
		if f.shown != nil && f.since < f.clears[0] {
			f.shown, changed = nil, true
		}
	}
	if f.end > 0 && f.end <= at {
		f.rest()
	}
	return changed
}

// paint brings the tiles up to date, and reports whether anything changed.
func (j *job) paint(ctx context.Context, base *picture, now shot, flows map[uint32]*flow, at, due time.Duration, all bool) bool {
	fresh := map[uint32]bool{}
	for track, f := range flows {
		fresh[track] = f.advance(ctx, at, due)
	}
	changed := all
	for _, t := range now.tiles {
		f := flows[t.track]
		switch {
		case t.black:
			if all {
				base.fill(t.at, black())
			}
		case !all && !fresh[t.track]:
		case f == nil || f.shown == nil:
			base.fill(t.at, blank())
			j.over.stand(base, t)
			changed = true
		default:
			base.put(t.at, f.shown)
			changed = true
		}
	}
	return changed
}

func (j *job) progress(part int, done float64) {
	j.mu.Lock()
	j.done[part] = done
	// Sound costs about a tenth of what pictures do.
	total := 0.1*j.done[0] + 0.9*j.done[1]
	if j.options.AudioOnly {
		total = j.done[0]
	}
	j.mu.Unlock()
	j.report(total * 0.99) // the rest is writing the file
}

func (j *job) report(done float64) {
	j.tell(done)
	if j.options.Progress != nil {
		j.options.Progress(done)
	}
}

// overlays is what is drawn over the tiles: names, the logo, the mark.
type overlays struct {
	pen           *pen
	width, height int
	fixed, names  []*stamp
	avatars       []*stamp    // of the tiles that may want one; nil: none
	tiles         []tile      // whose they are
	viewer        *viewerMark // nil: none
}

func (j *job) newOverlays() (*overlays, error) {
	p, err := newPen()
	if err != nil {
		return nil, err
	}
	v := &overlays{pen: p, width: j.options.Width, height: j.options.Height}
	if logo := j.options.Logo; logo != nil && !logo.Bounds().Empty() {
		b := logo.Bounds()
		w := min(b.Dx(), v.width/6)
		h := max(1, w*b.Dy()/b.Dx())
		if limit := v.height / 10; h > limit {
			w, h = max(1, w*limit/h), limit
		}
		small := image.NewNRGBA(image.Rect(0, 0, w, h))
		xdraw.CatmullRom.Scale(small, small.Bounds(), logo, b, xdraw.Src, nil)
		v.fixed = append(v.fixed, stampOf(small, v.width-w-2*gap, 2*gap, v.width, v.height))
	}
	if j.options.Mark != "" {
		img, err := p.write(j.options.Mark, v.height/30, v.width-4*gap, color.NRGBA{255, 255, 255, 160}, color.Transparent)
		if err != nil {
			return nil, err
		}
		v.fixed = append(v.fixed, stampOf(img, (v.width-img.Bounds().Dx())/2, v.height-img.Bounds().Dy()-2*gap, v.width, v.height))
	}
	if j.options.ViewerMark != "" {
		if v.viewer, err = newViewerMark(p, j.options.ViewerMark, v.width, v.height); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// arrange draws the names of a shot: at the lower left of each tile.
func (v *overlays) arrange(tiles []tile) error {
	v.names, v.avatars, v.tiles = v.names[:0], make([]*stamp, len(tiles)), tiles
	for _, t := range tiles {
		if t.name == "" {
			continue
		}
		size := min(max(t.at.H/14, v.height/45), v.height/24) // in a strip too, it can be read
		img, err := v.pen.write(t.name.Text(), size, t.at.W-gap, color.White, color.NRGBA{0, 0, 0, 150})
		if err != nil {
			return err
		}
		v.names = append(v.names, stampOf(img, t.at.X+gap/2, t.at.Y+t.at.H-img.Bounds().Dy()-gap/2, v.width, v.height))
	}
	return nil
}

// stand draws who has no picture: in the middle of their tile, which is blank.
func (v *overlays) stand(p *picture, t tile) {
	i := slices.Index(v.tiles, t)
	if t.name == "" || i < 0 {
		return
	}
	if v.avatars[i] == nil {
		size := t.at.H * 2 / 5
		disc, err := v.pen.avatar(t.name.Text(), size)
		if err != nil {
			return // their name is there
		}
		v.avatars[i] = stampOf(disc, t.at.X+(t.at.W-size)/2, t.at.Y+(t.at.H-size)/2, v.width, v.height)
	}
	if v.avatars[i] != nil {
		v.avatars[i].draw(p)
	}
}

// draw draws all over picture n.
func (v *overlays) draw(p *picture, n int) {
	for _, list := range [][]*stamp{v.names, v.fixed} {
		for _, s := range list {
			if s != nil {
				s.draw(p)
			}
		}
	}
	if v.viewer != nil {
		v.viewer.draw(p, n)
	}
}

// moves reports whether what is drawn over picture n is elsewhere than before.
func (v *overlays) moves(n int) bool { return v.viewer != nil && n%rests == 0 }
