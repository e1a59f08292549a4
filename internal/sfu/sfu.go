// Package sfu carries the media: LiveKit's server embedded as a library, without
// a listener of its own, behind our gate. It is the only package that knows
// LiveKit (docs/adr/0001-embed-livekit.md).
package sfu

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"plenum/internal/access"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
)

// stopTimeout bounds how long Run waits for the SFU's parts to end.
const stopTimeout = 5 * time.Second

// Config is what the SFU needs to know.
type Config struct {
	MediaPort int // one UDP and one TCP port of this number, for all media
	TURNPort  int // UDP; the relay, which is also the only STUN server browsers are given

	// NodeIPs are this machine's addresses that browsers reach; empty means all
	// of them, or loopback on a machine without a network. The first of each
	// family is the one of the relay.
	NodeIPs []netip.Addr
	// ExternalIPs, at most one per family, are told to browsers instead of the
	// machine's own addresses when it stands behind a NAT that forwards the ports.
	ExternalIPs []netip.Addr

	Secret [32]byte // keeps the signing key the same over restarts; the key itself is derived

	// Origins are the "https://host[:port]" whose pages may connect. Empty means
	// that page and server must have the same host and port.
	Origins []string

	// Unpublished is called, one call at a time, when a seat has stopped sending a
	// source for whatever reason. It must not block for long.
	Unpublished func(meeting id.Meeting, seat id.Seat, source access.Source)

	Logger     *slog.Logger
	Registerer prometheus.Registerer // nil: no metrics

	MaxSignalMessage int  // bytes; 0 means [DefaultMaxSignalMessage]
	TCPOnly          bool // no media over UDP, as behind a strict firewall
}

// DefaultMaxSignalMessage is the longest signal message taken from a client.
// What grows is the SDP answer: about 1 kB for each of 500 people's audio and
// 4 kB for each of 25 videos, 600 kB in all. It is read only from seats that
// showed a token, at the pace of signalRate.
const DefaultMaxSignalMessage = 1 << 20

// SFU is the embedded media server.
type SFU struct {
	log     *slog.Logger
	seats   *registry
	livekit *liveKit
	turn    *relay
	events  *eventQueue
	viewing *audience
	gate    *gate
	stopped atomic.Bool
}

// New takes the ports; [SFU.Run] must follow and gives them back. A taken port
// is an Unavailable fault whose text names it.
func New(cfg Config) (*SFU, error) {
	addrs, err := chooseAddresses(cfg.NodeIPs, cfg.ExternalIPs)
	if err != nil {
		return nil, fault.Wrap("sfu.New", err)
	}
	if cfg.MaxSignalMessage == 0 {
		cfg.MaxSignalMessage = DefaultMaxSignalMessage
	}
	installLogBridge(cfg.Logger)

	s := &SFU{log: cfg.Logger, seats: newRegistry(time.Now), events: newEventQueue(cfg.Unpublished)}
	s.viewing = newAudience(s.seats)
	if s.livekit, err = newLiveKit(cfg, addrs, s.events, s.viewing); err != nil {
		return nil, err
	}
	s.viewing.permit = s.livekit.permit
	if s.turn, err = newRelay(cfg.TURNPort, cfg.MediaPort, addrs, s.livekit.turnAuth.HandleAuth); err != nil {
		s.livekit.closeRooms()
		s.livekit.stop()
		return nil, err
	}
	s.gate = &gate{
		seats:      s.seats,
		livekit:    s.livekit,
		viewing:    s.viewing,
		origins:    cfg.Origins,
		maxMessage: cfg.MaxSignalMessage,
		stopped:    &s.stopped,
	}
	if cfg.Registerer != nil {
		if err := registerMetrics(cfg.Registerer, s); err != nil {
			return nil, errors.Join(fault.Wrap("sfu.New", err), s.stop())
		}
	}
	return s, nil
}

// Handler serves LiveKit's signalling at /rtc and below.
func (s *SFU) Handler() http.Handler { return s.gate }

