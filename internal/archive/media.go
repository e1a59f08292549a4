package archive

import (
	"context"
	"io"
	"slices"
	"sync"

	"plenum/internal/blob"
	"plenum/internal/id"
	"plenum/internal/recording"
)

// media is a file of a recording, open to be read. It ends when the file does.
type media struct {
	archive   *Archive
	recording id.Recording
	asset     id.Asset
	plain     io.ReaderAt
	size      int64

	reading sync.RWMutex
	file    blob.File // guarded by reading; nil once closed
}

// Open implements api.Recordings.
func (a *Archive) Open(ctx context.Context, r id.Recording, asset id.Asset) (recording.Media, error) {
	s, err := a.holding(ctx, r, asset)
	if err != nil {
		return nil, err
	}
	m, err := a.openMedia(ctx, s.Recording, asset)
	if err != nil {
		return nil, gone(err)
	}
	a.mu.Lock()
	if a.open[r] == nil {
		a.open[r] = map[*media]struct{}{}
	}
	a.open[r][m] = struct{}{}
	a.mu.Unlock()
	// Whoever deleted it before it stood in the list did not find it there.
	if _, err := a.holding(ctx, r, asset); err != nil {
		m.Close() //nolint:errcheck // nothing was read
		return nil, err
	}
	return m, nil
}

// holding returns a recording that has a file.
func (a *Archive) holding(ctx context.Context, r id.Recording, asset id.Asset) (recording.Sealed, error) {
	s, err := a.store.Recording(ctx, r)
	if err == nil && !slices.ContainsFunc(s.Files, func(f recording.SealedAsset) bool { return f.ID == asset }) {
		err = recording.ErrNotFound
	}
	return s, err
}

func (a *Archive) openMedia(ctx context.Context, r recording.Recording, asset id.Asset) (*media, error) {
	key, err := a.key(r)
	if err != nil {
		return nil, err
	}
	defer key.Close()
	name := assetName(r.ID, asset)
	file, err := a.files.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	plain, size, err := key.Decrypt(file, file.Size(), name)
	if err != nil {
		file.Close() //nolint:errcheck // nothing was read
		return nil, err
	}
	return &media{archive: a, recording: r.ID, asset: asset, plain: plain, size: size, file: file}, nil
}

// Size implements recording.Media.
func (m *media) Size() int64 { return m.size }

// ReadAt implements recording.Media. Of what was deleted it gives nothing any more.
func (m *media) ReadAt(p []byte, off int64) (int, error) {
	m.reading.RLock()
	defer m.reading.RUnlock()
	if m.file == nil {
		return 0, recording.ErrNotFound
	}
	return m.plain.ReadAt(p, off)
}

// Close implements recording.Media.
func (m *media) Close() error {
	m.archive.mu.Lock()
	delete(m.archive.open[m.recording], m)
	if len(m.archive.open[m.recording]) == 0 {
		delete(m.archive.open, m.recording)
	}
	m.archive.mu.Unlock()
	return m.end()
}

func (m *media) end() error {
	m.reading.Lock()
	defer m.reading.Unlock()
	if m.file == nil {
		return nil
	}
	file := m.file
	m.file = nil
	return file.Close()
}

// shut ends the readers of files; of all of a recording when none is named.
func (a *Archive) shut(r id.Recording, assets ...id.Asset) {
	a.mu.Lock()
	var those []*media
	for m := range a.open[r] {
		if len(assets) == 0 || slices.Contains(assets, m.asset) {
			those = append(those, m)
		}
	}
	a.mu.Unlock()
	for _, m := range those {
		if err := m.end(); err != nil {
			a.log.Warn("a file of a recording was not closed", "recording", r, "error", err)
		}
	}
}
