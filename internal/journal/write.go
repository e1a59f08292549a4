package journal

import (
	"io"
	"iter"
	"slices"

	"plenum/internal/recording"
)

// Write writes a finished journal of records to w, from the beginning to the end,
// and returns how many chunks it has. It ends with the first error of records.
func Write(w io.Writer, boxes Boxes, records iter.Seq2[recording.Record, error]) (chunks uint64, err error) {
	mark, err := boxes.Mark()
	if err != nil {
		return 0, err
	}
	var plain []byte
	put := func(last bool) error {
		defer clear(plain)
		c := chunk{number: chunks, length: int64(len(plain) + boxes.Overhead()), last: last}
		head := c.head(mark)
		sealed, err := boxes.Seal(slices.Clip(head), plain, head, c.number)
		if err != nil {
			return err
		}
		chunks++
		_, err = w.Write(sealed)
		return err
	}
	for r, err := range records {
		if err == nil {
			plain, err = r.AppendBinary(plain)
		}
		if err == nil && len(plain) >= chunkSize {
			err = put(false)
			plain = plain[:0]
		}
		if err != nil {
			return chunks, err
		}
	}
	if len(plain) > 0 {
		if err := put(false); err != nil {
			return chunks, err
		}
		plain = plain[:0]
	}
	return chunks, put(true)
}
