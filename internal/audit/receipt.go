package audit

import "crypto/ed25519"

// SignReceipt signs what a receipt says, a text that is the same whenever it is
// made again.
func (k Signer) SignReceipt(text []byte) []byte { return k.sign(digest("receipt", text)) }

// VerifyReceipt reports whether public's owner signed the text of a receipt.
func VerifyReceipt(public ed25519.PublicKey, text, signature []byte) bool {
	return signed(public, digest("receipt", text), signature)
}
