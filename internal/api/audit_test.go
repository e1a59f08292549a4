package api_test

import (
	"database/sql"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"plenum/internal/api"
	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/id"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

// auditor is an administrator as the audit wants one.
func (w *world) auditor(t *testing.T) (*browser, api.User) {
	t.Helper()
	b := w.browser(t)
	owner := b.setUp()
	b.addApp()
	return b, owner
}

func (b *browser) entries(query string) api.AuditEntries {
	b.t.Helper()
	return call[api.AuditEntries](b, "GET", "/audit?"+query, nil, 200)
}

func TestAuditIsForAdministrators(t *testing.T) {
	w := fresh(t)
	plain := w.browser(t)
	plain.setUp()
	colleague := w.colleague(t)
	for _, path := range []string{"/audit", "/audit/export", "/audit/verify", "/audit/redact"} {
		method, body := "GET", ""
		if strings.HasSuffix(path, "y") || strings.HasSuffix(path, "redact") {
			method = "POST"
		}
		if strings.HasSuffix(path, "redact") {
			body = asJSON(t, api.Redaction{User: id.New[string]()})
		}
		refused(t, w.browser(t).do(method, path, body), 401, "signin.required")
		refused(t, colleague.do(method, path, body), 403, "admin.required")
		refused(t, plain.do(method, path, body), 403, "factor.required")
	}
}

func TestAuditList(t *testing.T) {
	w := fresh(t)
	admin, owner := w.auditor(t)
	meeting := id.New[id.Meeting]()
	for i := range 7 {
		e := audit.Entry{
			Tenant: w.home(t).ID, At: time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC), Action: audit.PolicySet, Credential: "session",
			Actor: audit.Party{Kind: audit.User, ID: owner.ID}, Meeting: meeting, Detail: map[string]string{"chat": "false"},
		}
		if i == 3 {
			e.Action, e.Actor, e.Subject = audit.Admitted, audit.Party{Kind: audit.System}, audit.Party{Kind: audit.Seat, ID: id.New[string]()}
		}
		if err := w.store.Record(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	var numbers []int64
	cursor := ""
	for {
		page := admin.entries("limit=3&meeting=" + string(meeting) + "&cursor=" + cursor)
		for _, e := range page.Entries {
			numbers = append(numbers, e.Number)
			if e.Actor.Kind == "user" && (e.Actor.Name != "Zoë" || e.Detail["chat"] != "false" || len(e.Redacted) > 0) {
				t.Errorf("entry: %+v", e)
			}
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if len(numbers) != 7 || numbers[0] != numbers[6]+6 {
		t.Errorf("pages: %v", numbers)
	}
	only := func(query string) int { return len(admin.entries("meeting=" + string(meeting) + "&" + query).Entries) }
	for query, want := range map[string]int{
		"action=door.admitted": 1, "action=policy.set": 6, "actor=" + owner.ID: 6, "subject=" + owner.ID: 0,
		"from=2026-01-02T00:00:00Z&to=2026-01-04T00:00:00Z": 2, "action=" + url.QueryEscape("' OR 1=1 --"): 0,
	} {
		if got := only(query); got != want {
			t.Errorf("%s: %d entries, want %d", query, got, want)
		}
	}
	refused(t, admin.do("GET", "/audit?cursor=nonsense", ""), 422, "cursor.invalid")
	refused(t, admin.do("GET", "/audit?limit=101", ""), 422, "request.invalid")

	// Reading it is in it, with whose entries were asked for.
	read := admin.entries("action=audit.read&limit=1").Entries[0]
	if read.Actor.ID != owner.ID || read.Credential != "session" {
		t.Errorf("the reading before: %+v", read)
	}
	found := false
	for _, e := range admin.entries("action=audit.read&limit=100").Entries {
		found = found || e.Subject.ID == owner.ID
	}
	if !found {
		t.Error("that somebody's entries were asked for is not in the log")
	}
}

func TestAuditOfOthers(t *testing.T) {
	w := fresh(t)
	admin, _ := w.auditor(t)
	other := tenant.Tenant{ID: id.New[id.Tenant](), Name: "Elsewhere", Hosts: []string{"elsewhere.example"}, CreatedAt: time.Now(), Settings: tenant.DefaultSettings()}
	stranger := user.User{ID: id.New[id.User](), Tenant: other.ID, Name: "Stranger", Email: "stranger@elsewhere.example", Admin: true, CreatedAt: time.Now()}
	link, _ := auth.NewWelcome(stranger.ID, time.Now())
	if err := w.store.CreateTenant(t.Context(), other, stranger, link); err != nil {
		t.Fatal(err)
	}
	foreign := audit.Entry{
		Tenant: other.ID, Action: audit.MeetingEnded, Credential: "session", Meeting: id.New[id.Meeting](),
		Actor: audit.Party{Kind: audit.User, ID: string(stranger.ID)},
	}
	// And an entry here that names the stranger: their name stays theirs.
	here := foreign
	here.Tenant = w.home(t).ID
	if err := w.store.Record(t.Context(), foreign, here); err != nil {
		t.Fatal(err)
	}
	list := admin.entries("action=meeting.ended").Entries
	if len(list) != 1 || list[0].Actor.Name != "" {
		t.Errorf("entries: %+v", list)
	}
	export := admin.do("GET", "/audit/export", "")
	if strings.Contains(export.body, string(other.ID)) {
		t.Error("the export holds the log of another organisation")
	}
	n := call[api.Redacted](admin, "POST", "/audit/redact", api.Redaction{User: string(stranger.ID)}, 200)
	if n.Entries != 1 {
		t.Errorf("%d entries redacted, want the one here", n.Entries)
	}
	report, err := w.store.VerifyAudit(t.Context(), other.ID)
	if err != nil || report.Problem != nil {
		t.Error(report.Problem, err)
	}
	page, err := w.store.AuditPage(t.Context(), other.ID, audit.Filter{Actor: string(stranger.ID)}, 1<<40, 10)
	if err != nil || len(page) == 0 {
		t.Errorf("the other organisation's log lost entries: %v", err)
	}
}

func TestAuditExportAndVerify(t *testing.T) {
	w := fresh(t)
	admin, _ := w.auditor(t)
	w.colleague(t)
	types := map[string]string{
		"jsonl": "application/jsonl", "csv": "text/csv; charset=utf-8", "cef": "text/plain; charset=utf-8", "syslog": "text/plain; charset=utf-8",
	}
	for format, kind := range types {
		a := admin.do("GET", "/audit/export?format="+format, "")
		if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != kind || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment;") {
			t.Errorf("%s: %d, %v", format, a.StatusCode, a.Header)
		}
		if !strings.Contains(a.body, "audit.read") {
			t.Errorf("%s does not hold its own reading", format)
		}
		// The people of this test, and where they come from, are nowhere in it.
		for _, canary := range []string{"Zoë", "zoe", "Col", "col@", "example", "192.0.2"} {
			if strings.Contains(strings.ReplaceAll(a.body, "plenum@32473", ""), canary) {
				t.Errorf("%s holds %q", format, canary)
			}
		}
	}
	refused(t, admin.do("GET", "/audit/export?format=xml", ""), 422, "request.invalid")

	file := admin.do("GET", "/audit/export", "").body
	report, key, err := audit.VerifyFile(strings.NewReader(file))
	if err != nil || report.Problem != nil || report.Entries < 5 {
		t.Fatalf("%d entries, %v, %v", report.Entries, report.Problem, err)
	}
	verified := call[api.AuditReport](admin, "POST", "/audit/verify", nil, 200)
	if !verified.OK || verified.Problem != nil || verified.Last != report.End.Seq+1 || verified.PublicKey != hex.EncodeToString(key) {
		t.Errorf("verified: %+v", verified)
	}

	db, err := sql.Open("sqlite", w.path+"?_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "UPDATE audit_entry SET action = 'door.refused' WHERE seq = 2"); err != nil {
		t.Fatal(err)
	}
	verified = call[api.AuditReport](admin, "POST", "/audit/verify", nil, 200)
	if p := verified.Problem; verified.OK || p == nil || p.What != "changed" || p.From != 2 || p.Through != 2 || !strings.Contains(p.Text, "entry 2 of ") {
		t.Errorf("a changed entry: %+v, %+v", verified, p)
	}
}

func TestAuditRedact(t *testing.T) {
	w := fresh(t)
	admin, owner := w.auditor(t)
	colleague := w.colleague(t)
	me := *call[api.Session](colleague, "GET", "/session", nil, 200).User

	before := admin.entries("actor=" + me.ID).Entries
	if len(before) == 0 || before[0].Actor.Name != "Col" {
		t.Fatalf("the colleague's entries: %+v", before)
	}
	refused(t, admin.do("POST", "/audit/redact", asJSON(t, api.Redaction{User: "nobody"})), 404, "not_found")
	refused(t, admin.do("POST", "/audit/redact", asJSON(t, api.Redaction{User: id.New[string]()})), 404, "not_found")
	n := call[api.Redacted](admin, "POST", "/audit/redact", api.Redaction{User: me.ID}, 200).Entries
	if n < len(before) {
		t.Errorf("%d entries redacted, %d named them", n, len(before))
	}
	note := admin.entries("action=audit.redacted").Entries[0]
	if note.Actor.ID != owner.ID || note.Subject.ID != "" || note.Detail["entries"] != strconv.Itoa(n) {
		t.Errorf("the note of it: %+v", note)
	}
	if file := admin.do("GET", "/audit/export", "").body; strings.Contains(file, me.ID) {
		t.Error("the log still names the colleague")
	}
	if !call[api.AuditReport](admin, "POST", "/audit/verify", nil, 200).OK {
		t.Error("the log cannot be verified any more")
	}

	w.expire(t, admin)
	refused(t, admin.do("POST", "/audit/redact", asJSON(t, api.Redaction{User: owner.ID})), 403, "confirm.required")
}

// Everybody can see who looked at their data.
func TestAccessToMyData(t *testing.T) {
	w := fresh(t)
	admin, owner := w.auditor(t)
	colleague := w.colleague(t)
	me := *call[api.Session](colleague, "GET", "/session", nil, 200).User
	access := func() []api.AuditEntry {
		return call[api.AuditEntries](colleague, "GET", "/account/access", nil, 200).Entries
	}
	if got := access(); len(got) != 0 {
		t.Errorf("before anybody looked: %+v", got)
	}
	admin.entries("actor=" + me.ID)
	admin.entries("")
	admin.entries("subject=" + owner.ID) // somebody else's
	got := access()
	if len(got) != 2 || got[0].Action != "audit.read" || got[0].Actor.Name != "Zoë" || got[1].Subject.ID != me.ID || got[0].Subject.ID != "" {
		t.Fatalf("looked at: %+v", got)
	}
	// What I do myself is no news, and what the entries of others say is not mine.
	for _, e := range got {
		if e.Actor.ID == me.ID {
			t.Errorf("my own doing: %+v", e)
		}
	}
	call[api.PersonDetail](admin, "GET", "/people/"+me.ID, nil, 200)
	if got := access(); len(got) != 3 || got[0].Action != "account.read" || got[0].Actor.ID != owner.ID {
		t.Errorf("after looking at the account: %+v", got)
	}
	refused(t, w.browser(t).do("GET", "/account/access", ""), 401, "signin.required")
}
