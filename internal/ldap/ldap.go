// Package ldap signs people in with a directory such as OpenLDAP or Active
// Directory: a service account finds the person, and the directory itself checks
// the password (RFC 4511, RFC 4513).
package ldap

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/go-ldap/ldap/v3"

	"plenum/internal/egress"
	"plenum/internal/pii"
	"plenum/internal/provider"
)

const (
	maxUser     = 256   // bytes of what was typed as user name
	maxPassword = 1_000 // bytes
	// maxAnswers is in bytes: 500 groups of some kB, as a search gives them.
	maxAnswers = 4 << 20
	// timeLimit is for the directory, in seconds; ours is [egress.Timeout].
	timeLimit = 8
)

// Directories signs people in. It keeps no connection: a sign-in is rare, and an
// idle connection with the service account's rights is one more thing to take.
type Directories struct{}

// SignIn returns the person if user and password are right. Faults:
// provider.wrong, provider.unreachable.
func (d Directories) SignIn(ctx context.Context, p provider.Provider, secret pii.Secret, name string, password pii.Secret) (provider.Person, error) {
	s := p.Settings.LDAP
	if p.Kind != provider.LDAP || s == nil {
		return provider.Person{}, unreachable("settings", nil)
	}
	// An empty password is an unauthenticated bind, which succeeds for everybody
	// (RFC 4513 §5.1.2).
	if password == "" || len(password) > maxPassword || name == "" || len(name) > maxUser || !utf8.ValidString(name) {
		return provider.Person{}, provider.ErrWrong
	}
	service, err := d.service(ctx, p, secret)
	if err != nil {
		return provider.Person{}, err
	}
	defer service.Close() //nolint:errcheck // nothing more is asked
	entry, err := find(service, s, strings.ReplaceAll(s.UserFilter, provider.UserMark, ldap.EscapeFilter(name)))
	if err != nil {
		return provider.Person{}, err
	}
	if err := d.check(ctx, p, entry.DN, password); err != nil {
		return provider.Person{}, err
	}
	groups, err := groupsOf(service, s, entry)
	if err != nil {
		return provider.Person{}, err
	}
	subject, err := subjectOf(entry, s.SubjectAttr)
	if err != nil {
		return provider.Person{}, err
	}
	return provider.Person{
		Subject: subject, Name: entry.GetEqualFoldAttributeValue(s.NameAttr), Email: entry.GetEqualFoldAttributeValue(s.EmailAttr), Groups: groups,
	}, nil
}

// Confirm checks the password of somebody who has signed in before. Faults: those
// of SignIn.
func (d Directories) Confirm(ctx context.Context, p provider.Provider, secret pii.Secret, subject string, password pii.Secret) error {
	s := p.Settings.LDAP
	if p.Kind != provider.LDAP || s == nil {
		return unreachable("settings", nil)
	}
	if password == "" || len(password) > maxPassword || subject == "" {
		return provider.ErrWrong
	}
	service, err := d.service(ctx, p, secret)
	if err != nil {
		return err
	}
	defer service.Close() //nolint:errcheck // nothing more is asked
	entry, err := find(service, s, "("+s.SubjectAttr+"="+subjectFilter(s.SubjectAttr, subject)+")")
	if err != nil {
		return err
	}
	return d.check(ctx, p, entry.DN, password)
}

// Test signs the service account in and looks below the base. Fault:
// provider.unreachable, whose cause says in words what is wrong.
func (d Directories) Test(ctx context.Context, p provider.Provider, secret pii.Secret) error {
	if p.Settings.LDAP == nil {
		return unreachable("settings", nil)
	}
	service, err := d.service(ctx, p, secret)
	if err != nil {
		return err
	}
	defer service.Close() //nolint:errcheck // nothing more is asked
	_, err = service.Search(ldap.NewSearchRequest(p.Settings.LDAP.BaseDN, ldap.ScopeBaseObject, ldap.NeverDerefAliases,
		1, timeLimit, false, "(objectClass=*)", []string{"1.1"}, nil))
	if err != nil {
		return unreachable("baseDn", err)
	}
	filter := strings.ReplaceAll(p.Settings.LDAP.UserFilter, provider.UserMark, "x")
	if _, err := ldap.CompileFilter(filter); err != nil {
		return unreachable("userFilter cannot be understood", nil)
	}
	return nil
}

