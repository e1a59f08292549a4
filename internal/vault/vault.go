// Package vault holds the master key, from which every other key is derived or
// with which it is wrapped. Nothing else reads the key file.
package vault

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"plenum/internal/fault"
)

// KeySize is the size of the master key and of derived keys in bytes.
const KeySize = 32

// Vault is an opened master key.
type Vault struct {
	master [KeySize]byte
	tree   treeFile
}

// DefaultPath is where the master key lies when nothing else is configured:
// beside the data directory and not in it, so that a copy of the data is not
// also a copy of the key.
func DefaultPath(dataDir string) string {
	return filepath.Clean(dataDir) + ".master-key"
}

// TreePath is where the key tree of a master key lies.
func TreePath(master string) string { return master + treeSuffix }

// Open reads the master key at path. On the first start it makes it, and then the
// key tree: a tree without a master key is one whose master key was lost.
func Open(path string) (*Vault, error) {
	_, noTree := os.Lstat(TreePath(path))
	v, err := read(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return v, err
	}
	if noTree == nil {
		return nil, faultAt(path, "is missing, but its key tree "+TreePath(path)+" is there. Put the right master key back; without it nothing encrypted can be read", nil)
	}
	if err := create(path); err != nil {
		return nil, faultAt(path, "cannot be created. Check that the directory exists and may be written", err)
	}
	if v, err = read(path); err != nil {
		return nil, err
	}
	return v, v.Prepare(false)
}

// Derive returns the key for one purpose (HKDF-SHA256, RFC 5869). The same
// purpose always gives the same key; knowing it tells nothing about the others.
func (v *Vault) Derive(purpose string) [KeySize]byte {
	key, err := hkdf.Key(sha256.New, v.master[:], nil, "plenum/v1/"+purpose, KeySize)
	if err != nil {
		panic("vault: HKDF refused a fixed length: " + err.Error()) // only for more than 255 × 32 bytes
	}
	return [KeySize]byte(key)
}

func read(path string) (*Vault, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, faultAt(path, "cannot be read by this user", err)
	}
	defer f.Close() //nolint:errcheck // read only
	info, err := f.Stat()
	if err != nil {
		return nil, faultAt(path, "cannot be read", err)
	}
	if !info.Mode().IsRegular() {
		return nil, faultAt(path, "is not a file", nil)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, faultAt(path, fmt.Sprintf("may be read by others (mode %04o). Run: chmod 600 %s", mode, path), nil)
	}
	if info.Size() != KeySize {
		return nil, faultAt(path, fmt.Sprintf("has %d bytes instead of %d: it is damaged or something else. Put the right file back; without it nothing encrypted can be read", info.Size(), KeySize), nil)
	}
	v := &Vault{}
	if _, err := io.ReadFull(f, v.master[:]); err != nil {
		return nil, faultAt(path, "cannot be read", err)
	}
	v.tree.path, v.tree.master, v.tree.sealer = TreePath(path), path, v.Sealer(treePurpose)
	return v, nil
}

// create writes a fresh key completely before it gets its name, and lets the
// first of two programs that start at once win.
func create(path string) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".master-key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) //nolint:errcheck // a stray temporary name does no harm
	var key [KeySize]byte
	rand.Read(key[:]) //nolint:errcheck // crypto/rand.Read never fails since Go 1.24.
	_, err = temp.Write(key[:])
	if err := errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	if err := os.Link(temp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes the new name survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func faultAt(path, problem string, cause error) error {
	return &fault.Error{
		Op:    "vault.Open",
		Kind:  fault.Unavailable,
		Code:  "key.unusable",
		Text:  "The master key " + path + " " + problem + ".",
		Cause: cause,
	}
}
