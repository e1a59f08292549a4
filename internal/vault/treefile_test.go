package vault_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"plenum/internal/fault"
	"plenum/internal/vault"
)

// at opens the vault in a file, as another program would.
func at(t testing.TB, path string) *vault.Vault {
	t.Helper()
	v, err := vault.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func owner(number uint32) string { return "recording " + strconv.Itoa(int(number)) }

// made wraps a key for each number below n.
func made(t testing.TB, v *vault.Vault, n uint32) [][]byte {
	t.Helper()
	wrapped := make([][]byte, n)
	for i := range n {
		_, wrapped[i] = newKey(t, v, owner(i), i)
	}
	return wrapped
}

// mustOpen and mustNot say what becomes of the key of a number.
func mustOpen(t testing.TB, v *vault.Vault, wrapped [][]byte, numbers ...uint32) {
	t.Helper()
	for _, n := range numbers {
		if _, err := v.Unwrap(owner(n), wrapped[n]); err != nil {
			t.Errorf("%d: %v", n, err)
		}
	}
}

func mustNot(t testing.TB, v *vault.Vault, wrapped [][]byte, want error, numbers ...uint32) {
	t.Helper()
	for _, n := range numbers {
		if k, err := v.Unwrap(owner(n), wrapped[n]); k != nil || !errors.Is(err, want) {
			t.Errorf("%d: %v", n, err)
		}
	}
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDestroyedKeysAreGone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	v := at(t, path)
	wrapped := made(t, v, 10)
	k, err := v.Unwrap(owner(3), wrapped[3])
	if err != nil {
		t.Fatal(err)
	}
	film := encrypt(t, k, []byte("canary"))
	other := at(t, path) // of another program, which has read the tree
	mustOpen(t, other, wrapped, 0, 5, 9)
	before, err := os.Open(path + ".tree")
	if err != nil {
		t.Fatal(err)
	}
	defer before.Close()

	if err := v.Destroy(5, 9, 5); err != nil {
		t.Fatal(err)
	}
	for _, v := range []*vault.Vault{v, other, at(t, path)} {
		mustOpen(t, v, wrapped, 0, 1, 2, 3, 4, 6, 7, 8)
		mustNot(t, v, wrapped, vault.ErrDestroyed, 5, 9)
		if _, _, err := v.NewKey("another", 5); !errors.Is(err, vault.ErrDestroyed) {
			t.Errorf("a destroyed number is given out: %v", err)
		}
		for from, want := range map[uint32]uint32{4: 4, 5: 6, 9: 10} {
			if got, err := v.Living(from); err != nil || got != want {
				t.Errorf("from %d: %d, %v", from, got, err)
			}
		}
		again, err := v.Unwrap(owner(3), wrapped[3])
		if err != nil {
			t.Fatal(err)
		}
		r, n, err := again.Decrypt(bytes.NewReader(film), int64(len(film)), "film")
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := io.ReadAll(io.NewSectionReader(r, 0, n)); err != nil || string(plain) != "canary" {
			t.Errorf("%q, %v", plain, err)
		}
	}

	if old, err := io.ReadAll(before); err != nil || len(old) == 0 || !bytes.Equal(old, make([]byte, len(old))) {
		t.Errorf("the bytes of the old tree are there still: %x, %v", old, err)
	}
	unchanged := read(t, path+".tree")
	if err := other.Destroy(9, 5); err != nil {
		t.Errorf("a second time: %v", err)
	}
	if !bytes.Equal(unchanged, read(t, path+".tree")) {
		t.Error("a second time writes the tree again")
	}
	if err := other.Destroy(0, 1<<32-1); err != nil {
		t.Fatal(err)
	}
	mustNot(t, v, wrapped, vault.ErrDestroyed, 0, 5, 9)
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(files) != 2 {
		t.Errorf("left behind: %v, %v", files, err)
	}
	if info, err := os.Stat(path + ".tree"); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// What a wrapped key says of its number counts only for its owner: nobody makes a
// key look destroyed by changing what is kept of it.
func TestDamageIsNotDestruction(t *testing.T) {
	v := open(t)
	wrapped := made(t, v, 2)
	if err := v.Destroy(0); err != nil {
		t.Fatal(err)
	}
	for i := range wrapped[1] {
		changed := bytes.Clone(wrapped[1])
		changed[i] ^= 1
		if _, err := v.Unwrap(owner(1), changed); !errors.Is(err, vault.ErrSealed) {
			t.Fatalf("byte %d: %v", i, err)
		}
	}
	if _, err := v.Unwrap(owner(1), wrapped[0]); !errors.Is(err, vault.ErrSealed) {
		t.Errorf("another's: %v", err)
	}
}

// Without, or with the wrong, key files.
func TestKeyFilesOutOfPlace(t *testing.T) {
	type place struct {
		path         string
		wrapped      [][]byte
		master, tree []byte // before 1 was destroyed
	}
	for name, test := range map[string]struct {
		change func(t *testing.T, p place)
		check  func(t *testing.T, p place)
	}{
		"an old copy of both opens what was destroyed since": {
			func(t *testing.T, p place) { write(t, p.path+".tree", p.tree) },
			func(t *testing.T, p place) { mustOpen(t, at(t, p.path), p.wrapped, 0, 1, 2) },
		},
		"the tree is missing": {
			func(t *testing.T, p place) { os.Remove(p.path + ".tree") },
			func(t *testing.T, p place) {
				v := at(t, p.path)
				mustNot(t, v, p.wrapped, vault.ErrNoTree, 0, 1)
				if _, _, err := v.NewKey("x", 7); !errors.Is(err, vault.ErrNoTree) {
					t.Error(err)
				}
				if err := v.Destroy(0); !errors.Is(err, vault.ErrNoTree) {
					t.Error(err)
				}
				says(t, v.Prepare(true), "key.tree_missing", p.path+".tree is missing, and there are recordings")
				if _, err := os.Stat(p.path + ".tree"); err == nil {
					t.Error("a fresh tree took the place of a lost one")
				}
				if err := v.Prepare(false); err != nil { // the recordings were given up
					t.Fatal(err)
				}
				newKey(t, v, "x", 7)
				mustNot(t, v, p.wrapped, vault.ErrOtherTree, 0, 1, 2)
				write(t, p.path+".tree", p.tree)
				mustOpen(t, v, p.wrapped, 0)
			},
		},
		"the master key is missing": {
			func(t *testing.T, p place) { os.Remove(p.path) },
			func(t *testing.T, p place) {
				_, err := vault.Open(p.path)
				says(t, err, "key.unusable", p.path+" is missing, but its key tree")
				if _, err := os.Stat(p.path); err == nil {
					t.Error("a fresh master key took the place of a lost one")
				}
			},
		},
		"the tree of another master key": {
			func(t *testing.T, p place) {
				other := filepath.Join(t.TempDir(), "key")
				at(t, other)
				write(t, p.path+".tree", read(t, other+".tree"))
			},
			func(t *testing.T, p place) {
				v := at(t, p.path)
				_, err := v.Unwrap(owner(0), p.wrapped[0])
				says(t, err, "key.unusable", "is damaged, or belongs to another master key")
				says(t, v.Prepare(true), "key.unusable", "is damaged")
				says(t, v.Prepare(false), "key.unusable", "is damaged")
				says(t, v.Destroy(0), "key.unusable", "is damaged")
			},
		},
		"others may read the tree": {
			func(t *testing.T, p place) { os.Chmod(p.path+".tree", 0o640) },
			func(t *testing.T, p place) { says(t, at(t, p.path).Prepare(true), "key.unusable", "chmod 600") },
		},
		"damaged": {
			func(*testing.T, place) {},
			func(t *testing.T, p place) {
				sound := read(t, p.path+".tree")
				for i := range sound {
					changed := bytes.Clone(sound)
					changed[i] ^= 0x80
					for _, b := range [][]byte{changed, sound[:i]} {
						write(t, p.path+".tree", b)
						says(t, at(t, p.path).Prepare(true), "key.unusable", "is damaged")
					}
				}
				write(t, p.path+".tree", append(sound, 0))
				says(t, at(t, p.path).Prepare(true), "key.unusable", "is damaged")
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := place{path: filepath.Join(t.TempDir(), "key")}
			v := at(t, p.path)
			p.wrapped = made(t, v, 3)
			p.master, p.tree = read(t, p.path), read(t, p.path+".tree")
			if bytes.Contains(p.tree, p.master) {
				t.Error("the tree tells the master key")
			}
			if err := v.Destroy(1); err != nil {
				t.Fatal(err)
			}
			test.change(t, p)
			test.check(t, p)
		})
	}
}

func says(t testing.TB, err error, code, text string) {
	t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code != code || !strings.Contains(f.Text, text) {
		t.Errorf("got %v, want %s: %q", err, code, text)
	}
}

func TestReadOnlyKeys(t *testing.T) {
	dir := t.TempDir()
	if os.Getuid() == 0 { // whom no mode keeps from writing
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	}
	path := filepath.Join(dir, "key")
	v := at(t, path)
	wrapped := made(t, v, 2)
	if err := v.Destroy(0); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
			t.Fatal(err)
		}
	} else if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if err := v.Destroy(1); !errors.Is(err, vault.ErrReadOnly) {
		t.Errorf("%v", err)
	}
	if err := v.Destroy(0); err != nil {
		t.Errorf("what is destroyed already: %v", err)
	}
	for _, v := range []*vault.Vault{v, at(t, path)} {
		if err := v.Prepare(true); err != nil {
			t.Error(err)
		}
		mustOpen(t, v, wrapped, 1)
		mustNot(t, v, wrapped, vault.ErrDestroyed, 0)
	}
}

