// Package server puts the program together: it makes every part, gives each what
// it needs of the others, and runs them until told to stop.
package server

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"plenum/internal/access"
	"plenum/internal/api"
	"plenum/internal/archive"
	"plenum/internal/auth"
	"plenum/internal/capacity"
	"plenum/internal/config"
	"plenum/internal/edge"
	"plenum/internal/id"
	"plenum/internal/ldap"
	"plenum/internal/live"
	"plenum/internal/oidc"
	"plenum/internal/pii"
	"plenum/internal/room"
	"plenum/internal/sfu"
	"plenum/internal/store"
	"plenum/internal/telemetry"
	"plenum/internal/vault"
	"plenum/web"
)

// Options is what a caller may want other than an operator can say.
type Options struct {
	Version   string
	Log       io.Writer      // where log lines go
	Out       io.Writer      // where the set-up link goes
	ACMERoots *x509.CertPool // whom to trust as ACME directory; nil for the system's list
}

// Server is the whole program, ready to run.
type Server struct {
	cfg      config.Config
	out      io.Writer
	log      *slog.Logger
	setUp    pii.Secret // of this start's set-up link; "" when set up already
	draining atomic.Bool

	keys      *vault.Vault
	passwords *auth.Passwords // one for all, so that guessing at one door slows all
	store     *store.Store
	sfu       *sfu.SFU
	pool      *capacity.Pool
	archive   *archive.Archive
	rooms     *room.Rooms
	live      *live.Handler
	edge      *edge.Edge
	metrics   *telemetry.Metrics // nil when switched off

	release []func() // gives back what New took, last taken first
}

// New makes all parts and takes all ports; nothing is served before Run. Its
// error is one for the operator: see [Explain].
func New(ctx context.Context, cfg config.Config, o Options) (_ *Server, err error) {
	s := &Server{cfg: cfg, out: o.Out, log: telemetry.NewLogger(o.Log, cfg.LogLevel, cfg.LogFormat)}
	defer func() {
		if err != nil {
			s.close()
		}
	}()

	// Where everything is kept, and the keys to it.
	unlock, err := takeData(cfg.Data)
	if err != nil {
		return nil, err
	}
	s.release = append(s.release, unlock)
	if s.keys, err = vault.Open(MasterKeyPath(cfg)); err != nil {
		return nil, err
	}
	if s.store, err = store.Open(ctx, SealedStoreConfig(cfg, s.keys)); err != nil {
		return nil, err
	}
	s.release = append(s.release, func() { s.store.Close() }) //nolint:errcheck // all is written by then
	if err := s.store.SetBaseURL(ctx, BaseURL(cfg)); err != nil {
		return nil, err
	}
	done, err := s.store.IsSetUp(ctx)
	if err != nil {
		return nil, err
	}
	if !done {
		s.setUp = pii.Secret(id.NewSecret())
	}

	// The rooms, their places and their media. Each calls the other, so the SFU and
	// the pool are given functions that find the rooms when they are called.
	figures := telemetry.NewFigures()
	if s.sfu, err = sfu.New(sfu.Config{
		MediaPort: cfg.MediaPort, TURNPort: cfg.TURNPort, ExternalIPs: cfg.ExternalIPs, Secret: s.keys.Derive("sfu"),
		Unpublished: func(m id.Meeting, seat id.Seat, source access.Source) { s.rooms.Unpublished(m, seat, source) },
		Logger:      s.log, Registerer: figures,
	}); err != nil {
		return nil, err
	}
	s.release = append(s.release, func() { s.endSFU(ctx) })
	node := id.New[string]()
	s.pool = capacity.New(capacity.Config{
		Store: s.store, Moved: func(m id.Meeting, seat id.Seat, standing capacity.Standing) { s.rooms.Moved(m, seat, standing) },
		Logger: s.log, Node: node,
	})
	if s.archive, err = s.newArchive(node); err != nil {
		return nil, err
	}
	s.passwords = auth.NewPasswords(auth.DefaultParams())
	if s.rooms, err = room.New(room.Config{Store: s.store, Media: s.sfu, Pool: s.pool, Recordings: s.archive, Passwords: s.passwords, Key: s.keys.Derive("room.resume"), Logger: s.log}); err != nil {
		return nil, err
	}
	doors := &countingRooms{Rooms: s.rooms}
	telemetry.CountRooms(figures, telemetry.Rooms{Rooms: s.rooms.Count, Seats: s.rooms.Seats, Joins: doors.joins.Load, Recordings: s.archive.Making})

	// What people talk to.
	s.live = live.New(live.Config{Rooms: doors, Logger: s.log})
	if s.edge, err = edge.New(ctx, s.edgeConfig(o)); err != nil {
		return nil, err
	}
	s.release = append(s.release, func() { s.edge.Close() }) //nolint:errcheck // nothing was served
	if cfg.MetricsListen != "" {
		if s.metrics, err = telemetry.NewMetrics(ctx, cfg.MetricsListen, figures, s.log); err != nil {
			return nil, err
		}
		s.release = append(s.release, func() { s.metrics.Close() }) //nolint:errcheck // as above
	}
	return s, nil
}

