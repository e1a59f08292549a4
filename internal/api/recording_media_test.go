package api_test

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"plenum/internal/api"
	"plenum/internal/audit"
	"plenum/internal/id"
	"plenum/internal/recording"
	"plenum/internal/store"
	"plenum/internal/user"
)

func TestMediaRanges(t *testing.T) {
	c := newCouncil(t)
	r := c.recorded(t, c.meeting.ID, "Council", nil)
	view := call[api.RecordingView](c.owner, "POST", "/recordings/"+string(r.ID)+"/views", nil, 200)
	whole := c.owner.fetch(view.URL)
	etag := whole.Header.Get("Etag")
	for name, want := range map[string]string{
		"Content-Type": "video/mp4", "Accept-Ranges": "bytes", "Content-Length": "100000", "Content-Disposition": "inline", "Cache-Control": "no-store",
		"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin", "Last-Modified": "", "Set-Cookie": "",
	} {
		if got := whole.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if whole.StatusCode != http.StatusOK || whole.body != string(video) || len(etag) != 28 {
		t.Errorf("status %d, %d bytes, tag %s", whole.StatusCode, len(whole.body), etag)
	}
	for _, test := range []struct {
		name   string
		header []string
		status int
		body   string
		of     string // Content-Range
	}{
		{"from", []string{"Range", "bytes=99995-"}, 206, "56789", "bytes 99995-99999/100000"},
		{"part", []string{"Range", "bytes=10-14"}, 206, "01234", "bytes 10-14/100000"},
		{"last", []string{"Range", "bytes=-3"}, 206, "789", "bytes 99997-99999/100000"},
		{"beyond", []string{"Range", "bytes=99998-200000"}, 206, "89", "bytes 99998-99999/100000"},
		{"outside", []string{"Range", "bytes=100000-"}, 416, "-", "bytes */100000"},
		{"nonsense", []string{"Range", "bytes=5-2"}, 416, "-", ""},
		{"the same file", []string{"Range", "bytes=0-1", "If-Range", etag}, 206, "01", "bytes 0-1/100000"},
		{"another file", []string{"Range", "bytes=0-1", "If-Range", `"other"`}, 200, string(video), ""},
		{"known", []string{"If-None-Match", etag}, 304, "", ""},
	} {
		got := c.owner.fetch(view.URL, test.header...)
		if got.StatusCode != test.status || test.body != "-" && got.body != test.body || got.Header.Get("Content-Range") != test.of {
			t.Errorf("%s: %d %.20q of %s", test.name, got.StatusCode, got.body, got.Header.Get("Content-Range"))
		}
	}
	head := c.owner.do("HEAD", strings.TrimPrefix(view.URL, api.Prefix), "")
	if head.StatusCode != http.StatusOK || head.body != "" || head.Header.Get("Content-Length") != "100000" {
		t.Errorf("HEAD: %d %v", head.StatusCode, head.Header)
	}
	if c.kept.open != 0 {
		t.Errorf("%d files are left open", c.kept.open)
	}
	if actions := c.owner.about(string(r.ID)); len(actions) != 1 {
		t.Errorf("one view is noted as %v", actions)
	}
}

// TestManyRanges: a few ranges are served as asked for, and thousands, each of which
// would cost a piece of the file, are the whole file read once.
func TestManyRanges(t *testing.T) {
	c := newCouncil(t)
	r := c.recorded(t, c.meeting.ID, "Council", nil)
	view := call[api.RecordingView](c.owner, "POST", "/recordings/"+string(r.ID)+"/views", nil, 200)
	for _, test := range []struct{ ranges, status, reads int }{
		{2, http.StatusPartialContent, 2},
		{8, http.StatusPartialContent, 8},
		{9, http.StatusOK, 5},
		{5000, http.StatusOK, 5}, // of 32 KiB: 100,000 bytes and the end
	} {
		wanted := make([]string, test.ranges)
		for i := range wanted {
			wanted[i] = fmt.Sprintf("%d-%d", i*20, i*20)
		}
		c.kept.reads = 0
		got := c.owner.fetch(view.URL, "Range", "bytes="+strings.Join(wanted, ","))
		if got.StatusCode != test.status || c.kept.reads > test.reads {
			t.Errorf("%d ranges: status %d, the file was read %d times", test.ranges, got.StatusCode, c.kept.reads)
		}
		if whole := got.body == string(video); whole != (test.status == http.StatusOK) {
			t.Errorf("%d ranges: %d bytes of %s", test.ranges, len(got.body), got.Header.Get("Content-Type"))
		}
	}
}

// TestMediaIsForOne: the address of a file serves whoever got it, as long as they may
// watch; for everybody else there is nothing there.
func TestMediaIsForOne(t *testing.T) {
	c := newCouncil(t)
	r := c.recorded(t, c.meeting.ID, "Council", func(r *recording.Recording) { r.Sharing.With = recording.Members })
	path := "/recordings/" + string(r.ID)
	url := func(b *browser, header ...string) string {
		return is[api.RecordingView](t, b.do("POST", path+"/views", `{}`, header...), 200).URL
	}
	mine := url(c.col)
	again := c.browser(t) // the same person, signed in elsewhere
	again.signIn("col@example.org")
	other := c.recorded(t, c.meeting.ID, "Other", func(r *recording.Recording) { r.Sharing.With = recording.Members })
	_, token, _ := strings.Cut(mine, "/media/")
	_, key := c.owner.key("recordings:read")
	_, narrow := c.owner.key("meetings:read")
	keyed := url(c.guest, key...)
	if c.col.fetch(mine).StatusCode != http.StatusOK || c.guest.fetch(keyed, key...).StatusCode != http.StatusOK {
		t.Fatal("nobody is let in")
	}
	refused(t, c.guest.do("POST", path+"/views", `{}`, narrow...), 403, "key.scope")

	never := c.guest.do("GET", "/recordings/"+id.New[string]()+"/media/"+strings.Repeat("A", 300), "")
	refused(t, never, 404, "recording.not_found")
	same := func(name string, got answer) {
		t.Helper()
		if got.body != never.body || got.StatusCode != never.StatusCode || fmt.Sprint(got.Header) != fmt.Sprint(never.Header) {
			t.Errorf("%s: %d %s %v", name, got.StatusCode, got.body, got.Header)
		}
	}
	same("nobody", c.guest.fetch(mine))
	same("another person", c.owner.fetch(mine))
	same("another session", again.fetch(mine))
	same("a key", c.guest.fetch(mine, key...))
	same("a key's without it", c.guest.fetch(keyed))
	same("a key's by a person", c.col.fetch(keyed))
	same("a key of other scopes", c.guest.fetch(keyed, narrow...))
	same("another recording", c.col.do("GET", "/recordings/"+string(other.ID)+"/media/"+token, ""))
	for i := 0; i < len(token); i += 7 {
		forged := []byte(token)
		forged[i] ^= 1
		same("forged", c.col.do("GET", path+"/media/"+string(forged), ""))
	}
	same("short", c.col.do("GET", path+"/media/x", ""))

	c.change(r.ID, func(r *recording.Recording) { r.Assets = slices.Clone(r.Assets)[1:] })
	same("a file that was made anew", c.col.fetch(mine))
	c.change(r.ID, func(n *recording.Recording) { n.Assets = r.Assets })
	c.change(r.ID, func(r *recording.Recording) { r.Cut.To = time.Minute })
	same("what was cut off", c.col.fetch(mine))
	c.change(r.ID, func(r *recording.Recording) { r.Cut = recording.Cut{} })
	c.change(r.ID, func(r *recording.Recording) { r.Sharing.With = recording.Nobody })
	same("not shared any more", c.col.fetch(mine))
	c.change(r.ID, func(r *recording.Recording) { r.Sharing.With = recording.Members })
	if c.col.fetch(mine).StatusCode != http.StatusOK {
		t.Error("shared again it is not there")
	}
	cookie := c.col.cookie
	is[none](t, c.col.do("DELETE", "/session", ""), 204)
	c.col.cookie = cookie
	same("signed out", c.col.fetch(mine))
	theirs := url(again)
	home := c.home(t).ID
	if _, err := c.store.UpdateUser(t.Context(), home, id.User(c.colID), func(u *user.User) error { u.Disabled = true; return nil }); err != nil {
		t.Fatal(err)
	}
	same("disabled", again.fetch(theirs))
	own := url(c.owner)
	call[api.RecordingReceipt](c.owner, "DELETE", path, nil, 200)
	same("deleted", c.owner.fetch(own))
	if c.kept.open != 0 {
		t.Errorf("%d files are left open", c.kept.open)
	}
}

func TestDownload(t *testing.T) {
	c := newCouncil(t)
	r := c.recorded(t, c.meeting.ID, `Rat: "Öffentlich" / 2027?`, func(r *recording.Recording) { r.Sharing.With = recording.Members })
	path := "/recordings/" + string(r.ID)
	hidden(t, c.col, "POST", "/recordings/{id}/downloads", `{}`, r.ID)
	c.change(r.ID, func(r *recording.Recording) { r.Sharing.Download = true })
	download := func(b *browser, asset id.Asset) api.RecordingDownload {
		return call[api.RecordingDownload](b, "POST", path+"/downloads", api.WantedAsset{Asset: new(string(asset))}, 200)
	}
	plain := download(c.col, "")
	got := c.col.fetch(plain.URL)
	kind, params, err := mime.ParseMediaType(got.Header.Get("Content-Disposition"))
	if err != nil || kind != "attachment" || params["filename"] != "2026-11-21 Rat_ _Öffentlich_ _ 2027_.mp4" || got.body != string(video) {
		t.Errorf("disposition %q: %v, %d bytes", got.Header.Get("Content-Disposition"), err, len(got.body))
	}
	for _, a := range r.Assets {
		file := c.owner.fetch(download(c.owner, a.ID).URL)
		_, params, _ := mime.ParseMediaType(file.Header.Get("Content-Disposition"))
		want := map[recording.AssetKind]string{recording.Video: ".mp4", recording.Audio: ".m4a", recording.SpeakerFile: " - Ben.mp4", recording.VoiceFile: " - Ben.m4a"}[a.Kind]
		if !strings.HasSuffix(params["filename"], want) || (file.Header.Get("Content-Type") == "audio/mp4") != strings.HasSuffix(want, ".m4a") {
			t.Errorf("%s: %v %s", a.Kind, params, file.Header.Get("Content-Type"))
		}
		if a.Kind.Person() { // of one person: only for who manages the recording
			refused(t, c.col.do("POST", path+"/downloads", asJSON(t, api.WantedAsset{Asset: new(string(a.ID))})), 404, "recording.not_found")
		}
	}

	// With a mark there is only a marked copy, and the one from before is nothing.
	c.change(r.ID, func(r *recording.Recording) { r.Sharing.Watermark = true })
	before := len(c.owner.about(string(r.ID)))
	mark := "Col · " + c.colID[:8]
	if got := call[api.RecordingView](c.col, "POST", path+"/views", nil, 200); got.Watermark != mark {
		t.Errorf("the mark is %q", got.Watermark)
	}
	if got := download(c.col, ""); got.URL != "" || got.Progress != 0.5 {
		t.Errorf("at first: %+v", got)
	}
	if now := len(c.owner.about(string(r.ID))); now != before+1 {
		t.Error("a download is noted that was not given out")
	}
	refused(t, c.col.fetch(plain.URL), 404, "recording.not_found")
	refused(t, c.col.do("POST", path+"/downloads", asJSON(t, api.WantedAsset{Asset: new(string(r.Assets[1].ID))})), 404, "recording.not_found")
	marked := download(c.col, "")
	if got := c.col.fetch(marked.URL); got.body != "marked for "+mark {
		t.Errorf("the copy is %q", got.body)
	}
	refused(t, c.owner.fetch(marked.URL), 404, "recording.not_found")
	if got := call[api.Recording](c.owner, "GET", path, nil, 200); slices.Contains(kinds(got), "marked") {
		t.Error("copies are in the list")
	}
	if got := c.owner.fetch(download(c.owner, "").URL); got.body != string(video) {
		t.Error("the owner gets a marked copy")
	}
	c.change(r.ID, func(r *recording.Recording) { r.Sharing.Watermark = false })
	call[api.Organisation](c.owner, "PATCH", "/organisation", map[string]any{"recording": map[string]any{"watermark": true}}, 200)
	if got := call[api.RecordingView](c.col, "POST", path+"/views", nil, 200); got.Watermark != mark {
		t.Errorf("where the organisation wants marks, it is %q", got.Watermark)
	}
}

// deaf is a store that does not take entries.
type deaf struct{ *store.Store }

func (deaf) Record(context.Context, ...audit.Entry) error { return errors.New("the disk is full") }

// TestNothingUnnoted: what cannot be noted is not given out.
func TestNothingUnnoted(t *testing.T) {
	c := newCouncil(t)
	r := c.recorded(t, c.meeting.ID, "Council", nil)
	config := c.config(t)
	config.Store = deaf{c.store}
	deafened := *c.owner
	deafened.api = api.New(config)
	for what, body := range map[string]string{"POST /views": `{}`, "POST /downloads": `{}`, "GET /consents": "", "GET /consents.csv": ""} {
		method, rest, _ := strings.Cut(what, " ")
		got := deafened.do(method, "/recordings/"+string(r.ID)+rest, body)
		if got.StatusCode != http.StatusInternalServerError || strings.Contains(got.body, "media") {
			t.Errorf("%s: %d %s", what, got.StatusCode, got.body)
		}
	}
}

// TestFetchesAtOnce: a viewer has some files open at once, and no more; one after the
// other there may be any number.
func TestFetchesAtOnce(t *testing.T) {
	c := newCouncil(t)
	r := c.recorded(t, c.meeting.ID, "Council", func(r *recording.Recording) { r.Sharing.With = recording.Members })
	view := call[api.RecordingView](c.col, "POST", "/recordings/"+string(r.ID)+"/views", nil, 200)
	for range 700 { // more than an account may ask for at once
		if got := c.col.fetch(view.URL, "Range", "bytes=0-9"); got.StatusCode != http.StatusPartialContent {
			t.Fatalf("status %d", got.StatusCode)
		}
	}
	opened, on, done := make(chan struct{}), make(chan struct{}), make(chan int)
	c.kept.onOpen = func() {
		c.kept.mu.Unlock()
		opened <- struct{}{}
		<-on
		c.kept.mu.Lock()
	}
	for range 8 {
		b := *c.col
		go func() { done <- b.fetch(view.URL).StatusCode }()
		<-opened
	}
	refused(t, c.col.fetch(view.URL), 429, "rate.limited")
	close(on)
	for range 8 {
		if status := <-done; status != http.StatusOK {
			t.Errorf("status %d", status)
		}
	}
	c.kept.onOpen = nil
	if got := c.col.fetch(view.URL); got.StatusCode != http.StatusOK {
		t.Errorf("afterwards: %d", got.StatusCode)
	}
}
