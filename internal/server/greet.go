package server

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// greet prints where the server is. The set-up link appears only here: it is a
// secret, and the log must not have it.
func (s *Server) greet(ctx context.Context) {
	s.log.InfoContext(ctx, "started", "port", s.Addr().Port, "mediaPort", s.cfg.MediaPort, "turnPort", s.cfg.TURNPort, "acme", s.cfg.UsesACME())
	base, err := url.Parse(s.cfg.BaseURL())
	if err != nil {
		return // made by ourselves
	}
	if s.cfg.Domain == "" && base.Port() != strconv.Itoa(s.Addr().Port) {
		base.Host = fmt.Sprintf("localhost:%d", s.Addr().Port) // the port was left to chance
	}
	var suffix, title string
	if s.setUp != "" {
		suffix, title = "/setup#"+s.setUp.Text(), "Plenum is running. Open this link once to set it up:"
	} else {
		suffix, title = "/", "Plenum is running:"
	}
	lines := []string{title, "", "  " + base.String() + suffix}
	if s.cfg.LAN {
		for _, addr := range lanAddrs() {
			lines = append(lines, "  "+lanURL(base, addr)+suffix)
		}
		lines = append(lines, "", "Devices trust this server once they have installed its certificate", "authority, which is offered at "+base.String()+"/ca.crt")
	} else if !s.cfg.UsesACME() && len(s.cfg.TrustedProxies) == 0 {
		lines = append(lines, "", "The certificate is self-made: browsers ask once whether to go on.")
	}
	rule := strings.Repeat("─", 72)
	fmt.Fprintf(s.out, "\n%s\n\n  %s\n\n%s\n\n", rule, strings.Join(lines, "\n  "), rule) //nolint:errcheck // a closed terminal is no reason to stop
}
