package api_test

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"plenum/internal/audit"
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/recording"
	"plenum/internal/store"
)

// library keeps recordings in memory. Its entries go to the audit of the store,
// which refuses them when it is shut.
type library struct {
	store *store.Store

	mu           sync.Mutex
	recordings   []recording.Recording               // guarded by mu, as are the others
	owners       map[id.Recording]id.User            // who owns the meeting
	participants map[id.Recording][]id.User          //
	content      map[id.Asset][]byte                 //
	evidence     []consent.Evidence                  //
	marks        map[string]float64                  // by text and viewer, how far they are
	composed     map[id.Recording]recording.Settings // what was ordered
	withdrawn    map[id.Recording][]id.User          //
	counted      int                                 // how often all meetings' recordings were counted
	open         int                                 // files that are
	reads        int                                 // of files
	searched     int                                 // by one search; 0 for all
	ready        error                               //
	onOpen       func()                              // called when a file is opened
}

func newLibrary(s *store.Store) *library {
	return &library{
		store: s, owners: map[id.Recording]id.User{}, participants: map[id.Recording][]id.User{}, content: map[id.Asset][]byte{},
		marks: map[string]float64{}, composed: map[id.Recording]recording.Settings{}, withdrawn: map[id.Recording][]id.User{},
	}
}

func (l *library) at(r id.Recording) int {
	return slices.IndexFunc(l.recordings, func(other recording.Recording) bool { return other.ID == r })
}

func (l *library) relation(r recording.Recording, u id.User) recording.Relation {
	return recording.Relation{
		Owner: u != "" && (l.owners[r.ID] == u || r.By == u), Participant: slices.Contains(l.participants[r.ID], u), Member: u != "",
	}
}

func (l *library) Find(_ context.Context, t id.Tenant, r id.Recording, v recording.Viewer) (recording.Recording, recording.Relation, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := l.at(r)
	if i < 0 || l.recordings[i].Tenant != t {
		return recording.Recording{}, recording.Relation{}, recording.ErrNotFound
	}
	return l.recordings[i], l.relation(l.recordings[i], v.User), nil
}

func (l *library) List(_ context.Context, q recording.Query) ([]recording.Recording, recording.Position, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []recording.Recording
	for _, r := range l.recordings {
		may := r.Allowed(q.Viewer, l.relation(r, q.Viewer.User), time.Now())
		switch {
		case r.Tenant != q.Tenant, q.Meeting != "" && r.Meeting != q.Meeting, !may.Watch && !may.Manage && !may.Oversee:
		case q.After.ID != "" && (r.StartedAt.After(q.After.StartedAt) || r.StartedAt.Equal(q.After.StartedAt) && r.ID <= q.After.ID):
		default:
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b recording.Recording) int {
		return cmp.Or(b.StartedAt.Compare(a.StartedAt), cmp.Compare(a.ID, b.ID))
	})
	var more recording.Position
	if q.Search != "" && l.searched > 0 && len(found) > l.searched {
		found = found[:l.searched]
		more = found[l.searched-1].Position()
	}
	found = slices.DeleteFunc(found, func(r recording.Recording) bool {
		return !strings.Contains(strings.ToLower(r.Title.Text()), strings.ToLower(q.Search))
	})
	return found[:min(len(found), q.Many)], more, nil
}

// change is what one change does, with its entries.
func (l *library) change(ctx context.Context, r id.Recording, entries []audit.Entry, do func(*recording.Recording)) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := l.at(r)
	if i < 0 {
		return recording.ErrNotFound
	}
	if err := l.store.Record(ctx, entries...); err != nil {
		return err
	}
	do(&l.recordings[i])
	return nil
}

func (l *library) Rename(ctx context.Context, r id.Recording, title pii.Name, entries ...audit.Entry) error {
	return l.change(ctx, r, entries, func(r *recording.Recording) { r.Title = title })
}

func (l *library) Share(ctx context.Context, r id.Recording, s recording.Sharing, entries ...audit.Entry) error {
	return l.change(ctx, r, entries, func(r *recording.Recording) { r.Sharing = s })
}

func (l *library) Trim(ctx context.Context, r id.Recording, c recording.Cut, entries ...audit.Entry) error {
	return l.change(ctx, r, entries, func(r *recording.Recording) { r.Cut = c })
}

func (l *library) Compose(ctx context.Context, r id.Recording, s recording.Settings, entries ...audit.Entry) error {
	return l.change(ctx, r, entries, func(r *recording.Recording) {
		r.State, r.Problem, l.composed[r.ID] = recording.StateComposing, "", s
	})
}

func (l *library) Hold(ctx context.Context, r id.Recording, h recording.Hold, entries ...audit.Entry) error {
	return l.change(ctx, r, entries, func(r *recording.Recording) { r.Hold = h })
}

