package edge_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"plenum/internal/edge"
)

func authorityConfig(dir string) edge.AuthorityConfig {
	return edge.AuthorityConfig{
		Dir: dir, Domain: "meet.town.lan", Hostname: "box",
		External: []netip.Addr{netip.MustParseAddr("198.51.100.7")},
		Local: func() []netip.Addr {
			return []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("192.168.7.8")}
		},
		Logger: slog.New(slog.DiscardHandler),
	}
}

func open(t *testing.T, c edge.AuthorityConfig) *edge.Authority {
	t.Helper()
	a, err := edge.OpenAuthority(c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func pool(t *testing.T, a *edge.Authority) *x509.CertPool {
	t.Helper()
	p := x509.NewCertPool()
	if !p.AppendCertsFromPEM(a.PEM()) {
		t.Fatal("the authority's PEM is not a certificate")
	}
	return p
}

func TestAuthorityChain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tls")
	a := open(t, authorityConfig(dir))
	leaf := a.Certificate().Leaf
	for _, name := range []string{"localhost", "meet.town.lan", "box", "box.local", "127.0.0.1", "192.168.7.8", "198.51.100.7"} {
		if _, err := leaf.Verify(x509.VerifyOptions{Roots: pool(t, a), DNSName: name}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"example.com", "town.lan", "8.8.8.8"} {
		if _, err := leaf.Verify(x509.VerifyOptions{Roots: pool(t, a), DNSName: name}); err == nil {
			t.Errorf("the certificate speaks for %s", name)
		}
	}
	if life := leaf.NotAfter.Sub(leaf.NotBefore); life > 91*24*time.Hour {
		t.Errorf("it lives %v", life)
	}
	if err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		info, statErr := os.Stat(p)
		if err != nil || statErr != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s may be read by others, or: %v %v", p, err, statErr)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// Whoever steals the authority's key must not be able to speak for the web.
func TestAuthorityIsConstrained(t *testing.T) {
	dir := t.TempDir()
	a := open(t, authorityConfig(dir))
	raw, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	stolen, err := tls.X509KeyPair(raw, raw)
	if err != nil {
		t.Fatal(err)
	}
	for _, forged := range []*x509.Certificate{
		{SerialNumber: stolen.Leaf.SerialNumber, DNSNames: []string{"bank.example"}, NotAfter: time.Now().Add(time.Hour)},
		{SerialNumber: stolen.Leaf.SerialNumber, IPAddresses: []net.IP{{8, 8, 8, 8}}, NotAfter: time.Now().Add(time.Hour)},
	} {
		der, err := x509.CreateCertificate(nil, forged, stolen.Leaf, stolen.Leaf.PublicKey, stolen.PrivateKey)
		if err != nil {
			t.Fatal(err)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cert.Verify(x509.VerifyOptions{Roots: pool(t, a)}); err == nil {
			t.Errorf("a certificate for %v is believed", append(forged.DNSNames, fmt.Sprint(forged.IPAddresses)))
		}
	}
}

func TestAuthoritySurvivesRestart(t *testing.T) {
	c := authorityConfig(t.TempDir())
	first := open(t, c)
	again := open(t, c)
	if !bytes.Equal(first.PEM(), again.PEM()) {
		t.Error("a restart makes a new authority")
	}
	if !bytes.Equal(first.Certificate().Leaf.Raw, again.Certificate().Leaf.Raw) {
		t.Error("a restart makes a new certificate: exceptions people made in browsers are lost")
	}
	c.Local = func() []netip.Addr { return []netip.Addr{netip.MustParseAddr("10.1.2.3")} }
	moved := open(t, c)
	if !bytes.Equal(first.PEM(), moved.PEM()) {
		t.Error("a new address in the network makes a new authority")
	}
	if err := moved.Certificate().Leaf.VerifyHostname("10.1.2.3"); err != nil {
		t.Error(err)
	}
	c.Domain = "other.lan"
	renamed := open(t, c)
	if bytes.Equal(first.PEM(), renamed.PEM()) {
		t.Error("the old authority may not speak for the new domain")
	}
	if _, err := renamed.Certificate().Leaf.Verify(x509.VerifyOptions{Roots: pool(t, renamed), DNSName: "other.lan"}); err != nil {
		t.Error(err)
	}
}

func TestDamagedAuthorityIsNotReplaced(t *testing.T) {
	c := authorityConfig(t.TempDir())
	open(t, c)
	file := filepath.Join(c.Dir, "ca.pem")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := edge.OpenAuthority(c); err == nil {
		t.Error("a damaged authority was silently replaced: every device would have to trust the new one")
	}
}

func TestRenewalInTheRunningProcess(t *testing.T) {
	c := authorityConfig(t.TempDir())
	synctest.Test(t, func(t *testing.T) {
		a := open(t, c)
		first := a.Certificate().Leaf
		go a.Run(t.Context())
		time.Sleep(59 * 24 * time.Hour) //nolint:forbidigo // the bubble's clock, not ours
		synctest.Wait()
		if !bytes.Equal(first.Raw, a.Certificate().Leaf.Raw) {
			t.Error("renewed too early")
		}
		time.Sleep(3 * 24 * time.Hour) //nolint:forbidigo // as above
		synctest.Wait()
		now := a.Certificate().Leaf
		if bytes.Equal(first.Raw, now.Raw) {
			t.Fatal("not renewed")
		}
		if !bytes.Equal(first.AuthorityKeyId, now.AuthorityKeyId) {
			t.Error("another authority")
		}
		block, _ := pem.Decode(a.PEM())
		ca, err := x509.ParseCertificate(block.Bytes)
		if err != nil || ca.NotAfter.Sub(ca.NotBefore) < 9*365*24*time.Hour {
			t.Errorf("the authority ends %v (%v)", ca.NotAfter, err)
		}
	})
}
