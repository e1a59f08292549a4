// Package config is the operator's settings: one struct with its defaults, read
// from the command line, the environment and plenum.yaml, checked all at once.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"plenum/internal/pii"
)

// Config holds every setting, parsed and checked. Zero is not a usable value;
// [Load] and [Default] give one.
type Config struct {
	Data      string // directory of everything the server keeps
	Database  string // postgres:// URL, or "" for SQLite in Data
	MasterKey string // file that protects everything stored; outside Data; "" for its usual place
	Files     string // directory of recordings; "" for a folder of Data, and when Bucket is set
	Bucket    *S3    // where recordings are kept instead; nil for a directory

	Listen      string // host:port of pages, API, live channel and signalling
	AdminListen string // host:port on which alone the administration answers; "" for none of its own

	Domain     string // name people type, lower case; "" for a machine without one
	DomainPort int    // port people type with Domain; 0 derives it
	LAN        bool   // no internet or DNS: own certificate authority, LAN addresses shown

	MediaPort   int          // one UDP and one TCP port for media
	TURNPort    int          // UDP port of the embedded relay and STUN server
	ExternalIPs []netip.Addr // addresses under which a NAT shows this machine

	TrustedProxies []netip.Prefix // may say in X-Forwarded-For who the client is
	MetricsListen  string         // loopback host:port of metrics and pprof; "" for none

	ACMEEmail string
	ACMECA    string // directory URL (RFC 8555 §7.1.1)

	FFmpeg      string // program that makes videos; "" looks in PATH
	ComposeJobs int    // how many are made at once; 0 for none on this machine

	RecordingsAtOnce int // how many meetings are recorded at once

	DrainTimeout time.Duration // how long a stopping server waits for clients to go
	LogLevel     slog.Level
	LogFormat    string // "text" or "json"
}

// S3 is a bucket, and how to reach it.
type S3 struct {
	Endpoint  string // host[:port]
	Bucket    string
	Prefix    string // in the bucket; "" is all of it
	Region    string // "" is the server's usual one
	AccessKey string
	SecretKey pii.Secret
	Plain     bool // without TLS
}

// Problems lists everything that is wrong with the settings, in the order in
// which it was found.
type Problems []string //nolint:errname // what it is, and what the operator has

func (p Problems) Error() string {
	if len(p) == 1 {
		return "The settings have a mistake: " + p[0]
	}
	return "The settings have " + strconv.Itoa(len(p)) + " mistakes:\n  " + strings.Join(p, "\n  ")
}

// setting is one key: its name on the command line and in plenum.yaml, its
// default and how its text is understood. An error is a clause about the value
// ("is not …") that follows the key and the value.
type setting struct {
	key      string
	fallback string
	parse    func(*Config, string) error
}

// settings is the table of all keys; flags and sample file are tested against it.
func settings() []setting {
	text := func(field func(*Config) *string) func(*Config, string) error {
		return func(c *Config, s string) error { *field(c) = s; return nil }
	}
	port := func(field func(*Config) *int) func(*Config, string) error {
		return func(c *Config, s string) error {
			n, err := parsePort(s)
			*field(c) = n
			return err
		}
	}
	return []setting{
		{"data", "plenum-data", text(func(c *Config) *string { return &c.Data })},
		{"database", "", parseDatabase},
		{"master-key", "", text(func(c *Config) *string { return &c.MasterKey })},
		{"files", "", parseFiles},
		{"listen", ":8443", parseListen},
		{"admin-listen", "", parseAdminListen},
		{"domain", "", parseDomain},
		{"lan", "false", parseLAN},
		{"media-port", "7881", port(func(c *Config) *int { return &c.MediaPort })},
		{"turn-port", "3478", port(func(c *Config) *int { return &c.TURNPort })},
		{"external-ip", "", parseExternalIPs},
		{"trusted-proxies", "", parseProxies},
		{"metrics-listen", "127.0.0.1:9443", parseMetricsListen},
		{"acme-email", "", parseEmail},
		{"acme-ca", "https://acme-v02.api.letsencrypt.org/directory", parseACMECA},
		{"ffmpeg", "", text(func(c *Config) *string { return &c.FFmpeg })},
		{"compose-jobs", "1", parseComposeJobs},
		{"recordings-at-once", "25", parseRecordingsAtOnce},
		{"drain-timeout", "10s", parseDrainTimeout},
		{"log-level", "info", parseLogLevel},
		{"log-format", "text", parseLogFormat},
	}
}

// Default returns the settings of a server that was told nothing.
func Default() Config {
	c, err := resolve(nil)
	if err != nil {
		panic(err) // the defaults are part of the program
	}
	return c
}

// resolve turns the text of the settings into a Config; keys that are not in
// values get their defaults.
func resolve(values map[string]string) (Config, error) {
	var (
		c        Config
		problems Problems
	)
	for _, s := range settings() {
		value, given := values[s.key]
		if !given {
			value = s.fallback
		}
		if err := s.parse(&c, strings.TrimSpace(value)); err != nil {
			problems = append(problems, fmt.Sprintf("%s: %q %s", s.key, withoutPassword(value), err))
		}
	}
	problems = append(problems, c.contradictions()...)
	if len(problems) > 0 {
		return Config{}, problems
	}
	return c, nil
}

