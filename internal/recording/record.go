// Package recording is what a recording of a sitting consists of: the records of
// its journal, which are the tracks as they were sent and what happened, in the
// order they came, and what the picture shows at each moment that follows from
// them. It knows neither files, keys nor media servers.
package recording

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"slices"
	"time"
	"unicode/utf8"

	"plenum/internal/access"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
)

// Codec is how a track's frames are encoded, and how [Record.Data] holds them.
type Codec string

// The codecs. Video frames are whole pictures, decodable one after the other.
const (
	VP8  Codec = "vp8"  // a frame (RFC 6386)
	VP9  Codec = "vp9"  // a frame or superframe: all spatial layers of one picture
	H264 Codec = "h264" // an access unit in Annex B form, SPS and PPS before each key frame
	AV1  Codec = "av1"  // a temporal unit, each OBU with its size, sequence header at each key frame
	Opus Codec = "opus" // one packet (RFC 6716), 48 kHz
)

// Video reports whether c is of pictures.
func (c Codec) Video() bool { return c == VP8 || c == VP9 || c == H264 || c == AV1 }

// ScreenSound is the source of a shared screen's sound: recorded apart from the
// screen's picture, one right for people.
const ScreenSound access.Source = "screenSound"

// Track is one flow of frames of one person. Whoever changes codec or publishes
// again gets a new track; the size of the picture may change within one.
type Track struct {
	ID     uint32
	Seat   id.Seat
	Source access.Source
	Codec  Codec
}

func (t Track) valid() bool {
	switch t.Source {
	case access.Camera, access.Screen:
		return t.ID > 0 && t.Seat != "" && t.Codec.Video()
	case access.Microphone, ScreenSound:
		return t.ID > 0 && t.Seat != "" && t.Codec == Opus
	}
	return false
}

// Layout is how the people are arranged in the picture.
type Layout string

// The layouts. While somebody shares their screen, Grid and Speaker show it too,
// as Share does; Share without a share looks as Speaker.
const (
	Grid    Layout = "grid"
	Speaker Layout = "speaker"
	Share   Layout = "share"
)

// Kind is what a record says.
type Kind uint8

// The kinds, and which fields belong to them beside At. Their numbers stand in
// journals: they are never given anew.
const (
	Frame      Kind = 1  // Track, Key, Data
	TrackBegan Kind = 2  // Track, Seat, Source, Codec
	TrackEnded Kind = 3  // Track
	Muted      Kind = 4  // Track
	Unmuted    Kind = 5  // Track
	SeatNamed  Kind = 6  // Seat, Name: of somebody who consents, also when renamed
	Consent    Kind = 7  // Seat, Yes: nothing of a seat is used before a yes and after a no
	LayoutSet  Kind = 8  // Layout
	Spotlight  Kind = 9  // Seat, or none
	Speakers   Kind = 10 // Seats that speak now, the loudest first
	Paused     Kind = 11 // until Resumed nothing belongs to the recording, and its time stands
	Resumed    Kind = 12
	Chapter    Kind = 13 // Title
	Ended      Kind = 14 // the last record of a journal that was closed in order
	Moved      Kind = 15 // Track, By: what came of the track so far is so much later; see [Moves]
)

// Record is one thing in the journal. At is the time since the recording began, on
// one monotonic clock; a frame's is when it is to be seen or heard, picture and
// sound of one person aligned by their sender reports. Times of one track never
// go back; between tracks, and between tracks and events, they may by [Disorder].
type Record struct {
	At    time.Duration
	Kind  Kind
	Track uint32
	Key   bool   // of video: decodable without what was before; of sound always true
	Data  []byte // one whole encoded frame
	Event Event
}

// Disorder is how much later than one with a greater At a record may stand.
const Disorder = 2 * time.Second

// Event holds what records other than frames say.
type Event struct {
	Seat   id.Seat       `json:"seat,omitempty"`
	Source access.Source `json:"source,omitempty"`
	Codec  Codec         `json:"codec,omitempty"`
	Name   pii.Name      `json:"name,omitempty"`
	Yes    bool          `json:"yes,omitempty"`
	Layout Layout        `json:"layout,omitempty"`
	Seats  []id.Seat     `json:"seats,omitempty"`
	Title  pii.Name      `json:"title,omitempty"`
	By     time.Duration `json:"by,omitempty"` // in ns
}

// Began returns the record that t began.
func Began(at time.Duration, t Track) Record {
	return Record{At: at, Kind: TrackBegan, Track: t.ID, Event: Event{Seat: t.Seat, Source: t.Source, Codec: t.Codec}}
}

// Began returns the track that a [TrackBegan] record is about.
func (r Record) Began() Track {
	return Track{ID: r.Track, Seat: r.Event.Seat, Source: r.Event.Source, Codec: r.Event.Codec}
}

// MaxRecord is the most bytes of a record: a key frame of a 4K screen is below 1 MiB.
const MaxRecord = 4 << 20

const (
	headLen     = 4 + 1 + 1 + 4 + 8 // length of the rest, kind, flags, track, At in ns
	flagKey     = 1
	maxSpeakers = 16
	maxAt       = 1 << 20 * time.Second // 12 days
	maxText     = 1024                  // bytes of a name or title; at their making they are limited in characters
)

