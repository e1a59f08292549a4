package apikey_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plenum/internal/apikey"
)

func TestNew(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	k, secret, err := apikey.New("t", "Course pages", []string{"pool:read", "meetings:write"}, now.Add(time.Hour), now)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]apikey.Scope{apikey.WriteMeetings, apikey.ReadPool}, k.Scopes); diff != "" {
		t.Error(diff)
	}
	if got, err := apikey.Parse("Bearer " + secret.Text()); err != nil || apikey.Hash(got) != k.SecretHash {
		t.Errorf("the secret does not come back: %v", err)
	}
	if !k.Allows(apikey.ReadPool) || k.Allows(apikey.ReadMeetings) {
		t.Error("the key allows something else than its scopes")
	}
	for name, try := range map[string]func() error{
		"key.scopes": func() error { _, _, err := apikey.New("t", "n", nil, time.Time{}, now); return err },
		"key.scope":  func() error { _, _, err := apikey.New("t", "n", []string{"all"}, time.Time{}, now); return err },
		"key.expiry": func() error { _, _, err := apikey.New("t", "n", []string{"pool:read"}, now, now); return err },
		"name.empty": func() error { _, _, err := apikey.New("t", " ", []string{"pool:read"}, time.Time{}, now); return err },
	} {
		if err := try(); err == nil {
			t.Errorf("%s: made", name)
		}
	}
}

// TestParse: whatever is not exactly a key is refused before anything is looked up.
func TestParse(t *testing.T) {
	good := "plenum_" + strings.Repeat("a", 52)
	for _, header := range []string{
		"", good, "Bearer", "Bearer ", "Bearer  " + good, "Basic " + good, "Bearer " + good + " ", "Bearer " + good + "a", "Bearer " + good[1:],
		"Bearer " + strings.ToUpper(good), "Bearer " + good + "\n", "Bearer " + good + ", Bearer " + good, "Bearer Plenum_" + strings.Repeat("a", 52),
		"Bearer plenum_" + strings.Repeat("1", 52), "Bearer eyJhbGciOiJub25lIn0.e30.", "Bearer " + strings.Repeat("a", 1<<16),
	} {
		if _, err := apikey.Parse(header); !errors.Is(err, apikey.ErrInvalid) {
			t.Errorf("%.80q: %v", header, err)
		}
	}
	if _, err := apikey.Parse("bearer " + good); err != nil { // RFC 7235 §2.1: the scheme has no case
		t.Error(err)
	}
}
