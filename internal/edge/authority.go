package edge

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	authorityLife = 10 * 365 * 24 * time.Hour
	leafLife      = 90 * 24 * time.Hour
	leafRenewal   = 60 * 24 * time.Hour // two thirds: a month to notice a failure
	leafCheck     = time.Hour           // how often addresses and age are looked at
	backdate      = time.Hour           // clocks of clients differ
)

// Authority is the server's own certificate authority, for machines that no
// public one can vouch for. Name constraints (RFC 5280 §4.2.1.10) bind it to
// this server's names and to addresses inside networks: who installs it does
// not give us power over the rest of the web. See docs/adr/0004.
type Authority struct {
	dir      string
	domain   string
	external []netip.Addr
	local    func() []netip.Addr
	hostname string
	tenants  func() []string
	log      *slog.Logger

	mu    sync.Mutex        // makes renewals happen one after another
	ca    *x509.Certificate // guarded by mu
	caPEM []byte            // guarded by mu
	key   *ecdsa.PrivateKey // guarded by mu
	leaf  atomic.Pointer[tls.Certificate]
}

// AuthorityConfig is what an [Authority] needs to know.
type AuthorityConfig struct {
	Dir      string       // holds keys: mode 0700
	Domain   string       // or ""
	External []netip.Addr // addresses under which a NAT shows this machine
	Local    func() []netip.Addr
	Hostname string
	Tenants  func() []string // names of the organisations beside the home organisation; nil for none
	Logger   *slog.Logger
}

// OpenAuthority reads the authority in c.Dir and makes it on first start.
func OpenAuthority(c AuthorityConfig) (*Authority, error) {
	a := &Authority{
		dir: c.Dir, domain: c.Domain, external: c.External, local: c.Local, hostname: c.Hostname, tenants: c.Tenants, log: c.Logger,
	}
	if a.tenants == nil {
		a.tenants = func() []string { return nil }
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, err
	}
	ca, err := readPair(a.path("ca.pem"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = a.create()
	case err != nil:
		return nil, fmt.Errorf("the certificate authority in %s is damaged; put it back from a backup, or delete it and have clients trust the new one: %w", a.path("ca.pem"), err)
	default:
		a.use(ca)
	}
	if err != nil {
		return nil, err
	}
	if old, err := readPair(a.path("leaf.pem")); err == nil {
		a.leaf.Store(old)
	}
	return a, a.Renew()
}

func (a *Authority) path(name string) string { return filepath.Join(a.dir, name) }

// PEM is the authority's certificate, for people to install.
func (a *Authority) PEM() []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.caPEM
}

// Certificate is the server's present certificate with its chain.
func (a *Authority) Certificate() *tls.Certificate { return a.leaf.Load() }

// CertificateFor is Certificate for a name that a client asks for. An
// organisation that was made a moment ago has it made with its name.
func (a *Authority) CertificateFor(name string) *tls.Certificate {
	leaf := a.leaf.Load()
	if slices.Contains(a.tenants(), name) && !slices.Contains(leaf.Leaf.DNSNames, name) {
		if err := a.Renew(); err != nil {
			a.log.Error("certificate not renewed", "error", err)
		}
		leaf = a.leaf.Load()
	}
	return leaf
}

// Run renews the certificate in the running process until ctx ends.
func (a *Authority) Run(ctx context.Context) {
	tick := time.NewTicker(leafCheck)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := a.Renew(); err != nil {
				a.log.Error("certificate not renewed", "error", err)
			}
		}
	}
}

// Renew makes a new server certificate if the present one is missing, old, of
// another authority or lacks one of this machine's names; and a new authority
// first, if the present one nears its end or may not vouch for a name.
func (a *Authority) Renew() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if time.Now().After(a.ca.NotAfter.Add(-leafLife)) || !a.mayVouchForConfigured() {
		a.log.Warn("certificate authority is replaced: it ended or its names changed; devices that trusted it must trust the new one")
		if err := a.create(); err != nil {
			return err
		}
	}
	names, addrs := a.names()
	if leaf := a.leaf.Load(); leaf != nil && a.fresh(leaf.Leaf, names, addrs) {
		return nil
	}
	now := time.Now()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "Plenum"},
		NotBefore: now.Add(-backdate), NotAfter: now.Add(leafLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: names,
	}
	for _, addr := range addrs {
		template.IPAddresses = append(template.IPAddresses, addr.AsSlice())
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.ca, key.Public(), a.key)
	if err != nil {
		return err
	}
	leaf, err := writePair(a.path("leaf.pem"), key, der, a.ca.Raw)
	if err != nil {
		return err
	}
	a.leaf.Store(leaf)
	a.log.Info("certificate made", "names", len(names), "addresses", len(addrs), "until", template.NotAfter)
	return nil
}

