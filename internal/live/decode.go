package live

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// message is an incoming envelope whose body is still to be read.
type message struct {
	kind string
	ref  int64
	body []byte
}

// errMalformed is what any message gets that is not exactly as described. The
// client is ours, so there is nobody to explain it to.
var errMalformed = errors.New("live: malformed message")

// maxRef is the largest number that JavaScript counts exactly.
const maxRef = 1<<53 - 1

// parse reads an envelope strictly: encoding/json by itself would take a name
// twice and let the last one win, ignore letter case, replace broken UTF-8, and
// leave out what is not there (GHSA and CVE lists are full of what follows from
// two readers of one message).
func parse(data []byte) (message, error) {
	var e struct {
		Type string          `json:"type"`
		Ref  int64           `json:"ref,omitempty"`
		Body json.RawMessage `json:"body,omitempty"`
	}
	if err := strict(data, &e); err != nil {
		return message{}, err
	}
	if e.Ref < 0 || e.Ref > maxRef {
		return message{}, errMalformed
	}
	if e.Body == nil {
		e.Body = json.RawMessage("{}")
	}
	return message{kind: e.Type, ref: e.Ref, body: e.Body}, nil
}

// strict fills the struct that into points to. Each name must be one of its
// tags, to the letter and once; all without omitempty must be there; nothing is
// null; nothing follows.
func strict(data []byte, into any) error {
	if !utf8.Valid(data) {
		return errMalformed
	}
	names, err := keys(data)
	if err != nil {
		return err
	}
	t := reflect.TypeOf(into).Elem()
	known := 0
	for field := range t.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if slices.Contains(names, name) {
			known++
		} else if options != "omitempty" {
			return errMalformed
		}
	}
	if known != len(names) { // one is unknown, or there twice
		return errMalformed
	}
	if json.Unmarshal(data, into) != nil {
		return errMalformed
	}
	return nil
}

// keys returns the names of the members of the object that data is, twins twice.
func keys(data []byte) ([]string, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, errMalformed
	}
	var names []string
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, errMalformed
		}
		s, _ := name.(string)
		var value json.RawMessage
		if d.Decode(&value) != nil || string(value) == "null" {
			return nil, errMalformed
		}
		names = append(names, s)
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return nil, errMalformed
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errMalformed
	}
	return names, nil
}

// body reads a message's body.
func body[T any](m message) (T, error) {
	var b T
	err := strict(m.body, &b)
	return b, err
}
