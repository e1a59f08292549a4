package retention_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"plenum/internal/retention"
)

func TestCheck(t *testing.T) {
	for _, test := range []struct {
		rules retention.Rules
		want  error
	}{
		{retention.Defaults(), nil},
		{retention.Rules{Default: 1, Min: 1, Max: 1}, nil},
		{retention.Rules{Default: 3650, Min: 1, Max: 3650}, nil},
		{retention.Rules{}, retention.ErrRules},
		{retention.Rules{Default: 1, Min: 0, Max: 1}, retention.ErrRules},
		{retention.Rules{Default: -1, Min: -5, Max: 10}, retention.ErrRules},
		{retention.Rules{Default: 1, Min: 2, Max: 3}, retention.ErrRules},
		{retention.Rules{Default: 4, Min: 2, Max: 3}, retention.ErrRules},
		{retention.Rules{Default: 5, Min: 9, Max: 1}, retention.ErrRules},
		{retention.Rules{Default: 90, Min: 1, Max: 3651}, retention.ErrRules},
	} {
		if err := test.rules.Check(); !errors.Is(err, test.want) {
			t.Errorf("%+v: %v, want %v", test.rules, err, test.want)
		}
	}
}

// TestDays: whatever a meeting asks for, and whatever the bounds were when it did,
// it is kept within the bounds of now; what is allowed is kept exactly so long.
func TestDays(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		rules := retention.Rules{Min: rapid.IntRange(1, retention.MaxDays).Draw(r, "min")}
		rules.Max = rapid.IntRange(rules.Min, retention.MaxDays).Draw(r, "max")
		rules.Default = rapid.IntRange(rules.Min, rules.Max).Draw(r, "default")
		if err := rules.Check(); err != nil {
			r.Fatal(err)
		}
		wanted := rapid.OneOf(rapid.Just(0), rapid.IntRange(-10, 2*retention.MaxDays)).Draw(r, "wanted")
		days, allowed := rules.Days(wanted), rules.Allow(wanted)
		switch {
		case days < rules.Min || days > rules.Max:
			r.Fatalf("%+v: %d days", rules, days)
		case wanted == 0 && (days != rules.Default || allowed != nil):
			r.Fatalf("%+v: the default is %d, %v", rules, days, allowed)
		case wanted != 0 && (allowed == nil) != (days == wanted):
			r.Fatalf("%+v: %d wanted, %d given, %v", rules, wanted, days, allowed)
		case allowed != nil && !errors.Is(allowed, retention.ErrDays):
			r.Fatal(allowed)
		case wanted < rules.Min && wanted != 0 && days != rules.Min, wanted > rules.Max && days != rules.Max:
			r.Fatalf("%+v: of %d the nearest is not %d", rules, wanted, days)
		}
		from := time.Unix(rapid.Int64Range(0, 1<<33).Draw(r, "from"), 0).UTC()
		end := rules.End(from, wanted)
		if end.Sub(from) != time.Duration(days)*24*time.Hour {
			r.Fatalf("%d days from %v end at %v", days, from, end)
		}
	})
}
