package api_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plenum/internal/access"
	"plenum/internal/api"
	"plenum/internal/id"
	"plenum/internal/room"
)

func TestMeetingRecordingSettings(t *testing.T) {
	c := newCouncil(t)
	path := "/meetings/" + c.meeting.ID
	usual := api.RecordingSettings{Layout: "speaker", Height: 720, Names: true, Logo: true, Sharing: api.InitialSharing{With: "nobody"}}
	if diff := cmp.Diff(usual, c.meeting.Recording); diff != "" || c.meeting.Policy.RecordStart != "moderator" || c.meeting.Policy.RecordStop != "moderator" {
		t.Errorf("%+v %s", c.meeting.Policy, diff)
	}
	other := api.RecordingSettings{
		Layout: "grid", Height: 1080, Mark: "Draft", SpeakerChapters: true, Audio: true, Speakers: true, Days: 30,
		Sharing: api.InitialSharing{With: "participants", Download: true, Watermark: true},
	}
	got := call[api.Meeting](c.owner, "PATCH", path, api.MeetingChange{
		Recording: &other, Policy: &api.PolicyChange{RecordStart: new(access.Owner), RecordStop: new(access.Role(""))},
	}, 200)
	if diff := cmp.Diff(other, got.Recording); diff != "" || got.Policy.RecordStart != "owner" || got.Policy.RecordStop != "" || !got.Policy.Camera {
		t.Errorf("%+v %s", got.Policy, diff)
	}
	entries := c.owner.entries("meeting=" + c.meeting.ID).Entries
	details := map[string]map[string]string{}
	for _, e := range entries {
		details[e.Action] = e.Detail
	}
	want := map[string]map[string]string{
		"meeting.created": {}, "meeting.changed": {"fields": "recording"}, "policy.set": {"recordStart": "owner", "recordStop": "nobody"},
	}
	if diff := cmp.Diff(want, details); diff != "" {
		t.Error(diff)
	}

	call[api.Organisation](c.owner, "PATCH", "/organisation", map[string]any{"recording": map[string]any{"retention": api.RecordingDays{Default: 20, Min: 10, Max: 40}}}, 200)
	for code, change := range map[string]func(*api.RecordingSettings){
		"retention.days":     func(s *api.RecordingSettings) { s.Days = 9 },
		"retention.days ":    func(s *api.RecordingSettings) { s.Days = 41 },
		"retention.days  ":   func(s *api.RecordingSettings) { s.Days = -1 },
		"name.too_long":      func(s *api.RecordingSettings) { s.Mark = strings.Repeat("x", 101) },
		"name.invalid":       func(s *api.RecordingSettings) { s.Mark = "a\u202eb" },
		"request.invalid":    func(s *api.RecordingSettings) { s.Height = 1081 },
		"request.invalid ":   func(s *api.RecordingSettings) { s.Layout = "circle" },
		"request.invalid  ":  func(s *api.RecordingSettings) { s.Sharing.With = "everybody" },
		"recording.settings": func(s *api.RecordingSettings) { s.Layout = "" },
	} {
		wrong := other
		change(&wrong)
		refused(t, c.owner.do("PATCH", path, asJSON(t, api.MeetingChange{Recording: &wrong})), 422, strings.TrimSpace(code))
	}
	refused(t, c.owner.do("PATCH", path, `{"policy":{"recordStart":"attendee"}}`), 422, "request.invalid")
	refused(t, c.owner.do("PATCH", path, `{"recording":{"layout":"grid"}}`), 422, "request.invalid")
	if got := call[api.Meeting](c.owner, "GET", path, nil, 200); !cmp.Equal(other, got.Recording) {
		t.Errorf("a refused change was made: %+v", got.Recording)
	}
}

func TestOrganisationRecording(t *testing.T) {
	c := newCouncil(t)
	get := func() api.OrganisationRecording {
		return call[api.Organisation](c.owner, "GET", "/organisation", nil, 200).Recording
	}
	want := api.OrganisationRecording{Retention: api.RecordingDays{Default: 90, Min: 1, Max: 365}, Consent: api.ConsentWords{Texts: map[string]string{}}}
	if diff := cmp.Diff(want, get()); diff != "" {
		t.Error(diff)
	}
	change := func(v any) api.OrganisationRecording {
		return call[api.Organisation](c.owner, "PATCH", "/organisation", map[string]any{"recording": v}, 200).Recording
	}
	texts := func(t map[string]string) map[string]any {
		return map[string]any{"consent": map[string]any{"texts": t}}
	}
	live := id.New[id.Meeting]()
	home, err := c.store.Home(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.rooms.running = map[id.Tenant][]room.Running{home.ID: {{Meeting: live, People: 2}}}
	want.Off, want.Watermark, want.Erasable = true, true, true
	if diff := cmp.Diff(want, change(map[string]bool{"off": true, "watermark": true, "erasable": true})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]id.Meeting{live}, c.rooms.refreshed); diff != "" {
		t.Errorf("the rooms were not told: %s", diff)
	}
	// The version rises when a text changes, and only then.
	for i, step := range []struct {
		texts   map[string]string
		version int
		kept    map[string]string
	}{
		{map[string]string{"de": " Dürfen wir?\r\nBitte. ", "en": ""}, 1, map[string]string{"de": "Dürfen wir?\nBitte."}},
		{map[string]string{"de": "Dürfen wir?\nBitte."}, 1, map[string]string{"de": "Dürfen wir?\nBitte."}},
		{map[string]string{"de": "Dürfen wir?\nBitte.", "nl": "Mag het?"}, 2, map[string]string{"de": "Dürfen wir?\nBitte.", "nl": "Mag het?"}},
		{map[string]string{}, 3, map[string]string{}},
	} {
		got := change(texts(step.texts)).Consent
		if diff := cmp.Diff(api.ConsentWords{Version: step.version, Texts: step.kept}, got); diff != "" {
			t.Errorf("step %d: %s", i, diff)
		}
	}
	for body, code := range map[string]string{
		`{"consent":{"texts":{"es":"¿Podemos?"}}}`:                         "consent.text",
		`{"consent":{"texts":{"en":"` + strings.Repeat("x", 2001) + `"}}}`: "consent.text",
		`{"consent":{"texts":{"en":"a\u202eb"}}}`:                          "consent.text",
		`{"retention":{"default":5,"min":10,"max":20}}`:                    "retention.invalid",
		`{"retention":{"default":5,"min":0,"max":20}}`:                     "retention.invalid",
		`{"retention":{"default":5,"min":1,"max":3651}}`:                   "retention.invalid",
	} {
		refused(t, c.owner.do("PATCH", "/organisation", `{"recording":`+body+`}`), 422, code)
	}
	refused(t, c.col.do("PATCH", "/organisation", `{"recording":{"off":false}}`), 403, "admin.required")
	if last := c.owner.entries("action=tenant.changed").Entries; len(last) != 5 || last[0].Detail["fields"] != "recording" {
		t.Errorf("entries: %+v", last)
	}
}
