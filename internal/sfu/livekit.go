package sfu

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/livekit/livekit-server/pkg/config"
	"github.com/livekit/livekit-server/pkg/routing"
	"github.com/livekit/livekit-server/pkg/rtc/types"
	"github.com/livekit/livekit-server/pkg/service"
	"github.com/livekit/livekit-server/pkg/telemetry"
	lkmetrics "github.com/livekit/livekit-server/pkg/telemetry/prometheus"
	"github.com/livekit/mediatransportutil/pkg/rtcconfig"
	"github.com/livekit/protocol/auth"
	"github.com/livekit/protocol/codecs/mime"
	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/logger"
	"github.com/livekit/protocol/rpc"
	"github.com/livekit/protocol/utils"
	"github.com/livekit/psrpc"
	"github.com/prometheus/client_golang/prometheus"

	"plenum/internal/access"
	"plenum/internal/fault"
	"plenum/internal/id"
)

const (
	apiKey = "plenum"
	// nodeHeartbeat keeps the node "available": LiveKit takes one silent for 5 s
	// for dead and refuses connections.
	nodeHeartbeat = 2 * time.Second
)

// liveKit is LiveKit's server as wired in its own service.InitializeServer,
// less the parts that listen, store or call out: no HTTP API, no Redis, no
// egress, ingress, SIP, agents or webhooks.
type liveKit struct {
	conf       *config.Config
	secret     string
	node       routing.LocalNode
	rooms      *service.RoomManager
	signals    *service.SignalServer
	turnAuth   *service.TURNAuthHandler
	signalling *http.ServeMux
}

func newLiveKit(cfg Config, addrs addresses, events *eventQueue, viewing *audience) (*liveKit, error) {
	conf, err := liveKitConfig(cfg, addrs)
	if err != nil {
		return nil, fault.Wrap("sfu.New", err)
	}
	initMetrics()
	l := &liveKit{conf: conf, secret: conf.Keys[apiKey], signalling: http.NewServeMux()}
	if err := l.wire(cfg.MediaPort, events, viewing); err != nil {
		return nil, err
	}
	// From here on LiveKit reads NodeIP only for the relay's URL.
	conf.RTC.NodeIP = rtcconfig.NodeIP{}
	if ip, ok := addrs.advertised(true); ok {
		conf.RTC.NodeIP.V4 = ip.String()
	}
	if ip, ok := addrs.advertised(false); ok {
		conf.RTC.NodeIP.V6 = ip.String()
	}
	return l, nil
}

// liveKitConfig starts from LiveKit's defaults and changes what Plenum promises
// otherwise. "Development" stays off: it would serve http.DefaultServeMux.
func liveKitConfig(cfg Config, addrs addresses) (*config.Config, error) {
	// The address keeps LiveKit from looking for one of its own, which it then
	// would distrust and ask foreign STUN servers about.
	conf, err := config.NewConfig(`rtc: {node_ip: "127.0.0.1", udp_port: 1}`, true, nil, nil)
	if err != nil {
		return nil, err
	}
	secret, err := hkdf.Key(sha256.New, cfg.Secret[:], nil, "plenum sfu signing key 1", 32)
	if err != nil {
		return nil, err
	}
	conf.Keys = map[string]string{apiKey: hex.EncodeToString(secret)}

	rtc := &conf.RTC
	rtc.UDPPort = rtcconfig.PortRange{Start: cfg.MediaPort}
	rtc.ICEPortRangeStart, rtc.ICEPortRangeEnd = 0, 0
	rtc.TCPPort = uint32(cfg.MediaPort) //nolint:gosec // a port number
	rtc.ForceTCP = cfg.TCPOnly
	rtc.EnableLoopbackCandidate = addrs.loopback()
	rtc.NodeIP = rtcconfig.NodeIP{V4: candidateRule(addrs, true), V6: candidateRule(addrs, false)}
	for _, ip := range addrs.local {
		rtc.IPs.Includes = append(rtc.IPs.Includes, netip.PrefixFrom(ip, ip.BitLen()).String())
	}

	// Relay and STUN are ours (turn.go); enabled here so that LiveKit tells
	// browsers about it. Without it they would be told Google's and Twilio's.
	conf.TURN.Enabled = true
	conf.TURN.UDPPort = cfg.TURNPort

	conf.Room.AutoCreate = false
	conf.Room.EnableRemoteUnmute = false
	conf.Room.EnabledCodecs = nil
	for _, m := range []mime.MimeType{
		mime.MimeTypeOpus, mime.MimeTypeRED,
		mime.MimeTypeVP8, mime.MimeTypeVP9, mime.MimeTypeAV1, mime.MimeTypeH264, mime.MimeTypeRTX,
	} {
		conf.Room.EnabledCodecs = append(conf.Room.EnabledCodecs, config.CodecSpec{Mime: m.String()})
	}
	// Authority, names and messages travel on the live channel alone.
	conf.EnableDataTracks = false
	conf.EnableParticipantDataBlob = false
	return conf, nil
}

