package oidc

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"regexp"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"plenum/internal/egress"
	"plenum/internal/provider"
)

// unreachable explains to the operator at which step it went wrong. What the
// provider wrote is left out: it may repeat names, addresses or tokens.
func unreachable(step string, err error) error {
	text := step
	if r := reason(err); r != "" {
		text += ": " + r
	}
	return provider.ErrUnreachable.With(errors.New(text))
}

// refused says what is wrong with an answer; the words are constants.
func refused(why string) error { return provider.ErrRefused.With(errors.New(why)) }

// codeShape is that of error codes in RFC 6749 §5.2.
var codeShape = regexp.MustCompile(`^[a-z_]{1,40}$`)

// reason puts the usual mistakes into words.
func reason(err error) string {
	if err == nil {
		return ""
	}
	if answer, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		if codeShape.MatchString(answer.ErrorCode) {
			return "the provider answered " + answer.ErrorCode
		}
		return "the provider refused"
	}
	_, mismatch := errors.AsType[*oidc.IssuerMismatchError](err)
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	_, name := errors.AsType[*net.DNSError](err)
	network, isNetwork := errors.AsType[net.Error](err)
	switch {
	case mismatch:
		return "the provider calls itself by another issuer"
	case errors.Is(err, egress.ErrRefused):
		return "the address is inside the server's own machine or reserved"
	case errors.Is(err, egress.ErrRedirect):
		return "the answer leads elsewhere"
	case untrusted, unknown:
		return "the certificate is not trusted"
	case name:
		return "the name is not known"
	case errors.Is(err, context.DeadlineExceeded), isNetwork && network.Timeout():
		return "no answer in time"
	case isNetwork:
		return "no connection"
	}
	return "the answer cannot be understood"
}
