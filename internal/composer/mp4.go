package composer

import (
	"encoding/binary"
	"io"
	"slices"
	"time"
	"unicode/utf8"
)

// Mark is a chapter: where it begins in the result, and what it is called.
type Mark struct {
	At    time.Duration
	Title string
}

// movieScale is the time scale of the movie as a whole, and that of the chapters:
// milliseconds.
const movieScale = 1000

// priming is what an AAC encoder puts before the sound, in samples; a player that
// follows the edit list leaves it out (ISO/IEC 14496-24 and ffmpeg's own encoder).
const priming = 1024

// movie writes an MP4 that can be played while it is still being fetched: what is
// where stands in front (ISO/IEC 14496-12). It is written once, front to back.
type movie struct {
	video, audio  *stream // video may be nil
	width, height int
	length        time.Duration
	lead          int64 // samples before the sound's beginning, silent
	chapters      []Mark
}

// chunk is a second or so of one stream; those of sound and picture alternate.
type chunk struct {
	stream *stream
	offset int64 // in the scratch file
	size   int64
	count  int
	start  uint64 // when, in microseconds
}

func (s *stream) chunks() (chunks []chunk) {
	var at uint64
	var c chunk
	for _, x := range s.samples {
		if c.count > 0 && (at*1e6/uint64(s.timescale)-c.start) >= 1e6 {
			chunks, c = append(chunks, c), chunk{stream: s, offset: c.offset + c.size}
		}
		if c.count == 0 {
			c.stream, c.start = s, at*1e6/uint64(s.timescale)
		}
		c.size, c.count, at = c.size+int64(x.size), c.count+1, at+uint64(x.duration)
	}
	if c.count > 0 {
		chunks = append(chunks, c)
	}
	return chunks
}

// WriteTo writes the file.
func (m *movie) WriteTo(w io.Writer) (int64, error) {
	var chunks []chunk
	for _, s := range m.streams() {
		chunks = append(chunks, s.chunks()...)
	}
	slices.SortStableFunc(chunks, func(a, b chunk) int { return int(a.start) - int(b.start) }) //nolint:gosec // 12 days in µs
	titles := m.titles()
	size := int64(len(titles))
	for _, c := range chunks {
		size += c.size
	}
	ftyp := box("ftyp", []byte("isom"), u32(0x200), []byte("isomiso2avc1mp41"))
	if m.video == nil {
		ftyp = box("ftyp", []byte("M4A "), u32(0x200), []byte("M4A isomiso2mp41"))
	}
	// The boxes' size does not depend on the offsets in them, which depend on it.
	first := int64(len(ftyp)) + int64(len(m.moov(chunks, 0))) + 16
	head := slices.Concat(ftyp, m.moov(chunks, first), u32(1), []byte("mdat"), u64(size+16))
	if _, err := w.Write(append(head, titles...)); err != nil {
		return 0, err
	}
	for _, c := range chunks {
		if err := c.stream.data.copyTo(w, c.offset, c.size); err != nil {
			return 0, err
		}
	}
	return first + size, nil
}

func (m *movie) streams() []*stream {
	if m.video == nil {
		return []*stream{m.audio}
	}
	return []*stream{m.video, m.audio}
}

// titles are the samples of the chapter track, which stand first in the data:
// text with its length before it (QuickTime File Format, text samples).
func (m *movie) titles() (b []byte) {
	for _, c := range m.parts() {
		b = append(b, titleSample(c)...)
	}
	return b
}

// parts are the chapters with what is before the first, which has no title: the
// samples of a track follow each other without a gap.
func (m *movie) parts() []Mark {
	if len(m.chapters) == 0 || m.chapters[0].At == 0 {
		return m.chapters
	}
	return append([]Mark{{}}, m.chapters...)
}

func titleSample(c Mark) []byte {
	text := shorten(c.Title, 255)
	// The encoding atom says that it is UTF-8.
	return slices.Concat(u16(len(text)), []byte(text), u32(12), []byte("encd"), u32(0x100))
}

// shorten cuts s to at most n bytes, between characters.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func (m *movie) moov(chunks []chunk, first int64) []byte {
	length := m.length.Milliseconds()
	streams := m.streams()
	parts := [][]byte{box("mvhd", u32(0), u32(0), u32(0), u32(movieScale), u32(int(length)),
		u32(0x10000), u16(0x100), make([]byte, 10), matrix(), make([]byte, 24), u32(len(streams)+2))}
	for i, s := range streams {
		parts = append(parts, m.trak(i+1, s, chunks, first+int64(len(m.titles()))))
	}
	if len(m.chapters) > 0 {
		parts = append(parts, m.chapterTrak(len(streams)+1, first), box("udta", m.chapterList()))
	}
	return box("moov", parts...)
}

func (m *movie) trak(number int, s *stream, chunks []chunk, offset int64) []byte {
	video := s == m.video
	length := s.length()
	kind, header, volume, width, height := "soun", box("smhd", make([]byte, 8)), 0x100, 0, 0
	start := m.lead
	if video {
		kind, header, volume, width, height = "vide", box("vmhd", u32(1), make([]byte, 8)), 0, m.width, m.height
		if start = 0; len(s.samples) > 0 {
			start = int64(s.samples[0].shift) // B-frames: decoding begins before the first picture is shown
		}
	}
	parts := [][]byte{
		box("tkhd", u32(3), u32(0), u32(0), u32(number), u32(0), u32(int(m.length.Milliseconds())), make([]byte, 8),
			u16(0), u16(number-1), u16(volume), u16(0), matrix(), u32(width<<16), u32(height<<16)),
		box("edts", box("elst", u32(0), u32(1), u32(int(m.length.Milliseconds())), u32(int(start)), u32(0x10000))),
	}
	if len(m.chapters) > 0 {
		parts = append(parts, box("tref", box("chap", u32(len(m.streams())+1))))
	}
	mdhd := box("mdhd", u32(1<<24), u64(0), u64(0), u32(int(s.timescale)), u64(int64(length)), u16(0x55c4), u16(0)) //nolint:gosec // 12 days
	return box("trak", append(parts, box("mdia", mdhd, handler(kind),
		box("minf", header, dinf(), s.table(chunks, offset))))...)
}

