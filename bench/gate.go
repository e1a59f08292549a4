package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

const (
	// askers ask at the door at once, each with a connection of its own.
	askers = 16
	// doorMeetings share the load: a meeting gives at most 1,000 tickets a minute.
	doorMeetings = 60
	doorTime     = 10 * time.Second

	stormPeople = 500
	stormTime   = 10 * time.Second

	timingSamples = 10_000 // of each kind
)

// gates measures who gets in: decisions at the door on one core, a storm of
// joins, and whether time tells which meetings there are.
func gates(ctx context.Context, o options) error {
	postgres, end, err := startPostgres(ctx)
	if err != nil {
		return err
	}
	defer end()
	for _, database := range []string{"", postgres} {
		name := "SQLite"
		var more []string
		if database != "" {
			name, more = "PostgreSQL", []string{"--database", database}
		}
		if err := gate(ctx, o, name, more); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func gate(ctx context.Context, o options, name string, more []string) error {
	// Everybody comes from an address of their own, as behind a proxy.
	p, err := startPlenum(ctx, o.plenum, append(more, "--trusted-proxies", "127.0.0.0/8")...)
	if err != nil {
		return err
	}
	defer p.stop()
	decisions, err := p.doors(ctx)
	if err != nil {
		return err
	}
	row("door decisions/s on one core, "+name, fmt.Sprintf("%.0f", decisions), "")
	p50, p95, failed, err := p.storm(ctx)
	if err != nil {
		return err
	}
	row(fmt.Sprintf("%d joins in %s, p50, %s", stormPeople, stormTime, name), fmt.Sprintf("%d ms", p50.Milliseconds()), "")
	row(fmt.Sprintf("%d joins in %s, p95, %s", stormPeople, stormTime, name), fmt.Sprintf("%d ms", p95.Milliseconds()), "5000 ms")
	row("joins that failed, "+name, fmt.Sprint(failed), "0")
	return p.timing(name)
}

// doors asks the gate for tickets as fast as it answers and divides by the
// server's own CPU time: so many decisions one core makes.
func (p *plenum) doors(ctx context.Context) (float64, error) {
	meetings := make([]string, doorMeetings)
	for i := range meetings {
		var err error
		if meetings[i], err = p.meeting(); err != nil {
			return 0, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, doorTime)
	defer cancel()
	var decided atomic.Int64
	errs := make([]error, askers)
	cpu := p.cpu()
	var asking sync.WaitGroup
	for i := range askers {
		asking.Go(func() {
			for n := i; ctx.Err() == nil; n += askers {
				_, err := p.enter(ctx, meetings[n%len(meetings)])
				switch {
				case err == nil:
					decided.Add(1)
				case ctx.Err() == nil:
					errs[i] = err
					return
				}
			}
		})
	}
	asking.Wait()
	return float64(decided.Load()) / (p.cpu() - cpu).Seconds(), errors.Join(errs...)
}

// enter asks the gate for a ticket, from an address nobody had before.
func (p *plenum) enter(ctx context.Context, meeting string) (string, error) {
	body, _ := json.Marshal(map[string]string{"name": "Load"})
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+"/api/v1/meetings/"+meeting+"/ticket", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Forwarded-For", address())
	response, err := p.client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var entered struct{ Ticket, Code string }
	if err := json.NewDecoder(response.Body).Decode(&entered); err != nil || entered.Ticket == "" {
		return "", fmt.Errorf("no ticket: %s %s", response.Status, entered.Code)
	}
	return entered.Ticket, nil
}

// address is a random one of 10.0.0.0/8.
func address() string {
	n := rand.N(uint32(1 << 24)) //nolint:gosec // an address, no secret
	return fmt.Sprintf("10.%d.%d.%d", byte(n>>16), byte(n>>8), byte(n))
}

// storm lets people join one meeting evenly over ten seconds, and returns how
// long it took them from asking at the door to the welcome.
func (p *plenum) storm(ctx context.Context) (p50, p95 time.Duration, failed int, err error) {
	meeting, err := p.meeting()
	if err != nil {
		return 0, 0, 0, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	took := make([]time.Duration, stormPeople)
	errs := make([]error, stormPeople)
	var joining sync.WaitGroup
	for i := range stormPeople {
		joining.Go(func() {
			pause(ctx, stormTime*time.Duration(i)/stormPeople)
			began := time.Now()
			errs[i] = p.join(ctx, meeting)
			took[i] = time.Since(began)
		})
	}
	joining.Wait()
	for _, err := range errs {
		if err != nil {
			failed++
			fmt.Fprintln(os.Stderr, "bench: a join failed:", err)
		}
	}
	slices.Sort(took)
	return took[stormPeople/2], took[stormPeople*95/100], failed, ctx.Err()
}

// join goes through door, gate and live channel and stays until ctx ends.
func (p *plenum) join(ctx context.Context, meeting string) error {
	if err := p.knock(ctx, meeting); err != nil {
		return err
	}
	ticket, err := p.enter(ctx, meeting)
	if err != nil {
		return err
	}
	conn, _, err := websocket.Dial(ctx, "wss"+strings.TrimPrefix(p.base, "https")+"/live", &websocket.DialOptions{
		HTTPClient: p.client, HTTPHeader: http.Header{"X-Forwarded-For": {address()}},
	})
	if err != nil {
		return err
	}
	conn.SetReadLimit(1 << 20)
	if err := wsjson.Write(ctx, conn, map[string]any{"type": "hello", "ref": 1, "body": map[string]any{"version": 1, "ticket": ticket}}); err != nil {
		return err
	}
	var message struct {
		Type string          `json:"type"`
		Body json.RawMessage `json:"body"`
	}
	if err := wsjson.Read(ctx, conn, &message); err != nil {
		return err
	}
	if message.Type != "welcome" {
		return fmt.Errorf("the channel begins with %s %s", message.Type, message.Body)
	}
	go p.stay(ctx, conn)
	return nil
}

// knock reads what somebody may know at the door.
func (p *plenum) knock(ctx context.Context, meeting string) error {
	status, _, err := p.ask(ctx, meeting)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("at the door: %d", status)
	}
	return err
}

// ask is one request at a meeting's door and how long its answer took.
func (p *plenum) ask(ctx context.Context, meeting string) (status int, took time.Duration, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+"/api/v1/meetings/"+meeting+"/door", strings.NewReader("{}"))
	if err != nil {
		return 0, 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Forwarded-For", address())
	began := time.Now()
	response, err := p.client.Do(request)
	if err != nil {
		return 0, 0, err
	}
	defer response.Body.Close()
	var body bytes.Buffer
	_, err = body.ReadFrom(response.Body)
	return response.StatusCode, time.Since(began), err
}

// timing asks in random order at the door of a meeting of another organisation
// and at that of none, and prints the probability that such a difference of the
// times comes by chance.
func (p *plenum) timing(name string) error {
	foreign, err := p.foreignMeeting()
	if err != nil {
		return err
	}
	var existing, missing []float64
	for len(existing) < timingSamples || len(missing) < timingSamples {
		times, meeting := &existing, foreign
		if rand.N(2) == 0 { //nolint:gosec // the order of questions
			times, meeting = &missing, randomID()
		}
		status, took, err := p.ask(context.Background(), meeting)
		if err != nil {
			return err
		}
		if status != http.StatusNotFound {
			return fmt.Errorf("the door answers %d", status)
		}
		if len(*times) < timingSamples {
			*times = append(*times, took.Seconds())
		}
	}
	row("existing or missing, Mann-Whitney p, "+name, fmt.Sprintf("%.3f", mannWhitney(existing, missing)), "")
	return nil
}

// foreignMeeting makes a meeting of another organisation.
func (p *plenum) foreignMeeting() (string, error) {
	if _, err := p.command("tenant", "create", "--name", "Other", "--host", "other.example", "--admin-email", "ada@other.example", "--json"); err != nil {
		return "", err
	}
	out, err := p.command("meeting", "create", "--host", "other.example", "--name", "Bench", "--json")
	if err != nil {
		return "", err
	}
	var made struct {
		ID string `json:"id"`
	}
	err = json.Unmarshal([]byte(out), &made)
	return made.ID, err
}

// randomID looks like a meeting's and is none's.
func randomID() string {
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	b := make([]byte, 26)
	for i := range b {
		b[i] = letters[rand.N(len(letters))] //nolint:gosec // it opens nothing
	}
	return string(b)
}

// mannWhitney is the two-sided p of the U test (Mann and Whitney 1947) by its
// normal approximation with correction for ties, good for samples this large.
func mannWhitney(a, b []float64) float64 {
	type sample struct {
		value float64
		first bool
	}
	all := make([]sample, 0, len(a)+len(b))
	for _, v := range a {
		all = append(all, sample{v, true})
	}
	for _, v := range b {
		all = append(all, sample{v, false})
	}
	slices.SortFunc(all, func(x, y sample) int {
		switch {
		case x.value < y.value:
			return -1
		case x.value > y.value:
			return 1
		}
		return 0
	})
	rankSum, ties := 0.0, 0.0
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j].value == all[i].value {
			j++
		}
		rank := float64(i+j+1) / 2 // the mean of ranks i+1 … j
		for _, s := range all[i:j] {
			if s.first {
				rankSum += rank
			}
		}
		t := float64(j - i)
		ties += t*t*t - t
		i = j
	}
	n, m := float64(len(a)), float64(len(b))
	u := rankSum - n*(n+1)/2
	variance := n * m / 12 * (n + m + 1 - ties/((n+m)*(n+m-1)))
	z := math.Abs(u-n*m/2) / math.Sqrt(variance)
	return math.Erfc(z / math.Sqrt2)
}

// startPostgres runs a server of its own in a temporary directory, from the
// programs Debian installs.
func startPostgres(ctx context.Context) (url string, end func(), err error) {
	programs, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(programs) == 0 {
		return "", nil, errors.New("PostgreSQL is not installed")
	}
	folder, err := os.MkdirTemp("", "plenum-bench-pg-")
	if err != nil {
		return "", nil, err
	}
	if err := os.Chmod(folder, 0o777); err != nil { //nolint:gosec // PostgreSQL refuses to run as root
		return "", nil, err
	}
	run := func(program string, args ...string) *exec.Cmd {
		program = filepath.Join(programs[len(programs)-1], program)
		if os.Geteuid() == 0 {
			program, args = "runuser", append([]string{"-u", "postgres", "--", program}, args...)
		}
		c := exec.CommandContext(ctx, program, args...) //nolint:gosec // found above
		c.Dir = folder
		return c
	}
	data := filepath.Join(folder, "data")
	if out, err := run("initdb", "--pgdata="+data, "--username=plenum", "--auth=trust", "--encoding=UTF8", "--locale=C").CombinedOutput(); err != nil {
		return "", nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	if out, err := run("pg_ctl", "-D", data, "-w", "-l", filepath.Join(folder, "log"),
		"-o", "-k "+folder+" -c listen_addresses=", "start").CombinedOutput(); err != nil {
		return "", nil, fmt.Errorf("pg_ctl: %w: %s", err, out)
	}
	end = func() {
		_ = run("pg_ctl", "-D", data, "-m", "immediate", "stop").Run()
		_ = os.RemoveAll(folder)
	}
	return "postgres:///postgres?host=" + folder + "&user=plenum", end, nil
}
