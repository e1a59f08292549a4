package backup

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"plenum/internal/fault"
	"plenum/internal/store"
	"plenum/internal/vault"
)

// What is wrong with a backup, in the operator's words.
var (
	ErrDamaged  = fault.New("backup.Restore", fault.Invalid, "backup.damaged", "This is not a backup of Plenum, or it was cut off or changed. Nothing was put in place. Take another copy of it, or an older one.")
	ErrOtherKey = fault.New("backup.Restore", fault.Invalid, "backup.other_key", "The backup was made with another master key than the one that is here, or is none. Nothing was put in place. Put the master key and the key tree in place that were in use when it was made.")
	ErrFormat   = fault.New("backup.Restore", fault.Invalid, "backup.format", "The backup was made by a newer version of Plenum. Nothing was put in place. Restore it with that version or a later one.")
)

// archive is a backup that can be read again and again.
type archive struct {
	plain io.ReaderAt
	size  int64
}

// open proves that the file is whole.
func open(keys *vault.Vault, file io.ReaderAt, size int64) (*archive, error) {
	key := keys.Key(purpose)
	defer key.Close()
	plain, length, err := key.Decrypt(file, size, name)
	if errors.Is(err, vault.ErrOtherKey) {
		return nil, ErrOtherKey.With(err)
	}
	if err != nil {
		return nil, ErrDamaged.With(err)
	}
	return &archive{plain, length}, nil
}

// reader goes through the entries once.
type reader struct {
	ctx     context.Context //nolint:containedctx // of the one call that it lives for
	tar     *tar.Reader
	counted *counter
	report  func(done int64)
	back    *item // to be given again by next
}

// item is one entry, with its name taken apart.
type item struct {
	part string // headEntry, schemaEntry, rowsPrefix, …
	name string // what follows the prefix
	at   int64  // of a piece of a file; −1 if it is gone
	data []byte
}

// counter knows how far a reader is.
type counter struct {
	io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

// pass begins at the first entry.
func (a *archive) pass(ctx context.Context, report func(done int64)) *reader {
	c := &counter{Reader: io.NewSectionReader(a.plain, 0, a.size)}
	return &reader{ctx: ctx, tar: tar.NewReader(c), counted: c, report: report}
}

// next returns an entry, and io.EOF behind the last.
func (r *reader) next() (*item, error) {
	if r.back != nil {
		i := r.back
		r.back = nil
		return i, nil
	}
	if err := r.ctx.Err(); err != nil {
		return nil, err
	}
	header, err := r.tar.Next()
	if errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	if err != nil {
		return nil, ErrDamaged.With(err)
	}
	if header.Size > maxEntry || header.Typeflag != tar.TypeReg {
		return nil, ErrDamaged
	}
	data, err := io.ReadAll(r.tar)
	if err != nil {
		return nil, ErrDamaged.With(err)
	}
	if r.report != nil {
		r.report(r.counted.n)
	}
	return parse(header.Name, data)
}

// parse takes an entry's name apart.
func parse(name string, data []byte) (*item, error) {
	for _, prefix := range []string{rowsPrefix, tlsPrefix, filesPrefix} {
		rest, ok := strings.CutPrefix(name, prefix)
		if !ok {
			continue
		}
		i := &item{part: prefix, name: rest, data: data}
		if prefix == filesPrefix {
			var at string
			i.name, at, _ = strings.Cut(rest, "@")
			i.at = -1
			if at != goneMark {
				var err error
				if i.at, err = strconv.ParseInt(at, 10, 64); err != nil || i.at < 0 {
					return nil, ErrDamaged
				}
			}
		}
		if i.name == "" || !filepath.IsLocal(i.name) {
			return nil, ErrDamaged
		}
		return i, nil
	}
	switch name {
	case headEntry, schemaEntry, endEntry:
		return &item{part: name, data: data}, nil
	}
	return nil, ErrDamaged
}

// contents is what was found in a backup.
type contents struct {
	head   head
	schema store.DumpSchema
	sizes  Sizes
}

// verify reads everything once: each byte is genuine and each entry in its place.
func (a *archive) verify(ctx context.Context, report func(int64)) (contents, error) {
	var c, told contents
	r := a.pass(ctx, report)
	if err := r.json(headEntry, &c.head); err != nil {
		return c, err
	}
	if c.head.Format > format {
		return c, ErrFormat
	}
	if err := r.json(schemaEntry, &c.schema); err != nil {
		return c, err
	}
	c.sizes.Tables = len(c.schema.Tables)
	body := order{sizes: c.sizes, parts: []string{rowsPrefix, tlsPrefix, filesPrefix}}
	for {
		i, err := r.next()
		if err != nil {
			return c, unexpected(err)
		}
		if i.part == endEntry {
			r.back = i
			break
		}
		if !body.take(i) {
			return c, ErrDamaged
		}
	}
	c.sizes = body.sizes.and(body.file)
	if err := r.json(endEntry, &told.sizes); err != nil {
		return c, err
	}
	if _, err := r.next(); !errors.Is(err, io.EOF) {
		return c, errors.Join(ErrDamaged, err)
	}
	if told.sizes != c.sizes {
		return c, ErrDamaged
	}
	return c, nil
}

// order is where one is between schema and end.
type order struct {
	parts []string // that may come yet
	sizes Sizes
	file  Sizes // the one that is being read
}

// take reports whether an entry may come here.
func (o *order) take(i *item) bool {
	for len(o.parts) > 0 && o.parts[0] != i.part {
		o.parts = o.parts[1:]
	}
	switch {
	case len(o.parts) == 0:
		return false
	case i.part == rowsPrefix:
		o.sizes.Database += int64(len(i.data))
	case i.part == filesPrefix && i.at == 0:
		o.sizes, o.file = o.sizes.and(o.file), Sizes{Files: 1, Bytes: int64(len(i.data))}
	case i.part == filesPrefix:
		if o.file.Files == 0 || i.at > 0 && i.at != o.file.Bytes {
			return false
		}
		o.file.Bytes += int64(len(i.data))
		if i.at < 0 {
			o.file = Sizes{}
		}
	}
	return true
}

// and adds a file.
func (s Sizes) and(file Sizes) Sizes {
	s.Files += file.Files
	s.Bytes += file.Bytes
	return s
}

// json reads the next entry, which must be that one.
func (r *reader) json(name string, v any) error {
	i, err := r.next()
	if err != nil {
		return unexpected(err)
	}
	if i.part != name {
		return ErrDamaged
	}
	if err := json.Unmarshal(i.data, v); err != nil {
		return ErrDamaged.With(err)
	}
	return nil
}

// unexpected is for an end before the end.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return ErrDamaged.With(err)
	}
	return err
}
