package journal

import (
	"io"
	"iter"
	"sort"
	"time"

	"plenum/internal/recording"
)

// Reader reads a journal, finished or not, also while it is written: then up to
// where it was when opened. It may be used by many at once.
type Reader struct {
	source source
	survey survey
}

// Read looks through a journal of that size.
func Read(r io.ReaderAt, size int64, boxes Boxes) (*Reader, error) {
	mark, err := boxes.Mark()
	if err != nil {
		return nil, err
	}
	j := &Reader{source: source{r, size, boxes, mark}}
	j.survey, err = j.source.look()
	return j, err
}

// Finished reports whether the journal was closed in order. One that was not ended
// in a crash, or goes on; or somebody cut its end off, which nothing in it can
// tell: whoever has to know keeps Chunks elsewhere.
func (j *Reader) Finished() bool { return j.survey.finished && !j.survey.damaged }

// Chunks is how many there are, or should be.
func (j *Reader) Chunks() uint64 { return j.survey.next }

// Torn is how many bytes at the end a crash left that are no chunk.
func (j *Reader) Torn() int64 { return j.source.size - j.survey.end }

// Records goes through all records in the order they came. At what is damaged it
// gives a [*DamagedError] instead; who does not stop there gets what comes behind.
// After any other error nothing comes. The frames are the caller's to keep.
func (j *Reader) Records() iter.Seq2[recording.Record, error] { return j.from(0) }

// From is Records without those long before a time: it begins some seconds before
// it, and misses none that is at it or later.
func (j *Reader) From(at time.Duration) iter.Seq2[recording.Record, error] {
	return func(yield func(recording.Record, error) bool) {
		var failed error
		chunks := j.survey.chunks
		i := sort.Search(len(chunks), func(i int) bool { // the first that begins too late
			began, err := j.began(i)
			if err != nil {
				failed = err
			}
			return err != nil || began > at-recording.Disorder
		})
		if failed != nil {
			yield(recording.Record{}, failed)
			return
		}
		j.from(max(0, i-1))(yield)
	}
}

// began is the time of the first record of a chunk, or of the one before that can
// be read.
func (j *Reader) began(i int) (time.Duration, error) {
	for ; i >= 0; i-- {
		plain, err := j.source.open(j.survey.chunks[i])
		if err != nil && !isDamaged(err) {
			return 0, err
		}
		if r, _, err := recording.ParseRecord(plain); err == nil {
			return r.At, nil
		}
	}
	return 0, nil
}

func (j *Reader) from(i int) iter.Seq2[recording.Record, error] {
	return func(yield func(recording.Record, error) bool) {
		for _, c := range j.survey.chunks[i:] {
			plain, err := j.source.open(c)
			if err != nil {
				if !yield(recording.Record{}, err) || !isDamaged(err) {
					return
				}
				continue
			}
			for len(plain) > 0 {
				r, n, err := recording.ParseRecord(plain)
				if err != nil { // written by another version: genuine, and not understood
					yield(recording.Record{}, err)
					return
				}
				if !yield(r, nil) {
					return
				}
				plain = plain[n:]
			}
		}
	}
}
