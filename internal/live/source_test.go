package live_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"

	"plenum/internal/live"
)

// TestOneAddressCannotKeepOthersAtTheDoor opens connections that say nothing.
func TestOneAddressCannotKeepOthersAtTheDoor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hold := make(chan struct{})
		handler := live.New(live.Config{MaxConnections: 20}) // four before their welcome, two from one address
		ask := func(remote string) *stuck {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/live", http.NoBody)
			r.RemoteAddr = remote
			r.Header.Set("Connection", "Upgrade")
			r.Header.Set("Upgrade", "websocket")
			r.Header.Set("Sec-Websocket-Version", "13")
			r.Header.Set("Sec-Websocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
			w := &stuck{ResponseRecorder: httptest.NewRecorder(), hold: hold}
			go handler.ServeHTTP(w, r)
			synctest.Wait()
			return w
		}
		for _, test := range []struct {
			remote string
			busy   bool
		}{
			{"192.0.2.1:1000", false},
			{"192.0.2.1:1001", false},
			{"192.0.2.1:1002", true},
			{"[2001:db8::1]:1", false},
			{"[2001:db8::2]:2", false}, // the same /64
			{"[2001:db8::3]:3", true},
		} {
			if got := ask(test.remote).Code == http.StatusServiceUnavailable; got != test.busy {
				t.Errorf("%s: busy %v", test.remote, got)
			}
		}
		close(hold)
		synctest.Wait()
		if ask("192.0.2.1:1003").Code == http.StatusServiceUnavailable {
			t.Error("the places were not given back")
		}
	})
}

// stuck is an answer whose handshake takes as long as hold.
type stuck struct {
	*httptest.ResponseRecorder
	hold chan struct{}
}

func (s *stuck) WriteHeader(status int) {
	s.ResponseRecorder.WriteHeader(status)
	if status != http.StatusServiceUnavailable {
		<-s.hold
	}
}
