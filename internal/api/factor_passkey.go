package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/pii"
	"plenum/internal/user"
)

func (a *api) registerPasskeys(h huma.API) {
	operation(a, h, "listPasskeys", http.MethodGet, "/account/passkeys", "One's passkeys", a.listPasskeys, needsSession)
	operation(a, h, "beginAddPasskey", http.MethodPost, "/account/passkeys/begin", "Begin to add a passkey", a.beginAddPasskey, needsSession)
	operation(a, h, "addPasskey", http.MethodPost, "/account/passkeys", "Add a passkey", a.addPasskey, needsSession, created)
	operation(a, h, "renamePasskey", http.MethodPatch, "/account/passkeys/{id}", "Give a passkey another name", a.renamePasskey, needsSession)
	operation(a, h, "deletePasskey", http.MethodDelete, "/account/passkeys/{id}", "Remove a passkey", a.deletePasskey, needsSession)
}

// relyingParty is the one of the organisation's address. The listener for
// administration has the same name and another port.
func (a *api) relyingParty(ctx context.Context) (*auth.RelyingParty, error) {
	v := visitorOf(ctx)
	return auth.NewRelyingParty(v.tenant.Name, v.origin, "https://"+v.host)
}

func holderOf(u user.User, f auth.Factors) auth.Holder {
	return auth.Holder{User: u.ID, Email: u.Email, Name: u.Name, Passkeys: f.Passkeys}
}

// provePasskey accepts one of a known person's passkeys, by the state that the
// first step kept. Fault: passkey.wrong.
func (a *api) provePasskey(ctx context.Context, u user.User, state string, credential json.RawMessage) error {
	if state == "" {
		return auth.ErrPasskey
	}
	rp, err := a.relyingParty(ctx)
	if err != nil {
		return err
	}
	factors, err := a.Store.Factors(ctx, u.ID)
	if err != nil {
		return err
	}
	used, err := rp.FinishProof(holderOf(u, factors.At(rp.Host())), state, credential)
	if err != nil {
		return err
	}
	return a.Store.UsePasskey(ctx, used)
}

// Passkey is one of a person's passkeys.
type Passkey struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Host      string    `json:"host" doc:"It works under this host name only"`
	Here      bool      `json:"here" doc:"Which is the one of this request"`
	Synced    bool      `json:"synced" doc:"May be on several devices, as with a password manager"`
	CreatedAt time.Time `json:"createdAt"`
}

func passkeyOf(p auth.Passkey, host string) Passkey {
	return Passkey{ID: p.ID, Name: p.Name.Text(), Host: p.Host, Here: p.Host == host, Synced: p.Synced, CreatedAt: p.CreatedAt.UTC().Truncate(time.Millisecond)}
}

// Passkeys are those of a person.
type Passkeys struct {
	Passkeys []Passkey `json:"passkeys" nullable:"false" doc:"The oldest first; at most 20"`
}

type passkeysAnswer struct{ Body Passkeys }

func (a *api) listPasskeys(ctx context.Context, _ *struct{}) (*passkeysAnswer, error) {
	who, err := a.self(ctx)
	if err != nil {
		return nil, err
	}
	factors, err := a.Store.Factors(ctx, who.user.ID)
	if err != nil {
		return nil, err
	}
	rp, err := a.relyingParty(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Passkey, len(factors.Passkeys))
	for i, p := range factors.Passkeys {
		list[i] = passkeyOf(p, rp.Host())
	}
	return &passkeysAnswer{Passkeys{list}}, nil
}

func (a *api) beginAddPasskey(ctx context.Context, _ *struct{}) (*passkeyStepAnswer, error) {
	who, factors, err := a.changing(ctx)
	if err != nil {
		return nil, err
	}
	if len(factors.Passkeys) >= auth.MaxPasskeys {
		return nil, auth.ErrPasskeyLimit
	}
	rp, err := a.relyingParty(ctx)
	if err != nil {
		return nil, err
	}
	options, state, err := rp.BeginAdd(holderOf(who.user, factors.At(rp.Host())))
	if err != nil {
		return nil, err
	}
	secret, err := a.challenge(ctx, auth.PasskeyAdd, who.user.ID, passkeyState{State: state, Session: who.session.ID})
	return &passkeyStepAnswer{PasskeyStep{secret.Text(), options}}, err
}

// NewPasskey is what a browser made.
type NewPasskey struct {
	Challenge  string          `json:"challenge"`
	Name       string          `json:"name" doc:"So that one can tell one's passkeys apart; 1 to 100 characters"`
	Credential json.RawMessage `json:"credential" doc:"What navigator.credentials.create gave, toJSON"`
}

// AddedPasskey is a new passkey, with recovery codes if there were none.
type AddedPasskey struct {
	Passkey Passkey `json:"passkey"`
	RecoveryCodes
}

type (
	addPasskeyRequest  struct{ Body NewPasskey }
	addedPasskeyAnswer struct{ Body AddedPasskey }
)

func (a *api) addPasskey(ctx context.Context, in *addPasskeyRequest) (*addedPasskeyAnswer, error) {
	name, err := user.ParseName(in.Body.Name)
	if err != nil {
		return nil, err
	}
	who, factors, err := a.changing(ctx)
	if err != nil {
		return nil, err
	}
	state, err := a.takePasskeyState(ctx, auth.PasskeyAdd, who.session.ID, in.Body.Challenge)
	if err != nil {
		return nil, err
	}
	rp, err := a.relyingParty(ctx)
	if err != nil {
		return nil, err
	}
	made, err := rp.FinishAdd(holderOf(who.user, factors.At(rp.Host())), state.State, in.Body.Credential, time.Now())
	if err != nil {
		return nil, err
	}
	made.Name = name
	if err := a.Store.CreatePasskey(ctx, made, who.factorEntry(audit.FactorAdded, "passkey")); err != nil {
		return nil, err
	}
	codes, err := a.factorAdded(ctx, who, factors)
	return &addedPasskeyAnswer{AddedPasskey{passkeyOf(made, rp.Host()), RecoveryCodes{codes}}}, err
}

// PasskeyName is the request for another name.
type PasskeyName struct {
	Name string `json:"name"`
}

// PasskeyPath names a passkey. It is exported because huma looks into exported
// fields only.
type PasskeyPath struct {
	ID string `path:"id" maxLength:"40"`
}

type (
	deletePasskeyRequest struct{ PasskeyPath }
	renamePasskeyRequest struct {
		PasskeyPath
		Body PasskeyName
	}
)

func (a *api) renamePasskey(ctx context.Context, in *renamePasskeyRequest) (*struct{}, error) {
	who, err := a.self(ctx)
	if err != nil {
		return nil, err
	}
	var name pii.Name
	if name, err = user.ParseName(in.Body.Name); err != nil {
		return nil, err
	}
	return nil, a.Store.RenamePasskey(ctx, who.user.ID, in.ID, name)
}

func (a *api) deletePasskey(ctx context.Context, in *deletePasskeyRequest) (*struct{}, error) {
	who, _, err := a.changing(ctx)
	if err != nil {
		return nil, err
	}
	return nil, a.Store.DeletePasskey(ctx, who.user.ID, in.ID, demands(who.tenant, who.user), who.factorEntry(audit.FactorRemoved, "passkey"))
}
