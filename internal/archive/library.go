package archive

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"plenum/internal/audit"
	"plenum/internal/consent"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/job"
	"plenum/internal/pii"
	"plenum/internal/recording"
	"plenum/internal/vault"
)

// gone makes of a recording whose key is destroyed one that never was.
func gone(err error) error {
	if errors.Is(err, vault.ErrDestroyed) {
		return recording.ErrNotFound.With(err)
	}
	return err
}

// Find implements api.Recordings.
func (a *Archive) Find(ctx context.Context, tenant id.Tenant, r id.Recording, v recording.Viewer) (recording.Recording, recording.Relation, error) {
	s, err := a.store.Recording(ctx, r)
	if err == nil && s.Tenant != tenant {
		err = recording.ErrNotFound
	}
	if err != nil {
		return recording.Recording{}, recording.Relation{}, err
	}
	found, err := a.show(s)
	if err != nil {
		return recording.Recording{}, recording.Relation{}, err
	}
	var rel recording.Relation
	if v.User != "" {
		rel, err = a.store.RecordingRelation(ctx, r, v.User)
	}
	return found, rel, err
}

// show opens what people may see of a recording. One that cannot be opened for now,
// because the key tree is not there, can be seen to exist, and why.
func (a *Archive) show(s recording.Sealed) (recording.Recording, error) {
	r, err := a.reveal(s)
	switch f, ok := errors.AsType[*fault.Error](err); {
	case errors.Is(err, vault.ErrDestroyed):
		return r, gone(err)
	case ok:
		r.State, r.Problem = recording.StateFailed, f.Code
	case err != nil:
		return r, err
	}
	if missing := a.standing.Load().compose; r.State == recording.StateComposing && missing != nil {
		if f, ok := errors.AsType[*fault.Error](missing); ok {
			r.Problem = f.Code // why it waits
		}
	}
	return r, nil
}

const (
	// searchPage is how many recordings are looked through at once when titles are
	// searched, which the database cannot read.
	searchPage = 200
	// maxSearched is how many one search looks through: for each, a key is derived and
	// a title opened, which takes 50 µs.
	maxSearched = 5000
)

// List implements api.Recordings.
func (a *Archive) List(ctx context.Context, q recording.Query) (list []recording.Recording, more recording.Position, err error) {
	want := strings.ToLower(strings.TrimSpace(q.Search))
	page := q
	if want != "" {
		page.Many = searchPage
	}
	for searched := 0; searched < maxSearched; searched += page.Many {
		rows, err := a.store.Recordings(ctx, page)
		if err != nil {
			return nil, recording.Position{}, err
		}
		for _, s := range rows {
			r, err := a.show(s)
			if errors.Is(err, recording.ErrNotFound) {
				continue // of a database that was put back
			}
			if err != nil {
				return nil, recording.Position{}, err
			}
			if strings.Contains(strings.ToLower(r.Title.Text()), want) {
				list = append(list, r)
			}
			if len(list) == q.Many {
				return list, recording.Position{}, nil
			}
		}
		if len(rows) < page.Many {
			return list, recording.Position{}, nil
		}
		page.After = rows[len(rows)-1].Position()
	}
	return list, page.After, nil
}

// Rename implements api.Recordings.
func (a *Archive) Rename(ctx context.Context, r id.Recording, title pii.Name, entries ...audit.Entry) error {
	done, err := a.turns.wait(ctx, r)
	if err != nil {
		return err
	}
	defer done()
	s, err := a.store.Recording(ctx, r)
	if err != nil {
		return err
	}
	known, err := a.reveal(s)
	if err != nil {
		return gone(err)
	}
	key, err := a.key(s.Recording)
	if err != nil {
		return gone(err)
	}
	defer key.Close()
	known.Title = title
	sealed, err := sealDetails(key, known)
	if err != nil {
		return err
	}
	return a.store.RenameRecording(ctx, r, sealed, entries...)
}

// Share implements api.Recordings.
func (a *Archive) Share(ctx context.Context, r id.Recording, s recording.Sharing, entries ...audit.Entry) error {
	return a.store.SetSharing(ctx, r, s, entries...)
}

