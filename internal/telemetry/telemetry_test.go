package telemetry_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"go.uber.org/zap"
	"pgregory.net/rapid"

	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/telemetry"
)

func TestRedact(t *testing.T) {
	meeting, secret := string(id.New[id.Meeting]()), id.NewSecret()
	for in, want := range map[string]string{
		"dial tcp 192.0.2.7:443: refused":                   "dial tcp [address]:443: refused",
		"from [2001:db8::17]:5000":                          "from [[address]]:5000",
		"candidate fe80::1%eth0 done":                       "candidate [address] done",
		"at ::ffff:192.0.2.7":                               "at [address]",
		"net 10.0.0.0/8":                                    "net [address]",
		"loopback ::1.":                                     "loopback [address]",
		"2001:db8:0:0:0:0:0:1":                              "[address]",
		"it was 12:34:56 and it took 1m30s":                 "it was 12:34:56 and it took 1m30s",
		"version 1.13.5 of github.com/livekit/protocol/x":   "version 1.13.5 of github.com/livekit/protocol/x",
		"meeting " + meeting:                                "meeting " + meeting,
		"secret " + secret:                                  "secret [redacted]",
		"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ2aWRlbyI6": "[redacted].eyJ2aWRlbyI6",
		"contact=[mailto:ada@town.eu] of <Ada@b>":           "contact=[mailto:[redacted]] of <[redacted]>",
		"audio/opus; a::b":                                  "audio/opus; [address]",
	} {
		if got := telemetry.Redact(in); got != want {
			t.Errorf("%q\n got %q\nwant %q", in, got, want)
		}
	}
}

// Whatever stands around an address, in whatever form it is written, and
// through whatever way it enters a line, it does not come out.
func TestNoAddressPasses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var addr netip.Addr
		if rapid.Bool().Draw(t, "v6") {
			addr = netip.AddrFrom16([16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "bytes")))
		} else {
			addr = netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "bytes")))
		}
		around := rapid.SampledFrom([]string{"%s", "[%s]:4711", "from %s: EOF", "\"%s\"", "(%s)", "ip=%s,", "a\n%s\tb", "udp4 %s/16", "%s.", "x-%s-y"}).Draw(t, "around")
		text := fmt.Sprintf(around, addr)
		var out bytes.Buffer
		logger := telemetry.NewLogger(&out, slog.LevelDebug, rapid.SampledFrom([]string{"text", "json"}).Draw(t, "format"))
		logger.With("with", text).WithGroup("g").Debug(text, //nolint:sloglint // the message under test
			"string", text, "error", errors.New(text), "addr", addr, "any", struct{ A netip.Addr }{addr},
			slog.Group("inner", "x", &net.UDPAddr{IP: addr.AsSlice(), Port: 1}), "list", []string{text}, "pii", pii.Addr(text))
		for _, form := range []string{addr.String(), addr.StringExpanded(), hex.EncodeToString(addr.AsSlice())} {
			if len(form) > 4 && strings.Contains(out.String(), form) {
				t.Fatalf("%s came through: %s", form, out.String())
			}
		}
	})
}

func TestLineBreaksStayInside(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		var out bytes.Buffer
		telemetry.NewLogger(&out, slog.LevelInfo, format).Info("constant", "x", "a\nlevel=ERROR msg=forged\x1b[31m")
		if strings.Count(out.String(), "\n") != 1 || strings.Contains(out.String(), "\x1b") {
			t.Errorf("%s: a value broke out of its line: %q", format, out.String())
		}
	}
}

func TestHTTPErrors(t *testing.T) {
	var out bytes.Buffer
	l := telemetry.HTTPErrors(telemetry.NewLogger(&out, slog.LevelDebug, "text"))
	l.Print("http: TLS handshake error from 127.77.66.55:5012: EOF")
	l.Print("http: panic serving 127.77.66.55:5012: Ada Lovelace\ngoroutine 7 [running]:")
	if s := out.String(); strings.Contains(s, "127.77") || strings.Contains(s, "goroutine") || strings.Count(s, "\n") != 2 {
		t.Errorf("got %s", s)
	}
}

func TestZap(t *testing.T) {
	var out bytes.Buffer
	z := telemetry.Zap(telemetry.NewLogger(&out, slog.LevelInfo, "text")).Named("acme").With(zap.String("from", "192.0.2.1"))
	z.Debug("too quiet")
	z.Warn("order failed", zap.Error(errors.New("no route to 192.0.2.9")), zap.Int("attempt", 2))
	s := out.String()
	for _, want := range []string{"level=WARN", `msg="order failed"`, "attempt=2", "component=acme", "[address]"} {
		if !strings.Contains(s, want) {
			t.Errorf("%q lacks %s", s, want)
		}
	}
	if strings.Contains(s, "quiet") || strings.Contains(s, "192.0.2") {
		t.Errorf("too much: %s", s)
	}
}

func TestMetrics(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	figures := telemetry.NewFigures()
	telemetry.CountRooms(figures, telemetry.Rooms{
		Recordings: func() int { return 2 },
		Rooms:      func() int { return 3 }, Seats: func() int { return 17 }, Joins: func() uint64 { return 40 },
	})
	m, err := telemetry.NewMetrics(ctx, "127.0.0.1:0", figures, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	body := get(t, "http://"+m.Addr()+"/metrics", "")
	for _, want := range []string{"plenum_rooms 3", "plenum_seats 17", "plenum_joins_total 40", "plenum_recordings 2", "go_goroutines"} {
		if !strings.Contains(body, want) {
			t.Errorf("metrics lack %s", want)
		}
	}
	if body := get(t, "http://"+m.Addr()+"/debug/pprof/", "evil.example"); strings.Contains(body, "goroutine") {
		t.Error("profiles answer to a foreign name")
	}
	if body := get(t, "http://"+m.Addr()+"/debug/pprof/", ""); !strings.Contains(body, "goroutine") {
		t.Error("no profiles")
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func get(t *testing.T, url, host string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = host
	resp, err := http.DefaultClient.Do(req) //nolint:forbidigo,nolintlint // a test's own client
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
