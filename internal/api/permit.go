package api

import (
	"context"
	"mime"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"plenum/internal/apikey"
	"plenum/internal/auth"
	"plenum/internal/id"
)

// audience is who may call an operation at all; what they may do there, the
// operation decides.
type audience int

const (
	undeclared audience = iota // a mistake: see [api.register]
	everybody
	people // with an account, signed in
	keyed  // people, and keys with the scope
)

// requirement is what an operation asks of its callers. It is declared where the
// operation is registered, checked before the operation runs and shown in the
// API's description.
type requirement struct {
	operation      string
	audience       audience
	scope          scope
	administration bool     // answers only on the listener for administration, if there is one
	bodies         []string // content types besides JSON
}

// requirementKey is where an operation's metadata has its requirement.
const requirementKey = "requirement"

func requirementOf(op *huma.Operation) requirement {
	r, _ := op.Metadata[requirementKey].(requirement)
	return r
}

// require changes the requirement of an operation.
func require(op *huma.Operation, change func(*requirement)) {
	r := requirementOf(op)
	change(&r)
	if op.Metadata == nil {
		op.Metadata = map[string]any{}
	}
	op.Metadata[requirementKey] = r
}

// public declares an operation for everybody.
func public(op *huma.Operation) {
	require(op, func(r *requirement) { r.audience = everybody })
	op.Security = []map[string][]string{{}}
}

// needsSession declares an operation for people with an account, and for no key.
func needsSession(op *huma.Operation) {
	require(op, func(r *requirement) { r.audience = people })
	op.Security = []map[string][]string{{"session": {}}}
}

// needs declares an operation for people with an account and for keys with the
// scope.
func needs(s scope) func(*huma.Operation) {
	return func(op *huma.Operation) {
		require(op, func(r *requirement) { r.audience, r.scope = keyed, s })
		op.Security = []map[string][]string{{"session": {}}, {"key": {string(s)}}}
	}
}

// administers declares an operation of the administration: for administrators,
// and for keys with the scope, [personal] for none.
func administers(s scope) func(*huma.Operation) {
	return func(op *huma.Operation) {
		needsSession(op)
		if s != personal {
			needs(s)(op)
		}
		require(op, func(r *requirement) { r.administration = true })
	}
}

// accepts lets an operation take bodies that are not JSON.
func accepts(types ...string) func(*huma.Operation) {
	return func(op *huma.Operation) { require(op, func(r *requirement) { r.bodies = types }) }
}

// declare notes what an operation requires and completes its description.
func (a *api) declare(op *huma.Operation) {
	need := requirementOf(op)
	if need.audience == undeclared {
		panic("api: the operation " + op.OperationID + " does not say who may call it")
	}
	need.operation = op.OperationID
	a.requirements[op.Method+" "+op.Path] = need
	if need.once(op.Method) {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: idempotencyHeader, In: "header", Schema: &huma.Schema{Type: "string"},
			Description: "1 to 255 visible characters. Within 24 hours, the same request with the same key is answered as the first time and done once.",
		})
	}
}

// once reports whether an operation may be sent again without being done twice.
func (need requirement) once(method string) bool {
	return method == http.MethodPost && (need.audience == keyed || need.administration)
}

type administrationKey struct{}

// Administration marks what comes through the listener for administration.
func Administration(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), administrationKey{}, true)))
	})
}

// permit checks what operations require before they run. mux leads to the
// operation, and operations has the requirement of each of its patterns.
func (a *api) permit(mux *http.ServeMux, operations map[string]requirement) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, pattern := mux.Handler(r)
		need, known := operations[pattern]
		here, _ := r.Context().Value(administrationKey{}).(bool)
		if need.administration && a.AdminApart && !here {
			writeProblem(w, problemOf(id.ErrMalformed))
			return
		}
		if !known { // nothing, the description, or what browsers are redirected through
			mux.ServeHTTP(w, r)
			return
		}
		if r.ContentLength != 0 && !need.reads(r.Header.Get("Content-Type")) {
			writeProblem(w, problemOf(errType))
			return
		}
		v, err := a.authenticate(r, need)
		if err != nil {
			writeProblem(w, a.problem(r.Context(), need.operation, err))
			return
		}
		r = r.WithContext(context.WithValue(r.Context(), visitorKey{}, v))
		if need.once(r.Method) && r.Header.Get(idempotencyHeader) != "" {
			a.once(w, r, need.operation, mux)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// reads reports whether an operation takes bodies of a content type.
func (need requirement) reads(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && (kind == "application/json" || slices.Contains(need.bodies, kind))
}

// authenticate finds out who calls, as far as the operation needs to know, and
// holds them to their share of requests.
func (a *api) authenticate(r *http.Request, need requirement) (visitor, error) {
	ctx := r.Context()
	v := visitorOf(ctx)
	switch {
	case len(r.Header.Values("Authorization")) > 0:
		key, err := a.keyOf(r)
		if err != nil {
			return v, err
		}
		if err := a.brake.take(ofKey, string(key.ID)); err != nil {
			return v, err
		}
		switch {
		case need.audience == everybody:
		case need.audience != keyed || !key.Allows(need.scope):
			return v, apikey.ErrScope
		}
		v.key = &key
	case need.audience == everybody: // the operation looks itself, if it wants to know
	case v.token == "":
		return v, auth.ErrRequired
	default:
		u, session, err := a.signedIn(ctx)
		if err != nil {
			return v, err
		}
		if err := a.brake.take(ofAccount, string(u.ID)); err != nil {
			return v, err
		}
		v.user, v.session = &u, session
	}
	return v, nil
}

// keyOf finds the key that a request carries.
func (a *api) keyOf(r *http.Request) (apikey.Key, error) {
	headers := r.Header.Values("Authorization")
	if len(headers) != 1 {
		return apikey.Key{}, apikey.ErrInvalid
	}
	secret, err := apikey.Parse(headers[0])
	if err != nil {
		return apikey.Key{}, err
	}
	return a.Store.KeyBySecret(r.Context(), visitorOf(r.Context()).tenant.ID, secret)
}
