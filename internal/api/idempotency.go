package api

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"regexp"
	"time"

	"plenum/internal/apikey"
	"plenum/internal/fault"
)

// idempotencyHeader lets a program send a request again without doing it twice
// (draft-ietf-httpapi-idempotency-key-header).
const idempotencyHeader = "Idempotency-Key"

const (
	// answerLife is how long an answer is kept for whoever did not get it.
	answerLife = 24 * time.Hour
	// runLife is when a request whose server died may be sent again; no request
	// takes longer than the edge's 5 min for an answer.
	runLife = 5 * time.Minute
)

var (
	errIdempotencyKey = fault.New("api.once", fault.Invalid, "idempotency.invalid", "An Idempotency-Key has 1 to 255 visible ASCII characters.")
	errReused         = fault.New("api.once", fault.Invalid, "idempotency.reused", "This Idempotency-Key belongs to another request.")
	errRunning        = fault.New("api.once", fault.Conflict, "idempotency.running", "The first request with this Idempotency-Key is not finished yet.")
)

// answerStore is where answers are kept for repetition.
type answerStore interface {
	// BeginAnswer takes the name until the given moment, or returns what has it.
	BeginAnswer(ctx context.Context, asked apikey.Answer, until, now time.Time) (before apikey.Answer, taken bool, err error)
	KeepAnswer(ctx context.Context, done apikey.Answer, until time.Time) error
	DropAnswer(ctx context.Context, name [sha256.Size]byte) error
}

// Sealer encrypts what is kept; what it sealed opens with the same owner only.
type Sealer interface {
	Seal(plain []byte, owner string) []byte
	Open(sealed []byte, owner string) ([]byte, error)
}

// answer is what is sealed.
type answer struct {
	ContentType string `json:"contentType"`
	Body        []byte `json:"body"`
}

var idempotencyShape = regexp.MustCompile(`^[!-~]{1,255}$`)

// once runs a request unless it ran already, and then repeats its answer. Only
// success is kept: what failed has changed nothing and may be tried again.
func (a *api) once(w http.ResponseWriter, r *http.Request, operation string, next http.Handler) {
	ctx := r.Context()
	fail := func(err error) { writeProblem(w, a.problem(ctx, operation, err)) }
	key := r.Header.Get(idempotencyHeader)
	if !idempotencyShape.MatchString(key) || len(r.Header.Values(idempotencyHeader)) > 1 {
		fail(errIdempotencyKey)
		return
	}
	body, err := readBody(w, r)
	if err != nil {
		fail(err)
		return
	}
	v := visitorOf(ctx)
	asked := apikey.Answer{
		Tenant:  v.tenant.ID,
		Name:    a.mac("name", string(v.tenant.ID), v.principal(), key),
		Request: a.mac("request", r.URL.Path, r.URL.RawQuery, string(body)),
	}
	now := time.Now()
	before, taken, err := a.Store.BeginAnswer(ctx, asked, now.Add(runLife), now)
	switch {
	case err != nil:
		fail(err)
	case taken && before.Request != asked.Request:
		fail(errReused)
	case taken && before.Status == 0:
		fail(errRunning)
	case taken:
		if err := a.repeat(w, before); err != nil {
			fail(err)
		}
	default:
		r.Body = io.NopCloser(bytes.NewReader(body))
		a.runOnce(w, r, asked, next)
	}
}

// readBody reads a request whole, within the bounds of every operation.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	// Not every writer of a test has deadlines; the edge's own bound holds too.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTime))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, tooBig := errors.AsType[*http.MaxBytesError](err); tooBig {
		return nil, errTooBig
	}
	if err != nil {
		return nil, errSlow
	}
	return body, nil
}

// runOnce runs a request and keeps its answer before anybody gets it.
func (a *api) runOnce(w http.ResponseWriter, r *http.Request, asked apikey.Answer, next http.Handler) {
	ctx := context.WithoutCancel(r.Context()) // who hangs up is who will ask again
	kept := false
	defer func() {
		if !kept {
			if err := a.Store.DropAnswer(ctx, asked.Name); err != nil {
				a.Logger.WarnContext(ctx, "unfinished request not forgotten", "error", err)
			}
		}
	}()
	out := &recorder{header: http.Header{}, status: http.StatusOK}
	next.ServeHTTP(out, r)
	if out.status < 300 {
		asked.Status = out.status
		plain, err := json.Marshal(answer{out.header.Get("Content-Type"), out.body.Bytes()})
		if err == nil {
			asked.Sealed = a.Answers.Seal(plain, string(asked.Name[:]))
			err = a.Store.KeepAnswer(ctx, asked, time.Now().Add(answerLife))
		}
		if kept = err == nil; !kept { // it was done all the same, and the caller should know
			a.Logger.WarnContext(ctx, "answer not kept for repetition", "error", err)
		}
	}
	maps.Copy(w.Header(), out.header)
	w.WriteHeader(out.status)
	w.Write(out.body.Bytes()) //nolint:errcheck // the client has gone
}

// repeat sends an answer again.
func (a *api) repeat(w http.ResponseWriter, before apikey.Answer) error {
	plain, err := a.Answers.Open(before.Sealed, string(before.Name[:]))
	if err != nil {
		return fault.Wrap("api.repeat", err)
	}
	var kept answer
	if err := json.Unmarshal(plain, &kept); err != nil {
		return fault.Wrap("api.repeat", err)
	}
	if kept.ContentType != "" {
		w.Header().Set("Content-Type", kept.ContentType)
	}
	w.Header().Set("Idempotent-Replayed", "true")
	w.WriteHeader(before.Status)
	w.Write(kept.Body) //nolint:errcheck // the client has gone
	return nil
}

// recorder holds an answer back. Answers are JSON of bounded lists, some 100 kB
// at most.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

// mac hashes parts with a key that only this server has.
func (a *api) mac(parts ...string) [sha256.Size]byte {
	mac := hmac.New(sha256.New, a.Key[:])
	for _, part := range parts {
		mac.Write([]byte(part))
		mac.Write([]byte{0})
	}
	return [sha256.Size]byte(mac.Sum(nil))
}
