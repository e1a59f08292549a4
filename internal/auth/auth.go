// Package auth proves who somebody is: passwords, sessions, and the brake on
// guessing.
package auth

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"plenum/internal/fault"
	"plenum/internal/pii"
)

// The length of a password in characters. The lower bound is above the 8 of NIST
// SP 800-63B-4 §3.1.1.2, the upper only bounds the work.
const (
	MinPassword = 10
	MaxPassword = 1_000
)

// The faults of signing in.
var (
	ErrWrong            = fault.New("auth.SignIn", fault.Unauthorised, "signin.wrong", "The e-mail address or the password is wrong.")
	ErrPassword         = fault.New("auth.Confirm", fault.Unauthorised, "password.wrong", "The password is wrong.")
	ErrRequired         = fault.New("auth.Session", fault.Unauthorised, "signin.required", "Please sign in first.")
	ErrTooFast          = fault.New("auth.Limiter", fault.Exhausted, "rate.limited", "Too many attempts. Please wait a little.")
	ErrBusy             = fault.New("auth.Passwords", fault.Unavailable, "server.busy", "The server is busy. Please try again.")
	ErrPasswordTooShort = fault.New("auth.ParsePassword", fault.Invalid, "password.too_short", "The password needs at least 10 characters.")
	ErrPasswordTooLong  = fault.New("auth.ParsePassword", fault.Invalid, "password.too_long", "The password is too long.")
)

// ParsePassword checks a new password's length. Faults: password.too_short,
// password.too_long.
func ParsePassword(s string) (pii.Secret, error) {
	if len(s) > 4*MaxPassword {
		return "", ErrPasswordTooLong
	}
	s = Normal(s)
	switch n := utf8.RuneCountInString(s); {
	case n < MinPassword:
		return "", ErrPasswordTooShort
	case n > MaxPassword:
		return "", ErrPasswordTooLong
	}
	return pii.Secret(s), nil
}

// Normal is the form in which passwords are compared: keyboards disagree on how
// they compose an ü (RFC 8265 §4.2.2).
func Normal(password string) string { return norm.NFC.String(password) }
