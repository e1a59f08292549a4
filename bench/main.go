// Command bench measures what Plenum promises to be fast at: CPU per forwarded
// packet beside a stock LiveKit server of the same version, both measured in
// turn in one run; cold start; idle memory; time from click to picture; size of
// the first load; how fast the gate decides; and what recording costs. Ratios hold anywhere, the rest depends on the machine.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	protologger "github.com/livekit/protocol/logger"
	lksdk "github.com/livekit/server-sdk-go/v2"
)

// options are the flags.
type options struct {
	plenum, stock string
	loads         string
	rounds, joins int
	window        time.Duration
	gate          bool
	recording     bool
}

func main() {
	var o options
	flag.StringVar(&o.plenum, "plenum", "../bin/plenum", "the Plenum binary")
	flag.StringVar(&o.stock, "stock", "../bin/livekit-server", "the stock LiveKit binary")
	flag.StringVar(&o.loads, "loads", "1x50,1x100,1x150", "senders x subscribers of each; empty for none")
	flag.IntVar(&o.rounds, "rounds", 3, "alternating rounds of each load")
	flag.DurationVar(&o.window, "window", 10*time.Second, "how long each round measures")
	flag.IntVar(&o.joins, "joins", 20, "joins with a browser; 0 for none")
	flag.BoolVar(&o.gate, "gate", true, "decisions at the door, a storm of joins, what time tells")
	flag.BoolVar(&o.recording, "recording", true, "recording, beside a browser that records, and composing")
	part := flag.String("part", "", "only this one of: start, joins, gate, recording, loads")
	sitting := flag.Bool("sitting", false, "be the sitting that is recorded; for this program itself")
	flag.Parse()
	lksdk.SetLogger(protologger.GetDiscardLogger())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	do := run
	switch *part {
	case "":
	case "start":
		o.joins, o.gate, o.recording, o.loads = 0, false, false, ""
	case "joins":
		o.gate, o.recording, o.loads = false, false, ""
	case "gate":
		o.joins, o.recording, o.loads = 0, false, ""
	case "loads":
		o.joins, o.gate, o.recording = 0, false, false
	case "recording":
		do = recordings
	default:
		fmt.Fprintln(os.Stderr, "bench: no part", *part)
		os.Exit(2)
	}
	if *sitting {
		do = func(ctx context.Context, _ options) error { return sit(ctx) }
	}
	if err := do(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	ours, err := startPlenum(ctx, o.plenum)
	if err != nil {
		return err
	}
	defer ours.stop()
	row("cold start, to ready", fmt.Sprintf("%.0f ms", ours.coldStart.Seconds()*1000), "500 ms")
	row("idle memory, resident after 3 s", fmt.Sprintf("%.0f MB", ours.idleMB), "80 MB")
	if o.joins > 0 {
		p50, p95, err := joinTimes(ctx, o)
		if err != nil {
			return err
		}
		row(fmt.Sprintf("click to picture, %d joins, p50", o.joins), p50+" ms", "")
		row(fmt.Sprintf("click to picture, %d joins, p95", o.joins), p95+" ms", "1000 ms")
		size, err := firstLoad(ctx)
		if err != nil {
			return err
		}
		row("first load to pre-join page, gzip", size, "250 kB")
	}
	if o.gate {
		if err := gates(ctx, o); err != nil {
			return err
		}
	}
	if o.recording {
		if err := recordings(ctx, o); err != nil {
			return err
		}
	}
	if o.loads == "" {
		return nil
	}
	theirs, err := startStock(ctx, o.stock)
	if err != nil {
		return err
	}
	defer theirs.stop()
	return compare(ctx, theirs, ours, o)
}

func row(name, figure, target string) {
	if target != "" {
		target = "≤ " + target
	}
	fmt.Printf("%-46s %10s   %s\n", name, figure, target)
}

// joinTimes lets a browser join; the script prints its p50 and p95 in ms.
func joinTimes(ctx context.Context, o options) (p50, p95 string, err error) {
	out, err := output(exec.CommandContext(ctx, "node", "join.mjs", strconv.Itoa(o.joins), o.plenum))
	if err != nil {
		return "", "", err
	}
	fields := strings.Fields(out)
	if len(fields) != 2 {
		return "", "", fmt.Errorf("join.mjs printed %q", out)
	}
	return fields[0], fields[1], nil
}

// firstLoad weighs what was built in web/dist last.
func firstLoad(ctx context.Context) (string, error) {
	out, err := output(exec.CommandContext(ctx, "node", "../web/scripts/size.js"))
	found := regexp.MustCompile(`([\d.]+ kB)  first load`).FindStringSubmatch(out)
	if found == nil { // over the budget it prints all the same, and fails
		return "", errors.Join(errors.New("the first load was not weighed"), err)
	}
	return found[1], nil
}

func output(command *exec.Cmd) (string, error) {
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		err = fmt.Errorf("%s: %w", command, err)
	}
	return string(out), err
}