// service connects and signs in with the account that searches; without one the
// search is anonymous.
func (d Directories) service(ctx context.Context, p provider.Provider, secret pii.Secret) (*ldap.Conn, error) {
	conn, err := dial(ctx, p.Settings)
	if err != nil {
		return nil, err
	}
	if p.Settings.LDAP.BindDN == "" {
		return conn, nil
	}
	if secret == "" {
		err = errors.New("the search account has no password")
	} else {
		err = conn.Bind(p.Settings.LDAP.BindDN, secret.Text())
	}
	if err != nil {
		conn.Close() //nolint:errcheck // the first error is the one to tell
		return nil, unreachable("bindDn", err)
	}
	return conn, nil
}

// dial connects, encrypted unless the settings say otherwise. The connection ends
// with ctx.
func dial(ctx context.Context, s provider.Settings) (*ldap.Conn, error) {
	u, err := url.Parse(s.LDAP.URL)
	if err != nil {
		return nil, unreachable("url", nil)
	}
	config := &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}
	if s.CA != "" {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM([]byte(s.CA)) {
			return nil, unreachable("ca", nil)
		}
	}
	conn, err := connect(ctx, u, egress.Guard{Internal: s.Internal}, config)
	if err != nil {
		return nil, unreachable("connection", err)
	}
	conn.SetTimeout(egress.Timeout)
	context.AfterFunc(ctx, func() { conn.Close() }) //nolint:errcheck // whoever waits for it gets the error
	if s.LDAP.StartTLS {
		if err := conn.StartTLS(config); err != nil {
			conn.Close() //nolint:errcheck // as above
			return nil, unreachable("startTls", err)
		}
	}
	return conn, nil
}

// connect opens the connection, encrypted from its start for ldaps.
func connect(ctx context.Context, u *url.URL, guard egress.Guard, config *tls.Config) (*ldap.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, egress.Timeout)
	defer cancel()
	port := u.Port()
	if port == "" {
		port = map[string]string{"ldap": "389", "ldaps": "636"}[u.Scheme]
	}
	raw, err := guard.Dialer().DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return nil, err
	}
	raw = &bounded{Conn: raw, left: maxAnswers}
	if u.Scheme == "ldaps" {
		encrypted := tls.Client(raw, config)
		if err := encrypted.HandshakeContext(ctx); err != nil {
			raw.Close() //nolint:errcheck // the first error is the one to tell
			return nil, err
		}
		raw = encrypted
	}
	conn := ldap.NewConn(raw, u.Scheme == "ldaps")
	conn.Start()
	return conn, nil
}

// bounded ends a connection over which more has come than any sign-in needs.
type bounded struct {
	net.Conn

	left int64 // bytes; of the one goroutine that reads
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, egress.ErrTooLarge
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.Conn.Read(p)
	b.left -= int64(n)
	return n, err
}

// find returns the one entry that fits.
func find(conn *ldap.Conn, s *provider.LDAPSettings, filter string) (*ldap.Entry, error) {
	attributes := []string{s.SubjectAttr, s.NameAttr, s.EmailAttr}
	if s.GroupsAttr != "" {
		attributes = append(attributes, s.GroupsAttr)
	}
	found, err := conn.Search(ldap.NewSearchRequest(s.BaseDN, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases,
		2, timeLimit, false, filter, attributes, nil))
	switch {
	case ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded): // as when a filter lets a name mean several
		return nil, provider.ErrWrong
	case err != nil:
		return nil, unreachable("search", err)
	case len(found.Entries) != 1 || found.Entries[0].DN == "":
		return nil, provider.ErrWrong
	}
	return found.Entries[0], nil
}

