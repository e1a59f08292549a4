package config_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"plenum/internal/config"
)

var ignoreNetip = cmpopts.EquateComparable()

// load parses args as `plenum serve` does, in an empty directory.
func load(t *testing.T, yaml string, args ...string) (config.Config, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	if yaml != "" {
		if err := os.WriteFile("plenum.yaml", []byte(yaml), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var cli struct {
		config.Place
		config.Serving
	}
	parser, err := kong.New(&cli)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Fatal(err)
	}
	return config.Load(cli.Place, cli.Serving)
}

func TestPrecedence(t *testing.T) {
	const file = "listen: \":1\"\nmedia-port: 1001\nturn-port: 1002\nlan: true\n"
	t.Setenv("PLENUM_LISTEN", ":2")
	t.Setenv("PLENUM_MEDIA_PORT", "2001")
	c, err := load(t, file, "--listen=:3", "--no-lan")
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != ":3" || c.LAN {
		t.Errorf("flag does not win: listen %q, lan %v", c.Listen, c.LAN)
	}
	if c.MediaPort != 2001 {
		t.Errorf("environment does not win over file: media-port %d", c.MediaPort)
	}
	if c.TURNPort != 1002 {
		t.Errorf("file does not win over default: turn-port %d", c.TURNPort)
	}
	if c.DrainTimeout != config.Default().DrainTimeout {
		t.Errorf("default lost: drain-timeout %v", c.DrainTimeout)
	}
}

func TestLists(t *testing.T) {
	c, err := load(t, "trusted-proxies:\n  - 10.0.0.0/8\n  - 192.168.1.2\nexternal-ip: 198.51.100.7, 2001:db8::7\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(c.TrustedProxies) != 2 || c.TrustedProxies[1].String() != "192.168.1.2/32" || len(c.ExternalIPs) != 2 {
		t.Errorf("got %v and %v", c.TrustedProxies, c.ExternalIPs)
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	_, err := load(t, "listn: \":1\"\nmedia_port: 5\nlan: maybe\n", "--turn-port=70000", "--metrics-listen=0.0.0.0:9", "--log-level=loud", "--trusted-proxies=0.0.0.0/0", "--domain=https://x/")
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{`line 1: "listn" is not a setting`, `line 2: "media_port"`, `did you mean "media-port"`, "lan:", "turn-port:", "metrics-listen:", "log-level:", "trusted-proxies:", "domain:"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the message lacks %q:\n%s", want, err)
		}
	}
}

func TestBadFiles(t *testing.T) {
	for name, file := range map[string]string{
		"list":        "- a\n- b\n",
		"nested":      "listen:\n  port: 1\n",
		"broken":      "listen: \"x\n",
		"duplicate":   "listen: \":1\"\nlisten: \":2\"\n",
		"tabs":        "listen:\t\n\t- x",
		"two docs":    "lan: true\n---\nlan: false\n",
		"key in data": "data: d\nmaster-key: d/key\n",
		"ports equal": "media-port: 5\nturn-port: 5\n",
	} {
		t.Run(name, func(t *testing.T) {
			if c, err := load(t, file); err == nil {
				t.Errorf("accepted: %+v", c)
			} else if strings.Contains(err.Error(), "goroutine") {
				t.Errorf("not a sentence: %v", err)
			}
		})
	}
	if _, err := load(t, "", "--config=missing.yaml"); err == nil {
		t.Error("a named file that does not exist was ignored")
	}
}

func TestBaseURL(t *testing.T) {
	for _, tt := range []struct {
		args []string
		url  string
		acme bool
	}{
		{nil, "https://localhost:8443", false},
		{[]string{"--listen=:443"}, "https://localhost", false},
		{[]string{"--domain=Meet.Town.eu", "--listen=:443"}, "https://meet.town.eu", true},
		{[]string{"--domain=meet.town.eu:443"}, "https://meet.town.eu", true},
		{[]string{"--domain=meet.town.eu", "--lan"}, "https://meet.town.eu:8443", false},
		{[]string{"--domain=meet.town.eu", "--trusted-proxies=10.0.0.1"}, "https://meet.town.eu", false},
		{[]string{"--domain=town-hall.local"}, "https://town-hall.local:8443", false},
		{[]string{"--domain=server"}, "https://server:8443", false},
	} {
		c, err := load(t, "", tt.args...)
		if err != nil {
			t.Errorf("%v: %v", tt.args, err)
			continue
		}
		if got := c.BaseURL(); got != tt.url || c.UsesACME() != tt.acme {
			t.Errorf("%v: %s, ACME %v; want %s, %v", tt.args, got, c.UsesACME(), tt.url, tt.acme)
		}
	}
}

// The sample must hold every setting with its default, and nothing else.
func TestSampleFile(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "plenum.yaml.sample"))
	if err != nil {
		t.Fatal(err)
	}
	active := regexp.MustCompile(`(?m)^#(\S+: )`).ReplaceAll(raw, []byte("$1"))
	if bytes.Equal(active, raw) {
		t.Fatal("the sample sets nothing")
	}
	c, err := load(t, string(active))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(config.Default(), c, ignoreNetip); diff != "" {
		t.Errorf("sample and defaults differ (-default +sample):\n%s", diff)
	}
	inFile := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^([a-z-]+): `).FindAllStringSubmatch(string(active), -1) {
		inFile[m[1]] = true
	}
	flags := map[string]bool{}
	for _, s := range []reflect.Type{reflect.TypeFor[config.Place](), reflect.TypeFor[config.Serving]()} {
		for f := range s.Fields() {
			name := f.Tag.Get("name")
			if want := "PLENUM_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_")); f.Tag.Get("env") != want {
				t.Errorf("--%s: environment is %s, not %s", name, f.Tag.Get("env"), want)
			}
			if name != "config" {
				flags[name] = true
			}
		}
	}
	if diff := cmp.Diff(flags, inFile); diff != "" {
		t.Errorf("flags and sample differ (-flags +sample):\n%s", diff)
	}
}