// edgeConfig mounts what people talk to.
func (s *Server) edgeConfig(o Options) edge.Config {
	zap := telemetry.Zap(s.log)
	handler := s.api(o)
	tenants := &names{load: s.store.TenantHosts, log: s.log}
	c := edge.Config{
		Listen: s.cfg.Listen, Domain: s.cfg.Domain, BaseURL: BaseURL(s.cfg), External: s.cfg.ExternalIPs, TrustedProxies: s.cfg.TrustedProxies,
		Dir:     filepath.Join(s.cfg.Data, "tls"),
		Tenants: tenants.list, AdminListen: s.cfg.AdminListen, AdminAPI: api.Administration(handler),
		API: handler, Live: s.live, Signal: s.sfu.Handler(), Pages: web.Files(), Ready: s.ready,
		Logger: s.log, Zap: zap, Errors: telemetry.HTTPErrors(s.log),
	}
	if s.cfg.UsesACME() {
		c.ACME = &edge.ACME{Directory: s.cfg.ACMECA, Email: s.cfg.ACMEEmail, Roots: o.ACMERoots, Public: config.IsPublicName}
	}
	return c
}

// api makes the handler of everything under /api.
func (s *Server) api(o Options) http.Handler {
	return api.New(api.Config{
		Store: s.store, Rooms: s.rooms, Recordings: s.archive, Passwords: s.passwords, Logger: s.log,
		OIDC: oidc.New(), LDAP: ldap.Directories{}, Factors: s.keys.Sealer("factor"), ProviderSecrets: s.keys.Sealer("provider"),
		SetUpSecret: s.setUp, BaseURL: linkBase(s.cfg), Version: o.Version, LAN: !s.cfg.UsesACME() && len(s.cfg.TrustedProxies) == 0,
		AdminApart: s.cfg.AdminListen != "", OwnHosts: edge.OwnHosts(s.cfg.Domain),
		Answers: s.keys.Sealer("api.answers"), Key: s.keys.Derive("api.answers.names"), Viewing: s.keys.Sealer("api.viewing"),
	})
}

// errDraining is why a stopping server is not ready.
var errDraining = errors.New("the server is stopping")

// ready reports whether new meetings are welcome here.
func (s *Server) ready(ctx context.Context) error {
	if s.draining.Load() {
		return errDraining
	}
	return s.store.Ping(ctx)
}

