package vault

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"strconv"
	"sync"

	"filippo.io/age"

	"plenum/internal/fault"
)

// ErrSealed is for what was encrypted with another key, for something else, or
// changed since: nothing of it is given out.
var ErrSealed = fault.New("vault.Key", fault.Internal, "storage.damaged", "What is stored was changed or belongs to something else.")

// ErrOtherKey is the cause of an [ErrSealed] when a file that looks whole was
// encrypted with another key.
var ErrOtherKey = errors.New("vault: encrypted with another key")

// errClosed is for a key that was put away.
var errClosed = errors.New("vault: this key is closed")

// wrapping is the purpose of the master key's derivative that wraps the others.
const wrapping = "key/wrap"

// Key is the key of one owner, a recording for example: everything kept of it is
// encrypted with what derives from it. It is kept wrapped by the master key and by
// the leaf of the key tree that has its number; whoever destroys that leaf destroys
// what the key encrypted, wherever copies are.
type Key struct {
	mu     sync.Mutex
	secret []byte // KeySize bytes; nil once closed. Guarded by mu.
}

// NewKey makes the key of an owner, and returns it and what is to be kept of it.
// The same owner has to be named to open it again. The number is what it is
// destroyed by; no other key has it. It gives ErrDestroyed when the number is
// destroyed already, see [Vault.Living].
func (v *Vault) NewKey(owner string, number uint32) (key *Key, wrapped []byte, err error) {
	t, unlock, err := v.tree.current()
	if err != nil {
		return nil, nil, err
	}
	defer unlock()
	leaf, ok := t.leaf(number)
	if !ok {
		return nil, nil, ErrDestroyed
	}
	defer clear(leaf[:])
	secret := make([]byte, KeySize)
	rand.Read(secret) //nolint:errcheck // crypto/rand.Read never fails since Go 1.24.

	// What the leaf wraps is wrapped again by the master key, so that a number that
	// was changed or is another owner's is no key, rather than a destroyed one.
	w := binary.BigEndian.AppendUint32(nil, number)
	w = append(w, t.id[:]...)
	w = append(w, leafSealer(leaf).Seal(secret, owner)...)
	return &Key{secret: secret}, v.Sealer(wrapping).Seal(w, owner), nil
}

// Unwrap opens what NewKey gave to be kept. It gives ErrDestroyed when the number of
// the key is destroyed, ErrSealed when it never was a key of this owner, ErrNoTree or
// ErrOtherTree when the operator has to put the key tree back.
func (v *Vault) Unwrap(owner string, wrapped []byte) (*Key, error) {
	plain, err := v.Sealer(wrapping).Open(wrapped, owner)
	if err != nil {
		return nil, ErrSealed.With(err)
	}
	if len(plain) < 4+treeIDSize {
		return nil, ErrSealed
	}
	number, id, inner := binary.BigEndian.Uint32(plain), plain[4:4+treeIDSize], plain[4+treeIDSize:]
	t, unlock, err := v.tree.current()
	if err != nil {
		return nil, err
	}
	defer unlock()
	if !bytes.Equal(id, t.id[:]) {
		return nil, ErrOtherTree
	}
	leaf, ok := t.leaf(number)
	if !ok {
		return nil, ErrDestroyed
	}
	defer clear(leaf[:])
	secret, err := leafSealer(leaf).Open(inner, owner)
	if err != nil {
		return nil, ErrSealed.With(err)
	}
	if len(secret) != KeySize {
		return nil, ErrSealed
	}
	return &Key{secret: secret}, nil
}

// Key returns a key that derives from the master key, for what has to be readable
// with that alone. It cannot be destroyed.
func (v *Vault) Key(purpose string) *Key {
	secret := v.Derive(purpose)
	return &Key{secret: secret[:]}
}

// Close overwrites the key. What was begun with it goes on: readers and writers
// hold keys of their own single file.
func (k *Key) Close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.secret)
	k.secret = nil
}

// String and LogValue keep the key out of whatever prints it.
func (*Key) String() string { return "[key]" }

// LogValue implements slog.LogValuer.
func (*Key) LogValue() slog.Value { return slog.StringValue("[key]") }