// candidateRule is how LiveKit's "node IP" rewrites ICE candidates of one
// family: "external" puts that address in place of every local one;
// "address/address" keeps all as they are, and that an address is set at all
// keeps LiveKit from asking foreign STUN servers.
func candidateRule(addrs addresses, v4 bool) string {
	if ip, ok := first(addrs.external, v4); ok {
		return ip.String()
	}
	if ip, ok := first(addrs.local, v4); ok {
		return ip.String() + "/" + ip.String()
	}
	return ""
}

// wire makes LiveKit's parts in the order of service.InitializeServer. The
// media ports are taken here.
func (l *liveKit) wire(mediaPort int, events *eventQueue, viewing *audience) error {
	node, err := routing.NewLocalNode(l.conf)
	if err != nil {
		return fault.Wrap("sfu.New", err)
	}
	l.node = node
	bus := psrpc.NewLocalMessageBus()
	signalClient, err := routing.NewSignalClient(node.NodeID(), bus, l.conf.SignalRelay)
	if err != nil {
		return fault.Wrap("sfu.New", err)
	}
	clientParams := rpc.NewClientParams(l.conf.PSRPC, bus, logger.GetLogger(), rpc.PSRPCMetricsObserver{})
	roomClient, err := routing.NewRoomManagerClient(clientParams, l.conf.Room)
	if err != nil {
		return fault.Wrap("sfu.New", err)
	}
	router := routing.NewLocalRouter(node, signalClient, roomClient, l.conf.NodeStats)
	store := service.NewLocalStore()
	allocator, err := service.NewRoomAllocator(l.conf, router, store)
	if err != nil {
		return fault.Wrap("sfu.New", err)
	}
	observed := &observer{
		TelemetryService: telemetry.NewTelemetryService(nil, telemetry.NewAnalyticsService(l.conf, node)),
		events:           events,
		viewing:          viewing,
		tooMany:          l.removeParticipant,
	}
	l.turnAuth = service.NewTURNAuthHandler(auth.NewSimpleKeyProvider(apiKey, l.secret))
	l.rooms, err = service.NewLocalRoomManager(l.conf, store, node, router, allocator, observed,
		nil, store, nil, utils.NewDefaultTimedVersionGenerator(), l.turnAuth, bus, nil)
	if err != nil {
		return portFault("UDP and TCP", mediaPort, err)
	}
	l.signals, err = service.NewDefaultSignalServer(node, bus, l.conf.SignalRelay, router, l.rooms)
	if err != nil {
		l.rooms.Stop()
		return fault.Wrap("sfu.New", err)
	}
	service.NewRTCService(l.conf, allocator, requestFilter{Router: router}, observed).SetupRoutes(l.signalling)
	return nil
}

// portFault turns the commonest reason for not starting into a sentence.
func portFault(protocol string, port int, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fault.New("sfu.New", fault.Unavailable, "media.port_taken",
			fmt.Sprintf("Media port %d (%s) is in use by another program.", port, protocol)).With(err)
	}
	return fault.Wrap("sfu.New", err)
}

func (l *liveKit) start() error {
	l.beat()
	return l.signals.Start()
}

// beat tells LiveKit's node selection that this node lives.
func (l *liveKit) beat() {
	l.node.SetStats(&livekit.NodeStats{UpdatedAt: time.Now().Unix()})
}

// closeRooms ends every participant and gives the media ports back.
func (l *liveKit) closeRooms() { l.rooms.Stop() }

// stop ends signalling, when the participants' last messages are out.
func (l *liveKit) stop() { l.signals.Stop() }

// verify checks a token that LiveKit refreshed.
func (l *liveKit) verify(token string) (*auth.ClaimGrants, error) {
	parsed, err := auth.ParseAPIToken(token)
	if err != nil {
		return nil, err
	}
	if parsed.APIKey() != apiKey {
		return nil, errToken
	}
	_, claims, err := parsed.Verify(l.secret)
	if err != nil {
		return nil, err
	}
	if claims.Video == nil {
		return nil, errToken
	}
	return claims, nil
}

// withGrants puts the seat's claims where LiveKit's own token check would.
func (l *liveKit) withGrants(ctx context.Context, p pass) context.Context {
	video := &auth.VideoGrant{
		RoomJoin: true,
		Room:     string(p.seat.meeting),
		// LiveKit copies the grant into the tokens it refreshes and uses this field
		// for nothing we have: the one place to mark which life of the seat it is.
		DestinationRoom: p.seat.life,
	}
	video.UpdateFromPermission(permission(p.grants))
	claims := &auth.ClaimGrants{Identity: string(p.seat.id), Video: video}
	return service.WithGrants(ctx, claims, apiKey)
}