// Run serves until ctx ends, then tells the clients that the server is stopping
// and ends everything the SFU started, within a few seconds.
func (s *SFU) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	delivered := make(chan struct{})
	go func() {
		defer close(delivered)
		s.events.deliver()
	}()
	settled := make(chan struct{})
	go func() {
		defer close(settled)
		s.viewing.run(ctx)
	}()
	if err := s.livekit.start(); err != nil {
		cancel()
		err = errors.Join(fault.Wrap("sfu.Run", err), s.stop())
		<-delivered
		<-settled
		return err
	}

	heartbeat := time.NewTicker(nodeHeartbeat)
	defer heartbeat.Stop()
	for {
		select {
		case <-heartbeat.C:
			s.livekit.beat()
		case <-ctx.Done():
			err := s.stop()
			<-delivered
			<-settled
			return err
		}
	}
}

// stop ends LiveKit, the relay and every signal connection.
func (s *SFU) stop() error {
	s.stopped.Store(true)
	conns := s.seats.closeAll()

	done := make(chan struct{})
	go func() {
		defer close(done)
		s.livekit.closeRooms() // sends each client its leave message
		for _, c := range conns {
			c.closeSoon()
		}
		s.gate.open.Wait()
		s.livekit.stop()
		s.turn.close()
	}()
	var err error
	select {
	case <-done:
	case <-time.After(stopTimeout):
		err = fault.New("sfu.Run", fault.Internal, "internal", "The media server did not stop in time.")
	}
	s.events.close()
	return err
}

// Open makes the room ready for connections; opening an open room does nothing.
func (s *SFU) Open(ctx context.Context, meeting id.Meeting) error {
	if s.stopped.Load() {
		return errStopped
	}
	if err := s.livekit.createRoom(ctx, meeting); err != nil {
		return fault.Wrap("sfu.Open", err)
	}
	s.seats.open(meeting)
	s.viewing.open(meeting)
	return nil
}

// Close ends the room, its connections and all its tokens.
func (s *SFU) Close(ctx context.Context, meeting id.Meeting) error {
	conns := s.seats.close(meeting)
	s.viewing.close(meeting)
	err := s.livekit.deleteRoom(ctx, meeting)
	for _, c := range conns {
		c.closeSoon()
	}
	return fault.Wrap("sfu.Close", err)
}

// Token gives a secret that opens one connection for the seat within 60 s.
// Grants set later win over grants.
func (s *SFU) Token(meeting id.Meeting, seat id.Seat, grants access.Grants) (pii.Secret, error) {
	secret, err := s.seats.issue(meeting, seat, grants)
	s.viewing.changed(meeting)
	return secret, err
}

// SetGrants changes what the seat may send and whose cameras it receives, now and
// when it connects again; tracks of a withdrawn source are unpublished.
func (s *SFU) SetGrants(ctx context.Context, meeting id.Meeting, seat id.Seat, grants access.Grants) error {
	if s.seats.setGrants(meeting, seat, grants) {
		s.viewing.changed(meeting)
		s.livekit.setPermission(ctx, meeting, seat, grants)
	}
	return nil
}

// Mute silences the seat's tracks of source; the seat may unmute itself again.
func (s *SFU) Mute(ctx context.Context, meeting id.Meeting, seat id.Seat, source access.Source) error {
	s.livekit.mute(ctx, meeting, seat, source)
	return nil
}

// Remove ends the seat's connections; every token it has been given is dead
// from now on, also those that LiveKit refreshed.
func (s *SFU) Remove(ctx context.Context, meeting id.Meeting, seat id.Seat) error {
	conns := s.seats.remove(meeting, seat)
	s.livekit.removeParticipant(ctx, meeting, seat)
	for _, c := range conns {
		c.closeSoon()
	}
	return nil
}

var errStopped = fault.New("sfu", fault.Unavailable, "server.draining", "The server is stopping.")
