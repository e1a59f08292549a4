package composer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"time"

	"plenum/internal/fault"
)

// ErrForeign is a file that Compose, Trim or Mark did not make, or no longer as they
// made it, or one of sound alone where a picture is needed.
var ErrForeign = fault.New("composer.open", fault.Invalid, "composer.foreign", "This is no video that was made here, or it is damaged.")

// maxIndex is the most bytes of what stands before the data of a film: twelve days of
// 25 pictures and 47 packets of sound a second, four bytes each, are 300 MB; four
// hours, which a meeting may last, are 5.
const maxIndex = 64 << 20

// open reads the index of an MP4 as movie writes it, and of no other kind: every
// number in it is checked, since it says what is read next.
func open(r io.ReaderAt, size int64) (*movie, error) {
	ftyp, _, err := header(r, 0, size)
	if err != nil || ftyp.name != "ftyp" {
		return nil, foreign(err, "it begins otherwise")
	}
	moov, at, err := header(r, ftyp.size, size)
	if err != nil || moov.name != "moov" || moov.size > maxIndex {
		return nil, foreign(err, "its index is not in front")
	}
	raw := make([]byte, moov.size-(at-ftyp.size))
	if _, err := r.ReadAt(raw, at); err != nil {
		return nil, err
	}
	m, err := parseIndex(raw, r, size)
	if err != nil {
		return nil, foreign(err, "")
	}
	return m, nil
}

// foreign is ErrForeign because of what is wrong, unless it could not be read.
func foreign(err error, otherwise string) error {
	if err == nil {
		err = errors.New(otherwise)
	}
	if _, unread := errors.AsType[*readError](err); unread {
		return err
	}
	return ErrForeign.With(err)
}

// readError is that a file cannot be read now: it says nothing about what is in it.
type readError struct{ error }

func (e *readError) Unwrap() error { return e.error }

type head struct {
	name string
	size int64
}

// header reads a box's size and name, and returns where its content begins.
func header(r io.ReaderAt, at, size int64) (head, int64, error) {
	var b [8]byte
	if at+8 > size {
		return head{}, 0, io.ErrUnexpectedEOF
	}
	if _, err := r.ReadAt(b[:], at); err != nil {
		return head{}, 0, &readError{err}
	}
	h := head{string(b[4:]), int64(binary.BigEndian.Uint32(b[:]))}
	if h.size < 8 || at+h.size > size {
		return head{}, 0, io.ErrUnexpectedEOF
	}
	return h, at + 8, nil
}

// boxes are the contents of the boxes in a box, by name.
type boxes map[string][][]byte

func parseBoxes(b []byte) (boxes, error) {
	list := boxes{}
	for len(b) > 0 {
		if len(b) < 8 {
			return nil, io.ErrUnexpectedEOF
		}
		n := binary.BigEndian.Uint32(b)
		if n < 8 || int64(n) > int64(len(b)) {
			return nil, io.ErrUnexpectedEOF
		}
		name := string(b[4:8])
		list[name] = append(list[name], b[8:n])
		b = b[n:]
	}
	return list, nil
}

// path returns the content of a box in boxes in b, each the only one of its name.
func path(b []byte, names ...string) ([]byte, error) {
	for _, name := range names {
		list, err := parseBoxes(b)
		if err != nil {
			return nil, err
		}
		if len(list[name]) != 1 {
			return nil, errors.New("no " + name)
		}
		b = list[name][0]
	}
	return b, nil
}

func parseIndex(raw []byte, r io.ReaderAt, size int64) (*movie, error) {
	all, err := parseBoxes(raw)
	if err != nil {
		return nil, err
	}
	m := &movie{}
	for _, trak := range all["trak"] {
		hdlr, err := path(trak, "mdia", "hdlr")
		if err != nil || len(hdlr) < 12 {
			return nil, errors.Join(err, errors.New("a track of no kind"))
		}
		s, err := parseTrak(trak, r, size)
		if err != nil {
			return nil, err
		}
		switch string(hdlr[8:12]) {
		case "vide":
			err = m.takePictures(trak, s)
		case "soun":
			m.audio = s
			m.lead, err = startOf(trak)
		case "text":
			m.chapters, err = s.titles()
		}
		if err != nil {
			return nil, err
		}
	}
	if m.audio == nil || m.audio.timescale != rate {
		return nil, errors.New("no sound")
	}
	m.length = time.Duration(m.audio.length()-uint64(m.lead)) * time.Second / rate //nolint:gosec // checked by startOf
	if m.video != nil {
		m.length = time.Duration(len(m.video.samples)) * time.Second / fps
	}
	return m, nil
}

// takePictures takes the track of pictures: one every 25th of a second, in the order
// in which they are shown.
func (m *movie) takePictures(trak []byte, s *stream) error {
	tkhd, err := path(trak, "tkhd")
	if err != nil || len(tkhd) != 84 {
		return errors.Join(err, errors.New("pictures of no size"))
	}
	m.width, m.height = int(binary.BigEndian.Uint16(tkhd[76:])), int(binary.BigEndian.Uint16(tkhd[80:]))
	for _, x := range s.samples {
		if x.duration*fps != s.timescale {
			return errors.New("pictures are not 25 a second")
		}
	}
	if m.width == 0 || m.height == 0 || m.width%2+m.height%2 > 0 || len(s.samples) == 0 || !s.samples[0].key {
		return errors.New("pictures that cannot be decoded")
	}
	m.video = s
	return nil
}

