package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/livekit/protocol/auth"
)

// server is a program under measurement.
type server interface {
	meeting() (string, error)
	token(ctx context.Context, meeting string) (url, token string, err error)
	cpu() time.Duration
	stop()
}

// process is the part both servers share.
type process struct {
	cmd    *exec.Cmd
	folder string
}

func (p process) stop() {
	_ = p.cmd.Process.Signal(os.Interrupt)
	_ = p.cmd.Wait()
	_ = os.RemoveAll(p.folder)
}

// cpu is the user and system time spent so far, from /proc/PID/stat in ticks of
// 10 ms (proc(5), fields 14 and 15).
func (p process) cpu() time.Duration {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(data), ") ")
	fields := strings.Fields(rest)
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// memoryMB is the resident set.
func (p process) memoryMB() float64 {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kB, _ := strconv.Atoi(strings.Fields(rest)[0])
			return float64(kB) / 1024
		}
	}
	return 0
}

func freePort() int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// plenum is ours: people come in through the gate and the live channel.
type plenum struct {
	process
	binary, base string
	coldStart    time.Duration
	idleMB       float64
	client       *http.Client
	database     []string          // flags that name it, as the server got them
	links        map[string]string // meeting id to attendee link
}

func startPlenum(ctx context.Context, binary string, more ...string) (*plenum, error) {
	folder, err := os.MkdirTemp("", "plenum-bench-")
	if err != nil {
		return nil, err
	}
	port := freePort()
	p := &plenum{binary: binary, base: "https://localhost:" + strconv.Itoa(port), links: map[string]string{}}
	p.folder = folder
	if i := slices.Index(more, "--database"); i >= 0 {
		p.database = more[i : i+2]
	}
	p.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: askers, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // own server on loopback
	data := filepath.Join(folder, "data")
	// The first start makes keys and the database; the second is the cold start.
	for range 2 {
		p.cmd = exec.CommandContext(ctx, binary, append([]string{"serve", "--data", data, "--listen", ":" + strconv.Itoa(port),
			"--media-port", strconv.Itoa(freePort()), "--turn-port", strconv.Itoa(freePort()), "--metrics-listen", "127.0.0.1:0", "--log-level", "error"}, more...)...)
		began := time.Now()
		if err := p.cmd.Start(); err != nil {
			return nil, err
		}
		for p.get("/readyz") != nil {
			if time.Since(began) > 20*time.Second {
				return nil, errors.New("plenum is not ready")
			}
			time.Sleep(5 * time.Millisecond)
		}
		if p.coldStart = time.Since(began); p.links["started"] == "" {
			p.links["started"] = "once"
			_ = p.cmd.Process.Signal(os.Interrupt)
			_ = p.cmd.Wait()
		}
	}
	time.Sleep(3 * time.Second)
	p.idleMB = p.memoryMB()
	// livekit's client library verifies against the system's roots only.
	certificate := filepath.Join(folder, "ca.crt")
	body, err := p.fetch("/ca.crt")
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(certificate, body, 0o600); err != nil {
		return nil, err
	}
	return p, os.Setenv("SSL_CERT_FILE", certificate)
}

func (p *plenum) get(path string) error {
	_, err := p.fetch(path)
	return err
}

func (p *plenum) fetch(path string) ([]byte, error) {
	response, err := p.client.Get(p.base + path)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, errors.New(response.Status)
	}
	var body bytes.Buffer
	_, err = body.ReadFrom(response.Body)
	return body.Bytes(), err
}

func (p *plenum) meeting() (string, error) {
	out, err := p.command("meeting", "create", "--name", "Bench", "--json")
	if err != nil {
		return "", err
	}
	var made struct {
		ID    string            `json:"id"`
		Links map[string]string `json:"links"`
	}
	if err := json.Unmarshal([]byte(out), &made); err != nil {
		return "", err
	}
	p.links[made.ID] = made.Links["attendee"]
	return made.ID, nil
}

// command runs a subcommand on the server's data.
func (p *plenum) command(args ...string) (string, error) {
	args = append(args, "--data", filepath.Join(p.folder, "data"))
	return output(exec.Command(p.binary, append(args, p.database...)...))
}