// compare prints a line for each load. The order within a round changes from
// one to the next, so that a machine growing slower favours nobody.
func compare(ctx context.Context, theirs, ours server, o options) error {
	fmt.Printf("\nCPU per forwarded packet: VP8 of 1.5 Mbit/s a sender, medians of %d alternating rounds of %s\n", o.rounds, o.window)
	fmt.Printf("%-8s %9s %9s %7s %13s %11s %17s %17s\n", "load", "stock", "Plenum", "ratio", "of rounds", "packets/s", "delay p50/p99", "(stock)")
	link := ""
	for text := range strings.SplitSeq(o.loads, ",") {
		var size shape
		if _, err := fmt.Sscanf(text, "%dx%d", &size.senders, &size.subscribers); err != nil {
			return fmt.Errorf("load %q: %w", text, err)
		}
		var stock, plenum []result
		for round := range o.rounds {
			for turn := range 2 {
				s, results := theirs, &stock
				if (round+turn)%2 == 1 {
					s, results = ours, &plenum
				}
				r, err := measureWell(ctx, s, size, o.window)
				if err != nil {
					return fmt.Errorf("%s: %w", text, err)
				}
				if *results = append(*results, r); link == "" {
					link = r.link
				}
				if r.link != link {
					return fmt.Errorf("no fair comparison: %s here, %s there", link, r.link)
				}
			}
		}
		printLoad(text, stock, plenum)
	}
	fmt.Printf("target: ratio ≤ 1.0; both over %s\n", link)
	return nil
}

// measureWell tries again when something else kept the machine so busy that the
// load did not arrive; printLoad tells when that did not help.
func measureWell(ctx context.Context, s server, size shape, window time.Duration) (r result, err error) {
	for range 3 {
		if r, err = measure(ctx, s, size, window); err != nil || r.arrived >= enough {
			break
		}
	}
	return r, err
}

// enough of the packets must have arrived; fewer, and it is the machine that was
// measured.
const enough = 0.95

func printLoad(name string, stock, plenum []result) {
	ratios := make([]float64, len(stock))
	for i := range stock {
		ratios[i] = plenum[i].cost() / stock[i].cost()
	}
	middle := median(ratios) // sorts
	delay := func(of []result) string {
		return fmt.Sprintf("%.1f/%.1f ms",
			medianOf(of, func(r result) float64 { return r.p50.Seconds() * 1000 }),
			medianOf(of, func(r result) float64 { return r.p99.Seconds() * 1000 }))
	}
	fmt.Printf("%-8s %6.1f µs %6.1f µs %7.2f %13s %11.0f %17s %17s\n", name, medianOf(stock, result.cost), medianOf(plenum, result.cost), middle,
		fmt.Sprintf("%.2f–%.2f", ratios[0], ratios[len(ratios)-1]),
		medianOf(plenum, func(r result) float64 { return r.rate }), delay(plenum), delay(stock))
	arrived := func(r result) float64 { return r.arrived }
	if a, b := medianOf(plenum, arrived), medianOf(stock, arrived); min(a, b) < enough {
		fmt.Printf("         unsound: %.0f %% arrived through Plenum, %.0f %% through stock; is the machine busy otherwise?\n", 100*a, 100*b)
	}
}

// cost is µs per packet.
func (r result) cost() float64 { return float64(r.perPacket) / float64(time.Microsecond) }

func medianOf(results []result, of func(result) float64) float64 {
	values := make([]float64, len(results))
	for i, r := range results {
		values[i] = of(r)
	}
	return median(values)
}

// median sorts values.
func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
