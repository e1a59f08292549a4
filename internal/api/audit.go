package api

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"plenum/internal/audit"
	"plenum/internal/id"
	"plenum/internal/user"
)

// auditStore is where the log of who decided what is kept.
type auditStore interface {
	Record(ctx context.Context, entries ...audit.Entry) error
	AuditPage(ctx context.Context, t id.Tenant, f audit.Filter, before int64, limit int) ([]audit.Record, error)
	AuditAbout(ctx context.Context, t id.Tenant, u id.User, before int64, limit int) ([]audit.Record, error)
	VerifyAudit(ctx context.Context, t id.Tenant) (audit.Report, error)
	WalkAudit(ctx context.Context, t id.Tenant, after int64, w audit.Walker) error
	RedactAudit(ctx context.Context, t id.Tenant, u id.User, note audit.Entry) (int, error)
	AuditKey() ed25519.PublicKey
	UserOf(ctx context.Context, t id.Tenant, u id.User) (user.User, error)
}

func (a *api) registerAudit(h huma.API) {
	operation(a, h, "listAudit", http.MethodGet, "/audit", "The organisation's audit log, newest first; reading it is an entry itself", a.listAudit, administers(readAudit))
	operation(a, h, "exportAudit", http.MethodGet, "/audit/export", "The whole log as a file; as JSON lines it can be verified elsewhere", a.exportAudit, administers(readAudit), exports)
	operation(a, h, "verifyAudit", http.MethodPost, "/audit/verify", "Find out whether anything in the log was changed, taken out or put in", a.verifyAudit, administers(readAudit))
	operation(a, h, "redactAudit", http.MethodPost, "/audit/redact", "Take a person out of the log, which stays verifiable; needs a fresh confirmation of who is asking", a.redactAudit, administers(personal))
	operation(a, h, "listAccess", http.MethodGet, "/account/access", "Who looked at or changed my data, newest first", a.listAccess, needsSession)
}

// AuditParty is who did something, or to whom or what it was done.
type AuditParty struct {
	Kind string `json:"kind" doc:"user, seat (of a guest), key, operator, system, invite, meeting, session, provider, tenant; empty for none"`
	ID   string `json:"id" doc:"Empty for operator and system, and once redacted"`
	Name string `json:"name" doc:"Of a user whose account exists; empty otherwise. Looked up now and stored nowhere"`
}

// AuditEntry is one decision.
type AuditEntry struct {
	Number     int64             `json:"number" doc:"Its place in the log"`
	At         time.Time         `json:"at"`
	Action     string            `json:"action"`
	Actor      AuditParty        `json:"actor"`
	Credential string            `json:"credential" doc:"By what the actor was known, as in session or key:…"`
	Meeting    string            `json:"meeting" doc:"Empty when it is about none"`
	Subject    AuditParty        `json:"subject"`
	Detail     map[string]string `json:"detail" nullable:"false"`
	Redacted   []string          `json:"redacted" nullable:"false" doc:"What was taken out: actor, subject"`
}

// AuditEntries is a page of the log.
type AuditEntries struct {
	Entries []AuditEntry `json:"entries" nullable:"false"`
	Next    string       `json:"next" doc:"Cursor of the next page; empty after the last"`
}

type auditAnswer struct{ Body AuditEntries }

type listAuditRequest struct {
	Page
	Action  string    `query:"action" maxLength:"40" doc:"Only this action, as in door.admitted"`
	Actor   string    `query:"actor" maxLength:"26" doc:"Only what this one did, by id"`
	Subject string    `query:"subject" maxLength:"26" doc:"Only what was done to this one, by id"`
	Meeting string    `query:"meeting" maxLength:"26" doc:"Only about this meeting, by id"`
	From    time.Time `query:"from" doc:"Not before"`
	To      time.Time `query:"to" doc:"Before"`
}