// A crash at each step of rewriting, put there by hand: see the steps in treefile.go.
func TestCrashWhileRewriting(t *testing.T) {
	base := t.TempDir()
	path := filepath.Join(base, "key")
	v := at(t, path)
	wrapped := made(t, v, 3)
	if err := v.Destroy(0); err != nil {
		t.Fatal(err)
	}
	master, older := read(t, path), read(t, path+".tree")
	if err := v.Destroy(1); err != nil {
		t.Fatal(err)
	}
	newer := read(t, path+".tree")

	for name, put := range map[string]func(t *testing.T, tree string) (destroyed bool){
		"new begun": func(t *testing.T, tree string) bool { write(t, tree, older); write(t, tree+".new", nil); return false },
		"new half": func(t *testing.T, tree string) bool {
			write(t, tree, older)
			write(t, tree+".new", newer[:40])
			return false
		},
		"new written": func(t *testing.T, tree string) bool {
			write(t, tree, older)
			write(t, tree+".new", newer)
			return false
		},
		"old has two names": func(t *testing.T, tree string) bool {
			write(t, tree, older)
			write(t, tree+".new", newer)
			if err := os.Link(tree, tree+".old"); err != nil {
				t.Fatal(err)
			}
			return false
		},
		"renamed": func(t *testing.T, tree string) bool { write(t, tree, newer); write(t, tree+".old", older); return true },
		"half overwritten": func(t *testing.T, tree string) bool {
			write(t, tree, newer)
			write(t, tree+".old", append(make([]byte, 30), older[30:]...))
			return true
		},
		"overwritten": func(t *testing.T, tree string) bool {
			write(t, tree, newer)
			write(t, tree+".old", make([]byte, len(older)))
			return true
		},
	} {
		for who, next := range map[string]func(v *vault.Vault) error{
			"start":   func(v *vault.Vault) error { return v.Prepare(true) },
			"destroy": func(v *vault.Vault) error { return v.Destroy(0) },
		} {
			t.Run(name+", then "+who, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "key")
				write(t, path, master)
				destroyed := put(t, path+".tree")
				check := func() {
					t.Helper()
					v := at(t, path)
					mustOpen(t, v, wrapped, 2)
					mustNot(t, v, wrapped, vault.ErrDestroyed, 0)
					if destroyed {
						mustNot(t, v, wrapped, vault.ErrDestroyed, 1)
					} else {
						mustOpen(t, v, wrapped, 1)
					}
				}
				check()
				if err := next(at(t, path)); err != nil {
					t.Fatal(err)
				}
				check()
				if files, err := os.ReadDir(filepath.Dir(path)); err != nil || len(files) != 2 {
					t.Errorf("left behind: %v, %v", files, err)
				}
			})
		}
	}
}

