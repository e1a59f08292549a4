package audit

import (
	"crypto/ed25519"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Format is how a log leaves the server.
type Format string

// The formats. Only JSONL can be verified later; the others are for reading, in
// a table or by a system that collects events.
const (
	JSONL  Format = "jsonl"
	CSV    Format = "csv"
	CEF    Format = "cef"    // ArcSight Common Event Format, version 0
	Syslog Format = "syslog" // RFC 5424
)

// Formats lists them.
func Formats() []Format { return []Format{JSONL, CSV, CEF, Syslog} }

// MediaType is what an export of the format is sent as.
func (f Format) MediaType() string {
	switch f {
	case JSONL:
		return "application/jsonl"
	case CSV:
		return "text/csv; charset=utf-8"
	case CEF, Syslog:
	}
	return "text/plain; charset=utf-8"
}

// NewWriter returns a [Walker] that writes to w. Public is the key of the server,
// for JSONL; version that of the program, for CEF.
func NewWriter(f Format, w io.Writer, public ed25519.PublicKey, version string) Walker {
	switch f {
	case JSONL:
		return &jsonWriter{encoder: json.NewEncoder(w), public: public}
	case CSV:
		return &csvWriter{out: csv.NewWriter(w)}
	case CEF:
		return &cefWriter{out: w, version: version}
	case Syslog:
	}
	return &syslogWriter{out: w}
}

// Redacted lists the parts of an entry that were taken out: "actor", "subject".
func (r *Record) Redacted() []string {
	parts := []string{}
	if r.ActorPart.Redacted() {
		parts = append(parts, "actor")
	}
	if r.SubjectPart.Redacted() {
		parts = append(parts, "subject")
	}
	return parts
}

// csvWriter writes RFC 4180 with a line of column names.
type csvWriter struct{ out *csv.Writer }

// Begin implements [Walker].
func (w *csvWriter) Begin(Checkpoint, int64) error {
	return w.row("number", "time", "action", "actor_kind", "actor", "credential", "meeting", "subject_kind", "subject", "detail", "redacted")
}

// Checkpoint implements [Walker].
func (w *csvWriter) Checkpoint(Checkpoint) error { return nil }

// Record implements [Walker].
func (w *csvWriter) Record(r Record) error {
	return w.row(strconv.FormatInt(r.Seq, 10), r.At.UTC().Format(moment), string(r.Action),
		string(r.Actor.Kind), r.Actor.ID, r.Credential, string(r.Meeting), string(r.Subject.Kind), r.Subject.ID,
		r.DetailText, strings.Join(r.Redacted(), " "))
}

func (w *csvWriter) row(cells ...string) error {
	for i, cell := range cells {
		cells[i] = Inert(cell)
	}
	if err := w.out.Write(cells); err != nil {
		return err
	}
	w.out.Flush()
	return w.out.Error()
}

// Inert keeps a spreadsheet from taking a cell for a formula
// (https://owasp.org/www-community/attacks/CSV_Injection).
func Inert(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// cefWriter writes one line an entry:
// CEF:0|vendor|product|version|event|name|severity|key=value …
type cefWriter struct {
	out     io.Writer
	version string
}

// Begin implements [Walker].
func (*cefWriter) Begin(Checkpoint, int64) error { return nil }

// Checkpoint implements [Walker].
func (*cefWriter) Checkpoint(Checkpoint) error { return nil }

var (
	cefHeader = strings.NewReplacer(`\`, `\\`, `|`, `\|`, "\n", " ", "\r", " ")   //nolint:gochecknoglobals // nobody changes it
	cefValue  = strings.NewReplacer(`\`, `\\`, `=`, `\=`, "\n", `\n`, "\r", `\r`) //nolint:gochecknoglobals // nobody changes it
)

// Record implements [Walker].
func (w *cefWriter) Record(r Record) error {
	action := cefHeader.Replace(string(r.Action))
	var b strings.Builder
	fmt.Fprintf(&b, "CEF:0|Plenum|Plenum|%s|%s|%s|%d|rt=%d externalId=%d", cefHeader.Replace(w.version), action, action, r.severity().cef, r.At.UnixMilli(), r.Seq)
	add := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&b, " %s=%s", key, cefValue.Replace(value))
		}
	}
	// The keys are of CEF's dictionary; what it has none for goes to its custom strings.
	labelled := func(n int, label, value string) {
		if value != "" {
			add("cs"+strconv.Itoa(n)+"Label", label)
			add("cs"+strconv.Itoa(n), value)
		}
	}
	add("suid", r.Actor.ID)
	add("duid", r.Subject.ID)
	labelled(1, "organisation", string(r.Tenant))
	labelled(2, "actorKind", string(r.Actor.Kind))
	labelled(3, "subjectKind", string(r.Subject.Kind))
	labelled(4, "credential", r.Credential)
	labelled(5, "meeting", string(r.Meeting))
	labelled(6, "detail", r.DetailText)
	add("reason", strings.Join(r.Redacted(), " "))
	b.WriteByte('\n')
	_, err := io.WriteString(w.out, b.String())
	return err
}

// severity of an entry: a refusal and what takes something away is notable, the
// rest is not.
type severity struct{ cef, syslog int } // 0–10, higher is worse; RFC 5424 §6.2.1, lower is worse

func (r *Record) severity() severity {
	notable := []Action{
		Refused, LobbyDenied, SeatRemoved, SignInRefused, AccountDeleted, FactorRemoved, KeyCreated, ProviderChanged,
		MeetingDeleted, TenantDeleted, AuditRedacted,
	}
	if slices.Contains(notable, r.Action) {
		return severity{cef: 5, syslog: 5} // notice
	}
	return severity{cef: 3, syslog: 6} // informational
}

// syslogWriter writes RFC 5424, one message a line.
type syslogWriter struct{ out io.Writer }

// Begin implements [Walker].
func (*syslogWriter) Begin(Checkpoint, int64) error { return nil }

// Checkpoint implements [Walker].
func (*syslogWriter) Checkpoint(Checkpoint) error { return nil }

const (
	facilityAudit = 13 // "log audit", RFC 5424 §6.2.1
	// structuredID names our parameters. 32473 is the enterprise number for those who
	// have none (RFC 5612).
	structuredID = "plenum@32473"
	maxMessageID = 32 // RFC 5424 §6
)

var syslogValue = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `]`, `\]`, "\n", " ", "\r", " ") //nolint:gochecknoglobals // nobody changes it

// Record implements [Walker].
func (w *syslogWriter) Record(r Record) error {
	message := strings.Map(func(c rune) rune {
		if c <= ' ' || c > '~' {
			return '_'
		}
		return c
	}, string(r.Action))
	if message == "" {
		message = "-"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<%d>1 %s - plenum - %s [%s", facilityAudit*8+r.severity().syslog, r.At.UTC().Format(moment), message[:min(len(message), maxMessageID)], structuredID)
	for _, p := range [][2]string{
		{"number", strconv.FormatInt(r.Seq, 10)},
		{"organisation", string(r.Tenant)},
		{"actorKind", string(r.Actor.Kind)},
		{"actor", r.Actor.ID},
		{"credential", r.Credential},
		{"meeting", string(r.Meeting)},
		{"subjectKind", string(r.Subject.Kind)},
		{"subject", r.Subject.ID},
		{"detail", r.DetailText},
		{"redacted", strings.Join(r.Redacted(), " ")},
	} {
		if p[1] != "" {
			fmt.Fprintf(&b, ` %s="%s"`, p[0], syslogValue.Replace(p[1]))
		}
	}
	b.WriteString("]\n")
	_, err := io.WriteString(w.out, b.String())
	return err
}
