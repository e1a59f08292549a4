package api

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"plenum/internal/audit"
	"plenum/internal/consent"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/recording"
	"plenum/internal/user"
)

var errNotErasable = fault.New("api.withdrawConsent", fault.Forbidden, "consent.not_erasable", "The organisation does not offer to take out what is past. Ask the people who run the meeting.")

// ConsentEvidence is one answer of one person.
type ConsentEvidence struct {
	At       time.Time      `json:"at"`
	Seat     string         `json:"seat" doc:"Tells two people of one name apart"`
	Name     string         `json:"name" doc:"As shown in the meeting; empty for whoever has not agreed"`
	UserName string         `json:"userName" doc:"Of the account, for who has agreed; empty for guests and once the account is gone. Looked up now"`
	Answer   consent.Answer `json:"answer" enum:"asked,yes,no,withdrawn,erased" doc:"withdrawn: for what followed; erased: also for what was before"`
	Version  int            `json:"version" doc:"Of the organisation's words; 0 for the program's own"`
	Language string         `json:"language" doc:"In which they were shown"`
	Text     string         `json:"text" doc:"The words that were shown"`
}

// ConsentEvidences is all answers of a recording, oldest first.
type ConsentEvidences struct {
	Consents []ConsentEvidence `json:"consents" nullable:"false"`
}

// RecordingUse is one view or download.
type RecordingUse struct {
	At   time.Time  `json:"at"`
	What string     `json:"what" enum:"viewed,downloaded"`
	Who  AuditParty `json:"who" doc:"viewer: by the link, with a random id of the browser's visit"`
}

// RecordingUses is a page of views and downloads.
type RecordingUses struct {
	Views []RecordingUse `json:"views" nullable:"false"`
	Next  string         `json:"next" doc:"The cursor of the next page; empty after the last"`
}

// MyConsent is what the caller answered last in a recording.
type MyConsent struct {
	Recording   string         `json:"recording" doc:"Id"`
	Title       string         `json:"title"`
	MeetingName string         `json:"meetingName" doc:"Empty when the meeting is gone"`
	At          time.Time      `json:"at"`
	Answer      consent.Answer `json:"answer" enum:"asked,yes,no,withdrawn,erased"`
	MayWithdraw bool           `json:"mayWithdraw" doc:"What is past can be blacked out and muted"`
}

// MyConsents is all that the caller answered.
type MyConsents struct {
	Consents []MyConsent `json:"consents" nullable:"false"`
}

type (
	consentsAnswer   struct{ Body ConsentEvidences }
	listViewsRequest struct {
		RecordingPath
		Page
	}
	usesAnswer       struct{ Body RecordingUses }
	myConsentsAnswer struct{ Body MyConsents }
)

// tabulates describes an operation whose answer is a table.
func tabulates(op *huma.Operation) {
	op.Responses["200"] = &huma.Response{Description: "The table", Content: map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: "string"}}}}
}

// evidence reads all answers of a recording, once it is noted who reads them.
func (a *api) evidence(ctx context.Context, in RecordingPath, what string) (sight, []ConsentEvidence, error) {
	s, err := a.look(ctx, in, readRecordings, mayManage)
	if err != nil {
		return sight{}, nil, err
	}
	if err := a.Store.Record(ctx, s.about(s.Recording, audit.ConsentsRead, map[string]string{"what": what})); err != nil {
		return sight{}, nil, err
	}
	found, err := a.Recordings.Consents(ctx, s.ID)
	if err != nil {
		return sight{}, nil, err
	}
	names := a.names(s.tenant.ID)
	list := make([]ConsentEvidence, 0, len(found))
	for _, e := range found {
		one := ConsentEvidence{
			At: e.At.UTC().Truncate(time.Millisecond), Seat: string(e.Seat), Name: e.Name.Text(),
			Answer: e.Answer, Version: e.Version, Language: e.Language, Text: textOf(s.Settings.Words, e),
		}
		if e.Name != "" { // who has not agreed stays unnamed
			if one.UserName, err = names(ctx, e.User); err != nil {
				return sight{}, nil, err
			}
		}
		list = append(list, one)
	}
	return s, list, nil
}

// textOf is what somebody was shown, as it is kept with the recording.
func textOf(asked consent.Words, e consent.Evidence) string {
	if e.Version != 0 && e.Version != asked.Version {
		return ""
	}
	return asked.Texts[e.Language]
}

// names looks up the names of an organisation's accounts, each once; "" for one that
// is gone.
func (a *api) names(t id.Tenant) func(context.Context, id.User) (string, error) {
	known := map[id.User]string{"": ""}
	return func(ctx context.Context, u id.User) (string, error) {
		if name, ok := known[u]; ok {
			return name, nil
		}
		found, err := a.Store.UserOf(ctx, t, u)
		if err != nil && !errors.Is(err, user.ErrNotFound) {
			return "", err
		}
		known[u] = found.Name.Text()
		return known[u], nil
	}
}

func (a *api) listConsents(ctx context.Context, in *RecordingPath) (*consentsAnswer, error) {
	_, list, err := a.evidence(ctx, *in, "list")
	if err != nil {
		return nil, err
	}
	return &consentsAnswer{ConsentEvidences{list}}, nil
}