// withoutPassword is a value as it may stand in a terminal or a log.
func withoutPassword(value string) string {
	scheme, rest, isURL := strings.Cut(value, "://")
	at := strings.LastIndex(rest, "@")
	if !isURL || at < 0 {
		return value
	}
	return scheme + "://…" + rest[at:]
}

// contradictions finds settings that are right alone and wrong together.
func (c *Config) contradictions() Problems {
	var p Problems
	if c.Data == "" {
		p = append(p, "data: a directory is needed")
	}
	if c.AdminListen != "" && portOf(c.AdminListen) != 0 && portOf(c.AdminListen) == portOf(c.Listen) {
		p = append(p, "admin-listen: must have another port than listen")
	}
	if c.MediaPort != 0 && c.MediaPort == c.TURNPort {
		p = append(p, "turn-port: must differ from media-port, both are UDP ports")
	}
	if c.MasterKey != "" && c.Data != "" {
		if rel, err := filepath.Rel(c.Data, c.MasterKey); err == nil && filepath.IsLocal(rel) {
			p = append(p, "master-key: must lie outside the data directory, so that a copy of the data alone cannot be read")
		}
	}
	return p
}

// UsesACME reports whether the certificate comes from a public authority: there
// is a public name, and nobody else ends TLS in front of us.
func (c *Config) UsesACME() bool {
	return IsPublicName(c.Domain) && !c.LAN && len(c.TrustedProxies) == 0
}

// BaseURL is the address that links begin with, without a slash at the end.
func (c *Config) BaseURL() string {
	host, port := c.Domain, c.DomainPort
	if host == "" {
		host = "localhost"
	}
	if port == 0 {
		port = portOf(c.Listen)
		// A proxy in front answers on the ordinary port unless the domain says otherwise.
		if c.Domain != "" && len(c.TrustedProxies) > 0 {
			port = 443
		}
	}
	if port == 443 {
		return "https://" + host
	}
	return "https://" + net.JoinHostPort(host, strconv.Itoa(port))
}

// portOf is the port of an address that has been checked.
func portOf(address string) int {
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		return 0
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return port
}

// IsPublicName reports whether a public certificate authority could know name:
// it has a dot and no ending reserved for private use (RFC 2606, RFC 6761,
// RFC 6762, RFC 8375, and what routers hand out).
func IsPublicName(name string) bool {
	if !strings.Contains(name, ".") {
		return false
	}
	for _, ending := range []string{
		"test", "example", "invalid", "localhost", "local", "internal", "lan", "home", "corp", "private", "intranet", "home.arpa",
	} {
		if name == ending || strings.HasSuffix(name, "."+ending) {
			return false
		}
	}
	return true
}

func parsePort(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 65535 {
		return 0, errors.New("is not a port; ports are numbers from 1 to 65535")
	}
	return n, nil
}

func parseDatabase(c *Config, s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" || u.Host == "" && u.Query().Get("host") == "" {
		return errors.New("is not a postgres:// address; leave it out for the built-in database")
	}
	c.Database = s
	return nil
}

// parseFiles takes a directory, or s3://KEY:SECRET@HOST[:PORT]/BUCKET[/PREFIX] with
// ?region=NAME and ?tls=off if need be.
func parseFiles(c *Config, s string) error {
	if !strings.Contains(s, "://") {
		c.Files = s
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.User == nil {
		return errors.New("is neither a directory nor an address such as s3://KEY:SECRET@s3.example.org/BUCKET; in the secret, write / as %2F and @ as %40")
	}
	secret, _ := u.User.Password()
	bucket, prefix, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	if u.User.Username() == "" || secret == "" || bucket == "" {
		return errors.New("lacks key, secret or bucket; an example is s3://KEY:SECRET@s3.example.org/BUCKET")
	}
	c.Bucket = &S3{Endpoint: u.Host, Bucket: bucket, Prefix: prefix, AccessKey: u.User.Username(), SecretKey: pii.Secret(secret)}
	for key, values := range u.Query() {
		switch {
		case key == "region":
			c.Bucket.Region = values[0]
		case key == "tls" && (values[0] == "on" || values[0] == "off"):
			c.Bucket.Plain = values[0] == "off"
		default:
			return fmt.Errorf("has %q, which is not known; region=NAME and tls=off are", key)
		}
	}
	return nil
}

// maxComposeJobs is more than any machine has use for.
const maxComposeJobs = 64

func parseComposeJobs(c *Config, s string) error {
	var err error
	if c.ComposeJobs, err = strconv.Atoi(s); err != nil || c.ComposeJobs < 0 || c.ComposeJobs > maxComposeJobs {
		return errors.New("is not a number from 0 to 64")
	}
	return nil
}

// maxRecordingsAtOnce is what 60 cores can do: a meeting of six cameras takes 0.06 of
// one to record. Without a bound, what is recorded would starve what is spoken.
const maxRecordingsAtOnce = 1000

func parseRecordingsAtOnce(c *Config, s string) error {
	var err error
	if c.RecordingsAtOnce, err = strconv.Atoi(s); err != nil || c.RecordingsAtOnce < 1 || c.RecordingsAtOnce > maxRecordingsAtOnce {
		return errors.New("is not a number from 1 to 1000")
	}
	return nil
}

func parseListen(c *Config, s string) error {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return errors.New(`is not an address to listen on; examples are ":8443" and "192.168.1.5:443"`)
	}
	if _, err := parsePort(port); err != nil {
		return errors.New("has no valid port")
	}
	if host != "" && host != "localhost" {
		if _, err := netip.ParseAddr(host); err != nil {
			return errors.New("does not begin with an IP address of this machine")
		}
	}
	c.Listen = s
	return nil
}