func (p *plenum) token(ctx context.Context, meeting string) (string, string, error) {
	_, invite, _ := strings.Cut(p.links[meeting], "#i=")
	body, _ := json.Marshal(map[string]string{"name": "Load", "invite": invite})
	response, err := p.client.Post(p.base+"/api/v1/meetings/"+meeting+"/ticket", "application/json", bytes.NewReader(body))
	if err != nil {
		return "", "", err
	}
	defer response.Body.Close()
	var entered struct{ Ticket, Code string }
	if err := json.NewDecoder(response.Body).Decode(&entered); err != nil || entered.Ticket == "" {
		return "", "", fmt.Errorf("no ticket: %s %s", response.Status, entered.Code)
	}
	conn, _, err := websocket.Dial(ctx, "wss"+strings.TrimPrefix(p.base, "https")+"/live", &websocket.DialOptions{HTTPClient: p.client})
	if err != nil {
		return "", "", err
	}
	conn.SetReadLimit(1 << 20)
	if err := wsjson.Write(ctx, conn, map[string]any{"type": "hello", "ref": 1, "body": map[string]any{"version": 1, "ticket": entered.Ticket}}); err != nil {
		return "", "", err
	}
	for {
		var message struct {
			Type string `json:"type"`
			Body struct {
				Media struct{ Token string }
				Code  string
			} `json:"body"`
		}
		if err := wsjson.Read(ctx, conn, &message); err != nil {
			return "", "", err
		}
		if message.Type == "refused" {
			return "", "", errors.New(message.Body.Code)
		}
		if message.Type == "welcome" {
			go p.stay(ctx, conn)
			return "wss" + strings.TrimPrefix(p.base, "https"), message.Body.Media.Token, nil
		}
	}
}

// stay keeps a seat as a browser does: a ping every five seconds, events read.
func (p *plenum) stay(ctx context.Context, conn *websocket.Conn) {
	defer conn.CloseNow()
	go func() {
		for {
			if _, _, err := conn.Read(ctx); err != nil {
				return
			}
		}
	}()
	for {
		pause(ctx, 5*time.Second)
		if ctx.Err() != nil || wsjson.Write(ctx, conn, map[string]any{"type": "ping", "ref": 2, "body": map[string]any{}}) != nil {
			return
		}
	}
}

// stockServer is LiveKit as its authors ship it.
type stockServer struct {
	process
	port  int
	count int
}

const (
	stockKey    = "bench"
	stockSecret = "a secret of thirty-two characters" //nolint:gosec // for this benchmark only
)

func startStock(ctx context.Context, binary string) (*stockServer, error) {
	folder, err := os.MkdirTemp("", "livekit-bench-")
	if err != nil {
		return nil, err
	}
	s := &stockServer{port: freePort()}
	s.folder = folder
	config := fmt.Sprintf("port: %d\nbind_addresses: [127.0.0.1]\nlogging: {level: error}\nkeys: {%s: %q}\n"+
		"rtc: {udp_port: %d, tcp_port: %d, node_ip: 127.0.0.1, use_external_ip: false, enable_loopback_candidate: true}\n",
		s.port, stockKey, stockSecret, freePort(), freePort())
	path := filepath.Join(folder, "livekit.yaml")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		return nil, err
	}
	s.cmd = exec.CommandContext(ctx, binary, "--config", path)
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		if conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.port)); err == nil {
			_ = conn.Close()
			return s, nil
		}
		if time.Since(began) > 20*time.Second {
			return nil, errors.New("the stock server is not ready")
		}
	}
}

func (s *stockServer) meeting() (string, error) {
	s.count++
	return fmt.Sprintf("bench-%d", s.count), nil
}

func (s *stockServer) token(_ context.Context, meeting string) (string, string, error) {
	token, err := auth.NewAccessToken(stockKey, stockSecret).
		SetIdentity("p" + strconv.FormatInt(time.Now().UnixNano(), 36)).
		SetVideoGrant(&auth.VideoGrant{RoomJoin: true, Room: meeting}).ToJWT()
	return fmt.Sprintf("ws://127.0.0.1:%d", s.port), token, err
}
