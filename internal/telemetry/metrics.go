package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
)

// Gauges is what the figures are read from, at each scrape.
type Gauges struct {
	Rooms  func() int    // live rooms
	Seats  func() int    // people in all of them
	Joins  func() uint64 // admissions since the start
	Listen string        // host:port on loopback
}

// Metrics serves Prometheus figures and pprof to this machine.
type Metrics struct {
	listener net.Listener
	server   *http.Server
}

// NewMetrics takes the port at once, so that a taken one is known at start.
func NewMetrics(ctx context.Context, g Gauges, logger *slog.Logger) (*Metrics, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", g.Listen)
	if err != nil {
		return nil, err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "plenum_rooms", Help: "Live rooms."}, func() float64 { return float64(g.Rooms()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "plenum_seats", Help: "People in all live rooms."}, func() float64 { return float64(g.Seats()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "plenum_joins_total", Help: "Admissions since the start."}, func() float64 { return float64(g.Joins()) }),
	)
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(prometheus.Gatherers{registry, sfuFigures(prometheus.DefaultGatherer)}, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return &Metrics{l, &http.Server{
		Handler: localOnly(mux), ErrorLog: HTTPErrors(logger),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 2 * time.Minute, // a profile takes 30 s
	}}, nil
}

// Addr is the host:port taken.
func (m *Metrics) Addr() string { return m.listener.Addr().String() }

// Run serves until ctx ends.
func (m *Metrics) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { m.server.Close() }) //nolint:errcheck // nothing to be done about it
	defer stop()
	if err := m.server.Serve(m.listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// localOnly refuses what a web page on this machine could ask for by a name of
// its own that leads to the loopback address (DNS rebinding).
func localOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if !slices.Contains([]string{"localhost", "127.0.0.1", "::1", "[::1]"}, host) {
			http.Error(w, "Ask for localhost.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// sfuFigures lets through what operators need of the SFU's own figures, which
// sit in the library's global registry. The list is closed: a label about a
// person in some later version does not get out by itself.
func sfuFigures(all prometheus.Gatherer) prometheus.Gatherer {
	wanted := []string{
		"livekit_packet_total", "livekit_packet_bytes", "livekit_nack_total", "livekit_pli_total", "livekit_fir_total",
		"livekit_packet_loss_total", "livekit_forward_latency", "livekit_forward_jitter",
	}
	labels := []string{"direction", "transmission"}
	return prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		families, err := all.Gather()
		families = slices.DeleteFunc(families, func(f *dto.MetricFamily) bool { return !slices.Contains(wanted, f.GetName()) })
		for _, f := range families {
			for _, m := range f.Metric {
				m.Label = slices.DeleteFunc(m.Label, func(l *dto.LabelPair) bool { return !slices.Contains(labels, l.GetName()) })
			}
			f.Metric = slices.CompactFunc(f.Metric, sameLabels)
		}
		return families, err
	})
}

// sameLabels keeps Prometheus from refusing a scrape with two equal series.
func sameLabels(a, b *dto.Metric) bool {
	return slices.EqualFunc(a.Label, b.Label, func(x, y *dto.LabelPair) bool {
		return x.GetName() == y.GetName() && x.GetValue() == y.GetValue()
	})
}
