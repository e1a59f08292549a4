package api_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plenum/internal/api"
	"plenum/internal/recording"
)

// linked shares a recording by link and returns the secret.
func (c council) linked(t *testing.T, r recording.Recording) string {
	t.Helper()
	link := call[api.RecordingLink](c.owner, "POST", "/recordings/"+string(r.ID)+"/link", nil, 201).Link
	secret, found := strings.CutPrefix(link, "https://meet.example/r/"+string(r.ID)+"#")
	if !found || len(secret) != 52 {
		t.Fatalf("the link is %q", link)
	}
	return secret
}

func TestRecordingLink(t *testing.T) {
	c := newCouncil(t)
	r := c.recorded(t, c.meeting.ID, "Open council", nil)
	path := "/recordings/" + string(r.ID)
	secret := c.linked(t, r)
	if got := call[api.Recording](c.owner, "GET", path, nil, 200); got.Sharing.With != "link" || !got.Sharing.LinkSet || got.Sharing.PasscodeSet || got.Sharing.LinkExpires != nil {
		t.Errorf("shared: %+v", got.Sharing)
	}

	door := call[api.RecordingDoor](c.guest, "POST", path+"/door", api.RecordingSecret{Secret: secret}, 200)
	if diff := cmp.Diff(api.RecordingDoor{Title: "Open council", Organisation: "Gemeente Voorbeeld"}, door); diff != "" {
		t.Error(diff)
	}
	for _, wrong := range []string{"", secret[1:], strings.Repeat("a", 52)} {
		for _, at := range []string{"/door", "/open"} {
			hidden(t, c.guest, "POST", "/recordings/{id}"+at, asJSON(t, api.RecordingSecret{Secret: wrong}), r.ID)
		}
	}
	hidden(t, c.guest, "POST", "/recordings/{id}/views", `{}`, r.ID)
	is[none](t, c.guest.do("POST", path+"/open", asJSON(t, api.RecordingKey{Secret: secret})), 204)
	cookie := c.guest.visits
	if cookie == nil || cookie.Name != "__Host-plenum_viewer" || !cookie.HttpOnly || !cookie.Secure || cookie.Path != "/" || cookie.Domain != "" ||
		cookie.SameSite != http.SameSiteStrictMode || cookie.MaxAge != 12*60*60 {
		t.Fatalf("the cookie is %+v", cookie)
	}
	if raw, err := base64.RawURLEncoding.DecodeString(cookie.Value); err != nil || strings.Contains(string(raw), string(r.ID)) {
		t.Error("the cookie tells what was watched")
	}
	view := call[api.RecordingView](c.guest, "POST", path+"/views", nil, 200)
	if view.Title != "Open council" || view.Download || view.Type != "video/mp4" || view.Watermark != "" {
		t.Errorf("the guest sees %+v", view)
	}
	if got := c.guest.fetch(view.URL); got.StatusCode != http.StatusOK || got.body != string(video) {
		t.Errorf("the guest gets %d, %d bytes", got.StatusCode, len(got.body))
	}
	// Watching is all.
	refused(t, c.guest.do("POST", path+"/downloads", `{}`), 404, "recording.not_found")
	refused(t, c.guest.do("GET", path, ""), 401, "signin.required")
	refused(t, c.guest.do("DELETE", path, ""), 401, "signin.required")
	refused(t, c.guest.do("GET", path+"/views", ""), 401, "signin.required")
	other := c.recorded(t, c.meeting.ID, "Closed council", func(r *recording.Recording) { r.Sharing.With = recording.Link })
	hidden(t, c.guest, "POST", "/recordings/{id}/views", `{}`, other.ID)

	// The audit knows the visit and the owner sees it.
	uses := call[api.RecordingUses](c.owner, "GET", path+"/views", nil, 200)
	if len(uses.Views) != 1 || uses.Views[0].What != "viewed" || uses.Views[0].Who.Kind != "viewer" || len(uses.Views[0].Who.ID) != 26 {
		t.Errorf("views: %+v", uses)
	}

	// Whatever ends the link ends the visit, at once and for good.
	for name, end := range map[string]func(*testing.T){
		"another link": func(t *testing.T) { c.linked(t, r) },
		"no link":      func(t *testing.T) { is[none](t, c.owner.do("DELETE", path+"/link", ""), 204) },
		"a passcode":   func(t *testing.T) { c.share(t, r, map[string]any{"with": "link", "passcode": "abcdefgh"}) },
		"an end": func(t *testing.T) {
			c.change(r.ID, func(r *recording.Recording) { r.Sharing.LinkExpires = time.Now() })
		},
		"not shared": func(t *testing.T) {
			c.share(t, r, map[string]any{"with": "members"})
			c.share(t, r, map[string]any{"with": "link"})
		},
		"deleted": func(t *testing.T) {
			kept := slices.Clone(c.kept.recordings)
			call[api.RecordingReceipt](c.owner, "DELETE", path, nil, 200)
			t.Cleanup(func() { c.kept.recordings = kept })
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.change(r.ID, func(r *recording.Recording) { r.Sharing = recording.Sharing{} })
			secret := c.linked(t, r)
			guest := c.browser(t)
			is[none](t, guest.do("POST", path+"/open", asJSON(t, api.RecordingKey{Secret: secret})), 204)
			view := call[api.RecordingView](guest, "POST", path+"/views", nil, 200)
			end(t)
			hidden(t, guest, "POST", "/recordings/{id}/views", `{}`, r.ID)
			refused(t, guest.fetch(view.URL), 404, "recording.not_found")
			if name != "a passcode" {
				hidden(t, guest, "POST", "/recordings/{id}/door", asJSON(t, api.RecordingSecret{Secret: secret}), r.ID)
			}
		})
	}
}

