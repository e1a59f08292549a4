package archive_test

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/archive"
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/recording"
)

// poster is the only one of a recording, decoded, with its bytes.
func (w *world) poster(r recording.Recording) (still recording.Asset, picture image.Image, plain []byte) {
	w.t.Helper()
	still = asset(w.t, r, recording.Poster)
	if n := len(posters(r)); n != 1 {
		w.t.Errorf("there are %d posters", n)
	}
	m := must[recording.Media](w.t)(w.Open(w.t.Context(), r.ID, still.ID))
	defer m.Close()
	plain = must[[]byte](w.t)(io.ReadAll(io.NewSectionReader(m, 0, m.Size())))
	if int64(len(plain)) != still.Size || still.CreatedAt.IsZero() {
		w.t.Errorf("%d bytes, of which is known: %+v", len(plain), still)
	}
	return still, must[image.Image](w.t)(jpeg.Decode(bytes.NewReader(plain))), plain
}

func posters(r recording.Recording) []recording.Asset {
	return slices.DeleteFunc(slices.Clone(r.Assets), func(a recording.Asset) bool { return a.Kind != recording.Poster })
}

// share is how much of a picture has a colour.
func share(p image.Image, want [3]byte) float64 {
	same, b := 0, p.Bounds()
	for y := range b.Dy() {
		for x := range b.Dx() {
			var got [3]uint32
			got[0], got[1], got[2], _ = p.At(x, y).RGBA()
			near := true
			for k := range 3 {
				if d := int(got[k]>>8) - int(want[k]); d < -30 || d > 30 {
					near = false
				}
			}
			if near {
				same++
			}
		}
	}
	return float64(same) / float64(b.Dx()*b.Dy())
}

// depicted waits for the poster of a file.
func (w *world) depicted(r id.Recording, kind recording.AssetKind) recording.Recording {
	w.t.Helper()
	var got recording.Recording
	w.until("the poster", func() bool {
		got = w.found(r)
		return slices.ContainsFunc(got.Assets, func(f recording.Asset) bool {
			return f.Kind == kind && slices.ContainsFunc(posters(got), func(p recording.Asset) bool { return p.For == string(f.ID) })
		})
	})
	return got
}

// removed checks that nothing is left of a file.
func (w *world) removed(what string, r id.Recording, a recording.Asset, open recording.Media) {
	w.t.Helper()
	if slices.Contains(w.left(), archive.AssetName(r, a.ID)) {
		w.t.Errorf("%s the old file is there", what)
	}
	if _, err := open.ReadAt(make([]byte, 1), 0); !errors.Is(err, recording.ErrNotFound) {
		w.t.Errorf("%s who has it open reads on: %v", what, err)
	}
	if _, err := w.Open(w.t.Context(), r, a.ID); !errors.Is(err, recording.ErrNotFound) {
		w.t.Errorf("%s it can be opened: %v", what, err)
	}
	if err := open.Close(); err != nil {
		w.t.Error(err)
	}
}

// A video comes with a picture of those who agreed. It cannot be read on the disk, and is
// gone at once when one of them withdraws; then there is another without them.
func TestPosterOfWhoAgreed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	ada := w.account()
	s, ann, bob := two(t)
	s.send(id.Derive[id.Seat]("Dan"), access.Camera, recording.VP8, 0, 4*time.Second, colour(t, "green")) // was never asked
	r := w.recording()
	ok(t, w.Put(t.Context(), r, true, s.inOrder()...))
	ok(t, w.Answers(t.Context(), []consent.Evidence{
		{Recording: r.ID, At: time.Now(), Seat: ann, User: ada, Answer: consent.Yes}, {Recording: r.ID, At: time.Now(), Seat: bob, Answer: consent.Yes},
	}))
	got := w.ready(r.ID)
	first, picture, plain := w.poster(got)
	if size := picture.Bounds().Size(); size != image.Pt(640, 360) || first.For != string(asset(t, got, recording.Video).ID) {
		t.Errorf("it has %v, of %s", size, first.For)
	}
	if a, b, d := share(picture, red), share(picture, blue), share(picture, green); a < 0.2 || b < 0.2 || d > 0.001 {
		t.Errorf("it shows Ann to %.3f, Bob to %.3f, Dan to %.3f", a, b, d)
	}
	eachFile(t, w.dir, func(path string, content []byte) {
		if bytes.Contains(content, plain[len(plain)/2:][:32]) || bytes.Contains(content, plain[:32]) {
			t.Errorf("it can be read in %s", path)
		}
	})

	open := must[recording.Media](t)(w.Open(t.Context(), r.ID, first.ID))
	ok(t, w.Withdraw(t.Context(), r.ID, ada))
	w.removed("after she withdrew,", r.ID, first, open)
	second, picture, _ := w.poster(w.ready(r.ID))
	if a, b := share(picture, red), share(picture, blue); a > 0.001 || b < 0.2 || second.ID == first.ID {
		t.Errorf("after she withdrew, it shows her to %.3f, Bob to %.3f", a, b)
	}

	open = must[recording.Media](t)(w.Open(t.Context(), r.ID, second.ID))
	must[recording.Receipt](t)(w.Delete(t.Context(), r.ID))
	w.removed("after its deletion,", r.ID, second, open)
	if left := w.left(); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// Of a video that is shown in part, the picture is of that part, and there is none while
