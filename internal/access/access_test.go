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
	all := make([]access.Policy, 0, 1<<10)
	recorders := recorders()
	for bits := range 1 << 10 {
		bit := func(n int) bool { return bits>>n&1 == 1 }
		// Who may record depends on no switch, and no switch on that: 16 pairs and 1,024
		// settings of the switches meet each other by turns; TestRecorders has them all.
		recorder := recorders[bits%len(recorders)]
		all = append(all, access.Policy{
			Microphone: bit(0), Camera: bit(1), Share: bit(2), Chat: bit(3), ChatPrivate: bit(4),
			Reactions: bit(5), RaiseHand: bit(6), Rename: bit(7), SeePeople: bit(8), SeeCameras: bit(9),
			RecordStart: recorder.RecordStart, RecordStop: recorder.RecordStop,
		})
	}
	return all
}

// recorders are all pairs of who may start and who may stop a recording, under a
// policy that forbids the rest.
func recorders() []access.Policy {
	least := []access.Role{access.Owner, access.Moderator, access.Presenter, ""}
	all := make([]access.Policy, 0, len(least)*len(least))
	for _, start := range least {
		for _, stop := range least {
			all = append(all, access.Policy{RecordStart: start, RecordStop: stop})
		}
	}
	return all
}

// table is the permission table as one would draw it: y always, - never, and a
// letter for the switch of the policy that decides (m, c, s, t for chat, p for
// private chat, r for reactions, h for hands, n for names, l for the list of
// people, v for cameras) or, with the least role to have the right, of starting (b
// for begin) or stopping (z) a recording. In the last column, a right that can be
// given to or taken from one person.
const table = `
               owner  moderator  presenter  attendee  viewer
speak          y      y          y          m         -       except
camera         y      y          y          c         -       except
share          y      y          y          s         -       except
chat           y      y          y          t         t       except
chatPrivate    y      y          y          p         p       except
react          r      r          r          r         r       except
raiseHand      y      y          y          h         h       except
rename         y      y          y          n         n       except
seePeople      y      y          y          l         l       except
seeCameras     y      y          y          v         v       except
lowerHands     y      y          -          -         -
moderateChat   y      y          -          -         -
mute           y      y          -          -         -
stopMedia      y      y          -          -         -
remove         y      y          -          -         -
lock           y      y          -          -         -
admit          y      y          -          -         -
setPasscode    y      y          -          -         -
renameOthers   y      y          -          -         -
setPolicy      y      y          -          -         -
assignRoles    y      y          -          -         -
spotlight      y      y          -          -         -
end            y      y          -          -         -
record         b      b          b          -         -
stopRecord     z      z          z          -         -
`

// drawn reads the table: whether role has right under p, for each right, and
// which rights can be excepted.
func drawn(t *testing.T, role access.Role, p access.Policy) (rights map[access.Right]bool, excepted []access.Right) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(table), "\n")
	column := slices.Index(strings.Fields(lines[0]), string(role))
	if column < 0 {
		t.Fatalf("%s is not in the table", role)
	}
	decides := map[string]bool{
		"y": true, "-": false, "m": p.Microphone, "c": p.Camera, "s": p.Share, "t": p.Chat, "p": p.ChatPrivate,
		"r": p.Reactions, "h": p.RaiseHand, "n": p.Rename, "l": p.SeePeople, "v": p.SeeCameras,
	}
	// In a role's column stand b and z for: the policy names it, or one below it.
	upTo := map[access.Role][]access.Role{
		access.Owner:     {access.Owner, access.Moderator, access.Presenter},
		access.Moderator: {access.Moderator, access.Presenter},
		access.Presenter: {access.Presenter},
	}
	decides["b"], decides["z"] = slices.Contains(upTo[role], p.RecordStart), slices.Contains(upTo[role], p.RecordStop)
	rights = make(map[access.Right]bool)
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		right := access.Right(cells[0])
		rights[right] = decides[cells[1+column]]
		if cells[len(cells)-1] == "except" {
			excepted = append(excepted, right)
		}
	}
	return rights, excepted
}

func TestTheTable(t *testing.T) {
	for _, role := range access.Roles() {
		for _, p := range policies() {
			rights, _ := drawn(t, role, p)
			got := access.Allowed(role, p, access.Exceptions{})
			for right, allowed := range rights {
				if slices.Contains(got, right) != allowed || access.May(role, p, access.Exceptions{}, right) != allowed {
					t.Errorf("%s under %+v: %s should be %v", role, p, right, allowed)
				}
			}
			for _, right := range got {
				if _, known := rights[right]; !known {
					t.Errorf("%s is not in the table", right)
				}
			}
		}
	}
}