// share changes how a recording is shared.
func (c council) share(t *testing.T, r recording.Recording, change map[string]any) {
	t.Helper()
	for name, usual := range map[string]any{"download": false, "watermark": false, "linkExpires": nil} {
		if _, given := change[name]; !given {
			change[name] = usual
		}
	}
	call[api.Recording](c.owner, "PATCH", "/recordings/"+string(r.ID), map[string]any{"sharing": change}, 200)
}

// fetch asks for a file by the path that an answer gave.
func (b *browser) fetch(path string, header ...string) answer {
	b.t.Helper()
	return b.do("GET", strings.TrimPrefix(path, api.Prefix), "", header...)
}

func TestRecordingPasscode(t *testing.T) {
	c := newCouncil(t)
	r := c.recorded(t, c.meeting.ID, "Council", nil)
	path := "/recordings/" + string(r.ID)
	secret := c.linked(t, r)
	c.share(t, r, map[string]any{"with": "link", "passcode": "tulip garden", "linkExpires": time.Now().Add(time.Hour)})
	if !call[api.RecordingDoor](c.guest, "POST", path+"/door", api.RecordingSecret{Secret: secret}, 200).PasscodeNeeded {
		t.Error("the door does not ask for the passcode")
	}
	open := func(b *browser, passcode *string) answer {
		return b.do("POST", path+"/open", asJSON(t, api.RecordingKey{Secret: secret, Passcode: passcode}))
	}
	none := open(c.guest, nil)
	for _, wrong := range []string{"", "x", "tulip", strings.Repeat("x", 400)} {
		if got := open(c.guest, &wrong); got.body != none.body || got.StatusCode != none.StatusCode {
			t.Errorf("%.10q: %d %s, without one %d %s", wrong, got.StatusCode, got.body, none.StatusCode, none.body)
		}
	}
	refused(t, none, 403, "passcode.wrong")
	if c.guest.visits != nil {
		t.Fatal("a wrong passcode opens")
	}
	// Who knows it counts for nothing, however many there are behind one address.
	for range 20 {
		is[struct{}](t, open(c.browser(t), new(" tulip garden ")), 204)
	}
	for range 5 {
		refused(t, open(c.guest, new("wrong")), 403, "passcode.wrong")
	}
	stopped := open(c.guest, new("tulip garden"))
	refused(t, stopped, 429, "passcode.too_many")
	if after := stopped.Header.Get("Retry-After"); after != "900" && after != "899" {
		t.Errorf("try again after %s s", after)
	}
	elsewhere := c.browser(t)
	elsewhere.source = "198.51.100.7:999"
	is[struct{}](t, open(elsewhere, new("tulip garden")), 204)
	// Renaming it or opening it to be downloaded leaves who was let in.
	c.share(t, r, map[string]any{"with": "link", "download": true})
	call[api.RecordingView](elsewhere, "POST", path+"/views", nil, 200)
	if url := call[api.RecordingDownload](elsewhere, "POST", path+"/downloads", nil, 200).URL; elsewhere.fetch(url).StatusCode != http.StatusOK {
		t.Error("a download by link fails")
	}
}

// TestVisits: one browser remembers some recordings, each under an id of its own.
func TestVisits(t *testing.T) {
	c := newCouncil(t)
	all := make([]recording.Recording, 0, 9)
	for i := range 9 {
		r := c.recorded(t, c.meeting.ID, fmt.Sprint("Council ", i), nil)
		all = append(all, r)
		is[none](t, c.guest.do("POST", "/recordings/"+string(r.ID)+"/open", asJSON(t, api.RecordingKey{Secret: c.linked(t, r)})), 204)
	}
	refused(t, c.guest.do("POST", "/recordings/"+string(all[0].ID)+"/views", `{}`), 404, "recording.not_found")
	seen := map[string]bool{}
	for _, r := range all[1:] {
		call[api.RecordingView](c.guest, "POST", "/recordings/"+string(r.ID)+"/views", nil, 200)
		seen[call[api.RecordingUses](c.owner, "GET", "/recordings/"+string(r.ID)+"/views", nil, 200).Views[0].Who.ID] = true
	}
	if len(seen) != 8 {
		t.Errorf("%d ids for 8 recordings", len(seen))
	}
	if n := len(c.guest.visits.Value); n > 3000 {
		t.Errorf("the cookie has %d bytes", n)
	}
	// The cookie of another server or organisation, or one made up, is none.
	path := "/recordings/" + string(all[8].ID) + "/views"
	for _, value := range []string{"", "x", base64.RawURLEncoding.EncodeToString(make([]byte, 100)), c.guest.visits.Value[1:]} {
		b := c.browser(t)
		b.visits = &http.Cookie{Name: "__Host-plenum_viewer", Value: value}
		refused(t, b.do("POST", path, `{}`), 404, "recording.not_found")
	}
	_, admin := c.second(t)
	foreign := c.browser(t)
	foreign.host, foreign.visits = admin.host, c.guest.visits
	hidden(t, foreign, "POST", "/recordings/{id}/views", `{}`, all[8].ID)
}
