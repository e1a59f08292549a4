package vault_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"plenum/internal/vault"
)

func TestSealer(t *testing.T) {
	v, err := vault.Open(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	s := v.Sealer("provider")
	sealed := s.Seal([]byte("hunter2"), "a")
	if bytes.Contains(sealed, []byte("hunter2")) || bytes.Equal(sealed, s.Seal([]byte("hunter2"), "a")) {
		t.Error("what is sealed tells what it is, or that it is the same")
	}
	if plain, err := v.Sealer("provider").Open(sealed, "a"); err != nil || string(plain) != "hunter2" {
		t.Errorf("%q %v", plain, err)
	}
	changed := bytes.Clone(sealed)
	changed[len(changed)-1] ^= 1
	for name, open := range map[string]func() ([]byte, error){
		"for another owner":   func() ([]byte, error) { return s.Open(sealed, "b") },
		"for another purpose": func() ([]byte, error) { return v.Sealer("totp").Open(sealed, "a") },
		"changed":             func() ([]byte, error) { return s.Open(changed, "a") },
		"cut":                 func() ([]byte, error) { return s.Open(sealed[:5], "a") },
		"nothing":             func() ([]byte, error) { return s.Open(nil, "a") },
	} {
		if plain, err := open(); err == nil || plain != nil {
			t.Errorf("%s: %q", name, plain)
		}
	}
}
