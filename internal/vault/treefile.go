package vault

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"plenum/internal/fault"
)

// The key tree's file, beside the master key. It is sealed with a derivative of the
// master key, and replaced as a whole whenever something is destroyed:
//
//	1  the new tree is written to .tree.new, and is on the disk
//	2  the old one gets a second name, .tree.old
//	3  .tree.new becomes .tree
//	4  .tree.old is overwritten and removed
//
// Whatever moment ends this, .tree is a whole tree; what is left is removed by the
// next who writes.
const (
	treeSuffix = ".tree"
	newSuffix  = ".new"
	oldSuffix  = ".old"
)

const (
	// treeMagic begins the file.
	treeMagic = "plenum key tree 1\n"
	// treePurpose is that of the master key's derivative that seals the file.
	treePurpose = "key/tree"
	// maxTreeFile bounds what is read: seven million nodes of 37 bytes, of which a
	// server with 100,000 recordings deleted at random has at most 40,000.
	maxTreeFile = 256 << 20
)

// The faults of the key tree.
var (
	// ErrDestroyed is for a key that was destroyed, and what was encrypted with it.
	ErrDestroyed = fault.New("vault.Key", fault.NotFound, "key.destroyed", "This was deleted, and its key destroyed. Nothing can read it any more.")
	// ErrNoTree is for keys on a server whose key tree is missing.
	ErrNoTree = fault.New("vault.Tree", fault.Unavailable, "key.tree_missing", "The key tree, a file beside the master key, is missing. Without it no recording can be read or made. Put it back from where its copy is kept.")
	// ErrOtherTree is for a key that was made when another key tree was there.
	ErrOtherTree = fault.New("vault.Key", fault.Unavailable, "key.tree_foreign", "This was encrypted with another key tree than the one beside the master key. Put that one back from where its copy is kept.")
	// ErrReadOnly is for keys that cannot be destroyed where they lie.
	ErrReadOnly = fault.New("vault.Destroy", fault.Unavailable, "key.readonly", "The key cannot be destroyed: the place of the key tree, beside the master key, cannot be written to.")
)

// treeFile is the tree as it was last read.
type treeFile struct {
	path   string // of the tree
	master string // path of the master key, whose file is the lock of all programs
	sealer *Sealer

	mu   sync.Mutex
	tree *tree       // guarded by mu, as are the others
	file *os.File    // what tree was read from; held open so that no other file gets its number
	info fs.FileInfo // of file when it was read
}

// Prepare makes the key tree if there is none, unless keys were made already: those
// would be lost with it. It is to be called before keys are used, with whether the
// database knows any. It also finishes what a crash left.
func (v *Vault) Prepare(hasKeys bool) error {
	return v.tree.prepare(hasKeys)
}

// Destroy forgets the keys of numbers for good, in copies of the database too. When
// it returns nil the disk has no key to them any more. Numbers that were destroyed
// already are no fault.
func (v *Vault) Destroy(numbers ...uint32) error {
	return v.tree.destroy(numbers)
}

// Living returns the first number from there on that is not destroyed. A database
// that was put back may count from one that is.
func (v *Vault) Living(from uint32) (uint32, error) {
	t, unlock, err := v.tree.current()
	if err != nil {
		return 0, err
	}
	defer unlock()
	number, ok := t.living(from)
	if !ok {
		return 0, ErrDestroyed
	}
	return number, nil
}

// current returns the tree as it is on the disk now, to be used until unlock.
func (f *treeFile) current() (_ *tree, unlock func(), err error) {
	f.mu.Lock()
	if err := f.load(); err != nil {
		f.mu.Unlock()
		return nil, nil, err
	}
	return f.tree, f.mu.Unlock, nil
}

// load reads the file unless it is the one read before. f.mu is held.
func (f *treeFile) load() error {
	if f.file != nil {
		now, err := os.Stat(f.path)
		if err == nil && os.SameFile(now, f.info) && now.ModTime().Equal(f.info.ModTime()) && now.Size() == f.info.Size() {
			return nil
		}
	}
	unlock, err := f.lock(syscall.LOCK_SH) // nobody overwrites it meanwhile
	if err != nil {
		return err
	}
	defer unlock()
	return f.read()
}

// read reads the file. f.mu and the lock are held.
func (f *treeFile) read() error {
	f.forget()
	file, err := os.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNoTree.With(err)
	}
	if err != nil {
		return f.fault("cannot be read by this user", err)
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(f.fault("cannot be read", err), file.Close())
	}
	t, err := f.decode(file, info)
	if err != nil {
		return errors.Join(err, file.Close())
	}
	f.tree, f.file, f.info = t, file, info
	return nil
}

// forget puts away what was read.
func (f *treeFile) forget() {
	if f.file == nil {
		return
	}
	f.tree.wipe()
	f.file.Close() //nolint:errcheck // read only
	f.tree, f.file, f.info = nil, nil, nil
}

