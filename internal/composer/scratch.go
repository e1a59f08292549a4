package composer

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"os"
)

// scratch is the encoded sound and picture until their sizes are known, which an
// MP4 needs to say before them. It is a file without a name, encrypted with a key
// that exists only here: after a crash neither is left. It is written once, front
// to back, and then read; AES-CTR needs no more than that, and allows reading
// anywhere.
type scratch struct {
	file  *os.File
	block cipher.Block
	out   cipher.Stream
	size  int64
	buf   []byte
}

func newScratch(dir string) (*scratch, error) {
	file, err := os.CreateTemp(dir, "scratch-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	var key [32]byte
	rand.Read(key[:]) //nolint:errcheck // crypto/rand.Read never fails since Go 1.24.
	block, err := aes.NewCipher(key[:])
	clear(key[:])
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &scratch{file: file, block: block, out: counter(block, 0)}, nil
}

// counter returns the key stream from an offset, which is a multiple of the block.
func counter(block cipher.Block, offset int64) cipher.Stream {
	var iv [aes.BlockSize]byte
	binary.BigEndian.PutUint64(iv[8:], uint64(offset/aes.BlockSize)) //nolint:gosec // offsets are not negative
	return cipher.NewCTR(block, iv[:])
}

// Write appends p.
func (s *scratch) Write(p []byte) (int, error) {
	s.buf = append(s.buf[:0], p...)
	s.out.XORKeyStream(s.buf, s.buf)
	n, err := s.file.Write(s.buf)
	s.size += int64(n)
	return n, err
}

// copyTo writes n bytes from an offset on to w.
func (s *scratch) copyTo(w io.Writer, offset, n int64) error {
	skip := offset % aes.BlockSize
	clearText := cipher.StreamReader{
		S: counter(s.block, offset-skip),
		R: io.NewSectionReader(s.file, offset-skip, n+skip),
	}
	if _, err := io.CopyN(io.Discard, clearText, skip); err != nil {
		return err
	}
	_, err := io.CopyN(w, clearText, n)
	return err
}

func (s *scratch) close() error { return s.file.Close() }
