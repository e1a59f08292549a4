package api

import "mime"

// disposition says what a browser is to do with a file, and what to call it (RFC
// 6266; other than ASCII as of RFC 8187).
func disposition(kind, name string) string {
	return mime.FormatMediaType(kind, map[string]string{"filename": name})
}
