package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"plenum/internal/api"
	"plenum/internal/apikey"
	"plenum/internal/auth"
	"plenum/internal/id"
	"plenum/internal/pii"
)

// confirmed sets the server up and has its first administrator pass a second
// factor.
func (w *world) confirmed(t *testing.T) *browser {
	t.Helper()
	b := w.browser(t)
	b.setUp()
	w.confirm(b, time.Now())
	return b
}

// confirm makes the sign-in of a browser one that was proved at a moment, with a
// second factor.
func (w *world) confirm(b *browser, at time.Time) {
	b.t.Helper()
	if err := w.store.ConfirmSession(b.t.Context(), auth.HashToken(pii.Secret(b.cookie.Value)), at, true); err != nil {
		b.t.Fatal(err)
	}
}

// key makes a key as an administrator; the header to send it with comes back.
func (b *browser) key(scopes ...string) (made api.MadeKey, header []string) {
	b.t.Helper()
	made = is[api.MadeKey](b.t, b.do("POST", "/keys", asJSON(b.t, api.NewKey{Name: "Course pages", Scopes: scopes})), 201)
	return made, []string{"Authorization", "Bearer " + made.Secret}
}

func allScopes() []string {
	scopes := make([]string, 0, len(apikey.Scopes()))
	for _, s := range apikey.Scopes() {
		scopes = append(scopes, string(s))
	}
	return scopes
}