// startOf returns how many samples of a track of sound come before its beginning.
func startOf(trak []byte) (int64, error) {
	elst, err := path(trak, "edts", "elst")
	if err != nil || len(elst) != 20 || binary.BigEndian.Uint32(elst[4:]) != 1 {
		return 0, errors.Join(err, errors.New("no beginning"))
	}
	start := int64(binary.BigEndian.Uint32(elst[12:]))
	if start > 2*priming {
		return 0, errors.New("sound is hidden")
	}
	return start, nil
}

// parseTrak reads the sample tables of a track. Its data is where r has it.
func parseTrak(trak []byte, r io.ReaderAt, size int64) (*stream, error) {
	mdhd, err := path(trak, "mdia", "mdhd")
	scale := map[int]int{24: 12, 36: 20}[len(mdhd)] // where it is, by the length of both versions
	if err != nil || scale == 0 || binary.BigEndian.Uint32(mdhd[scale:]) == 0 {
		return nil, errors.Join(err, errors.New("no time scale"))
	}
	stbl, err := path(trak, "mdia", "minf", "stbl")
	if err != nil {
		return nil, err
	}
	tables, err := parseBoxes(stbl)
	if err != nil {
		return nil, err
	}
	s := &stream{timescale: binary.BigEndian.Uint32(mdhd[scale:])}
	for _, name := range []string{"stsd", "stts", "stsz", "stsc", "co64"} {
		if len(tables[name]) != 1 || len(tables[name][0]) < 8 {
			return nil, errors.New("no " + name)
		}
	}
	if len(tables["ctts"]) > 0 {
		return nil, errors.New("pictures out of order")
	}
	s.stsd = box("stsd", tables["stsd"][0])
	if err := s.fill(tables); err != nil {
		return nil, err
	}
	s.data, err = s.place(tables["stsc"][0], tables["co64"][0], r, size)
	return s, err
}

// fill reads how large and how long the samples are, and which are key frames.
func (s *stream) fill(tables boxes) error {
	stsz := tables["stsz"][0][4:]
	sizes, err := entries(stsz, 1)
	if err != nil || binary.BigEndian.Uint32(stsz) != 0 {
		return errors.Join(err, errors.New("samples of no size"))
	}
	for _, n := range sizes {
		s.samples = append(s.samples, sample{size: n[0], key: len(tables["stss"]) == 0})
	}
	for _, stss := range tables["stss"] {
		if err := s.keys(stss); err != nil {
			return err
		}
	}
	return s.times(tables["stts"][0])
}

// entries reads a table of so many 32-bit fields an entry. The table stands after
// version and flags; that of sizes has another field before the count.
func entries(b []byte, fields int) ([][3]uint32, error) {
	if len(b) < 8 {
		return nil, io.ErrUnexpectedEOF
	}
	n, b := int64(binary.BigEndian.Uint32(b[4:])), b[8:]
	if n*4*int64(fields) != int64(len(b)) {
		return nil, io.ErrUnexpectedEOF
	}
	list := make([][3]uint32, n)
	for i := range list {
		for f := range fields {
			list[i][f] = binary.BigEndian.Uint32(b[4*(i*fields+f):])
		}
	}
	return list, nil
}

func (s *stream) times(stts []byte) error {
	runs, err := entries(stts, 2)
	if err != nil {
		return err
	}
	left := s.samples
	for _, run := range runs {
		if int64(run[0]) > int64(len(left)) {
			return errors.New("more times than samples")
		}
		for i := range left[:run[0]] {
			left[i].duration = run[1]
		}
		left = left[run[0]:]
	}
	if len(left) > 0 {
		return errors.New("fewer times than samples")
	}
	return nil
}

func (s *stream) keys(stss []byte) error {
	list, err := entries(stss, 1)
	for _, k := range list {
		if k[0] == 0 || int64(k[0]) > int64(len(s.samples)) {
			return errors.New("a key frame that is none")
		}
		s.samples[k[0]-1].key = true
	}
	return err
}

// place returns the data of a track, chunk after chunk.
func (s *stream) place(stsc, co64 []byte, r io.ReaderAt, size int64) (source, error) {
	runs, err := entries(stsc, 3)
	if err != nil {
		return nil, err
	}
	offsets, err := entries(co64, 2)
	if err != nil {
		return nil, err
	}
	var data joined
	left := s.samples
	for i, o := range offsets {
		for len(runs) > 1 && int64(runs[1][0]) <= int64(i+1) {
			runs = runs[1:]
		}
		if len(runs) == 0 || int64(runs[0][1]) > int64(len(left)) {
			return nil, errors.New("chunks of other samples")
		}
		p := piece{source: fileSource{r}, from: int64(o[0])<<32 | int64(o[1])}
		for _, x := range left[:runs[0][1]] {
			p.size += int64(x.size)
		}
		left = left[runs[0][1]:]
		if p.from < 0 || p.from > size-p.size {
			return nil, io.ErrUnexpectedEOF
		}
		data = data.with(p)
	}
	if len(left) > 0 {
		return nil, errors.New("samples in no chunk")
	}
	return data, nil
}

// titles reads the chapters from their track.
func (s *stream) titles() (chapters []Mark, err error) {
	var at time.Duration
	var from int64
	for _, x := range s.samples {
		var b bytes.Buffer
		if x.size > 2+255+12 {
			return nil, errors.New("a title of another kind")
		}
		if err := s.data.copyTo(&b, from, int64(x.size)); err != nil {
			return nil, &readError{err}
		}
		if text := b.Bytes(); len(text) >= 2 && int(binary.BigEndian.Uint16(text))+2 <= len(text) && binary.BigEndian.Uint16(text) > 0 {
			chapters = append(chapters, Mark{at, string(text[2:][:binary.BigEndian.Uint16(text)])})
		}
		at, from = at+time.Duration(x.duration)*time.Second/movieScale, from+int64(x.size)
	}
	return chapters, nil
}
