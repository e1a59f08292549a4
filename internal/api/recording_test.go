package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plenum/internal/api"
	"plenum/internal/id"
	"plenum/internal/recording"
)

// council is a meeting with an owner who administers the organisation, a colleague
// and somebody without an account.
type council struct {
	*world

	owner, col, guest *browser
	colID             string
	meeting           api.Meeting
}

func newCouncil(t *testing.T) council {
	t.Helper()
	w := fresh(t)
	c := council{world: w, owner: w.confirmed(t), col: w.colleague(t), guest: w.browser(t)}
	c.colID = call[api.Account](c.col, "GET", "/account", nil, 200).ID
	c.meeting = call[api.Meeting](c.owner, "POST", "/meetings", api.NewMeeting{Name: new("Council")}, 201)
	return c
}

// hidden checks that two requests are answered alike: that for something foreign and
// that for something that never was.
func hidden(t *testing.T, b *browser, method, path, body string, r id.Recording) {
	t.Helper()
	foreign := b.do(method, strings.ReplaceAll(path, "{id}", string(r)), body)
	never := b.do(method, strings.ReplaceAll(path, "{id}", id.New[string]()), body)
	if diff := cmp.Diff(never.Header, foreign.Header); diff != "" || never.body != foreign.body || never.StatusCode != foreign.StatusCode {
		t.Errorf("%s %s: %d %s, for what never was %d %s\n%s", method, path, foreign.StatusCode, foreign.body, never.StatusCode, never.body, diff)
	}
	if foreign.StatusCode != http.StatusNotFound && foreign.StatusCode != http.StatusUnauthorized {
		t.Errorf("%s %s: %d %s", method, path, foreign.StatusCode, foreign.body)
	}
}

func kinds(r api.Recording) []string {
	list := make([]string, 0, len(r.Assets))
	for _, a := range r.Assets {
		list = append(list, a.Kind)
	}
	return list
}

func TestRecordingByRelation(t *testing.T) {
	c := newCouncil(t)
	r := c.recorded(t, c.meeting.ID, "Budget 2027", nil)
	path := "/recordings/" + string(r.ID)

	got := call[api.Recording](c.owner, "GET", path, nil, 200)
	want := api.Recording{
		ID: string(r.ID), Meeting: c.meeting.ID, MeetingName: "Council", Title: "Budget 2027", StartedAt: r.StartedAt, EndedAt: &r.EndedAt,
		Length: 3600, State: "ready", Size: int64(4 * len(video)), ExpiresAt: &r.ExpiresAt,
		Chapters: []api.Chapter{{Title: "Opening"}, {At: 600, Title: "Budget"}, {At: 3000, Title: "Close"}},
		Sharing:  &api.RecordingSharing{With: "nobody"},
		Settings: &api.RecordingSettings{Layout: "speaker", Height: 720, Names: true, Logo: true, Sharing: api.InitialSharing{With: "nobody"}},
		May:      api.RecordingRights{Watch: true, Download: true, Manage: true, Oversee: true},
	}
	want.Assets = got.Assets
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"video", "audio", "speaker", "speaker"}, kinds(got)); diff != "" {
		t.Error(diff)
	}

	// To a colleague it is nothing, whatever they try.
	bodies := map[string]string{
		"GET": "", "PATCH": `{"title":"Mine"}`, "DELETE": "", "POST /compose": `{}`, "POST /link": "", "DELETE /link": "", "POST /views": `{}`,
		"POST /downloads": `{}`, "GET /views": "", "GET /consents": "", "GET /consents.csv": "", "POST /withdraw": "",
	}
	for what, body := range bodies {
		method, rest, _ := strings.Cut(what, " ")
		hidden(t, c.col, method, "/recordings/{id}"+rest, body, r.ID)
		hidden(t, c.guest, method, "/recordings/{id}"+rest, body, r.ID)
	}
	refused(t, c.col.do("POST", path+"/hold", `{"reason":"x"}`), 403, "admin.required")

	// Once it is shared with members they see it, and nothing of how it is shared.
	c.change(r.ID, func(r *recording.Recording) { r.Sharing.With = recording.Members })
	got = call[api.Recording](c.col, "GET", path, nil, 200)
	if got.Sharing != nil || got.Settings != nil || got.Hold != nil || got.May != (api.RecordingRights{Watch: true}) {
		t.Errorf("a member sees %+v", got)
	}
	if diff := cmp.Diff([]string{"video", "audio"}, kinds(got)); diff != "" {
		t.Error(diff)
	}
	for what, body := range bodies {
		if method, rest, _ := strings.Cut(what, " "); rest != "/views" && what != "GET" {
			hidden(t, c.col, method, "/recordings/{id}"+rest, body, r.ID)
		}
	}
	hidden(t, c.col, "GET", "/recordings/{id}/views", "", r.ID)

	// Participants are those who were there.
	c.change(r.ID, func(r *recording.Recording) {
		r.Sharing = recording.Sharing{With: recording.Participants, Download: true}
	})
	hidden(t, c.col, "GET", "/recordings/{id}", "", r.ID)
	c.attended(r.ID, c.colID)
	if got = call[api.Recording](c.col, "GET", path, nil, 200); got.May != (api.RecordingRights{Watch: true, Download: true, Withdraw: true}) {
		t.Errorf("a participant may %+v", got.May)
	}
}

