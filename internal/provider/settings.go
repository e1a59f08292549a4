package provider

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"plenum/internal/pii"
	"plenum/internal/user"
)

// Settings is what an administrator says of a provider; kept as JSON.
type Settings struct {
	OIDC     *OIDCSettings `json:"oidc,omitempty" doc:"For kind oidc"`
	LDAP     *LDAPSettings `json:"ldap,omitempty" doc:"For kind ldap"`
	Accounts Accounts      `json:"accounts"`
	// CA replaces the system's list of certificate authorities.
	CA string `json:"ca,omitempty" maxLength:"65536" doc:"Certificates in PEM that the provider's certificate must lead to; empty for the system's list"`
	// Internal may be set by operators only: it opens this machine's own addresses.
	Internal bool `json:"internal,omitempty" doc:"The provider runs on the server's own machine (loopback); only operators of the server may set this"`
}

// Accounts says who gets in and as what.
type Accounts struct {
	Create       bool     `json:"create" doc:"Make an account at somebody's first sign-in; otherwise only known people get in"`
	Domains      []string `json:"domains" required:"false" nullable:"false" maxItems:"100" doc:"Only people whose verified e-mail address ends in one of these; empty for all"`
	AdminGroups  []string `json:"adminGroups" required:"false" nullable:"false" maxItems:"100" doc:"Members administer the organisation, and nobody else who signs in here"`
	AdminDomains []string `json:"adminDomains" required:"false" nullable:"false" maxItems:"100" doc:"As adminGroups, by the domain of the verified e-mail address"`
}

func (a *Accounts) givesAdmin() bool { return len(a.AdminGroups)+len(a.AdminDomains) > 0 }

func (a *Accounts) admin(u user.User) bool {
	return slices.ContainsFunc(u.Groups, func(g string) bool { return slices.Contains(a.AdminGroups, g) }) ||
		u.Email != "" && containsFold(a.AdminDomains, u.Email.Domain())
}

// OIDCSettings describe an OpenID Connect provider.
type OIDCSettings struct {
	Issuer       string   `json:"issuer" maxLength:"500" doc:"As the provider writes it, such as https://id.example.org/realms/town"`
	ClientID     string   `json:"clientId" maxLength:"255"`
	Scopes       []string `json:"scopes" required:"false" nullable:"false" maxItems:"20" doc:"Beside openid; empty for profile and email"`
	GroupsClaim  string   `json:"groupsClaim" required:"false" maxLength:"100" doc:"Name of the claim with the person's groups; empty for groups"`
	Hosts        []string `json:"hosts" required:"false" nullable:"false" maxItems:"20" doc:"Other hosts that the provider's discovery document may name, such as www.googleapis.com"`
	TrustEmail   bool     `json:"trustEmail" required:"false" doc:"The provider does not say whether it has verified an e-mail address, and always has"`
	FactorACR    []string `json:"factorAcr" required:"false" nullable:"false" maxItems:"20" doc:"Values of acr that mean a second factor"`
	FactorAMR    []string `json:"factorAmr" required:"false" nullable:"false" maxItems:"20" doc:"Values of amr that mean a second factor, such as mfa"`
	SignOutThere bool     `json:"signOutThere" required:"false" doc:"Signing out here leads to the provider's own sign-out"`
}

// LDAPSettings describe a directory.
type LDAPSettings struct {
	URL      string `json:"url" maxLength:"500" doc:"ldaps://host, or ldap://host with startTls"`
	StartTLS bool   `json:"startTls" required:"false"`
	Plain    bool   `json:"plain" required:"false" doc:"Send passwords unencrypted over the network. For a connection that is protected otherwise"`
	BindDN   string `json:"bindDn" required:"false" maxLength:"1000" doc:"The account that searches; its password is the secret"`
	BaseDN   string `json:"baseDn" maxLength:"1000" doc:"Below which people are looked for"`
	// UserFilter finds one person; {user} is what was typed, escaped.
	UserFilter  string `json:"userFilter" maxLength:"1000" doc:"Such as (&(objectClass=person)(uid={user}))"`
	SubjectAttr string `json:"subjectAttribute" required:"false" maxLength:"100" doc:"What never changes; empty for entryUUID. objectGUID for Active Directory"`
	NameAttr    string `json:"nameAttribute" required:"false" maxLength:"100" doc:"Empty for cn"`
	EmailAttr   string `json:"emailAttribute" required:"false" maxLength:"100" doc:"Empty for mail"`
	GroupsAttr  string `json:"groupsAttribute" required:"false" maxLength:"100" doc:"Of the person, such as memberOf; empty to search groups with groupFilter"`
	GroupBaseDN string `json:"groupBaseDn" required:"false" maxLength:"1000" doc:"Below which groups are searched; empty for no search"`
	GroupFilter string `json:"groupFilter" required:"false" maxLength:"1000" doc:"{dn} is the person's; empty for (member={dn})"`
	GroupName   string `json:"groupNameAttribute" required:"false" maxLength:"100" doc:"Of a group found by search; empty for cn"`
}

// The marks in filters.
const (
	UserMark = "{user}"
	DNMark   = "{dn}"
)

// ParseName checks a provider's name.
func ParseName(s string) (string, error) {
	name, err := pii.ParseName(s, 60)
	return name.Text(), err
}

