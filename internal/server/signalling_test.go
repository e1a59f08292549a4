package server_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"google.golang.org/protobuf/encoding/protowire"

	"plenum/internal/server/servertest"
)

// source is a kind of track in the words of the SFU's protocol (livekit_models.proto).
type source uint64

const (
	unknownSource source = iota
	camera
	microphone
	screen
	screenSound
)

// rtc opens the SFU's signalling as a client does and waits for its first word. It
// returns nil and the status when that is refused.
func rtc(t *testing.T, b *servertest.Browser, token string) (ws *websocket.Conn, status int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ws, resp, err := websocket.Dial(ctx, b.URL()+"/rtc?protocol=16&sdk=js&auto_subscribe=1", &websocket.DialOptions{
		HTTPClient: b.HTTP(), HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
	})
	if err != nil {
		if resp == nil {
			t.Fatal(err)
		}
		return nil, resp.StatusCode
	}
	t.Cleanup(func() { ws.CloseNow() })
	ws.SetReadLimit(1 << 20)
	if _, _, err := ws.Read(ctx); err != nil {
		t.Fatalf("no join: %v", err)
	}
	return ws, resp.StatusCode
}

// mayPublish asks the SFU for a track and waits for its answer.
func mayPublish(t *testing.T, ws *websocket.Conn, kind source, try int) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	// SignalRequest{add_track = 4: AddTrackRequest{cid = 1, type = 3 (audio), source = 8}}
	cid := "track-" + strconv.Itoa(int(kind)) + "-" + strconv.Itoa(try) //nolint:gosec // small
	track := protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), cid)
	track = protowire.AppendVarint(protowire.AppendTag(track, 8, protowire.VarintType), uint64(kind))
	if err := ws.Write(ctx, websocket.MessageBinary, protowire.AppendBytes(protowire.AppendTag(nil, 4, protowire.BytesType), track)); err != nil {
		t.Fatal(err)
	}
	for {
		_, data, err := ws.Read(ctx)
		if err != nil {
			t.Fatalf("no answer to the request for a track: %v", err)
		}
		field, _, n := protowire.ConsumeTag(data)
		// SignalResponse{track_published = 6, request_response = 22}, each with the cid.
		if n > 0 && strings.Contains(string(data), cid) && (field == 6 || field == 22) {
			return field == 6
		}
	}
}