// Hold implements api.Recordings.
func (a *Archive) Hold(ctx context.Context, r id.Recording, h recording.Hold, entries ...audit.Entry) error {
	done, err := a.turns.wait(ctx, r) // after a rewriting of the journal that has begun
	if err != nil {
		return err
	}
	defer done()
	if err := a.store.SetHold(ctx, r, h, entries...); err != nil {
		return err
	}
	a.wakeForget() // of what was withdrawn while it was held
	return nil
}

// Compose implements api.Recordings.
func (a *Archive) Compose(ctx context.Context, r id.Recording, s recording.Settings, entries ...audit.Entry) error {
	err := a.store.SetRecordingComposing(ctx, r, &s, []job.Job{job.Make(jobCompose, r, nil, time.Now())}, entries...)
	if err == nil {
		a.jobs.Wake()
	}
	return err
}

// OfMeeting implements api.Recordings.
func (a *Archive) OfMeeting(ctx context.Context, m id.Meeting) (all, held int, err error) {
	rows, err := a.store.RecordingsOfMeeting(ctx, m)
	for _, r := range rows {
		if !r.Hold.At.IsZero() {
			held++
		}
	}
	return len(rows), held, err
}

// Counts implements api.Recordings.
func (a *Archive) Counts(ctx context.Context, t id.Tenant) (map[id.Meeting]int, error) {
	return a.store.CountRecordings(ctx, t)
}

// Consents implements api.Recordings.
func (a *Archive) Consents(ctx context.Context, r id.Recording) ([]consent.Evidence, error) {
	s, err := a.store.Recording(ctx, r)
	if err != nil {
		return nil, err
	}
	key, err := a.key(s.Recording)
	if err != nil {
		return nil, gone(err)
	}
	defer key.Close()
	list, err := a.store.Consents(ctx, r)
	if err != nil {
		return nil, err
	}
	return revealAnswers(key, list)
}

// Answered implements api.Recordings. The name that was shown then is left out: whoever
// asks has it.
func (a *Archive) Answered(ctx context.Context, t id.Tenant, u id.User) ([]consent.Evidence, error) {
	list, err := a.store.ConsentsOf(ctx, t, u)
	answers := make([]consent.Evidence, 0, len(list))
	for _, s := range list {
		answers = append(answers, s.Evidence)
	}
	return answers, err
}

// Answers implements room.Recordings. What is to be erased is noted before it is said
// that it was asked for.
func (a *Archive) Answers(ctx context.Context, evidence []consent.Evidence, entries ...audit.Entry) error {
	sealed := make([]consent.Sealed, 0, len(evidence))
	for len(evidence) > 0 { // those of one recording together: a room of 500 answers at once
		of := evidence[0].Recording
		n := slices.IndexFunc(evidence, func(e consent.Evidence) bool { return e.Recording != of })
		if n < 0 {
			n = len(evidence)
		}
		kept, err := a.sealAnswers(ctx, of, evidence[:n])
		if err != nil {
			return err
		}
		sealed, evidence = append(sealed, kept...), evidence[n:]
	}
	return a.store.AppendConsents(ctx, sealed, entries...)
}

func (a *Archive) sealAnswers(ctx context.Context, r id.Recording, evidence []consent.Evidence) ([]consent.Sealed, error) {
	s, err := a.store.Recording(ctx, r)
	if err != nil {
		return nil, err
	}
	key, err := a.key(s.Recording)
	if err != nil {
		return nil, gone(err)
	}
	defer key.Close()
	sealed := make([]consent.Sealed, 0, len(evidence))
	for _, e := range evidence {
		kept, err := sealAnswer(key, e)
		if err != nil {
			return nil, err
		}
		sealed = append(sealed, kept)
		if e.Answer != consent.Erased {
			continue
		}
		if s, err = a.store.Recording(ctx, r); err != nil { // it may have ended meanwhile
			return nil, err
		}
		if err := a.blackOut(ctx, s, e.Seat); err != nil {
			return nil, err
		}
	}
	return sealed, nil
}

