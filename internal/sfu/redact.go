package sfu

import "regexp"

// What lines and errors of LiveKit, pion and the operating system are searched
// for. Too much is taken rather than too little: a time of day with seconds and
// a fingerprint look like IPv6 to them.
var (
	ipv6Text = regexp.MustCompile(`(?i)\[?(?:[0-9a-f]{0,4}:){2,7}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4})(?:%[\w.-]+)?\]?(?::\d+)?`)
	ipv4Text = regexp.MustCompile(`\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?`)
	hostText = regexp.MustCompile(`(?i)[\w-]+(?:\.[\w-]+)*\.(?:local|internal|lan|home)\b`)
	// 24 letters and digits in a row are no word: tokens, our ids and secrets,
	// ICE passwords. LiveKit's own ids are shorter. "eyJ" is how a JWT begins.
	opaqueText = regexp.MustCompile(`(?:\beyJ[A-Za-z0-9_-]+|[A-Za-z0-9_-]{24,})(?:\.[A-Za-z0-9_-]+)*`)
)

// redact takes addresses, host names and secrets out of a line.
func redact(line string) string {
	line = ipv6Text.ReplaceAllString(line, "[address]")
	line = ipv4Text.ReplaceAllString(line, "[address]")
	line = hostText.ReplaceAllString(line, "[host]")
	return opaqueText.ReplaceAllString(line, "[redacted]")
}
