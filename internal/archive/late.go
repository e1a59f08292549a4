package archive

import (
	"context"
	"iter"
	"sync"

	"plenum/internal/blob"
)

// Late returns a store that is opened when it is first used, and tried again with
// each use until it opens: a place that is missing, or not there yet, keeps a server
// from recording and from nothing else.
func Late(open func(context.Context) (blob.Store, error)) blob.Store { return &late{open: open} }

type late struct {
	open func(context.Context) (blob.Store, error)

	mu    sync.Mutex
	store blob.Store // guarded by mu; nil until it opened
}

func (l *late) get(ctx context.Context) (blob.Store, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.store == nil {
		store, err := l.open(ctx)
		if err != nil {
			return nil, ErrFiles.With(err)
		}
		l.store = store
	}
	return l.store, nil
}

func (l *late) Create(ctx context.Context, name string) (blob.Writer, error) {
	s, err := l.get(ctx)
	if err != nil {
		return nil, err
	}
	return s.Create(ctx, name)
}

func (l *late) Append(ctx context.Context, name string) (blob.Log, error) {
	s, err := l.get(ctx)
	if err != nil {
		return nil, err
	}
	return s.Append(ctx, name)
}

func (l *late) Open(ctx context.Context, name string) (blob.File, error) {
	s, err := l.get(ctx)
	if err != nil {
		return nil, err
	}
	return s.Open(ctx, name)
}

func (l *late) Stat(ctx context.Context, name string) (blob.Info, error) {
	s, err := l.get(ctx)
	if err != nil {
		return blob.Info{}, err
	}
	return s.Stat(ctx, name)
}

func (l *late) List(ctx context.Context, folder string) iter.Seq2[blob.Info, error] {
	s, err := l.get(ctx)
	if err != nil {
		return func(yield func(blob.Info, error) bool) { yield(blob.Info{}, err) }
	}
	return s.List(ctx, folder)
}

func (l *late) Delete(ctx context.Context, name string) error {
	s, err := l.get(ctx)
	if err != nil {
		return err
	}
	return s.Delete(ctx, name)
}

func (l *late) Reserve(ctx context.Context, size int64) (blob.Reserve, error) {
	s, err := l.get(ctx)
	if err != nil {
		return nil, err
	}
	return s.Reserve(ctx, size)
}

func (l *late) Sweep(ctx context.Context) error {
	s, err := l.get(ctx)
	if err != nil {
		return err
	}
	return s.Sweep(ctx)
}
