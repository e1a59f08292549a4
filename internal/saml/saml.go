// Package saml is where signing in with SAML 2.0 belongs, as [ServiceProvider].
// Nothing here speaks SAML yet, so that no identity provider of this kind can be
// set up. What is missing:
//
//   - a sound implementation (github.com/crewjam/saml on goxmldsig is the
//     candidate): the signed authentication request by the HTTP-Redirect binding,
//     the response by HTTP-POST, signature wrapping refused by reading only what
//     was signed, InResponseTo, Recipient, Audience, NotOnOrAfter and OneTimeUse
//     checked, each assertion id counting once, encrypted assertions opened;
//   - the identity provider's metadata in [provider.Settings], fetched through
//     package egress or pasted in, and our key pair in package vault;
//   - in package api: a route for our metadata, one for the response, which is a
//     form posted by a page of another site and so comes without our Lax cookie
//     (the relay state has to carry the browser over to a request of our own), and
//     single logout;
//   - a real identity provider in the browser tests.
//
// Everything behind it is there: [provider.Person], the rules for accounts, the
// single-use attempts in package store, the sessions.
package saml

import (
	"context"

	"plenum/internal/pii"
	"plenum/internal/provider"
)

// Response is what came back from the identity provider by way of the browser.
type Response struct {
	Document   pii.Secret // SAMLResponse, base64
	RelayState pii.Secret
	// RequestID is the id of the request of the attempt that this browser began.
	RequestID string
	// Location is where the response was posted to; it must be the one it names.
	Location string
}

// ServiceProvider is our side of SAML 2.0, as package api would use it.
type ServiceProvider interface {
	// Metadata is the XML with which an identity provider gets to know us.
	Metadata(p provider.Provider, location string) ([]byte, error)
	// Begin returns where to send the browser, and the id of the request.
	Begin(ctx context.Context, p provider.Provider, relay pii.Secret, location string) (address, request string, err error)
	// Finish returns whom the identity provider has proved. Faults:
	// provider.refused.
	Finish(ctx context.Context, p provider.Provider, r Response) (provider.Person, error)
}
