package api_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"plenum/internal/api"
)

// TestBadInput: whatever is sent, the answer is a problem with a code, and what
// was sent is in neither the answer nor the log.
func TestBadInput(t *testing.T) {
	w := fresh(t)
	b := w.browser(t)
	b.setUp()
	m := is[api.Meeting](t, b.do("POST", "/meetings", ""), 201).ID
	long := strings.Repeat("secretive ", 1_000) // 10,000 characters

	tests := []struct {
		name, method, path, body string
		header                   []string
		status                   int
		code                     string
	}{
		{"name of 10,000 characters", "POST", "/meetings", asJSON(t, api.NewMeeting{Name: &long}), nil, 422, "name.too_long"},
		{"name of a guest of 10,000 characters", "POST", "/meetings/" + m + "/ticket", asJSON(t, api.Entry{Name: long}), nil, 422, "name.too_long"},
		{"name with a control character", "POST", "/meetings", `{"name":"secretive\u0007"}`, nil, 422, "name.invalid"},
		{"name with a zero", "POST", "/meetings", `{"name":"secretive\u0000"}`, nil, 422, "name.invalid"},
		{"name with a line break", "POST", "/meetings", `{"name":"secretive\nsecretive"}`, nil, 422, "name.invalid"},
		{"name that turns the text around", "POST", "/meetings/" + m + "/ticket", `{"name":"secretive\u202egnp"}`, nil, 422, "name.invalid"},
		{"name of spaces", "POST", "/meetings", `{"name":" \u00a0\u2003 "}`, nil, 422, "name.empty"},
		{"name of nothing visible", "POST", "/meetings/" + m + "/ticket", `{"name":"\u200d\u3164"}`, nil, 422, "name.empty"},
		{"half a surrogate", "POST", "/meetings", `{"name":"secretive\ud800"}`, nil, 201, ""},
		{"name that is a number", "POST", "/meetings", `{"name":77777}`, nil, 422, "request.invalid"},
		{"name missing", "POST", "/meetings/" + m + "/ticket", `{}`, nil, 422, "request.invalid"},
		{"unknown property", "POST", "/meetings", `{"name":"secretive","secretive":1}`, nil, 422, "request.invalid"},
		{"property twice", "POST", "/meetings", `{"name":"secretive","name":"b"}`, nil, 400, "request.invalid"},
		{"property twice in capitals", "POST", "/meetings", `{"name":"secretive","NAME":"b"}`, nil, 400, "request.invalid"},
		{"property twice, deeper", "PATCH", "/meetings/" + m, `{"policy":{"chat":true,"chat":false}}`, nil, 400, "request.invalid"},
		{"unknown query", "GET", "/meetings?colour=secretive", "", nil, 422, "request.invalid"},
		{"not JSON", "POST", "/meetings", `{"name":"secretive`, nil, 400, "request.invalid"},
		{"two values", "POST", "/meetings", `{"name":"secretive"}{}`, nil, 400, "request.invalid"},
		{"a list", "POST", "/meetings", `["secretive"]`, nil, 422, "request.invalid"},
		{"null", "POST", "/meetings/" + m + "/ticket", `null`, nil, 422, "request.invalid"},
		{"no body", "POST", "/meetings/" + m + "/ticket", ``, nil, 400, "request.invalid"},
		{"a form", "POST", "/meetings", `name=secretive`, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "request.type"},
		{"text", "POST", "/meetings", `{"name":"secretive"}`, []string{"Content-Type", "text/plain"}, 415, "request.type"},
		{"no type", "POST", "/meetings", `{"name":"secretive"}`, []string{"Content-Type", ""}, 415, "request.type"},
		{"CBOR", "POST", "/meetings", "\xa0", []string{"Content-Type", "application/cbor"}, 415, "request.type"},
		{"100 kB", "POST", "/meetings", `{"name":"` + strings.Repeat(long, 10) + `"}`, nil, 413, "message.too_large"},
		{"deep nesting", "POST", "/meetings", `{"name":` + strings.Repeat("[", 30_000), nil, 400, "request.invalid"},
		{"no shares", "PATCH", "/meetings/" + m, `{"maxShares":0}`, nil, 422, "shares.invalid"},
		{"nine shares", "PATCH", "/meetings/" + m, `{"maxShares":9}`, nil, 422, "shares.invalid"},
		{"half a share", "PATCH", "/meetings/" + m, `{"maxShares":1.5}`, nil, 422, "request.invalid"},
		{"shares beyond int64", "PATCH", "/meetings/" + m, `{"maxShares":1e30}`, nil, 422, "request.invalid"},
		{"welcome too long", "PATCH", "/meetings/" + m, asJSON(t, api.MeetingChange{Welcome: &long}), nil, 422, "text.too_long"},
		{"welcome with an escape", "PATCH", "/meetings/" + m, `{"welcome":"\u001b[31m"}`, nil, 422, "text.invalid"},
		{"unknown path", "GET", "/secretive", "", nil, 404, "not_found"},
		{"path traversal", "GET", "/meetings/..%2f..%2fsecretive", "", nil, 404, "meeting.not_found"},
		{"the documentation pages", "GET", "/docs", "", nil, 404, "not_found"},
		{"the schemas", "GET", "/schemas/Meeting.json", "", nil, 404, "not_found"},
		{"password too short", "POST", "/setup", asJSON(t, api.SetUp{Secret: setUpSecret, Organisation: "A", Name: "B", Email: "c@d.example", Password: "secretive"}), nil, 422, "password.too_short"},
		{"no e-mail address", "POST", "/setup", asJSON(t, api.SetUp{Secret: setUpSecret, Organisation: "A", Name: "B", Email: "secretive", Password: password}), nil, 422, "email.invalid"},
		{"no organisation", "POST", "/setup", asJSON(t, api.SetUp{Secret: setUpSecret, Organisation: " ", Name: "B", Email: "c@d.example", Password: password}), nil, 422, "name.empty"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := b.do(test.method, test.path, test.body, test.header...)
			if test.code == "" {
				is[api.Meeting](t, a, test.status)
				return
			}
			refused(t, a, test.status, test.code)
			if strings.Contains(strings.Replace(a.body, "body.secretive", "", 1), "secretive") {
				t.Errorf("the answer repeats what was sent: %s", a.body)
			}
		})
	}
	if w.log.Len() != 0 {
		t.Errorf("bad input is in the log: %s", w.log)
	}
}

