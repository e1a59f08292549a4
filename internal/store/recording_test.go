package store_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"plenum/internal/audit"
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/job"
	"plenum/internal/meeting"
	"plenum/internal/recording"
	"plenum/internal/store"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

// sealing is what the archive does with a number.
func sealing(number uint32) (wrapped, sealed []byte, err error) {
	return []byte{0xde, byte(number >> 24), byte(number >> 16), byte(number >> 8), byte(number)}, []byte("sealed"), nil
}

func newRecording(m meeting.Meeting, by id.User, at time.Time) recording.Recording {
	return recording.Recording{
		ID: id.New[id.Recording](), Tenant: m.Tenant, Meeting: m.ID, Sitting: id.New[id.Sitting](), By: by,
		StartedAt: at, Settings: recording.DefaultSettings(), Sharing: recording.Sharing{With: recording.Nobody},
	}
}

// record keeps a recording that has begun.
func record(t *testing.T, s *store.Store, m meeting.Meeting, by id.User, at time.Time) recording.Recording {
	t.Helper()
	return must[recording.Recording](t)(s.CreateRecording(t.Context(), newRecording(m, by, at), sealing))
}

// aMeeting sets up a server with one meeting and its owner.
func aMeeting(t *testing.T, s *store.Store) (meeting.Meeting, user.User) {
	t.Helper()
	owner := setUp(t, s)
	m := meeting.New(owner.Tenant, owner.ID, "Raad", noon)
	ok(t, s.CreateMeeting(t.Context(), m, nil))
	return m, owner
}

// noted is an entry of the audit about a recording.
func noted(r recording.Recording, action audit.Action) audit.Entry {
	return audit.Entry{
		Tenant: r.Tenant, Action: action, Actor: audit.Party{Kind: audit.Operator}, Credential: "command line", Meeting: r.Meeting,
		Subject: audit.Party{Kind: audit.Recorded, ID: string(r.ID)},
	}
}

func kept(t *testing.T, s *store.Store, r id.Recording) recording.Sealed {
	t.Helper()
	return must[recording.Sealed](t)(s.Recording(t.Context(), r))
}

