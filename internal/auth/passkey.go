package auth

import (
	"encoding/json"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
)

// Passkey is a key pair on a person's device, of which the server has the public
// half.
type Passkey struct {
	ID           string
	User         id.User
	Host         string // it works for this name only
	CredentialID []byte
	PublicKey    []byte // COSE
	SignCount    uint32 // 0 always, or more with each use
	Synced       bool   // may be on several devices
	BackedUp     bool   // is
	Transports   []string
	Name         pii.Name // so that the person can tell theirs apart
	CreatedAt    time.Time
}

// RelyingParty is one host name to which passkeys are bound (WebAuthn level 3).
type RelyingParty struct {
	w    *webauthn.WebAuthn // nil where there can be none
	host string
}

// NewRelyingParty makes the one of an origin, as in "https://meet.example.org",
// under the name that devices show. The same host may be reached at other origins
// too, on another port.
func NewRelyingParty(name, origin string, others ...string) (*RelyingParty, error) {
	u, err := url.Parse(origin)
	if err != nil {
		return nil, fault.Wrap("auth.NewRelyingParty", err)
	}
	host, origins := strings.ToLower(u.Hostname()), []string{origin}
	for _, other := range others {
		if o, err := url.Parse(other); err == nil && strings.EqualFold(o.Hostname(), host) {
			origins = append(origins, other)
		}
	}
	if !strings.Contains(host, ".") && host != "localhost" || strings.HasSuffix(host, ".") || isAddress(host) {
		return &RelyingParty{host: host}, nil
	}
	if name == "" {
		name = host
	}
	limit := webauthn.TimeoutConfig{Enforce: true, Timeout: ChallengeLife, TimeoutUVD: ChallengeLife}
	w, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: name, RPOrigins: origins,
		AttestationPreference: protocol.PreferNoAttestation, // which model somebody has is none of our business
		Timeouts:              webauthn.TimeoutsConfig{Login: limit, Registration: limit},
	})
	return &RelyingParty{w, host}, fault.Wrap("auth.NewRelyingParty", err)
}

func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// Host is the name that passkeys made here are bound to.
func (p *RelyingParty) Host() string { return p.host }

// Works reports whether there can be passkeys here: a browser makes none for an
// address or a name without a dot (WebAuthn level 3 §5.1.3 step 7), and one that
// ends in a dot is no RP ID.
func (p *RelyingParty) Works() bool { return p.w != nil }

// Holder is a person with their passkeys.
type Holder struct {
	User     id.User
	Email    pii.Email // shown by the device beside the passkey
	Name     pii.Name
	Passkeys []Passkey
}

// BeginAdd begins to add a passkey: options for navigator.credentials.create, and
// the state to keep until FinishAdd. The passkey is discoverable and asks the
// device to verify its holder, so that it serves alone.
func (p *RelyingParty) BeginAdd(h Holder) (options json.RawMessage, state string, err error) {
	if !p.Works() {
		return nil, "", ErrPasskeyHost
	}
	known := make([]protocol.CredentialDescriptor, len(h.Passkeys))
	for i, c := range (holder{h}).WebAuthnCredentials() {
		known[i] = c.Descriptor()
	}
	creation, session, err := p.w.BeginRegistration(holder{h},
		webauthn.WithExclusions(known),
		webauthn.WithAuthenticatorSelection(webauthn.SelectAuthenticator("", new(true), string(protocol.VerificationRequired))))
	if err != nil {
		return nil, "", fault.Wrap("auth.BeginAdd", err)
	}
	return begun("auth.BeginAdd", creation.Response, session)
}

// FinishAdd checks what the device answered and returns the new passkey, without
// a name yet. Faults: passkey.wrong, whose cause says why.
func (p *RelyingParty) FinishAdd(h Holder, state string, answer json.RawMessage, now time.Time) (Passkey, error) {
	if !p.Works() {
		return Passkey{}, ErrPasskeyHost
	}
	session, err := sessionData(state)
	if err != nil {
		return Passkey{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return Passkey{}, ErrPasskey.With(err)
	}
	c, err := p.w.CreateCredential(holder{h}, session, parsed)
	if err != nil {
		return Passkey{}, ErrPasskey.With(err)
	}
	made := Passkey{
		ID: id.New[string](), User: h.User, Host: p.host, CredentialID: c.ID, PublicKey: c.PublicKey, SignCount: c.Authenticator.SignCount,
		Synced: c.Flags.BackupEligible, BackedUp: c.Flags.BackupState, CreatedAt: now,
	}
	for _, t := range c.Transport {
		if len(made.Transports) < maxTransports && isTransport(string(t)) {
			made.Transports = append(made.Transports, string(t))
		}
	}
	return made, nil
}

// maxTransports: WebAuthn level 3 §5.8.4 knows six.
const maxTransports = 8

func isTransport(s string) bool {
	return s != "" && len(s) <= 20 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz-") == ""
}

// BeginSignIn begins a sign-in with a passkey alone: options for
// navigator.credentials.get, which lets the person choose.
func (p *RelyingParty) BeginSignIn() (options json.RawMessage, state string, err error) {
	if !p.Works() {
		return nil, "", ErrPasskeyHost
	}
	assertion, session, err := p.w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, "", fault.Wrap("auth.BeginSignIn", err)
	}
	return begun("auth.BeginSignIn", assertion.Response, session)
}

