// Package journal keeps the records of a recording as they come: encrypted before
// they reach a disk, and readable up to the last second whatever happens.
//
// A journal is chunks, one after the other. A chunk is a head and a box:
//
//	mark    16 bytes, the same in all chunks; nobody makes it without the key
//	number   8 bytes, big endian, from 0 on
//	length   4 bytes, of the box
//	flags    1 byte; 1 is the last chunk
//	zero     3 bytes
//	box      whole records, encrypted with a key of this number, bound to the head
//
// A chunk is written once the one before it is on the disk. So there is never more
// than one that a crash can have left half-written, and it is the last. Whatever
// cannot be read and has a genuine chunk behind it was changed on purpose, or by a
// failing disk, and is no crash.
package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"plenum/internal/recording"
)

// Boxes encrypts numbered chunks. What is open is bound to the box and not in it.
type Boxes interface {
	Seal(dst, plain, open []byte, number uint64) ([]byte, error)
	Open(box, open []byte, number uint64) ([]byte, error)
	Mark() ([16]byte, error)
	Overhead() int // by how much a box is longer than what is in it
}

const (
	markLen  = 16
	headLen  = markLen + 8 + 4 + 1 + 3
	flagLast = 1

	// chunkSize is how much is gathered at most while the disk keeps up.
	chunkSize = 1 << 20
	// maxPending is how much waits for a disk that does not: at 20 Mbit/s, six
	// pictures of 720p with their sound, three seconds.
	maxPending = 8 << 20
	// maxBox is the longest box that is read: what may wait, the record that made it
	// too much, and what a cipher adds.
	maxBox = maxPending + recording.MaxRecord + 1<<10

	// ReserveSize is how much a writer may need to end in order: what waits and is
	// not written, twice, since one chunk may be on its way while the next gathers.
	ReserveSize = 2 * maxBox
)

// DamagedError says which chunks are missing or were changed.
type DamagedError struct {
	First, Last uint64
	Missing     bool // others stand in their place
}

func (e *DamagedError) Error() string {
	what := "was changed"
	if e.Missing {
		what = "is missing"
	}
	if e.First == e.Last {
		return fmt.Sprintf("journal: chunk %d %s", e.First, what)
	}
	return fmt.Sprintf("journal: of chunks %d to %d the first %s", e.First, e.Last, what)
}

// Unwrap gives the words for people.
func (e *DamagedError) Unwrap() error { return recording.ErrRecord }

// chunk is one of a journal that was looked through, or a hole in it.
type chunk struct {
	number uint64
	at     int64 // of the head
	length int64 // of the box
	last   bool
	hole   *DamagedError
}

func (c chunk) end() int64 { return c.at + headLen + c.length }

func (c chunk) head(mark [markLen]byte) []byte {
	b := make([]byte, 0, headLen)
	b = append(b, mark[:]...)
	b = binary.BigEndian.AppendUint64(b, c.number)
	b = binary.BigEndian.AppendUint32(b, uint32(c.length)) //nolint:gosec // at most maxBox
	if c.last {
		return append(b, flagLast, 0, 0, 0)
	}
	return append(b, 0, 0, 0, 0)
}

// source is a journal to look through.
type source struct {
	r     io.ReaderAt
	size  int64
	boxes Boxes
	mark  [markLen]byte
}

// headAt reads a head and says whether there can be a chunk. Only opening the box
// tells that there is one.
func (s *source) headAt(at int64) (c chunk, possible bool, err error) {
	if s.size-at < headLen {
		return c, false, nil
	}
	b := make([]byte, headLen)
	if err := s.read(b, at); err != nil {
		return c, false, err
	}
	c = chunk{
		number: binary.BigEndian.Uint64(b[markLen:]),
		at:     at,
		length: int64(binary.BigEndian.Uint32(b[markLen+8:])),
		last:   b[markLen+12] == flagLast,
	}
	return c, bytes.Equal(b, c.head(s.mark)) && c.length <= maxBox && c.end() <= s.size, nil
}

