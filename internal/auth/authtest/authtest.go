// Package authtest is a security key in software for tests.
package authtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"slices"
	"testing"
)

// The flags of authenticator data (WebAuthn level 3 §6.1).
const (
	userPresent    = 0x01
	userVerified   = 0x04
	attestedIsHere = 0x40
)

// Authenticator answers what navigator.credentials asks a device for. The zero
// value is one that verifies its holder and counts its uses.
type Authenticator struct {
	// Unverified makes it skip the PIN or fingerprint.
	Unverified bool
	// Uncounted makes its counter stay at zero, as synced passkeys do.
	Uncounted bool
	// Count is how often it was used.
	Count uint32
	// RPID, if set, is what it says to have been asked for.
	RPID string

	keys []key
}

type key struct {
	id, handle []byte
	private    *ecdsa.PrivateKey
}

// Copy is a clone of the device with its keys and counter.
func (a *Authenticator) Copy() *Authenticator {
	c := *a
	c.keys = slices.Clone(a.keys)
	return &c
}

// Forget loses all keys.
func (a *Authenticator) Forget() { a.keys = nil }

// creation is what of the options of navigator.credentials.create matters here.
type creation struct {
	Challenge string
	RP        struct{ ID string }
	User      struct{ ID string }
	Exclude   []struct{ ID string } `json:"excludeCredentials"`
}

// request likewise, for navigator.credentials.get.
type request struct {
	Challenge string
	RPID      string                `json:"rpId"`
	Allow     []struct{ ID string } `json:"allowCredentials"`
}

// Create makes a passkey as a page of origin would get it.
func (a *Authenticator) Create(tb testing.TB, options json.RawMessage, origin string) json.RawMessage {
	tb.Helper()
	var o creation
	parse(tb, options, &o)
	for _, known := range o.Exclude {
		if a.find(tb, known.ID) != nil {
			tb.Fatal("this device has a passkey for the account already")
		}
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	k := key{id: make([]byte, 32), handle: decode(tb, o.User.ID), private: private}
	rand.Read(k.id)
	a.keys = append(a.keys, k)

	point, err := private.PublicKey.Bytes() // 4, x, y
	if err != nil {
		tb.Fatal(err)
	}
	// {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}, RFC 9053 §7.1.1
	cose := append([]byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32}, point[1:33]...)
	cose = append(append(cose, 0x22, 0x58, 32), point[33:]...)
	data := a.data(o.RP.ID, attestedIsHere)
	data = append(data, make([]byte, 16)...)                      // AAGUID
	data = binary.BigEndian.AppendUint16(data, uint16(len(k.id))) //nolint:gosec // 32
	data = append(append(data, k.id...), cose...)
	// {"fmt": "none", "attStmt": {}, "authData": data}
	object := append([]byte{0xa3}, "\x63fmt\x64none\x67attStmt\xa0\x68authData\x59"...)
	object = append(binary.BigEndian.AppendUint16(object, uint16(len(data))), data...) //nolint:gosec // some hundred bytes
	return answer(tb, k.id, map[string]any{
		"clientDataJSON": encode(clientData(tb, "webauthn.create", o.Challenge, origin)), "attestationObject": encode(object), "transports": []string{"internal"},
	})
}

// Get signs with the first passkey that fits, as a page of origin would get it.
func (a *Authenticator) Get(tb testing.TB, options json.RawMessage, origin string) json.RawMessage {
	tb.Helper()
	var o request
	parse(tb, options, &o)
	var k *key
	for _, allowed := range o.Allow {
		if k = a.find(tb, allowed.ID); k != nil {
			break
		}
	}
	if k == nil && len(a.keys) > 0 { // the person chooses, or a rogue device does not care
		k = &a.keys[0]
	}
	if k == nil {
		tb.Fatal("this device has no passkey")
	}
	data, client := a.data(o.RPID, 0), clientData(tb, "webauthn.get", o.Challenge, origin)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(slices.Clone(data), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.private, digest[:])
	if err != nil {
		tb.Fatal(err)
	}
	return answer(tb, k.id, map[string]any{
		"clientDataJSON": encode(client), "authenticatorData": encode(data), "signature": encode(signature), "userHandle": encode(k.handle),
	})
}

// data is the authenticator data up to the counter.
func (a *Authenticator) data(rpID string, flags byte) []byte {
	if a.RPID != "" {
		rpID = a.RPID
	}
	flags |= userPresent
	if !a.Unverified {
		flags |= userVerified
	}
	if !a.Uncounted {
		a.Count++
	}
	hash := sha256.Sum256([]byte(rpID))
	return binary.BigEndian.AppendUint32(append(hash[:], flags), a.Count)
}

func (a *Authenticator) find(tb testing.TB, id string) *key {
	tb.Helper()
	wanted := decode(tb, id)
	for i := range a.keys {
		if string(a.keys[i].id) == string(wanted) {
			return &a.keys[i]
		}
	}
	return nil
}

func clientData(tb testing.TB, kind, challenge, origin string) []byte {
	tb.Helper()
	b, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false})
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// answer is what PublicKeyCredential.toJSON gives.
func answer(tb testing.TB, id []byte, response map[string]any) json.RawMessage {
	tb.Helper()
	b, err := json.Marshal(map[string]any{
		"id": encode(id), "rawId": encode(id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func parse(tb testing.TB, options json.RawMessage, v any) {
	tb.Helper()
	if err := json.Unmarshal(options, v); err != nil {
		tb.Fatalf("%v in %s", err, options)
	}
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func decode(tb testing.TB, s string) []byte {
	tb.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}
