package archive_test

import (
	"strconv"
	"testing"
	"time"

	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/recording"
	"plenum/internal/store/pgtest"
)

// listed is a list that ends where it ends.
func (w *world) listed(q recording.Query) []recording.Recording {
	w.t.Helper()
	list, more, err := w.List(w.t.Context(), q)
	ok(w.t, err)
	if more != (recording.Position{}) {
		w.t.Error("there is more")
	}
	return list
}

// many are the recordings of an organisation from some years, without files; the
// oldest is called "Council 0".
func (w *world) many(n int) []id.Recording {
	w.t.Helper()
	began, all := time.Now(), make([]id.Recording, 0, n)
	for i := range n {
		r := w.recording()
		r.Sharing.With = recording.Members
		r.Title, r.StartedAt = pii.Name("Council "+strconv.Itoa(i)), began.Add(time.Duration(i-n)*time.Hour)
		ok(w.t, w.Keep(w.t.Context(), r))
		all = append(all, r.ID)
	}
	return all
}

// A search looks through 5,000 recordings and says where it goes on.
func TestSearchIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{idle: true})
	oldest := w.many(5200)[0]
	q := recording.Query{Tenant: w.of.ID, Viewer: recording.Viewer{Key: true}, Search: "council 0", Many: 10}
	list, more, err := w.List(t.Context(), q)
	ok(t, err)
	if len(list) > 0 || more == (recording.Position{}) {
		t.Fatalf("found %d, more at %+v", len(list), more)
	}
	q.After = more
	if rest := w.listed(q); len(rest) != 1 || rest[0].ID != oldest {
		t.Errorf("going on found %d", len(rest))
	}
	q.After, q.Search = recording.Position{}, ""
	if list, more, err = w.List(t.Context(), q); len(list) != 10 || more != (recording.Position{}) || err != nil {
		t.Errorf("a page of %d, %+v, %v", len(list), more, err)
	}
}

// BenchmarkLibrary has 5,000 recordings of one organisation, each with a video: a page
// of 50 of them, as a key and as somebody with an account see it, and searches that
// find some, or nothing.
func BenchmarkLibrary(b *testing.B) {
	for _, db := range []string{"SQLite", "PostgreSQL"} {
		b.Run(db, func(b *testing.B) {
			o := options{idle: true}
			if db == "PostgreSQL" {
				o.db = pgtest.Start(b).Database(b)
			}
			w := newWorld(b, o)
			for _, r := range w.many(5000) {
				ok(b, w.store.AddAssets(b.Context(), r, recording.SealedAsset{Asset: recording.Asset{
					ID: id.New[id.Asset](), Recording: r, Kind: recording.Video, Size: 1 << 30, CreatedAt: time.Now(),
				}}))
			}
			ada := w.account()
			for _, each := range []struct {
				name string
				q    recording.Query
			}{
				{"page", recording.Query{Viewer: recording.Viewer{Key: true}}},
				{"page of Ada", recording.Query{Viewer: recording.Viewer{User: ada}}},
				{"search", recording.Query{Viewer: recording.Viewer{Key: true}, Search: "council 17"}},
				{"search in vain", recording.Query{Viewer: recording.Viewer{Key: true}, Search: "budget"}},
			} {
				q := each.q
				q.Tenant, q.Many = w.of.ID, 51
				b.Run(each.name, func(b *testing.B) {
					for b.Loop() {
						list, _, err := w.List(b.Context(), q)
						ok(b, err)
						for _, r := range list[:min(50, len(list))] { // as the API does
							_, _, err := w.Find(b.Context(), q.Tenant, r.ID, q.Viewer)
							ok(b, err)
						}
					}
				})
			}
		})
	}
}
