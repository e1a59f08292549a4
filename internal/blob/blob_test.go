package blob_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	mathrand "math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"plenum/internal/blob"
	"plenum/internal/blob/s3test"
)

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestDir(t *testing.T) {
	conformance(t, func(t *testing.T) blob.Store {
		t.Helper()
		d, err := blob.OpenDir(t.TempDir())
		ok(t, err)
		t.Cleanup(func() { ok(t, d.Close()) })
		return d
	})
}

func TestS3(t *testing.T) {
	c := s3test.Start(t)
	conformance(t, func(t *testing.T) blob.Store {
		t.Helper()
		mine := c
		mine.Prefix = strings.ToLower(strings.ReplaceAll(t.Name(), "/", "-")) // and so each alone in the bucket
		s, err := blob.OpenS3(t.Context(), mine)
		ok(t, err)
		return s
	})
}

func TestS3Unusable(t *testing.T) {
	c := s3test.Start(t)
	for name, change := range map[string]func(c *blob.S3Config){
		"no such bucket": func(c *blob.S3Config) { c.Bucket = "other" },
		"wrong secret":   func(c *blob.S3Config) { c.SecretKey = "wrong" },
		"no address":     func(c *blob.S3Config) { c.Endpoint = "" },
	} {
		c := c
		change(&c)
		if _, err := blob.OpenS3(t.Context(), c); err == nil {
			t.Errorf("%s opens", name)
		}
	}
}

