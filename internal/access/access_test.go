package access_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plenum/internal/access"
)

// policies are all there are.
func policies() []access.Policy {
	all := make([]access.Policy, 0, 32)
	for bits := range 32 {
		bit := func(n int) bool { return bits>>n&1 == 1 }
		all = append(all, access.Policy{Microphone: bit(0), Camera: bit(1), Share: bit(2), Chat: bit(3), Reactions: bit(4)})
	}
	return all
}

// table is the permission table as one would draw it: y always, - never, and a
// letter for the switch of the policy that decides (m, c, s, t for chat, r).
const table = `
               owner  moderator  presenter  attendee  viewer
speak          y      y          y          m         -
camera         y      y          y          c         -
share          y      y          y          s         -
chat           y      y          y          t         t
react          r      r          r          r         r
raiseHand      y      y          y          y         y
lowerHands     y      y          -          -         -
moderateChat   y      y          -          -         -
mute           y      y          -          -         -
stopMedia      y      y          -          -         -
remove         y      y          -          -         -
lock           y      y          -          -         -
setPolicy      y      y          -          -         -
assignRoles    y      y          -          -         -
spotlight      y      y          -          -         -
end            y      y          -          -         -
`

func TestTheTable(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(table), "\n")
	roles := strings.Fields(lines[0])
	for column, name := range roles {
		role, ok := access.ParseRole(name)
		if !ok {
			t.Fatalf("%q is no role", name)
		}
		for _, p := range policies() {
			decides := map[string]bool{"y": true, "-": false, "m": p.Microphone, "c": p.Camera, "s": p.Share, "t": p.Chat, "r": p.Reactions}
			var want []access.Right
			for _, line := range lines[1:] {
				cells := strings.Fields(line)
				right := access.Right(cells[0])
				allowed := decides[cells[1+column]]
				if allowed {
					want = append(want, right)
				}
				if got := access.May(role, p, right); got != allowed {
					t.Errorf("May(%s, %+v, %s) = %v", role, p, right, got)
				}
			}
			got := access.Allowed(role, p)
			slices.Sort(got)
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s under %+v (-want +got):\n%s", role, p, diff)
			}
		}
	}
	if len(roles) != len(access.Roles()) {
		t.Errorf("the table has %d roles of %d", len(roles), len(access.Roles()))
	}
}

func TestWhoActsOnWhom(t *testing.T) {
	for actor, targets := range map[access.Role]string{
		access.Owner:     "owner moderator presenter attendee viewer",
		access.Moderator: "moderator presenter attendee viewer",
		access.Presenter: "", access.Attendee: "", access.Viewer: "",
	} {
		for _, target := range access.Roles() {
			want := slices.Contains(strings.Fields(targets), string(target))
			if got := access.MayActOn(actor, target); got != want {
				t.Errorf("MayActOn(%s, %s) = %v", actor, target, got)
			}
			for _, to := range access.Roles() {
				wantAssign := want && (actor == access.Owner || to != access.Owner)
				if got := access.MayAssign(actor, target, to); got != wantAssign {
					t.Errorf("MayAssign(%s, %s, %s) = %v", actor, target, to, got)
				}
			}
		}
	}
}

func TestGrants(t *testing.T) {
	for _, role := range access.Roles() {
		for _, p := range policies() {
			for _, sharing := range []bool{true, false} {
				got := access.GrantsFor(access.Allowed(role, p), sharing)
				want := access.Grants{
					Microphone: access.May(role, p, access.Speak),
					Camera:     access.May(role, p, access.ShowCamera),
					Screen:     sharing && access.May(role, p, access.Share),
				}
				if got != want {
					t.Errorf("%s under %+v, sharing %v: %+v", role, p, sharing, got)
				}
			}
		}
	}
}

func TestParseRole(t *testing.T) {
	for _, bad := range []string{"", "Owner", "owner ", "admin", "moderator\x00"} {
		if r, ok := access.ParseRole(bad); ok {
			t.Errorf("ParseRole(%q) = %q", bad, r)
		}
	}
}

func anyRole(t *rapid.T, label string) access.Role {
	return rapid.SampledFrom(access.Roles()).Draw(t, label)
}

func anyPolicy(t *rapid.T, label string) access.Policy {
	return rapid.SampledFrom(policies()).Draw(t, label)
}

// TestNobodyRises plays random role changes: whatever moderators do to each
// other, nobody ends above the highest who took part in it.
func TestNobodyRises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		room := rapid.SliceOfN(rapid.SampledFrom(access.Roles()), 1, 6).Draw(t, "room")
		if slices.Contains(room, access.Owner) {
			return // with an owner, owners can be made
		}
		for range rapid.IntRange(1, 50).Draw(t, "steps") {
			actor := rapid.IntRange(0, len(room)-1).Draw(t, "actor")
			target := rapid.IntRange(0, len(room)-1).Draw(t, "target")
			to := anyRole(t, "to")
			if access.MayAssign(room[actor], room[target], to) {
				room[target] = to
			}
		}
		if slices.Contains(room, access.Owner) {
			t.Errorf("an owner came out of nothing: %v", room)
		}
	})
}

// TestMoreIsMore: a higher role has every right of a lower one, and a policy
// that allows more takes no right away.
func TestMoreIsMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		high, low := anyRole(t, "high"), anyRole(t, "low")
		if access.Outranks(low, high) {
			high, low = low, high
		}
		p, q := anyPolicy(t, "p"), anyPolicy(t, "q")
		union := access.Policy{
			Microphone: p.Microphone || q.Microphone, Camera: p.Camera || q.Camera,
			Share: p.Share || q.Share, Chat: p.Chat || q.Chat, Reactions: p.Reactions || q.Reactions,
		}
		for _, right := range access.Allowed(low, p) {
			if !access.May(high, p, right) {
				t.Errorf("%s may %s, %s may not", low, right, high)
			}
			if !access.May(low, union, right) {
				t.Errorf("%s lost %s by a wider policy", low, right)
			}
		}
	})
}

// TestRankIsAnOrder: of two roles one outranks the other unless they are the same.
func TestRankIsAnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := anyRole(t, "a"), anyRole(t, "b"), anyRole(t, "c")
		if (access.Outranks(a, b) || access.Outranks(b, a)) == (a == b) {
			t.Errorf("%s and %s cannot be told apart", a, b)
		}
		if access.Outranks(a, b) && access.Outranks(b, c) && !access.Outranks(a, c) {
			t.Errorf("%s, %s and %s go round in a circle", a, b, c)
		}
	})
}
