// Command bench measures Plenum against a stock LiveKit server of the same
// version: CPU per forwarded packet, with the same publisher and subscribers,
// both measured in turn in one run. Figures are ratios first; the absolute ones
// depend on the machine.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"

	protologger "github.com/livekit/protocol/logger"
	lksdk "github.com/livekit/server-sdk-go/v2"
)

func main() {
	plenum := flag.String("plenum", "../bin/plenum", "the Plenum binary")
	stock := flag.String("stock", "../bin/livekit-server", "the stock LiveKit binary")
	sizes := flag.String("subscribers", "50,100,150", "numbers of subscribers")
	rounds := flag.Int("rounds", 3, "alternating rounds for each number")
	window := flag.Duration("window", 10*time.Second, "how long each round measures")
	flag.Parse()
	lksdk.SetLogger(protologger.GetDiscardLogger())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *plenum, *stock, *sizes, *rounds, *window); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, plenum, stock, sizes string, rounds int, window time.Duration) error {
	ours, err := startPlenum(ctx, plenum)
	if err != nil {
		return err
	}
	defer ours.stop()
	fmt.Printf("cold start          %8.0f ms   (target 500)\n", ours.coldStart.Seconds()*1000)
	fmt.Printf("idle memory         %8.0f MB   (target 80)\n", ours.idleMB)
	theirs, err := startStock(ctx, stock)
	if err != nil {
		return err
	}
	defer theirs.stop()

	fmt.Println("\nCPU per forwarded packet, µs: one publisher, 1.5 Mbit/s VP8, medians of", rounds, "alternating rounds")
	fmt.Printf("%12s %10s %10s %8s %12s\n", "subscribers", "stock", "plenum", "ratio", "packets/s")
	for size := range strings.SplitSeq(sizes, ",") {
		n, err := strconv.Atoi(size)
		if err != nil {
			return err
		}
		var a, b, rates []float64
		for range rounds {
			s, err := measure(ctx, theirs, n, window)
			if err != nil {
				return fmt.Errorf("stock with %d subscribers: %w", n, err)
			}
			p, err := measure(ctx, ours, n, window)
			if err != nil {
				return fmt.Errorf("plenum with %d subscribers: %w", n, err)
			}
			a, b, rates = append(a, s.perPacket), append(b, p.perPacket), append(rates, p.rate)
		}
		fmt.Printf("%12d %10.1f %10.1f %8.2f %12.0f\n", n, median(a), median(b), median(b)/median(a), median(rates))
	}
	return nil
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