// ErrRecord is a record that is not one of those described here.
var ErrRecord = fault.New("recording.ParseRecord", fault.Internal, "recording.damaged", "The recording is damaged.")

// AppendBinary appends r to b: length, kind, flags, track, time, then the frame or
// the event as JSON. It fails on what ParseRecord would refuse.
func (r Record) AppendBinary(b []byte) ([]byte, error) {
	if !r.valid() {
		return b, ErrRecord
	}
	body := r.Data
	if r.Kind != Frame && !r.Event.empty() {
		var err error
		if body, err = json.Marshal(r.Event); err != nil {
			return b, ErrRecord.With(err)
		}
	}
	if headLen+len(body) > MaxRecord {
		return b, ErrRecord
	}
	var flags byte
	if r.Key {
		flags = flagKey
	}
	b = binary.BigEndian.AppendUint32(b, uint32(headLen-4+len(body))) //nolint:gosec // at most MaxRecord
	b = append(b, byte(r.Kind), flags)
	b = binary.BigEndian.AppendUint32(b, r.Track)
	b = binary.BigEndian.AppendUint64(b, uint64(r.At)) //nolint:gosec // valid: not negative
	return append(b, body...), nil
}

// ParseRecord returns the first record of b and its length. Its Data is part of b.
// A b that ends before the record does is io.ErrUnexpectedEOF; everything else that
// AppendBinary would not have written is [ErrRecord].
func ParseRecord(b []byte) (Record, int, error) {
	if len(b) < 4 {
		return Record{}, 0, io.ErrUnexpectedEOF
	}
	length := uint64(binary.BigEndian.Uint32(b)) + 4
	if length < headLen || length > MaxRecord {
		return Record{}, 0, ErrRecord
	}
	if uint64(len(b)) < length {
		return Record{}, 0, io.ErrUnexpectedEOF
	}
	at, flags, body := binary.BigEndian.Uint64(b[10:]), b[5], b[headLen:length:length]
	if at > uint64(maxAt) || flags&^flagKey != 0 {
		return Record{}, 0, ErrRecord
	}
	r := Record{At: time.Duration(at), Kind: Kind(b[4]), Track: binary.BigEndian.Uint32(b[6:]), Key: flags == flagKey} //nolint:gosec // checked
	if r.Kind == Frame {
		r.Data = body
	} else if len(body) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&r.Event); err != nil || decoder.InputOffset() != int64(len(body)) {
			return Record{}, 0, ErrRecord.With(err)
		}
	}
	if !r.valid() {
		return Record{}, 0, ErrRecord
	}
	return r, int(length), nil
}

// valid reports whether r has just the fields of its kind.
func (r Record) valid() bool { //nolint:cyclop // one case for each kind
	if r.At < 0 || r.At > maxAt || r.Kind != Frame && (r.Key || r.Data != nil) {
		return false
	}
	e := r.Event
	ofTrack := r.Kind == Frame || r.Kind == TrackBegan || r.Kind == TrackEnded || r.Kind == Muted || r.Kind == Unmuted || r.Kind == Moved
	if ofTrack != (r.Track > 0) {
		return false
	}
	switch r.Kind {
	case Frame:
		return len(r.Data) > 0 && e.empty()
	case TrackBegan:
		return r.Began().valid() && e.only(Event{Seat: e.Seat, Source: e.Source, Codec: e.Codec})
	case SeatNamed:
		return e.Seat != "" && e.Name != "" && text(e.Name) && e.only(Event{Seat: e.Seat, Name: e.Name})
	case Consent:
		return e.Seat != "" && e.only(Event{Seat: e.Seat, Yes: e.Yes})
	case LayoutSet:
		return slices.Contains([]Layout{Grid, Speaker, Share}, e.Layout) && e.only(Event{Layout: e.Layout})
	case Spotlight:
		return e.only(Event{Seat: e.Seat})
	case Speakers:
		return len(e.Seats) <= maxSpeakers && e.only(Event{Seats: e.Seats})
	case Chapter:
		return e.Title != "" && text(e.Title) && e.only(Event{Title: e.Title})
	case Moved:
		return e.By != 0 && e.By.Abs() <= MaxMoved && e.only(Event{By: e.By})
	case TrackEnded, Muted, Unmuted, Paused, Resumed, Ended:
		return e.empty()
	}
	return false
}

func (e Event) empty() bool { return e.only(Event{}) }

// only reports whether e equals o and its seats are seats.
func (e Event) only(o Event) bool {
	for _, seat := range e.Seats {
		if !isSeat(seat) {
			return false
		}
	}
	return (e.Seat == "" || isSeat(e.Seat)) && e.Seat == o.Seat && e.Source == o.Source && e.Codec == o.Codec &&
		e.Name == o.Name && e.Yes == o.Yes && e.Layout == o.Layout && slices.Equal(e.Seats, o.Seats) && e.Title == o.Title && e.By == o.By
}

func isSeat(seat id.Seat) bool {
	_, err := id.Parse[id.Seat](string(seat))
	return err == nil
}

func text(s pii.Name) bool { return len(s) <= maxText && utf8.ValidString(string(s)) }