func (p part) recordingLife() {
	t, c := p.T, p.Config
	s := open(t, c)
	m, owner := aMeeting(t, s)
	r := newRecording(m, owner.ID, noon)
	r.Settings = recording.Settings{Layout: recording.Grid, Height: 1080, Mark: "Entwurf", Days: 30, Sharing: recording.Sharing{With: recording.Members, Watermark: true}}
	r.Sharing = recording.Sharing{With: recording.Members, Watermark: true}
	r = must[recording.Recording](t)(s.CreateRecording(t.Context(), r, sealing, noted(r, audit.RecordingStarted)))
	want := recording.Sealed{Recording: r, Sealed: []byte("sealed")}
	want.Wrapped, want.State = []byte{0xde, 0, 0, 0, byte(r.Number)}, recording.StateRecording
	same(t, "as it began", kept(t, s, r.ID), want)
	same(t, "unfinished", must[[]recording.Sealed](t)(s.UnfinishedRecordings(t.Context())), []recording.Sealed{want})
	is(t, "composing a running one", s.SetRecordingComposing(t.Context(), r.ID, nil, nil), recording.ErrNotReady)
	is(t, "withdrawing from a running one", s.Withdraw(t.Context(), r.ID, nil, nil, nil, nil), recording.ErrNotReady)

	ended, expires := noon.Add(time.Hour), noon.AddDate(0, 0, 30)
	todo := job.Make("compose", r.ID, []byte("{}"), ended)
	ok(t, s.SetRecordingEnded(t.Context(), r.ID, ended, 1800, expires, []job.Job{todo}, noted(r, audit.RecordingStopped)))
	is(t, "ended twice", s.SetRecordingEnded(t.Context(), r.ID, ended, 1, expires, []job.Job{todo}), recording.ErrNotRunning)
	want.State, want.EndedAt, want.Chunks, want.ExpiresAt = recording.StateComposing, ended, 1800, expires
	same(t, "ended", kept(t, s, r.ID), want)
	same(t, "to be done", must[[]job.Job](t)(s.Jobs(t.Context(), r.ID)), []job.Job{todo})
	same(t, "unfinished after the end", must[[]recording.Sealed](t)(s.UnfinishedRecordings(t.Context())), []recording.Sealed{})

	_, found, err := s.ClaimJob(t.Context(), "a", ended, ended.Add(time.Minute))
	if !found || err != nil {
		t.Fatal(found, err)
	}
	if kept, err := s.RenewJob(t.Context(), todo.ID, "a", 0.25, ended.Add(time.Minute)); !kept || err != nil {
		t.Fatal(kept, err)
	}
	want.Progress = 0.25
	same(t, "in the middle", kept(t, s, r.ID), want)
	ok(t, s.FinishJob(t.Context(), todo.ID, "a"))
	want.Progress = 0

	ok(t, s.SetRecordingFailed(t.Context(), r.ID, "composer.missing", time.Time{}))
	want.State, want.Problem = recording.StateFailed, "composer.missing"
	same(t, "failed", kept(t, s, r.ID), want)
	want.Problem, want.ExpiresAt = "recording.empty", noon.AddDate(0, 0, 1)
	ok(t, s.SetRecordingFailed(t.Context(), r.ID, want.Problem, want.ExpiresAt))
	same(t, "empty", kept(t, s, r.ID), want)
	want.ExpiresAt = expires
	ok(t, s.SetRecordingFailed(t.Context(), r.ID, want.Problem, want.ExpiresAt))
	want.Settings.Layout, want.State, want.Problem = recording.Share, recording.StateComposing, ""
	ok(t, s.SetRecordingComposing(t.Context(), r.ID, &want.Settings, []job.Job{job.Make("compose", r.ID, nil, ended)}, noted(r, audit.RecordingChanged)))
	same(t, "again", kept(t, s, r.ID), want)

	video := recording.SealedAsset{Asset: recording.Asset{ID: id.New[id.Asset](), Recording: r.ID, Kind: recording.Video, Size: 1 << 40, CreatedAt: ended}}
	voice := recording.SealedAsset{Sealed: []byte("name"), Asset: recording.Asset{
		ID: id.New[id.Asset](), Recording: r.ID, Kind: recording.SpeakerFile, Seat: id.New[id.Seat](), Size: 1, CreatedAt: ended.Add(time.Second),
	}}
	ok(t, s.SetRecordingReady(t.Context(), r.ID, 59*time.Minute, []byte("with chapters"), []recording.SealedAsset{video, voice}, nil, noted(r, audit.RecordingComposed)))
	want.State, want.Length, want.Sealed, want.Files = recording.StateReady, 59*time.Minute, []byte("with chapters"), []recording.SealedAsset{video, voice}
	same(t, "ready", kept(t, s, r.ID), want)
	newer := video
	newer.ID, newer.CreatedAt = id.New[id.Asset](), ended.Add(time.Minute)
	ok(t, s.SetRecordingReady(t.Context(), r.ID, 59*time.Minute, nil, []recording.SealedAsset{newer}, []id.Asset{video.ID, "unknown"}))
	want.Files = []recording.SealedAsset{voice, newer}
	same(t, "made anew", kept(t, s, r.ID), want)

	p.recordingChanges(s, want)
}