// table is the sample table: how long, how large, which are key frames, where.
func (s *stream) table(chunks []chunk, offset int64) []byte {
	var stts, ctts, stss, sizes, stsc, offsets list
	for i, x := range s.samples {
		stts.run(x.duration)
		ctts.run(uint32(x.shift)) //nolint:gosec // two's complement, as version 1 has it
		sizes.add(u32(int(x.size)))
		if x.key {
			stss.add(u32(i + 1))
		}
	}
	number, perChunk := 0, 0
	for _, c := range chunks {
		if c.stream == s {
			number++
			if c.count != perChunk {
				perChunk = c.count
				stsc.add(u32(number), u32(perChunk), u32(1))
			}
			offsets.add(u64(offset))
		}
		offset += c.size
	}
	parts := [][]byte{s.stsd, box("stts", u32(0), stts.bytes())}
	if ctts.count > 1 || len(s.samples) > 0 && s.samples[0].shift != 0 {
		parts = append(parts, box("ctts", u32(1<<24), ctts.bytes()))
	}
	if stss.count < len(s.samples) {
		parts = append(parts, box("stss", u32(0), stss.bytes()))
	}
	return box("stbl", append(parts, box("stsc", u32(0), stsc.bytes()), box("stsz", u32(0), u32(0), sizes.bytes()), box("co64", u32(0), offsets.bytes()))...)
}

// chapterTrak is a text track that no player shows, and the others refer to.
func (m *movie) chapterTrak(number int, first int64) []byte {
	var stts, sizes, offsets list
	chapters := m.parts()
	for i, c := range chapters {
		end := m.length
		if i+1 < len(chapters) {
			end = chapters[i+1].At
		}
		stts.run(uint32((end.Milliseconds() - c.At.Milliseconds()))) //nolint:gosec // chapters are in order
		size := len(titleSample(c))
		sizes.add(u32(size))
		offsets.add(u64(first))
		first += int64(size)
	}
	text := box("text", make([]byte, 6), u16(1), u32(0), u32(1), make([]byte, 6+8+8+2+2+1+2+6+1))
	stbl := box("stbl", box("stsd", u32(0), u32(1), text), box("stts", u32(0), stts.bytes()),
		box("stsc", u32(0), u32(1), u32(1), u32(1), u32(1)), box("stsz", u32(0), u32(0), sizes.bytes()), box("co64", u32(0), offsets.bytes()))
	gmin := box("gmin", u32(0), u16(0x40), u16(0x8000), u16(0x8000), u16(0x8000), u16(0), u16(0))
	length := int(m.length.Milliseconds())
	return box("trak",
		box("tkhd", u32(2), u32(0), u32(0), u32(number), u32(0), u32(length), make([]byte, 8), u32(0), u32(0), matrix(), u32(0), u32(0)),
		box("mdia", box("mdhd", u32(0), u32(0), u32(0), u32(movieScale), u32(length), u16(0x55c4), u16(0)), handler("text"),
			box("minf", box("gmhd", gmin, box("text", matrix())), dinf(), stbl)))
}

// chapterList is the same for players that know Nero's way only, which has room
// for 255.
func (m *movie) chapterList() []byte {
	chapters := m.chapters[:min(len(m.chapters), 255)]
	b := []byte{byte(len(chapters))} //nolint:gosec // at most 255
	for _, c := range chapters {
		text := shorten(c.Title, 255)
		b = slices.Concat(b, u64(int64(c.At/100)), []byte{byte(len(text))}, []byte(text)) //nolint:gosec // at most 255
	}
	return box("chpl", u32(1<<24), u32(0), b)
}

func handler(kind string) []byte {
	return box("hdlr", u32(0), u32(0), []byte(kind), make([]byte, 12), []byte{0})
}

func dinf() []byte {
	return box("dinf", box("dref", u32(0), u32(1), box("url ", u32(1))))
}

func matrix() []byte {
	return slices.Concat(u32(0x10000), make([]byte, 12), u32(0x10000), make([]byte, 12), u32(0x40000000))
}

// list is a table of a sample table: the number of its entries, then they.
type list struct {
	count   int
	entries []byte
	value   uint32 // of the last run
}

func (l *list) add(fields ...[]byte) {
	l.count++
	l.entries = append(l.entries, slices.Concat(fields...)...)
}

// run adds one to a table of runs of equal values.
func (l *list) run(value uint32) {
	if l.count == 0 || l.value != value {
		l.add(u32(0), u32(int(value)))
		l.value = value
	}
	n := l.entries[len(l.entries)-8:]
	binary.BigEndian.PutUint32(n, binary.BigEndian.Uint32(n)+1)
}

func (l *list) bytes() []byte { return append(u32(l.count), l.entries...) }

func box(name string, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	return slices.Concat(u32(len(body)+8), []byte(name), body)
}

func u16(v int) []byte   { return binary.BigEndian.AppendUint16(nil, uint16(v)) } //nolint:gosec // fields of that size
func u32(v int) []byte   { return binary.BigEndian.AppendUint32(nil, uint32(v)) } //nolint:gosec // fields of that size
func u64(v int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(v)) } //nolint:gosec // not negative