// the part is made.
func TestPosterOfWhatIsShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	var s script
	s.person("Ann", 0, 6*time.Second, colour(t, "red"), tone(t, 440))
	s.person("Bob", 6*time.Second, 10*time.Second, colour(t, "blue"), tone(t, 660))
	s.add(10*time.Second, recording.Ended, recording.Event{})
	r := w.recording()
	ok(t, w.Put(t.Context(), r, true, s.inOrder()...))
	first, picture, _ := w.poster(w.ready(r.ID))
	if share(picture, red) < 0.2 {
		t.Error("it does not show Ann")
	}
	open := must[recording.Media](t)(w.Open(t.Context(), r.ID, first.ID))
	ok(t, w.Trim(t.Context(), r.ID, recording.Cut{From: 6500 * time.Millisecond, To: 10 * time.Second}))
	w.removed("after the cut,", r.ID, first, open)
	got := w.depicted(r.ID, recording.Trimmed)
	second, picture, _ := w.poster(got)
	if a, b := share(picture, red), share(picture, blue); a > 0.001 || b < 0.2 {
		t.Errorf("after the cut, it shows Ann to %.3f, Bob to %.3f", a, b)
	}

	// Made anew, there is no moment with a picture of all of it.
	ok(t, w.Compose(t.Context(), r.ID, r.Settings))
	w.until("the files made anew", func() bool {
		now := w.found(r.ID)
		for _, p := range posters(now) {
			if slices.ContainsFunc(now.Assets, func(f recording.Asset) bool { return f.Kind == recording.Video && p.For == string(f.ID) }) {
				t.Fatal("there is a picture of what is cut off")
			}
		}
		return now.State == recording.StateReady && len(posters(now)) == 1 && posters(now)[0].ID != second.ID
	})
	third, picture, _ := w.poster(w.found(r.ID))
	if a, b := share(picture, red), share(picture, blue); a > 0.001 || b < 0.2 {
		t.Errorf("made anew, it shows Ann to %.3f, Bob to %.3f", a, b)
	}

	// All of it again.
	open = must[recording.Media](t)(w.Open(t.Context(), r.ID, third.ID))
	ok(t, w.Trim(t.Context(), r.ID, recording.Cut{}))
	w.removed("without the cut,", r.ID, third, open)
	if _, picture, _ = w.poster(w.depicted(r.ID, recording.Video)); share(picture, red) < 0.2 {
		t.Error("without the cut, it does not show Ann")
	}
	if left := w.left(); len(left) != 3 {
		t.Errorf("files: %v", left)
	}
}

// A picture that cannot be made costs no video.
func TestWithoutPoster(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "ffmpeg")
	ok(t, os.WriteFile(program, []byte("#!/bin/sh\ncase \"$*\" in *rgba*) exit 1;; esac\nexec /usr/bin/ffmpeg \"$@\"\n"), 0o700))
	w := newWorld(t, options{ffmpeg: program})
	s, _, _ := two(t)
	r := w.recording()
	ok(t, w.Put(t.Context(), r, true, s.inOrder()...))
	got := w.ready(r.ID)
	watch(t, w.save(asset(t, got, recording.Video)))
	ok(t, w.Trim(t.Context(), r.ID, recording.Cut{From: time.Second, To: 3 * time.Second}))
	w.until("the cut", func() bool {
		got = w.found(r.ID)
		return slices.ContainsFunc(got.Assets, func(a recording.Asset) bool { return a.Kind == recording.Trimmed })
	})
	if left := w.left(); len(posters(got)) > 0 || len(left) != 3 {
		t.Errorf("%+v, files: %v", got.Assets, left)
	}
}