// TestRecordingOverseen: an administrator who does not own a meeting deletes and
// holds its recordings, and sees nothing of what was said and who said it.
func TestRecordingOverseen(t *testing.T) {
	c := newCouncil(t)
	theirs := call[api.Meeting](c.col, "POST", "/meetings", api.NewMeeting{Name: new("Works council")}, 201)
	r := c.recorded(t, theirs.ID, "Wages", nil)
	path := "/recordings/" + string(r.ID)
	got := call[api.Recording](c.owner, "GET", path, nil, 200)
	if len(got.Assets) > 0 || len(got.Chapters) > 0 || got.May != (api.RecordingRights{Oversee: true}) || got.Sharing == nil {
		t.Errorf("the administrator sees %+v", got)
	}
	for what, body := range map[string]string{"POST /views": `{}`, "POST /downloads": `{}`, "GET /views": "", "GET /consents": "", "POST /link": "", "PATCH ": `{"title":"Mine"}`} {
		method, rest, _ := strings.Cut(what, " ")
		hidden(t, c.owner, method, "/recordings/{id}"+rest, body, r.ID)
	}
	list := func(b *browser, query string) []api.Recording {
		return call[api.RecordingList](b, "GET", "/recordings"+query, nil, 200).Recordings
	}
	if len(list(c.owner, "")) != 0 || len(list(c.owner, "?all=true")) != 1 || len(list(c.col, "?all=true")) != 1 {
		t.Error("an administrator finds all recordings only when asking for all")
	}

	refused(t, c.owner.do("POST", path+"/hold", `{"reason":" "}`), 422, "recording.reason")
	refused(t, c.owner.do("POST", path+"/hold", asJSON(t, api.NewHold{Reason: strings.Repeat("x", 501)})), 422, "recording.reason")
	held := call[api.Recording](c.owner, "POST", path+"/hold", api.NewHold{Reason: "Case 7 / 2026"}, 200)
	if held.Hold == nil || held.Hold.Reason != "Case 7 / 2026" {
		t.Errorf("held: %+v", held.Hold)
	}
	refused(t, c.owner.do("DELETE", path, ""), 409, "recording.held")
	refused(t, c.col.do("DELETE", path, ""), 409, "recording.held")
	refused(t, c.col.do("DELETE", "/meetings/"+theirs.ID, ""), 409, "recording.held")
	refused(t, c.owner.do("DELETE", "/people/"+c.colID, ""), 409, "recording.held")
	if len(c.rooms.ended) > 0 || call[api.Account](c.col, "GET", "/account", nil, 200).ID != c.colID {
		t.Error("something was ended though nothing can be deleted")
	}
	c.confirm(c.owner, time.Now().Add(-time.Hour))
	refused(t, c.owner.do("DELETE", path+"/hold", ""), 403, "confirm.required")
	c.confirm(c.owner, time.Now())
	if released := call[api.Recording](c.owner, "DELETE", path+"/hold", nil, 200); released.Hold != nil {
		t.Error("still held")
	}
	c.confirm(c.owner, time.Now().Add(-time.Hour))
	refused(t, c.owner.do("DELETE", path, ""), 403, "confirm.required")
	c.confirm(c.owner, time.Now())
	receipt := call[api.RecordingReceipt](c.owner, "DELETE", path, nil, 200)
	if !receipt.KeyTree || receipt.Files != 5 || receipt.Signature == "" || receipt.Erased == nil || time.Since(receipt.KeyDestroyed) > time.Minute {
		t.Errorf("receipt: %+v", receipt)
	}
	hidden(t, c.col, "GET", "/recordings/{id}", "", r.ID)
	var noted []string
	for _, a := range c.noted(t) {
		if strings.Contains(a, "recording.") {
			noted = append(noted, strings.Fields(a)[0])
		}
	}
	if len(noted) != 3 {
		t.Errorf("the audit has %v", noted)
	}
}

