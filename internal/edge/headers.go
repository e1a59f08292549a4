package edge

import (
	"net/http"
	"strings"
)

// headers sets what every answer of this server says to the browser about
// itself. hsts is for names whose certificate a public authority renews: with
// our own, one expired certificate would lock people out.
func headers(hsts bool, next http.Handler) http.Handler {
	permissions := strings.Join([]string{
		"camera=(self)", "microphone=(self)", "display-capture=(self)", "fullscreen=(self)", "picture-in-picture=(self)",
		"screen-wake-lock=(self)", "speaker-selection=(self)", "autoplay=(self)", "clipboard-write=(self)",
		"geolocation=()", "payment=()", "usb=()", "serial=()", "bluetooth=()", "hid=()", "midi=()", "accelerometer=()", "gyroscope=()", "magnetometer=()", "browsing-topics=()",
	}, ", ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy(r.Host))
		h.Set("Permissions-Policy", permissions)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("X-Dns-Prefetch-Control", "off")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Origin-Agent-Cluster", "?1")
		h.Set("Cache-Control", "no-store") // static files say otherwise
		if hsts {
			h.Set("Strict-Transport-Security", "max-age=63072000") // two years
		}
		next.ServeHTTP(w, r)
	})
}

// contentPolicy lets pages load from and talk to this server only. The address
// of the sockets is written out because browsers before Safari 15.4 do not
// count them to 'self'; host has passed the check against our names.
func contentPolicy(host string) string {
	return "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; " +
		"worker-src 'self' blob:; connect-src 'self' wss://" + host + "; font-src 'self'; object-src 'none'; frame-src 'none'; " +
		"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
}