func sealAnswer(key *vault.Key, e consent.Evidence) (consent.Sealed, error) {
	sealed, err := sealName(key, boxConsent+string(e.Seat), e.Name)
	e.Name = ""
	return consent.Sealed{Evidence: e, Sealed: sealed}, err
}

// blackOut takes a seat out of what was recorded of it up to its last no.
func (a *Archive) blackOut(ctx context.Context, s recording.Sealed, seat id.Seat) error {
	if s.State == recording.StateRecording {
		if err := a.store.Blackout(ctx, s.ID, seat, false); err != nil {
			return err
		}
		var err error
		if s, err = a.store.Recording(ctx, s.ID); err != nil || s.State == recording.StateRecording {
			return err // its files are yet to be made
		}
	}
	return a.withdraw(ctx, s, nil, []recording.Blackout{{Seat: seat}})
}

// inIt are the seats of an account of which something may be in a recording, with
// their last answers; asked is false for who was not there at all.
func inIt(list []consent.Evidence, u id.User) (last map[id.Seat]consent.Evidence, asked bool) {
	last = map[id.Seat]consent.Evidence{}
	for _, e := range list {
		if e.User != u || u == "" {
			continue
		}
		asked = true
		if _, in := last[e.Seat]; in || e.Answer == consent.Yes {
			last[e.Seat] = e
		}
		if e.Answer == consent.Erased {
			delete(last, e.Seat)
		}
	}
	return last, asked
}

// Withdraw implements api.Recordings.
func (a *Archive) Withdraw(ctx context.Context, r id.Recording, u id.User, entries ...audit.Entry) error {
	s, err := a.store.Recording(ctx, r)
	if err != nil {
		return err
	}
	list, err := a.Consents(ctx, r)
	if err != nil {
		return err
	}
	last, asked := inIt(list, u)
	switch {
	case !asked:
		return recording.ErrNotFound
	case len(last) == 0: // there is nothing of them, or no more: the others' files stay
		return nil
	}
	key, err := a.key(s.Recording)
	if err != nil {
		return gone(err)
	}
	defer key.Close()
	var evidence []consent.Sealed
	var people []recording.Blackout
	for seat, e := range last {
		e.At, e.Answer = time.Now(), consent.Erased
		kept, err := sealAnswer(key, e)
		if err != nil {
			return err
		}
		evidence, people = append(evidence, kept), append(people, recording.Blackout{Seat: seat, Whole: true})
	}
	if s.State != recording.StateRecording {
		return a.withdraw(ctx, s, evidence, people, entries...)
	}
	for _, b := range people {
		if t := a.taking(r); t != nil {
			t.Consent(b.Seat, false)
		}
		if err := a.store.Blackout(ctx, r, b.Seat, b.Whole); err != nil {
			return err
		}
	}
	return a.store.AppendConsents(ctx, evidence, entries...)
}

// withdraw removes the files that hold people, and has them made anew without them.
func (a *Archive) withdraw(ctx context.Context, s recording.Sealed, evidence []consent.Sealed, people []recording.Blackout, entries ...audit.Entry) error {
	done, err := a.turns.wait(ctx, s.ID)
	if err != nil {
		return err
	}
	defer done()
	if s, err = a.store.Recording(ctx, s.ID); err != nil { // files may have been made meanwhile
		return err
	}
	var files []id.Asset
	for _, f := range s.Files {
		if !f.Kind.Person() || slices.ContainsFunc(people, func(b recording.Blackout) bool { return b.Seat == f.Seat }) {
			files = append(files, f.ID)
		}
	}
	todo := job.Make(jobCompose, s.ID, nil, time.Now())
	err = a.freeing(func() error {
		return a.store.Withdraw(ctx, s.ID, evidence, people, files, []job.Job{todo}, entries...)
	})
	if err != nil {
		return err
	}
	a.jobs.Wake() // also what is being made of it, to end
	a.wakeForget()
	a.drop(ctx, s.ID, files...)
	return nil
}
