package sfu

import (
	"github.com/prometheus/client_golang/prometheus"

	"plenum/internal/access"
)

// metrics reads the SFU's state when Prometheus asks. No label tells rooms or
// people apart.
type metrics struct {
	sfu                      *SFU
	rooms, signalling, media *prometheus.Desc
}

func registerMetrics(to prometheus.Registerer, s *SFU) error {
	return to.Register(&metrics{
		sfu:        s,
		rooms:      prometheus.NewDesc("plenum_sfu_rooms", "Rooms open at the SFU.", nil, nil),
		signalling: prometheus.NewDesc("plenum_sfu_connections", "Open signalling connections.", nil, nil),
		media:      prometheus.NewDesc("plenum_sfu_tracks", "Tracks being sent to the SFU.", []string{"source"}, nil),
	})
}

// Describe implements prometheus.Collector.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) {
	ch <- m.rooms
	ch <- m.signalling
	ch <- m.media
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	rooms, conns := m.sfu.seats.count()
	ch <- prometheus.MustNewConstMetric(m.rooms, prometheus.GaugeValue, float64(rooms))
	ch <- prometheus.MustNewConstMetric(m.signalling, prometheus.GaugeValue, float64(conns))
	sources := m.sfu.events.sources()
	for _, s := range []access.Source{access.Microphone, access.Camera, access.Screen} {
		ch <- prometheus.MustNewConstMetric(m.media, prometheus.GaugeValue, float64(sources[s]), string(s))
	}
}
