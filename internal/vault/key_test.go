package vault_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math"
	mathrand "math/rand/v2"
	"path/filepath"
	"sync"
	"testing"

	"plenum/internal/vault"
)

func open(t testing.TB) *vault.Vault {
	t.Helper()
	v, err := vault.Open(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func newKey(t testing.TB, v *vault.Vault, owner string, number uint32) (*vault.Key, []byte) {
	t.Helper()
	k, wrapped, err := v.NewKey(owner, number)
	if err != nil {
		t.Fatal(err)
	}
	return k, wrapped
}

func encrypt(t testing.TB, k *vault.Key, plain []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := k.Encrypt(&b, "film")
	if err == nil {
		_, err = w.Write(plain)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// entropy is in bits a byte (Shannon); 8 is random.
func entropy(b []byte) (bits float64) {
	var counts [256]float64
	for _, c := range b {
		counts[c]++
	}
	for _, n := range counts {
		if n > 0 {
			p := n / float64(len(b))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}

func TestKeyComesBackForItsOwnerOnly(t *testing.T) {
	v := open(t)
	k, wrapped := newKey(t, v, "ann", 1)
	sealed := encrypt(t, k, []byte("canary"))
	again, err := v.Unwrap("ann", wrapped)
	if err != nil {
		t.Fatal(err)
	}
	plain, n, err := again.Decrypt(bytes.NewReader(sealed), int64(len(sealed)), "film")
	if err != nil || n != 6 {
		t.Fatalf("%d %v", n, err)
	}
	if got, err := io.ReadAll(io.NewSectionReader(plain, 0, n)); err != nil || string(got) != "canary" {
		t.Errorf("%q %v", got, err)
	}
	changed := bytes.Clone(wrapped)
	changed[len(changed)/2] ^= 1
	for name, f := range map[string]func() (*vault.Key, error){
		"another owner":  func() (*vault.Key, error) { return v.Unwrap("bob", wrapped) },
		"another master": func() (*vault.Key, error) { return open(t).Unwrap("ann", wrapped) },
		"changed":        func() (*vault.Key, error) { return v.Unwrap("ann", changed) },
		"cut":            func() (*vault.Key, error) { return v.Unwrap("ann", wrapped[:20]) },
		"empty":          func() (*vault.Key, error) { return v.Unwrap("ann", nil) },
		"other secret":   func() (*vault.Key, error) { return v.Unwrap("ann", v.Sealer("provider").Seal(make([]byte, 32), "ann")) },
	} {
		if got, err := f(); got != nil || !errors.Is(err, vault.ErrSealed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if fmt.Sprintf("%v %+v %#v %s", k, k, k, k) == "" || bytes.Contains([]byte(fmt.Sprintf("%v %+v %s", k, k, k)), []byte("secret")) {
		t.Error("a key prints itself")
	}
}

func TestAnyPlaceOfAFile(t *testing.T) {
	k, _ := newKey(t, open(t), "ann", 1)
	for _, size := range []int{0, 1, 65535, 65536, 65537, 131072, 300_001} {
		want := make([]byte, size)
		rand.Read(want)
		sealed := encrypt(t, k, want)
		r, n, err := k.Decrypt(bytes.NewReader(sealed), int64(len(sealed)), "film")
		if err != nil || n != int64(size) {
			t.Fatalf("%d bytes: %d, %v", size, n, err)
		}
		if got, err := io.ReadAll(io.NewSectionReader(r, 0, n)); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes in order: %v", size, err)
		}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 50 {
					from := mathrand.IntN(size + 1)
					to := from + mathrand.IntN(size+1-from)
					got := make([]byte, to-from)
					if _, err := r.ReadAt(got, int64(from)); err != nil && err != io.EOF || !bytes.Equal(got, want[from:to]) {
						t.Errorf("%d bytes, %d to %d: %v", size, from, to, err)
					}
				}
			})
		}
		wg.Wait()
	}
}

func TestChangedFilesGiveNothing(t *testing.T) {
	v := open(t)
	k, _ := newKey(t, v, "ann", 1)
	other, _ := newKey(t, v, "bob", 2)
	plain := bytes.Repeat([]byte("canary "), 30_000)
	sealed := encrypt(t, k, plain)
	if bytes.Contains(sealed, []byte("canary")) || entropy(sealed) < 7.99 {
		t.Errorf("the file is readable, entropy %.4f", entropy(sealed))
	}
	if bytes.Equal(sealed, encrypt(t, k, plain)) {
		t.Error("the same twice looks the same")
	}
	read := func(k *vault.Key, sealed []byte, name string) error {
		r, n, err := k.Decrypt(bytes.NewReader(sealed), int64(len(sealed)), name)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, io.NewSectionReader(r, 0, n))
		return err
	}
	if err := read(k, sealed, "film"); err != nil {
		t.Fatal(err)
	}
	if read(other, sealed, "film") == nil {
		t.Error("another key opens it")
	}
	if read(k, sealed, "sound") == nil {
		t.Error("it opens under another name")
	}
	for range 200 {
		at := mathrand.IntN(len(sealed))
		changed := bytes.Clone(sealed)
		changed[at] ^= 1 << mathrand.IntN(8)
		if read(k, changed, "film") == nil {
			t.Errorf("a change at %d passes", at)
		}
		if _, _, err := k.Decrypt(bytes.NewReader(sealed), int64(at), "film"); !errors.Is(err, vault.ErrSealed) {
			t.Errorf("cut to %d bytes it opens: %v", at, err)
		}
	}
	const piece = 65536 + 16 // of age: swapped pieces are another file
	swapped := bytes.Clone(sealed)
	head := len(sealed) - len(plain) - 4*16
	copy(swapped[head:], sealed[head+piece:head+2*piece])
	copy(swapped[head+piece:], sealed[head:head+piece])
	if read(k, swapped, "film") == nil {
		t.Error("swapped pieces pass")
	}
}

func TestBoxes(t *testing.T) {
	v := open(t)
	k, wrapped := newKey(t, v, "ann", 1)
	b := k.Boxes("journal")
	box, err := b.Seal([]byte("head"), []byte("canary"), []byte("open"), 7)
	if err != nil || len(box) != 4+6+b.Overhead() {
		t.Fatalf("%d %v", len(box), err)
	}
	box = box[4:]
	if plain, err := b.Open(box, []byte("open"), 7); err != nil || string(plain) != "canary" {
		t.Errorf("%q %v", plain, err)
	}
	again, err := v.Unwrap("ann", wrapped)
	if err != nil {
		t.Fatal(err)
	}
	mark, err := b.Mark()
	if same, err2 := again.Boxes("journal").Mark(); err != nil || err2 != nil || same != mark {
		t.Error("the mark is another one after a restart")
	}
	if other, err := k.Boxes("chat").Mark(); err != nil || other == mark {
		t.Error("two names share a mark")
	}
	for name, f := range map[string]func() ([]byte, error){
		"other number": func() ([]byte, error) { return b.Open(box, []byte("open"), 8) },
		"other name":   func() ([]byte, error) { return k.Boxes("chat").Open(box, []byte("open"), 7) },
		"other head":   func() ([]byte, error) { return b.Open(box, []byte("shut"), 7) },
		"cut":          func() ([]byte, error) { return b.Open(box[:len(box)-1], []byte("open"), 7) },
		"empty":        func() ([]byte, error) { return b.Open(nil, []byte("open"), 7) },
	} {
		if plain, err := f(); plain != nil || !errors.Is(err, vault.ErrSealed) {
			t.Errorf("%s: %q %v", name, plain, err)
		}
	}
}

func TestClosedKey(t *testing.T) {
	k, _ := newKey(t, open(t), "ann", 1)
	sealed := encrypt(t, k, []byte("x"))
	b := k.Boxes("journal")
	k.Close()
	k.Close()
	if _, err := k.Encrypt(io.Discard, "film"); err == nil {
		t.Error("encrypts")
	}
	if _, _, err := k.Decrypt(bytes.NewReader(sealed), int64(len(sealed)), "film"); err == nil {
		t.Error("decrypts")
	}
	if _, err := b.Seal(nil, []byte("x"), nil, 0); err == nil {
		t.Error("seals")
	}
	if _, err := b.Mark(); err == nil {
		t.Error("marks")
	}
}

func BenchmarkEncrypt(b *testing.B) {
	k, _ := newKey(b, open(b), "ann", 1)
	plain := make([]byte, 1<<20)
	b.SetBytes(int64(len(plain)))
	for b.Loop() {
		w, err := k.Encrypt(io.Discard, "film")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := w.Write(plain); err != nil {
			b.Fatal(err)
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
