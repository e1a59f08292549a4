package audit

import (
	"net/netip"
	"regexp"
	"strings"

	"plenum/internal/fault"
)

const (
	// The longest entry is that of a lobby with its twenty domains of 253 characters.
	maxDetails = 32
	maxDetail  = 6 * 1024
)

var (
	idShape         = regexp.MustCompile(`^([a-z2-7]{26})?$`)
	oldSession      = regexp.MustCompile(`^v1-[0-9]{1,9}$`) // what the migration called sessions that had no id
	wordShape       = regexp.MustCompile(`^[a-zA-Z][a-zA-Z.]{0,39}$`)
	credentialShape = regexp.MustCompile(`^[a-z][a-zA-Z ]{0,30}(:[a-z2-7]{26})?$`)
	domainsShape    = regexp.MustCompile(`^[\p{L}\p{M}\p{N}. -]*$`) // of a lobby; they may have letters of any script
	detailShape     = regexp.MustCompile(`^[a-zA-Z0-9 .,:;_=+*/-]*$`)
)

// Check refuses an entry that is not made of ids, words of ours and settings: the
// last gate against a name, an e-mail address or a network address in the log.
// Who gets this fault has a mistake in the program.
func (e Entry) Check() error {
	problem := ""
	switch {
	case e.Tenant == "" || !idShape.MatchString(string(e.Tenant)):
		problem = "tenant"
	case !wordShape.MatchString(string(e.Action)):
		problem = "action"
	case !e.Actor.proper():
		problem = "actor"
	case !credentialShape.MatchString(e.Credential) && e.Credential != "":
		problem = "credential"
	case !idShape.MatchString(string(e.Meeting)):
		problem = "meeting"
	case e.Subject != (Party{}) && !e.Subject.proper():
		problem = "subject"
	case len(e.Detail) > maxDetails:
		problem = "number of details"
	}
	for key, value := range e.Detail {
		if !wordShape.MatchString(key) || !plain(key, value) {
			problem = "detail"
		}
	}
	if problem == "" {
		return nil
	}
	return &fault.Error{Op: "audit.Check", Kind: fault.Internal, Code: "internal", Text: "Something went wrong on the server: the " + problem + " of an audit entry is not what it should be."}
}

// proper reports whether p is a kind and, but for those that need none, an id.
func (p Party) proper() bool {
	if p.Kind == System || p.Kind == Operator {
		return p.ID == ""
	}
	if p.Kind == Session && oldSession.MatchString(p.ID) {
		return true
	}
	return wordShape.MatchString(string(p.Kind)) && p.ID != "" && idShape.MatchString(p.ID)
}

// plain reports whether a detail is a setting and no address.
func plain(key, value string) bool {
	shape := detailShape
	if key == "domains" {
		shape = domainsShape
	}
	if len(value) > maxDetail || !shape.MatchString(value) {
		return false
	}
	for field := range strings.FieldsFuncSeq(value, func(r rune) bool { return strings.ContainsRune(" ,;=/", r) }) {
		if _, err := netip.ParseAddr(field); err == nil {
			return false
		}
	}
	return true
}
