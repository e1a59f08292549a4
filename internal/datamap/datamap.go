// Package datamap lists everything that Plenum keeps, wherever: columns, files,
// what browsers hold, what is in memory. The page for people, the record for the
// data protection officer and docs/privacy.md are made from it, and a test fails
// on anything kept that is not in it.
package datamap

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Group is the heading a thing stands under, and the key of its words.
type Group string

// The groups, in the order of the page.
const (
	Accounts      Group = "accounts"
	Meetings      Group = "meetings"
	Recordings    Group = "recordings"
	Connections   Group = "connections"
	Organisations Group = "organisations"
	Evidence      Group = "evidence"
	Machine       Group = "machine"
	Memory        Group = "memory"
	Browser       Group = "browser"
)

// Groups lists them.
func Groups() []Group {
	return []Group{Accounts, Meetings, Recordings, Connections, Organisations, Evidence, Machine, Memory, Browser}
}

// Basis is the ground in law, and the key of its words.
type Basis string

// The bases (GDPR article 6(1), ePrivacy directive article 5(3)).
const (
	Service        Basis = "service"        // (b), or (e) of a public body
	Security       Basis = "security"       // (f), or (e) of a public body
	Accountability Basis = "accountability" // (c) with articles 5(2) and 32
	Consent        Basis = "consent"        // (a), asked and answered as in article 7
	Proof          Basis = "proof"          // (c) with article 7(1)
	Choice         Basis = "choice"         // (a): the person's own, for themselves
	Device         Basis = "device"         // strictly necessary for what the person asked for
	Impersonal     Basis = "impersonal"     // not about a person
)

// Retention is how long something stays, and the key of its words.
type Retention string

// The retentions.
const (
	UntilAccount  Retention = "account"
	UntilChanged  Retention = "changed"
	UntilUsed     Retention = "used"     // a welcome link
	UntilSignOut  Retention = "signOut"  // of the server's side of a sign-in
	Minutes       Retention = "minutes"  // of sign-ins that have begun
	UntilReplayed Retention = "replayed" // a provider's word can no longer be repeated
	UntilMeeting  Retention = "meeting"
	UntilSitting  Retention = "sitting"
	UntilDeleted  Retention = "deleted"
	UntilExpiry   Retention = "expiry" // a recording is deleted or its time is over
	UntilDone     Retention = "done"   // work that is begun again after a crash
	WhileHere     Retention = "connected"
	UsageTime     Retention = "usage"
	WhileTenant   Retention = "tenant"
	OneDay        Retention = "day"
	AuditTime     Retention = "audit"
	WhileServer   Retention = "server"
	UntilReplaced Retention = "replaced"
	OperatorsLog  Retention = "log"
	Never         Retention = "never" // passes through
	Brake         Retention = "brake"
	UntilTab      Retention = "tab"
	Cookie        Retention = "cookie"
	TenMinutes    Retention = "tenMinutes"
	HalfDay       Retention = "halfDay"
	UntilCleared  Retention = "cleared"
)

// Readers is who can read something through the program, and the key of the
// words. Whoever runs the machine can read what is not sealed; the page says so.
type Readers string

// The readers.
const (
	SelfAndAdmins Readers = "selfAndAdmins"
	Admins        Readers = "admins"
	ProgramOnly   Readers = "program"
	AtTheDoor     Readers = "door"
	WhoRuns       Readers = "moderators"
	InTheRoom     Readers = "room"
	Everybody     Readers = "everybody"
	Operator      Readers = "operator"
	OwnBrowser    Readers = "browser"
	Moderating    Readers = "moderating" // who moderates, of those who wait
	Watching      Readers = "watching"   // whom the owner of a recording lets watch
	Managing      Readers = "managing"   // who owns a recording's meeting, and administrators
	SelfAndOwners Readers = "selfAndOwners"
)

// Thing is something kept, in one or more places.
type Thing struct {
	Key    string // of its words
	Group  Group
	Places []string // see [Table] and the other prefixes
	Basis
	Retention
	Readers
}

// What kinds of places there are; a place is kind, colon, name.
const (
	Column  = "column"  // column:table.column; table.* for all of them
	File    = "file"    // in the data directory; dir/* for all in it; "beside:" for beside it
	Object  = "object"  // where the files of recordings lie: a directory, or S3
	Passing = "passing" // without a name, gone with the program
	Cookies = "cookie"  // by name
	Local   = "local"   // key of localStorage
	Tab     = "session" // key of sessionStorage; * for the meeting's id
	RAM     = "memory"  // of the server
	Output  = "output"  // what the server writes for the operator
)

