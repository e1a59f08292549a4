package server_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestEveryFaultHasWords compares the codes in the source with the web client's
// messages: a fault without words is shown as "something went wrong".
func TestEveryFaultHasWords(t *testing.T) {
	root := filepath.Join("..", "..")
	codes := map[string]string{} // to one file that has it
	eachGoFile(t, root, func(file string) {
		if strings.HasSuffix(file, "_test.go") || strings.Contains(file, "bench") {
			return
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if code := faultCode(n); code != "" {
				codes[code] = file
			}
			return true
		})
	})
	if len(codes) < 40 {
		t.Fatalf("only %d codes found: has fault.New changed?", len(codes))
	}
	for _, operator := range operatorCodes() {
		if codes[operator] == "" {
			t.Errorf("%s is for operators only, and unknown", operator)
		}
		delete(codes, operator)
	}
	for _, language := range []string{"en", "de", "fr", "nl"} {
		raw, err := os.ReadFile(filepath.Join(root, "web", "locales", language, "common.json"))
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]string
		if err := json.Unmarshal(raw, &words); err != nil {
			t.Fatal(err)
		}
		for code, file := range codes {
			if words["fault."+strings.ReplaceAll(code, ".", "_")] == "" {
				t.Errorf("%s (%s) has no words in %s", code, file, language)
			}
		}
	}
}

// operatorCodes are those of faults that end the start of the program or a
// subcommand; no browser sees them.
func operatorCodes() []string {
	return []string{
		"data.address", "data.in_use", "key.unusable", "media.port_taken", "operator.foreign", "setup.missing", "audit.file", "audit.key", "audit.none",
		"backup.busy", "backup.damaged", "backup.format", "backup.missing", "backup.other_key", "backup.terminal", "backup.unreadable", "backup.unwritable",
		"restore.foreign", "restore.newer", "restore.not_empty",
	}
}

// faultCode returns the code when n makes a fault, by fault.New or in place.
func faultCode(n ast.Node) string {
	switch n := n.(type) {
	case *ast.CallExpr:
		if isFault(n.Fun, "New") && len(n.Args) == 4 {
			return literal(n.Args[2])
		}
	case *ast.CompositeLit:
		if !isFault(n.Type, "Error") {
			return ""
		}
		for _, element := range n.Elts {
			if kv, ok := element.(*ast.KeyValueExpr); ok {
				if key, ok := kv.Key.(*ast.Ident); ok && key.Name == "Code" {
					return literal(kv.Value)
				}
			}
		}
	}
	return ""
}

// isFault reports whether e is the name of package fault.
func isFault(e ast.Expr, name string) bool {
	selector, ok := e.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != name {
		return false
	}
	pkg, ok := selector.X.(*ast.Ident)
	return ok && pkg.Name == "fault"
}

func literal(e ast.Expr) string {
	l, ok := e.(*ast.BasicLit)
	if !ok {
		return ""
	}
	s, err := strconv.Unquote(l.Value)
	if err != nil {
		return ""
	}
	return s
}
