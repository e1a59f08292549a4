package tenant

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"plenum/internal/fault"
)

// MaxHosts bounds the names of one organisation.
const MaxHosts = 10

// The faults of host names.
var (
	ErrHost      = fault.New("tenant.ParseHosts", fault.Invalid, "host.invalid", "This is not a name such as meet.example.org. Give it without https://, port and path, in ASCII (xn--…).")
	ErrHosts     = fault.New("tenant.ParseHosts", fault.Invalid, "host.count", "An organisation has 1 to 10 host names.")
	ErrHostTaken = fault.New("tenant.Create", fault.Conflict, "host.taken", "Another organisation, or this server itself, has this host name already.")
)

// ParseHost checks a name that people reach an organisation under and puts it
// into lower case: letters, digits and hyphens (RFC 1123 §2.1), no address.
func ParseHost(s string) (string, error) {
	s = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(s)), ".")
	if s == "" || len(s) > 253 || s == "localhost" || strings.HasSuffix(s, ".localhost") {
		return "", ErrHost
	}
	labels := strings.Split(s, ".")
	if slices.ContainsFunc(labels, func(l string) bool { return len(l) > 63 || !labelShape.MatchString(l) }) {
		return "", ErrHost
	}
	// A name that ends in a number is an address to every browser (WHATWG URL).
	if isNumber(labels[len(labels)-1]) {
		return "", ErrHost
	}
	return s, nil
}

var labelShape = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

// isNumber reports whether a browser takes the last label for a number.
func isNumber(label string) bool {
	if hex, ok := strings.CutPrefix(label, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(label, "0123456789") == ""
}

// ParseHosts checks the names of an organisation and sorts them.
func ParseHosts(names []string) ([]string, error) {
	hosts := make([]string, 0, len(names))
	for _, name := range names {
		host, err := ParseHost(name)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	if len(hosts) == 0 || len(hosts) > MaxHosts {
		return nil, ErrHosts
	}
	slices.Sort(hosts)
	return hosts, nil
}

// HostOf is the name in a request's Host header: without port, dot at the end and
// capitals. It is looked up, not trusted.
func HostOf(header string) string {
	host := header
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	host = strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
	if _, err := netip.ParseAddr(host); err == nil {
		return "" // addresses are the home organisation's
	}
	return host
}
