package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/user"
)

// factorStore is where second factors are kept.
type factorStore interface {
	Factors(ctx context.Context, u id.User) (auth.Factors, error)
	PutPendingTOTP(ctx context.Context, secret auth.TOTP) error
	TOTP(ctx context.Context, u id.User, confirmed bool) (auth.TOTP, error)
	ConfirmTOTP(ctx context.Context, u id.User, step int64, entries ...audit.Entry) error
	UseTOTP(ctx context.Context, u id.User, step int64) error
	DeleteTOTP(ctx context.Context, u id.User, demanded bool, entries ...audit.Entry) error
	PutRecoveryCodes(ctx context.Context, u id.User, hashes [][32]byte, entries ...audit.Entry) error
	UseRecoveryCode(ctx context.Context, u id.User, hash [32]byte, entries ...audit.Entry) error
	CreatePasskey(ctx context.Context, p auth.Passkey, entries ...audit.Entry) error
	RenamePasskey(ctx context.Context, u id.User, passkey string, name pii.Name) error
	UsePasskey(ctx context.Context, p auth.Passkey) error
	DeletePasskey(ctx context.Context, u id.User, passkey string, demanded bool, entries ...audit.Entry) error
}

func (a *api) registerFactors(h huma.API) {
	operation(a, h, "beginTOTP", http.MethodPost, "/account/totp", "Begin to set up an authenticator app", a.beginTOTP, needsSession)
	operation(a, h, "confirmTOTP", http.MethodPost, "/account/totp/confirm", "Take the authenticator app into use with its first code", a.confirmTOTP, needsSession)
	operation(a, h, "deleteTOTP", http.MethodDelete, "/account/totp", "Remove the authenticator app", a.deleteTOTP, needsSession)
	operation(a, h, "createRecoveryCodes", http.MethodPost, "/account/recovery-codes", "Make new recovery codes; the old ones end", a.createRecoveryCodes, needsSession)
}

// changing is who changes their factors: somebody who proved a moment ago who
// they are, and by a second factor if they have one already; else the password
// alone would be enough to put another in its place. Faults: confirm.required,
// factor.required.
func (a *api) changing(ctx context.Context) (actor, auth.Factors, error) {
	who, err := a.self(ctx)
	if err != nil {
		return who, auth.Factors{}, err
	}
	factors, err := a.Store.Factors(ctx, who.user.ID)
	if err != nil {
		return who, factors, err
	}
	if factors.Any() && !who.session.SecondFactor {
		return who, factors, errSecondFactor
	}
	return who, factors, who.fresh()
}

// factorEntry begins the audit's note about a factor.
func (w actor) factorEntry(action audit.Action, kind string) audit.Entry {
	entry := w.entry(action, w.party())
	entry.Detail = map[string]string{"kind": kind}
	return entry
}

// TOTPSecret is what an authenticator app needs; it is shown once.
type TOTPSecret struct {
	Secret string `json:"secret" doc:"To type in, base32"`
	URI    string `json:"uri" doc:"To show as a QR code, otpauth:"`
}

type totpSecretAnswer struct{ Body TOTPSecret }

func (a *api) beginTOTP(ctx context.Context, _ *struct{}) (*totpSecretAnswer, error) {
	who, _, err := a.changing(ctx)
	if err != nil {
		return nil, err
	}
	secret := auth.NewTOTPSecret()
	pending := auth.TOTP{User: who.user.ID, Sealed: a.Factors.Seal(secret, string(who.user.ID)), CreatedAt: time.Now()}
	if err := a.Store.PutPendingTOTP(ctx, pending); err != nil {
		return nil, err
	}
	issuer := who.tenant.Name
	if issuer == "" {
		issuer = "Plenum"
	}
	return &totpSecretAnswer{TOTPSecret{
		Secret: auth.TOTPText(secret).Text(), URI: auth.TOTPAddress(issuer, who.user.Email, secret).Text(),
	}}, nil
}

// TOTPCode is the first code of an authenticator app.
type TOTPCode struct {
	Code string `json:"code" maxLength:"20"`
}

// RecoveryCodes are shown once.
type RecoveryCodes struct {
	RecoveryCodes []string `json:"recoveryCodes" nullable:"false" doc:"Ten when they were made just now, else none"`
}

