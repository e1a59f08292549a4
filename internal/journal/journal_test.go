package journal_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"plenum/internal/blob"
	"plenum/internal/blob/s3test"
	"plenum/internal/journal"
	"plenum/internal/recording"
	"plenum/internal/vault"
)

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func key(t testing.TB) *vault.Key {
	t.Helper()
	v, err := vault.Open(filepath.Join(t.TempDir(), "key"))
	ok(t, err)
	k, _, err := v.NewKey("recording", 1)
	ok(t, err)
	return k
}

// frame is the n-th of a track, 20 ms each; its number stands in it.
func frame(n, size int) recording.Record {
	data := bytes.Repeat([]byte("canary "), size/7+2)[:size]
	binary.BigEndian.PutUint64(data, uint64(n))
	return recording.Record{At: time.Duration(n) * 20 * time.Millisecond, Kind: recording.Frame, Track: 1, Key: true, Data: data}
}

// memory is a log without a disk, whose appends a test may make fail.
type memory struct {
	b    []byte
	fail error
	hold chan struct{} // when not nil an append waits for it
}

func (m *memory) Append(ctx context.Context, b []byte) error {
	if m.hold != nil {
		select {
		case <-m.hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if m.fail == nil {
		m.b = append(m.b, b...)
	}
	return m.fail
}

func (m *memory) Truncate(_ context.Context, size int64) error {
	m.b = m.b[:size]
	return nil
}

func (m *memory) ReadAt(p []byte, off int64) (int, error) { return bytes.NewReader(m.b).ReadAt(p, off) }
func (m *memory) Size() int64                             { return int64(len(m.b)) }
func (m *memory) Close() error                            { return nil }

// start opens a writer and runs it until the test ends.
func start(t testing.TB, c journal.Config) *journal.Writer {
	t.Helper()
	w, err := journal.Open(t.Context(), c)
	ok(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.Run(ctx) //nolint:errcheck // Finish says it, where it matters
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return w
}

// written returns a journal with one small chunk for each number of records in
// each, and one that ends it.
func written(t testing.TB, boxes journal.Boxes, each ...int) (file []byte, ends []int, records []recording.Record) {
	t.Helper()
	m := &memory{}
	for _, n := range each {
		w, err := journal.Open(t.Context(), journal.Config{Log: m, Boxes: boxes})
		ok(t, err)
		for range n {
			r := frame(len(records), 40)
			ok(t, w.Append(r))
			records = append(records, r)
		}
		stopped, stop := context.WithCancel(t.Context())
		stop()
		ok(t, w.Run(stopped)) // writes what it has, and no end
		ends = append(ends, len(m.b))
	}
	w := start(t, journal.Config{Log: m, Boxes: boxes})
	ok(t, w.Finish(t.Context()))
	return m.b, append(ends, len(m.b)), records
}

// contents returns all that can be read, and what was damaged.
func contents(t testing.TB, file []byte, boxes journal.Boxes) (*journal.Reader, []recording.Record, []*journal.DamagedError) {
	t.Helper()
	r, err := journal.Read(bytes.NewReader(file), int64(len(file)), boxes)
	ok(t, err)
	var records []recording.Record
	var damaged []*journal.DamagedError
	for record, err := range r.Records() {
		if d, is := errors.AsType[*journal.DamagedError](err); is {
			damaged = append(damaged, d)
			continue
		}
		ok(t, err)
		records = append(records, record)
	}
	return r, records, damaged
}

func TestTornAtEachByte(t *testing.T) {
	k := key(t)
	boxes := k.Boxes("journal")
	file, ends, records := written(t, boxes, 2, 1, 3)
	perChunk := []int{0, 2, 3, 6, 6}
	for n := range len(file) + 1 {
		whole := 0
		for whole < len(ends) && ends[whole] <= n {
			whole++
		}
		want := records[:perChunk[whole]]
		for name, torn := range map[string][]byte{
			"cut":    slices.Clone(file[:n]),
			"zeros":  append(slices.Clone(file[:n]), make([]byte, 300)...), // of a file system that had the size first
			"rubble": append(slices.Clone(file[:n]), noise(300)...),
		} {
			r, got, damaged := contents(t, torn, boxes)
			begun := n
			if whole > 0 {
				begun = n - ends[whole-1]
			}
			if len(damaged) > 0 || len(got) != len(want) || r.Finished() != (n == len(file)) || r.Torn() != int64(begun+len(torn)-n) {
				t.Fatalf("%s at %d: %d of %d records, damaged %v, finished %v, torn %d", name, n, len(got), len(want), damaged, r.Finished(), r.Torn())
			}
			if n == len(file) {
				continue
			}
			// And it goes on from there.
			m := &memory{b: torn}
			w := start(t, journal.Config{Log: m, Boxes: boxes})
			more := frame(1000, 50)
			ok(t, w.Append(more))
			ok(t, w.Finish(t.Context()))
			r, got, damaged = contents(t, m.b, boxes)
			if !same(append(slices.Clone(want), more), got) || len(damaged) > 0 || !r.Finished() || r.Torn() != 0 {
				t.Fatalf("%s at %d, gone on: %v, %d records", name, n, damaged, len(got))
			}
		}
	}
}

func noise(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// TestChangedAtEachByte: a change in the middle is named, and costs its own chunk only.
func TestChangedAtEachByte(t *testing.T) {
	boxes := key(t).Boxes("journal")
	file, ends, records := written(t, boxes, 1, 1, 1, 1)
	lastOne := ends[len(ends)-2]
	for at := range file {
		changed := slices.Clone(file)
		changed[at] ^= 1 << (at % 8)
		chunk := 0
		for ends[chunk] <= at {
			chunk++
		}
		r, got, damaged := contents(t, changed, boxes)
		if r.Finished() && at >= lastOne {
			t.Fatalf("changed at %d, it looks finished", at)
		}
		if at >= lastOne {
			if len(got) != len(records) {
				t.Fatalf("changed at %d, in the end: %d records", at, len(got))
			}
			continue
		}
		want := slices.Delete(slices.Clone(records), chunk, chunk+1)
		if !same(want, got) || len(damaged) != 1 || damaged[0].First != uint64(chunk) || damaged[0].Last != uint64(chunk) || damaged[0].Missing {
			t.Fatalf("changed at %d, in chunk %d: %v, %d records", at, chunk, damaged, len(got))
		}
		if !errors.Is(damaged[0], recording.ErrRecord) {
			t.Fatal("no words for it")
		}
	}
}

func TestMovedChunks(t *testing.T) {
	k := key(t)
	boxes := k.Boxes("journal")
	file, ends, records := written(t, boxes, 1, 1, 1, 1)
	other, _, _ := written(t, k.Boxes("another"), 1, 1, 1, 1)
	chunk := func(n int) []byte {
		if n == 0 {
			return file[:ends[0]]
		}
		return file[ends[n-1]:ends[n]]
	}
	foreign := other[ends[1]:ends[2]]
	for name, test := range map[string]struct {
		file    []byte
		first   uint64
		missing bool
		kept    int
	}{
		"missing":        {slices.Concat(chunk(0), chunk(1), chunk(3), chunk(4)), 2, true, 3},
		"two missing":    {slices.Concat(chunk(0), chunk(3), chunk(4)), 1, true, 2},
		"first missing":  {slices.Concat(chunk(1), chunk(2), chunk(3), chunk(4)), 0, true, 3},
		"swapped":        {slices.Concat(chunk(0), chunk(2), chunk(1), chunk(3), chunk(4)), 1, true, 3},
		"twice":          {slices.Concat(chunk(0), chunk(1), chunk(1), chunk(2), chunk(3), chunk(4)), 2, false, 4},
		"an old at last": {slices.Concat(chunk(0), chunk(1), chunk(0)), 2, false, 2},
		"rubble between": {slices.Concat(chunk(0), noise(77), chunk(1), chunk(2), chunk(3), chunk(4)), 1, false, 4},
		"a foreign one":  {slices.Concat(chunk(0), chunk(1), foreign, chunk(3), chunk(4)), 2, false, 3},
	} {
		r, got, damaged := contents(t, test.file, boxes)
		if len(damaged) == 0 || damaged[0].First != test.first || damaged[0].Missing != test.missing || len(got) != test.kept || r.Finished() {
			t.Errorf("%s: %v, %d records, finished %v", name, damaged, len(got), r.Finished())
		}
		for _, record := range got {
			if !slices.ContainsFunc(records, func(want recording.Record) bool { return reflect.DeepEqual(record, want) }) {
				t.Errorf("%s: a record nobody wrote", name)
			}
		}
		m := &memory{b: slices.Clone(test.file)}
		if _, err := journal.Open(t.Context(), journal.Config{Log: m, Boxes: boxes}); err == nil || !bytes.Equal(m.b, test.file) {
			t.Errorf("%s: it is written on, or cut: %v", name, err)
		}
	}
	if _, got, _ := contents(t, file, k.Boxes("another")); len(got) > 0 {
		t.Error("it opens under another name")
	}
	if _, got, _ := contents(t, file, key(t).Boxes("journal")); len(got) > 0 {
		t.Error("it opens with another key")
	}
}

// TestOnAStore writes some megabytes, dies and goes on, on both kinds of store.
func TestOnAStore(t *testing.T) {
	d, err := blob.OpenDir(t.TempDir())
	ok(t, err)
	s3, err := blob.OpenS3(t.Context(), s3test.Start(t))
	ok(t, err)
	for name, s := range map[string]blob.Store{"directory": d, "S3": s3} {
		t.Run(name, func(t *testing.T) { onAStore(t, s) })
	}
}

func onAStore(t *testing.T, s blob.Store) {
	boxes := key(t).Boxes("journal")
	const frames, size = 3000, 3000
	want := make([]recording.Record, 0, frames)
	for part := range 3 {
		l, err := s.Append(t.Context(), "rec/journal")
		ok(t, err)
		reserve, err := s.Reserve(t.Context(), 1<<20)
		ok(t, err)
		w, err := journal.Open(t.Context(), journal.Config{Log: l, Boxes: boxes, Reserve: reserve, Every: 50 * time.Millisecond})
		ok(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- w.Run(ctx) }()
		for range frames / 3 {
			r := frame(len(want), size)
			ok(t, w.Append(r))
			want = append(want, r)
		}
		if part == 2 {
			ok(t, w.Finish(t.Context()))
		}
		cancel()
		ok(t, <-ended)
		if err := w.Append(frame(0, 100)); !errors.Is(err, journal.ErrFinished) {
			t.Errorf("after the end: %v", err)
		}
	}
	f, err := s.Open(t.Context(), "rec/journal")
	ok(t, err)
	defer f.Close() //nolint:errcheck // read only
	file, err := io.ReadAll(io.NewSectionReader(f, 0, f.Size()))
	ok(t, err)
	if bytes.Contains(file, []byte("canary")) || entropy(file) < 7.99 {
		t.Errorf("the file tells something: entropy %.4f", entropy(file))
	}
	r, err := journal.Read(f, f.Size(), boxes)
	ok(t, err)
	if !r.Finished() || r.Torn() != 0 || r.Chunks() < 4 {
		t.Errorf("finished %v, torn %d, %d chunks", r.Finished(), r.Torn(), r.Chunks())
	}
	if got := collect(t, r.Records()); !same(want, got) {
		t.Errorf("%d of %d records come back, or others", len(got), len(want))
	}
	for _, at := range []time.Duration{0, time.Second, 31 * time.Second, time.Minute, time.Hour} {
		got := collect(t, r.From(at))
		if !same(want[len(want)-len(got):], got) {
			t.Errorf("from %v: not as in order", at)
		}
		if len(got) > 0 && got[0].At > at {
			t.Errorf("from %v it begins at %v", at, got[0].At)
		}
	}
	if got := collect(t, r.From(59*time.Second)); len(got) == len(want) {
		t.Error("from the last second it reads everything")
	}
	l, err := s.Append(t.Context(), "rec/journal")
	ok(t, err)
	defer l.Close() //nolint:errcheck // nothing was written
	if _, err := journal.Open(t.Context(), journal.Config{Log: l, Boxes: boxes}); !errors.Is(err, journal.ErrFinished) {
		t.Errorf("a finished one is written on: %v", err)
	}
}

// same is cmp.Equal for megabytes.
func same(a, b []recording.Record) bool {
	return slices.EqualFunc(a, b, func(a, b recording.Record) bool { return reflect.DeepEqual(a, b) })
}

func collect(t testing.TB, records func(func(recording.Record, error) bool)) (all []recording.Record) {
	t.Helper()
	for r, err := range records {
		ok(t, err)
		all = append(all, r)
	}
	return all
}

func entropy(b []byte) (bits float64) {
	var counts [256]float64
	for _, c := range b {
		counts[c]++
	}
	for _, n := range counts {
		if n > 0 {
			p := n / float64(len(b))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}

// FuzzRead: whatever is in a file, only what was written comes out of it.
func FuzzRead(f *testing.F) {
	boxes := key(f).Boxes("journal")
	file, ends, records := written(f, boxes, 1, 2)
	f.Add(file, 0, 0)
	f.Add(file[:ends[0]], 3, 10)
	f.Add([]byte{}, 0, 0)
	f.Fuzz(func(t *testing.T, b []byte, from, length int) {
		from, length = min(max(from, 0), len(file)), min(max(length, 0), len(file))
		b = append(b, file[from:min(from+length, len(file))]...)
		_, got, _ := contents(t, b, boxes)
		for _, r := range got {
			if !slices.ContainsFunc(records, func(want recording.Record) bool { return reflect.DeepEqual(r, want) }) {
				t.Errorf("nobody wrote %+v", r)
			}
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	d, err := blob.OpenDir(b.TempDir())
	ok(b, err)
	l, err := d.Append(b.Context(), "journal")
	ok(b, err)
	w := start(b, journal.Config{Log: l, Boxes: key(b).Boxes("journal")})
	r := frame(0, 10_000)
	b.SetBytes(int64(len(r.Data)))
	for b.Loop() {
		for errors.Is(w.Append(r), journal.ErrSlow) { //nolint:revive // until there is room
		}
	}
	ok(b, w.Finish(b.Context()))
}
