// Package chat is what people write in a room, to everyone or to one: the rules
// for a message, and the log that lives in memory and dies with the room.
package chat

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
)

// MaxText is the length of a message in characters. 4,000 characters of four
// bytes still fit into one message of the live channel (16 KiB).
const MaxText = 4_000

// The limits of a log. A welcome carries the whole log, so the second one is the
// one that protects: 512 KiB of text per welcome, and no more per room in memory.
const (
	MaxMessages = 500
	maxBytes    = 512 << 10
)

// The faults of messages.
var (
	ErrEmpty   = fault.New("chat.ParseText", fault.Invalid, "chat.empty", "The message is empty.")
	ErrTooLong = fault.New("chat.ParseText", fault.Invalid, "chat.too_long", "The message is longer than 4,000 characters.")
	ErrUnknown = fault.New("chat.Delete", fault.NotFound, "chat.unknown", "The message is gone already.")
)

// Message is one message as everyone sees it.
type Message struct {
	ID     id.Message
	Seat   id.Seat
	Name   pii.Name // as it was when sent; the seat may be gone
	To     id.Seat  // the only other one who has it; "" for everyone
	ToName pii.Name
	At     time.Time
	Text   string
}

// For reports whether the seat has the message.
func (m Message) For(seat id.Seat) bool { return m.To == "" || m.To == seat || m.Seat == seat }

var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\t", " ") //nolint:gochecknoglobals // read-only; building it costs more than using it.

// ParseText makes a message of what somebody typed: plain text of several lines.
// Control characters, and the invisible ones that could turn the direction of
// the text around them, are taken out rather than refused: people paste them
// without knowing. Faults: chat.empty, chat.too_long.
func ParseText(s string) (string, error) {
	// Refused before any work: no text of the allowed length has more bytes,
	// were every second character one that is taken out.
	if len(s) > 2*utf8.UTFMax*MaxText {
		return "", ErrTooLong
	}
	s = newlines.Replace(strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.Map(func(r rune) rune {
		if r == '\n' || pii.Printable(r) || formats(r) {
			return r
		}
		return -1
	}, s)
	s = strings.TrimSpace(s)
	if !strings.ContainsFunc(s, func(r rune) bool { return !formats(r) && r != '\u200c' && r != '\u200d' }) {
		return "", ErrEmpty
	}
	if utf8.RuneCountInString(s) > MaxText {
		return "", ErrTooLong
	}
	return s, nil
}

// formats reports whether r is a format character that texts need: the marks
// that set the direction at one place only (UAX #9 §2.6), the soft hyphen, the
// word joiner, and the tags that flags are made of. Embeddings, overrides and
// isolates (U+202A–202E, U+2066–2069) are not among them.
func formats(r rune) bool {
	switch r {
	case '\u200e', '\u200f', '\u061c', '\u00ad', '\u2060':
		return true
	}
	return 0xE0020 <= r && r <= 0xE007F
}

// Log keeps the last messages of one room. It belongs to one goroutine.
type Log struct {
	messages []Message
	bytes    int
}

// Add appends m; the oldest messages make room.
func (l *Log) Add(m Message) {
	l.messages = append(l.messages, m)
	l.bytes += size(m)
	for len(l.messages) > MaxMessages || l.bytes > maxBytes {
		l.bytes -= size(l.messages[0])
		l.messages = l.messages[1:]
	}
}

// Find returns the message, and false if there is none any more.
func (l *Log) Find(message id.Message) (Message, bool) {
	for _, m := range l.messages {
		if m.ID == message {
			return m, true
		}
	}
	return Message{}, false
}

// Delete takes the message out and reports whether it was there.
func (l *Log) Delete(message id.Message) bool {
	for i, m := range l.messages {
		if m.ID == message {
			l.bytes -= size(m)
			l.messages = append(l.messages[:i:i], l.messages[i+1:]...)
			return true
		}
	}
	return false
}

// Messages returns a copy of the log, oldest first.
func (l *Log) Messages() []Message { return append([]Message(nil), l.messages...) }

// Wrote reports whether a message from one seat to another is in the log.
func (l *Log) Wrote(from, to id.Seat) bool {
	return slices.ContainsFunc(l.messages, func(m Message) bool { return m.Seat == from && m.To == to })
}

// Last returns the end of messages that is within the limits of a log.
func Last(messages []Message) []Message {
	bytes := 0
	for i, m := range slices.Backward(messages) {
		if bytes += size(m); bytes > maxBytes || len(messages)-i > MaxMessages {
			return messages[i+1:]
		}
	}
	return messages
}

// size counts what a message takes in a welcome: its text and name, and about
// 150 bytes for ids, time and punctuation.
func size(m Message) int { return len(m.Text) + len(m.Name) + len(m.ToName) + 150 }
