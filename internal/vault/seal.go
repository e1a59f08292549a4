package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
)

// errSealed is for what this key did not seal, or not for this.
var errSealed = errors.New("vault: what was sealed cannot be opened with this master key")

// Sealer encrypts the small secrets that others gave us and that we have to say
// again, as an identity provider's password: AES-256-GCM with a random nonce, of
// which one key may make 2³² (NIST SP 800-38D §8.3).
type Sealer struct {
	aead cipher.AEAD
}

// Sealer returns the one of a purpose.
func (v *Vault) Sealer(purpose string) *Sealer {
	return newSealer(v.Derive(purpose))
}

// leafSealer is the one of a leaf of the key tree.
func leafSealer(leaf [KeySize]byte) *Sealer {
	key, err := hkdf.Key(sha256.New, leaf[:], nil, "plenum/v1/"+wrapping, KeySize)
	if err != nil {
		panic("vault: HKDF refused a fixed length: " + err.Error()) // only for more than 255 × 32 bytes
	}
	return newSealer([KeySize]byte(key))
}

func newSealer(key [KeySize]byte) *Sealer {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic("vault: AES refused a fixed length: " + err.Error())
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("vault: GCM refused AES: " + err.Error())
	}
	return &Sealer{aead}
}

// Seal encrypts plain; it can be opened again with the same owner only, such as
// the id of the row it is kept in.
func (s *Sealer) Seal(plain []byte, owner string) []byte {
	return s.aead.Seal(nil, nil, plain, []byte(owner))
}

// Open decrypts what Seal gave.
func (s *Sealer) Open(sealed []byte, owner string) ([]byte, error) {
	plain, err := s.aead.Open(nil, nil, sealed, []byte(owner))
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}
