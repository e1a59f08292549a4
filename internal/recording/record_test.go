package recording_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/recording"
)

const (
	ann = id.Seat("aaaaaaaaaaaaaaaaaaaaaaaaaa")
	bob = id.Seat("bbbbbbbbbbbbbbbbbbbbbbbbbb")
)

// each is one valid record of each kind.
func each() []recording.Record {
	at := 90 * time.Minute
	return []recording.Record{
		{At: at, Kind: recording.Frame, Track: 7, Key: true, Data: []byte("picture")},
		{Kind: recording.Frame, Track: 1 << 31, Data: []byte{0}},
		recording.Began(at, recording.Track{ID: 7, Seat: ann, Source: access.Camera, Codec: recording.VP8}),
		recording.Began(at, recording.Track{ID: 8, Seat: ann, Source: recording.ScreenSound, Codec: recording.Opus}),
		{At: at, Kind: recording.TrackEnded, Track: 7},
		{At: at, Kind: recording.Muted, Track: 7},
		{At: at, Kind: recording.Unmuted, Track: 7},
		{At: at, Kind: recording.SeatNamed, Event: recording.Event{Seat: ann, Name: "Zoë <b>"}},
		{At: at, Kind: recording.Consent, Event: recording.Event{Seat: ann, Yes: true}},
		{At: at, Kind: recording.Consent, Event: recording.Event{Seat: ann}},
		{At: at, Kind: recording.LayoutSet, Event: recording.Event{Layout: recording.Share}},
		{At: at, Kind: recording.Spotlight},
		{At: at, Kind: recording.Spotlight, Event: recording.Event{Seat: bob}},
		{At: at, Kind: recording.Speakers, Event: recording.Event{Seats: []id.Seat{bob, ann}}},
		{At: at, Kind: recording.Speakers},
		{At: at, Kind: recording.Paused},
		{At: at, Kind: recording.Resumed},
		{At: at, Kind: recording.Chapter, Event: recording.Event{Title: "Budget"}},
		{At: at, Kind: recording.Ended},
		{At: at, Kind: recording.Moved, Track: 7, Event: recording.Event{By: -80 * time.Millisecond}},
	}
}

func journal(t testing.TB, records []recording.Record) []byte {
	t.Helper()
	var b []byte
	for _, r := range records {
		var err error
		if b, err = r.AppendBinary(b); err != nil {
			t.Fatalf("%v: %v", r, err)
		}
	}
	return b
}

func TestRecordsComeBack(t *testing.T) {
	b := journal(t, each())
	var got []recording.Record
	for len(b) > 0 {
		r, n, err := recording.ParseRecord(b)
		if err != nil {
			t.Fatal(err)
		}
		got, b = append(got, r), b[n:]
	}
	if diff := cmp.Diff(each(), got); diff != "" {
		t.Error(diff)
	}
}

func TestATornRecordIsNotADamagedOne(t *testing.T) {
	for _, r := range each() {
		b := journal(t, []recording.Record{r})
		for n := range b {
			if _, _, err := recording.ParseRecord(b[:n]); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%d of %d bytes: %v", n, len(b), err)
			}
		}
	}
}

func TestRecordsAreStrict(t *testing.T) {
	camera := recording.Track{ID: 1, Seat: ann, Source: access.Camera, Codec: recording.VP8}
	with := func(change func(*recording.Record)) recording.Record {
		r := recording.Began(0, camera)
		change(&r)
		return r
	}
	for name, r := range map[string]recording.Record{
		"no kind":            {},
		"unknown kind":       {Kind: 99},
		"before the start":   {At: -1, Kind: recording.Ended},
		"empty frame":        {Kind: recording.Frame, Track: 1},
		"frame of no track":  {Kind: recording.Frame, Data: []byte{1}},
		"too large":          {Kind: recording.Frame, Track: 1, Data: make([]byte, recording.MaxRecord)},
		"picture of a voice": with(func(r *recording.Record) { r.Event.Source = access.Microphone }),
		"sound of a camera":  with(func(r *recording.Record) { r.Event.Codec = recording.Opus }),
		"unknown codec":      with(func(r *recording.Record) { r.Event.Codec = "gif" }),
		"no seat":            with(func(r *recording.Record) { r.Event.Seat = "" }),
		"not a seat":         with(func(r *recording.Record) { r.Event.Seat = "../../etc" }),
		"foreign field":      with(func(r *recording.Record) { r.Event.Title = "x" }),
		"event with data":    {Kind: recording.Ended, Data: []byte{1}},
		"nameless":           {Kind: recording.SeatNamed, Event: recording.Event{Seat: ann}},
		"unreadable name":    {Kind: recording.SeatNamed, Event: recording.Event{Seat: ann, Name: "\xff"}},
		"unknown layout":     {Kind: recording.LayoutSet, Event: recording.Event{Layout: "pile"}},
		"speaker no seat":    {Kind: recording.Speakers, Event: recording.Event{Seats: []id.Seat{""}}},
		"crowd":              {Kind: recording.Speakers, Event: recording.Event{Seats: make([]id.Seat, 17)}},
	} {
		if b, err := r.AppendBinary(nil); !errors.Is(err, recording.ErrRecord) || len(b) > 0 {
			t.Errorf("%s is written: %v", name, err)
		}
	}
	good := journal(t, []recording.Record{{Kind: recording.Consent, Event: recording.Event{Seat: ann, Yes: true}}})
	for name, change := range map[string]func(b []byte) []byte{
		"flag":     func(b []byte) []byte { b[5] = 2; return b },
		"time":     func(b []byte) []byte { b[10] = 0x80; return b },
		"length":   func(b []byte) []byte { b[0] = 0x7f; return b },
		"short":    func(b []byte) []byte { b[3] = 3; return b },
		"field":    func(b []byte) []byte { return bytes.Replace(b, []byte("yes"), []byte("no!"), 1) },
		"trailing": func(b []byte) []byte { b[3]++; return append(b, '}') },
	} {
		if _, _, err := recording.ParseRecord(change(bytes.Clone(good))); !errors.Is(err, recording.ErrRecord) {
			t.Errorf("a wrong %s is read: %v", name, err)
		}
	}
}

func FuzzParseRecord(f *testing.F) {
	for _, r := range each() {
		f.Add(journal(f, []recording.Record{r}))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, n, err := recording.ParseRecord(b)
		if err != nil {
			return
		}
		again, _, err := recording.ParseRecord(journal(t, []recording.Record{r}))
		if err != nil || n > len(b) {
			t.Fatal(n, err)
		}
		if diff := cmp.Diff(r, again); diff != "" {
			t.Error(diff)
		}
	})
}