// TestForeignOrigin: a page of another site cannot act with the person's cookie.
func TestForeignOrigin(t *testing.T) {
	w := fresh(t)
	b := w.browser(t)
	b.setUp()
	for name, header := range map[string][]string{
		"other site":  {"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"},
		"same site":   {"Origin", "https://other.meet.example", "Sec-Fetch-Site", "same-site"},
		"old browser": {"Origin", "https://evil.example"},
		"sandbox":     {"Origin", "null"},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, b.do("POST", "/meetings", "", header...), 403, "origin.foreign")
			refused(t, b.do("DELETE", "/session", "", header...), 403, "origin.foreign")
		})
	}
	own := []string{"Origin", "https://meet.example", "Sec-Fetch-Site", "same-origin"}
	is[api.Meeting](t, b.do("POST", "/meetings", "", own...), 201)
	if got := is[api.Meetings](t, b.do("GET", "/meetings", "", own...), 200).Meetings; len(got) != 1 {
		t.Errorf("%d meetings, want the one made from our own page", len(got))
	}
}

// TestOurMistake: the client gets a reference, the log has the cause under it.
func TestOurMistake(t *testing.T) {
	w := fresh(t)
	b := w.browser(t)
	b.setUp()
	m := is[api.Meeting](t, b.do("POST", "/meetings", ""), 201).ID
	w.rooms.fail = errors.New("the cause")
	a := b.do("POST", "/meetings/"+m+"/door", "")
	refused(t, a, 500, "internal")
	p := is[api.Problem](t, a, 500)
	if p.Reference == "" || strings.Contains(a.body, "the cause") {
		t.Errorf("answer: %s", a.body)
	}
	if log := w.log.String(); !strings.Contains(log, p.Reference) || !strings.Contains(log, "the cause") || !strings.Contains(log, "operation=getDoor") {
		t.Errorf("log: %s", log)
	}
}

func TestPanic(t *testing.T) {
	w := fresh(t)
	b := w.browser(t)
	b.setUp()
	m := is[api.Meeting](t, b.do("POST", "/meetings", ""), 201).ID
	b.api = api.New(api.Config{Store: w.store, Logger: slog.New(slog.DiscardHandler)}) // no rooms: every use of them panics
	refused(t, b.do("POST", "/meetings/"+m+"/door", ""), 500, "internal")
}

// TestPublishedSpec: the description is served, and describes this API only: each
// operation with whoever may call it, the ids in its path, and where it is.
func TestPublishedSpec(t *testing.T) {
	w := fresh(t)
	a := w.browser(t).do("GET", "/openapi.json", "")
	if a.StatusCode != http.StatusOK || a.body != string(api.Spec()) {
		t.Fatalf("%d: %.200s", a.StatusCode, a.body)
	}
	var spec struct {
		OpenAPI string `json:"openapi"`
		Paths   map[string]map[string]struct {
			OperationID string
			Parameters  []struct{ Name, In string } `json:"parameters"`
			Security    []map[string][]string
			Responses   map[string]struct{ Headers map[string]any }
		} `json:"paths"`
	}
	if err := json.Unmarshal([]byte(a.body), &spec); err != nil {
		t.Fatal(err)
	}
	if spec.OpenAPI != "3.1.0" || len(spec.Paths) < 50 {
		t.Errorf("version %s, %d paths", spec.OpenAPI, len(spec.Paths))
	}
	for path, operations := range spec.Paths {
		for method, o := range operations {
			if len(o.Security) == 0 {
				t.Errorf("%s does not say who may call it", o.OperationID)
			}
			if o.Responses["429"].Headers["Retry-After"] == nil || o.Responses["default"].Headers != nil {
				t.Errorf("%s does not describe its limits and errors", o.OperationID)
			}
			var named, repeatable int
			for _, p := range o.Parameters {
				if p.In == "path" && strings.Contains(path, "{"+p.Name+"}") {
					named++
				}
				if p.In == "header" && p.Name == "Idempotency-Key" {
					repeatable++
				}
			}
			if named != strings.Count(path, "{") {
				t.Errorf("%s %s has the parameters %v", method, path, o.Parameters)
			}
			keyed := slices.ContainsFunc(o.Security, func(way map[string][]string) bool { return way["key"] != nil })
			if method == "post" && keyed && repeatable != 1 || method != "post" && repeatable != 0 {
				t.Errorf("%s has %d Idempotency-Keys", o.OperationID, repeatable)
			}
			if o.OperationID == "getLogo" {
				continue // there is none, rightly
			}
			r := httptest.NewRequestWithContext(t.Context(), strings.ToUpper(method), strings.ReplaceAll(path, "{id}", "x"), http.NoBody)
			recorder := httptest.NewRecorder()
			w.api.ServeHTTP(recorder, r)
			if recorder.Code == http.StatusMethodNotAllowed || strings.Contains(recorder.Body.String(), "There is nothing here") {
				t.Errorf("%s %s is described and not there: %s", method, path, recorder.Body)
			}
		}
	}
}
