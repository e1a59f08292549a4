package server_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layers are the packages from the inside out. A package may import what stands
// before its own layer; within a layer only domain packages may know each other.
func layers() [][]string {
	return [][]string{
		{"id", "fault", "pii"}, // words
		{"access", "tenant", "user", "auth", "apikey", "audit", "capacity", "datamap", "meeting", "invite", "chat", "egress", "provider", "room", "recording", "consent", "retention", "job"}, // domain
		{"store", "composer", "vault", "blob", "journal", "sfu", "oidc", "ldap", "saml", "recorder", "api", "live", "edge"},                                                                   // adapters and delivery
		{"archive", "backup"},             // what joins adapters
		{"config", "telemetry", "server"}, // program
	}
}

const (
	wordsLayer, domainLayer, outerLayer, joiningLayer, programLayer = 0, 1, 2, 3, 4

	whyInward = "imports point inward (cmd → server → delivery and adapters → domain → words): the rules of meetings must be readable, " +
		"testable and true without knowing how they are stored, carried or shown. Declare the small interface you need, and let server hand in what fills it"
	whySideways = "adapters and delivery packages do not know each other: each can then be replaced, and tested, alone. " +
		"Declare the small interface you need in your own package, and let server wire it"
	// A recording, and a backup, is database, files and keys at once: an interface for
	// each would only repeat the adapter. Nothing but server and cmd imports the two.
	whyJoining = "packages that join adapters do not know each other: what two of them need is an adapter's or the domain's"
	whyDrawer  = "a package is a noun of the trade or the one outside thing it talks to; in a drawer everything ends up and nothing is found"
)

// outside says which packages alone may import a module, and why.
func outside() map[string]struct{ only, why string } {
	database := "a second place that knows SQL is a second place to get transactions, migrations and both dialects wrong"
	return map[string]struct{ only, why string }{
		"github.com/livekit/":           {"sfu recorder", "LiveKit changes between releases and logs what it should not; one package contains its server, one its client (docs/adr)"},
		"github.com/pion/":              {"sfu recorder", "media is the SFU's and the recorder's; what needs more of it asks them"},
		"modernc.org/sqlite":            {"store", database},
		"github.com/jackc/pgx":          {"store", database},
		"database/sql":                  {"store", database},
		"github.com/danielgtaylor/huma": {"api", "the API's framework is the API's own business"},
		"github.com/coder/websocket":    {"live", "the live channel is the only WebSocket we speak ourselves"},
		"github.com/caddyserver/":       {"edge", "certificates are edge's"},
		"github.com/goccy/go-yaml":      {"config", "settings are read in one place"},
		"filippo.io/age":                {"vault", "whoever encrypts has keys, and only vault has"},
		"github.com/minio/":             {"blob", "where files lie is blob's own business"},
		"golang.org/x/sys":              {"composer", "what the standard library's syscall lacks is needed to confine ffmpeg only"},
	}
}

func layerOf(pkg string) int {
	return slices.IndexFunc(layers(), func(l []string) bool { return slices.Contains(l, pkg) })
}

func TestLayers(t *testing.T) {
	root := filepath.Join("..", "..")
	comments := map[string]int{} // of each directory with Go files
	eachGoFile(t, root, func(file string) {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		dir, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			return // tests come through the front door, which may be anybody's
		}
		if filepath.Base(dir) == "query" {
			return // generated
		}
		if parsed.Doc != nil {
			comments[dir]++
		} else {
			comments[dir] += 0
		}
		for _, spec := range parsed.Imports {
			target, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if problem := forbidden(filepath.ToSlash(dir), target); problem != "" {
				t.Errorf("%s imports %s: %s", file, target, problem)
			}
		}
	})
	for dir, n := range comments {
		if n != 1 {
			t.Errorf("%s has %d package comments, not one: whoever opens it first wants to know what it is", dir, n)
		}
	}
}

// forbidden returns why the package in dir may not import target, or "".
func forbidden(dir, target string) string {
	top, inside := strings.CutPrefix(dir, "internal/")
	pkg, sub, _ := strings.Cut(top, "/")
	if testOnly := strings.HasSuffix(path.Base(dir), "test"); testOnly || sub == "query" {
		return "" // helpers of tests, and sqlc's code inside store
	}
	for prefix, rule := range outside() {
		if strings.HasPrefix(target, prefix) && !slices.Contains(strings.Fields(rule.only), pkg) {
			return fmt.Sprintf("only internal/%s may: %s", rule.only, rule.why)
		}
	}
	other, ours := strings.CutPrefix(target, "plenum/internal/")
	other, _, _ = strings.Cut(other, "/")
	if !inside || !ours || other == pkg {
		return ""
	}
	from, to := layerOf(pkg), layerOf(other)
	switch {
	case to > from:
		return whyInward
	case to == from && from == outerLayer:
		return whySideways
	case to == from && from == joiningLayer:
		return whyJoining
	case to == from && from == programLayer && pkg != "server":
		return whyInward
	case from == wordsLayer && other == "pii":
		return whyInward
	}
	return ""
}

func TestEveryPackageHasAPlace(t *testing.T) {
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	drawers := []string{"util", "utils", "common", "helper", "helpers", "base", "types", "model", "models", "misc", "shared", "lib", "pkg", "core"}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		if slices.Contains(drawers, e.Name()) {
			t.Errorf("internal/%s: %s", e.Name(), whyDrawer)
		} else if layerOf(e.Name()) < 0 {
			t.Errorf("internal/%s has no layer yet; give it its place in layers()", e.Name())
		}
	}
	for _, l := range layers() {
		for _, pkg := range l {
			if _, err := os.Stat(filepath.Join("..", pkg)); err != nil {
				t.Errorf("internal/%s has a place and does not exist", pkg)
			}
		}
	}
}

// The rule itself is tested, so that a slip in it does not switch it off.
func TestLayersAreEnforced(t *testing.T) {
	for _, tt := range []struct{ dir, target, why string }{
		{"internal/meeting", "plenum/internal/store", whyInward},
		{"internal/id", "plenum/internal/meeting", whyInward},
		{"internal/api", "plenum/internal/store", whySideways},
		{"internal/live", "plenum/internal/api", whySideways},
		{"internal/edge", "plenum/internal/telemetry", whyInward},
		{"internal/config", "plenum/internal/server", whyInward},
		{"internal/store", "plenum/internal/backup", whyInward},
		{"internal/backup", "plenum/internal/store", ""},
		{"internal/live", "github.com/livekit/protocol/livekit", "only internal/sfu"},
		{"cmd/plenum", "modernc.org/sqlite", "only internal/store"},
		{"internal/room", "plenum/internal/meeting", ""},
		{"internal/server", "plenum/internal/telemetry", ""},
		{"internal/fault", "errors", ""},
		{"cmd/plenum", "plenum/internal/server", ""},
	} {
		got := forbidden(tt.dir, tt.target)
		if tt.why == "" && got != "" || !strings.HasPrefix(got, tt.why) {
			t.Errorf("%s imports %s: %q, want %q", tt.dir, tt.target, got, tt.why)
		}
	}
}

func eachGoFile(t *testing.T, root string, visit func(string)) {
	t.Helper()
	for _, top := range []string{"cmd", "internal", "web"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(p string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || d.Name() == "src"):
				return fs.SkipDir
			case strings.HasSuffix(p, ".go"):
				visit(p)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
