package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"plenum/internal/fault"
	"plenum/internal/pii"
)

// S3Config is where the bucket is. It must exist, and should belong to us alone.
type S3Config struct {
	Endpoint  string // host[:port]
	Bucket    string
	Prefix    string // in the bucket, without a slash at the end; "" is all of it
	Region    string // "" is us-east-1, which servers of one's own ignore
	AccessKey string
	SecretKey pii.Secret
	Plain     bool // http, for a server on the same machine
}

// S3 is a store in a bucket. A growing file is objects with numbers, since an
// object cannot grow.
type S3 struct {
	client *minio.Client
	bucket string
	prefix string // "" or ending in a slash
}

const (
	// partSize is how much of a new file is in memory until it is sent; S3 takes
	// 10,000 parts, so that a file may have 160 GB.
	partSize = 16 << 20
	// uploadAge is after how long an upload that was not committed is one of a
	// program that died: no video takes so long to make.
	uploadAge = 7 * 24 * time.Hour
	// pieceMark stands between a name and the place of a piece, and in no name.
	pieceMark = "@"
	// tries of a request, with growing pauses; altogether some seconds.
	tries = 5
)

// OpenS3 opens the store in a bucket and asks for it once.
func OpenS3(ctx context.Context, c S3Config) (*S3, error) {
	transport, err := minio.DefaultTransport(!c.Plain)
	if err != nil {
		return nil, fault.Wrap("blob.OpenS3", err)
	}
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	client, err := minio.New(c.Endpoint, &minio.Options{
		Creds:      credentials.NewStaticV4(c.AccessKey, string(c.SecretKey), ""),
		Secure:     !c.Plain,
		Transport:  transport,
		Region:     c.Region,
		MaxRetries: tries,
	})
	if err != nil {
		return nil, fault.Wrap("blob.OpenS3", err)
	}
	exists, err := client.BucketExists(ctx, c.Bucket)
	if err == nil && !exists {
		err = errors.New("blob: there is no such bucket")
	}
	if err != nil {
		return nil, fault.Wrap("blob.OpenS3", err)
	}
	s := &S3{client: client, bucket: c.Bucket}
	if c.Prefix != "" {
		s.prefix = strings.TrimSuffix(c.Prefix, "/") + "/"
	}
	return s, nil
}

// Create implements Store. Nothing of an upload in parts is to be seen before its end.
func (s *S3) Create(ctx context.Context, name string) (Writer, error) {
	if err := errors.Join(check(name), ctx.Err()); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	r, pipe := io.Pipe()
	w := &s3Writer{pipe: pipe, cancel: cancel, done: make(chan error, 1)}
	go func() {
		_, err := s.client.PutObject(ctx, s.bucket, s.prefix+name, r, -1, minio.PutObjectOptions{PartSize: partSize})
		r.CloseWithError(err) //nolint:errcheck // never fails; Write ends with what went wrong
		w.done <- wrapS3("blob.Create", err)
	}()
	return w, nil
}

type s3Writer struct {
	pipe   *io.PipeWriter
	cancel context.CancelFunc
	done   chan error // one, when the upload ended
	ended  bool
}

func (w *s3Writer) Write(p []byte) (int, error) {
	n, err := w.pipe.Write(p)
	return n, wrapS3("blob.Write", err)
}

func (w *s3Writer) Commit() error {
	if w.ended {
		return wrap("blob.Commit", context.Canceled)
	}
	w.pipe.Close() //nolint:errcheck // never fails
	return w.end()
}

func (w *s3Writer) Abort() {
	if w.ended {
		return
	}
	w.pipe.CloseWithError(context.Canceled) //nolint:errcheck // never fails
	w.end()                                 //nolint:errcheck // that it was ended is what it says
}

func (w *s3Writer) end() error {
	w.ended = true
	err := <-w.done
	w.cancel()
	return err
}

// Append implements Store.
func (s *S3) Append(ctx context.Context, name string) (Log, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	pieces, err := s.pieces(ctx, name)
	if err != nil {
		return nil, err
	}
	l := &s3Log{s3File: s3File{s: s, pieces: pieces}, name: name}
	l.get = l.getter(ctx)
	return l, nil
}

// Open implements Store.
func (s *S3) Open(ctx context.Context, name string) (File, error) {
	pieces, err := s.find(ctx, name)
	if err != nil {
		return nil, err
	}
	f := &s3File{s: s, pieces: pieces}
	f.get = f.getter(ctx)
	return f, nil
}

// Stat implements Store.
func (s *S3) Stat(ctx context.Context, name string) (Info, error) {
	pieces, err := s.find(ctx, name)
	if err != nil {
		return Info{}, err
	}
	return Info{name, end(pieces), pieces[len(pieces)-1].modified}, nil
}

// find returns the one object of a created file, or the pieces of a grown one.
func (s *S3) find(ctx context.Context, name string) ([]piece, error) {
	if err := errors.Join(check(name), ctx.Err()); err != nil {
		return nil, err
	}
	object, err := s.client.StatObject(ctx, s.bucket, s.prefix+name, minio.StatObjectOptions{})
	if err == nil {
		return []piece{{key: s.prefix + name, size: object.Size, modified: object.LastModified}}, nil
	}
	if err = wrapS3("blob.Open", err); !errors.Is(err, ErrNotExist) {
		return nil, err
	}
	pieces, err := s.pieces(ctx, name)
	if err == nil && len(pieces) == 0 {
		err = ErrNotExist
	}
	return pieces, err
}