// TestRecorders: who may start and who may stop a recording are two things, named
// by the policy, and never below a presenter, whatever it says.
func TestRecorders(t *testing.T) {
	for _, role := range access.Roles() {
		for _, open := range []bool{false, true} {
			for _, p := range recorders() {
				if open {
					all := access.DefaultPolicy()
					all.RecordStart, all.RecordStop = p.RecordStart, p.RecordStop
					p = all
				}
				want, _ := drawn(t, role, p)
				for _, right := range []access.Right{access.Record, access.StopRecord} {
					if got := access.May(role, p, access.Exceptions{}, right); got != want[right] {
						t.Errorf("%s under %+v: %s is %v", role, p, right, got)
					}
				}
			}
			for _, low := range []access.Role{access.Attendee, access.Viewer, "nobody"} {
				p := access.Policy{RecordStart: low, RecordStop: low}
				if access.May(role, p, access.Exceptions{}, access.Record) || access.May(role, p, access.Exceptions{}, access.StopRecord) {
					t.Errorf("%s may record under %+v", role, p)
				}
			}
		}
	}
	if p := access.DefaultPolicy(); p.RecordStart != access.Moderator || p.RecordStop != access.Moderator {
		t.Errorf("by default %+v", p)
	}
}

// TestExceptions goes through every right, given to and taken from every role
// under every policy, one at a time and both at once.
func TestExceptions(t *testing.T) {
	for _, role := range access.Roles() {
		for _, p := range policies() {
			plain, excepted := drawn(t, role, p)
			if diff := cmp.Diff(excepted, access.Excepted()); diff != "" {
				t.Fatal(diff)
			}
			for right, without := range plain {
				given := access.Exceptions{Allow: []access.Right{right}}
				taken := access.Exceptions{Deny: []access.Right{right}}
				both := access.Exceptions{Allow: []access.Right{right}, Deny: []access.Right{right}}
				counts := slices.Contains(excepted, right) && !role.Moderates()
				publishes := right == access.Speak || right == access.ShowCamera || right == access.Share
				for what, test := range map[string]struct {
					e    access.Exceptions
					want bool
				}{
					"given":      {given, without || counts && (role != access.Viewer || !publishes)},
					"taken":      {taken, without && !counts},
					"both":       {both, without && !counts},
					"of another": {access.Exceptions{Allow: []access.Right{"fly"}, Deny: []access.Right{"fly"}}, without},
				} {
					if got := access.May(role, p, test.e, right); got != test.want {
						t.Errorf("%s under %+v, %s %s: %v", role, p, right, what, got)
					}
				}
				// No other right moves.
				for other, had := range plain {
					if other != right && access.May(role, p, both, other) != had {
						t.Errorf("%s under %+v: an exception about %s moved %s", role, p, right, other)
					}
				}
			}
		}
	}
}

