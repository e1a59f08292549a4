package vault_test

import (
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"plenum/internal/fault"
	"plenum/internal/vault"
)

func TestFirstStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.master-key")
	first, err := vault.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() != vault.KeySize || info.Mode().Perm() != 0o600 {
		t.Errorf("size %d, mode %v", info.Size(), info.Mode())
	}
	second, err := vault.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if first.Derive("resume") != second.Derive("resume") {
		t.Error("the next start derives another key")
	}
	if first.Derive("resume") == first.Derive("sfu") {
		t.Error("two purposes share a key")
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 2 {
		t.Errorf("left behind: %v %v", entries, err)
	}
}

// TestDerive fixes the derivation: another result would make everything
// encrypted so far unreadable. The value is RFC 5869 done
// by hand with Python's hmac.
func TestDerive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	master := make([]byte, vault.KeySize)
	for i := range master {
		master[i] = byte(i)
	}
	if err := os.WriteFile(path, master, 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	key := v.Derive("resume")
	if got, want := hex.EncodeToString(key[:]), "8cc96ff003e42514b58a5b33d3175b8e52c0d817f092ba5378c428130ce5a363"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestStartsAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	keys := make([][vault.KeySize]byte, 8)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			v, err := vault.Open(path)
			if err != nil {
				t.Error(err)
				return
			}
			keys[i] = v.Derive("x")
		})
	}
	wg.Wait()
	for _, key := range keys {
		if key != keys[0] {
			t.Fatal("two programs have different keys")
		}
	}
}

func TestUnusableKeys(t *testing.T) {
	tests := map[string]struct {
		prepare func(path string) error
		want    string
	}{
		"too short":       {func(p string) error { return os.WriteFile(p, make([]byte, 31), 0o600) }, "has 31 bytes instead of 32"},
		"too long":        {func(p string) error { return os.WriteFile(p, make([]byte, 33), 0o600) }, "has 33 bytes instead of 32"},
		"empty":           {func(p string) error { return os.WriteFile(p, nil, 0o600) }, "has 0 bytes instead of 32"},
		"open to others":  {func(p string) error { return errors.Join(os.WriteFile(p, make([]byte, 32), 0o600), os.Chmod(p, 0o644)) }, "chmod 600"}, //nolint:gosec // to be refused
		"open to a group": {func(p string) error { return errors.Join(os.WriteFile(p, make([]byte, 32), 0o600), os.Chmod(p, 0o640)) }, "chmod 600"}, //nolint:gosec // to be refused
		"directory":       {func(p string) error { return os.Mkdir(p, 0o700) }, "is not a file"},
		"no directory":    {func(p string) error { return os.Remove(filepath.Dir(p)) }, "cannot be created"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "sub", "key")
			if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := test.prepare(path); err != nil {
				t.Fatal(err)
			}
			_, err := vault.Open(path)
			f, ok := errors.AsType[*fault.Error](err)
			if !ok || f.Code != "key.unusable" || !strings.Contains(f.Text, test.want) || !strings.Contains(f.Text, path) {
				t.Errorf("got %v, want %q with the path", err, test.want)
			}
		})
	}
}

func TestDefaultPathIsOutsideTheData(t *testing.T) {
	for data, want := range map[string]string{"/var/lib/plenum": "/var/lib/plenum.master-key", "/var/lib/plenum/": "/var/lib/plenum.master-key", ".data": ".data.master-key"} {
		if got := vault.DefaultPath(data); got != want {
			t.Errorf("%s: %s, want %s", data, got, want)
		}
	}
}
