package oidc

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"plenum/internal/pii"
	"plenum/internal/provider"
)

// Finish exchanges the code of an answer and returns whom the provider has
// proved. Faults: provider.unreachable, provider.refused.
func (c *Client) Finish(ctx context.Context, p provider.Provider, secret pii.Secret, a provider.Answer) (provider.Person, error) {
	conn, err := c.connect(ctx, p)
	if err != nil {
		return provider.Person{}, err
	}
	settings := p.Settings.OIDC
	// An answer of one provider brought to another (mix-up, RFC 9207).
	if a.Issuer != settings.Issuer && (a.Issuer != "" || conn.metadata.NamesIssuer) {
		return provider.Person{}, refused("the answer names another issuer, or none")
	}
	ctx = oidc.ClientContext(ctx, conn.http)
	tokens, err := conn.oauth(p, secret, a.RedirectURI).Exchange(ctx, a.Code.Text(), oauth2.VerifierOption(a.Verifier.Text()))
	if err != nil {
		if answer, ok := errors.AsType[*oauth2.RetrieveError](err); ok && answer.ErrorCode == "invalid_grant" {
			return provider.Person{}, refused("the provider does not take the code")
		}
		return provider.Person{}, unreachable("token", err)
	}
	raw, ok := tokens.Extra("id_token").(string)
	if !ok || len(raw) > maxToken {
		return provider.Person{}, refused("there is no ID token")
	}
	token, said, err := conn.idToken(ctx, settings.ClientID, raw, a.Nonce)
	if err != nil {
		return provider.Person{}, err
	}
	if token.AccessTokenHash != "" && token.VerifyAccessToken(tokens.AccessToken) != nil {
		return provider.Person{}, refused("the access token belongs to another ID token")
	}
	if err := conn.ask(ctx, settings, tokens, token.Subject, said); err != nil {
		return provider.Person{}, err
	}
	return person(settings, token.Subject, said), nil
}

// idToken verifies one as OpenID Connect Core §3.1.3.7 says.
func (c *connection) idToken(ctx context.Context, client, raw string, nonce pii.Secret) (*oidc.IDToken, claims, error) {
	token, err := c.verifier.Verify(ctx, raw) // signature, iss, aud, exp, nbf
	if err != nil {
		if strings.Contains(err.Error(), "fetching keys") {
			return nil, nil, unreachable("keys", err)
		}
		return nil, nil, refused("the ID token is not valid")
	}
	var said claims
	if err := token.Claims(&said); err != nil {
		return nil, nil, refused("the ID token is not valid")
	}
	azp := said.text("azp")
	switch now := time.Now(); {
	case nonce == "" || subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(nonce.Text())) != 1:
		return nil, nil, refused("the nonce is missing or another")
	case azp != "" && azp != client, azp == "" && len(token.Audience) > 1:
		return nil, nil, refused("the ID token was made for somebody else")
	case token.IssuedAt.IsZero() || token.IssuedAt.After(now.Add(skew)):
		return nil, nil, refused("the ID token is from the future")
	case token.Subject == "" || len(token.Subject) > provider.MaxSubject:
		return nil, nil, refused("the ID token has no subject")
	}
	return token, said, nil
}

// ask adds what only the userinfo endpoint says, if anything is missing.
func (c *connection) ask(ctx context.Context, s *provider.OIDCSettings, tokens *oauth2.Token, subject string, said claims) error {
	if !c.userInfo || said.find("email") != nil && said.text("name") != "" && said.find(s.GroupsClaim) != nil {
		return nil
	}
	info, err := c.provider.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if err != nil {
		return unreachable("userinfo", err)
	}
	if info.Subject != subject { // OpenID Connect Core §5.3.2
		return refused("the userinfo is about somebody else")
	}
	var more claims
	if err := info.Claims(&more); err != nil {
		return refused("the userinfo cannot be read")
	}
	// An address and whether it is verified belong together.
	if said.find("email") == nil {
		said["email"], said["email_verified"] = more["email"], more["email_verified"]
	}
	for _, name := range []string{"name", "given_name", "family_name", "preferred_username", firstPart(s.GroupsClaim), s.GroupsClaim} {
		if said[name] == nil && more[name] != nil {
			said[name] = more[name]
		}
	}
	return nil
}

