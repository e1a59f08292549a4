package server_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"plenum/internal/id"
	"plenum/internal/server/servertest"
)

// example returns the code in docs/api.md that is marked to be run under a name.
func example(t *testing.T, name, language string) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "api.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)<!-- run: " + name + " -->\n```" + language + "\n(.*?)\n```\n").FindSubmatch(page)
	if found == nil {
		t.Fatalf("docs/api.md has no example %s in %s", name, language)
	}
	return string(found[1])
}

// TestExamplesOfTheAPI runs what docs/api.md shows, as it stands there, against a
// running server.
func TestExamplesOfTheAPI(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	ada := s.SetUp(t, "")
	ada.PassSecondFactor(t)
	dir := t.TempDir()
	authority := filepath.Join(dir, "ca.crt")
	if err := os.WriteFile(authority, s.AuthorityPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	key := ada.CreateKey(t, "meetings:read", "meetings:write", "pool:read", "recordings:read", "recordings:write")
	run := func(t *testing.T, name string, args ...string) string {
		t.Helper()
		c := exec.CommandContext(t.Context(), name, args...)
		c.Dir = dir
		c.Env = append(os.Environ(), "PLENUM_URL="+s.URL, "PLENUM_KEY="+key.Text(), "SSL_CERT_FILE="+authority, "CURL_CA_BUNDLE="+authority, "CGO_ENABLED=0", "GOFLAGS=-mod=mod")
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}
	link := regexp.MustCompile(regexp.QuoteMeta(s.URL) + `/m/[a-z2-7]{26}#i=[a-z2-7]{52}`)

	t.Run("curl", func(t *testing.T) {
		for _, tool := range []string{"curl", "jq"} {
			if _, err := exec.LookPath(tool); err != nil {
				t.Skipf("%s is not installed", tool)
			}
		}
		out := run(t, "sh", "-euc", example(t, "sh", "sh"))
		if !link.MatchString(out) || !strings.Contains(out, `"used": 0`) {
			t.Errorf("printed:\n%s", out)
		}
	})
	t.Run("recordings", func(t *testing.T) {
		for _, tool := range []string{"curl", "jq"} {
			if _, err := exec.LookPath(tool); err != nil {
				t.Skipf("%s is not installed", tool)
			}
		}
		var made struct{ ID string }
		ada.Call(t, http.MethodPost, "/api/v1/meetings", map[string]string{"name": "Council"}, &made)
		db := openData(t, s)
		home, err := db.Home(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		recorded(t, s, db, home.ID, id.Meeting(made.ID))
		out := run(t, "sh", "-euc", example(t, "recordings", "sh"))
		want := regexp.MustCompile(`(?s)^Open session\n` + regexp.QuoteMeta(s.URL) + `/r/[a-z2-7]{26}#[a-z2-7]{52}\ndownloaded\n.*"keyTree": true`)
		if !want.MatchString(out) {
			t.Errorf("printed:\n%s", out)
		}
		for name, want := range map[string]string{"council.mp4": film, "beginning.bin": film[:3]} {
			if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
				t.Errorf("%s holds %q, %v", name, got, err)
			}
		}
	})
	t.Run("Go", func(t *testing.T) {
		if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(example(t, "go", "go")), 0o600); err != nil {
			t.Fatal(err)
		}
		out := run(t, "go", "run", "main.go")
		if !link.MatchString(out) || !strings.Contains(out, "in use: 0 of 0") {
			t.Errorf("printed:\n%s", out)
		}
	})
}
