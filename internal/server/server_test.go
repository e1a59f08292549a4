package server_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"google.golang.org/protobuf/encoding/protowire"

	"plenum/internal/access"
	"plenum/internal/live"
	"plenum/internal/server"
	"plenum/internal/server/servertest"
	"plenum/internal/store/pgtest"
)

// patience bounds each wait.
const patience = 20 * time.Second

// onBoth runs a test on SQLite and on PostgreSQL.
func onBoth(t *testing.T, test func(*testing.T, *servertest.Server)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) { test(t, servertest.Start(t, servertest.Options{})) })
	t.Run("PostgreSQL", func(t *testing.T) {
		test(t, servertest.Start(t, servertest.Options{Database: pgtest.Start(t).Database(t)}))
	})
}

func TestFromSetUpToMeeting(t *testing.T) {
	onBoth(t, func(t *testing.T, s *servertest.Server) {
		if !strings.Contains(s.Out.String(), "/setup#"+s.SetUpSecret().Text()) || strings.Contains(s.Log.String(), s.SetUpSecret().Text()) {
			t.Error("the set-up link is not printed, or is logged")
		}
		owner := s.SetUp(t, "")
		var made struct{ ID, Link string }
		if status := owner.Call(t, http.MethodPost, "/api/v1/meetings", map[string]string{"name": "Council"}, &made); status != http.StatusCreated {
			t.Fatalf("no meeting: %d", status)
		}
		if made.Link != s.URL+"/m/"+made.ID {
			t.Errorf("its link is %s", made.Link)
		}
		m := s.CreateMeeting(t, "From the command line")
		ada := owner.Join(t, m, access.Moderator, "Ada")
		ben := s.Browser(t, "").Join(t, m, "", "Ben")
		if me := ben.Welcome.Seats[len(ben.Welcome.Seats)-1]; me.Role != string(access.Attendee) || !me.Guest || ben.Welcome.Media.Token == "" {
			t.Errorf("Ben is %+v", me)
		}
		var joined live.Seat
		ada.Await(t, "seat.joined", &joined)
		if joined.Name != "Ben" {
			t.Errorf("Ada sees %+v", joined)
		}
		if refused := ben.Do(t, "chat.send", live.ChatSend{Text: "Hello"}); refused != "" {
			t.Errorf("Ben may not write: %s", refused)
		}
		var said live.ChatMessage
		if ada.Await(t, "chat", &said); said.Text != "Hello" {
			t.Errorf("Ada reads %+v", said)
		}
		if refused := ben.Do(t, "end", live.Empty{}); refused != "right.missing" {
			t.Errorf("an attendee ended the meeting: %q", refused)
		}
		if refused := ada.Do(t, "remove", live.Remove{Seat: ben.Welcome.You}); refused != "" {
			t.Errorf("Ben cannot be removed: %s", refused)
		}
		if bye := ben.Ended(t); bye.Reason != "removed" {
			t.Errorf("Ben is told %q", bye.Reason)
		}
		if c, refused := s.Browser(t, "").Resume(t, ben); refused != "seat.removed" {
			t.Errorf("a removed seat comes back: %v %q", c, refused)
		}
	})
}

func TestRestartBringsEverybodyBack(t *testing.T) {
	onBoth(t, func(t *testing.T, s *servertest.Server) {
		owner := s.SetUp(t, "")
		m := s.CreateMeeting(t, "Council")
		ada := owner.Join(t, m, access.Moderator, "Ada")
		ben := owner.Join(t, m, "", "Ben")
		if refused := ada.Do(t, "locked.set", live.SetLocked{Locked: true}); refused != "" {
			t.Fatal(refused)
		}
		stopped := make(chan struct{})
		go func() { defer close(stopped); s.Stop(t) }()
		for _, c := range []*servertest.Channel{ada, ben} {
			if bye := c.Ended(t); bye.Reason != "draining" {
				t.Errorf("somebody is told %q", bye.Reason)
			}
		}
		<-stopped
		again := s.Restart(t)
		if again.SetUpSecret() != "" || strings.Contains(again.Out.String(), "/setup#") {
			t.Error("a server that is set up offers the set-up again")
		}
		back, refused := again.Browser(t, "").Resume(t, ben)
		if refused != "" {
			t.Fatalf("Ben cannot come back: %s", refused)
		}
		if back.Welcome.You != ben.Welcome.You || !back.Welcome.Locked {
			t.Errorf("Ben comes back as %s to a room locked=%v", back.Welcome.You, back.Welcome.Locked)
		}
		if status := again.Browser(t, "").Call(t, http.MethodPost, "/api/v1/meetings/"+string(m.ID)+"/ticket", map[string]string{"name": "Cleo"}, nil); status != http.StatusForbidden {
			t.Errorf("a newcomer gets %d at a locked door", status)
		}
	})
}