func TestCheckExceptions(t *testing.T) {
	e, ok := access.Exceptions{Allow: []access.Right{access.Share, access.Speak, access.Share}, Deny: []access.Right{access.Chat}}.Check()
	want := access.Exceptions{Allow: []access.Right{access.Speak, access.Share}, Deny: []access.Right{access.Chat}}
	if !ok || !e.Equal(want) || e.Empty() {
		t.Errorf("%+v, %v", e, ok)
	}
	if none, ok := (access.Exceptions{}).Check(); !ok || !none.Empty() {
		t.Errorf("%+v, %v", none, ok)
	}
	for _, r := range []access.Right{"", "Speak", "fly", access.Remove, access.Admit, access.End, access.AssignRoles} {
		if _, ok := (access.Exceptions{Allow: []access.Right{r}}).Check(); ok {
			t.Errorf("%q can be given", r)
		}
		if _, ok := (access.Exceptions{Deny: []access.Right{access.Chat, r}}).Check(); ok {
			t.Errorf("%q can be taken", r)
		}
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

func TestWhoIsAlwaysSeen(t *testing.T) {
	for role, runs := range map[access.Role]bool{
		access.Owner: true, access.Moderator: true, access.Presenter: true, access.Attendee: false, access.Viewer: false,
	} {
		if role.Runs() != runs {
			t.Errorf("%s.Runs() = %v", role, role.Runs())
		}
	}
}

func TestGrants(t *testing.T) {
	for _, role := range access.Roles() {
		for _, p := range policies() {
			for _, e := range []access.Exceptions{{}, {Deny: []access.Right{access.SeePeople, access.ShowCamera}}, {Allow: []access.Right{access.Speak, access.SeeCameras}}} {
				for _, sharing := range []bool{true, false} {
					may := func(r access.Right) bool { return access.May(role, p, e, r) }
					got := access.GrantsFor(role, access.Allowed(role, p, e), sharing)
					want := access.Grants{
						Microphone: may(access.Speak), Camera: may(access.ShowCamera), Screen: sharing && may(access.Share),
						SeesAll: may(access.SeeCameras) && may(access.SeePeople),
						Seen:    role == access.Owner || role == access.Moderator || role == access.Presenter,
					}
					if got != want {
						t.Errorf("%s under %+v but %+v, sharing %v: %+v", role, p, e, sharing, got)
					}
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

func anyExceptions(t *rapid.T, label string) access.Exceptions {
	rights := rapid.SliceOfNDistinct(rapid.SampledFrom(access.Excepted()), 0, 5, rapid.ID[access.Right])
	return access.Exceptions{Allow: rights.Draw(t, label+" allows"), Deny: rights.Draw(t, label+" denies")}
}

// or allows what p or q allows.
func or(p, q access.Policy) access.Policy {
	return access.Policy{
		Microphone: p.Microphone || q.Microphone, Camera: p.Camera || q.Camera, Share: p.Share || q.Share,
		Chat: p.Chat || q.Chat, ChatPrivate: p.ChatPrivate || q.ChatPrivate, Reactions: p.Reactions || q.Reactions,
		RaiseHand: p.RaiseHand || q.RaiseHand, Rename: p.Rename || q.Rename,
		SeePeople: p.SeePeople || q.SeePeople, SeeCameras: p.SeeCameras || q.SeeCameras,
		RecordStart: lower(p.RecordStart, q.RecordStart), RecordStop: lower(p.RecordStop, q.RecordStop),
	}
}

// lower is the least role that either names.
func lower(a, b access.Role) access.Role {
	if a == "" || b != "" && access.Outranks(a, b) {
		return b
	}
	return a
}

// TestMoreIsMore: a higher role has every right of a lower one, and neither a
// policy that allows more nor an exception that allows takes a right away.
func TestMoreIsMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		high, low := anyRole(t, "high"), anyRole(t, "low")
		if access.Outranks(low, high) {
			high, low = low, high
		}
		p, q, e := anyPolicy(t, "p"), anyPolicy(t, "q"), anyExceptions(t, "e")
		for _, right := range access.Allowed(low, p, access.Exceptions{}) {
			if !access.May(high, p, access.Exceptions{}, right) {
				t.Errorf("%s may %s, %s may not", low, right, high)
			}
		}
		for _, right := range access.Allowed(low, p, e) {
			if !access.May(low, or(p, q), e, right) {
				t.Errorf("%s lost %s by a wider policy", low, right)
			}
			if !access.May(low, p, access.Exceptions{Allow: access.Excepted(), Deny: e.Deny}, right) {
				t.Errorf("%s lost %s by being allowed more", low, right)
			}
		}
	})
}

// TestNoExceptionMakesAModerator: what is given to one person is never more than
// a policy could give, and what runs a meeting is never taken.
func TestNoExceptionMakesAModerator(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		role, p, e := anyRole(t, "role"), anyPolicy(t, "p"), anyExceptions(t, "e")
		widest := access.DefaultPolicy()
		widest.RecordStart, widest.RecordStop = p.RecordStart, p.RecordStop // not a matter of exceptions
		for _, right := range access.Allowed(role, p, e) {
			if !access.May(role, widest, access.Exceptions{}, right) {
				t.Errorf("an exception gave %s to a %s", right, role)
			}
			if !role.Moderates() && slices.Contains(e.Deny, right) {
				t.Errorf("%s was taken from the %s, who has it", right, role)
			}
		}
		if role.Moderates() && !slices.Equal(access.Allowed(role, p, e), access.Allowed(role, p, access.Exceptions{})) {
			t.Errorf("an exception bound a %s", role)
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
