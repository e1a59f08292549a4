package sfu_test

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/livekit/protocol/livekit"
	"github.com/pion/dtls/v3"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// This file has a bare signalling client, for what an honest one would not do
// and for what LiveKit's Go client cannot: media over TCP.

type dialing struct {
	token     string
	origin    string
	query     string
	reconnect bool
	header    bool // token in the Authorization header
}

type answer struct {
	status int
	body   string
	ws     *websocket.Conn
	joined *livekit.JoinResponse
}

func (s *server) dial(t *testing.T, d dialing) *answer {
	t.Helper()
	query := url.Values{"auto_subscribe": {"1"}, "protocol": {"16"}, "sdk": {"js"}}
	header := http.Header{"X-Forwarded-For": {"203.0.113.77"}}
	if d.header {
		header.Set("Authorization", "Bearer "+d.token)
	} else {
		query.Set("access_token", d.token)
	}
	if d.reconnect {
		query.Set("reconnect", "1")
	}
	if d.origin != "" {
		header.Set("Origin", d.origin)
	}
	ws, res, err := websocket.Dial(t.Context(), s.wsURL()+"/rtc?"+query.Encode()+"&"+d.query, &websocket.DialOptions{
		HTTPHeader:      header,
		CompressionMode: websocket.CompressionContextTakeover,
	})
	if res == nil {
		t.Fatalf("dial: %v", err)
	}
	a := &answer{status: res.StatusCode, ws: ws}
	if ws == nil {
		body, _ := io.ReadAll(res.Body)
		a.body = string(body)
		return a
	}
	if res.Header.Get("Sec-Websocket-Extensions") != "" {
		t.Error("compression was agreed on")
	}
	ws.SetReadLimit(1 << 20)
	t.Cleanup(func() { _ = ws.CloseNow() })
	a.joined = a.wait(t, func(r *livekit.SignalResponse) bool { return r.GetJoin() != nil }).GetJoin()
	return a
}

func (s *server) get(t *testing.T, path string, header http.Header) *answer {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	maps.Copy(req.Header, header)
	rec := httptest.NewRecorder()
	s.Handler().ServeHTTP(rec, req)
	return &answer{status: rec.Code, body: rec.Body.String()}
}

// wait reads messages until one is as wanted.
func (a *answer) wait(t *testing.T, wanted func(*livekit.SignalResponse) bool) *livekit.SignalResponse {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		_, data, err := a.ws.Read(ctx)
		if err != nil {
			t.Fatalf("reading signal messages: %v", err)
		}
		var r livekit.SignalResponse
		if err := proto.Unmarshal(data, &r); err != nil {
			t.Fatal(err)
		}
		if wanted(&r) {
			return &r
		}
	}
}

func (a *answer) refreshedToken(t *testing.T) string {
	t.Helper()
	return a.wait(t, func(r *livekit.SignalResponse) bool { return r.GetRefreshToken() != "" }).GetRefreshToken()
}

func (a *answer) leaves(t *testing.T) livekit.DisconnectReason {
	t.Helper()
	return a.wait(t, func(r *livekit.SignalResponse) bool { return r.GetLeave() != nil }).GetLeave().GetReason()
}

func (a *answer) answersPing(t *testing.T) {
	t.Helper()
	a.wait(t, func(r *livekit.SignalResponse) bool { return r.GetPong() != 0 || r.GetPongResp() != nil })
}

// request sends one signal request.
func (a *answer) request(t *testing.T, r *livekit.SignalRequest) {
	t.Helper()
	data, err := proto.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.ws.Write(t.Context(), websocket.MessageBinary, data); err != nil {
		t.Fatal(err)
	}
}

// mayPublish asks for a track and waits for the answer.
func (a *answer) mayPublish(t *testing.T, source livekit.TrackSource) bool {
	t.Helper()
	cid := source.String()
	a.request(t, &livekit.SignalRequest{Message: &livekit.SignalRequest_AddTrack{
		AddTrack: &livekit.AddTrackRequest{Cid: cid, Type: livekit.TrackType_AUDIO, Source: source},
	}})
	return a.wait(t, func(r *livekit.SignalResponse) bool {
		return r.GetTrackPublished().GetCid() == cid || r.GetRequestResponse().GetAddTrack().GetCid() == cid
	}).GetTrackPublished() != nil
}

// closes reads until the connection is closed.
func (a *answer) closes(t *testing.T) websocket.StatusCode {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		if _, _, err := a.ws.Read(ctx); err != nil {
			if ctx.Err() != nil {
				t.Fatal("the connection stays open")
			}
			return websocket.CloseStatus(err)
		}
	}
}

// junkPing is a valid ping with so many bytes in an unknown field.
func junkPing(t *testing.T, size int) []byte {
	t.Helper()
	ping, err := proto.Marshal(&livekit.SignalRequest{Message: &livekit.SignalRequest_PingReq{PingReq: &livekit.Ping{Timestamp: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	junk := protowireBytes(2047, make([]byte, size))
	return append(ping, junk...)
}

func protowireBytes(field protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, field, protowire.BytesType), v)
}

// tcpClient is a whole participant whose media goes over TCP, as a browser's
// does when UDP is blocked.
type tcpClient struct {
	*answer
	t          *testing.T
	mu         sync.Mutex // guards writing to the socket
	subscriber *webrtc.PeerConnection
	publisher  *webrtc.PeerConnection
	payloads   chan []byte
	early      map[*webrtc.PeerConnection][]webrtc.ICECandidateInit // came before the description they belong to
}

func newTCPClient(t *testing.T, a *answer) *tcpClient {
	t.Helper()
	c := &tcpClient{answer: a, t: t, payloads: make(chan []byte, 64), early: map[*webrtc.PeerConnection][]webrtc.ICECandidateInit{}}
	c.subscriber = c.peer(livekit.SignalTarget_SUBSCRIBER)
	c.publisher = c.peer(livekit.SignalTarget_PUBLISHER)
	c.subscriber.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			packet, _, err := track.ReadRTP()
			if err != nil {
				return
			}
			select {
			case c.payloads <- packet.Payload:
			default:
			}
		}
	})
	go c.read()
	return c
}