func (a *api) listAudit(ctx context.Context, in *listAuditRequest) (*auditAnswer, error) {
	who, err := a.admin(ctx, readAudit)
	if err != nil {
		return nil, err
	}
	before, err := in.numbered()
	if err != nil {
		return nil, err
	}
	// Whose entries somebody looked at, that person may know; see listAccess.
	var looked audit.Party
	for _, wanted := range []string{in.Subject, in.Actor} {
		if _, err := a.Store.UserOf(ctx, who.tenant.ID, id.User(wanted)); wanted != "" && err == nil {
			looked = audit.Party{Kind: audit.User, ID: wanted}
		}
	}
	if err := a.noteReading(ctx, who, "list", looked); err != nil {
		return nil, err
	}
	filter := audit.Filter{Action: audit.Action(in.Action), Actor: in.Actor, Subject: in.Subject, Meeting: in.Meeting, From: in.From, Until: in.To}
	records, err := a.Store.AuditPage(ctx, who.tenant.ID, filter, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return a.auditAnswer(ctx, who, records, in.Limit)
}

// numbered returns the number of the entry that the page ends before.
func (p Page) numbered() (int64, error) {
	parts, err := p.after(1)
	if err != nil || parts == nil {
		return math.MaxInt64, err
	}
	n, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return 0, errCursor
	}
	return n, nil
}

// noteReading writes down who reads the log before they have read anything.
func (a *api) noteReading(ctx context.Context, who actor, what string, whose audit.Party) error {
	entry := who.entry(audit.AuditRead, whose)
	entry.Detail = map[string]string{"what": what}
	return a.Store.Record(ctx, entry)
}

func (a *api) auditAnswer(ctx context.Context, who actor, records []audit.Record, limit int) (*auditAnswer, error) {
	records, cursor := cut(records, limit, func(r audit.Record) []string { return []string{strconv.FormatInt(r.Seq, 10)} })
	names := map[string]string{}
	party := func(p audit.Party) (AuditParty, error) {
		name, known := names[p.ID]
		if p.Kind == audit.User && p.ID != "" && !known {
			u, err := a.Store.UserOf(ctx, who.tenant.ID, id.User(p.ID))
			if err != nil && !errors.Is(err, user.ErrNotFound) {
				return AuditParty{}, err
			}
			name = u.Name.Text()
			names[p.ID] = name
		}
		return AuditParty{Kind: string(p.Kind), ID: p.ID, Name: name}, nil
	}
	answer := AuditEntries{Entries: make([]AuditEntry, 0, len(records)), Next: cursor}
	for _, r := range records {
		acting, err := party(r.Actor)
		if err != nil {
			return nil, err
		}
		subject, err := party(r.Subject)
		if err != nil {
			return nil, err
		}
		entry := AuditEntry{
			Number: r.Seq, At: r.At, Action: string(r.Action), Actor: acting, Credential: r.Credential,
			Meeting: string(r.Meeting), Subject: subject, Detail: r.Detail, Redacted: r.Redacted(),
		}
		if entry.Detail == nil {
			entry.Detail = map[string]string{}
		}
		answer.Entries = append(answer.Entries, entry)
	}
	return &auditAnswer{answer}, nil
}

