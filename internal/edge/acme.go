package edge

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/caddyserver/certmagic"
)

// challengeProtocol is the ALPN name of the TLS-ALPN-01 challenge (RFC 8737 §6.2).
const challengeProtocol = "acme-tls/1"

// ACME says from which public authority the certificate of the domain comes.
type ACME struct {
	Directory string         // URL (RFC 8555 §7.1.1)
	Email     string         // or ""
	Roots     *x509.CertPool // whom to trust as the directory; nil for the system's list
}

// acmeManager obtains and renews the domain's certificate. The challenge is
// answered on our own port, so no second one need be open.
type acmeManager struct {
	domain string
	cache  *certmagic.Cache
	magic  *certmagic.Config
}

func newACME(a ACME, c Config, at net.Addr) (*acmeManager, error) {
	m := &acmeManager{domain: c.Domain}
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

// start begins obtaining the certificate in the background: the server is up
// with its own one meanwhile, and an authority out of reach keeps nobody from
// meeting.
func (m *acmeManager) start(ctx context.Context) error {
	return m.magic.ManageAsync(ctx, []string{m.domain})
}

func (m *acmeManager) stop() { m.cache.Stop() }

func (m *acmeManager) covers(hello *tls.ClientHelloInfo) bool {
	return strings.EqualFold(strings.TrimSuffix(hello.ServerName, "."), m.domain)
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
