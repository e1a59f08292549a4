package api_test

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plenum/internal/api"
	"plenum/internal/consent"
	"plenum/internal/id"
	"plenum/internal/recording"
)

// answered notes answers of a recording.
func (w *world) answered(r id.Recording, evidence ...consent.Evidence) {
	for i, e := range evidence {
		e.Recording = r
		e.At = time.Date(2026, 11, 21, 9, i, 0, 0, time.UTC)
		w.kept.evidence = append(w.kept.evidence, e)
	}
}

func TestConsents(t *testing.T) {
	c := newCouncil(t)
	r := c.recorded(t, c.meeting.ID, "Council", func(r *recording.Recording) {
		r.Settings.Words = consent.Words{Version: 3, Texts: map[string]string{"de": "Dürfen wir?\nBitte."}}
	})
	c.answered(r.ID,
		consent.Evidence{Seat: "s1", User: id.User(c.colID), Answer: consent.Asked, Version: 3, Language: "de"},
		consent.Evidence{Seat: "s1", User: id.User(c.colID), Name: "=HYPERLINK(\"x\")", Answer: consent.Yes, Version: 3, Language: "de"},
		consent.Evidence{Seat: "s2", Answer: consent.No, Version: 0, Language: "fr"},
		consent.Evidence{Seat: "s3", User: id.New[id.User](), Name: "Gone", Answer: consent.Erased, Version: 2, Language: "de"},
	)
	path := "/recordings/" + string(r.ID)
	text := "Dürfen wir?\nBitte."
	want := []api.ConsentEvidence{
		{Seat: "s1", Answer: "asked", Version: 3, Language: "de", Text: text},
		{Seat: "s1", Name: "=HYPERLINK(\"x\")", UserName: "Col", Answer: "yes", Version: 3, Language: "de", Text: text},
		{Seat: "s2", Answer: "no", Language: "fr"},
		{Seat: "s3", Name: "Gone", Answer: "erased", Version: 2, Language: "de"},
	}
	for i := range want {
		want[i].At = time.Date(2026, 11, 21, 9, i, 0, 0, time.UTC)
	}
	got := call[api.ConsentEvidences](c.owner, "GET", path+"/consents", nil, 200)
	if diff := cmp.Diff(want, got.Consents); diff != "" {
		t.Error(diff)
	}

	file := c.owner.do("GET", path+"/consents.csv", "")
	if file.StatusCode != http.StatusOK || file.Header.Get("Content-Type") != "text/csv; charset=utf-8" || file.Header.Get("Content-Disposition") != `attachment; filename="2026-11-21 Council consents.csv"` {
		t.Errorf("the file: %d %v", file.StatusCode, file.Header)
	}
	table, err := csv.NewReader(strings.NewReader(file.body)).ReadAll()
	if err != nil || len(table) != 5 {
		t.Fatalf("%d lines, %v", len(table), err)
	}
	if diff := cmp.Diff([]string{"2026-11-21T09:01:00Z", "s1", "'=HYPERLINK(\"x\")", "Col", "yes", "3", "de", text}, table[2]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"consent.read", "consent.read"}, c.owner.about(string(r.ID))); diff != "" {
		t.Error(diff)
	}
}

func TestMyConsents(t *testing.T) {
	c := newCouncil(t)
	r := c.recorded(t, c.meeting.ID, "Council", nil)
	other := c.recorded(t, c.meeting.ID, "Other", nil)
	asked := c.recorded(t, c.meeting.ID, "Asked", nil)
	me := id.User(c.colID)
	for _, at := range []recording.Recording{r, other, asked} {
		c.attended(at.ID, c.colID)
	}
	c.answered(r.ID, consent.Evidence{User: me, Answer: consent.Asked}, consent.Evidence{User: me, Answer: consent.Yes}, consent.Evidence{User: me, Answer: consent.Asked})
	c.answered(other.ID, consent.Evidence{User: me, Answer: consent.No})
	c.answered(asked.ID, consent.Evidence{User: me, Answer: consent.Asked})
	c.answered(r.ID, consent.Evidence{User: id.New[id.User](), Answer: consent.No})
	list := func() map[string]string {
		got := map[string]string{}
		for _, m := range call[api.MyConsents](c.col, "GET", "/account/consents", nil, 200).Consents {
			got[m.Title] = string(m.Answer)
			if m.MayWithdraw {
				got[m.Title] += ", may be withdrawn"
			}
			if m.MeetingName != "Council" {
				t.Errorf("of %q", m.MeetingName)
			}
		}
		return got
	}
	if diff := cmp.Diff(map[string]string{"Council": "yes", "Other": "no", "Asked": "asked"}, list()); diff != "" {
		t.Error(diff)
	}
	path := "/recordings/" + string(r.ID) + "/withdraw"
	refused(t, c.col.do("POST", path, ""), 403, "consent.not_erasable")
	call[api.Organisation](c.owner, "PATCH", "/organisation", map[string]any{"recording": map[string]any{"erasable": true}}, 200)
	if diff := cmp.Diff(map[string]string{"Council": "yes, may be withdrawn", "Other": "no", "Asked": "asked"}, list()); diff != "" {
		t.Error(diff)
	}
	hidden(t, c.owner, "POST", "/recordings/{id}/withdraw", "", r.ID) // who was not there
	is[none](t, c.col.do("POST", path, ""), 204)
	if diff := cmp.Diff(map[id.Recording][]id.User{r.ID: {me}}, c.kept.withdrawn); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"consent.withdrawn"}, c.owner.about(string(r.ID))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{string(r.Meeting) + " " + string(me)}, c.rooms.withdrawn); diff != "" {
		t.Errorf("the room was not told: %s", diff)
	}
	refused(t, c.guest.do("GET", "/account/consents", ""), 401, "signin.required")
}

func TestViewsByPages(t *testing.T) {
	c := newCouncil(t)
	r := c.recorded(t, c.meeting.ID, "Council", func(r *recording.Recording) { r.Sharing = recording.Sharing{With: recording.Members, Download: true} })
	other := c.recorded(t, c.meeting.ID, "Other", nil)
	path := "/recordings/" + string(r.ID)
	for range 3 {
		call[api.RecordingView](c.col, "POST", path+"/views", nil, 200)
		call[api.RecordingDownload](c.owner, "POST", path+"/downloads", nil, 200)
		call[api.RecordingView](c.owner, "POST", "/recordings/"+string(other.ID)+"/views", nil, 200)
	}
	var got []string
	page := api.RecordingUses{Next: "-"}
	for cursor := ""; page.Next != ""; cursor = page.Next {
		page = call[api.RecordingUses](c.owner, "GET", path+"/views?limit=2&cursor="+cursor, nil, 200)
		for _, v := range page.Views {
			got = append(got, v.Who.Name+" "+v.What)
		}
	}
	want := []string{"Zoë downloaded", "Col viewed", "Zoë downloaded", "Col viewed", "Zoë downloaded", "Col viewed"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
