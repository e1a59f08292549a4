package edge

import (
	"net/netip"
	"testing"
)

func TestAHostHasANumberForAPort(t *testing.T) {
	h := &hosts{
		names: ownHosts("meet.example.org", ""), tenants: func() []string { return []string{"meet.council.example"} },
		local: func() []netip.Addr { return nil },
	}
	for host, want := range map[string]bool{
		"meet.example.org": true, "meet.example.org:8443": true, "localhost:1": true,
		"meet.council.example": true, "MEET.Council.Example.:8443": true, "x.meet.council.example": false, "council.example": false,
		"localhost:8443;script-src": false, "localhost:": false, "localhost:x@evil.example": false, "localhost:99999": false,
	} {
		if got := h.knows(host, nil); got != want {
			t.Errorf("%q: %v", host, got)
		}
	}
}
