package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Place is the part of the command line that every subcommand has: where the
// data is. Empty fields were not given; kong fills them from the flag or else
// the environment.
type Place struct {
	Config    string `help:"Read settings from this file. Without it: ./plenum.yaml or else /etc/plenum/plenum.yaml, if there is one." name:"config" env:"PLENUM_CONFIG" placeholder:"FILE" group:"Settings"`
	Data      string `help:"Directory of everything the server keeps (plenum-data)." name:"data" env:"PLENUM_DATA" placeholder:"DIR" group:"Settings"`
	Database  string `help:"PostgreSQL instead of the built-in database." name:"database" env:"PLENUM_DATABASE" placeholder:"URL" group:"Settings"`
	MasterKey string `help:"Key file that protects everything stored; made on first start, kept outside the data directory (DIR.master-key)." name:"master-key" env:"PLENUM_MASTER_KEY" placeholder:"FILE" group:"Settings"`
	Files     string `help:"Directory of recordings, or s3://KEY:SECRET@HOST/BUCKET (DIR/files)." name:"files" env:"PLENUM_FILES" placeholder:"PLACE" group:"Settings"`
	Domain    string `help:"Name people type. A public name gets its certificate by ACME." name:"domain" env:"PLENUM_DOMAIN" placeholder:"NAME[:PORT]" group:"Settings"`
	Listen    string `help:"Address of pages, API and live channel (:8443)." name:"listen" env:"PLENUM_LISTEN" placeholder:"ADDR" group:"Settings"`
}

// Serving is the part of the command line that only a running server has.
type Serving struct {
	AdminListen    string `help:"Address on which alone the administration answers." name:"admin-listen" env:"PLENUM_ADMIN_LISTEN" placeholder:"ADDR" group:"Settings"`
	LAN            *bool  `help:"Machine without internet or DNS: own certificate authority, LAN addresses shown." name:"lan" env:"PLENUM_LAN" negatable:"" group:"Settings"`
	MediaPort      string `help:"UDP and TCP port of the media (7881)." name:"media-port" env:"PLENUM_MEDIA_PORT" placeholder:"N" group:"Settings"`
	TURNPort       string `help:"UDP port of the embedded relay (3478)." name:"turn-port" env:"PLENUM_TURN_PORT" placeholder:"N" group:"Settings"`
	ExternalIP     string `help:"Addresses under which a NAT shows this machine." name:"external-ip" env:"PLENUM_EXTERNAL_IP" placeholder:"IP,…" group:"Settings"`
	TrustedProxies string `help:"Proxies whose X-Forwarded-For is believed." name:"trusted-proxies" env:"PLENUM_TRUSTED_PROXIES" placeholder:"CIDR,…" group:"Settings"`
	MetricsListen  string `help:"Loopback address of metrics and profiles, or off (127.0.0.1:9443)." name:"metrics-listen" env:"PLENUM_METRICS_LISTEN" placeholder:"ADDR" group:"Settings"`
	ACMEEmail      string `help:"Where the certificate authority may write to." name:"acme-email" env:"PLENUM_ACME_EMAIL" placeholder:"ADDRESS" group:"Settings"`
	ACMECA         string `help:"ACME directory of another certificate authority than Let's Encrypt." name:"acme-ca" env:"PLENUM_ACME_CA" placeholder:"URL" group:"Settings"`
	FFmpeg         string `help:"Program that makes videos of recordings; without it, the one in PATH." name:"ffmpeg" env:"PLENUM_FFMPEG" placeholder:"PATH" group:"Settings"`
	ComposeJobs    string `help:"How many videos are made at once; 0 for none on this machine (1)." name:"compose-jobs" env:"PLENUM_COMPOSE_JOBS" placeholder:"N" group:"Settings"`
	AtOnce         string `help:"How many meetings are recorded at once, from 1 to 1000 (25)." name:"recordings-at-once" env:"PLENUM_RECORDINGS_AT_ONCE" placeholder:"N" group:"Settings"`
	DrainTimeout   string `help:"How long a stopping server waits for clients to go (10s)." name:"drain-timeout" env:"PLENUM_DRAIN_TIMEOUT" placeholder:"TIME" group:"Settings"`
	LogLevel       string `help:"debug, info, warn or error (info)." name:"log-level" env:"PLENUM_LOG_LEVEL" placeholder:"LEVEL" group:"Settings"`
	LogFormat      string `help:"text or json (text)." name:"log-format" env:"PLENUM_LOG_FORMAT" placeholder:"FORMAT" group:"Settings"`
}