func parseAdminListen(c *Config, s string) error {
	if s == "" {
		return nil
	}
	listen := Config{}
	if err := parseListen(&listen, s); err != nil {
		return err
	}
	c.AdminListen = s
	return nil
}

func parseDomain(c *Config, s string) error {
	if s == "" {
		return nil
	}
	host := s
	if strings.Contains(s, ":") {
		h, port, err := net.SplitHostPort(s)
		if err != nil {
			return errors.New("is not a name; give it without https:// and without a path")
		}
		if c.DomainPort, err = parsePort(port); err != nil {
			return errors.New("has no valid port")
		}
		host = h
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if !isHostname(host) {
		return errors.New("is not a name; give it without https:// and without a path, in ASCII (xn--…)")
	}
	c.Domain = host
	return nil
}

// isHostname checks the letters-digits-hyphens form of RFC 1123 §2.1. A name
// that ends in a number is an IP address to every browser (WHATWG URL).
func isHostname(s string) bool {
	if len(s) == 0 || len(s) > 253 {
		return false
	}
	labels := strings.Split(s, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
		for _, r := range l {
			if r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') {
				return false
			}
		}
	}
	_, err := strconv.Atoi(labels[len(labels)-1])
	return err != nil
}

func parseLAN(c *Config, s string) error {
	var err error
	if c.LAN, err = strconv.ParseBool(s); err != nil {
		return errors.New("is neither true nor false")
	}
	return nil
}

func parseExternalIPs(c *Config, s string) error {
	for _, item := range list(s) {
		a, err := netip.ParseAddr(item)
		if err != nil || a.Zone() != "" || a.IsUnspecified() {
			return errors.New("holds something that is not an IP address")
		}
		c.ExternalIPs = append(c.ExternalIPs, a.Unmap())
	}
	return nil
}

func parseProxies(c *Config, s string) error {
	for _, item := range list(s) {
		p, err := netip.ParsePrefix(item)
		if a, addrErr := netip.ParseAddr(item); addrErr == nil {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return errors.New(`holds something that is no network; examples are "10.0.0.0/8" and "192.168.1.2"`)
		}
		if p.Bits() == 0 {
			return errors.New("trusts the whole internet; name only the addresses of your own proxies")
		}
		c.TrustedProxies = append(c.TrustedProxies, p.Masked())
	}
	return nil
}

func parseMetricsListen(c *Config, s string) error {
	if s == "" || s == "off" || s == "false" { // YAML 1.1 readers write off as false
		return nil
	}
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return errors.New(`is neither an address such as "127.0.0.1:9443" nor "off"`)
	}
	if _, err := parsePort(port); err != nil {
		return errors.New("has no valid port")
	}
	if a, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !a.IsLoopback()) {
		return errors.New("would show figures and memory profiles to the network; use 127.0.0.1 or [::1]")
	}
	c.MetricsListen = s
	return nil
}

func parseEmail(c *Config, s string) error {
	if s == "" {
		return nil
	}
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || domain == "" || strings.ContainsAny(s, " \t\r\n<>") {
		return errors.New("is not an e-mail address")
	}
	c.ACMEEmail = s
	return nil
}

func parseACMECA(c *Config, s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return errors.New("is not an https:// address of an ACME directory")
	}
	c.ACMECA = s
	return nil
}

func parseDrainTimeout(c *Config, s string) error {
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 || d > time.Hour {
		return errors.New(`is not a time between 0s and 1h; an example is "10s"`)
	}
	c.DrainTimeout = d
	return nil
}

func parseLogLevel(c *Config, s string) error {
	if err := c.LogLevel.UnmarshalText([]byte(s)); err != nil {
		return errors.New("is not a log level; use debug, info, warn or error")
	}
	return nil
}

func parseLogFormat(c *Config, s string) error {
	if s != "text" && s != "json" {
		return errors.New("is not a log format; use text or json")
	}
	c.LogFormat = s
	return nil
}

// list splits at commas and drops what is empty.
func list(s string) []string {
	var items []string
	for item := range strings.SplitSeq(s, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}