func TestKeys(t *testing.T) {
	w := fresh(t)
	ada := w.confirmed(t)
	made, header := ada.key("meetings:read", "meetings:write")
	if !strings.HasPrefix(made.Secret, "plenum_") || len(made.Secret) != 59 {
		t.Errorf("the secret is %d characters", len(made.Secret))
	}
	if a := ada.do("GET", "/keys", ""); strings.Contains(a.body, made.Secret) || len(is[api.Keys](t, a, 200).Keys) != 1 {
		t.Errorf("the list is %s", a.body)
	}

	program := w.browser(t)
	m := is[api.Meeting](t, program.do("POST", "/meetings", `{"name":"Lecture"}`, header...), 201)
	if got := is[api.Meeting](t, program.do("GET", "/meetings/"+m.ID, "", header...), 200); got.Name != "Lecture" {
		t.Errorf("got %+v", got)
	}
	// What a key made is the organisation's, and what a person made is theirs.
	refused(t, ada.do("GET", "/meetings/"+m.ID, ""), 404, "meeting.not_found")
	own := is[api.Meeting](t, ada.do("POST", "/meetings", ""), 201)
	refused(t, program.do("GET", "/meetings/"+own.ID, "", header...), 404, "meeting.not_found")

	// Nothing but its scopes, and nothing that only a person may do.
	refused(t, program.do("GET", "/people", "", header...), 403, "key.scope")
	refused(t, program.do("POST", "/keys", `{"name":"x","scopes":["people:read"]}`, header...), 403, "key.scope")
	refused(t, program.do("GET", "/account", "", header...), 403, "key.scope")

	// Never the cookie beside it, not even of an administrator.
	refused(t, ada.do("GET", "/people", "", header...), 403, "key.scope")
	refused(t, ada.do("GET", "/people", "", "Authorization", "Bearer nonsense"), 401, "key.invalid")
	refused(t, ada.do("GET", "/server", "", "Authorization", "Basic YTpi"), 401, "key.invalid")

	// Programs send no Origin; a page that has a key is as good as a program, and a
	// page that has none is refused as ever.
	is[api.Meetings](t, program.do("GET", "/meetings", "", append(header, "Origin", "https://pages.example", "Sec-Fetch-Site", "cross-site")...), 200)
	refused(t, ada.do("POST", "/meetings", "", "Origin", "https://pages.example", "Sec-Fetch-Site", "cross-site"), 403, "origin.foreign")

	if a := ada.do("DELETE", "/keys/"+made.Key.ID, ""); a.StatusCode != http.StatusNoContent {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	refused(t, program.do("GET", "/meetings", "", header...), 401, "key.invalid")
	refused(t, ada.do("DELETE", "/keys/"+made.Key.ID, ""), 404, "not_found")
	if strings.Contains(w.log.String(), "plenum_") {
		t.Error("the log has a key")
	}
}

// TestKeyExpires: the moment counts, not the next sweep.
func TestKeyExpires(t *testing.T) {
	w := fresh(t)
	ada := w.confirmed(t)
	until := time.Now().Add(300 * time.Millisecond)
	made := is[api.MadeKey](t, ada.do("POST", "/keys", asJSON(t, api.NewKey{Name: "Short", Scopes: []string{"meetings:read"}, ExpiresAt: &until})), 201)
	header := []string{"Authorization", "Bearer " + made.Secret}
	is[api.Meetings](t, w.browser(t).do("GET", "/meetings", "", header...), 200)
	<-time.After(time.Until(until) + 2*time.Millisecond) // stored in milliseconds
	refused(t, w.browser(t).do("GET", "/meetings", "", header...), 401, "key.invalid")
	past := time.Now().Add(-time.Minute)
	refused(t, ada.do("POST", "/keys", asJSON(t, api.NewKey{Name: "Past", Scopes: []string{"meetings:read"}, ExpiresAt: &past})), 422, "key.expiry")
}

// TestKeysAreDangerous: who makes one proves again who they are.
func TestKeysAreDangerous(t *testing.T) {
	w := fresh(t)
	ada := w.confirmed(t)
	w.confirm(ada, time.Now().Add(-11*time.Minute))
	refused(t, ada.do("POST", "/keys", `{"name":"x","scopes":["people:read"]}`), 403, "confirm.required")
	w.confirm(ada, time.Now())
	refused(t, ada.do("POST", "/keys", `{"name":"x","scopes":["everything"]}`), 422, "key.scopes")
	refused(t, ada.do("POST", "/keys", `{"name":"x","scopes":[]}`), 422, "key.scopes")
	ada.key("tenants") // the first administrator is an operator
}

// TestScopes generates from the description who may call what: nobody without a
// credential, no key without the scope, and a key with the scope alone.
func TestScopes(t *testing.T) {
	w := fresh(t)
	ada := w.confirmed(t)
	var spec struct {
		Paths map[string]map[string]struct {
			OperationID string
			Security    []map[string][]string
		}
	}
	if err := json.Unmarshal(api.Spec(), &spec); err != nil {
		t.Fatal(err)
	}
	alone, others := map[string][]string{}, map[string][]string{}
	for _, s := range allScopes() {
		_, alone[s] = ada.key(s)
		_, others[s] = ada.key(slices.DeleteFunc(allScopes(), func(o string) bool { return o == s })...)
	}
	_, every := ada.key(allScopes()...)
	nobody, program := w.browser(t), w.browser(t)
	cells := 0
	for path, operations := range spec.Paths {
		path = strings.TrimPrefix(path, api.Prefix)
		for _, part := range []string{"{id}", "{invite}", "{ban}"} {
			path = strings.ReplaceAll(path, part, strings.Repeat("a", 26))
		}
		for method, o := range operations {
			method = strings.ToUpper(method)
			scope, open := "", false
			for _, way := range o.Security {
				if len(way) == 0 {
					open = true
				}
				if len(way["key"]) == 1 {
					scope = way["key"][0]
				}
			}
			if open {
				continue
			}
			cells += 2
			refused(t, nobody.do(method, path, ""), 401, "signin.required")
			if scope == "" {
				refused(t, program.do(method, path, "", every...), 403, "key.scope")
				continue
			}
			cells++
			refused(t, program.do(method, path, "", others[scope]...), 403, "key.scope")
			if a := program.do(method, path, "", alone[scope]...); a.StatusCode == http.StatusUnauthorized || a.StatusCode == http.StatusForbidden {
				t.Errorf("%s refuses its own scope %s: %s", o.OperationID, scope, a.body)
			}
		}
	}
	if cells < 80 {
		t.Errorf("only %d cells", cells)
	}
}

func TestRateLimits(t *testing.T) {
	w := fresh(t)
	ada := w.confirmed(t)
	_, header := ada.key("meetings:read")
	_, second := ada.key("meetings:read")
	program := w.browser(t)
	var braked answer
	for range 6_000 { // on a slow machine the share grows back meanwhile
		if braked = program.do("GET", "/meetings", "", header...); braked.StatusCode != http.StatusOK {
			break
		}
	}
	refused(t, braked, 429, "rate.limited")
	if after, err := strconv.Atoi(braked.Header.Get("Retry-After")); err != nil || after < 1 {
		t.Errorf("Retry-After is %q", braked.Header.Get("Retry-After"))
	}
	is[api.Meetings](t, program.do("GET", "/meetings", "", second...), 200) // another key has its own
	is[api.Meetings](t, ada.do("GET", "/meetings", ""), 200)

	flood := w.browser(t)
	flood.source = "[2001:db8::1]:4000"
	for i := range 60_000 {
		flood.source = fmt.Sprintf("[2001:db8::%x]:4000", i+1) // one customer's network counts as one
		if braked = flood.do("GET", "/openapi.json", ""); braked.StatusCode != http.StatusOK {
			break
		}
	}
	refused(t, braked, 429, "rate.limited")
	is[api.Server](t, w.browser(t).do("GET", "/server", ""), 200)
}

// TestDoorsAreBraked: 500 people behind one address come in and may try again, a
// program that asks on and on may not; what does not exist counts like the rest.
func TestDoorsAreBraked(t *testing.T) {
	w := fresh(t)
	b := w.browser(t)
	b.setUp()
	m := is[api.Meeting](t, b.do("POST", "/meetings", `{"name":"Council"}`), 201)
	town := w.browser(t)
	town.source = "198.51.100.20:1"
	for range 500 {
		is[api.Door](t, town.do("POST", "/meetings/"+m.ID+"/door", ""), 200)
		is[api.Ticket](t, town.do("POST", "/meetings/"+m.ID+"/ticket", `{"name":"Ben"}`), 200)
		refused(t, town.do("POST", "/meetings/"+m.ID+"/ticket", `{"name":" "}`), 422, "name.empty")
	}
	ask := func(from *browser, path, body string) (asked int) {
		for ; asked < 4_000; asked++ {
			a := from.do("POST", "/meetings/"+path, body)
			if a.StatusCode != http.StatusTooManyRequests {
				continue
			}
			refused(t, a, 429, "rate.limited")
			if after, err := strconv.Atoi(a.Header.Get("Retry-After")); err != nil || after < 1 {
				t.Errorf("Retry-After is %q", a.Header.Get("Retry-After"))
			}
			return asked
		}
		t.Error("nobody stops a program at the door")
		return asked
	}
	const name = `{"name":"Mallory"}`
	if n := ask(town, m.ID+"/ticket", name); n > 500 {
		t.Errorf("%d more tickets to one meeting", n)
	}
	is[api.Door](t, town.do("POST", "/meetings/"+m.ID+"/door", ""), 200) // it is the ticket that was asked too often
	there, nowhere, asks := w.browser(t), w.browser(t), w.browser(t)
	there.source, nowhere.source, asks.source = "198.51.100.21:1", "198.51.100.22:1", "198.51.100.23:1"
	if one, other := ask(there, m.ID+"/ticket", name), ask(nowhere, string(id.New[id.Meeting]())+"/ticket", name); one < 1_000 || other < 1_000 || max(one, other) > 2_000 {
		t.Errorf("%d and %d tickets were asked for", one, other)
	}
	if n := ask(asks, m.ID+"/door", ""); n < 2_000 {
		t.Errorf("asked %d times", n)
	}
	is[api.Ticket](t, b.do("POST", "/meetings/"+m.ID+"/ticket", `{"name":"Ada"}`), 200) // others come in
}

func TestIdempotency(t *testing.T) {
	w := fresh(t)
	ada := w.confirmed(t)
	_, header := ada.key("meetings:read", "meetings:write")
	_, other := ada.key("meetings:read", "meetings:write")
	program := w.browser(t)
	with := func(key string, credential []string) []string {
		return append(slices.Clone(credential), "Idempotency-Key", key)
	}
	count := func() int {
		return len(is[api.Meetings](t, program.do("GET", "/meetings", "", header...), 200).Meetings)
	}

	first := program.do("POST", "/meetings", `{"name":"Once"}`, with("a", header)...)
	again := program.do("POST", "/meetings", `{"name":"Once"}`, with("a", header)...)
	if first.StatusCode != http.StatusCreated || again.StatusCode != http.StatusCreated || first.body != again.body || again.Header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("first %d %s\nagain %d %s", first.StatusCode, first.body, again.StatusCode, again.body)
	}
	if count() != 1 {
		t.Errorf("%d meetings", count())
	}
	refused(t, program.do("POST", "/meetings", `{"name":"Twice"}`, with("a", header)...), 422, "idempotency.reused")
	refused(t, program.do("POST", "/meetings", `{"name":"x"}`, with(strings.Repeat("k", 256), header)...), 422, "idempotency.invalid")
	refused(t, program.do("POST", "/meetings", `{"name":"x"}`, with("ä", header)...), 422, "idempotency.invalid")

	// Another caller's key of the same text is another one.
	if a := program.do("POST", "/meetings", `{"name":"Once"}`, with("a", other)...); a.Header.Get("Idempotent-Replayed") != "" || a.StatusCode != http.StatusCreated {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if a := ada.do("POST", "/meetings", `{"name":"Once"}`, with("a", nil)...); a.Header.Get("Idempotent-Replayed") != "" || a.StatusCode != http.StatusCreated {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}

	// What failed has changed nothing and may be tried again.
	refused(t, program.do("POST", "/meetings", `{"name":" "}`, with("b", header)...), 422, "name.empty")
	is[api.Meeting](t, program.do("POST", "/meetings", `{"name":"Good"}`, with("b", header)...), 201)

	// Of many at once, one does it.
	var group sync.WaitGroup
	statuses := make([]int, 20)
	before := count()
	for i := range statuses {
		group.Go(func() {
			statuses[i] = w.browser(t).do("POST", "/meetings", `{"name":"Race"}`, with("c", header)...).StatusCode
		})
	}
	group.Wait()
	for _, s := range statuses {
		if s != 201 && s != 409 {
			t.Errorf("statuses %v", statuses)
			break
		}
	}
	if got := count() - before; got != 1 {
		t.Errorf("%d meetings of 20 requests at once", got)
	}

	// A secret that is shown once is kept sealed, and comes again to its owner only.
	made := ada.do("POST", "/keys", `{"name":"k","scopes":["people:read"]}`, "Idempotency-Key", "d")
	repeated := ada.do("POST", "/keys", `{"name":"k","scopes":["people:read"]}`, "Idempotency-Key", "d")
	if made.body != repeated.body || !strings.Contains(made.body, "plenum_") {
		t.Errorf("first %s\nagain %s", made.body, repeated.body)
	}
}
