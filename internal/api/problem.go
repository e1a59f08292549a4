package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/room"
)

// Problem is every error answer (RFC 9457), with a stable code that clients put
// into the reader's language.
type Problem struct { //nolint:errname // its name is what the description calls it
	Title  string `json:"title" doc:"The status in words"`
	Status int    `json:"status"`
	Detail string `json:"detail" doc:"What is wrong, in plain English"`
	Code   string `json:"code" doc:"A stable word such as meeting.ended"`
	// Reference is set for our own mistakes: the log has the rest under it.
	Reference string `json:"reference,omitempty" doc:"What to quote to the operator; only with status 500"`

	header http.Header
}

func (p *Problem) Error() string { return p.Detail }

// GetStatus implements [huma.StatusError].
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders implements [huma.HeadersError].
func (p *Problem) GetHeaders() http.Header { return p.header }

// ContentType implements [huma.ContentTypeFilter].
func (*Problem) ContentType(string) string { return "application/problem+json" }

// The faults of requests themselves.
var (
	errOrigin  = fault.New("api", fault.Forbidden, "origin.foreign", "This request comes from a page of another site.")
	errType    = fault.New("api", fault.Invalid, "request.type", "The body must be JSON, with Content-Type: application/json.")
	errRequest = fault.New("api", fault.Invalid, "request.invalid", "The request cannot be understood.")
	errTooBig  = fault.New("api", fault.Invalid, "message.too_large", "The request is too large.")
	errSlow    = fault.New("api", fault.Invalid, "request.slow", "The request took too long to arrive.")
)

// status is the one place that turns faults into statuses.
func status(f *fault.Error) int {
	switch f.Code {
	case meeting.ErrEnded.Code:
		return http.StatusGone
	case errType.Code:
		return http.StatusUnsupportedMediaType
	case errTooBig.Code:
		return http.StatusRequestEntityTooLarge
	case errSlow.Code:
		return http.StatusRequestTimeout
	}
	switch f.Kind {
	case fault.Internal:
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Unauthorised:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Exhausted:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func problemOf(f *fault.Error) *Problem {
	s := status(f)
	p := &Problem{Title: http.StatusText(s), Status: s, Detail: f.Text, Code: f.Code}
	if after := room.RetryAfter(f); after > 0 {
		p.wait(after)
	}
	return p
}

// problem answers err and logs what the client is not told.
func (a *api) problem(ctx context.Context, operation string, err error) *Problem {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind == fault.Internal {
		return a.internal(ctx, operation, err)
	}
	if f.Kind == fault.Unavailable && f.Cause != nil && ctx.Err() == nil {
		a.Logger.WarnContext(ctx, "request could not be served", "operation", operation, "error", err)
	}
	p := problemOf(f)
	if after := waitOf(err); after > 0 {
		p.wait(after)
	}
	return p
}

// problemCode is the stable word of a fault; "" for none.
func problemCode(err error) string {
	if err == nil {
		return ""
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Code
	}
	return "internal"
}

// wait says when trying again makes sense (RFC 9110 §10.2.3).
func (p *Problem) wait(after time.Duration) {
	p.header = http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(after.Seconds())))}}
}

// internal answers with a reference under which the log has the cause.
func (a *api) internal(ctx context.Context, operation string, err error) *Problem {
	p := problemOf(&fault.Error{Code: "internal", Text: "Something went wrong on the server."})
	p.Reference = id.New[string]()[:10] // 50 bits: enough to find one line
	if ctx.Err() == nil {               // else the client hung up, and that is why it failed
		a.Logger.ErrorContext(ctx, "request failed", "operation", operation, "reference", p.Reference, "error", err)
	}
	return p
}

// problemOfHuma puts huma's own errors into our shape. Its details would repeat
// what was sent, passwords included.
func problemOfHuma(_ huma.Context, _ string, v any) (any, error) {
	e, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	f := *errRequest
	switch e.Status {
	case http.StatusRequestEntityTooLarge:
		f = *errTooBig
	case http.StatusRequestTimeout:
		f = *errSlow
	case http.StatusUnsupportedMediaType:
		f = *errType
	default:
		if len(e.Errors) > 0 && e.Errors[0] != nil {
			f.Text = strings.TrimPrefix(e.Errors[0].Location+": ", ": ") + e.Errors[0].Message
		}
	}
	p := problemOf(&f)
	p.Title, p.Status = http.StatusText(e.Status), e.Status
	return p, nil
}

// writeProblem is for what happens before and after huma.
func writeProblem(w http.ResponseWriter, p *Problem) {
	maps.Copy(w.Header(), p.header)
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p) //nolint:errcheck,errchkjson // the client has gone
}

// unmarshalStrict is [json.Unmarshal] that refuses two keys of an object that
// differ in case at most: programs disagree on which of them counts.
func unmarshalStrict(data []byte, v any) error {
	if err := checkKeys(json.NewDecoder(bytes.NewReader(data))); err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}

// checkKeys reads one value.
func checkKeys(d *json.Decoder) error {
	token, err := d.Token()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		return err
	}
	delim, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	seen := make(map[string]bool)
	for d.More() {
		if delim == '{' {
			key, err := d.Token()
			if err != nil {
				return err
			}
			folded := strings.ToLower(fmt.Sprint(key))
			if seen[folded] {
				return errors.New("a property is given twice")
			}
			seen[folded] = true
		}
		if err := checkKeys(d); err != nil {
			return err
		}
	}
	_, err = d.Token() // the closing bracket
	return err
}

// problemResponse describes Problem in the API's description.
func problemResponse(h huma.API) *huma.Response {
	schema := h.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	return &huma.Response{
		Description: "Error",
		Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: schema}},
	}
}

// tooManyResponse describes the answer to somebody above their share.
func tooManyResponse(h huma.API) *huma.Response {
	r := problemResponse(h)
	r.Description = "Too many requests from this key, account or address"
	r.Headers = map[string]*huma.Param{"Retry-After": {Description: "Seconds to wait", Schema: &huma.Schema{Type: "integer"}}}
	return r
}

// marshalSpec writes the description without what huma describes and this API
// never sends.
func marshalSpec(description *huma.OpenAPI) []byte {
	delete(description.Components.Schemas.Map(), "ErrorModel")
	delete(description.Components.Schemas.Map(), "ErrorDetail")
	compact, err := json.Marshal(description)
	var out bytes.Buffer
	if err == nil {
		err = json.Indent(&out, compact, "", "  ")
	}
	if err != nil {
		panic("api: its own description cannot be written: " + err.Error()) // a programming error, seen by each test
	}
	out.WriteByte('\n')
	return out.Bytes()
}