func TestDrainingIsNotReady(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	b := s.Browser(t, "")
	if status := b.Call(t, http.MethodGet, "/readyz", nil, nil); status != http.StatusOK {
		t.Errorf("ready: %d", status)
	}
	s.Stop(t)
	if _, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.Addr().String()); err == nil {
		t.Error("a stopped server still listens")
	}
}

// Every client has an address that occurs nowhere else. After a call with
// everything in it, no byte written holds it, in whatever form.
func TestNoAddressIsKept(t *testing.T) {
	onBoth(t, func(t *testing.T, s *servertest.Server) {
		const owner, moderator, guest, prober = "127.77.66.51", "127.77.66.52", "127.77.66.53", "127.77.66.54"
		ada := s.SetUp(t, owner)
		ada.Call(t, http.MethodPost, "/api/v1/session", map[string]string{"email": "ada@town.example", "password": "wrong password"}, nil)
		m := s.CreateMeeting(t, "Secret council")
		channel := s.Browser(t, moderator).Join(t, m, access.Owner, "Ada Canary")
		ben := s.Browser(t, guest)
		chatting := ben.Join(t, m, "", "Ben Canary")
		chatting.Do(t, "chat.send", live.ChatSend{Text: "Chat canary"})
		channel.Do(t, "chat.send", live.ChatSend{Text: "x"})
		const candidate4, candidate6 = "203.0.113.77", "2001:db8:77::66"
		signal(t, s, ben, chatting.Welcome.Media.Token, candidate4, candidate6)
		probe(t, s, prober)
		metrics := scrape(t, s)
		channel.Do(t, "end", live.Empty{})
		channel.Ended(t)
		s.Stop(t)

		written := map[string][]byte{"log": []byte(s.Log.String()), "output": []byte(s.Out.String()), "metrics": metrics}
		if len(written["log"]) < 1000 || len(metrics) < 1000 {
			t.Fatalf("log (%d bytes) or metrics (%d bytes) were not collected", len(written["log"]), len(metrics))
		}
		if err := filepath.WalkDir(s.Config.Data, func(p string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				written[p], err = os.ReadFile(p)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for where, content := range written {
			for _, a := range []string{owner, moderator, guest, prober, candidate4, candidate6} {
				for form, needle := range formsOf(a) {
					if strings.Contains(string(content), needle) {
						t.Errorf("%s holds the address %s (%s)", where, a, form)
					}
				}
			}
			for _, word := range []string{"Ada Canary", "Ben Canary", "Chat canary", chatting.Welcome.Media.Token, chatting.Welcome.Resume} {
				if strings.Contains(string(content), word) {
					t.Errorf("%s holds %q", where, word)
				}
			}
		}
		for _, word := range []string{"Secret council", "Ada Owner", "ada@town.example", "Town of Ghent"} {
			if strings.Contains(s.Log.String(), word) || strings.Contains(string(metrics), word) {
				t.Errorf("log or metrics hold %q", word)
			}
		}
		if found := anyAddress(s.Log.String()); found != "" {
			t.Errorf("the log holds an address: %s", found)
		}
	})
}

// formsOf writes an address in the ways it could lie on a disk.
func formsOf(a string) map[string]string {
	addr := netip.MustParseAddr(a)
	return map[string]string{
		"text": a, "expanded": addr.StringExpanded(), "hexadecimal": hex.EncodeToString(addr.AsSlice()), "bytes": string(addr.AsSlice()),
	}
}

// anyAddress finds any IP address in a log, foreseen by this test or not.
func anyAddress(log string) string {
	for _, word := range regexp.MustCompile(`[0-9A-Fa-f]*(?::[0-9A-Fa-f]*){2,}|\d{1,3}(?:\.\d{1,3}){3}`).FindAllString(log, -1) {
		if _, err := netip.ParseAddr(word); err == nil {
			return word
		}
	}
	return ""
}

// signal connects to the SFU as a client would, offers candidates and leaves.
func signal(t *testing.T, s *servertest.Server, b *servertest.Browser, token string, candidates ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, s.URL+"/rtc?protocol=15&sdk=js&version=2.0.0&auto_subscribe=1&access_token="+token, &websocket.DialOptions{HTTPClient: b.HTTP()})
	if err != nil {
		t.Fatalf("signalling: %v", err)
	}
	defer ws.CloseNow()
	ws.SetReadLimit(1 << 20)
	if _, _, err := ws.Read(ctx); err != nil { // the join response
		t.Fatalf("no join: %v", err)
	}
	for i, c := range candidates {
		init, err := json.Marshal(map[string]any{"candidate": fmt.Sprintf("candidate:%d 1 udp 2130706431 %s 4711 typ host", i, c), "sdpMid": "0", "sdpMLineIndex": 0})
		if err != nil {
			t.Fatal(err)
		}
		// livekit_rtc.proto: SignalRequest{trickle = 3: TrickleRequest{candidateInit = 1, target = 2}}
		trickle := protowire.AppendVarint(protowire.AppendTag(protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), init), 2, protowire.VarintType), uint64(i%2))
		if err := ws.Write(ctx, websocket.MessageBinary, protowire.AppendBytes(protowire.AppendTag(nil, 3, protowire.BytesType), trickle)); err != nil {
			t.Fatal(err)
		}
	}
	// SignalRequest{leave = 8: LeaveRequest{}}; the SFU closes when it has read it.
	if err := ws.Write(ctx, websocket.MessageBinary, protowire.AppendBytes(protowire.AppendTag(nil, 8, protowire.BytesType), nil)); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, _, err = ws.Read(ctx)
	}
	if ctx.Err() != nil {
		t.Error("the SFU did not let go")
	}
}