// recordingChanges is what people change of a recording that is ready.
func (p part) recordingChanges(s *store.Store, want recording.Sealed) {
	t, r := p.T, want.Recording
	hash := slices.Repeat([]byte{7}, 32)
	for name, change := range map[string]func() error{
		"renamed": func() error {
			want.Sealed = []byte("other title")
			return s.RenameRecording(t.Context(), r.ID, want.Sealed, noted(r, audit.RecordingChanged))
		},
		"shared": func() error {
			want.Sharing = recording.Sharing{With: recording.Link, Download: true, SecretHash: hash, LinkExpires: noon.AddDate(0, 0, 3), PasscodeHash: "$p"}
			return s.SetSharing(t.Context(), r.ID, want.Sharing, noted(r, audit.RecordingShared))
		},
		"cut": func() error {
			want.Cut = recording.Cut{From: 1500 * time.Millisecond, To: time.Minute}
			return s.SetCut(t.Context(), r.ID, want.Cut, nil, nil, noted(r, audit.RecordingChanged))
		},
		"held": func() error {
			want.Hold = recording.Hold{At: noon, By: r.By, Reason: "Rechtsstreit § 1"}
			return s.SetHold(t.Context(), r.ID, want.Hold, noted(r, audit.RecordingHeld))
		},
	} {
		ok(t, change())
		same(t, name, kept(t, s, r.ID), want)
	}
	want.Sharing, want.Cut, want.Hold = recording.Sharing{With: recording.Nobody}, recording.Cut{}, recording.Hold{}
	ok(t, s.SetSharing(t.Context(), r.ID, want.Sharing))
	ok(t, s.SetCut(t.Context(), r.ID, want.Cut, nil, nil))
	ok(t, s.SetHold(t.Context(), r.ID, want.Hold))
	same(t, "all taken back", kept(t, s, r.ID), want)

	// A change whose entry cannot be written is none.
	if err := s.RenameRecording(t.Context(), r.ID, []byte("unseen"), audit.Entry{Tenant: r.Tenant}); err == nil {
		t.Error("a change without evidence")
	}
	same(t, "after a change without evidence", kept(t, s, r.ID), want)

	marked := recording.SealedAsset{Asset: recording.Asset{
		ID: id.New[id.Asset](), Recording: r.ID, Kind: recording.Marked, For: "user:" + string(r.By), CreatedAt: noon.AddDate(0, 0, 2), ExpiresAt: noon.AddDate(0, 0, 3),
	}}
	ok(t, s.AddAssets(t.Context(), r.ID, marked))
	same(t, "expired too early", must[[]recording.SealedAsset](t)(s.ExpiredAssets(t.Context(), marked.ExpiresAt.Add(-time.Millisecond))), []recording.SealedAsset(nil))
	same(t, "expired", must[[]recording.SealedAsset](t)(s.ExpiredAssets(t.Context(), marked.ExpiresAt)), []recording.SealedAsset{marked})
	ok(t, s.RemoveAssets(t.Context(), r.ID, marked.ID, "unknown"))
	same(t, "removed", kept(t, s, r.ID), want)

	// A video and its picture come together or not at all.
	trimmed := recording.SealedAsset{Asset: recording.Asset{ID: id.New[id.Asset](), Recording: r.ID, Kind: recording.Trimmed, Size: 9, CreatedAt: noon.AddDate(0, 0, 4)}}
	poster := trimmed
	poster.ID, poster.Kind, poster.For, poster.CreatedAt = id.New[id.Asset](), recording.Poster, string(trimmed.ID), noon.AddDate(0, 0, 5)
	if err := s.AddAssets(t.Context(), r.ID, trimmed, poster, trimmed); err == nil {
		t.Error("one file is kept twice")
	}
	same(t, "half of it", kept(t, s, r.ID), want)
	ok(t, s.AddAssets(t.Context(), r.ID, trimmed, poster))
	with := want
	with.Files = append(slices.Clone(want.Files), trimmed, poster)
	same(t, "with a picture", kept(t, s, r.ID), with)
	ok(t, s.RemoveAssets(t.Context(), r.ID, trimmed.ID, poster.ID))
	same(t, "without", kept(t, s, r.ID), want)
}

// Of a recording that is not there, nothing can be changed.
func (p part) noRecording() {
	t, c := p.T, p.Config
	s := open(t, c)
	aMeeting(t, s)
	const none = id.Recording("none")
	_, err := s.Recording(t.Context(), none)
	is(t, "found", err, recording.ErrNotFound)
	_, err = s.DeleteRecording(t.Context(), none, noon)
	is(t, "deleted", err, recording.ErrNotFound)
	_, err = s.SetWarned(t.Context(), none)
	is(t, "warned", err, recording.ErrNotFound)
	for name, err := range map[string]error{
		"ended":     s.SetRecordingEnded(t.Context(), none, noon, 1, noon, nil),
		"composing": s.SetRecordingComposing(t.Context(), none, nil, nil),
		"ready":     s.SetRecordingReady(t.Context(), none, 0, nil, nil, nil),
		"failed":    s.SetRecordingFailed(t.Context(), none, "x", time.Time{}),
		"renamed":   s.RenameRecording(t.Context(), none, []byte{}),
		"shared":    s.SetSharing(t.Context(), none, recording.Sharing{}),
		"cut":       s.SetCut(t.Context(), none, recording.Cut{}, nil, nil),
		"held":      s.SetHold(t.Context(), none, recording.Hold{}),
		"asset":     s.AddAssets(t.Context(), none, recording.SealedAsset{Asset: recording.Asset{Recording: none}}),
		"removed":   s.RemoveAssets(t.Context(), none, "x"),
		"withdrawn": s.Withdraw(t.Context(), none, nil, nil, nil, nil),
		"blackout":  s.Blackout(t.Context(), none, "seat", true),
		"consent":   s.AppendConsents(t.Context(), []consent.Sealed{{Evidence: consent.Evidence{Recording: none}}}),
		"job":       s.AddJobs(t.Context(), job.Make("compose", none, nil, noon)),
	} {
		is(t, name, err, recording.ErrNotFound)
	}
	same(t, "relation", must[recording.Relation](t)(s.RecordingRelation(t.Context(), none, "nobody")), recording.Relation{})
	same(t, "answers", must[[]consent.Sealed](t)(s.Consents(t.Context(), none)), []consent.Sealed{})
	ok(t, s.SetErased(t.Context(), none))
}