func (a *api) exportConsents(ctx context.Context, in *RecordingPath) (*huma.StreamResponse, error) {
	s, list, err := a.evidence(ctx, *in, "export")
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", "text/csv; charset=utf-8")
		c.SetHeader("Content-Disposition", disposition("attachment", fileName(s, " consents.csv")))
		out := csv.NewWriter(c.BodyWriter())
		out.UseCRLF = true                                                                                   // RFC 4180 §2
		out.Write([]string{"time", "seat", "name", "account", "answer", "text version", "language", "text"}) //nolint:errcheck // the client has gone
		for _, e := range list {
			row := []string{e.At.Format(time.RFC3339Nano), e.Seat, e.Name, e.UserName, string(e.Answer), strconv.Itoa(e.Version), e.Language, e.Text}
			for i := range row {
				row[i] = audit.Inert(row[i])
			}
			out.Write(row) //nolint:errcheck // as above
		}
		out.Flush()
	}}, nil
}

// listViews reads the audit's entries of two actions as one list.
func (a *api) listViews(ctx context.Context, in *listViewsRequest) (*usesAnswer, error) {
	s, err := a.look(ctx, in.RecordingPath, readRecordings, mayManage)
	if err != nil {
		return nil, err
	}
	before, err := in.numbered()
	if err != nil {
		return nil, err
	}
	what := map[audit.Action]string{audit.RecordingViewed: "viewed", audit.RecordingDownloaded: "downloaded"}
	var records []audit.Record
	for action := range what {
		found, err := a.Store.AuditPage(ctx, s.tenant.ID, audit.Filter{Action: action, Subject: string(s.ID)}, before, in.Limit+1)
		if err != nil {
			return nil, err
		}
		records = append(records, found...)
	}
	slices.SortFunc(records, func(a, b audit.Record) int { return cmp.Compare(b.Seq, a.Seq) })
	records, next := cut(records, in.Limit, func(r audit.Record) []string { return []string{strconv.FormatInt(r.Seq, 10)} })
	names := a.names(s.tenant.ID)
	list := make([]RecordingUse, 0, len(records))
	for _, r := range records {
		use := RecordingUse{At: r.At.UTC(), What: what[r.Action], Who: AuditParty{Kind: string(r.Actor.Kind), ID: r.Actor.ID}}
		if r.Actor.Kind == audit.User {
			if use.Who.Name, err = names(ctx, id.User(r.Actor.ID)); err != nil {
				return nil, err
			}
		}
		list = append(list, use)
	}
	return &usesAnswer{RecordingUses{list, next}}, nil
}

func (a *api) withdrawConsent(ctx context.Context, in *RecordingPath) (*struct{}, error) {
	s, err := a.look(ctx, *in, personal, mayWithdraw)
	if err != nil {
		return nil, err
	}
	if !s.tenant.Settings.Recording.Erasable {
		return nil, errNotErasable
	}
	entry := s.about(s.Recording, audit.ConsentWithdrawn, map[string]string{"past": "true"})
	ctx = context.WithoutCancel(ctx)
	if err := a.Recordings.Withdraw(ctx, s.ID, s.user.ID, entry); err != nil {
		return nil, err
	}
	return nil, a.Rooms.Withdraw(ctx, s.Meeting, s.ID, s.user.ID)
}

// listMyConsents tells the last answer in each recording; what somebody was asked
// only, if they never answered.
func (a *api) listMyConsents(ctx context.Context, _ *struct{}) (*myConsentsAnswer, error) {
	who, err := a.onlooker(ctx, "", personal)
	if err != nil {
		return nil, err
	}
	found, err := a.Recordings.Answered(ctx, who.user.Tenant, who.user.ID)
	if err != nil {
		return nil, err
	}
	last := map[id.Recording]consent.Evidence{}
	for _, e := range found {
		if before, known := last[e.Recording]; !known || before.Answer == consent.Asked || e.Answer != consent.Asked && !e.At.Before(before.At) {
			last[e.Recording] = e
		}
	}
	list := make([]MyConsent, 0, len(last))
	for _, e := range last {
		s, err := a.see(ctx, who, e.Recording, func(recording.Rights) bool { return true })
		if errors.Is(err, recording.ErrNotFound) {
			continue // deleted just now
		}
		if err != nil {
			return nil, err
		}
		name, err := a.meetingName(ctx, who.tenant.ID, s.Meeting)
		if err != nil {
			return nil, err
		}
		said := e.Answer == consent.Yes || e.Answer == consent.Withdrawn
		list = append(list, MyConsent{
			Recording: string(s.ID), Title: s.Title.Text(), MeetingName: name, At: e.At.UTC().Truncate(time.Millisecond), Answer: e.Answer,
			MayWithdraw: said && s.may.Withdraw && who.tenant.Settings.Recording.Erasable,
		})
	}
	slices.SortFunc(list, func(a, b MyConsent) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Recording, b.Recording)) })
	return &myConsentsAnswer{MyConsents{list}}, nil
}