// Logout verifies a logout token (Back-Channel Logout 1.0 §2.6) but for the
// question whether it has been used. Faults: provider.unreachable,
// provider.refused.
func (c *Client) Logout(ctx context.Context, p provider.Provider, raw pii.Secret) (provider.Logout, error) {
	if len(raw) > maxToken {
		return provider.Logout{}, refused("the logout token is too large")
	}
	conn, err := c.connect(ctx, p)
	if err != nil {
		return provider.Logout{}, err
	}
	ctx = oidc.ClientContext(ctx, conn.http)
	token, err := conn.verifier.VerifyLogout(ctx, raw.Text()) // signature, iss, aud, exp, jti, sub or sid, no nonce
	if err != nil {
		if strings.Contains(err.Error(), "fetching keys") {
			return provider.Logout{}, unreachable("keys", err)
		}
		return provider.Logout{}, refused("the logout token is not valid")
	}
	var events struct {
		Events map[string]map[string]any `json:"events"` // the member must be an object
	}
	now := time.Now()
	switch err := token.Claims(&events); {
	case err != nil || events.Events["http://schemas.openid.net/event/backchannel-logout"] == nil:
		return provider.Logout{}, refused("the logout token is not about signing out")
	case token.IssuedAt.After(now.Add(skew)) || token.IssuedAt.Before(now.Add(-logoutAge)):
		return provider.Logout{}, refused("the logout token is too old, or from the future")
	case token.Expiry.After(now.Add(24 * time.Hour)): // its id would have to be kept as long
		return provider.Logout{}, refused("the logout token lasts too long")
	case len(token.Subject) > provider.MaxSubject || len(token.SessionID) > provider.MaxSession:
		return provider.Logout{}, refused("the logout token names what cannot be")
	}
	return provider.Logout{
		Provider: p.ID, Subject: token.Subject, Session: token.SessionID,
		TokenID: sha256.Sum256([]byte(token.TokenID)), Expires: token.Expiry.Add(skew),
	}, nil
}

// claims are what a token or the userinfo endpoint says.
type claims map[string]any

// find returns the claim of that name, or follows a path as in
// "realm_access.roles".
func (c claims) find(name string) any {
	if v, ok := c[name]; ok {
		return v
	}
	var v any = map[string]any(c)
	for part := range strings.SplitSeq(name, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[part]
	}
	return v
}

func firstPart(path string) string {
	first, _, _ := strings.Cut(path, ".")
	return first
}

func (c claims) text(name string) string {
	s, _ := c.find(name).(string) //nolint:errcheck // "" for anything else
	return s
}

// list returns a claim of several values; a single one may stand alone.
func (c claims) list(name string) []string {
	switch v := c.find(name).(type) {
	case string:
		return []string{v}
	case []any:
		list := make([]string, 0, len(v))
		for _, one := range v {
			if s, ok := one.(string); ok {
				list = append(list, s)
			}
		}
		return list
	}
	return nil
}

// person reads the claims of a verified token.
func person(s *provider.OIDCSettings, subject string, said claims) provider.Person {
	p := provider.Person{Subject: subject, Name: said.text("name"), Groups: said.list(s.GroupsClaim)}
	if p.Name == "" {
		p.Name = strings.TrimSpace(said.text("given_name") + " " + said.text("family_name"))
	}
	if p.Name == "" {
		p.Name = said.text("preferred_username")
	}
	// Some say "true" in quotes.
	if verified := said["email_verified"]; verified == true || verified == "true" || verified == nil && s.TrustEmail {
		p.Email = said.text("email")
	}
	if sid := said.text("sid"); len(sid) <= provider.MaxSession {
		p.Session = sid
	}
	if at, ok := said["auth_time"].(float64); ok && at > 0 && at < 1<<40 {
		if when := time.Unix(int64(at), 0); when.Before(time.Now().Add(skew)) {
			p.ConfirmedAt = when
		}
	}
	p.SecondFactor = contains(s.FactorACR, said.list("acr")) || contains(s.FactorAMR, said.list("amr"))
	return p
}

func contains(wanted, said []string) bool {
	return slices.ContainsFunc(said, func(s string) bool { return slices.Contains(wanted, s) })
}
