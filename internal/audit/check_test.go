package audit_test

import (
	"strings"
	"testing"

	"plenum/internal/audit"
	"plenum/internal/id"
)

// What the program writes passes; the store's tests have what must not.
func TestCheck(t *testing.T) {
	user := audit.Party{Kind: audit.User, ID: id.New[string]()}
	domain := strings.Repeat("a", 63) + "." + strings.Repeat("b", 63) + "." + strings.Repeat("c", 63) + ".exampleexampleexample"
	for name, e := range map[string]audit.Entry{
		"bare":          {Actor: audit.Party{Kind: audit.System}},
		"command line":  {Actor: audit.Party{Kind: audit.Operator}, Credential: "command line", Subject: user},
		"key":           {Actor: audit.Party{Kind: audit.Key, ID: id.New[string]()}, Credential: "key:" + id.New[string]()},
		"old session":   {Actor: user, Credential: "session", Subject: audit.Party{Kind: audit.Session, ID: "v1-12"}},
		"moments":       {Actor: user, Detail: map[string]string{"from": "2026-11-21T12:00:00Z", "places": "12"}},
		"scopes":        {Actor: user, Detail: map[string]string{"scopes": "meetings:read,people:write"}},
		"domains":       {Actor: user, Detail: map[string]string{"domains": "example.org bücher.example"}},
		"many domains":  {Actor: user, Detail: map[string]string{"domains": strings.Repeat(domain+" ", 20)}},
		"code of fault": {Actor: user, Detail: map[string]string{"code": "passcode.too_many"}},
	} {
		e.Tenant, e.Action = id.New[id.Tenant](), audit.PolicySet
		if err := e.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