func (f *treeFile) decode(file io.Reader, info fs.FileInfo) (*tree, error) {
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, f.fault(fmt.Sprintf("may be read by others (mode %04o). Run: chmod 600 %s", mode, f.path), nil)
	}
	b, err := io.ReadAll(io.LimitReader(file, maxTreeFile+1))
	if err != nil {
		return nil, f.fault("cannot be read", err)
	}
	const damaged = "is damaged, or belongs to another master key. Put back the two files from the same copy; without them no recording can be read"
	if len(b) > maxTreeFile || len(b) < len(treeMagic) || string(b[:len(treeMagic)]) != treeMagic {
		return nil, f.fault(damaged, nil)
	}
	plain, err := f.sealer.Open(b[len(treeMagic):], treeMagic)
	if err != nil {
		return nil, f.fault(damaged, err)
	}
	defer clear(plain)
	t, err := decodeTree(plain)
	if err != nil {
		return nil, f.fault(damaged, err)
	}
	return t, nil
}

func (f *treeFile) prepare(hasKeys bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	unlock, err := f.lock(syscall.LOCK_EX)
	if err != nil {
		return err
	}
	defer unlock()
	err = f.read()
	switch {
	case err == nil:
		return f.clean()
	case !errors.Is(err, ErrNoTree):
		return err
	case hasKeys:
		missing := ErrNoTree.With(err)
		missing.Text = "The key tree " + f.path + " is missing, and there are recordings that only it opens. Put it back from where you keep its copy. " +
			"If there is no copy, those recordings are lost: delete them, and a new tree is made."
		return missing
	}
	t := newTree()
	defer t.wipe()
	if err := errors.Join(f.clean(), f.write(t)); err != nil {
		return f.fault("cannot be created. Check that the directory may be written", err)
	}
	return f.read()
}

func (f *treeFile) destroy(numbers []uint32) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	unlock, err := f.lock(syscall.LOCK_EX)
	if err != nil {
		return err
	}
	defer unlock()
	if err := f.read(); err != nil {
		return err
	}
	if err := f.clean(); err != nil {
		return f.unwritten(err)
	}
	numbers = slices.Compact(slices.Sorted(slices.Values(numbers)))
	numbers = slices.DeleteFunc(numbers, func(n uint32) bool { _, ok := f.tree.above(n); return !ok })
	if len(numbers) == 0 {
		return nil
	}
	t := f.tree.without(numbers)
	defer t.wipe()
	if err := f.write(t); err != nil {
		return f.unwritten(err)
	}
	return f.read()
}

// write replaces the file. The exclusive lock is held.
func (f *treeFile) write(t *tree) error {
	plain := t.encode()
	defer clear(plain)
	file, err := os.OpenFile(f.path+newSuffix, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append([]byte(treeMagic), f.sealer.Seal(plain, treeMagic)...))
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(f.path+newSuffix))
	}
	if err := os.Link(f.path, f.path+oldSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(f.path+newSuffix, f.path); err != nil {
		return err
	}
	if err := syncDir(filepath.Dir(f.path)); err != nil {
		return err
	}
	return f.clean()
}

// clean removes what a rewriting left, finished or not. The exclusive lock is held.
func (f *treeFile) clean() error {
	tree, err := os.Stat(f.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var removed bool
	for _, name := range []string{f.path + newSuffix, f.path + oldSuffix} {
		left, err := os.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if !removed { // the tree in use may not be on the disk yet under its name
			if err := syncDir(filepath.Dir(f.path)); err != nil {
				return err
			}
		}
		if tree == nil || !os.SameFile(tree, left) {
			if err := overwrite(name, left.Size()); err != nil {
				return err
			}
		}
		if err := os.Remove(name); err != nil {
			return err
		}
		removed = true
	}
	if !removed {
		return nil
	}
	return syncDir(filepath.Dir(f.path))
}

// overwrite puts zeros in the place of a file's bytes.
func overwrite(name string, size int64) error {
	file, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = io.CopyN(file, zeros{}, size)
	return errors.Join(err, file.Sync(), file.Close())
}

// zeros is an endless source of them.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// lock keeps other programs from writing, or with LOCK_EX from reading too. It is
// on the master key's file, which is never replaced.
func (f *treeFile) lock(how int) (unlock func(), err error) {
	file, err := os.Open(f.master)
	if err != nil {
		return nil, faultAt(f.master, "cannot be read any more", err)
	}
	for {
		err = syscall.Flock(int(file.Fd()), how) //nolint:gosec // descriptors are small
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(faultAt(f.master, "cannot be locked where it lies", err), file.Close())
	}
	return func() { file.Close() }, nil //nolint:errcheck // closing gives the lock back in any case
}

// fault is for what is wrong with the file.
func (f *treeFile) fault(problem string, cause error) error {
	return &fault.Error{Op: "vault.Tree", Kind: fault.Unavailable, Code: "key.unusable", Text: "The key tree " + f.path + " " + problem + ".", Cause: cause}
}

// unwritten explains why the file could not be replaced.
func (f *treeFile) unwritten(err error) error {
	switch {
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return ErrReadOnly.With(err)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &fault.Error{Op: "vault.Destroy", Kind: fault.Unavailable, Code: "disk.full", Text: "There is no space left where the key tree " + f.path + " lies. Free some space; nothing was lost.", Cause: err}
	}
	return fault.Wrap("vault.Destroy", err)
}
