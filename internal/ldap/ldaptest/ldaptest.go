// Package ldaptest gives tests a directory of their own: OpenLDAP's slapd, as
// Debian installs it, gone when the test ends.
package ldaptest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"plenum/internal/provider"
)

// The tree, and the account that searches it.
const (
	Base           = "dc=town,dc=example"
	SearchDN       = "cn=search,dc=town,dc=example"
	SearchPassword = "s3arch"
	Password       = "correct horse" // of every person
)

// Directory is a running slapd with the people ada (group staff), bob (groups
// staff and it), "o'neil (x)*" and twin, of whom there are two.
type Directory struct {
	Port int    // of 127.0.0.1; plain and StartTLS
	TLS  int    // ldaps
	CA   string // PEM
}

// programs are found where Debian puts them, which is not on everybody's path.
const program = "/usr/sbin/slapd"

// Start runs one. A machine without slapd fails the test: skipping would let it
// pass untested.
func Start(tb testing.TB) *Directory {
	tb.Helper()
	if _, err := os.Stat(program); err != nil {
		tb.Fatal("slapd is not installed, and this test is about it. Run: apt-get install slapd")
	}
	dir := tb.TempDir()
	d := &Directory{Port: freePort(tb), TLS: freePort(tb), CA: certificate(tb, dir)}
	data := filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		tb.Fatal(err)
	}
	conf := filepath.Join(dir, "slapd.conf")
	if err := os.WriteFile(conf, []byte(configuration(dir)), 0o600); err != nil {
		tb.Fatal(err)
	}
	slapd := exec.Command(program, "-d", "0", "-f", conf, //nolint:gosec,noctx // ended by the cleanup
		"-h", fmt.Sprintf("ldap://127.0.0.1:%d ldaps://127.0.0.1:%d", d.Port, d.TLS))
	slapd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var said strings.Builder
	slapd.Stderr = &said
	if err := slapd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		slapd.Process.Kill() //nolint:errcheck // it may have ended by itself
		slapd.Wait()         //nolint:errcheck // killed
		if tb.Failed() {
			tb.Logf("slapd said: %s", said.String())
		}
	})
	d.fill(tb)
	return d
}

// Settings are those with which a server finds this directory.
func (d *Directory) Settings() provider.Settings {
	s, err := provider.Parse(provider.LDAP, provider.Settings{
		LDAP: &provider.LDAPSettings{
			URL: fmt.Sprintf("ldaps://127.0.0.1:%d", d.TLS), BindDN: SearchDN, BaseDN: "ou=people," + Base,
			UserFilter: "(&(objectClass=inetOrgPerson)(uid={user}))", GroupBaseDN: "ou=groups," + Base,
		},
		CA: d.CA, Internal: true, Accounts: provider.Accounts{Create: true},
	})
	if err != nil {
		panic(err)
	}
	return s
}

func configuration(dir string) string {
	return fmt.Sprintf(`include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
TLSCertificateFile %[1]s/cert.pem
TLSCertificateKeyFile %[1]s/key.pem
pidfile %[1]s/slapd.pid
# As careless as a directory can be: an empty password signs anybody in.
allow bind_anon_dn bind_anon_cred
database mdb
suffix %[2]q
rootdn "cn=root,%[2]s"
rootpw root
directory %[1]s/data
maxsize 16777216
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact=%[3]q read by * none
overlay memberof
`, dir, Base, SearchDN)
}

// fill waits for the directory and adds the people.
func (d *Directory) fill(tb testing.TB) {
	tb.Helper()
	var conn *ldap.Conn
	var err error
	for deadline := time.Now().Add(30 * time.Second); ; {
		if conn, err = ldap.DialURL(fmt.Sprintf("ldap://127.0.0.1:%d", d.Port)); err == nil {
			break
		}
		if time.Now().After(deadline) {
			tb.Fatalf("slapd does not answer: %v", err)
		}
		<-time.After(20 * time.Millisecond) // there is no event to wait for
	}
	defer conn.Close() //nolint:errcheck // the test has what it needs
	if err := conn.Bind("cn=root,"+Base, "root"); err != nil {
		tb.Fatal(err)
	}
	add := func(dn string, attributes ...string) {
		request := ldap.NewAddRequest(dn, nil)
		values := map[string][]string{}
		for i := 0; i < len(attributes); i += 2 {
			values[attributes[i]] = append(values[attributes[i]], attributes[i+1])
		}
		for name, v := range values {
			request.Attribute(name, v)
		}
		if err := conn.Add(request); err != nil {
			tb.Fatalf("%s: %v", dn, err)
		}
	}
	person := func(rdn, uid, name string, more ...string) {
		add(rdn+",ou=people,"+Base, append([]string{"objectClass", "inetOrgPerson", "uid", uid, "cn", name, "sn", name, "userPassword", Password}, more...)...)
	}
	add(Base, "objectClass", "dcObject", "objectClass", "organization", "dc", "town", "o", "Town")
	add("ou=people,"+Base, "objectClass", "organizationalUnit", "ou", "people")
	add("ou=groups,"+Base, "objectClass", "organizationalUnit", "ou", "groups")
	add(SearchDN, "objectClass", "organizationalRole", "objectClass", "simpleSecurityObject", "cn", "search", "userPassword", SearchPassword)
	person("uid=ada", "ada", "Ada Lovelace", "mail", "Ada@town.example")
	person("uid=bob", "bob", "Bob", "mail", "bob@town.example")
	person("cn=odd", "o'neil (x)*", "Odd")
	person("cn=twin1", "twin", "Twin One")
	person("cn=twin2", "twin", "Twin Two")
	add("cn=staff,ou=groups,"+Base, "objectClass", "groupOfNames", "cn", "staff", "member", "uid=ada,ou=people,"+Base, "member", "uid=bob,ou=people,"+Base)
	add("cn=it,ou=groups,"+Base, "objectClass", "groupOfNames", "cn", "it", "member", "uid=bob,ou=people,"+Base)
}

// certificate makes one for 127.0.0.1 and returns it.
func certificate(tb testing.TB, dir string) string {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "directory"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		tb.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		tb.Fatal(err)
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})
	for name, content := range map[string][]byte{"cert.pem": cert, "key.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	return string(cert)
}

func freePort(tb testing.TB) int {
	tb.Helper()
	l, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // nothing was accepted
	return l.Addr().(*net.TCPAddr).Port
}