func TestRecordingList(t *testing.T) {
	c := newCouncil(t)
	other := call[api.Meeting](c.owner, "POST", "/meetings", api.NewMeeting{Name: new("Other")}, 201)
	want := make([]string, 0, 5)
	for _, title := range []string{"One", "Two", "Three", "Four", "Five"} {
		want = append(want, string(c.recorded(t, c.meeting.ID, title, nil).ID))
	}
	c.recorded(t, other.ID, "Thirty", nil)
	slices.Reverse(want)
	var got []string
	page := api.RecordingList{Next: "-"}
	for cursor := ""; page.Next != ""; cursor = page.Next {
		page = call[api.RecordingList](c.owner, "GET", "/recordings?limit=2&meeting="+c.meeting.ID+"&cursor="+cursor, nil, 200)
		for _, r := range page.Recordings {
			got = append(got, r.ID)
			if r.MeetingName != "Council" {
				t.Errorf("of the meeting %q", r.MeetingName)
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	titles := make([]string, 0, 2)
	for _, r := range call[api.RecordingList](c.owner, "GET", "/recordings?search=TH", nil, 200).Recordings {
		titles = append(titles, r.Title)
	}
	if diff := cmp.Diff([]string{"Thirty", "Three"}, titles); diff != "" {
		t.Error(diff)
	}
	c.kept.searched = 2 // a search that goes on where it ended finds the same
	pages := 0
	titles = nil
	for cursor := "-"; cursor != ""; pages++ {
		page = call[api.RecordingList](c.owner, "GET", "/recordings?search=TH&cursor="+strings.Trim(cursor, "-"), nil, 200)
		for _, r := range page.Recordings {
			titles = append(titles, r.Title)
		}
		cursor = page.Next
	}
	if diff := cmp.Diff([]string{"Thirty", "Three"}, titles); diff != "" || pages != 3 {
		t.Error(pages, diff)
	}
	c.kept.searched = 0
	for _, query := range []string{"?meeting=nonsense", "?meeting=" + id.New[string](), "?search=none"} {
		if l := call[api.RecordingList](c.owner, "GET", "/recordings"+query, nil, 200); len(l.Recordings) > 0 || l.Next != "" {
			t.Errorf("%s: %+v", query, l)
		}
	}
	refused(t, c.owner.do("GET", "/recordings?cursor=x", ""), 422, "cursor.invalid")
	refused(t, c.guest.do("GET", "/recordings", ""), 401, "signin.required")
	if l := call[api.RecordingList](c.col, "GET", "/recordings", nil, 200); len(l.Recordings) > 0 {
		t.Errorf("a colleague finds %+v", l)
	}
}

func TestRecordingChange(t *testing.T) {
	c := newCouncil(t)
	r := c.recorded(t, c.meeting.ID, "Council", nil)
	path := "/recordings/" + string(r.ID)
	got := call[api.Recording](c.owner, "PATCH", path, map[string]any{
		"title": "  Budget \u00a0 2027 ", "sharing": map[string]any{"with": "members", "download": true, "watermark": true, "linkExpires": nil},
		"cut": map[string]any{"from": 60.5, "to": 3000},
	}, 200)
	if got.Title != "Budget 2027" || got.Sharing.With != "members" || !got.Sharing.Download || !got.Sharing.Watermark || *got.Cut != (api.RecordingCut{From: 60.5, To: 3000}) {
		t.Errorf("changed: %+v", got)
	}
	if diff := cmp.Diff([]string{"recording.changed", "recording.changed", "recording.shared"}, slices.Sorted(slices.Values(c.owner.about(string(r.ID))))); diff != "" {
		t.Error(diff)
	}

	// The rest is cut off for those who watch, and there is nothing until it is made.
	refused(t, c.col.do("POST", path+"/views", `{}`), 409, "recording.not_ready")
	whole := call[api.RecordingView](c.owner, "POST", path+"/views", nil, 200)
	if whole.Length != 3600 || len(whole.Chapters) != 3 {
		t.Errorf("the owner sees %+v", whole)
	}
	c.change(r.ID, func(r *recording.Recording) {
		r.Assets = append(r.Assets, recording.Asset{ID: id.New[id.Asset](), Kind: recording.Trimmed, Size: 5})
	})
	view := call[api.RecordingView](c.col, "POST", path+"/views", nil, 200)
	want := []api.Chapter{{Title: "Opening"}, {At: 539.5, Title: "Budget"}}
	if diff := cmp.Diff(want, view.Chapters); diff != "" || view.Length != 2939.5 {
		t.Errorf("%v long, %s", view.Length, diff)
	}
	seen := call[api.Recording](c.col, "GET", path, nil, 200)
	if diff := cmp.Diff([]string{"trimmed"}, kinds(seen)); diff != "" || seen.Length != 2939.5 || len(seen.Chapters) != 2 {
		t.Errorf("a member sees %+v", seen)
	}
	for _, a := range got.Assets {
		refused(t, c.col.do("POST", path+"/views", asJSON(t, api.WantedAsset{Asset: &a.ID})), 404, "recording.not_found")
	}
	if back := call[api.Recording](c.owner, "PATCH", path, map[string]any{"cut": api.RecordingCut{}}, 200); back.Cut != nil {
		t.Errorf("the cut is %+v", back.Cut)
	}

	for body, code := range map[string]string{
		`{"title":""}`: "name.empty",
		`{"title":"` + strings.Repeat("x", 151) + `"}`: "name.too_long",
		`{"cut":{"from":10,"to":10.5}}`:                "recording.cut",
		`{"cut":{"from":20,"to":10}}`:                  "recording.cut",
		`{"cut":{"from":0,"to":3601}}`:                 "recording.cut",
		`{"cut":{"from":0,"to":1e300}}`:                "recording.cut",
		`{"cut":{"from":-1,"to":10}}`:                  "request.invalid",
		`{"cut":{"from":1}}`:                           "request.invalid",
		`{"sharing":{"with":"everybody","download":true,"watermark":false,"linkExpires":null}}`:                     "request.invalid",
		`{"sharing":{"with":"link","download":true,"watermark":false,"linkExpires":null,"passcode":"abc"}}`:         "passcode.invalid",
		`{"sharing":{"with":"link","download":true,"watermark":false,"linkExpires":"2020-01-01T00:00:00Z"}}`:        "recording.link_expiry",
		`{"sharing":{"with":"members","download":true,"watermark":false,"linkExpires":"2099-01-01T00:00:00Z"}}`:     "recording.no_link",
		`{"sharing":{"with":"members","download":true,"watermark":false,"linkExpires":null,"passcode":"abcdefgh"}}`: "recording.no_link",
		`{"title":"Good","cut":{"from":20,"to":10}}`:                                                                "recording.cut",
	} {
		refused(t, c.owner.do("PATCH", path, body), 422, code)
	}
	if got := call[api.Recording](c.owner, "GET", path, nil, 200); got.Title != "Budget 2027" {
		t.Error("half a refused change was made")
	}
	c.change(r.ID, func(r *recording.Recording) { r.Length = 0 })
	refused(t, c.owner.do("PATCH", path, `{"cut":{"from":0,"to":10}}`), 409, "recording.not_ready")
}

// about lists what the audit has of a recording, newest first.
func (b *browser) about(subject string) []string {
	b.t.Helper()
	entries := b.entries("subject=" + subject).Entries
	actions := make([]string, 0, len(entries))
	for _, e := range entries {
		actions = append(actions, e.Action)
	}
	return actions
}

func TestCompose(t *testing.T) {
	c := newCouncil(t)
	r := c.recorded(t, c.meeting.ID, "Council", func(r *recording.Recording) { r.State, r.Problem = recording.StateFailed, "recording.damaged" })
	path := "/recordings/" + string(r.ID)
	if got := call[api.Recording](c.owner, "GET", path, nil, 200); got.State != "failed" || got.Problem != "recording.damaged" {
		t.Errorf("failed: %+v", got)
	}
	if got := call[api.Recording](c.owner, "POST", path+"/compose", map[string]any{"layout": "grid", "height": 1080, "mark": "Draft", "names": false}, 200); got.State != "composing" || got.Problem != "" {
		t.Errorf("composing: %+v", got)
	}
	want := recording.DefaultSettings()
	want.Layout, want.Height, want.Mark, want.Names = recording.Grid, 1080, "Draft", false
	if diff := cmp.Diff(want, c.kept.composed[r.ID]); diff != "" {
		t.Error(diff)
	}
	if got := call[api.Recording](c.owner, "POST", path+"/compose", map[string]any{"layout": ""}, 200); c.kept.composed[r.ID].Layout != "" {
		t.Errorf("as it was in the meeting: %+v", got.Settings)
	}
	refused(t, c.owner.do("POST", path+"/compose", asJSON(t, map[string]any{"mark": strings.Repeat("x", 101)})), 422, "name.too_long")
	refused(t, c.owner.do("POST", path+"/compose", `{"layout":"circle"}`), 422, "request.invalid")
	c.change(r.ID, func(r *recording.Recording) { r.State = recording.StateRecording })
	refused(t, c.owner.do("POST", path+"/compose", `{}`), 409, "recording.not_ready")
	c.change(r.ID, func(r *recording.Recording) { r.State = recording.StateReady })
	c.kept.ready = recording.ErrUnavailable
	refused(t, c.owner.do("POST", path+"/compose", `{}`), 503, "recording.unavailable")
}

// TestMeetingWithRecordings: they go with the meeting, with its owner's account and
// with the organisation, each with an entry.
func TestMeetingWithRecordings(t *testing.T) {
	c := newCouncil(t)
	c.recorded(t, c.meeting.ID, "One", nil)
	two := c.recorded(t, c.meeting.ID, "Two", nil)
	if got := call[api.Meeting](c.owner, "GET", "/meetings/"+c.meeting.ID, nil, 200); got.Recordings != 2 {
		t.Errorf("%d recordings", got.Recordings)
	}
	is[none](t, c.owner.do("DELETE", "/meetings/"+c.meeting.ID, ""), 204)
	if len(c.kept.recordings) > 0 {
		t.Error("recordings are left")
	}
	if diff := cmp.Diff([]string{"recording.deleted"}, c.owner.about(string(two.ID))); diff != "" {
		t.Error(diff)
	}
	theirs := call[api.Meeting](c.col, "POST", "/meetings", api.NewMeeting{}, 201)
	c.recorded(t, theirs.ID, "Three", nil)
	call[api.DeletedPerson](c.owner, "DELETE", "/people/"+c.colID, nil, 200)
	if len(c.kept.recordings) > 0 {
		t.Error("recordings of the account are left")
	}
	made, admin := c.second(t)
	m := call[api.Meeting](admin, "POST", "/meetings", api.NewMeeting{}, 201)
	r := c.recorded(t, m.ID, "Four", func(r *recording.Recording) { r.Hold.At = time.Now() })
	drop := asJSON(t, api.TenantDeletion{Name: made.Tenant.Name})
	refused(t, c.owner.do("DELETE", "/tenants/"+made.Tenant.ID, drop), 409, "recording.held")
	c.change(r.ID, func(r *recording.Recording) { r.Hold = recording.Hold{} })
	is[none](t, c.owner.do("DELETE", "/tenants/"+made.Tenant.ID, drop), 204)
	if len(c.kept.recordings) > 0 {
		t.Error("recordings of the organisation are left")
	}
}

// TestNothingRecorded: a server that records nothing answers, and has nothing.
func TestNothingRecorded(t *testing.T) {
	w := fresh(t)
	config := w.config(t)
	config.Recordings = nil
	w.api = api.New(config)
	owner := w.confirmed(t)
	m := call[api.Meeting](owner, "POST", "/meetings", nil, 201)
	if got := call[api.RecordingList](owner, "GET", "/recordings", nil, 200); len(got.Recordings) > 0 || m.Recordings > 0 {
		t.Errorf("there is %+v", got)
	}
	if got := call[api.MyConsents](owner, "GET", "/account/consents", nil, 200); len(got.Consents) > 0 {
		t.Errorf("there is %+v", got)
	}
	refused(t, owner.do("GET", "/recordings/"+id.New[string](), ""), 404, "recording.not_found")
	if got := call[api.Organisation](owner, "GET", "/organisation", nil, 200); got.Recording.Problem != "recording.unavailable" {
		t.Errorf("the problem is %q", got.Recording.Problem)
	}
	is[none](t, owner.do("DELETE", "/meetings/"+m.ID, ""), http.StatusNoContent)
}
