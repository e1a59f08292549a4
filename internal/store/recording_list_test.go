package store_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"plenum/internal/access"
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/recording"
	"plenum/internal/store"
	"plenum/internal/user"
)

// world is some organisations with accounts, meetings and recordings, and what
// everybody is to everything, written down beside the database.
type world struct {
	accounts   []user.User
	meetings   []meeting.Meeting
	recordings []recording.Recording
	asked      map[id.Recording][]id.User
}

// relation is what the words of recording.Relation mean.
func (w world) relation(r recording.Recording, u user.User) recording.Relation {
	if u.Tenant != r.Tenant {
		return recording.Relation{}
	}
	m := w.meetings[slices.IndexFunc(w.meetings, func(m meeting.Meeting) bool { return m.ID == r.Meeting })]
	role, found := m.RoleOf(u)
	return recording.Relation{
		Owner: r.By == u.ID || found && role == access.Owner, Member: true, Participant: slices.Contains(w.asked[r.ID], u.ID),
	}
}

// populate makes a world of its own.
func populate(t *testing.T, r *rapid.T, s *store.Store, tenants []id.Tenant) world {
	t.Helper()
	w := world{asked: map[id.Recording][]id.User{}}
	for range rapid.IntRange(1, 3).Draw(r, "accounts") {
		u := newOwner()
		u.Tenant, u.Admin = rapid.SampledFrom(tenants).Draw(r, "organisation"), false
		ok(t, s.CreateUser(t.Context(), u))
		w.accounts = append(w.accounts, u)
	}
	somebody := rapid.SampledFrom(w.accounts)
	for range rapid.IntRange(1, 3).Draw(r, "meetings") {
		m := meeting.New(rapid.SampledFrom(tenants).Draw(r, "organisation"), "", "One", noon)
		if owner := somebody.Draw(r, "owner"); rapid.Bool().Draw(r, "owned") && owner.Tenant == m.Tenant {
			m.Owner = owner.ID
		}
		for range rapid.IntRange(0, 3).Draw(r, "rules") {
			u := somebody.Draw(r, "named")
			rule := rapid.SampledFrom([]meeting.RoleRule{
				{Kind: meeting.ByUser, Value: string(u.ID), Role: access.Owner},
				{Kind: meeting.ByUser, Value: string(u.ID), Role: access.Moderator},
				{Kind: meeting.ByEmail, Value: u.Email.Text(), Role: access.Owner},
				{Kind: meeting.ByEmail, Value: u.Email.Text(), Role: access.Viewer},
				{Kind: meeting.ByGroup, Value: string(u.ID), Role: access.Owner}, // in no such group
			}).Draw(r, "rule")
			if !slices.ContainsFunc(m.Roles, func(o meeting.RoleRule) bool { return o.Kind == rule.Kind && o.Value == rule.Value }) {
				m.Roles = append(m.Roles, rule)
			}
		}
		ok(t, s.CreateMeeting(t.Context(), m, nil))
		w.meetings = append(w.meetings, m)
	}
	for i := range rapid.IntRange(1, 6).Draw(r, "recordings") {
		m := rapid.SampledFrom(w.meetings).Draw(r, "meeting")
		made := newRecording(m, "", noon.Add(time.Duration(i/2)*time.Second)) // some at the same moment
		if by := somebody.Draw(r, "by"); rapid.Bool().Draw(r, "by an account") && by.Tenant == m.Tenant {
			made.By = by.ID
		}
		made.Sharing = recording.Sharing{
			With:     rapid.SampledFrom([]recording.Audience{recording.Nobody, recording.Participants, recording.Members, recording.Link}).Draw(r, "with"),
			Download: rapid.Bool().Draw(r, "download"),
		}
		made = must[recording.Recording](t)(s.CreateRecording(t.Context(), made, sealing))
		w.recordings = append(w.recordings, made)
		for _, u := range rapid.SliceOfNDistinct(somebody, 0, min(2, len(w.accounts)), func(u user.User) id.User { return u.ID }).Draw(r, "asked") {
			w.asked[made.ID] = append(w.asked[made.ID], u.ID)
			ok(t, s.AppendConsents(t.Context(), []consent.Sealed{{Evidence: consent.Evidence{
				Recording: made.ID, At: noon, Seat: id.New[id.Seat](), User: u.ID, Answer: consent.Asked, Language: "en",
			}}}))
		}
	}
	return w
}