type (
	confirmTOTPRequest  struct{ Body TOTPCode }
	recoveryCodesAnswer struct{ Body RecoveryCodes }
)

func (a *api) confirmTOTP(ctx context.Context, in *confirmTOTPRequest) (*recoveryCodesAnswer, error) {
	who, factors, err := a.changing(ctx)
	if err != nil {
		return nil, err
	}
	pending, err := a.Store.TOTP(ctx, who.user.ID, false)
	if err != nil {
		return nil, err
	}
	step, err := a.matchTOTP(pending, in.Body.Code)
	if err != nil {
		return nil, err
	}
	if err := a.Store.ConfirmTOTP(ctx, who.user.ID, step, who.factorEntry(audit.FactorAdded, "totp")); err != nil {
		return nil, err
	}
	codes, err := a.factorAdded(ctx, who, factors)
	return &recoveryCodesAnswer{RecoveryCodes{codes}}, err
}

// factorAdded makes the session one with a second factor, which the person has
// just used, and gives recovery codes to who has none.
func (a *api) factorAdded(ctx context.Context, who actor, before auth.Factors) ([]string, error) {
	if err := a.Store.ConfirmSession(ctx, who.session.TokenHash, time.Now(), true); err != nil {
		return nil, err
	}
	if before.Recovery > 0 {
		return []string{}, nil
	}
	return a.newRecoveryCodes(ctx, who)
}

func (a *api) newRecoveryCodes(ctx context.Context, who actor) ([]string, error) {
	codes := auth.NewRecoveryCodes()
	hashes, shown := make([][32]byte, len(codes)), make([]string, len(codes))
	for i, code := range codes {
		hashes[i], shown[i] = auth.HashRecoveryCode(who.user.ID, code), code.Text()
	}
	return shown, a.Store.PutRecoveryCodes(ctx, who.user.ID, hashes, who.factorEntry(audit.FactorAdded, "recovery"))
}

func (a *api) createRecoveryCodes(ctx context.Context, _ *struct{}) (*recoveryCodesAnswer, error) {
	who, factors, err := a.changing(ctx)
	if err != nil {
		return nil, err
	}
	if !factors.Any() {
		return nil, auth.ErrNoFactor
	}
	codes, err := a.newRecoveryCodes(ctx, who)
	return &recoveryCodesAnswer{RecoveryCodes{codes}}, err
}

func (a *api) deleteTOTP(ctx context.Context, _ *struct{}) (*struct{}, error) {
	who, _, err := a.changing(ctx)
	if err != nil {
		return nil, err
	}
	return nil, a.Store.DeleteTOTP(ctx, who.user.ID, demands(who.tenant, who.user), who.factorEntry(audit.FactorRemoved, "totp"))
}

// proveTOTP accepts the code of an authenticator app. Faults: factor.wrong,
// rate.limited.
func (a *api) proveTOTP(ctx context.Context, u user.User, typed string) error {
	if err := a.limiter.Code(u.Login(), visitorOf(ctx).source); err != nil {
		return err
	}
	secret, err := a.Store.TOTP(ctx, u.ID, true)
	if errors.Is(err, auth.ErrNoFactor) {
		return auth.ErrCode
	}
	if err != nil {
		return err
	}
	step, err := a.matchTOTP(secret, typed)
	if err != nil {
		return err
	}
	return a.Store.UseTOTP(ctx, u.ID, step)
}

// matchTOTP returns the time step of a code.
func (a *api) matchTOTP(secret auth.TOTP, typed string) (int64, error) {
	plain, err := a.Factors.Open(secret.Sealed, string(secret.User))
	if err != nil {
		return 0, err
	}
	step, ok := auth.MatchTOTP(plain, pii.Secret(typed), time.Now())
	if !ok {
		return 0, auth.ErrCode
	}
	return step, nil
}

// proveRecovery accepts a recovery code, which has too many bits to be guessed.
func (a *api) proveRecovery(ctx context.Context, u user.User, typed string) error {
	party := audit.Party{Kind: audit.User, ID: string(u.ID)}
	entry := audit.Entry{Tenant: u.Tenant, Action: audit.FactorRemoved, Actor: party, Subject: party, Detail: map[string]string{"kind": "recovery"}}
	return a.Store.UseRecoveryCode(ctx, u.ID, auth.HashRecoveryCode(u.ID, pii.Secret(typed)), entry)
}
