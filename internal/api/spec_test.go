package api_test

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plenum/internal/api"
)

var update = flag.Bool("update", false, "write api/openapi.json anew")

// TestSpec keeps the description that clients are made from in step with the
// program. `make gen` updates it.
func TestSpec(t *testing.T) {
	const path = "../../api/openapi.json"
	if *update {
		if err := os.WriteFile(path, api.Spec(), 0o644); err != nil { //nolint:gosec // a file of the repository
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(api.Spec())); diff != "" {
		t.Errorf("api/openapi.json is out of date; run make gen (-file +program):\n%s", diff)
	}
}