// open returns the records in a chunk, and an error that is no *DamagedError only
// when the file cannot be read.
func (s *source) open(c chunk) ([]byte, error) {
	if c.hole != nil {
		return nil, c.hole
	}
	box := make([]byte, c.length)
	if err := s.read(box, c.at+headLen); err != nil {
		return nil, err
	}
	plain, err := s.boxes.Open(box, c.head(s.mark), c.number)
	if err != nil {
		return nil, &DamagedError{First: c.number, Last: c.number}
	}
	return plain, nil
}

func (s *source) read(b []byte, at int64) error {
	n, err := s.r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == nil || err == io.EOF { //nolint:errorlint // io.ReaderAt says so
		err = io.ErrUnexpectedEOF // it became shorter meanwhile
	}
	return fmt.Errorf("journal: %w", err)
}

// genuine reports whether the chunk c opens.
func (s *source) genuine(c chunk) (bool, error) {
	_, err := s.open(c)
	if isDamaged(err) {
		return false, nil
	}
	return err == nil, err
}

// after finds the first genuine chunk that begins at from or later.
func (s *source) after(from int64) (chunk, bool, error) {
	const window = 1 << 20
	buffer := make([]byte, window+markLen-1)
	for ; from < s.size; from += window {
		b := buffer[:min(int64(len(buffer)), s.size-from)]
		if err := s.read(b, from); err != nil {
			return chunk{}, false, err
		}
		for i := 0; ; i++ {
			next := bytes.Index(b[i:], s.mark[:])
			if next < 0 {
				break
			}
			i += next
			c, possible, err := s.headAt(from + int64(i))
			if possible && err == nil {
				possible, err = s.genuine(c)
			}
			if possible || err != nil {
				return c, possible, err
			}
		}
	}
	return chunk{}, false, nil
}

// survey is what a journal consists of.
type survey struct {
	chunks   []chunk // in order, holes among them
	next     uint64  // number of the chunk that would come
	end      int64   // of the last genuine chunk
	finished bool
	damaged  bool // there are holes
}

func (v *survey) add(c chunk) {
	v.chunks, v.end, v.next = append(v.chunks, c), c.end(), c.number+1
}

func (v *survey) hole(first, last uint64, missing bool) {
	v.damaged = true
	v.chunks = append(v.chunks, chunk{number: first, at: v.end, hole: &DamagedError{first, last, missing}})
}

// look goes from head to head. It opens what can be the end, and what a trouble is
// near; boxes in the middle are opened by who reads them.
func (s *source) look() (survey, error) {
	var all survey
	for {
		c, possible, err := s.headAt(all.end)
		if err != nil {
			return all, err
		}
		if possible && c.number == all.next && !all.finished {
			all.add(c)
			if c.last {
				all.finished, err = s.genuine(c)
			}
			if err != nil {
				return all, err
			}
			continue
		}
		more, err := s.trouble(&all)
		if err != nil || !more {
			return all, err
		}
	}
}

// trouble is called where no chunk follows: at the end, at a torn one or at a hole.
// It goes to behind the hole when there is something.
func (s *source) trouble(all *survey) (more bool, err error) {
	whole := true
	if n := len(all.chunks); n > 0 && all.chunks[n-1].hole == nil {
		// The one before may be what is torn, or have had its length changed.
		before := all.chunks[n-1]
		if whole, err = s.genuine(before); err != nil {
			return false, err
		}
		if !whole {
			all.chunks, all.end, all.next = all.chunks[:n-1], before.at, before.number
		}
	}
	old := false
	for from := all.end; ; {
		c, found, err := s.after(from)
		switch {
		case err != nil:
			return false, err
		case !found && old:
			all.hole(all.next, all.next, false)
			return false, nil
		case !found:
			return false, nil
		case c.number < all.next: // an old one, put here again
			old, from = true, c.end()
			continue
		}
		all.hole(all.next, max(all.next, c.number-1), whole && c.at == all.end && c.number > all.next)
		all.finished = c.last
		all.add(c)
		return true, nil
	}
}

func isDamaged(err error) bool {
	_, damaged := errors.AsType[*DamagedError](err)
	return damaged
}
