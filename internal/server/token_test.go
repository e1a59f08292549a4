package server_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"google.golang.org/protobuf/encoding/protowire"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/live"
	"plenum/internal/server/servertest"
)

// jwt makes a token. With a key it is signed by HMAC, whatever the header says.
func jwt(t *testing.T, header, claims map[string]any, key []byte) string {
	t.Helper()
	part := func(v any) string {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	signed := part(header) + "." + part(claims)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// forgedJWTs are SFU tokens that nobody has signed, for a seat and a meeting, in
// the ways that have worked elsewhere. genuine is one that the SFU has given.
func forgedJWTs(t *testing.T, genuine, seat, meeting string) map[string]string {
	t.Helper()
	parts := strings.Split(genuine, ".")
	if len(parts) != 3 {
		t.Fatalf("no JWT: %s", genuine)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(raw, &claims); err != nil {
		t.Fatal(err)
	}
	claims["sub"] = seat
	claims["video"] = map[string]any{"roomJoin": true, "room": meeting, "canPublish": true, "canSubscribe": true}
	with := func(change map[string]any) map[string]any {
		c := maps.Clone(claims)
		maps.Copy(c, change)
		return c
	}
	hs := map[string]any{"alg": "HS256", "typ": "JWT"}
	public := []byte("-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n")
	forged := map[string]string{
		"no signature":         parts[0] + "." + parts[1] + ".",
		"two parts":            parts[0] + "." + parts[1],
		"four parts":           genuine + ".x",
		"another signature":    parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2])),
		"a changed payload":    parts[0] + "." + strings.Split(jwt(t, hs, claims, nil), ".")[1] + "." + parts[2],
		"signature cut":        genuine[:len(genuine)-2],
		"only dots":            "..",
		"nested":               base64.RawURLEncoding.EncodeToString([]byte(genuine)) + "..",
		"signed with nothing":  jwt(t, hs, claims, nil),
		"signed with a guess":  jwt(t, hs, claims, []byte("secret")),
		"signed with the key":  jwt(t, hs, claims, []byte("devkey")),
		"signed with the iss":  jwt(t, hs, claims, []byte("plenum")),
		"as an administrator":  jwt(t, hs, with(map[string]any{"video": map[string]any{"roomAdmin": true, "roomCreate": true, "room": meeting}}), []byte("secret")),
		"as a recorder":        jwt(t, hs, with(map[string]any{"video": map[string]any{"roomRecord": true, "recorder": true, "hidden": true, "room": meeting, "roomJoin": true}}), []byte("secret")),
		"good for ever":        jwt(t, hs, with(map[string]any{"exp": time.Now().AddDate(50, 0, 0).Unix()}), []byte("secret")),
		"expired":              jwt(t, hs, with(map[string]any{"exp": 1}), []byte("secret")),
		"not yet good":         jwt(t, hs, with(map[string]any{"nbf": time.Now().AddDate(1, 0, 0).Unix()}), []byte("secret")),
		"exp as a text":        jwt(t, hs, with(map[string]any{"exp": "never"}), []byte("secret")),
		"of another issuer":    jwt(t, hs, with(map[string]any{"iss": "elsewhere"}), []byte("secret")),
		"for another audience": jwt(t, hs, with(map[string]any{"aud": []string{"elsewhere"}}), []byte("secret")),
		"of another meeting":   jwt(t, hs, with(map[string]any{"video": map[string]any{"roomJoin": true, "room": id.New[string]()}}), []byte("secret")),
	}
	for name, header := range map[string]map[string]any{
		"none": {"alg": "none"}, "None": {"alg": "None"}, "NONE": {"alg": "NONE"}, "nOnE": {"alg": "nOnE"}, "empty": {"alg": ""}, "missing": {"typ": "JWT"},
		"a number": {"alg": 0}, "two": {"alg": []string{"HS256", "none"}}, "RS256": {"alg": "RS256"}, "ES256": {"alg": "ES256"}, "PS256": {"alg": "PS256"}, "EdDSA": {"alg": "EdDSA"},
		"HS512": {"alg": "HS512"}, "dir": {"alg": "dir", "enc": "A256GCM"},
		"HS256 with a kid":    {"alg": "HS256", "kid": "../../../../dev/null"},
		"HS256 with a jku":    {"alg": "HS256", "jku": "https://attacker.example/keys"},
		"RS256 with a jku":    {"alg": "RS256", "jku": "https://attacker.example/keys", "kid": "1"},
		"RS256 with an x5u":   {"alg": "RS256", "x5u": "https://attacker.example/chain"},
		"HS256 with a jwk":    {"alg": "HS256", "jwk": map[string]string{"kty": "oct", "k": base64.RawURLEncoding.EncodeToString(public)}},
		"HS256 with critical": {"alg": "HS256", "crit": []string{"b64"}, "b64": false},
	} {
		forged["alg "+name] = jwt(t, header, claims, public)
	}
	forged["alg none, not signed"] = strings.TrimRight(jwt(t, map[string]any{"alg": "none"}, claims, nil), "-_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	return forged
}

// refreshed waits for a JWT that the SFU itself gives to a connected client.
func refreshed(t *testing.T, ws *websocket.Conn) string {
	t.Helper()
	for {
		_, data, err := ws.Read(t.Context())
		if err != nil {
			t.Fatalf("no refreshed token: %v", err)
		}
		// SignalResponse{refresh_token = 16}
		if field, kind, n := protowire.ConsumeTag(data); n > 0 && field == 16 && kind == protowire.BytesType {
			if token, m := protowire.ConsumeString(data[n:]); m > 0 {
				return token
			}
		}
	}
}

// altered are ways to change a secret so that it looks like one still.
func altered(secret string) map[string]string {
	flip := "a"
	if strings.HasSuffix(secret, "a") {
		flip = "b"
	}
	return map[string]string{
		"cut": secret[:len(secret)-1], "longer": secret + "a", "begun later": secret[1:], "upper case": strings.ToUpper(secret), "the last letter": secret[:len(secret)-1] + flip,
		"half": secret[:len(secret)/2], "twice": secret + secret, "with a space": secret[:5] + " " + secret[5:],
	}
}

// TestBadTokens shows each door of the server what does not open it.
func TestBadTokens(t *testing.T) { //nolint:cyclop // one loop after the other.
	s := servertest.Start(t, servertest.Options{})
	ada := s.SetUp(t, "")
	ada.PassSecondFactor(t)
	m := s.CreateMeeting(t, "Council")
	path := "/api/v1/meetings/" + string(m.ID)
	guest := s.Browser(t, "")
	inside := guest.Join(t, m, access.Attendee, "Ben")
	ws, status := rtc(t, guest, inside.Welcome.Media.Token)
	if ws == nil {
		t.Fatalf("the SFU does not open: %d", status)
	}
	genuine, media, resume := refreshed(t, ws), inside.Welcome.Media.Token, inside.Welcome.Resume
	key, invite, cookie := ada.CreateKey(t, "meetings:read").Text(), m.Secrets[access.Owner].Text(), ""
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range ada.HTTP().Jar.Cookies(req.URL) {
		cookie = c.Value
	}
	if cookie == "" {
		t.Fatal("Ada is not signed in")
	}
	ticket := guest.Ticket(t, m, access.Attendee, "Cleo")
	var made struct{ Link string }
	ada.Call(t, http.MethodPost, "/api/v1/people", map[string]string{"name": "Dora", "email": "dora@town.example"}, &made)
	_, welcome, _ := strings.Cut(made.Link, "#")

	tried := 0
	refused := func(what string, got, want int) {
		t.Helper()
		if tried++; got != want {
			t.Errorf("%s: %d instead of %d", what, got, want)
		}
	}
	asking := func(header, value string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/api/v1/meetings", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Header[header] = []string{value}
		resp, err := guest.HTTP().Do(req)
		if err != nil {
			return 0
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	strange := map[string]string{
		"a ticket": ticket, "a resume token": resume, "the SFU's token": media, "the SFU's own JWT": genuine, "an invite": invite, "a link to set a password": welcome, "a random one": id.NewSecret(), "the meeting's id": string(m.ID),
	}
	others := func(known map[string]string, but ...string) map[string]string {
		all := maps.Clone(known)
		for name, secret := range strange {
			if !slices.Contains(but, name) {
				all[name] = secret
			}
		}
		return all
	}

	for name, secret := range others(altered(cookie)) {
		refused("a session cookie, "+name, asking("Cookie", "__Host-plenum="+secret), http.StatusUnauthorized)
	}
	for _, name := range []string{"plenum", "__host-plenum", "__Secure-plenum"} {
		refused("a good session in the cookie "+name, asking("Cookie", name+"="+cookie), http.StatusUnauthorized)
	}
	for name, secret := range others(altered(key)) {
		refused("a key, "+name, asking("Authorization", "Bearer "+secret), http.StatusUnauthorized)
	}
	for name, header := range map[string]string{
		"without a scheme": key, "Basic": "Basic " + base64.StdEncoding.EncodeToString([]byte(key+":")), "Token": "Token " + key, "twice": "Bearer " + key + ", Bearer " + key, "the session as a key": "Bearer " + cookie, "empty": "Bearer ",
	} {
		refused("a key, "+name, asking("Authorization", header), http.StatusUnauthorized)
	}
	for name, secret := range others(altered(invite), "an invite") {
		body := map[string]string{"name": "Mallory", "invite": secret}
		refused("an invite, "+name, guest.Call(t, http.MethodPost, path+"/ticket", body, nil), http.StatusNotFound)
		refused("an invite at the door, "+name, guest.Call(t, http.MethodPost, path+"/door", map[string]string{"invite": secret}, nil), http.StatusNotFound)
	}
	for name, secret := range others(altered(welcome), "a link to set a password") {
		body := map[string]string{"secret": secret, "password": servertest.Password}
		refused("a link to set a password, "+name, s.Browser(t, "").Call(t, http.MethodPost, "/api/v1/welcome", body, nil), http.StatusNotFound)
	}
	for i, secret := range slices.Sorted(maps.Values(others(map[string]string{}))) {
		body := map[string]string{"challenge": secret, "totp": "123456"}
		refused("a challenge, "+strconv.Itoa(i), s.Browser(t, "127.0.0."+strconv.Itoa(20+i)).Call(t, http.MethodPost, "/api/v1/session/factor", body, nil), http.StatusUnauthorized)
	}
	for name, secret := range others(map[string]string{"a key": key, "a session": cookie}) {
		for kind, hello := range map[string]live.Hello{"ticket.invalid": {Ticket: secret}, "resume.invalid": {Resume: secret}} {
			if good := name == "a ticket" && hello.Ticket != "" || name == "a resume token" && hello.Resume != ""; good {
				continue
			}
			hello.Version = live.Version
			tried++
			if _, got := guest.Hello(t, hello); got != kind {
				t.Errorf("%s on the live channel: %q instead of %q", name, got, kind)
			}
		}
	}
	for name, token := range forgedJWTs(t, genuine, inside.Welcome.You, string(m.ID)) {
		_, status := rtc(t, guest, token)
		refused("a JWT, "+name, status, http.StatusUnauthorized)
	}
	for name, token := range others(map[string]string{"used": media, "a key": key, "a session": cookie}, "the SFU's token", "the SFU's own JWT") {
		_, status := rtc(t, guest, token)
		refused("at the SFU, "+name, status, http.StatusUnauthorized)
	}

	if tried < 60 {
		t.Errorf("only %d were tried", tried)
	}
	t.Logf("%d tokens were refused", tried)
	// What they were made from is good.
	refused("the key itself", asking("Authorization", "Bearer "+key), http.StatusOK)
	refused("the session itself", asking("Cookie", "__Host-plenum="+cookie), http.StatusOK)
	if _, got := guest.Hello(t, live.Hello{Version: live.Version, Ticket: ticket}); got != "" {
		t.Errorf("the ticket itself: %s", got)
	}
	if log := s.Log.String(); strings.Contains(log, key) || strings.Contains(log, resume) || strings.Contains(log, genuine) {
		t.Error("the log has a token")
	}
}
