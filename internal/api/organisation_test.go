package api_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plenum/internal/api"
	"plenum/internal/id"
	"plenum/internal/tenant"
)

func change(t *testing.T, b *browser, body string) api.Organisation {
	t.Helper()
	return is[api.Organisation](t, b.do("PATCH", "/organisation", body), 200)
}

func TestOrganisation(t *testing.T) {
	w := fresh(t)
	ada := w.confirmed(t)
	got := change(t, ada, `{"name":" Town of Ghent ","accent":"#1A5FB4","lobby":"guests","accountRequired":true,"meetingPolicy":{"chat":false},"auditDays":90}`)
	if got.Name != "Town of Ghent" || got.Accent != "#1a5fb4" || got.Lobby != "guests" || !got.AccountRequired || got.MeetingPolicy.Chat || !got.MeetingPolicy.Microphone || got.AuditDays != 90 {
		t.Errorf("got %+v", got)
	}
	if diff := cmp.Diff(got, is[api.Organisation](t, ada.do("GET", "/organisation", ""), 200)); diff != "" {
		t.Error(diff)
	}
	if s := is[api.Server](t, w.browser(t).do("GET", "/server", ""), 200); s.Organisation != "Town of Ghent" || s.Accent != "#1a5fb4" || !s.Operator {
		t.Errorf("everybody sees %+v", s)
	}
	for body, code := range map[string]string{
		`{"accent":"red"}`: "accent.invalid", `{"accent":"#12345"}`: "accent.invalid", `{"accent":"#1a5fb4;}"}`: "accent.invalid", `{"accent":"url(x)"}`: "accent.invalid",
		`{"lobby":"sometimes"}`: "lobby.invalid", `{"auditDays":0}`: "audit.days", `{"auditDays":9999}`: "audit.days", `{"name":""}`: "name.empty",
		`{"adminNetworks":["everywhere"]}`: "networks.invalid",
	} {
		refused(t, ada.do("PATCH", "/organisation", body), 422, code)
	}
	w.confirm(ada, time.Now().Add(-time.Hour))
	for _, body := range []string{`{"secondFactor":{"administrators":false,"everyone":false}}`, `{"adminNetworks":[]}`, `{"auditDays":1}`} {
		refused(t, ada.do("PATCH", "/organisation", body), 403, "confirm.required")
	}
	change(t, ada, `{"name":"Town"}`) // is not dangerous
	plain := w.browser(t)
	plain.signInAs(t, "zoe@example.org")
	refused(t, plain.do("GET", "/organisation", ""), 403, "factor.required")
}

// TestAdminNetworks: nobody locks themselves out, and others are.
func TestAdminNetworks(t *testing.T) {
	w := fresh(t)
	ada := w.confirmed(t)
	refused(t, ada.do("PATCH", "/organisation", `{"adminNetworks":["198.51.100.0/24"]}`), 409, "network.lockout")
	refused(t, ada.do("PATCH", "/organisation", `{"adminNetworks":["198.51.100.0/24","2001:db8::/32"]}`), 409, "network.lockout")
	got := change(t, ada, `{"adminNetworks":["192.0.2.77/24"," 2001:db8::5 ","::ffff:203.0.113.9","192.0.2.0/24"]}`)
	if diff := cmp.Diff([]string{"192.0.2.0/24", "2001:db8::5/128", "203.0.113.9/32"}, got.AdminNetworks); diff != "" {
		t.Error(diff)
	}
	_, header := ada.key("people:read", "meetings:read")
	for source, ok := range map[string]bool{
		"192.0.2.200:1": true, "[::ffff:192.0.2.200]:1": true, "[2001:db8::5]:1": true, "[2001:db8::6]:1": false, "192.0.3.1:1": false, "203.0.113.9:5": true, "[::1]:1": false,
	} {
		ada.source = source
		program := w.browser(t)
		program.source = source
		for _, a := range []answer{ada.do("GET", "/organisation", ""), program.do("GET", "/people", "", header...)} {
			if ok && a.StatusCode != http.StatusOK {
				t.Errorf("%s: %s", source, a.body)
			} else if !ok {
				refused(t, a, 403, "admin.network")
			}
		}
		is[api.Meetings](t, program.do("GET", "/meetings", "", header...), 200) // is no administration
	}
	// None of it is anywhere but in the settings, and no visitor's address at all.
	if strings.Contains(w.log.String(), "192.0.2") {
		t.Error("the log has an address")
	}
}

