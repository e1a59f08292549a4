package api

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/pii"
)

// ConfirmStep is how one can confirm that it is still oneself.
type ConfirmStep struct {
	With      []string        `json:"with" enum:"password,totp,passkey" doc:"By any of which"`
	Challenge string          `json:"challenge,omitempty" doc:"When with has passkey"`
	Options   json.RawMessage `json:"options,omitempty" doc:"For navigator.credentials.get, when with has passkey"`
}

type confirmStepAnswer struct{ Body ConfirmStep }

func (a *api) beginConfirm(ctx context.Context, _ *struct{}) (*confirmStepAnswer, error) {
	who, err := a.self(ctx)
	if err != nil {
		return nil, err
	}
	factors, err := a.Store.Factors(ctx, who.user.ID)
	if err != nil {
		return nil, err
	}
	step := ConfirmStep{With: []string{}}
	takes, err := a.takesPassword(ctx, who.user)
	if err != nil {
		return nil, err
	}
	if takes {
		step.With = append(step.With, "password")
	}
	if factors.TOTP {
		step.With = append(step.With, "totp")
	}
	rp, err := a.relyingParty(ctx)
	if err != nil {
		return nil, err
	}
	if here := factors.At(rp.Host()); len(here.Passkeys) > 0 {
		step.With = append(step.With, "passkey")
		options, state, err := rp.BeginProof(holderOf(who.user, here))
		if err != nil {
			return nil, err
		}
		secret, err := a.challenge(ctx, auth.PasskeyConfirm, who.user.ID, passkeyState{State: state, Session: who.session.ID})
		if err != nil {
			return nil, err
		}
		step.Challenge, step.Options = secret.Text(), options
	}
	return &confirmStepAnswer{step}, nil
}

// Confirmation proves that it is still the same person. Exactly one of password,
// totp and passkey is given.
type Confirmation struct {
	Password  string          `json:"password,omitempty"`
	TOTP      string          `json:"totp,omitempty" maxLength:"20"`
	Challenge string          `json:"challenge,omitempty" doc:"With passkey"`
	Passkey   json.RawMessage `json:"passkey,omitempty" doc:"What navigator.credentials.get gave, toJSON"`
}

type confirmRequest struct{ Body Confirmation }

// confirm renews the proof of who somebody is. A second factor counts for the
// session from then on, as when signing in with it.
func (a *api) confirm(ctx context.Context, in *confirmRequest) (*sessionAnswer, error) {
	who, err := a.self(ctx)
	if err != nil {
		return nil, err
	}
	var with string
	switch {
	case len(in.Body.Passkey) > 0:
		with = "passkey"
		var state passkeyState
		if state, err = a.takePasskeyState(ctx, auth.PasskeyConfirm, who.session.ID, in.Body.Challenge); err == nil {
			err = a.provePasskey(ctx, who.user, state.State, in.Body.Passkey)
		}
	case in.Body.TOTP != "":
		with, err = "totp", a.proveTOTP(ctx, who.user, in.Body.TOTP)
	default:
		with, err = "password", a.confirmPassword(ctx, who.user, in.Body.Password)
	}
	if errors.Is(err, auth.ErrCode) || errors.Is(err, auth.ErrPasskey) || errors.Is(err, auth.ErrPassword) {
		err = a.refuse(ctx, who.user.ID, with, err)
	}
	if err != nil {
		return nil, err
	}
	second := with != "password"
	if err := a.Store.ConfirmSession(ctx, who.session.TokenHash, time.Now(), second); err != nil {
		return nil, err
	}
	me := userOf(who.user)
	second = second || who.session.SecondFactor
	return &sessionAnswer{Session{User: &me, SecondFactor: second, Fresh: true}}, nil
}

// OwnSession is one of the places where one is signed in.
type OwnSession struct {
	ID        string    `json:"id"`
	Browser   string    `json:"browser" doc:"As in \"Firefox on Linux\"; empty when unknown"`
	CreatedAt time.Time `json:"createdAt"`
	LastDay   string    `json:"lastDay" format:"date" doc:"When it was last used"`
	Current   bool      `json:"current" doc:"The one that asks"`
	Provider  string    `json:"provider" doc:"Id of the identity provider; empty for ours"`
}

// OwnSessions are the places where one is signed in.
type OwnSessions struct {
	Sessions []OwnSession `json:"sessions" nullable:"false" doc:"The newest first; at most 50"`
}

type ownSessionsAnswer struct{ Body OwnSessions }

func (a *api) listSessions(ctx context.Context, _ *struct{}) (*ownSessionsAnswer, error) {
	who, err := a.self(ctx)
	if err != nil {
		return nil, err
	}
	found, err := a.Store.Sessions(ctx, who.user.ID, time.Now())
	if err != nil {
		return nil, err
	}
	list := make([]OwnSession, len(found))
	for i, s := range found {
		list[i] = OwnSession{
			ID: s.ID, Browser: s.Browser, CreatedAt: s.CreatedAt, LastDay: s.LastDay.Format(time.DateOnly),
			Current: s.TokenHash == who.session.TokenHash, Provider: s.Provider,
		}
	}
	return &ownSessionsAnswer{OwnSessions{list}}, nil
}

type endSessionRequest struct {
	ID string `path:"id" maxLength:"40"`
}

func (a *api) endSession(ctx context.Context, in *endSessionRequest) (*struct{}, error) {
	who, err := a.self(ctx)
	if err != nil {
		return nil, err
	}
	return nil, a.Store.EndSession(ctx, who.user.ID, in.ID, who.entry(audit.SessionEnded, audit.Party{Kind: audit.Session, ID: in.ID}))
}

func (a *api) endOtherSessions(ctx context.Context, _ *struct{}) (*struct{}, error) {
	who, err := a.self(ctx)
	if err != nil {
		return nil, err
	}
	entry := who.entry(audit.SessionEnded, who.party())
	entry.Detail = map[string]string{"which": "others"}
	return nil, a.Store.EndOtherSessions(ctx, who.user.ID, who.session.TokenHash, entry)
}

// self is actor for what a person may do who has not given the second factor that
// is demanded of them: set one up, look after their own sign-ins, sign out.
func (a *api) self(ctx context.Context) (actor, error) {
	u, session, err := a.signedIn(ctx)
	return actor{tenant: visitorOf(ctx).tenant, user: u, session: session}, err
}

// passkeyState is what is kept between the two steps with a passkey.
type passkeyState struct {
	State   string `json:"state"`             // of [auth.RelyingParty]
	Session string `json:"session,omitempty"` // id of the session that began; another cannot go on
}

// takePasskeyState uses up what the first step kept, right or wrong: a challenge
// is answered once (WebAuthn level 3 §13.4.3). Faults: challenge.invalid.
func (a *api) takePasskeyState(ctx context.Context, purpose auth.Purpose, session, secret string) (passkeyState, error) {
	var state passkeyState
	c, err := a.Store.TryChallenge(ctx, visitorOf(ctx).tenant.ID, purpose, pii.Secret(secret), time.Now())
	if err != nil {
		return state, err
	}
	if err := a.Store.TakeChallenge(ctx, c); err != nil {
		return state, err
	}
	if err := json.Unmarshal([]byte(c.State), &state); err != nil {
		return state, err
	}
	if state.Session != session {
		return state, auth.ErrChallenge
	}
	return state, nil
}