// piece is an object of a file.
type piece struct {
	key      string
	number   int64 // the place in the file for which it was written
	at       int64 // where it is: the same, unless somebody took one before it away
	size     int64
	modified time.Time
}

// end is how long the file is.
func end(pieces []piece) int64 {
	if len(pieces) == 0 {
		return 0
	}
	last := pieces[len(pieces)-1]
	return last.at + last.size
}

// next is the number of the piece that comes next.
func next(pieces []piece) int64 {
	if len(pieces) == 0 {
		return 0
	}
	last := pieces[len(pieces)-1]
	return last.number + last.size
}

func (s *S3) key(name string, number int64) string {
	return fmt.Sprintf("%s%s%s%019d", s.prefix, name, pieceMark, number)
}

// pieces lists those of a grown file in their order.
func (s *S3) pieces(ctx context.Context, name string) ([]piece, error) {
	var pieces []piece
	for o := range s.client.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix + name + pieceMark, Recursive: true}) {
		if o.Err != nil {
			return nil, wrapS3("blob.List", o.Err)
		}
		_, number, ok := s.name(o.Key)
		if !ok || number < 0 {
			continue
		}
		pieces = append(pieces, piece{o.Key, number, end(pieces), o.Size, o.LastModified})
	}
	if !slices.IsSortedFunc(pieces, func(a, b piece) int { return strings.Compare(a.key, b.key) }) {
		return nil, fault.Wrap("blob.List", errors.New("blob: the server does not list in order"))
	}
	return pieces, wrapS3("blob.List", ctx.Err())
}

// name takes an object's key apart; number is −1 for what was created.
func (s *S3) name(key string) (name string, number int64, ok bool) {
	name, ours := strings.CutPrefix(key, s.prefix)
	name, digits, grown := strings.Cut(name, pieceMark)
	number = -1
	if grown {
		var err error
		if number, err = strconv.ParseInt(digits, 10, 64); err != nil || number < 0 {
			return "", 0, false
		}
	}
	return name, number, ours && check(name) == nil
}

// List implements Store. A grown file's pieces follow one another.
func (s *S3) List(ctx context.Context, folder string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		if err := checkFolder(folder); err != nil {
			yield(Info{}, err)
			return
		}
		if folder != "" {
			folder += "/"
		}
		var now Info
		for o := range s.client.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix + folder, Recursive: true}) {
			if o.Err != nil {
				yield(Info{}, wrapS3("blob.List", o.Err))
				return
			}
			name, _, ok := s.name(o.Key)
			if !ok {
				continue
			}
			if name == now.Name {
				now.Size, now.Modified = now.Size+o.Size, o.LastModified
				continue
			}
			if now.Name != "" && !yield(now, nil) {
				return
			}
			now = Info{name, o.Size, o.LastModified}
		}
		switch {
		case ctx.Err() != nil:
			yield(Info{}, ctx.Err())
		case now.Name != "":
			yield(now, nil)
		}
	}
}

// Delete implements Store.
func (s *S3) Delete(ctx context.Context, name string) error {
	pieces, err := s.find(ctx, name)
	if errors.Is(err, ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, p := range slices.Backward(pieces) { // what a crash leaves is still readable
		if err := s.remove(ctx, p.key); err != nil {
			return err
		}
	}
	return nil
}

func (s *S3) remove(ctx context.Context, key string) error {
	err := wrapS3("blob.Delete", s.client.RemoveObject(ctx, s.bucket, key, minio.RemoveObjectOptions{}))
	if errors.Is(err, ErrNotExist) {
		return nil
	}
	return err
}

// Reserve implements Store: who keeps a bucket keeps room in it.
func (*S3) Reserve(ctx context.Context, _ int64) (Reserve, error) { return noReserve{}, ctx.Err() }

type noReserve struct{}

func (noReserve) Free() error { return nil }

// Sweep implements Store.
func (s *S3) Sweep(ctx context.Context) error {
	for upload := range s.client.ListIncompleteUploads(ctx, s.bucket, s.prefix, true) {
		if upload.Err != nil {
			return wrapS3("blob.Sweep", upload.Err)
		}
		if time.Since(upload.Initiated) < uploadAge {
			continue
		}
		if err := s.client.RemoveIncompleteUpload(ctx, s.bucket, upload.Key); err != nil {
			return wrapS3("blob.Sweep", err)
		}
	}
	return nil
}

// wrapS3 turns what a server says into our faults.
func wrapS3(op string, err error) error {
	if err == nil {
		return nil
	}
	response := minio.ToErrorResponse(err)
	switch {
	case response.Code == "XMinioStorageFull", response.Code == "QuotaExceeded", response.StatusCode == http.StatusInsufficientStorage:
		return ErrFull.With(err)
	case response.Code == minio.NoSuchKey:
		return ErrNotExist.With(err)
	case response.StatusCode == http.StatusPreconditionFailed, response.StatusCode == http.StatusConflict:
		return errors.Join(ErrBusy, err)
	}
	return wrap(op, err)
}

// whole returns all of an object.
func (s *S3) whole(ctx context.Context, key string) ([]byte, error) {
	core := minio.Core{Client: s.client}
	body, _, _, err := core.GetObject(ctx, s.bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return nil, wrapS3("blob.Read", err)
	}
	defer body.Close() //nolint:errcheck // read only
	var b bytes.Buffer
	_, err = b.ReadFrom(body)
	return b.Bytes(), wrapS3("blob.Read", err)
}