// recordingNumbers: whoever begins at once, on whichever node, whatever is deleted
// and whatever fails, gets a number that nobody had.
func (p part) recordingNumbers() {
	t, c := p.T, p.Config
	stores := []*store.Store{open(t, c), open(t, c)}
	m, owner := aMeeting(t, stores[0])
	var mu sync.Mutex
	var numbers []uint32
	failing := errors.New("no key")
	var wg sync.WaitGroup
	for i := range 8 {
		s := stores[i%2]
		wg.Go(func() {
			for n := range 6 {
				if n == 3 {
					_, err := s.CreateRecording(t.Context(), newRecording(m, "", noon), func(uint32) ([]byte, []byte, error) { return nil, nil, failing })
					if !errors.Is(err, failing) {
						t.Errorf("without a key: %v", err)
					}
				}
				r, err := s.CreateRecording(t.Context(), newRecording(m, owner.ID, noon), sealing)
				if err != nil {
					t.Error(err)
					continue
				}
				mu.Lock()
				numbers = append(numbers, r.Number)
				mu.Unlock()
				if _, err := s.DeleteRecording(t.Context(), r.ID, noon); n%2 == 0 && err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	slices.Sort(numbers)
	same(t, "numbers", len(slices.Compact(slices.Clone(numbers))), 48)
	for _, r := range must[[]recording.Sealed](t)(stores[0].RecordingsOfMeeting(t.Context(), m.ID)) {
		_, err := stores[0].DeleteRecording(t.Context(), r.ID, noon)
		ok(t, err)
	}
	last := record(t, stores[1], m, "", noon)
	same(t, "after all are deleted", last.Number > numbers[47], true)
	// After a restore, the archive says from which on they are good.
	later := newRecording(m, "", noon)
	later.Number = last.Number + 100
	later = must[recording.Recording](t)(stores[0].CreateRecording(t.Context(), later, sealing))
	same(t, "the number that was asked for", later.Number, last.Number+100)
	later = newRecording(m, "", noon)
	later.Number = last.Number
	later = must[recording.Recording](t)(stores[0].CreateRecording(t.Context(), later, sealing))
	same(t, "a number that is taken", later.Number, last.Number+101)
	later = newRecording(m, "", noon)
	later.Number = 1<<32 - 1
	must[recording.Recording](t)(stores[0].CreateRecording(t.Context(), later, sealing))
	if _, err := stores[0].CreateRecording(t.Context(), newRecording(m, "", noon), sealing); err == nil {
		t.Error("a number after the last")
	}
}

// Deleted is deleted: nothing about it is left but its number.
func (p part) recordingDeleted() {
	t, c := p.T, p.Config
	s := open(t, c)
	m, owner := aMeeting(t, s)
	r, other := record(t, s, m, owner.ID, noon), record(t, s, m, owner.ID, noon)
	todo := job.Make("compose", r.ID, nil, noon)
	ok(t, s.SetRecordingEnded(t.Context(), r.ID, noon, 1, noon.Add(time.Hour), []job.Job{todo}))
	asset := recording.SealedAsset{Asset: recording.Asset{ID: id.New[id.Asset](), Recording: r.ID, Kind: recording.Video, CreatedAt: noon}}
	ok(t, s.AddAssets(t.Context(), r.ID, asset))
	ok(t, s.AppendConsents(t.Context(), []consent.Sealed{{Evidence: consent.Evidence{Recording: r.ID, At: noon, Seat: "seat", User: owner.ID, Answer: consent.Asked, Language: "de"}}}))
	ok(t, s.Blackout(t.Context(), r.ID, "seat", true))
	_, found, err := s.ClaimJob(t.Context(), "a", noon, noon.Add(time.Minute))
	if !found || err != nil {
		t.Fatal(found, err)
	}

	ok(t, s.SetHold(t.Context(), r.ID, recording.Hold{At: noon, By: owner.ID, Reason: "court"}))
	_, err = s.DeleteRecording(t.Context(), r.ID, noon)
	is(t, "held", err, recording.ErrHeld)
	is(t, "its meeting", s.DeleteMeeting(t.Context(), m.ID), meeting.ErrHasRecordings)
	same(t, "held and due", must[[]recording.Sealed](t)(s.DueRecordings(t.Context(), noon.AddDate(9, 0, 0))), []recording.Sealed{})
	same(t, "after all that", kept(t, s, r.ID).Number, r.Number)
	ok(t, s.SetHold(t.Context(), r.ID, recording.Hold{}))

	deleted := noon.Add(time.Minute)
	gone := must[recording.Recording](t)(s.DeleteRecording(t.Context(), r.ID, deleted, noted(r, audit.RecordingDeleted)))
	same(t, "what to destroy", gone.Number, r.Number)
	same(t, "what to remove", gone.Assets, []recording.Asset{asset.Asset})
	_, err = s.Recording(t.Context(), r.ID)
	is(t, "after it", err, recording.ErrNotFound)
	_, err = s.DeleteRecording(t.Context(), r.ID, deleted)
	is(t, "twice", err, recording.ErrNotFound)
	same(t, "answers", must[[]consent.Sealed](t)(s.Consents(t.Context(), r.ID)), []consent.Sealed{})
	same(t, "answers of an account", must[[]consent.Sealed](t)(s.ConsentsOf(t.Context(), m.Tenant, owner.ID)), []consent.Sealed{})
	same(t, "blackouts", must[[]recording.Blackout](t)(s.Blackouts(t.Context(), r.ID)), []recording.Blackout{})
	same(t, "jobs", must[[]job.Job](t)(s.Jobs(t.Context(), r.ID)), []job.Job{})
	same(t, "the lease", must[bool](t)(s.RenewJob(t.Context(), todo.ID, "a", 1, noon)), false)
	same(t, "what is left", must[[]id.Recording](t)(s.RecordingIDs(t.Context())), []id.Recording{other.ID})

	stone := recording.Tombstone{ID: r.ID, Tenant: r.Tenant, Number: r.Number, DeletedAt: deleted}
	same(t, "tombstone", must[[]recording.Tombstone](t)(s.Tombstones(t.Context())), []recording.Tombstone{stone})
	entries := len(must[[]audit.Record](t)(s.AuditPage(t.Context(), r.Tenant, audit.Filter{Subject: string(r.ID)}, 1<<62, 10)))
	for range 2 { // two nodes remove the files; one receipt
		ok(t, s.SetErased(t.Context(), r.ID, noted(r, audit.RecordingErased)))
	}
	stone.Erased = true
	same(t, "erased", must[[]recording.Tombstone](t)(s.Tombstones(t.Context())), []recording.Tombstone{stone})
	same(t, "receipts", len(must[[]audit.Record](t)(s.AuditPage(t.Context(), r.Tenant, audit.Filter{Subject: string(r.ID)}, 1<<62, 10)))-entries, 1)
}

// What a recording belongs to cannot go before it; whoever began it can.
func (p part) recordingOwners() {
	t, c := p.T, p.Config
	s := open(t, c)
	_, boss := aMeeting(t, s)
	org, admin := organisation(t, s, "Council", "council.example")
	m := meeting.New(org.ID, admin.ID, "Council", noon)
	ok(t, s.CreateMeeting(t.Context(), m, nil))
	starter := newOwner()
	starter.Tenant = org.ID
	ok(t, s.CreateUser(t.Context(), starter))
	r := record(t, s, m, starter.ID, noon)
	ok(t, s.SetHold(t.Context(), r.ID, recording.Hold{At: noon, By: starter.ID}))
	ok(t, s.AppendConsents(t.Context(), []consent.Sealed{{
		Sealed: []byte("name"), Evidence: consent.Evidence{Recording: r.ID, At: noon, Seat: "seat", User: starter.ID, Answer: consent.Yes, Version: 3, Language: "fr"},
	}}))

	_, err := s.DeleteUser(t.Context(), org.ID, admin.ID)
	is(t, "who owns the meeting", err, meeting.ErrHasRecordings)
	is(t, "the meeting", s.DeleteMeeting(t.Context(), m.ID), meeting.ErrHasRecordings)
	is(t, "the organisation", s.DeleteTenant(t.Context(), org.ID), tenant.ErrHasRecordings)
	_, err = s.DeleteUser(t.Context(), org.ID, starter.ID)
	ok(t, err)
	after := kept(t, s, r.ID)
	same(t, "who began it", after.By, id.User(""))
	same(t, "who held it", after.Hold, recording.Hold{At: noon})
	same(t, "evidence", must[[]consent.Sealed](t)(s.Consents(t.Context(), r.ID)), []consent.Sealed{{
		Sealed: []byte("name"), Evidence: consent.Evidence{Recording: r.ID, At: noon, Seat: "seat", Answer: consent.Yes, Version: 3, Language: "fr"},
	}})

	ok(t, s.SetHold(t.Context(), r.ID, recording.Hold{}))
	_, err = s.DeleteRecording(t.Context(), r.ID, noon)
	ok(t, err)
	ok(t, s.DeleteTenant(t.Context(), org.ID))
	ok(t, s.SetErased(t.Context(), r.ID, noted(r, audit.RecordingErased))) // its log is gone
	same(t, "tombstone of an organisation that is gone", must[[]recording.Tombstone](t)(s.Tombstones(t.Context()))[0].Erased, true)
	same(t, "the others", must[user.User](t)(s.User(t.Context(), boss.ID)), boss)
}

func (p part) recordingExpiry() {
	t, c := p.T, p.Config
	s := open(t, c)
	m, _ := aMeeting(t, s)
	expires := []time.Time{noon.Add(time.Hour), noon.Add(2 * time.Hour), noon.Add(3 * time.Hour)}
	all := make([]id.Recording, 0, len(expires))
	for _, at := range expires {
		r := record(t, s, m, "", noon)
		ok(t, s.SetRecordingEnded(t.Context(), r.ID, noon, 1, at, nil))
		all = append(all, r.ID)
	}
	record(t, s, m, "", noon) // runs: it has no end yet
	ids := func(list []recording.Sealed, err error) string {
		t.Helper()
		ok(t, err)
		var b strings.Builder
		for _, r := range list {
			b.WriteByte(byte('a' + slices.Index(all, r.ID)))
		}
		return b.String()
	}
	same(t, "due too early", ids(s.DueRecordings(t.Context(), expires[0].Add(-time.Millisecond))), "")
	same(t, "due", ids(s.DueRecordings(t.Context(), expires[1])), "ab")
	same(t, "expiring", ids(s.ExpiringRecordings(t.Context(), expires[0], expires[2])), "bc")
	r := kept(t, s, all[1]).Recording
	same(t, "warned", must[bool](t)(s.SetWarned(t.Context(), r.ID, noted(r, audit.RecordingExpiring))), true)
	same(t, "warned again", must[bool](t)(s.SetWarned(t.Context(), r.ID, noted(r, audit.RecordingExpiring))), false)
	same(t, "told once", len(must[[]audit.Record](t)(s.AuditPage(t.Context(), r.Tenant, audit.Filter{Action: audit.RecordingExpiring}, 1<<62, 10))), 1)
	same(t, "expiring after the warning", ids(s.ExpiringRecordings(t.Context(), expires[0], expires[2])), "c")
	ok(t, s.SetHold(t.Context(), all[2], recording.Hold{At: noon}))
	same(t, "held", ids(s.ExpiringRecordings(t.Context(), expires[0], expires[2])), "")
	same(t, "due in the end", ids(s.DueRecordings(t.Context(), expires[2].AddDate(1, 0, 0))), "ab")
}
