package tenant

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	_ "image/jpeg" // the formats a logo may have
	_ "image/png"

	_ "golang.org/x/image/webp" // the third

	"plenum/internal/fault"
)

const (
	// MaxLogo is the size of a logo in bytes: every page of everybody loads it.
	MaxLogo = 256 * 1024
	// maxLogoSide in pixels; a browser holds 2048² in 16 MB.
	maxLogoSide = 2048
)

// ErrLogo is for what is no logo. SVG is none: it is a document with scripts.
var ErrLogo = fault.New("tenant.ParseLogo", fault.Invalid, "logo.invalid",
	"The logo must be a PNG, JPEG or WebP image of at most 256 kB and 2048 by 2048 pixels.")

// Logo is an image as it was uploaded.
type Logo struct {
	MIME    string // by its content, not by what the uploader called it
	Content []byte
}

// ParseLogo checks an image by decoding it.
func ParseLogo(content []byte) (Logo, error) {
	if len(content) > MaxLogo {
		return Logo{}, ErrLogo
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil || config.Width < 1 || config.Height < 1 || config.Width > maxLogoSide || config.Height > maxLogoSide {
		return Logo{}, ErrLogo
	}
	if _, _, err := image.Decode(bytes.NewReader(content)); err != nil { // a head alone is no image
		return Logo{}, ErrLogo
	}
	return Logo{MIME: "image/" + format, Content: content}, nil
}

// Hash names the content, for the logo's address; "" for none.
func (l Logo) Hash() string {
	if len(l.Content) == 0 {
		return ""
	}
	sum := sha256.Sum256(l.Content)
	return hex.EncodeToString(sum[:8])
}
