// Package pii holds values about persons that must not reach a log: they redact
// themselves in every way fmt and slog print things. Text returns the value.
package pii

import (
	"log/slog"
	"strings"
)

const redacted = "[redacted]"

// Name is what a person or a meeting is called.
type Name string

// Email is a mail address.
type Email string

// Secret is a password, token, ticket or key.
type Secret string

// Addr is a network address.
type Addr string

// Text returns the name itself.
func (v Name) Text() string { return string(v) }

// Text returns the address itself.
func (v Email) Text() string { return string(v) }

// Domain returns what stands behind the @; "" without one.
func (v Email) Domain() string {
	_, domain, _ := strings.Cut(string(v), "@")
	return domain
}

// Text returns the secret itself.
func (v Secret) Text() string { return string(v) }

// Text returns the address itself.
func (v Addr) Text() string { return string(v) }

func (Name) String() string   { return redacted }
func (Email) String() string  { return redacted }
func (Secret) String() string { return redacted }
func (Addr) String() string   { return redacted }

// GoString keeps %#v from printing the value.
func (Name) GoString() string { return redacted }

// GoString keeps %#v from printing the value.
func (Email) GoString() string { return redacted }

// GoString keeps %#v from printing the value.
func (Secret) GoString() string { return redacted }

// GoString keeps %#v from printing the value.
func (Addr) GoString() string { return redacted }

// LogValue implements slog.LogValuer.
func (Name) LogValue() slog.Value { return slog.StringValue(redacted) }

// LogValue implements slog.LogValuer.
func (Email) LogValue() slog.Value { return slog.StringValue(redacted) }

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// LogValue implements slog.LogValuer.
func (Addr) LogValue() slog.Value { return slog.StringValue(redacted) }
