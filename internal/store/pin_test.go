package store_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestLibcIsTheOneSQLiteWasMadeFor: modernc.org/sqlite is translated C and works
// with exactly the libc its own go.mod names; any other may corrupt data
// (https://pkg.go.dev/modernc.org/sqlite, "Fragile modernc.org/libc dependency").
func TestLibcIsTheOneSQLiteWasMadeFor(t *testing.T) {
	list := func(format, module string) string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", format, module).Output() //nolint:gosec // constants
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	used := list("{{.Version}}", "modernc.org/libc")
	wants, err := exec.CommandContext(t.Context(), "grep", "-F", "modernc.org/libc ", list("{{.GoMod}}", "modernc.org/sqlite")).Output() //nolint:gosec // as above
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(strings.TrimSpace(string(wants)), " "+used) {
		t.Errorf("the program uses libc %s, its SQLite wants %s; run: go get modernc.org/libc@…", used, strings.TrimSpace(string(wants)))
	}
}