// columns names columns of one table.
func columns(table string, names ...string) []string {
	places := make([]string, 0, len(names))
	for _, name := range names {
		places = append(places, Column+":"+table+"."+name)
	}
	return places
}

//go:embed words/*.json words/privacy.md
var words embed.FS

// Languages lists those that there are words in.
func Languages() []string { return []string{"en", "de", "fr", "nl"} }

// Words are the map's texts in one language by key.
type Words map[string]string

// WordsIn returns the words of a language, English when there are none.
func WordsIn(language string) (Words, error) {
	text, err := fs.ReadFile(words, path.Join("words", path.Base(language)+".json"))
	if err != nil {
		text, err = fs.ReadFile(words, "words/en.json")
	}
	if err != nil {
		return nil, fmt.Errorf("datamap: %w", err)
	}
	var w Words
	if err := json.Unmarshal(text, &w); err != nil {
		return nil, fmt.Errorf("datamap: %w", err)
	}
	return w, nil
}

// Row is a thing in words.
type Row struct {
	What, Purpose, Basis, Retention, Readers string
	Places                                   []string
}

// Section is a group in words.
type Section struct {
	Title string
	Rows  []Row
}

// In returns the whole map in the words of a language.
func In(language string) ([]Section, error) {
	w, err := WordsIn(language)
	if err != nil {
		return nil, err
	}
	sections := make([]Section, 0, len(Groups()))
	for _, group := range Groups() {
		section := Section{Title: w["group."+string(group)]}
		for _, t := range Things() {
			if t.Group != group {
				continue
			}
			section.Rows = append(section.Rows, Row{
				What: w[t.Key+".what"], Purpose: w[t.Key+".purpose"],
				Basis: w["basis."+string(t.Basis)], Retention: w["retention."+string(t.Retention)], Readers: w["readers."+string(t.Readers)],
				Places: t.Places,
			})
		}
		sections = append(sections, section)
	}
	return sections, nil
}

// keys lists the words that a language must have.
func keys() []string {
	things := Things()
	all := make([]string, 0, len(Groups())+5*len(things))
	for _, g := range Groups() {
		all = append(all, "group."+string(g))
	}
	for _, t := range things {
		all = append(all, t.Key+".what", t.Key+".purpose", "basis."+string(t.Basis), "retention."+string(t.Retention), "readers."+string(t.Readers))
	}
	return all
}

// Markdown is docs/privacy.md: the map in English between the words of the
// document.
func Markdown() (string, error) {
	sections, err := In("en")
	if err != nil {
		return "", err
	}
	frame, err := fs.ReadFile(words, "words/privacy.md")
	if err != nil {
		return "", fmt.Errorf("datamap: %w", err)
	}
	var b strings.Builder
	for _, s := range sections {
		fmt.Fprintf(&b, "## %s\n\n| What | Where | What for | On what grounds | How long | Who can read it |\n|---|---|---|---|---|---|\n", s.Title)
		for _, r := range s.Rows {
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", r.What, where(r.Places), r.Purpose, r.Basis, r.Retention, r.Readers)
		}
		b.WriteByte('\n')
	}
	return strings.Replace(string(frame), "{{tables}}\n", b.String(), 1), nil
}

// where names places for the operator, a table once.
func where(places []string) string {
	var parts []string
	table := ""
	for _, p := range places {
		kind, name, _ := strings.Cut(p, ":")
		switch kind {
		case Column:
			of, column, _ := strings.Cut(name, ".")
			if of != table {
				parts = append(parts, "`"+name+"`")
				table = of
				continue
			}
			parts = append(parts, "`."+column+"`")
		case Cookies:
			parts = append(parts, "cookie `"+name+"`")
		case Local:
			parts = append(parts, "local storage `"+name+"`")
		case Tab:
			parts = append(parts, "session storage `"+name+"`")
		case RAM:
			parts = append(parts, "memory")
		case Object:
			parts = append(parts, "`files/"+name+"`")
		case Output, Passing:
			parts = append(parts, name)
		default:
			parts = append(parts, "`"+name+"`")
		}
	}
	return strings.Join(parts, ", ")
}