func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestLogo(t *testing.T) {
	w := fresh(t)
	ada := w.confirmed(t)
	put := func(mime string, content []byte) answer {
		return ada.do("PUT", "/organisation/logo", string(content), "Content-Type", mime)
	}
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 40, 20)), nil); err != nil {
		t.Fatal(err)
	}
	webp := []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00") // 1 × 1
	for name, good := range map[string]struct {
		mime    string
		content []byte
	}{"png": {"image/png", picture(t, 2048, 100)}, "jpeg": {"image/jpeg", photo.Bytes()}, "webp": {"image/webp", webp}} {
		got := is[api.Organisation](t, put(good.mime, good.content), 200)
		server := is[api.Server](t, w.browser(t).do("GET", "/server", ""), 200)
		if got.Logo == "" || server.Logo != got.Logo {
			t.Fatalf("%s: logo at %q and %q", name, got.Logo, server.Logo)
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://meet.example"+got.Logo, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		a := raw(w, r)
		h := a.Header
		if a.body != string(good.content) || h.Get("Content-Type") != good.mime || h.Get("X-Content-Type-Options") != "nosniff" ||
			h.Get("Cache-Control") != "public, max-age=31536000, immutable" || h.Get("Content-Security-Policy") != "default-src 'none'; sandbox" {
			t.Errorf("%s: %d %v", name, a.StatusCode, h)
		}
		if a := w.browser(t).do("GET", "/logo?v=0000", ""); a.StatusCode != http.StatusOK {
			t.Errorf("an old address: %d", a.StatusCode)
		}
	}

	svg := []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)
	cut := picture(t, 300, 300)
	for name, bad := range map[string][]byte{
		"SVG": svg, "wide": picture(t, 2049, 10), "high": picture(t, 10, 2049), "head only": cut[:40], "text": []byte("hello"),
		"page": []byte("<!doctype html><script>alert(1)</script>"), "GIF": []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "script that begins like a PNG": []byte("\x89PNG\r\n\x1a\n<script>"),
	} {
		if a := put("image/png", bad); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
		}
	}
	refused(t, put("image/svg+xml", svg), 415, "request.type")
	refused(t, put("image/png", append(picture(t, 10, 10), make([]byte, tenant.MaxLogo)...)), 413, "message.too_large")

	// Another organisation has none of it.
	_, cleo := w.second(t)
	refused(t, cleo.do("GET", "/logo", ""), 404, "not_found")
	if got := is[api.Organisation](t, ada.do("DELETE", "/organisation/logo", ""), 200); got.Logo != "" {
		t.Errorf("still there: %q", got.Logo)
	}
	refused(t, w.browser(t).do("GET", "/logo", ""), 404, "not_found")
}