// conformance is what every store must do.
func conformance(t *testing.T, open func(*testing.T) blob.Store) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, blob.Store){
		"created":   created,
		"aborted":   aborted,
		"grown":     grown,
		"cut":       cut,
		"two":       twoWriters,
		"anywhere":  anywhere,
		"list":      list,
		"names":     names,
		"cancelled": cancelled,
		"at once":   atOnce,
		"reserve":   reserve,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func noise(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

func write(t testing.TB, s blob.Store, name string, b []byte) {
	t.Helper()
	w, err := s.Create(t.Context(), name)
	ok(t, err)
	_, err = io.Copy(w, bytes.NewReader(b))
	ok(t, err)
	ok(t, w.Commit())
}

func read(t testing.TB, s blob.Store, name string) []byte {
	t.Helper()
	f, err := s.Open(t.Context(), name)
	ok(t, err)
	defer f.Close() //nolint:errcheck // read only
	b, err := io.ReadAll(io.NewSectionReader(f, 0, f.Size()))
	ok(t, err)
	return b
}

func absent(t testing.TB, s blob.Store, name string) {
	t.Helper()
	if _, err := s.Open(t.Context(), name); !errors.Is(err, blob.ErrNotExist) {
		t.Errorf("open: %v", err)
	}
	if _, err := s.Stat(t.Context(), name); !errors.Is(err, blob.ErrNotExist) {
		t.Errorf("stat: %v", err)
	}
	if got := listed(t, s, ""); len(got) > 0 {
		t.Errorf("listed: %v", got)
	}
}

func listed(t testing.TB, s blob.Store, folder string) map[string]int64 {
	t.Helper()
	all := map[string]int64{}
	for info, err := range s.List(t.Context(), folder) {
		ok(t, err)
		if time.Since(info.Modified).Abs() > time.Hour {
			t.Errorf("%s is of %v", info.Name, info.Modified)
		}
		if _, twice := all[info.Name]; twice {
			t.Errorf("%s is listed twice", info.Name)
		}
		all[info.Name] = info.Size
	}
	return all
}

func created(t *testing.T, s blob.Store) {
	absent(t, s, "rec/film")
	first := noise(17_000_000) // more than one part of S3
	w, err := s.Create(t.Context(), "rec/film")
	ok(t, err)
	_, err = w.Write(first)
	ok(t, err)
	absent(t, s, "rec/film")
	ok(t, w.Commit())
	w.Abort()
	if !bytes.Equal(read(t, s, "rec/film"), first) {
		t.Error("other bytes came back")
	}
	if w.Commit() == nil {
		t.Error("committed twice")
	}
	for _, size := range []int{0, 1, 70_000} { // each replaces the one before
		b := noise(size)
		write(t, s, "rec/film", b)
		if info, err := s.Stat(t.Context(), "rec/film"); err != nil || info.Size != int64(size) || info.Name != "rec/film" {
			t.Errorf("%+v %v", info, err)
		}
		if !bytes.Equal(read(t, s, "rec/film"), b) {
			t.Errorf("%d bytes come back different", size)
		}
	}
	ok(t, s.Delete(t.Context(), "rec/film"))
	ok(t, s.Delete(t.Context(), "rec/film"))
	absent(t, s, "rec/film")
}

func aborted(t *testing.T, s blob.Store) {
	w, err := s.Create(t.Context(), "rec/film")
	ok(t, err)
	_, err = w.Write(noise(100_000))
	ok(t, err)
	w.Abort()
	w.Abort()
	if w.Commit() == nil {
		t.Error("committed after it was aborted")
	}
	absent(t, s, "rec/film")
	ok(t, s.Sweep(t.Context()))
	absent(t, s, "rec/film")
}

func grown(t *testing.T, s blob.Store) {
	want := make([]byte, 0, 12*700_000)
	for round := range 3 {
		l, err := s.Append(t.Context(), "rec/journal")
		ok(t, err)
		if l.Size() != int64(len(want)) {
			t.Fatalf("round %d begins at %d of %d", round, l.Size(), len(want))
		}
		for range 4 {
			b := noise(1 + mathrand.IntN(700_000))
			ok(t, l.Append(t.Context(), b))
			want = append(want, b...)
			if !bytes.Equal(read(t, s, "rec/journal"), want) {
				t.Fatal("what was appended is not there")
			}
			got := make([]byte, len(b))
			if _, err := l.ReadAt(got, int64(len(want)-len(b))); err != nil && !errors.Is(err, io.EOF) || !bytes.Equal(got, b) {
				t.Fatalf("the writer does not see it: %v", err)
			}
		}
		ok(t, l.Close())
	}
	if diff := cmp.Diff(map[string]int64{"rec/journal": int64(len(want))}, listed(t, s, "rec")); diff != "" {
		t.Error(diff)
	}
	ok(t, s.Delete(t.Context(), "rec/journal"))
	absent(t, s, "rec/journal")
}

func cut(t *testing.T, s blob.Store) {
	l, err := s.Append(t.Context(), "journal")
	ok(t, err)
	var want []byte
	grow := func() {
		b := noise(1000)
		ok(t, l.Append(t.Context(), b))
		want = append(want, b...)
	}
	for range 5 {
		grow()
	}
	for _, size := range []int64{4500, 4000, 3999, 1000, 1, 0} {
		ok(t, l.Truncate(t.Context(), size))
		want = want[:size]
		grow()
		if l.Size() != int64(len(want)) || !bytes.Equal(read(t, s, "journal"), want) {
			t.Fatalf("cut to %d and grown: another file", size)
		}
		got := make([]byte, len(want))
		if _, err := l.ReadAt(got, 0); err != nil && !errors.Is(err, io.EOF) || !bytes.Equal(got, want) {
			t.Fatalf("cut to %d and grown, the writer sees another file", size)
		}
	}
	if err := l.Truncate(t.Context(), l.Size()+1); !errors.Is(err, blob.ErrSize) {
		t.Errorf("cut to more than there is: %v", err)
	}
	ok(t, l.Close())
}

func twoWriters(t *testing.T, s blob.Store) {
	one, err := s.Append(t.Context(), "journal")
	ok(t, err)
	ok(t, one.Append(t.Context(), []byte("one")))
	two, err := s.Append(t.Context(), "journal")
	if err == nil {
		ok(t, one.Append(t.Context(), []byte(" more")))
		err = errors.Join(two.Append(t.Context(), []byte("two")), two.Close())
	}
	if !errors.Is(err, blob.ErrBusy) {
		t.Errorf("both may write: %v", err)
	}
	ok(t, one.Close())
	if got := read(t, s, "journal"); !strings.HasPrefix(string(got), "one") || strings.Contains(string(got), "two") {
		t.Errorf("%q", got)
	}
	three, err := s.Append(t.Context(), "journal")
	ok(t, err)
	ok(t, three.Append(t.Context(), []byte("three")))
	ok(t, three.Close())
}

func anywhere(t *testing.T, s blob.Store) {
	want := noise(6_500_000)
	write(t, s, "created", want)
	l, err := s.Append(t.Context(), "grown")
	ok(t, err)
	for rest := want; len(rest) > 0; {
		n := min(len(rest), 1+mathrand.IntN(600_000))
		ok(t, l.Append(t.Context(), rest[:n]))
		rest = rest[n:]
	}
	ok(t, l.Close())
	for _, name := range []string{"created", "grown"} {
		f, err := s.Open(t.Context(), name)
		ok(t, err)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 30 {
					from := mathrand.IntN(len(want))
					got := make([]byte, 1+mathrand.IntN(200_000))
					n, err := f.ReadAt(got, int64(from))
					end := min(from+len(got), len(want))
					if n != end-from || !bytes.Equal(got[:n], want[from:end]) || (n < len(got)) != errors.Is(err, io.EOF) {
						t.Errorf("%s from %d: %d bytes, %v", name, from, n, err)
					}
				}
			})
		}
		wg.Wait()
		if n, err := f.ReadAt(make([]byte, 1), f.Size()); n != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("at the end: %d %v", n, err)
		}
		if _, err := f.ReadAt(make([]byte, 1), -1); err == nil {
			t.Error("before the beginning")
		}
		ok(t, f.Close())
	}
}

