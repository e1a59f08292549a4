package edge

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/caddyserver/certmagic"
)

// challengeProtocol is the ALPN name of the TLS-ALPN-01 challenge (RFC 8737 §6.2).
const challengeProtocol = "acme-tls/1"

// ACME says from which public authority the certificates come.
type ACME struct {
	Directory string            // URL (RFC 8555 §7.1.1)
	Email     string            // or ""
	Roots     *x509.CertPool    // whom to trust as the directory; nil for the system's list
	Public    func(string) bool // whether an authority could know a name; nil for all
}

// lookEvery is how late a name that nobody has asked for yet gets its
// certificate.
const lookEvery = time.Minute

// acmeManager obtains and renews certificates of the domain and of the
// organisations' names; of no other: who asks for a name decides nothing. The
// challenge is answered on our own port, so no second one need be open.
type acmeManager struct {
	names func() []string // all that may have one
	cache *certmagic.Cache
	magic *certmagic.Config
	look  chan struct{} // asked to look at the names; holds one
	log   *slog.Logger

	mu      sync.Mutex
	managed map[string]bool // guarded by mu
}

func newACME(a ACME, c Config, at net.Addr) (*acmeManager, error) {
	m := &acmeManager{look: make(chan struct{}, 1), managed: map[string]bool{}, log: c.Logger}
	m.names = func() []string {
		all := append([]string{c.Domain}, c.Tenants()...)
		return slices.DeleteFunc(all, func(name string) bool { return a.Public != nil && !a.Public(name) })
	}
	m.cache = certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return m.magic, nil },
		Logger:           c.Zap,
	})
	m.magic = certmagic.New(m.cache, certmagic.Config{
		Storage: &certmagic.FileStorage{Path: filepath.Join(c.Dir, "acme")},
		Logger:  c.Zap,
	})
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return nil, err
	}
	issuer := certmagic.NewACMEIssuer(m.magic, certmagic.ACMEIssuer{
		CA: a.Directory, Email: a.Email, Agreed: true, TrustedRoots: a.Roots, Logger: c.Zap,
		DisableHTTPChallenge: true, DisableDistributedSolvers: true,
		// Our own listener; certmagic finds it taken and trusts it to answer.
		ListenHost: host, AltTLSALPNPort: at.(*net.TCPAddr).Port, //nolint:forcetypeassert,errcheck // a TCP listener has no other
	})
	m.magic.Issuers = []certmagic.Issuer{issuer}
	return m, nil
}

// run obtains what is missing in the background: the server is up with its own
// certificate meanwhile, and an authority out of reach keeps nobody from meeting.
func (m *acmeManager) run(ctx context.Context) {
	defer m.cache.Stop()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if err := m.manage(ctx); err != nil && ctx.Err() == nil {
			m.log.Error("certificates not managed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-m.look:
		}
	}
}

// manage begins with names that are new and stops with those that are gone.
func (m *acmeManager) manage(ctx context.Context) error {
	names := m.names()
	var begin []string
	var end []certmagic.SubjectIssuer
	m.mu.Lock()
	for name := range m.managed {
		if !slices.Contains(names, name) {
			end = append(end, certmagic.SubjectIssuer{Subject: name})
			delete(m.managed, name)
		}
	}
	for _, name := range names {
		if !m.managed[name] {
			begin = append(begin, name)
			m.managed[name] = true
		}
	}
	m.mu.Unlock()
	m.cache.RemoveManaged(end)
	if len(begin) == 0 {
		return nil
	}
	return m.magic.ManageAsync(ctx, begin)
}

// covers reports whether a client asks for a name that is to have a public
// certificate, and has a new one looked after.
func (m *acmeManager) covers(hello *tls.ClientHelloInfo) bool {
	name := strings.ToLower(strings.TrimSuffix(hello.ServerName, "."))
	if !slices.Contains(m.names(), name) {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.managed[name] {
		select {
		case m.look <- struct{}{}:
		default: // asked already
		}
	}
	return true
}

func (m *acmeManager) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	return m.magic.GetCertificate(hello)
}

func isChallenge(hello *tls.ClientHelloInfo) bool {
	return slices.Contains(hello.SupportedProtos, challengeProtocol)
}

// localHostname is what the machine calls itself, as a name of the network.
func localHostname() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	name = strings.ToLower(name)
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" {
		return ""
	}
	return name
}