// probe sends what scanners send: no TLS, broken TLS, a foreign name, rubbish.
func probe(t *testing.T, s *servertest.Server, from string) {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	for _, bytes := range []string{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\x16\x03\x01\x00\x05rubbish", "\x00\x01\x02", "SSH-2.0-x\r\n\r\n"} {
		c, err := d.DialContext(t.Context(), "tcp", s.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(c, bytes)
		c.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, c)
		c.Close()
	}
	b := s.Browser(t, from)
	for _, path := range []string{"/rtc?access_token=rubbish", "/rtc/validate?access_token=rubbish", "/live", "/api/v1/nothing", "/m/nothing"} {
		b.Call(t, http.MethodGet, path, nil, nil)
	}
}

// figures are the metrics of a server, as they stand now.
func figures(t *testing.T, s *servertest.Server) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.MetricsAddr()+"/metrics", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := new(http.Client).Do(req)
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

func scrape(t *testing.T, s *servertest.Server) []byte {
	t.Helper()
	body := figures(t, s)
	for _, want := range []string{"plenum_rooms 1", "plenum_seats 2", "plenum_joins_total 2", "plenum_recordings 0", "plenum_sfu_rooms 1"} {
		if !strings.Contains(body, want) {
			t.Errorf("the metrics lack %q", want)
		}
	}
	return []byte(body)
}

func TestTwoServersOnOneDirectory(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	cfg := s.Config
	cfg.Listen = "127.0.0.1:0"
	if _, err := server.New(t.Context(), cfg, server.Options{Log: io.Discard, Out: io.Discard}); err == nil || !strings.Contains(server.Explain(err), "Another Plenum server") {
		t.Errorf("got %v", err)
	}
}