// Parse checks settings and fills in what is left empty. Fault: provider.invalid
// with the field in its words.
func Parse(kind Kind, s Settings) (Settings, error) {
	if err := s.Accounts.parse(); err != nil {
		return Settings{}, err
	}
	if s.CA = strings.TrimSpace(s.CA); s.CA != "" && !x509.NewCertPool().AppendCertsFromPEM([]byte(s.CA)) {
		return Settings{}, invalid("ca", "is not a certificate in PEM")
	}
	switch {
	case kind == OIDC && s.OIDC != nil && s.LDAP == nil:
		o := *s.OIDC
		s.OIDC = &o
		return s, o.parse(s.Internal, s.OIDC)
	case kind == LDAP && s.LDAP != nil && s.OIDC == nil:
		l := *s.LDAP
		s.LDAP = &l
		return s, l.parse(s.Internal, s.LDAP)
	}
	return Settings{}, invalid("kind", "and settings do not fit")
}

func (a *Accounts) parse() error {
	for _, domains := range []*[]string{&a.Domains, &a.AdminDomains} {
		for i, d := range *domains {
			(*domains)[i] = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(d), "@"))
			if _, err := user.ParseEmail("a@" + (*domains)[i]); err != nil {
				return invalid("domains", "has something that is no domain")
			}
		}
	}
	present(&a.Domains, &a.AdminGroups, &a.AdminDomains)
	return list("adminGroups", a.AdminGroups, MaxGroup)
}

// present makes empty lists of missing ones, which JSON tells apart.
func present(lists ...*[]string) {
	for _, l := range lists {
		if *l == nil {
			*l = []string{}
		}
	}
}

// parse checks o and writes what it means to into.
func (o OIDCSettings) parse(internal bool, into *OIDCSettings) error {
	if problem := issuerProblem(o.Issuer, internal); problem != "" {
		return invalid("issuer", problem)
	}
	if o.ClientID == "" || !isText(o.ClientID) {
		return invalid("clientId", "is missing")
	}
	for name, values := range map[string][]string{"scopes": o.Scopes, "hosts": o.Hosts, "factorAcr": o.FactorACR, "factorAmr": o.FactorAMR} {
		if err := list(name, values, 255); err != nil {
			return err
		}
	}
	present(&into.Hosts, &into.FactorACR, &into.FactorAMR)
	if len(o.Scopes) == 0 {
		into.Scopes = []string{"profile", "email"}
	}
	if o.GroupsClaim == "" {
		into.GroupsClaim = "groups"
	}
	return nil
}

// issuerProblem says what is wrong with an issuer (OpenID Connect Core §2), "" for
// nothing.
func issuerProblem(issuer string, internal bool) string {
	u, err := url.Parse(issuer)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "is not an address"
	case u.Scheme != "https" && (u.Scheme != "http" || !internal || !isLoopback(u.Hostname())):
		return "must begin with https://"
	}
	return ""
}

// parse checks l and writes what it means to into.
func (l LDAPSettings) parse(internal bool, into *LDAPSettings) error {
	if err := l.parseURL(internal); err != nil {
		return err
	}
	if !strings.Contains(l.UserFilter, UserMark) || !strings.HasPrefix(l.UserFilter, "(") {
		return invalid("userFilter", "must contain {user}, as in (uid={user})")
	}
	if l.BaseDN == "" {
		return invalid("baseDn", "is missing")
	}
	for field, value := range map[*string]string{
		&into.SubjectAttr: "entryUUID", &into.NameAttr: "cn", &into.EmailAttr: "mail", &into.GroupFilter: "(member={dn})", &into.GroupName: "cn",
	} {
		if *field == "" {
			*field = value
		}
	}
	if into.GroupBaseDN != "" && !strings.Contains(into.GroupFilter, DNMark) {
		return invalid("groupFilter", "must contain {dn}, as in (member={dn})")
	}
	for _, s := range []string{into.BindDN, into.BaseDN, into.UserFilter, into.SubjectAttr, into.NameAttr, into.EmailAttr, into.GroupsAttr, into.GroupBaseDN, into.GroupFilter, into.GroupName} {
		if !isText(s) {
			return invalid("ldap", "has characters that cannot be used")
		}
	}
	return nil
}

// parseURL wants passwords encrypted on their way.
func (l LDAPSettings) parseURL(internal bool) error {
	u, err := url.Parse(l.URL)
	if err != nil || u.Host == "" || strings.TrimSuffix(l.URL, "/") != u.Scheme+"://"+u.Host { // a user, a path, a query
		return invalid("url", "is not an address")
	}
	switch {
	case u.Scheme != "ldap" && u.Scheme != "ldaps":
		return invalid("url", "must begin with ldaps:// or ldap://")
	case u.Scheme == "ldaps" && l.StartTLS:
		return invalid("startTls", "is for ldap://; ldaps:// is encrypted already")
	case u.Scheme == "ldap" && !l.StartTLS && !l.Plain && (!internal || !isLoopback(u.Hostname())):
		return invalid("startTls", "is needed: passwords must not cross the network unencrypted")
	}
	return nil
}

// Destination says where the provider's secret goes and how it is protected on
// the way: when that changes, the secret has to be entered again, so that nobody
// who may change settings gets to read it.
func (s Settings) Destination() string {
	var to any
	switch {
	case s.OIDC != nil:
		to = []any{s.OIDC.Issuer, s.OIDC.Hosts}
	case s.LDAP != nil:
		to = []any{s.LDAP.URL, s.LDAP.StartTLS, s.LDAP.Plain}
	}
	return fmt.Sprintf("%q %q %v", to, s.CA, s.Internal)
}

func list(name string, values []string, length int) error {
	if len(values) > MaxList {
		return invalid(name, "has too many entries")
	}
	for _, v := range values {
		if v == "" || len(v) > length || !isText(v) {
			return invalid(name, "has an entry that cannot be used")
		}
	}
	return nil
}

// invalid names a field, which is no secret and helps whoever filled it in.
func invalid(field, problem string) error {
	f := *ErrInvalid
	f.Text = field + " " + problem + "."
	return &f
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// isText refuses what would break a log, a header or a filter.
func isText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}
