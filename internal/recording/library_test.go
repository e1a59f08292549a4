package recording_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"plenum/internal/recording"
)

var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// TestAllowedTable: what each of those alone may do whose relation has one word.
func TestAllowedTable(t *testing.T) {
	const watch, download, manage, oversee, withdraw = "w", "d", "m", "o", "x"
	nobody, all := "", watch+download+manage+oversee
	type row struct {
		viewer recording.Viewer
		rel    recording.Relation
		// Shared with nobody, participants, members, link; each without and with Download.
		may [4][2]string
	}
	same := func(may string) [4][2]string {
		return [4][2]string{{may, may}, {may, may}, {may, may}, {may, may}}
	}
	asShared := [2]string{watch, watch + download}
	for name, r := range map[string]row{
		"a stranger":             {recording.Viewer{}, recording.Relation{}, same(nobody)},
		"a foreign account":      {recording.Viewer{User: "u"}, recording.Relation{}, same(nobody)},
		"an owner":               {recording.Viewer{User: "u"}, recording.Relation{Owner: true}, same(all)},
		"a key":                  {recording.Viewer{Key: true}, recording.Relation{}, same(all)},
		"an administrator":       {recording.Viewer{User: "u", Admin: true}, recording.Relation{}, same(oversee)},
		"an account":             {recording.Viewer{User: "u"}, recording.Relation{Member: true}, [4][2]string{{}, {}, asShared, {}}},
		"who has shown the link": {recording.Viewer{Link: true}, recording.Relation{}, [4][2]string{{}, {}, {}, asShared}},
		"who was in it": {recording.Viewer{User: "u"}, recording.Relation{Participant: true}, [4][2]string{
			{withdraw, withdraw}, {watch + withdraw, watch + download + withdraw}, {withdraw, withdraw}, {watch + withdraw, watch + download + withdraw},
		}},
	} {
		for i, with := range audiences() {
			for j, down := range []bool{false, true} {
				may := recording.Recording{Sharing: recording.Sharing{With: with, Download: down}}.Allowed(r.viewer, r.rel, now)
				if got := letters(may); got != r.may[i][j] {
					t.Errorf("%s, shared with %s, download %v: %q, want %q", name, with, down, got, r.may[i][j])
				}
			}
		}
	}
}

func audiences() []recording.Audience {
	return []recording.Audience{recording.Nobody, recording.Participants, recording.Members, recording.Link}
}

func letters(may recording.Rights) string {
	var s strings.Builder
	for _, r := range []struct {
		has    bool
		letter string
	}{{may.Watch, "w"}, {may.Download, "d"}, {may.Manage, "m"}, {may.Oversee, "o"}, {may.Withdraw, "x"}} {
		if r.has {
			s.WriteString(r.letter)
		}
	}
	return s.String()
}

// TestAllowedOfSeveral: whoever is several things may do what each of them may, and
// nothing more. It goes through everything there is.
func TestAllowedOfSeveral(t *testing.T) {
	const parts = 6
	is := func(n int) (v recording.Viewer, rel recording.Relation) {
		v.Admin, v.Key, v.Link = n&1 != 0, n&2 != 0, n&4 != 0
		rel.Owner, rel.Participant, rel.Member = n&8 != 0, n&16 != 0, n&32 != 0
		return v, rel
	}
	for _, with := range audiences() {
		for _, down := range []bool{false, true} {
			for expiry, expires := range map[string]time.Time{"never": {}, "later": now.Add(time.Nanosecond), "now": now, "before": now.Add(-time.Hour)} {
				r := recording.Recording{Sharing: recording.Sharing{With: with, Download: down, LinkExpires: expires}}
				for n := range 1 << parts {
					var want recording.Rights
					for part := range parts {
						v, rel := is(n & (1 << part))
						may := r.Allowed(v, rel, now)
						want.Watch, want.Download, want.Manage = want.Watch || may.Watch, want.Download || may.Download, want.Manage || may.Manage
						want.Oversee, want.Withdraw = want.Oversee || may.Oversee, want.Withdraw || may.Withdraw
					}
					v, rel := is(n)
					got := r.Allowed(v, rel, now)
					if got != want {
						t.Errorf("%s %v %s %+v %+v: %+v, want %+v", with, down, expiry, v, rel, got, want)
					}
					if over := expiry == "now" || expiry == "before"; over && v == (recording.Viewer{Link: true}) && rel == (recording.Relation{}) && got != (recording.Rights{}) {
						t.Errorf("a link that is over opens %+v", got)
					}
					if got.Download && !got.Watch || got.Manage && (!got.Watch || !got.Oversee) {
						t.Errorf("%s %v %+v %+v: half a right %+v", with, down, v, rel, got)
					}
				}
			}
		}
	}
}

// What is not an audience lets nobody in.
func TestAllowedUnknownAudience(t *testing.T) {
	for _, with := range []recording.Audience{"", "everybody", "LINK"} {
		r := recording.Recording{Sharing: recording.Sharing{With: with, Download: true}}
		may := r.Allowed(recording.Viewer{User: "u", Link: true}, recording.Relation{Member: true, Participant: true}, now)
		if may.Watch || may.Download || may.Manage {
			t.Errorf("%q: %+v", with, may)
		}
	}
}

// What is printed or logged of a recording has no words of people in it.
func TestRecordingsRedactThemselves(t *testing.T) {
	r := recording.Recording{Title: "canary", Chapters: []recording.ChapterMark{{Title: "canary"}}, Assets: []recording.Asset{{Name: "canary"}}}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if s := fmt.Sprintf(format, r); len(s) == 0 || strings.Contains(s, "canary") {
			t.Errorf("%s: %s", format, s)
		}
	}
}