// listAccess tells people what others did with their account or saw of it. It
// names who, as the law wants it for access inside an organisation (GDPR
// article 15, with CJEU C-579/21: the times and purposes always, the persons as
// far as the organisation shows them; here the log does).
func (a *api) listAccess(ctx context.Context, in *Page) (*auditAnswer, error) {
	who, err := a.actor(ctx, personal)
	if err != nil {
		return nil, err
	}
	before, err := in.numbered()
	if err != nil {
		return nil, err
	}
	records, err := a.Store.AuditAbout(ctx, who.tenant.ID, who.user.ID, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return a.auditAnswer(ctx, who, records, in.Limit)
}

type exportAuditRequest struct {
	Format string `query:"format" enum:"jsonl,csv,cef,syslog" default:"jsonl" doc:"Only jsonl can be verified later"`
	After  int64  `query:"after" minimum:"0" doc:"Leave out the entries up to this number"`
}

// exports describes an operation whose answer is a file.
func exports(op *huma.Operation) {
	text := &huma.Schema{Type: "string"}
	op.Responses["200"] = &huma.Response{Description: "The log", Content: map[string]*huma.MediaType{
		"application/jsonl": {Schema: text}, "text/csv": {Schema: text}, "text/plain": {Schema: text},
	}}
}

func (a *api) exportAudit(ctx context.Context, in *exportAuditRequest) (*huma.StreamResponse, error) {
	who, err := a.admin(ctx, readAudit)
	if err != nil {
		return nil, err
	}
	if err := a.noteReading(ctx, who, "export", audit.Party{}); err != nil {
		return nil, err
	}
	format := audit.Format(in.Format)
	return &huma.StreamResponse{Body: func(c huma.Context) { //nolint:contextcheck // it has the same
		c.SetHeader("Content-Type", format.MediaType())
		c.SetHeader("Content-Disposition", `attachment; filename="audit.`+fileEnding(format)+`"`)
		c.SetHeader("Cache-Control", "no-store")
		w := audit.NewWriter(format, c.BodyWriter(), a.Store.AuditKey(), a.Version)
		if err := a.Store.WalkAudit(c.Context(), who.tenant.ID, in.After, w); err != nil {
			a.Logger.Error("audit export broken off", "error", err)
			panic(http.ErrAbortHandler) // so that nobody takes half a log for a whole one
		}
	}}, nil
}

func fileEnding(f audit.Format) string {
	if f == audit.CEF || f == audit.Syslog {
		return "log"
	}
	return string(f)
}

// AuditReport is what verifying the log found.
type AuditReport struct {
	OK        bool          `json:"ok"`
	Entries   int64         `json:"entries" doc:"How many were read"`
	Last      int64         `json:"last" doc:"Number of the last entry"`
	PublicKey string        `json:"publicKey" doc:"Ed25519, in hexadecimal; what an exported file must be signed with"`
	Problem   *AuditProblem `json:"problem,omitempty" doc:"The first that was found"`
}

// AuditProblem is what is wrong with the log, and where.
type AuditProblem struct {
	What    string `json:"what" enum:"changed,missing,inserted,moved,rewritten,forged,unsigned"`
	From    int64  `json:"from" doc:"Number of the first entry it is about"`
	Through int64  `json:"through" doc:"Number of the last"`
	Instead int64  `json:"instead" doc:"With moved: number of the entry that stands there"`
	Text    string `json:"text" doc:"The same in plain English"`
}

type auditReportAnswer struct{ Body AuditReport }

func (a *api) verifyAudit(ctx context.Context, _ *struct{}) (*auditReportAnswer, error) {
	who, err := a.admin(ctx, readAudit)
	if err != nil {
		return nil, err
	}
	if err := a.noteReading(ctx, who, "verify", audit.Party{}); err != nil {
		return nil, err
	}
	report, err := a.Store.VerifyAudit(ctx, who.tenant.ID)
	if err != nil {
		return nil, err
	}
	answer := AuditReport{OK: report.Problem == nil, Entries: report.Entries, Last: report.End.Seq, PublicKey: hex.EncodeToString(a.Store.AuditKey())}
	if p := report.Problem; p != nil {
		answer.Problem = &AuditProblem{What: p.What, From: p.From, Through: p.Through, Instead: p.Instead, Text: p.String()}
	}
	return &auditReportAnswer{answer}, nil
}

// Redaction is the request to take a person out of the log.
type Redaction struct {
	User string `json:"user" doc:"Id of the person, whose account may be gone already"`
}

// Redacted is what came of it.
type Redacted struct {
	Entries int `json:"entries" doc:"How many named the person"`
}

type (
	redactAuditRequest struct{ Body Redaction }
	redactedAnswer     struct{ Body Redacted }
)

func (a *api) redactAudit(ctx context.Context, in *redactAuditRequest) (*redactedAnswer, error) {
	who, err := a.admin(ctx, personal)
	if err != nil {
		return nil, err
	}
	if err := who.fresh(); err != nil {
		return nil, err
	}
	person, err := id.Parse[id.User](in.Body.User)
	if err != nil {
		return nil, err
	}
	// The note does not name the person again.
	n, err := a.Store.RedactAudit(ctx, who.tenant.ID, person, who.entry(audit.AuditRedacted, audit.Party{}))
	if err != nil {
		return nil, err
	}
	return &redactedAnswer{Redacted{Entries: n}}, nil
}
