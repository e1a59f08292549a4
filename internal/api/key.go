package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"plenum/internal/apikey"
	"plenum/internal/audit"
	"plenum/internal/id"
	"plenum/internal/pii"
)

// keyStore is where API keys are kept.
type keyStore interface {
	CreateKey(ctx context.Context, k apikey.Key, entries ...audit.Entry) error
	Keys(ctx context.Context, t id.Tenant) ([]apikey.Key, error)
	KeyBySecret(ctx context.Context, t id.Tenant, secret pii.Secret) (apikey.Key, error)
	DeleteKey(ctx context.Context, t id.Tenant, k id.Key, entries ...audit.Entry) error
}

func (a *api) registerKeys(h huma.API) {
	operation(a, h, "listKeys", http.MethodGet, "/keys", "The organisation's API keys, newest first", a.listKeys, administers(personal))
	operation(a, h, "createKey", http.MethodPost, "/keys", "Create an API key; needs a fresh confirmation of who is asking", a.createKey, administers(personal), created)
	operation(a, h, "deleteKey", http.MethodDelete, "/keys/{id}", "Revoke an API key at once", a.deleteKey, administers(personal))
}

// Key is an API key without its secret.
type Key struct {
	ID        string     `json:"id"`
	Name      string     `json:"name" doc:"What it is for"`
	Scopes    []string   `json:"scopes" nullable:"false"`
	CreatedAt time.Time  `json:"createdAt"`
	ExpiresAt *time.Time `json:"expiresAt,omitempty" doc:"Missing for never"`
}

func describeKey(k apikey.Key) Key {
	out := Key{ID: string(k.ID), Name: k.Name.Text(), Scopes: make([]string, 0, len(k.Scopes)), CreatedAt: k.CreatedAt.UTC().Truncate(time.Millisecond)}
	for _, s := range k.Scopes {
		out.Scopes = append(out.Scopes, string(s))
	}
	if !k.ExpiresAt.IsZero() {
		until := k.ExpiresAt.UTC().Truncate(time.Millisecond)
		out.ExpiresAt = &until
	}
	return out
}

// Keys is all keys of an organisation.
type Keys struct {
	Keys   []Key    `json:"keys" nullable:"false" doc:"At most 100"`
	Scopes []string `json:"scopes" nullable:"false" doc:"Those that a new key may be given here"`
}

type keysAnswer struct{ Body Keys }

func (a *api) listKeys(ctx context.Context, _ *struct{}) (*keysAnswer, error) {
	who, err := a.admin(ctx, personal)
	if err != nil {
		return nil, err
	}
	keys, err := a.Store.Keys(ctx, who.tenant.ID)
	if err != nil {
		return nil, err
	}
	answer := Keys{Keys: make([]Key, 0, len(keys)), Scopes: who.scopes()}
	for _, k := range keys {
		answer.Keys = append(answer.Keys, describeKey(k))
	}
	return &keysAnswer{answer}, nil
}

// scopes are those that a person may give to a key: what they may do themselves.
func (w actor) scopes() []string {
	var list []string
	for _, s := range apikey.Scopes() {
		if s != apikey.ManageTenants || w.tenant.Home && w.user.Operator {
			list = append(list, string(s))
		}
	}
	return list
}

// NewKey is the request for an API key.
type NewKey struct {
	Name      string     `json:"name" doc:"What it is for; 1 to 100 characters"`
	Scopes    []string   `json:"scopes" nullable:"false" doc:"What it is good for"`
	ExpiresAt *time.Time `json:"expiresAt,omitempty" doc:"Missing for never"`
}

// MadeKey is a key that has just been made.
type MadeKey struct {
	Key    Key    `json:"key"`
	Secret string `json:"secret" doc:"For the Authorization header, after Bearer; shown only now"`
}

type (
	createKeyRequest struct{ Body NewKey }
	madeKeyAnswer    struct{ Body MadeKey }
)

func (a *api) createKey(ctx context.Context, in *createKeyRequest) (*madeKeyAnswer, error) {
	who, err := a.admin(ctx, personal)
	if err != nil {
		return nil, err
	}
	if err := who.fresh(); err != nil {
		return nil, err
	}
	var expires time.Time
	if in.Body.ExpiresAt != nil {
		expires = *in.Body.ExpiresAt
	}
	k, secret, err := apikey.New(who.tenant.ID, in.Body.Name, in.Body.Scopes, expires, time.Now())
	if err != nil {
		return nil, err
	}
	for _, s := range k.Scopes {
		if !slices.Contains(who.scopes(), string(s)) {
			return nil, apikey.ErrScopes
		}
	}
	described := describeKey(k)
	entry := who.entry(audit.KeyCreated, audit.Party{Kind: audit.Key, ID: string(k.ID)})
	entry.Detail = map[string]string{"scopes": strings.Join(described.Scopes, ",")}
	if err := a.Store.CreateKey(ctx, k, entry); err != nil {
		return nil, err
	}
	return &madeKeyAnswer{MadeKey{Key: described, Secret: secret.Text()}}, nil
}

// KeyPath names a key. It is exported because huma looks into exported fields
// only.
type KeyPath struct {
	ID string `path:"id" doc:"26 characters"`
}

func (a *api) deleteKey(ctx context.Context, in *KeyPath) (*struct{}, error) {
	who, err := a.admin(ctx, personal)
	if err != nil {
		return nil, err
	}
	wanted, err := id.Parse[id.Key](in.ID)
	if err != nil {
		return nil, err
	}
	return nil, a.Store.DeleteKey(ctx, who.tenant.ID, wanted, who.entry(audit.KeyRevoked, audit.Party{Kind: audit.Key, ID: string(wanted)}))
}