func list(t *testing.T, s blob.Store) {
	want := map[string]int64{"a": 1, "b/c": 2, "b/d": 3, "b/e/f": 4, "bc/d": 5}
	for name, size := range want {
		write(t, s, name, noise(int(size)))
	}
	l, err := s.Append(t.Context(), "b/log")
	ok(t, err)
	ok(t, l.Append(t.Context(), noise(3)))
	ok(t, l.Append(t.Context(), noise(3)))
	ok(t, l.Close())
	want["b/log"] = 6
	if diff := cmp.Diff(want, listed(t, s, "")); diff != "" {
		t.Error(diff)
	}
	under := cmpopts.IgnoreMapEntries(func(name string, _ int64) bool { return !strings.HasPrefix(name, "b/") })
	if diff := cmp.Diff(want, listed(t, s, "b"), under); diff != "" || len(listed(t, s, "b")) != 4 {
		t.Error(diff)
	}
	if got := listed(t, s, "none"); len(got) > 0 {
		t.Errorf("in a folder that is not there: %v", got)
	}
	for range s.List(t.Context(), "") {
		break // and it ends
	}
	for name := range want {
		ok(t, s.Delete(t.Context(), name))
	}
	if got := listed(t, s, ""); len(got) > 0 {
		t.Errorf("left: %v", got)
	}
}

func names(t *testing.T, s blob.Store) {
	for _, name := range []string{
		"", "/", ".", "..", "../a", "a/..", "a/../b", "/a", "a/", "a//b", "A", "a b", "a@1", ".temp/a", "a.b", "-a",
		"a\x00", "ä", "a\n", "a/b/c/d/e", strings.Repeat("a", 65), `a\b`, "a%2fb",
	} {
		fails := map[string]func() error{
			"create": func() error { _, err := s.Create(t.Context(), name); return err },
			"append": func() error { _, err := s.Append(t.Context(), name); return err },
			"open":   func() error { _, err := s.Open(t.Context(), name); return err },
			"stat":   func() error { _, err := s.Stat(t.Context(), name); return err },
			"delete": func() error { return s.Delete(t.Context(), name) },
			"list": func() error {
				for _, err := range s.List(t.Context(), name) {
					return err
				}
				return nil
			},
		}
		if name == "" {
			delete(fails, "list")
		}
		for what, f := range fails {
			if err := f(); !errors.Is(err, blob.ErrName) {
				t.Errorf("%s %q: %v", what, name, err)
			}
		}
	}
}

func cancelled(t *testing.T, s blob.Store) {
	write(t, s, "there", noise(10))
	ctx, cancel := context.WithCancel(t.Context())
	w, err := s.Create(ctx, "film")
	ok(t, err)
	_, err = w.Write(noise(10))
	ok(t, err)
	l, err := s.Append(ctx, "journal")
	ok(t, err)
	cancel()
	if err := w.Commit(); err == nil {
		t.Error("commits though it was cancelled")
	}
	if err := l.Append(ctx, noise(10)); !errors.Is(err, context.Canceled) {
		t.Errorf("append: %v", err)
	}
	ok(t, l.Close())
	for what, f := range map[string]func() error{
		"create": func() error { _, err := s.Create(ctx, "film"); return err },
		"open":   func() error { _, err := s.Open(ctx, "there"); return err },
		"delete": func() error { return s.Delete(ctx, "there") },
		"list": func() error {
			for _, err := range s.List(ctx, "") {
				return err
			}
			return nil
		},
	} {
		if err := f(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for name := range listed(t, s, "") {
		if name == "film" {
			t.Error("what was cancelled is there")
		}
	}
}

// atOnce makes and deletes in the same folder, which comes and goes with it.
func atOnce(t *testing.T, s blob.Store) {
	var wg sync.WaitGroup
	for _, name := range []string{"rec/one", "rec/two", "rec/three"} {
		wg.Go(func() {
			for range 15 {
				w, err := s.Create(t.Context(), name)
				if err == nil {
					_, err = w.Write([]byte(name))
				}
				if err == nil {
					err = w.Commit()
				}
				if err == nil {
					err = s.Delete(t.Context(), name)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := listed(t, s, ""); len(got) > 0 {
		t.Errorf("left: %v", got)
	}
}

func reserve(t *testing.T, s blob.Store) {
	r, err := s.Reserve(t.Context(), 1<<20)
	ok(t, err)
	if got := listed(t, s, ""); len(got) > 0 {
		t.Errorf("it is listed: %v", got)
	}
	ok(t, s.Sweep(t.Context()))
	ok(t, r.Free())
	ok(t, r.Free())
}
