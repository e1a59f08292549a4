// Package telemetry is what the server says about itself: one log handler that
// takes addresses and secrets out of every line, and figures for Prometheus on
// a loopback listener that know no persons.
package telemetry

import (
	"context"
	"encoding"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"regexp"
	"strings"
)

// What stands in a log line in place of what was taken out.
const (
	addressGone = "[address]"
	secretGone  = "[redacted]"
)

// The shapes of what must never be logged. Candidates for addresses are checked
// by parsing, so that times ("12:34:56") and MIME types stay. A run of 32 or
// more characters of the base64url alphabet is a secret or token: ids have 26,
// secrets 52, LiveKit's ids 15, and JWT parts more than 36.
var (
	ipv4Shape   = regexp.MustCompile(`\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?`)
	ipv6Shape   = regexp.MustCompile(`[0-9A-Fa-f]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*(?:%[0-9A-Za-z]+)?`)
	secretShape = regexp.MustCompile(`[A-Za-z0-9_+=-]{32,}`)
	mailShape   = regexp.MustCompile(`[^\s@"'<>=,;:/\[\]()]+@[^\s@"'<>=,;:/\[\]()]+`)
)

// Redact returns s without IP addresses, mail addresses and anything as long as
// a token.
// It is the last line of defence: values that are known to be personal have
// types of package pii, which redact themselves.
func Redact(s string) string {
	if strings.Count(s, ":") >= 2 {
		s = ipv6Shape.ReplaceAllStringFunc(s, redactIPv6)
	}
	if strings.Count(s, ".") >= 3 {
		s = ipv4Shape.ReplaceAllString(s, addressGone)
	}
	if strings.Contains(s, "@") {
		s = mailShape.ReplaceAllString(s, secretGone)
	}
	if len(s) >= 32 {
		s = secretShape.ReplaceAllString(s, secretGone)
	}
	return s
}

// redactIPv6 judges one run of hexadecimal digits and colons. An address may
// stick to a word before it ("A:2001:db8::1") or to a port behind it, so a run
// with as many colons as only an address has goes as a whole.
func redactIPv6(s string) string {
	if strings.Contains(s, "::") && len(s) > 2 || strings.Count(s, ":") >= 7 {
		return addressGone
	}
	if _, err := netip.ParseAddr(strings.Trim(s, ":.")); err == nil {
		return addressGone
	}
	return s
}

// NewLogger writes lines of format "text" or "json" to w.
func NewLogger(w io.Writer, level slog.Leveler, format string) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if format == "json" {
		return slog.New(&redactor{slog.NewJSONHandler(w, options)})
	}
	return slog.New(&redactor{slog.NewTextHandler(w, options)})
}

// redactor is the handler that every line of the program passes.
type redactor struct{ next slog.Handler }

func (h *redactor) Enabled(ctx context.Context, l slog.Level) bool { return h.next.Enabled(ctx, l) }

func (h *redactor) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, Redact(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(redactAttr(a))
		return true
	})
	return h.next.Handle(ctx, clean)
}

func (h *redactor) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = redactAttr(a)
	}
	return &redactor{h.next.WithAttrs(clean)}
}

func (h *redactor) WithGroup(name string) slog.Handler {
	return &redactor{h.next.WithGroup(Redact(name))}
}

func redactAttr(a slog.Attr) slog.Attr {
	return slog.Attr{Key: Redact(a.Key), Value: redactValue(a.Value)}
}

func redactValue(v slog.Value) slog.Value {
	v = v.Resolve()
	switch v.Kind() {
	case slog.KindString:
		return slog.StringValue(Redact(v.String()))
	case slog.KindGroup:
		clean := make([]slog.Attr, 0, len(v.Group()))
		for _, a := range v.Group() {
			clean = append(clean, redactAttr(a))
		}
		return slog.GroupValue(clean...)
	case slog.KindAny:
		return slog.StringValue(Redact(plain(v.Any())))
	default: // numbers, times and truth values
		return v
	}
}

// plain puts a value of any type into words before the redactor reads them.
// Nothing is left to the next handler's own ideas (json.Marshaler and the like).
func plain(v any) string {
	switch v := v.(type) {
	case error:
		return v.Error()
	case fmt.Stringer:
		return v.String()
	case []byte:
		return secretGone
	case encoding.TextMarshaler:
		if text, err := v.MarshalText(); err == nil {
			return string(text)
		}
	}
	return fmt.Sprintf("%+v", v)
}