// Load merges command line and environment (both in place and serving) over the
// settings file over the defaults. The error is [Problems] or about the file.
func Load(place Place, serving Serving) (Config, error) {
	values, problems, err := readFile(place.Config)
	if err != nil {
		return Config{}, err
	}
	maps.Copy(values, given(place))
	maps.Copy(values, given(serving))
	c, err := resolve(values)
	if more, ok := errors.AsType[Problems](err); ok {
		problems = append(problems, more...)
	}
	if len(problems) > 0 {
		return Config{}, problems
	}
	return c, err
}

// given collects the fields of a flag struct that were set, by their names.
func given(flags any) map[string]string {
	values := map[string]string{}
	v := reflect.ValueOf(flags)
	for i := range v.NumField() {
		name, field := v.Type().Field(i).Tag.Get("name"), v.Field(i)
		switch {
		case name == "config" || field.IsZero():
		case field.Kind() == reflect.Pointer:
			values[name] = fmt.Sprint(field.Elem().Interface())
		default:
			values[name] = field.String()
		}
	}
	return values
}

// readFile reads path, or the first file that exists of the usual places when
// path is empty. Mistakes inside the file are problems, so that all are told.
func readFile(path string) (map[string]string, Problems, error) {
	paths := []string{path}
	if path == "" {
		paths = []string{"plenum.yaml", "/etc/plenum/plenum.yaml"}
	}
	for _, p := range paths {
		raw, err := os.ReadFile(p)
		if errors.Is(err, fs.ErrNotExist) && path == "" {
			continue
		}
		if err != nil {
			return nil, nil, fmt.Errorf("The settings file cannot be read: %w", err) //nolint:staticcheck,revive // a sentence for the operator
		}
		values, problems := parseFile(p, raw)
		return values, problems, nil
	}
	return map[string]string{}, nil, nil
}

// parseFile understands one flat YAML mapping of scalars and lists of scalars.
func parseFile(name string, raw []byte) (map[string]string, Problems) {
	values := map[string]string{}
	file, err := parser.ParseBytes(raw, 0)
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return values, Problems{name + ": " + first}
	}
	known := map[string]bool{}
	for _, s := range settings() {
		known[s.key] = true
	}
	var problems Problems
	for i, doc := range file.Docs {
		switch body := doc.Body.(type) {
		case nil, *ast.NullNode, *ast.CommentGroupNode:
		case *ast.MappingNode:
			if i > 0 {
				problems = append(problems, name+": holds a second document")
				break
			}
			for _, item := range body.Values {
				if problem := readItem(values, known, item); problem != "" {
					problems = append(problems, fmt.Sprintf("%s line %d: %s", name, item.Key.GetToken().Position.Line, problem))
				}
			}
		default:
			problems = append(problems, name+`: must consist of lines "key: value"`)
		}
	}
	return values, problems
}

// readItem stores one line of the file, or says what is wrong with it.
func readItem(values map[string]string, known map[string]bool, item *ast.MappingValueNode) string {
	key := item.Key.GetToken().Value
	if !known[key] {
		return fmt.Sprintf("%q is not a setting%s", key, didYouMean(key, known))
	}
	if _, twice := values[key]; twice {
		return fmt.Sprintf("%q is set a second time", key)
	}
	text, ok := scalar(item.Value)
	if seq, isList := item.Value.(*ast.SequenceNode); isList {
		var parts []string
		ok = true
		for _, v := range seq.Values {
			part, fine := scalar(v)
			parts, ok = append(parts, part), ok && fine
		}
		text = strings.Join(parts, ",")
	}
	if !ok {
		return fmt.Sprintf("%q must be a single value or a list of them", key)
	}
	if text != "" {
		values[key] = text
	}
	return ""
}

// scalar gives the text of a plain value; null is "".
func scalar(n ast.Node) (string, bool) {
	switch v := n.(type) {
	case *ast.NullNode:
		return "", true
	case *ast.StringNode:
		return v.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return v.GetToken().Value, true
	}
	return "", false
}

// didYouMean names the known key that differs from key only in case, hyphens
// or underscores, or that begins alike.
func didYouMean(key string, known map[string]bool) string {
	plain := strings.NewReplacer("_", "", "-", "")
	want := plain.Replace(strings.ToLower(key))
	for k := range known {
		have := plain.Replace(k)
		if have == want || len(want) > 4 && (strings.HasPrefix(have, want) || strings.HasPrefix(want, have)) {
			return fmt.Sprintf("; did you mean %q?", k)
		}
	}
	return ""
}
