// Package fault is the program's error: what kind it is, which words the person
// may read, and the cause that only the log may.
package fault

import "errors"

// Kind is the class of a fault; one place turns it into a status code.
type Kind int

// The kinds. Internal is the zero value, so that a forgotten kind never leaks
// its cause to a client.
const (
	Internal     Kind = iota // our mistake; the client gets a reference only
	Invalid                  // the request cannot be understood or breaks a rule
	Unauthorised             // no or wrong credential
	Forbidden                // credential known, right missing
	NotFound                 // does not exist, or must look as if it did not
	Conflict                 // clashes with the present state
	Exhausted                // a limit with a number was reached
	Unavailable              // a part is missing or stopping; trying again may help
)

// Error carries one fault. Code is a stable word such as "meeting.ended" that
// clients put into the reader's language; Text is the same in plain English.
type Error struct {
	Op    string // package.Function that failed, for the log
	Kind  Kind
	Code  string
	Text  string
	Cause error // never shown to a client
}

// New makes a fault without a cause.
func New(op string, kind Kind, code, text string) *Error {
	return &Error{Op: op, Kind: kind, Code: code, Text: text}
}

// Wrap makes an Internal fault around err, or returns nil for nil. A fault that
// already has a kind keeps it.
func Wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	return &Error{Op: op, Kind: Internal, Code: "internal", Text: "Something went wrong on the server.", Cause: err}
}

// With returns a copy of e that carries cause.
func (e *Error) With(cause error) *Error {
	c := *e
	c.Cause = cause
	return &c
}

func (e *Error) Error() string {
	s := e.Op + ": " + e.Text
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Cause }

// Is reports equality of codes, so that errors.Is(err, meeting.ErrEnded) holds
// for a copy with another cause.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error) //nolint:errorlint // Is compares one link of the chain; errors.Is walks it.
	return ok && t.Code == e.Code
}

// KindOf returns the kind of err; Internal for foreign errors.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}