// TestKilledWhileDestroying kills a program that destroys one key after the other.
func TestKilledWhileDestroying(t *testing.T) {
	const marker, numbers = "PLENUM_TEST_DESTROY_IN", 3000
	if path := os.Getenv(marker); path != "" {
		v := at(t, path)
		for n := range uint32(numbers) {
			if err := v.Destroy(n); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(os.Stdout, n)
		}
		return
	}
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	v := at(t, path)
	wrapped := made(t, v, numbers)
	told := -1
	for range 20 {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledWhileDestroying$") //nolint:gosec // this test
		child.Env = append(os.Environ(), marker+"="+path)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		// It is killed a random while after it told a random number.
		wait, lines := rand.IntN(40), bufio.NewScanner(out)
		for i := 0; lines.Scan(); i++ {
			n, err := strconv.Atoi(lines.Text())
			if err != nil {
				break // all are destroyed
			}
			told = max(told, n)
			if i == wait {
				time.AfterFunc(time.Duration(rand.Int64N(int64(3*time.Millisecond))), func() { child.Process.Kill() })
			}
		}
		child.Wait() //nolint:errcheck // it was killed
		for n := range uint32(told + 1) {
			mustNot(t, v, wrapped, vault.ErrDestroyed, n)
		}
		for n := uint32(told + 2); n < numbers; n += 97 {
			mustOpen(t, v, wrapped, n)
		}
		if t.Failed() {
			return
		}
	}
	if told < 20 {
		t.Errorf("only %d were destroyed", told)
	}
	if err := v.Prepare(true); err != nil {
		t.Fatal(err)
	}
	if files, err := os.ReadDir(filepath.Dir(path)); err != nil || len(files) != 2 {
		t.Errorf("left behind: %v, %v", files, err)
	}
}

// Many programs and many goroutines at once lose nothing that another destroyed.
func TestDestroyingAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	const programs, each = 4, 25
	first := at(t, path)
	wrapped := made(t, first, programs*each+1)
	var wg sync.WaitGroup
	for p := range uint32(programs) {
		v := first
		if p > 1 {
			v = at(t, path)
		}
		wg.Go(func() {
			for i := range uint32(each) {
				n := i*programs + p
				if err := v.Destroy(n); err != nil {
					t.Error(err)
				}
				mustNot(t, v, wrapped, vault.ErrDestroyed, n)
				mustOpen(t, v, wrapped, programs*each)
			}
		})
	}
	wg.Wait()
	for n := range uint32(programs * each) {
		mustNot(t, at(t, path), wrapped, vault.ErrDestroyed, n)
	}
}