// derive returns an AEAD of one purpose (HKDF-SHA256, AES-256-GCM with a random
// nonce at the front).
func (k *Key) derive(purpose string) (cipher.AEAD, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.secret == nil {
		return nil, errClosed
	}
	key, err := hkdf.Key(sha256.New, k.secret, nil, "plenum/v1/"+purpose, KeySize)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// Encrypt returns a writer that encrypts into w the file of that name, and is
// complete when closed; it does not close w. The file is in the age format (docs/adr/0012).
func (k *Key) Encrypt(w io.Writer, name string) (io.WriteCloser, error) {
	aead, err := k.derive("file/" + name)
	if err != nil {
		return nil, err
	}
	return age.Encrypt(w, fileKey{aead})
}

// Decrypt reads at any place the file of that name that Encrypt made, size bytes
// of it in r, and returns how long it is in clear. That the file is whole is
// proved before, that a piece is genuine before it is given out. It may be used by
// many at once.
func (k *Key) Decrypt(r io.ReaderAt, size int64, name string) (io.ReaderAt, int64, error) {
	aead, err := k.derive("file/" + name)
	if err != nil {
		return nil, 0, err
	}
	plain, length, err := age.DecryptReaderAt(r, size, fileKey{aead})
	if _, other := errors.AsType[*age.NoIdentityMatchError](err); other {
		return nil, 0, ErrSealed.With(ErrOtherKey)
	}
	if err != nil {
		return nil, 0, ErrSealed.With(err)
	}
	return plain, length, nil
}

// stanza is the type of our line in the head of an age file.
const stanza = "plenum.v1"

// fileKey is both age's recipient and its identity: it encrypts the random key
// that age makes for each file.
type fileKey struct {
	aead cipher.AEAD
}

// Wrap implements age.Recipient.
func (f fileKey) Wrap(key []byte) ([]*age.Stanza, error) {
	return []*age.Stanza{{Type: stanza, Body: f.aead.Seal(nil, nil, key, nil)}}, nil
}

// Unwrap implements age.Identity.
func (f fileKey) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if len(stanzas) != 1 || stanzas[0].Type != stanza || len(stanzas[0].Args) != 0 {
		return nil, age.ErrIncorrectIdentity
	}
	key, err := f.aead.Open(nil, nil, stanzas[0].Body, nil)
	if err != nil {
		return nil, age.ErrIncorrectIdentity
	}
	return key, nil
}

// Boxes encrypts the numbered pieces of something that grows, and must be readable
// though it never was finished.
type Boxes struct {
	key  *Key
	name string
}

const boxOverhead = 12 + 16 // nonce and tag

// Boxes returns those of a name. They end with the key.
func (k *Key) Boxes(name string) *Boxes { return &Boxes{k, name} }

// Overhead is by how many bytes a box is longer than what is in it.
func (*Boxes) Overhead() int { return boxOverhead }

// aead is that of one piece. Each piece has its own key, and a nonce at random: a
// number that is written again after a crash, with something else in it, shares
// nothing with the one before.
func (b *Boxes) aead(number uint64) (cipher.AEAD, error) {
	return b.key.derive("box/" + b.name + "/" + strconv.FormatUint(number, 10))
}

// Seal appends to dst the box with that number. What is open goes with it in clear:
// the box opens only beside it.
func (b *Boxes) Seal(dst, plain, open []byte, number uint64) ([]byte, error) {
	aead, err := b.aead(number)
	if err != nil {
		return dst, err
	}
	return aead.Seal(dst, nil, plain, open), nil
}

// Open returns what is in a box.
func (b *Boxes) Open(box, open []byte, number uint64) ([]byte, error) {
	aead, err := b.aead(number)
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(nil, nil, box, open)
	if err != nil {
		return nil, ErrSealed.With(err)
	}
	return plain, nil
}

// Mark returns 16 bytes that nobody can know, or put somewhere, without the key:
// by them a reader finds where pieces begin.
func (b *Boxes) Mark() (mark [16]byte, err error) {
	b.key.mu.Lock()
	defer b.key.mu.Unlock()
	if b.key.secret == nil {
		return mark, errClosed
	}
	m, err := hkdf.Key(sha256.New, b.key.secret, nil, "plenum/v1/mark/"+b.name, len(mark))
	copy(mark[:], m)
	return mark, err
}