// permission is what a seat may do at the SFU: send its granted sources and
// receive. No data, no metadata, no names.
func permission(grants access.Grants) *livekit.ParticipantPermission {
	var sources []livekit.TrackSource
	if grants.Microphone {
		sources = append(sources, livekit.TrackSource_MICROPHONE)
	}
	if grants.Camera {
		sources = append(sources, livekit.TrackSource_CAMERA)
	}
	if grants.Screen {
		sources = append(sources, livekit.TrackSource_SCREEN_SHARE, livekit.TrackSource_SCREEN_SHARE_AUDIO)
	}
	return &livekit.ParticipantPermission{
		CanSubscribe:      true,
		CanPublish:        len(sources) > 0, // an empty list alone would mean "all"
		CanPublishSources: sources,
	}
}

// sourceOf is the inverse; the shared screen's sound is part of the screen.
func sourceOf(source livekit.TrackSource) (access.Source, bool) {
	switch source {
	case livekit.TrackSource_MICROPHONE:
		return access.Microphone, true
	case livekit.TrackSource_CAMERA:
		return access.Camera, true
	case livekit.TrackSource_SCREEN_SHARE, livekit.TrackSource_SCREEN_SHARE_AUDIO:
		return access.Screen, true
	case livekit.TrackSource_UNKNOWN:
	}
	return "", false
}

func (l *liveKit) createRoom(ctx context.Context, meeting id.Meeting) error {
	_, err := l.rooms.CreateRoom(ctx, &livekit.CreateRoomRequest{Name: string(meeting)})
	return err
}

func (l *liveKit) deleteRoom(ctx context.Context, meeting id.Meeting) error {
	_, err := l.rooms.DeleteRoom(ctx, &livekit.DeleteRoomRequest{Room: string(meeting)})
	return err
}

// participant returns the seat's present connection to the SFU, nil without one.
func (l *liveKit) participant(ctx context.Context, meeting id.Meeting, seat id.Seat) types.LocalParticipant {
	room := l.rooms.GetRoom(ctx, livekit.RoomName(meeting))
	if room == nil {
		return nil
	}
	return room.GetParticipant(livekit.ParticipantIdentity(seat))
}

func (l *liveKit) setPermission(ctx context.Context, meeting id.Meeting, seat id.Seat, grants access.Grants) {
	if p := l.participant(ctx, meeting, seat); p != nil {
		p.SetPermission(permission(grants))
	}
}

// permit asks who may receive the tracks of a seat's connection, and tells
// LiveKit unless the answer is nil.
func (l *liveKit) permit(ctx context.Context, meeting id.Meeting, seat id.Seat, decide func(connection string) *livekit.SubscriptionPermission) {
	p := l.participant(ctx, meeting, seat)
	if p == nil {
		return
	}
	if list := decide(string(p.ID())); list != nil {
		// It fails only for seats named by their connection, which ours are not.
		_ = p.HandleUpdateSubscriptionPermission(list)
	}
}

func (l *liveKit) mute(ctx context.Context, meeting id.Meeting, seat id.Seat, source access.Source) {
	p := l.participant(ctx, meeting, seat)
	if p == nil {
		return
	}
	for _, track := range p.GetPublishedTracks() {
		if s, ok := sourceOf(track.Source()); ok && s == source && !track.IsMuted() {
			p.SetTrackMuted(&livekit.MuteTrackRequest{Sid: string(track.ID()), Muted: true}, true)
		}
	}
}

func (l *liveKit) removeParticipant(ctx context.Context, meeting id.Meeting, seat id.Seat) {
	if room := l.rooms.GetRoom(ctx, livekit.RoomName(meeting)); room != nil {
		room.RemoveParticipant(livekit.ParticipantIdentity(seat), "", types.ParticipantCloseReasonServiceRequestRemoveParticipant)
	}
}

var metricsOnce sync.Once //nolint:gochecknoglobals // LiveKit's counters are variables of its package.

// initMetrics makes LiveKit's own counters, which its code needs, without
// showing them: LiveKit registers them with Prometheus' default registry, one
// set per process, and ours are in metrics.go.
func initMetrics() {
	metricsOnce.Do(func() {
		shown := prometheus.DefaultRegisterer
		prometheus.DefaultRegisterer = prometheus.NewRegistry()
		defer func() { prometheus.DefaultRegisterer = shown }()
		// What fails is reading this machine's load, which nothing here uses.
		_ = lkmetrics.Init(apiKey, livekit.NodeType_SERVER)
	})
}
