package api_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"plenum/internal/api"
	"plenum/internal/id"
	"plenum/internal/recording"
)

// depicted gives one of a recording's files a picture.
func (w *world) depicted(r id.Recording, kind recording.AssetKind, content string) recording.Asset {
	var still recording.Asset
	w.change(r, func(r *recording.Recording) {
		i := slices.IndexFunc(r.Assets, func(a recording.Asset) bool { return a.Kind == kind })
		still = recording.Asset{ID: id.New[id.Asset](), Recording: r.ID, Kind: recording.Poster, For: string(r.Assets[i].ID), Size: int64(len(content))}
		w.kept.content[still.ID] = []byte(content)
		r.Assets = append(slices.Clone(r.Assets), still)
	})
	return still
}

func TestPoster(t *testing.T) {
	c := newCouncil(t)
	r := c.recorded(t, c.meeting.ID, "Council", nil)
	path := "/recordings/" + string(r.ID)
	sees := func(b *browser, what string, want bool) {
		t.Helper()
		got := b.do("GET", path+"/poster", "")
		if told := call[api.Recording](b, "GET", path, nil, 200).Poster; told != want || (got.StatusCode == http.StatusOK) != want {
			t.Errorf("%s: told %v, answered with %d", what, told, got.StatusCode)
		}
		if !want {
			hidden(t, b, "GET", "/recordings/{id}/poster", "", r.ID)
		}
	}
	sees(c.owner, "a recording from before there were any", false)

	still := c.depicted(r.ID, recording.Video, "a picture")
	noted := len(c.owner.about(string(r.ID)))
	sees(c.owner, "its owner", true)
	got := c.owner.do("GET", path+"/poster", "")
	for name, want := range map[string]string{
		"Content-Type": "image/jpeg", "Content-Length": "9", "Cache-Control": "private, no-store", "Etag": `"` + string(still.ID) + `"`,
		"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin", "Content-Disposition": "inline", "Set-Cookie": "",
	} {
		if got := got.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got.body != "a picture" {
		t.Errorf("it is %q", got.body)
	}
	if known := c.owner.do("GET", path+"/poster", "", "If-None-Match", got.Header.Get("Etag")); known.StatusCode != http.StatusNotModified || known.body != "" {
		t.Errorf("one that is known: %d %q", known.StatusCode, known.body)
	}
	if now := len(c.owner.about(string(r.ID))); now != noted {
		t.Errorf("%d looks at a picture are noted", now-noted)
	}
	if list := call[api.RecordingList](c.owner, "GET", "/recordings", nil, 200).Recordings; len(list) != 1 || !list[0].Poster {
		t.Error("the list does not tell")
	}
	// It is no file to watch or to download.
	if slices.Contains(kinds(call[api.Recording](c.owner, "GET", path, nil, 200)), "poster") {
		t.Error("it is among the files")
	}
	for _, what := range []string{"/views", "/downloads"} {
		refused(t, c.owner.do("POST", path+what, asJSON(t, api.WantedAsset{Asset: new(string(still.ID))})), 404, "recording.not_found")
	}
	_, key := c.owner.key("recordings:read")
	_, narrow := c.owner.key("meetings:read")
	if got := c.guest.do("GET", path+"/poster", "", key...); got.StatusCode != http.StatusOK {
		t.Errorf("a key: %d", got.StatusCode)
	}
	refused(t, c.guest.do("GET", path+"/poster", "", narrow...), 403, "key.scope")

	// Who may not watch has none.
	hidden(t, c.col, "GET", "/recordings/{id}/poster", "", r.ID)
	hidden(t, c.guest, "GET", "/recordings/{id}/poster", "", r.ID)
	c.change(r.ID, func(r *recording.Recording) { r.Sharing.With = recording.Members })
	sees(c.col, "a member", true)
	hidden(t, c.guest, "GET", "/recordings/{id}/poster", "", r.ID)

	// Who is to be seen in what they watch has none: it would be one without them.
	c.change(r.ID, func(r *recording.Recording) { r.Sharing.Watermark = true })
	sees(c.col, "a member who is marked", false)
	sees(c.owner, "the owner of what others see marked", true)
	c.change(r.ID, func(r *recording.Recording) { r.Sharing.Watermark = false })
	mark := func(on bool) {
		call[api.Organisation](c.owner, "PATCH", "/organisation", map[string]any{"recording": map[string]any{"watermark": on}}, 200)
	}
	mark(true)
	sees(c.col, "a member where all are marked", false)
	mark(false)
	sees(c.col, "a member again", true)

	call[api.RecordingReceipt](c.owner, "DELETE", path, nil, 200)
	hidden(t, c.owner, "GET", "/recordings/{id}/poster", "", r.ID)
	hidden(t, c.col, "GET", "/recordings/{id}/poster", "", r.ID)
	if c.kept.open != 0 {
		t.Errorf("%d files are left open", c.kept.open)
	}
}

// The picture is of the video as it is shown, and of no other.
func TestPosterOfTheCut(t *testing.T) {
	c := newCouncil(t)
	r := c.recorded(t, c.meeting.ID, "Council", func(r *recording.Recording) { r.Sharing.With = recording.Members })
	path := "/recordings/" + string(r.ID)
	c.depicted(r.ID, recording.Video, "all of it")
	c.change(r.ID, func(r *recording.Recording) { r.Cut.To = time.Minute })
	hidden(t, c.col, "GET", "/recordings/{id}/poster", "", r.ID)
	c.change(r.ID, func(r *recording.Recording) {
		r.Assets = append(slices.Clone(r.Assets), recording.Asset{ID: id.New[id.Asset](), Recording: r.ID, Kind: recording.Trimmed})
	})
	for _, b := range []*browser{c.col, c.owner} { // also who may undo the cut
		hidden(t, b, "GET", "/recordings/{id}/poster", "", r.ID)
	}
	c.depicted(r.ID, recording.Trimmed, "the cut")
	for _, b := range []*browser{c.col, c.owner} {
		if got := b.do("GET", path+"/poster", ""); got.body != "the cut" {
			t.Errorf("%d %q", got.StatusCode, got.body)
		}
	}
}

// By a link it is seen as the video is, and who only oversees a recording sees neither.
func TestPosterByLink(t *testing.T) {
	c := newCouncil(t)
	theirs := call[api.Meeting](c.col, "POST", "/meetings", api.NewMeeting{Name: new("Works council")}, 201)
	wages := c.recorded(t, theirs.ID, "Wages", nil)
	c.depicted(wages.ID, recording.Video, "wages")
	if got := call[api.Recording](c.owner, "GET", "/recordings/"+string(wages.ID), nil, 200); got.Poster {
		t.Error("the administrator sees what they do not watch")
	}
	hidden(t, c.owner, "GET", "/recordings/{id}/poster", "", wages.ID)

	r := c.recorded(t, c.meeting.ID, "Open council", nil)
	other := c.recorded(t, c.meeting.ID, "Closed council", nil)
	c.depicted(r.ID, recording.Video, "a picture")
	c.depicted(other.ID, recording.Video, "another")
	path := "/recordings/" + string(r.ID)
	secret := c.linked(t, r)
	hidden(t, c.guest, "GET", "/recordings/{id}/poster", "", r.ID)
	is[none](t, c.guest.do("POST", path+"/open", asJSON(t, api.RecordingKey{Secret: secret})), 204)
	if got := c.guest.do("GET", path+"/poster", ""); got.StatusCode != http.StatusOK || got.body != "a picture" {
		t.Errorf("by the link: %d %q", got.StatusCode, got.body)
	}
	hidden(t, c.guest, "GET", "/recordings/{id}/poster", "", other.ID)
	c.change(r.ID, func(r *recording.Recording) { r.Sharing.Watermark = true })
	hidden(t, c.guest, "GET", "/recordings/{id}/poster", "", r.ID)
	c.change(r.ID, func(r *recording.Recording) { r.Sharing.Watermark = false })
	is[none](t, c.owner.do("DELETE", path+"/link", ""), 204)
	hidden(t, c.guest, "GET", "/recordings/{id}/poster", "", r.ID)
}
