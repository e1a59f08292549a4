package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"sort"
	"sync"

	"github.com/minio/minio-go/v7"
)

const (
	// block is how much is fetched at once: readers ask for some ten kilobytes, one
	// after the other, and a request has its price whatever its size.
	block = 1 << 20
	// blocks of a file are kept at most: 4 MiB for each that is open.
	blocks = 4
)

// s3File reads objects that together are one file.
type s3File struct {
	s      *S3
	pieces []piece
	get    func(p piece, from, length int64) ([]byte, error)

	mu    sync.Mutex
	cache []cached // the latest last; guarded by mu
}

type cached struct {
	number int64 // of the block
	b      []byte
}

// getter returns what fetches a range of one object, as long as ctx lasts.
func (f *s3File) getter(ctx context.Context) func(p piece, from, length int64) ([]byte, error) {
	core := minio.Core{Client: f.s.client}
	return func(p piece, from, length int64) ([]byte, error) {
		var options minio.GetObjectOptions
		if err := options.SetRange(from, from+length-1); err != nil {
			return nil, err
		}
		body, _, _, err := core.GetObject(ctx, f.s.bucket, p.key, options)
		if err != nil {
			return nil, wrapS3("blob.Read", err)
		}
		defer body.Close() //nolint:errcheck // read only
		b := make([]byte, length)
		_, err = io.ReadFull(body, b)
		return b, wrapS3("blob.Read", err)
	}
}

func (f *s3File) Size() int64 { return end(f.pieces) }

func (f *s3File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cache = nil
	return nil
}

func (f *s3File) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, errors.New("blob: negative offset")
	}
	for n < len(p) {
		at := off + int64(n)
		if at >= f.Size() {
			return n, io.EOF
		}
		b, err := f.block(at / block)
		if err != nil {
			return n, err
		}
		n += copy(p[n:], b[at%block:])
	}
	return n, nil
}

// block returns a block from memory or from the server.
func (f *s3File) block(number int64) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if i := slices.IndexFunc(f.cache, func(c cached) bool { return c.number == number }); i >= 0 {
		c := f.cache[i]
		f.cache = append(slices.Delete(f.cache, i, i+1), c)
		return c.b, nil
	}
	b, err := f.fetch(number*block, min(block, f.Size()-number*block))
	if err != nil {
		return nil, err
	}
	if len(f.cache) == blocks {
		f.cache = slices.Delete(f.cache, 0, 1)
	}
	f.cache = append(f.cache, cached{number, b})
	return b, nil
}

// fetch reads a range over as many objects as it is in.
func (f *s3File) fetch(from, length int64) ([]byte, error) {
	b := make([]byte, 0, length)
	i := sort.Search(len(f.pieces), func(i int) bool { return f.pieces[i].at+f.pieces[i].size > from })
	for ; int64(len(b)) < length; i++ {
		p := f.pieces[i]
		start := from + int64(len(b)) - p.at
		part, err := f.get(p, start, min(p.size-start, length-int64(len(b))))
		if err != nil {
			return nil, err
		}
		b = append(b, part...)
	}
	return b, nil
}

type s3Log struct {
	s3File

	name string
}

// Append makes one object. That nobody else made it is asked of the server; one
// who does not know the question leaves it to whoever starts recorders.
func (l *s3Log) Append(ctx context.Context, b []byte) error {
	if len(b) == 0 {
		return ctx.Err()
	}
	number := next(l.pieces)
	key := l.s.key(l.name, number)
	options := minio.PutObjectOptions{DisableMultipart: true}
	options.SetMatchETagExcept("*")
	_, err := l.s.client.PutObject(ctx, l.s.bucket, key, bytes.NewReader(b), int64(len(b)), options)
	if err = wrapS3("blob.Log", err); errors.Is(err, ErrBusy) {
		// It may be our own, of which only the answer was lost.
		if there, readErr := l.s.whole(ctx, key); readErr == nil && bytes.Equal(there, b) {
			err = nil
		}
	}
	if err != nil {
		return err
	}
	l.grow(piece{key: key, number: number, at: end(l.pieces), size: int64(len(b))})
	return nil
}

// grow adds a piece, and forgets the block it is in.
func (l *s3Log) grow(p piece) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pieces = append(l.pieces, p)
	l.cache = slices.DeleteFunc(l.cache, func(c cached) bool { return (c.number+1)*block > p.at })
}

func (l *s3Log) Truncate(ctx context.Context, size int64) error {
	if size < 0 || size > l.Size() {
		return ErrSize
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cache = nil
	for len(l.pieces) > 0 { // from behind: what a crash leaves is a first part
		last := &l.pieces[len(l.pieces)-1]
		if last.at+last.size <= size {
			break
		}
		if last.at < size {
			return l.shorten(ctx, last, size-last.at)
		}
		if err := l.s.remove(ctx, last.key); err != nil {
			return err
		}
		l.pieces = l.pieces[:len(l.pieces)-1]
	}
	return nil
}

func (l *s3Log) shorten(ctx context.Context, p *piece, size int64) error {
	b, err := l.s.whole(ctx, p.key)
	if err != nil {
		return err
	}
	if int64(len(b)) != p.size {
		return ErrBusy
	}
	_, err = l.s.client.PutObject(ctx, l.s.bucket, p.key, bytes.NewReader(b[:size]), size, minio.PutObjectOptions{DisableMultipart: true})
	if err == nil {
		p.size = size
	}
	return wrapS3("blob.Log", err)
}
