package sfu_test

import (
	"bytes"
	"testing"

	"plenum/internal/id"
	"plenum/internal/sfu"
)

func TestMediaOverTCP(t *testing.T) {
	t.Parallel()
	for name, only := range map[string]bool{"server without UDP": true, "clients without UDP": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, func(c *sfu.Config) { c.TCPOnly = only })
			m := s.meeting(t)
			join := func() *tcpClient {
				return newTCPClient(t, s.dial(t, dialing{token: s.token(t, m, id.New[id.Seat](), all).Text()}))
			}
			listener, speaker := join(), join()
			speaker.speak(mark)
			for !bytes.Contains(receive(t, "sound", listener.payloads), mark) {
				continue
			}
			if !usesGCM(speaker.publisher) || !usesGCM(listener.subscriber) {
				t.Error("media is not protected by AES-GCM")
			}
		})
	}
}