// check lets the directory decide about the password, on a connection of its own.
func (d Directories) check(ctx context.Context, p provider.Provider, dn string, password pii.Secret) error {
	conn, err := dial(ctx, p.Settings)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // nothing more is asked
	err = conn.Bind(dn, password.Text())
	switch {
	case err == nil:
		return nil
	case ldap.IsErrorAnyOf(err, ldap.LDAPResultInvalidCredentials, ldap.LDAPResultInvalidDNSyntax, ldap.LDAPResultNoSuchObject,
		ldap.LDAPResultInappropriateAuthentication, ldap.LDAPResultInsufficientAccessRights,
		ldap.LDAPResultUnwillingToPerform, ldap.LDAPResultConstraintViolation): // closed, locked or expired accounts too
		return provider.ErrWrong
	}
	return unreachable("sign-in", err)
}

// groupsOf lists the groups of a person, by attribute or by search.
func groupsOf(conn *ldap.Conn, s *provider.LDAPSettings, entry *ldap.Entry) ([]string, error) {
	var groups []string
	if s.GroupsAttr != "" {
		groups = entry.GetEqualFoldAttributeValues(s.GroupsAttr)
	}
	if s.GroupBaseDN == "" {
		return groups, nil
	}
	filter := strings.ReplaceAll(s.GroupFilter, provider.DNMark, ldap.EscapeFilter(entry.DN))
	found, err := conn.Search(ldap.NewSearchRequest(s.GroupBaseDN, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases,
		provider.MaxGroups, timeLimit, false, filter, []string{s.GroupName}, nil))
	if err != nil && !ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded) {
		return nil, unreachable("groups", err)
	}
	for _, group := range found.Entries {
		groups = append(groups, group.GetEqualFoldAttributeValues(s.GroupName)...)
	}
	return groups, nil
}

// subjectOf reads what names the person for ever. Active Directory's objectGUID
// is 16 bytes, which are kept in hexadecimal.
func subjectOf(entry *ldap.Entry, attribute string) (string, error) {
	values := entry.GetEqualFoldRawAttributeValues(attribute)
	if len(values) != 1 || len(values[0]) == 0 || len(values[0]) > provider.MaxSubject/2 {
		return "", unreachable("subjectAttribute is not there, or not once", nil)
	}
	if strings.EqualFold(attribute, "objectGUID") || !utf8.Valid(values[0]) {
		return hex.EncodeToString(values[0]), nil
	}
	return string(values[0]), nil
}

// subjectFilter writes what subjectOf gave as RFC 4515 §3 wants it in a filter.
func subjectFilter(attribute, subject string) string {
	raw, err := hex.DecodeString(subject)
	if err != nil || !strings.EqualFold(attribute, "objectGUID") {
		return ldap.EscapeFilter(subject)
	}
	var out strings.Builder
	for _, b := range raw {
		fmt.Fprintf(&out, `\%02x`, b)
	}
	return out.String()
}

// unreachable explains to the operator at which step it went wrong, without what
// the directory wrote: it may repeat names.
func unreachable(step string, err error) error {
	text := step
	code, isCode := errors.AsType[*ldap.Error](err)
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case err == nil:
	case errors.Is(err, egress.ErrRefused):
		text += ": the address is inside the server's own machine or reserved"
	case untrusted:
		text += ": the certificate is not trusted"
	case isCode && code.ResultCode == ldap.ErrorNetwork:
		text += ": no connection"
	case isCode && ldap.LDAPResultCodeMap[code.ResultCode] != "":
		text += fmt.Sprintf(": %s (%d)", ldap.LDAPResultCodeMap[code.ResultCode], code.ResultCode)
	default:
		text += ": failed"
	}
	return provider.ErrUnreachable.With(errors.New(text))
}