// FinishSignIn checks what the device answered and returns the passkey as it is
// now. find looks up whose it claims to be. Faults: passkey.wrong, whose cause
// says why, and those of find that are not about a person.
func (p *RelyingParty) FinishSignIn(state string, answer json.RawMessage, find func(id.User) (Holder, error)) (Passkey, error) {
	return p.finish(state, answer, func(session webauthn.SessionData, parsed *protocol.ParsedCredentialAssertionData) (Holder, *webauthn.Credential, error) {
		var h Holder
		c, err := p.w.ValidateDiscoverableLogin(func(_, handle []byte) (_ webauthn.User, err error) {
			u, err := id.Parse[id.User](string(handle))
			if err != nil {
				return nil, err
			}
			h, err = find(u)
			return holder{h}, err
		}, session, parsed)
		return h, c, err
	})
}

// BeginProof begins the proof by one of a known person's passkeys.
func (p *RelyingParty) BeginProof(h Holder) (options json.RawMessage, state string, err error) {
	if !p.Works() {
		return nil, "", ErrPasskeyHost
	}
	assertion, session, err := p.w.BeginLogin(holder{h}, webauthn.WithUserVerification(protocol.VerificationPreferred))
	if err != nil {
		return nil, "", fault.Wrap("auth.BeginProof", err)
	}
	return begun("auth.BeginProof", assertion.Response, session)
}

// FinishProof is FinishSignIn for a known person.
func (p *RelyingParty) FinishProof(h Holder, state string, answer json.RawMessage) (Passkey, error) {
	return p.finish(state, answer, func(session webauthn.SessionData, parsed *protocol.ParsedCredentialAssertionData) (Holder, *webauthn.Credential, error) {
		c, err := p.w.ValidateLogin(holder{h}, session, parsed)
		return h, c, err
	})
}

func (p *RelyingParty) finish(state string, answer json.RawMessage,
	check func(webauthn.SessionData, *protocol.ParsedCredentialAssertionData) (Holder, *webauthn.Credential, error),
) (Passkey, error) {
	if !p.Works() {
		return Passkey{}, ErrPasskeyHost
	}
	session, err := sessionData(state)
	if err != nil {
		return Passkey{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return Passkey{}, ErrPasskey.With(err)
	}
	h, c, err := check(session, parsed)
	if err != nil {
		return Passkey{}, ErrPasskey.With(err)
	}
	if c.Authenticator.CloneWarning {
		return Passkey{}, ErrPasskey // its counter went back: there is a copy of it
	}
	for _, used := range h.Passkeys {
		if string(used.CredentialID) == string(c.ID) && used.Host == p.host {
			used.SignCount, used.BackedUp = c.Authenticator.SignCount, c.Flags.BackupState
			return used, nil
		}
	}
	return Passkey{}, ErrPasskey
}

// begun writes what the browser gets and what the server keeps.
func begun(op string, options any, session *webauthn.SessionData) (json.RawMessage, string, error) {
	public, err := json.Marshal(options)
	if err != nil {
		return nil, "", fault.Wrap(op, err)
	}
	kept, err := json.Marshal(session)
	return public, string(kept), fault.Wrap(op, err)
}

func sessionData(state string) (webauthn.SessionData, error) {
	var session webauthn.SessionData
	err := json.Unmarshal([]byte(state), &session)
	return session, fault.Wrap("auth.RelyingParty", err)
}

// holder is a Holder as the library wants it.
type holder struct{ Holder }

func (h holder) WebAuthnID() []byte          { return []byte(h.User) }
func (h holder) WebAuthnName() string        { return h.Email.Text() }
func (h holder) WebAuthnDisplayName() string { return h.Name.Text() }

func (h holder) WebAuthnCredentials() []webauthn.Credential {
	list := make([]webauthn.Credential, len(h.Passkeys))
	for i, p := range h.Passkeys {
		list[i] = webauthn.Credential{
			ID: p.CredentialID, PublicKey: p.PublicKey, AttestationType: "none",
			Flags:         webauthn.CredentialFlags{UserPresent: true, UserVerified: true, BackupEligible: p.Synced, BackupState: p.BackedUp},
			Authenticator: webauthn.Authenticator{SignCount: p.SignCount},
		}
		for _, t := range p.Transports {
			list[i].Transport = append(list[i].Transport, protocol.AuthenticatorTransport(t))
		}
	}
	return list
}