func (l *library) Delete(ctx context.Context, r id.Recording, entries ...audit.Entry) (recording.Receipt, error) {
	var receipt recording.Receipt
	err := l.change(ctx, r, entries, func(r *recording.Recording) {
		receipt = recording.Receipt{Recording: r.ID, KeyDestroyed: time.Now(), KeyTree: true, Files: 1 + len(r.Assets), Erased: time.Now(), Signature: []byte("signed")}
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.recordings = slices.DeleteFunc(l.recordings, func(other recording.Recording) bool { return err == nil && other.ID == r })
	return receipt, err
}

func (l *library) OfMeeting(_ context.Context, m id.Meeting) (all, held int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.recordings {
		if r.Meeting == m {
			all++
			if !r.Hold.At.IsZero() {
				held++
			}
		}
	}
	return all, held, nil
}

func (l *library) Counts(_ context.Context, t id.Tenant) (map[id.Meeting]int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counted++
	counts := map[id.Meeting]int{}
	for _, r := range l.recordings {
		if r.Tenant == t {
			counts[r.Meeting]++
		}
	}
	return counts, nil
}

func (l *library) DeleteMeeting(ctx context.Context, m id.Meeting, by audit.Entry) error {
	if _, held, _ := l.OfMeeting(ctx, m); held > 0 {
		return recording.ErrHeld
	}
	l.mu.Lock()
	var all []id.Recording
	for _, r := range l.recordings {
		if r.Meeting == m {
			all = append(all, r.ID)
		}
	}
	l.mu.Unlock()
	for _, r := range all {
		by.Subject = audit.Party{Kind: audit.Recorded, ID: string(r)}
		if _, err := l.Delete(ctx, r, by); err != nil {
			return err
		}
	}
	return nil
}

func (l *library) Consents(_ context.Context, r id.Recording) ([]consent.Evidence, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(l.evidence), func(e consent.Evidence) bool { return e.Recording != r }), nil
}

func (l *library) Answered(_ context.Context, _ id.Tenant, u id.User) ([]consent.Evidence, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(l.evidence), func(e consent.Evidence) bool { return e.User != u }), nil
}

func (l *library) Withdraw(ctx context.Context, r id.Recording, u id.User, entries ...audit.Entry) error {
	return l.change(ctx, r, entries, func(r *recording.Recording) { l.withdrawn[r.ID] = append(l.withdrawn[r.ID], u) })
}

func (l *library) Open(_ context.Context, r id.Recording, a id.Asset) (recording.Media, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := l.at(r)
	if i < 0 || !slices.ContainsFunc(l.recordings[i].Assets, func(f recording.Asset) bool { return f.ID == a }) {
		return nil, recording.ErrNotFound
	}
	l.open++
	if l.onOpen != nil {
		l.onOpen()
	}
	return &file{bytes.NewReader(l.content[a]), l}, nil
}

// file is one that is open.
type file struct {
	*bytes.Reader

	library *library
}

func (f *file) ReadAt(p []byte, at int64) (int, error) {
	f.library.mu.Lock()
	f.library.reads++
	f.library.mu.Unlock()
	return f.Reader.ReadAt(p, at)
}

func (f *file) Close() error {
	f.library.mu.Lock()
	defer f.library.mu.Unlock()
	f.library.open--
	return nil
}

// Mark is half done when it is asked for first, and done when it is asked again.
func (l *library) Mark(_ context.Context, r id.Recording, text, viewer string) (id.Asset, float64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := text + "\x00" + viewer
	if l.marks[key] == 0 {
		l.marks[key] = 0.5
		return "", 0.5, nil
	}
	made := recording.Asset{ID: id.New[id.Asset](), Recording: r, Kind: recording.Marked, For: viewer, CreatedAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour)}
	l.content[made.ID] = []byte("marked for " + text)
	i := l.at(r)
	l.recordings[i].Assets = append(slices.Clone(l.recordings[i].Assets), made)
	return made.ID, 1, nil
}

func (l *library) Ready() error { return l.ready }

// video is what is in the file of a recorded meeting.
var video = []byte(strings.Repeat("0123456789", 10_000))

// recorded adds a recording of a meeting, an hour long, with all kinds of files.
func (w *world) recorded(t *testing.T, m, title string, change func(*recording.Recording)) recording.Recording {
	t.Helper()
	found, err := w.store.Meeting(t.Context(), id.Meeting(m))
	if err != nil {
		t.Fatal(err)
	}
	began := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	l := w.kept
	l.mu.Lock()
	defer l.mu.Unlock()
	r := recording.Recording{
		ID: id.New[id.Recording](), Tenant: found.Tenant, Meeting: found.ID, Title: pii.Name(title), Number: 7, State: recording.StateReady,
		StartedAt: began.Add(time.Duration(len(l.recordings)) * time.Hour), EndedAt: began.Add(time.Hour), Length: time.Hour,
		Settings: recording.DefaultSettings(), Sharing: recording.Sharing{With: recording.Nobody}, ExpiresAt: began.AddDate(0, 0, 90),
		Chapters: []recording.ChapterMark{{Title: "Opening"}, {At: 10 * time.Minute, Title: "Budget"}, {At: 50 * time.Minute, Title: "Close"}},
	}
	for _, kind := range []recording.AssetKind{recording.Video, recording.Audio, recording.SpeakerFile, recording.VoiceFile} {
		a := recording.Asset{ID: id.New[id.Asset](), Recording: r.ID, Kind: kind, Size: int64(len(video))}
		if kind.Person() {
			a.Name = "Ben"
		}
		l.content[a.ID] = video
		r.Assets = append(r.Assets, a)
	}
	if change != nil {
		change(&r)
	}
	l.owners[r.ID] = found.Owner
	l.recordings = append(l.recordings, r)
	return r
}

// change changes a recording behind the API's back.
func (w *world) change(r id.Recording, do func(*recording.Recording)) {
	w.kept.mu.Lock()
	defer w.kept.mu.Unlock()
	do(&w.kept.recordings[w.kept.at(r)])
}

// attended makes somebody one who was in the meeting.
func (w *world) attended(r id.Recording, who string) {
	w.kept.mu.Lock()
	defer w.kept.mu.Unlock()
	w.kept.participants[r] = append(w.kept.participants[r], id.User(who))
}
