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
	"plenum/internal/invite"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/room"
	"plenum/internal/tenant"
	"plenum/internal/user"
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

// Store is what the API keeps and looks up.
type Store interface {
	TenantByHost(ctx context.Context, host string) (tenant.Tenant, error)
	IsSetUp(ctx context.Context) (bool, error)
	SetUp(ctx context.Context, organisation string, owner user.User, session auth.Session) (user.User, error)

	UserByEmail(ctx context.Context, email pii.Email) (user.User, error)
	SetPasswordHash(ctx context.Context, u id.User, hash string) error
	CreateSession(ctx context.Context, session auth.Session) error
	Session(ctx context.Context, tokenHash [32]byte, now time.Time) (auth.Session, user.User, error)
	RenewSession(ctx context.Context, tokenHash [32]byte, expires time.Time) error
	DeleteSession(ctx context.Context, tokenHash [32]byte) error

	CreateMeeting(ctx context.Context, m meeting.Meeting, invites ...invite.Invite) error
	Meeting(ctx context.Context, m id.Meeting) (meeting.Meeting, error)
	MeetingsOf(ctx context.Context, owner id.User) ([]meeting.Meeting, error)
	UpdateMeeting(ctx context.Context, m meeting.Meeting) error
	DeleteMeeting(ctx context.Context, m id.Meeting) error
}

// Rooms are the live meetings.
type Rooms interface {
	Door(ctx context.Context, c room.Caller) (room.Door, error)
	Enter(ctx context.Context, q room.Request) (pii.Secret, error)
	People(m id.Meeting) int
	Refresh(ctx context.Context, m id.Meeting) error // after a change of settings
	EndMeeting(ctx context.Context, m id.Meeting) error
}

// Config is what the API needs.
type Config struct {
	Store     Store
	Rooms     Rooms
	Passwords *auth.Passwords
	Logger    *slog.Logger

	// SetUpSecret opens the set-up; "" keeps it shut, as on a server that is set
	// up already.
	SetUpSecret pii.Secret
	// BaseURL begins the links to meetings, as in "https://meet.example.org". If
	// empty, links begin with the name the request used, which the caller of the
	// handler has checked.
	BaseURL string
	Version string // of the program
	LAN     bool   // the server has a certificate authority of its own at /ca.crt
}

// api carries the configuration to the operations.
type api struct {
	Config
	limiter *auth.Limiter
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
	a := &api{Config: c, limiter: auth.NewLimiter()}
	mux := http.NewServeMux()
	h := humago.New(mux, humaConfig())
	a.register(h)
	spec = marshalSpec(h.OpenAPI())
	mux.HandleFunc("GET "+Prefix+"/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(spec) //nolint:errcheck // the client has gone
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { writeProblem(w, problemOf(id.ErrMalformed)) })

	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { writeProblem(w, problemOf(errOrigin)) }))
	return a.guard(crossOrigin.Handler(a.identify(mux))), spec
}

func humaConfig() huma.Config {
	c := huma.DefaultConfig("Plenum", "1")
	c.Info.Description = "The HTTP API of a Plenum server. Errors are application/problem+json (RFC 9457) with a stable `code`."
	c.Info.License = &huma.License{Name: "EUPL-1.2", Identifier: "EUPL-1.2"}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: cookieName, Description: "The cookie of a sign-in. Requests from pages of another origin are refused."},
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

func (a *api) register(h huma.API) {
	operation(a, h, "getServer", http.MethodGet, "/server", "What everybody may know of this server", a.getServer)
	operation(a, h, "setUp", http.MethodPost, "/setup", "Create the organisation and its first account, once", a.setUp, created)

	operation(a, h, "getSession", http.MethodGet, "/session", "Who is signed in", a.getSession)
	operation(a, h, "signIn", http.MethodPost, "/session", "Sign in", a.signIn)
	operation(a, h, "signOut", http.MethodDelete, "/session", "Sign out", a.signOut)

	operation(a, h, "listMeetings", http.MethodGet, "/meetings", "The caller's meetings, newest first", a.listMeetings, needsSession)
	operation(a, h, "createMeeting", http.MethodPost, "/meetings", "Create a meeting", a.createMeeting, needsSession, created)
	operation(a, h, "getMeeting", http.MethodGet, "/meetings/{id}", "One of the caller's meetings", a.getMeeting, needsSession)
	operation(a, h, "updateMeeting", http.MethodPatch, "/meetings/{id}", "Change the given settings of a meeting", a.updateMeeting, needsSession)
	operation(a, h, "deleteMeeting", http.MethodDelete, "/meetings/{id}", "End a meeting for all and delete it", a.deleteMeeting, needsSession)

	operation(a, h, "getDoor", http.MethodPost, "/meetings/{id}/door", "What somebody with the link may know before coming in", a.getDoor)
	operation(a, h, "createTicket", http.MethodPost, "/meetings/{id}/ticket", "Ask the gate for a ticket to the live channel; it opens one connection within 60 s", a.createTicket)
}

// created and needsSession describe operations.
func created(op *huma.Operation)  { op.DefaultStatus = http.StatusCreated }
func needsSession(op *huma.Operation) { op.Security = []map[string][]string{{"session": {}}} }

// operation adds one operation, whose errors become problems.
func operation[I, O any](
	a *api, h huma.API, name, method, path, summary string,
	run func(context.Context, *I) (*O, error), options ...func(*huma.Operation),
) {
	op := huma.Operation{
		OperationID: name, Method: method, Path: Prefix + path, Summary: summary,
		MaxBodyBytes: maxBody, BodyReadTimeout: bodyTime,
		Responses: map[string]*huma.Response{"default": problemResponse(h)},
	}
	for _, option := range options {
		option(&op)
	}
	huma.Register(h, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := run(ctx, in)
		if err != nil {
			return nil, a.problem(ctx, name, err)
		}
		return out, nil
	})
}
