package edge_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"plenum/internal/edge"
)

// directory is an ACME server (RFC 8555) just good enough for one order: it
// checks the TLS-ALPN-01 challenge (RFC 8737) at the address given by target and
// no signatures.
type directory struct {
	*httptest.Server
	t      *testing.T
	target func() string
	key    *ecdsa.PrivateKey
	root   *x509.Certificate

	mu         sync.Mutex
	identifier string // guarded by mu
	valid      bool   // guarded by mu
	chain      []byte // guarded by mu
}

func newDirectory(t *testing.T, target func() string) *directory {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Public authority of the test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	root, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	d := &directory{t: t, target: target, key: key, root: root}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /directory", func(w http.ResponseWriter, _ *http.Request) {
		d.answer(w, http.StatusOK, map[string]string{
			"newNonce": d.URL + "/nonce", "newAccount": d.URL + "/account", "newOrder": d.URL + "/new-order", "revokeCert": d.URL + "/revoke", "keyChange": d.URL + "/key",
		})
	})
	mux.HandleFunc("/nonce", func(w http.ResponseWriter, _ *http.Request) { d.answer(w, http.StatusOK, nil) })
	mux.HandleFunc("POST /account", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", d.URL+"/account/1")
		d.answer(w, http.StatusCreated, map[string]string{"status": "valid"})
	})
	mux.HandleFunc("POST /new-order", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Identifiers []struct{ Value string } }
		d.payload(r, &in)
		d.mu.Lock()
		d.identifier = in.Identifiers[0].Value
		d.mu.Unlock()
		w.Header().Set("Location", d.URL+"/order")
		d.answer(w, http.StatusCreated, d.order())
	})
	mux.HandleFunc("POST /order", func(w http.ResponseWriter, _ *http.Request) { d.answer(w, http.StatusOK, d.order()) })
	mux.HandleFunc("POST /authorization", func(w http.ResponseWriter, _ *http.Request) { d.answer(w, http.StatusOK, d.authorization()) })
	mux.HandleFunc("POST /challenge", func(w http.ResponseWriter, _ *http.Request) {
		d.validate()
		d.answer(w, http.StatusOK, d.authorization()["challenges"].([]map[string]string)[0])
	})
	mux.HandleFunc("POST /finalize", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ CSR string }
		d.payload(r, &in)
		d.issue(in.CSR)
		d.answer(w, http.StatusOK, d.order())
	})
	mux.HandleFunc("POST /certificate", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Replay-Nonce", "n")
		w.Header().Set("Content-Type", "application/pem-certificate-chain")
		d.mu.Lock()
		defer d.mu.Unlock()
		w.Write(d.chain)
	})
	d.Server = httptest.NewTLSServer(mux)
	t.Cleanup(d.Close)
	return d
}

func (d *directory) answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Replay-Nonce", strconv.FormatInt(time.Now().UnixNano(), 10))
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if body != nil {
		json.NewEncoder(w).Encode(body)
	}
}

// payload reads the body of a JWS without looking at its signature.
func (d *directory) payload(r *http.Request, into any) {
	var jws struct{ Payload string }
	if err := json.NewDecoder(r.Body).Decode(&jws); err != nil {
		d.t.Error(err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(jws.Payload)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		d.t.Error(err)
	}
}

func (d *directory) order() map[string]any {
	d.mu.Lock()
	defer d.mu.Unlock()
	o := map[string]any{
		"status": "pending", "finalize": d.URL + "/finalize", "authorizations": []string{d.URL + "/authorization"},
		"identifiers": []map[string]string{{"type": "dns", "value": d.identifier}},
	}
	if d.valid {
		o["status"] = "ready"
	}
	if d.chain != nil {
		o["status"], o["certificate"] = "valid", d.URL+"/certificate"
	}
	return o
}

func (d *directory) authorization() map[string]any {
	d.mu.Lock()
	defer d.mu.Unlock()
	status := "pending"
	if d.valid {
		status = "valid"
	}
	return map[string]any{
		"status": status, "identifier": map[string]string{"type": "dns", "value": d.identifier},
		"challenges": []map[string]string{{"type": "tls-alpn-01", "status": status, "url": d.URL + "/challenge", "token": "a-token-of-the-test"}},
	}
}

// validate asks for the challenge's certificate as RFC 8737 §3 describes.
func (d *directory) validate() {
	d.mu.Lock()
	defer d.mu.Unlock()
	c, err := tls.Dial("tcp", d.target(), &tls.Config{ServerName: d.identifier, NextProtos: []string{"acme-tls/1"}, InsecureSkipVerify: true}) //nolint:gosec,noctx // the challenge's certificate is self-signed
	if err != nil {
		d.t.Errorf("the challenge is not answered: %v", err)
		return
	}
	defer c.Close()
	state := c.ConnectionState()
	cert := state.PeerCertificates[0]
	extension := asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 31}
	hasIt := false
	for _, e := range cert.Extensions {
		hasIt = hasIt || e.Id.Equal(extension)
	}
	d.valid = hasIt && state.NegotiatedProtocol == "acme-tls/1" && slices.Equal(cert.DNSNames, []string{d.identifier})
	if !d.valid {
		d.t.Errorf("the challenge is answered wrongly: %s, %v", state.NegotiatedProtocol, cert.DNSNames)
	}
}

func (d *directory) issue(csr string) {
	der, err := base64.RawURLEncoding.DecodeString(csr)
	if err != nil {
		d.t.Error(err)
		return
	}
	request, err := x509.ParseCertificateRequest(der)
	if err != nil {
		d.t.Error(err)
		return
	}
	leaf, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: request.DNSNames, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, d.root, request.PublicKey, d.key)
	if err != nil {
		d.t.Error(err)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.chain = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf})
}

func TestACME(t *testing.T) {
	var s *started
	running := make(chan struct{})
	d := newDirectory(t, func() string { <-running; return s.Addr().String() })
	trusted := x509.NewCertPool()
	trusted.AddCert(d.Certificate())
	s = start(t, func(c *edge.Config) {
		c.Domain, c.BaseURL = "meet.town.eu", "https://meet.town.eu"
		c.ACME = &edge.ACME{Directory: d.URL + "/directory", Email: "it@town.eu", Roots: trusted}
	})
	close(running)

	public := x509.NewCertPool()
	public.AddCert(d.root)
	for limit := time.Now().Add(20 * time.Second); ; {
		c, err := tls.Dial("tcp", s.Addr().String(), &tls.Config{ServerName: "meet.town.eu", RootCAs: public, MinVersion: tls.VersionTLS12}) //nolint:noctx // loopback
		if err == nil {
			c.Close()
			break
		}
		if time.Now().After(limit) {
			t.Fatalf("no public certificate: %v\n%s", err, s.log)
		}
		<-time.After(20 * time.Millisecond) // the certificate comes when it comes; there is no event to wait for
	}
	// By any other name the server goes on with its own authority.
	if resp, _ := s.get(t, "/healthz"); resp.StatusCode != http.StatusOK || resp.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("localhost: %d, HSTS %q", resp.StatusCode, resp.Header.Get("Strict-Transport-Security"))
	}
	if resp, body := s.get(t, "/ca.crt"); strings.Contains(body, "CERTIFICATE") || resp.StatusCode == http.StatusOK {
		t.Error("our own authority is offered beside a public certificate")
	}
	if strings.Contains(s.log.String(), "127.0.0.1") || strings.Contains(s.log.String(), "it@town.eu") {
		t.Errorf("the log holds an address:\n%s", s.log)
	}
}