func (c *tcpClient) peer(target livekit.SignalTarget) *webrtc.PeerConnection {
	c.t.Helper()
	var engine webrtc.SettingEngine
	engine.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeTCP4})
	engine.SetIncludeLoopbackCandidate(true)
	// As browsers do, which choose the first when they are the DTLS server.
	engine.SetSRTPProtectionProfiles(dtls.SRTP_AES128_CM_HMAC_SHA1_80, dtls.SRTP_AEAD_AES_256_GCM)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(engine)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = pc.Close() })
	pc.OnICECandidate(func(candidate *webrtc.ICECandidate) {
		if candidate == nil {
			return
		}
		init, _ := json.Marshal(candidate.ToJSON())
		c.send(&livekit.SignalRequest{Message: &livekit.SignalRequest_Trickle{
			Trickle: &livekit.TrickleRequest{CandidateInit: string(init), Target: target},
		}})
	})
	return pc
}

// usesGCM looks into pion, which tells nobody what was negotiated.
func usesGCM(pc *webrtc.PeerConnection) bool {
	profile := reflect.ValueOf(pc.SCTP().Transport()).Elem().FieldByName("srtpProtectionProfile").Uint()
	return profile == uint64(dtls.SRTP_AEAD_AES_256_GCM)
}

func (c *tcpClient) send(r *livekit.SignalRequest) {
	data, err := proto.Marshal(r)
	if err != nil {
		c.t.Error(err)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.ws.Write(c.t.Context(), websocket.MessageBinary, data)
}

func (c *tcpClient) read() {
	for {
		_, data, err := c.ws.Read(c.t.Context())
		if err != nil {
			return
		}
		var r livekit.SignalResponse
		if err := proto.Unmarshal(data, &r); err != nil {
			return
		}
		if err := c.handle(&r); err != nil {
			c.t.Errorf("negotiation: %v", err)
			return
		}
	}
}

func (c *tcpClient) handle(r *livekit.SignalResponse) error {
	switch m := r.GetMessage().(type) {
	case *livekit.SignalResponse_Offer:
		offer := webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: m.Offer.GetSdp()}
		if err := c.setRemote(c.subscriber, offer); err != nil {
			return err
		}
		local, err := c.subscriber.CreateAnswer(nil)
		if err != nil {
			return err
		}
		if err := c.subscriber.SetLocalDescription(local); err != nil {
			return err
		}
		c.send(&livekit.SignalRequest{Message: &livekit.SignalRequest_Answer{
			Answer: &livekit.SessionDescription{Type: "answer", Sdp: local.SDP, Id: m.Offer.GetId()},
		}})
	case *livekit.SignalResponse_Answer:
		return c.setRemote(c.publisher, webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: m.Answer.GetSdp()})
	case *livekit.SignalResponse_Trickle:
		var init webrtc.ICECandidateInit
		if err := json.Unmarshal([]byte(m.Trickle.GetCandidateInit()), &init); err != nil {
			return err
		}
		pc := c.subscriber
		if m.Trickle.GetTarget() == livekit.SignalTarget_PUBLISHER {
			pc = c.publisher
		}
		if pc.RemoteDescription() == nil {
			c.early[pc] = append(c.early[pc], init)
			return nil
		}
		return pc.AddICECandidate(init)
	case *livekit.SignalResponse_TrackPublished:
		offer, err := c.publisher.CreateOffer(nil)
		if err != nil {
			return err
		}
		if err := c.publisher.SetLocalDescription(offer); err != nil {
			return err
		}
		c.send(&livekit.SignalRequest{Message: &livekit.SignalRequest_Offer{
			Offer: &livekit.SessionDescription{Type: "offer", Sdp: offer.SDP},
		}})
	}
	return nil
}

// setRemote also adds the candidates that overtook the description.
func (c *tcpClient) setRemote(pc *webrtc.PeerConnection, description webrtc.SessionDescription) error {
	if err := pc.SetRemoteDescription(description); err != nil {
		return err
	}
	for _, candidate := range c.early[pc] {
		if err := pc.AddICECandidate(candidate); err != nil {
			return err
		}
	}
	delete(c.early, pc)
	return nil
}

// speak publishes a microphone whose every frame is mark.
func (c *tcpClient) speak(mark []byte) {
	c.t.Helper()
	track, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "microphone", "stream")
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.publisher.AddTrack(track); err != nil {
		c.t.Fatal(err)
	}
	c.send(&livekit.SignalRequest{Message: &livekit.SignalRequest_AddTrack{AddTrack: &livekit.AddTrackRequest{
		Cid: "microphone", Type: livekit.TrackType_AUDIO, Source: livekit.TrackSource_MICROPHONE,
	}}})
	go func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-c.t.Context().Done():
				return
			case <-tick.C:
				_ = track.WriteSample(media.Sample{Data: mark, Duration: 20 * time.Millisecond})
			}
		}
	}()
}
