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
)

// Figures is where the parts of the server register what can be counted. No
// label tells a person or a meeting apart.
type Figures = *prometheus.Registry

// NewFigures makes a registry with the figures of the process itself.
func NewFigures() Figures {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return registry
}

// Rooms is what the figures about meetings are read from, at each scrape.
type Rooms struct {
	Rooms func() int    // live rooms
	Seats func() int    // people in all of them
	Joins func() uint64 // live channels opened with a ticket since the start

	Recordings func() int // that are being made
}

// CountRooms registers the figures about meetings.
func CountRooms(to Figures, r Rooms) {
	to.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "plenum_rooms", Help: "Rooms with somebody in them."}, func() float64 { return float64(r.Rooms()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "plenum_seats", Help: "Seats taken in all rooms."}, func() float64 { return float64(r.Seats()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "plenum_joins_total", Help: "People who came in since the start."}, func() float64 { return float64(r.Joins()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "plenum_recordings", Help: "Meetings that are being recorded."}, func() float64 { return float64(r.Recordings()) }),
	)
}

// Metrics serves Prometheus figures and pprof to this machine.
type Metrics struct {
	listener net.Listener
	server   *http.Server
}

// NewMetrics takes the port at once, so that a taken one is known at start.
func NewMetrics(ctx context.Context, listen string, figures Figures, logger *slog.Logger) (*Metrics, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", listen)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(figures, promhttp.HandlerOpts{}))
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

// Close gives the port back when Run was never called.
func (m *Metrics) Close() error { return m.listener.Close() }

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