// Run serves until ctx ends, then says goodbye to everybody and stops. People
// come back by themselves once the server runs again.
func (s *Server) Run(ctx context.Context) error {
	defer s.close()
	background := context.WithoutCancel(ctx)
	inner, stopInner := context.WithCancel(background)
	defer stopInner()
	outer, stopOuter := context.WithCancel(background)
	defer stopOuter()

	library, stopLibrary := context.WithCancel(background)
	defer stopLibrary()

	var inside, between, outside sync.WaitGroup
	failed := make(chan error, 7) // one place for each part below
	start := func(group *sync.WaitGroup, ctx context.Context, name string, run func(context.Context) error) {
		group.Go(func() {
			err := run(ctx)
			if err == nil && ctx.Err() == nil {
				err = errors.New("it ended by itself")
			}
			if err != nil {
				failed <- fmt.Errorf("%s: %w", name, err)
			}
		})
	}
	start(&inside, inner, "database", func(ctx context.Context) error {
		return s.store.Run(ctx, func(err error) { s.log.Error("expired data not deleted", "error", err) })
	})
	start(&inside, inner, "media server", s.sfu.Run)
	start(&inside, inner, "pool", s.pool.Run)
	start(&inside, inner, "rooms", s.rooms.Run)
	start(&between, library, "recordings", s.archive.Run)
	if s.metrics != nil {
		start(&inside, inner, "metrics", s.metrics.Run)
	}
	s.greet(ctx)
	start(&outside, outer, "pages", func(ctx context.Context) error { return s.edge.Run(ctx, s.cfg.DrainTimeout) })
	s.release = s.release[:2] // the parts give back their own from here on; data and database are left

	var failure error
	select {
	case <-ctx.Done():
	case failure = <-failed:
		s.log.Error("a part of the server failed", "error", failure)
	}
	s.drain(background)
	stopOuter()
	outside.Wait()
	stopLibrary() // recordings are ended while there is still a media server, and a database to note it in
	between.Wait()
	stopInner()
	inside.Wait()
	close(failed)
	for err := range failed {
		failure = errors.Join(failure, err)
	}
	s.log.Info("stopped")
	return failure
}

// drain tells everybody that the server goes and waits a while for them to.
func (s *Server) drain(ctx context.Context) {
	s.draining.Store(true)
	s.log.Info("stopping", "rooms", s.rooms.Count(), "seats", s.rooms.Seats())
	ctx, cancel := context.WithTimeout(ctx, s.cfg.DrainTimeout)
	defer cancel()
	if err := s.live.Drain(ctx); err != nil {
		s.log.Warn("not everybody went in time", "connections", s.live.Connections())
	}
}

// close gives back what is still held.
func (s *Server) close() {
	for _, release := range slices.Backward(s.release) {
		release()
	}
	s.release = nil
}

// endSFU gives the media ports back when Run is never called.
func (s *Server) endSFU(ctx context.Context) {
	ended, cancel := context.WithCancel(context.WithoutCancel(ctx))
	cancel()
	if err := s.sfu.Run(ended); err != nil {
		s.log.Warn("media server not stopped", "error", err)
	}
}

// Addr is the address of the pages; useful when the port was left to chance.
func (s *Server) Addr() *net.TCPAddr { return s.edge.Addr() }

// AdminAddr is the address of the administration; nil when it has none of its
// own.
func (s *Server) AdminAddr() *net.TCPAddr { return s.edge.AdminAddr() }

// MetricsAddr is the address of the figures, "" when switched off.
func (s *Server) MetricsAddr() string {
	if s.metrics == nil {
		return ""
	}
	return s.metrics.Addr()
}

// AuthorityPEM is the certificate to trust when there is no public one.
func (s *Server) AuthorityPEM() []byte { return s.edge.AuthorityPEM() }

// SetUpSecret opens the set-up page; "" when the server is set up.
func (s *Server) SetUpSecret() pii.Secret { return s.setUp }

// countingRooms counts who comes in.
type countingRooms struct {
	*room.Rooms
	joins atomic.Uint64
}

// Connect is that of [room.Rooms].
func (r *countingRooms) Connect(ctx context.Context, c room.Credential) (*room.Conn, error) {
	conn, err := r.Rooms.Connect(ctx, c)
	if err == nil && c.Ticket != "" {
		r.joins.Add(1)
	}
	return conn, err
}