// fresh reports whether cert may go on being shown.
func (a *Authority) fresh(cert *x509.Certificate, names []string, addrs []netip.Addr) bool {
	now := time.Now()
	if cert.CheckSignatureFrom(a.ca) != nil || now.Before(cert.NotBefore) || now.After(cert.NotBefore.Add(backdate+leafRenewal)) {
		return false
	}
	for _, name := range names {
		if !slices.Contains(cert.DNSNames, name) {
			return false
		}
	}
	for _, addr := range addrs {
		if !slices.ContainsFunc(cert.IPAddresses, func(ip net.IP) bool { return ip.Equal(addr.AsSlice()) }) {
			return false
		}
	}
	return true
}

// names lists what the certificate speaks for: everything by which this machine
// can be called, as far as the authority may vouch for it.
func (a *Authority) names() (names []string, addrs []netip.Addr) {
	for _, name := range a.callNames() {
		if a.mayVouch(name, netip.Addr{}) {
			names = append(names, name)
		}
	}
	for _, addr := range append(append([]netip.Addr(nil), a.local()...), a.external...) {
		if addr = addr.Unmap().WithZone(""); a.mayVouch("", addr) && !slices.Contains(addrs, addr) {
			addrs = append(addrs, addr)
		}
	}
	return names, addrs
}

func (a *Authority) callNames() []string {
	names := []string{"localhost"}
	for _, name := range append([]string{a.domain, a.hostname}, a.tenants()...) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if a.hostname != "" && a.hostname != "localhost" && !strings.Contains(a.hostname, ".") {
		names = append(names, a.hostname+".local") // mDNS, RFC 6762
	}
	return names
}

// mayVouchForConfigured reports whether the authority covers what the operator
// told us to be called; what the machine calls itself may change freely.
func (a *Authority) mayVouchForConfigured() bool {
	for _, name := range append([]string{a.domain}, a.tenants()...) {
		if name != "" && !a.mayVouch(name, netip.Addr{}) {
			return false
		}
	}
	return !slices.ContainsFunc(a.external, func(addr netip.Addr) bool { return !a.mayVouch("", addr) })
}

func (a *Authority) mayVouch(name string, addr netip.Addr) bool {
	if name != "" {
		// A permitted name permits the names below it (RFC 5280 §4.2.1.10).
		return slices.ContainsFunc(a.ca.PermittedDNSDomains, func(p string) bool { return name == p || strings.HasSuffix(name, "."+p) })
	}
	return slices.ContainsFunc(a.ca.PermittedIPRanges, func(n *net.IPNet) bool { return n.Contains(addr.AsSlice()) })
}

// create makes the authority and forgets the certificate of the one before.
func (a *Authority) create() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial(),
		Subject:      pkix.Name{Organization: []string{"Plenum"}, CommonName: "Plenum " + a.hostname + " " + now.Format(time.DateOnly)},
		NotBefore:    now.Add(-backdate), NotAfter: now.Add(authorityLife),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true,
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: a.callNames(),
	}
	for _, network := range privateNetworks() {
		template.PermittedIPRanges = append(template.PermittedIPRanges, ipNet(network))
	}
	for _, addr := range append(append([]netip.Addr(nil), a.external...), a.local()...) {
		addr = addr.Unmap().WithZone("")
		template.PermittedIPRanges = append(template.PermittedIPRanges, ipNet(netip.PrefixFrom(addr, addr.BitLen())))
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	pair, err := writePair(a.path("ca.pem"), key, der)
	if err != nil {
		return err
	}
	a.use(pair)
	return nil
}

func (a *Authority) use(pair *tls.Certificate) {
	a.ca = pair.Leaf
	a.caPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Leaf.Raw})
	a.key = pair.PrivateKey.(*ecdsa.PrivateKey) //nolint:forcetypeassert,errcheck // readPair and writePair give nothing else
}

// privateNetworks are the addresses that mean something else in every network:
// RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291 and the loopback.
func privateNetworks() []netip.Prefix {
	texts := []string{
		"127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "::1/128", "fc00::/7", "fe80::/10",
	}
	networks := make([]netip.Prefix, 0, len(texts))
	for _, s := range texts {
		networks = append(networks, netip.MustParsePrefix(s))
	}
	return networks
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}

// serial is 127 random bits (RFC 5280 §4.1.2.2 wants it positive, at most 20 octets).
func serial() *big.Int {
	var b [16]byte
	rand.Read(b[:]) //nolint:errcheck // crypto/rand.Read never fails since Go 1.24.
	b[0] &= 0x7f
	return new(big.Int).SetBytes(b[:])
}

// writePair stores a key with its certificate chain in one file, which appears
// whole or not at all.
func writePair(path string, key *ecdsa.PrivateKey, chain ...[]byte) (*tls.Certificate, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	content := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	for _, c := range chain {
		content = append(content, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c})...)
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return nil, err
	}
	defer os.Remove(temp.Name()) //nolint:errcheck // gone already when all went well
	_, err = temp.Write(content)
	if err := errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return nil, err
	}
	if err := os.Rename(temp.Name(), path); err != nil {
		return nil, err
	}
	return readPair(path)
}

func readPair(path string) (*tls.Certificate, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(content, content)
	if err != nil {
		return nil, err
	}
	if _, ok := pair.PrivateKey.(*ecdsa.PrivateKey); !ok {
		return nil, errors.New("the key is not of the kind this server makes")
	}
	return &pair, nil
}