// recordingVisibility: what SQL lists is what recording.Allowed lets be watched,
// managed or overseen, for whoever asks.
func (p part) recordingVisibility() {
	t, s := p.T, open(p.T, p.Config)
	rapid.Check(t, func(r *rapid.T) {
		tenants := []id.Tenant{elsewhere(t, s).Tenant, elsewhere(t, s).Tenant}
		w := populate(t, r, s, tenants)
		viewers := make([]recording.Viewer, 0, 4+2*len(w.accounts))
		viewers = append(viewers, recording.Viewer{}, recording.Viewer{Link: true}, recording.Viewer{Key: true}, recording.Viewer{User: "nobody"})
		for _, u := range w.accounts {
			viewers = append(viewers, recording.Viewer{User: u.ID}, recording.Viewer{User: u.ID, Admin: true})
		}
		for _, v := range viewers {
			var who user.User
			if i := slices.IndexFunc(w.accounts, func(u user.User) bool { return u.ID == v.User }); i >= 0 {
				who = w.accounts[i]
			}
			relations := map[id.Recording]recording.Relation{}
			for _, made := range w.recordings {
				rel := w.relation(made, who)
				if got := must[recording.Relation](t)(s.RecordingRelation(t.Context(), made.ID, v.User)); got != rel {
					r.Fatalf("relation %+v, want %+v", got, rel)
				}
				relations[made.ID] = rel
			}
			for _, tenant := range tenants {
				if (v.Admin || v.Key) && who.Tenant != tenant && !v.Key {
					continue // administrators are their own organisation's: the api sees to it
				}
				var want []id.Recording
				for _, made := range w.recordings {
					listed := v
					listed.Link = false
					if may := made.Allowed(listed, relations[made.ID], noon); made.Tenant == tenant && (may.Watch || may.Manage || may.Oversee) {
						want = append(want, made.ID)
					}
				}
				for _, m := range append(w.meetings, meeting.Meeting{}) {
					wanted := want
					if m.ID != "" {
						wanted = slices.DeleteFunc(slices.Clone(want), func(made id.Recording) bool {
							i := slices.IndexFunc(w.recordings, func(r recording.Recording) bool { return r.ID == made })
							return w.recordings[i].Meeting != m.ID
						})
					}
					var got []id.Recording
					for _, found := range must[[]recording.Sealed](t)(s.Recordings(t.Context(), recording.Query{Tenant: tenant, Meeting: m.ID, Viewer: v, Many: 100})) {
						got = append(got, found.ID)
					}
					slices.Sort(got)
					if sorted := slices.Sorted(slices.Values(wanted)); !slices.Equal(got, sorted) {
						r.Fatalf("%+v of %q in meeting %q sees %v, want %v", v, tenant, m.ID, got, sorted)
					}
				}
			}
		}
	})
}

func (p part) recordingPages() {
	t, s := p.T, open(p.T, p.Config)
	m, owner := aMeeting(t, s)
	all := make([]recording.Recording, 0, 7)
	for i := range 7 {
		all = append(all, record(t, s, m, "", noon.Add(time.Duration(i/3)*time.Second))) // some at the same moment
	}
	slices.SortFunc(all, func(a, b recording.Recording) int {
		if n := b.StartedAt.Compare(a.StartedAt); n != 0 {
			return n
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	q := recording.Query{Tenant: m.Tenant, Viewer: recording.Viewer{User: owner.ID}, Many: 2}
	var got []id.Recording
	for {
		page := must[[]recording.Sealed](t)(s.Recordings(t.Context(), q))
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			got = append(got, r.ID)
		}
		q.After = page[len(page)-1].Position()
		_, err := s.DeleteRecording(t.Context(), q.After.ID, noon) // the place stays
		ok(t, err)
	}
	want := make([]id.Recording, 0, len(all))
	for _, r := range all {
		want = append(want, r.ID)
	}
	same(t, "by twos", got, want)
}

// Of what SQLite kept of a deleted recording no byte is left, in no file, when
// DeleteRecording returns.
func TestDeletedBytes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plenum.db")
	s := open(t, store.Config{Path: path})
	m, owner := aMeeting(t, s)
	var canaries []string
	canary := func() []byte {
		c := "canary" + id.NewSecret()
		canaries = append(canaries, c)
		return []byte(c)
	}
	const many = 60 // several pages, so that they are moved between them
	made := make([]recording.Recording, 0, many)
	for range many {
		r := newRecording(m, owner.ID, noon)
		r = must[recording.Recording](t)(s.CreateRecording(t.Context(), r, func(uint32) ([]byte, []byte, error) { return canary(), canary(), nil }))
		ok(t, s.AppendConsents(t.Context(), []consent.Sealed{
			{Sealed: canary(), Evidence: consent.Evidence{Recording: r.ID, At: noon, Seat: id.Seat(canary()), User: owner.ID, Answer: consent.Yes}},
		}))
		ok(t, s.RenameRecording(t.Context(), r.ID, canary()))
		ok(t, s.SetHold(t.Context(), r.ID, recording.Hold{At: noon, Reason: string(canary())}))
		ok(t, s.SetHold(t.Context(), r.ID, recording.Hold{}))
		ok(t, s.AddAssets(t.Context(), r.ID, recording.SealedAsset{Sealed: canary(), Asset: recording.Asset{ID: id.New[id.Asset](), Recording: r.ID, For: string(canary())}}))
		made = append(made, r)
	}
	if left := leftIn(t, path, canaries); left < many {
		t.Fatalf("%d canaries are there at first: this test sees nothing", left)
	}
	for i, r := range made {
		began := time.Now()
		_, err := s.DeleteRecording(t.Context(), r.ID, noon)
		ok(t, err)
		if took := time.Since(began); took > 5*time.Second { // 1 s is promised, of a machine that is not testing
			t.Errorf("deleting took %v", took)
		}
		per := len(canaries) / many
		if left := leftIn(t, path, canaries[i*per:(i+1)*per]); left > 0 {
			t.Fatalf("of recording %d %d canaries are left", i, left)
		}
	}
	if left := leftIn(t, path, canaries); left > 0 {
		t.Errorf("%d canaries are left", left)
	}
}

// leftIn counts the canaries in the files of a database.
func leftIn(t *testing.T, path string, canaries []string) int {
	t.Helper()
	files, err := filepath.Glob(path + "*")
	ok(t, err)
	left := 0
	for _, file := range files {
		content := string(must[[]byte](t)(os.ReadFile(file)))
		for _, c := range canaries {
			if strings.Contains(content, c) {
				left++
			}
		}
	}
	return left
}