// second makes an organisation through the API and signs its administrator in.
func (w *world) second(t *testing.T) (api.MadeTenant, *browser) {
	t.Helper()
	op := w.browser(t)
	op.signInAs(t, "zoe@example.org")
	w.confirm(op, time.Now())
	made := is[api.MadeTenant](t, op.do("POST", "/tenants", `{"name":"Council","hosts":["Council.Example","vergadering.example"],"places":20,"adminName":"Cleo","adminEmail":"cleo@council.example"}`), 201)
	cleo := w.browser(t)
	cleo.host = "council.example"
	_, secret, _ := strings.Cut(made.Link, "#")
	if a := cleo.do("POST", "/welcome", asJSON(t, map[string]string{"secret": secret, "password": password})); a.StatusCode >= 300 {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	w.confirm(cleo, time.Now())
	return made, cleo
}

func (b *browser) signInAs(t *testing.T, email string) {
	t.Helper()
	if a := b.do("POST", "/session", asJSON(t, api.SignIn{Email: email, Password: password})); a.StatusCode >= 300 || b.cookie == nil {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
}

func TestTenants(t *testing.T) {
	w := fresh(t)
	ada := w.confirmed(t)
	made, cleo := w.second(t)
	if diff := cmp.Diff([]string{"council.example", "vergadering.example"}, made.Tenant.Hosts); diff != "" || made.Tenant.Link != "https://council.example" {
		t.Errorf("%s %s", diff, made.Tenant.Link)
	}
	if s := is[api.Server](t, cleo.do("GET", "/server", ""), 200); s.Organisation != "Council" || s.Operator || !s.SetUp {
		t.Errorf("under its name: %+v", s)
	}
	// Its administrator administers it, and nothing else.
	change(t, cleo, `{"accent":"#aa0000"}`)
	if s := is[api.Server](t, ada.do("GET", "/server", ""), 200); s.Accent != "" {
		t.Error("the other organisation's colour changed")
	}
	for _, try := range [][]string{{"GET", "/tenants", ""}, {"GET", "/tenants/" + made.Tenant.ID, ""}, {"PATCH", "/tenants/" + made.Tenant.ID, `{"places":1000}`}} {
		refused(t, cleo.do(try[0], try[1], try[2]), 403, "admin.required")
	}
	refused(t, cleo.do("POST", "/keys", `{"name":"x","scopes":["tenants"]}`), 422, "key.scopes")

	// Names are unique, and links carry the name that is ours.
	refused(t, ada.do("POST", "/tenants", `{"name":"X","hosts":["vergadering.example"],"places":0,"adminName":"A","adminEmail":"a@x.example"}`), 409, "host.taken")
	for _, host := range []string{"", "https://x.example", "x.example/", "x.example:443", "x..example", "-x.example", "x_y.example", "192.0.2.1", "[::1]", "0x7f.1", "2130706433", "localhost", "a.localhost", "münchen.example", "x.example,y.example", "x example", strings.Repeat("a", 64) + ".example"} {
		refused(t, ada.do("POST", "/tenants", asJSON(t, api.NewTenant{Name: "X", Hosts: []string{host}, AdminName: "A", AdminEmail: "a@x.example"})), 422, "host.invalid")
	}
	link := is[api.Meeting](t, cleo.do("POST", "/meetings", ""), 201).Link
	if !strings.HasPrefix(link, "https://council.example/m/") {
		t.Errorf("the link is %s", link)
	}
	cleo.host = "vergadering.example"
	is[api.Organisation](t, cleo.do("GET", "/organisation", ""), 200) // the same organisation by another name

	if got := is[api.Tenant](t, ada.do("PATCH", "/tenants/"+made.Tenant.ID, `{"hosts":["neu.example"],"places":7,"name":"New Council"}`), 200); got.Places != 7 || got.Name != "New Council" {
		t.Errorf("got %+v", got)
	}
	refused(t, cleo.do("GET", "/organisation", ""), 401, "signin.required") // that name is not its any more
	refused(t, ada.do("PATCH", "/tenants/"+made.Tenant.ID, `{"hosts":[]}`), 422, "host.count")
	refused(t, ada.do("PATCH", "/tenants/"+made.Tenant.ID, `{"places":-1}`), 422, "places.invalid")
}

func TestDeleteTenant(t *testing.T) {
	w := fresh(t)
	ada := w.confirmed(t)
	made, cleo := w.second(t)
	m := is[api.Meeting](t, cleo.do("POST", "/meetings", ""), 201)
	_, header := cleo.key("meetings:read")
	home := is[api.Tenants](t, ada.do("GET", "/tenants", ""), 200).Tenants[0]
	path := "/tenants/" + made.Tenant.ID

	refused(t, ada.do("DELETE", path, `{"name":"council"}`), 422, "confirm.name")
	refused(t, ada.do("DELETE", "/tenants/"+home.ID, asJSON(t, api.TenantDeletion{Name: home.Name})), 404, "not_found")
	w.confirm(ada, time.Now().Add(-time.Hour))
	refused(t, ada.do("DELETE", path, `{"name":"Council"}`), 403, "confirm.required")
	w.confirm(ada, time.Now())
	_, operators := ada.key("tenants")
	refused(t, w.browser(t).do("DELETE", path, `{"name":"Council"}`, operators...), 403, "key.scope")
	if a := ada.do("DELETE", path, `{"name":"Council"}`); a.StatusCode != http.StatusNoContent {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	if !slices.Contains(w.rooms.ended, id.Meeting(m.ID)) {
		t.Error("its meeting goes on")
	}
	refused(t, cleo.do("GET", "/organisation", ""), 401, "signin.required")
	refused(t, cleo.do("GET", "/meetings", "", header...), 401, "key.invalid")
	if _, err := w.store.Meeting(t.Context(), id.Meeting(m.ID)); err == nil {
		t.Error("its meeting is still kept")
	}
	refused(t, ada.do("GET", path, ""), 404, "not_found")
}

func TestTenantPages(t *testing.T) {
	w := fresh(t)
	ada := w.confirmed(t)
	for i := range 7 {
		is[api.MadeTenant](t, ada.do("POST", "/tenants", asJSON(t, api.NewTenant{
			Name: fmt.Sprint("T", i), Hosts: []string{fmt.Sprintf("t%d.example", i)}, AdminName: "A", AdminEmail: "a@x.example",
		})), 201)
	}
	var names []string
	cursor, pages := "", 0
	for {
		page := is[api.Tenants](t, ada.do("GET", "/tenants?limit=3&cursor="+cursor, ""), 200)
		for _, of := range page.Tenants {
			names = append(names, of.Name)
		}
		pages++
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if len(names) != 8 || pages != 3 || names[0] != "Gemeente Voorbeeld" || names[7] != "T6" {
		t.Errorf("%d pages of %v", pages, names)
	}
	for _, bad := range []string{"cursor=x", "cursor=AAAA", "cursor=" + strings.Repeat("a", 501), "limit=0", "limit=101", "limit=x"} {
		if a := ada.do("GET", "/tenants?"+bad, ""); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", bad, a.StatusCode)
		}
	}
}

// raw sends a request as it is.
func raw(w *world, r *http.Request) answer {
	r.RemoteAddr = "192.0.2.1:40000"
	recorder := httptest.NewRecorder()
	w.api.ServeHTTP(recorder, r)
	return answer{recorder.Result(), recorder.Body.String()}
}
