// Package api is the HTTP API under /api/v1: typed input, one call of the
// domain, typed output. api/openapi.json describes it and is made from it.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"plenum/internal/auth"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/room"
)

// Prefix is where the API lives. The handler of [New] expects whole paths.
const Prefix = "/api/v1"

const (
	// maxBody is far above the largest request: a meeting's settings with a
	// welcome of 2,000 characters of 4 bytes are 9 kB, escaped twice that.
	maxBody = 64 * 1024
	// bodyTime is for a slow line; 64 KiB in 10 s are 52 kbit/s.
	bodyTime = 10 * time.Second
)

// Store is what the API keeps and looks up; each file says what it needs.
type Store interface {
	organisationStore
	tenantStore
	keyStore
	answerStore
	accountStore
	meetingStore
	poolStore
	providerStore
	auditStore
}

// Rooms are the live meetings.
type Rooms interface {
	Door(ctx context.Context, c room.Caller) (room.Door, error)
	Enter(ctx context.Context, q room.Request) (pii.Secret, error)
	People(m id.Meeting) int
	Running(t id.Tenant) []room.Running              // rooms with somebody in them or before them
	Refresh(ctx context.Context, m id.Meeting) error // after a change of settings
	// Withdraw lets nothing more of an account into a recording that may be running.
	Withdraw(ctx context.Context, m id.Meeting, r id.Recording, u id.User) error
	EndMeeting(ctx context.Context, m id.Meeting) error
	Revoke(ctx context.Context, m id.Meeting, i id.Invite) error // sends out whoever came by the invite
	Expel(ctx context.Context, t id.Tenant, u id.User) error     // sends the account out of all rooms
}

// Config is what the API needs.
type Config struct {
	Store Store
	Rooms Rooms
	// Recordings may be nil: nothing is recorded then.
	Recordings Recordings
	Passwords  *auth.Passwords
	Logger     *slog.Logger

	// Identity providers, and what seals the secrets they gave us.
	OIDC            OpenIDConnect
	LDAP            Directory
	ProviderSecrets Sealer

	// SetUpSecret opens the set-up; "" keeps it shut, as on a server that is set
	// up already.
	SetUpSecret pii.Secret
	// BaseURL begins the links to meetings, as in "https://meet.example.org". If
	// empty, links begin with the name the request used, which the caller of the
	// handler has checked.
	BaseURL string
	// AdminApart is set when the administration has a listener of its own: it
	// answers only to requests that came through [Administration].
	AdminApart bool
	OwnHosts   []string // names of the server itself, which no organisation may take
	Answers    Sealer   // of answers kept for repetition
	Factors    Sealer   // of the secrets of authenticator apps
	Viewing    Sealer   // of what lets people watch recordings: visits by a link, addresses of files
	Key        [32]byte // of the hashes by which they are found
	Version    string   // of the program
	LAN        bool     // the server has a certificate authority of its own at /ca.crt
}

// api carries the configuration to the operations.
type api struct {
	Config
	limiter  *auth.Limiter
	brake    *brake
	tries    *tries
	fetching *fetches
	// requirements of the operations, by their patterns; written while they are
	// registered.
	requirements map[string]requirement
}

// New returns the handler of everything under [Prefix]. It takes the address in
// RemoteAddr for the client's.
func New(c Config) http.Handler {
	handler, _ := build(c)
	return handler
}

// Spec returns the OpenAPI 3.1 description, indented.
func Spec() []byte {
	_, spec := build(Config{})
	return spec
}

func build(c Config) (handler http.Handler, spec []byte) {
	if c.Recordings == nil {
		c.Recordings = noRecordings{}
	}
	a := &api{Config: c, limiter: auth.NewLimiter(), brake: newBrake(), fetching: &fetches{open: map[string]int{}}, requirements: map[string]requirement{}}
	a.tries = &tries{brake: a.brake, table: map[digest][]time.Time{}}
	mux := http.NewServeMux()
	h := humago.New(mux, humaConfig())
	a.register(h)
	a.registerBrowserSignIn(mux)
	spec = marshalSpec(h.OpenAPI())
	mux.HandleFunc("GET "+Prefix+"/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(spec) //nolint:errcheck // the client has gone
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { writeProblem(w, problemOf(id.ErrMalformed)) })

	return a.guard(a.sameOrigin(a.identify(a.permit(mux, a.requirements)))), spec
}

// sameOrigin refuses what pages of other sites send with the visitor's cookie.
// Whoever sends a key does not have their cookie looked at.
func (a *api) sameOrigin(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { writeProblem(w, problemOf(errOrigin)) }))
	protected := protection.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.Header.Values("Authorization")) > 0 {
			next.ServeHTTP(w, r)
			return
		}
		protected.ServeHTTP(w, r)
	})
}

func humaConfig() huma.Config {
	c := huma.DefaultConfig("Plenum", "1")
	c.Info.Description = "The HTTP API of a Plenum server. Errors are application/problem+json (RFC 9457) with a stable `code`."
	c.Info.License = &huma.License{Name: "EUPL-1.2", Identifier: "EUPL-1.2"}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: cookieName, Description: "The cookie of a sign-in. Requests from pages of another origin are refused."},
		"key":     {Type: "http", Scheme: "bearer", BearerFormat: "plenum_…", Description: "An API key of the organisation, with the scopes named. It acts as the organisation: its meetings are those that are nobody's in person."}, //nolint:gosec // a description, no secret
	}
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", "" // huma's pages load scripts from foreign hosts
	c.CreateHooks = nil                                   // no $schema in answers
	c.RejectUnknownQueryParameters = true
	c.Formats = map[string]huma.Format{
		"application/json":         {Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: unmarshalStrict},
		"application/problem+json": {Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: unmarshalStrict},
	}
	c.Transformers = []huma.Transformer{problemOfHuma}
	return c
}

// register adds all operations. Each says who may call it; one that does not is
// a mistake that every test sees.
func (a *api) register(h huma.API) {
	a.registerOrganisation(h)
	a.registerTenants(h)
	a.registerKeys(h)
	a.registerAccount(h)
	a.registerMeetings(h)
	a.registerRecordings(h)
	a.registerPool(h)
	a.registerProviders(h)
	a.registerAudit(h)
	a.registerPrivacy(h)
}

// created describes an operation that makes something.
func created(op *huma.Operation) { op.DefaultStatus = http.StatusCreated }

// operation adds one operation, whose errors become problems.
func operation[I, O any](
	a *api, h huma.API, name, method, path, summary string,
	run func(context.Context, *I) (*O, error), options ...func(*huma.Operation),
) {
	op := huma.Operation{
		OperationID: name, Method: method, Path: Prefix + path, Summary: summary,
		MaxBodyBytes: maxBody, BodyReadTimeout: bodyTime,
		Responses: map[string]*huma.Response{"default": problemResponse(h), "429": tooManyResponse(h)},
	}
	for _, option := range options {
		option(&op)
	}
	a.declare(&op)
	huma.Register(h, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := run(ctx, in)
		if err != nil {
			return nil, a.problem(ctx, name, err)
		}
		return out, nil
	})
}
