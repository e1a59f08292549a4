package store_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"plenum/internal/audit"
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/job"
	"plenum/internal/recording"
)

func answer(r id.Recording, seat id.Seat, u id.User, a consent.Answer) consent.Sealed {
	e := consent.Sealed{Evidence: consent.Evidence{Recording: r, At: noon, Seat: seat, User: u, Answer: a, Version: 4, Language: "nl"}}
	if a == consent.Yes {
		e.Sealed = []byte("name of " + string(seat))
	}
	return e
}

func (p part) consents() {
	t, s := p.T, open(p.T, p.Config)
	m, owner := aMeeting(t, s)
	stranger := elsewhere(t, s)
	r, later := record(t, s, m, owner.ID, noon), record(t, s, m, owner.ID, noon.Add(time.Hour))
	first := []consent.Sealed{answer(r.ID, "a", owner.ID, consent.Asked), answer(r.ID, "b", "", consent.Asked)}
	ok(t, s.AppendConsents(t.Context(), first, noted(r, audit.RecordingStarted)))
	then := []consent.Sealed{answer(r.ID, "a", owner.ID, consent.Yes), answer(r.ID, "b", "", consent.No), answer(r.ID, "a", owner.ID, consent.Withdrawn)}
	for _, e := range then {
		ok(t, s.AppendConsents(t.Context(), []consent.Sealed{e}))
	}
	same(t, "in the order they were given", must[[]consent.Sealed](t)(s.Consents(t.Context(), r.ID)), slices.Concat(first, then))
	mine := answer(later.ID, "c", owner.ID, consent.Yes)
	ok(t, s.AppendConsents(t.Context(), []consent.Sealed{mine}))
	same(t, "of an account, the newest recording first", must[[]consent.Sealed](t)(s.ConsentsOf(t.Context(), m.Tenant, owner.ID)),
		[]consent.Sealed{mine, first[0], then[0], then[2]})
	same(t, "in another organisation", must[[]consent.Sealed](t)(s.ConsentsOf(t.Context(), stranger.Tenant, owner.ID)), []consent.Sealed{})
	same(t, "of guests", must[[]consent.Sealed](t)(s.ConsentsOf(t.Context(), m.Tenant, "")), []consent.Sealed{})

	// All or nothing, the audit included.
	if err := s.AppendConsents(t.Context(), []consent.Sealed{mine}, audit.Entry{Tenant: m.Tenant}); err == nil {
		t.Error("an answer without evidence in the audit")
	}
	is(t, "of a recording that is gone", s.AppendConsents(t.Context(), []consent.Sealed{mine, answer("gone", "a", "", consent.No)}), recording.ErrNotFound)
	same(t, "after both", len(must[[]consent.Sealed](t)(s.Consents(t.Context(), later.ID))), 1)

	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if err := s.AppendConsents(t.Context(), []consent.Sealed{answer(later.ID, id.Seat(strconv.Itoa(i)), "", consent.Asked)}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	same(t, "after twenty at once", len(must[[]consent.Sealed](t)(s.Consents(t.Context(), later.ID))), 21)
}

// Evidence is only ever added: no query changes or deletes it but the deletion of
// its recording.
func TestConsentsAreOnlyAdded(t *testing.T) {
	changes := regexp.MustCompile(`(?i)(UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+consent\b`)
	files, err := filepath.Glob("queries/*.sql")
	ok(t, err)
	for _, file := range files {
		text := must[[]byte](t)(os.ReadFile(file))
		if found := changes.Find(text); found != nil {
			t.Errorf("%s: %s", file, found)
		}
	}
	if len(files) < 10 {
		t.Errorf("%d files with queries", len(files))
	}
}

func (p part) withdraw() {
	t, s := p.T, open(p.T, p.Config)
	m, owner := aMeeting(t, s)
	r := record(t, s, m, owner.ID, noon)
	running := job.Make("compose", r.ID, nil, noon)
	ok(t, s.SetRecordingEnded(t.Context(), r.ID, noon, 1, noon.Add(time.Hour), []job.Job{running}))
	video := recording.SealedAsset{Asset: recording.Asset{ID: id.New[id.Asset](), Recording: r.ID, Kind: recording.Video, CreatedAt: noon}}
	ok(t, s.SetRecordingReady(t.Context(), r.ID, time.Minute, nil, []recording.SealedAsset{video}, nil))
	_, found, err := s.ClaimJob(t.Context(), "a", noon, noon.Add(time.Minute))
	if !found || err != nil {
		t.Fatal(found, err)
	}

	ok(t, s.Blackout(t.Context(), r.ID, "b", true))
	erase := job.Make("erase", r.ID, nil, noon)
	said := answer(r.ID, "a", owner.ID, consent.Erased)
	ok(t, s.Withdraw(t.Context(), r.ID, []consent.Sealed{said}, []recording.Blackout{{Seat: "a"}, {Seat: "b"}}, []id.Asset{video.ID}, []job.Job{erase}, noted(r, audit.ConsentWithdrawn)))
	after := kept(t, s, r.ID)
	same(t, "state", after.State, recording.StateComposing)
	same(t, "files", len(after.Files), 0)
	same(t, "blackouts: whole stays whole", must[[]recording.Blackout](t)(s.Blackouts(t.Context(), r.ID)), []recording.Blackout{{Seat: "a"}, {Seat: "b", Whole: true}})
	same(t, "evidence", must[[]consent.Sealed](t)(s.Consents(t.Context(), r.ID)), []consent.Sealed{said})
	same(t, "what was being done is done no longer", must[bool](t)(s.RenewJob(t.Context(), running.ID, "a", 1, noon)), false)
	same(t, "to be done", must[[]job.Job](t)(s.Jobs(t.Context(), r.ID)), []job.Job{erase})
}
