package sfu

import (
	"context"
	"strings"

	"github.com/livekit/livekit-server/pkg/routing"
	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"
)

// requestFilter stands where LiveKit hands a client's requests to the room and
// lets through those that carry media. The rest is for LiveKit's own tests,
// such as playing the active speaker or a broken node, or would give a client a
// say in what the room decides, such as who may see it.
type requestFilter struct{ routing.Router }

// StartParticipantSignal implements routing.MessageRouter.
func (f requestFilter) StartParticipantSignal(ctx context.Context, room livekit.RoomName, init routing.ParticipantInit) (routing.StartParticipantSignalResults, error) {
	letBrowserBegin(init.PublisherOffer)
	res, err := f.Router.StartParticipantSignal(ctx, room, init)
	if err == nil {
		res.RequestSink = mediaRequests{MessageSink: res.RequestSink}
	}
	return res, err
}

// mediaRequests drops every other request without an answer.
type mediaRequests struct{ routing.MessageSink }

// WriteMessage implements routing.MessageSink.
func (s mediaRequests) WriteMessage(msg proto.Message) error {
	request, ok := msg.(*livekit.SignalRequest)
	if !ok {
		return nil
	}
	letBrowserBegin(request.GetOffer())
	switch request.GetMessage().(type) {
	case *livekit.SignalRequest_Offer, *livekit.SignalRequest_Answer, *livekit.SignalRequest_Trickle,
		*livekit.SignalRequest_AddTrack, *livekit.SignalRequest_Mute, *livekit.SignalRequest_UpdateLayers,
		*livekit.SignalRequest_UpdateAudioTrack, *livekit.SignalRequest_UpdateVideoTrack,
		*livekit.SignalRequest_Subscription, *livekit.SignalRequest_TrackSetting, *livekit.SignalRequest_SyncState,
		*livekit.SignalRequest_Ping, *livekit.SignalRequest_PingReq, *livekit.SignalRequest_Leave:
		return s.MessageSink.WriteMessage(msg)
	}
	return nil
}

// letBrowserBegin makes the client the DTLS client, as a client that offers both
// roles allows (RFC 5763 section 5). The DTLS server chooses the SRTP profile,
// and browsers in that role choose AES-CM with HMAC-SHA1, whose cost for a video
// packet is six times that of AES-GCM (2.0 and 0.3 µs), which pion prefers.
func letBrowserBegin(offer *livekit.SessionDescription) {
	if offer != nil {
		offer.Sdp = strings.ReplaceAll(offer.GetSdp(), "a=setup:actpass\r\n", "a=setup:active\r\n")
	}
}
