package live_test

import (
	"encoding/json"
	"strings"
	"testing"

	"plenum/internal/access"
	"plenum/internal/fault"
	"plenum/internal/live"
	"plenum/internal/recording"
)

// until collects everything that comes, up to the first message of the kind that
// fits.
func (c *client) until(kind string, fits func(body string) bool) string {
	c.t.Helper()
	var all strings.Builder
	for {
		m, err := c.next()
		if err != nil {
			c.t.Fatalf("waiting for %q: %v", kind, err)
		}
		all.WriteString(m.Type + " " + string(m.Body) + "\n")
		if m.Type == kind && (fits == nil || fits(string(m.Body))) {
			return all.String()
		}
	}
}

func has(word string) func(string) bool {
	return func(body string) bool { return strings.Contains(body, word) }
}

// TestARecordingOnTheWire: what each may know, byte for byte. Others' answers, and
// why nothing is recorded, reach nobody who does not moderate.
func TestARecordingOnTheWire(t *testing.T) {
	s := serve(t, nil)
	owner, guest, other := s.join(access.Owner, "Olga"), s.join(access.Attendee, "Grace"), s.join(access.Attendee, "Edsger")
	if r := guest.welcome.Recording; r.State != "off" || guest.welcome.Consent != "" || r.Question != nil {
		t.Errorf("the welcome says %+v", r)
	}
	if refused := guest.do("record.start", live.RecordStart{}); refused != "right.missing" {
		t.Errorf("a guest starts a recording: %q", refused)
	}
	owner.send("record.start", live.RecordStart{Layout: "grid"})
	ofOwner := owner.until("recording", has(`"state":"on"`))
	ofGuest := guest.until("recording", has(`"state":"on"`))
	var on live.Recording
	at := strings.LastIndex(ofGuest, "recording {")
	if err := json.Unmarshal([]byte(ofGuest[at+len("recording "):]), &on); err != nil || on.Layout != "grid" || on.Question == nil || on.Question.Texts == nil {
		t.Errorf("on: %+v, %v", on, err)
	}
	if !strings.Contains(ofGuest, `"machine":"recorder"`) || !strings.Contains(ofGuest, `consent.mine {"answer":"asked"}`) {
		t.Errorf("a guest was told\n%s", ofGuest)
	}
	// The others say yes, no, and yes and no.
	yes := live.Consent{Recording: on.ID, Yes: true, Language: "en"}
	no := live.Consent{Recording: on.ID, Language: "en"}
	for _, answer := range []live.Consent{yes, no, yes} {
		if refused := other.do("consent", answer); refused != "" {
			t.Fatalf("an answer was refused: %q", refused)
		}
		if refused := owner.do("consent", answer); refused != "" {
			t.Fatalf("an answer was refused: %q", refused)
		}
	}
	if refused := other.do("consent", live.Consent{Recording: on.ID, Yes: true, Version: 9, Language: "en"}); refused != "consent.changed" {
		t.Errorf("a yes to other words: %q", refused)
	}
	take := s.records.Takes()[0]
	take.Tell(recording.Standing{Connected: true, Trouble: fault.New("x", fault.Unavailable, "disk.full", "x")})
	ofOwner += owner.until("recording", has(`"trouble":"disk.full"`))
	late := s.join(access.Attendee, "Late")
	raw, err := json.Marshal(late.welcome)
	if err != nil {
		t.Fatal(err)
	}
	if late.welcome.Recording.State != "on" || late.welcome.Consent != "asked" {
		t.Errorf("a late one is welcomed with %s", raw)
	}
	ofGuest += string(raw)
	take.Tell(recording.Standing{Ended: true})
	ofOwner += owner.until("recording", has(`"state":"off"`))
	ofGuest += guest.until("recording", has(`"state":"off"`))
	ofGuest += late.until("recording", has(`"state":"off"`))

	for _, hidden := range []string{"trouble", "disk.full", "recording.broken", "unavailable", "interrupted", `"consent":"yes"`, `"consent":"no"`, `"answer":"yes"`, `"answer":"no"`} {
		if strings.Contains(ofGuest, hidden) {
			t.Errorf("%s reached a guest:\n%s", hidden, ofGuest)
		}
	}
	for _, shown := range []string{`"trouble":"disk.full"`, `"trouble":"recording.broken"`} {
		if !strings.Contains(ofOwner, shown) {
			t.Errorf("%s did not reach the owner:\n%s", shown, ofOwner)
		}
	}
	if strings.Contains(ofGuest, "seat.changed") {
		t.Errorf("a guest was told that somebody has answered:\n%s", ofGuest)
	}
	var again live.Welcome
	back := s.dial()
	back.send("hello", live.Hello{Version: live.Version, Resume: owner.welcome.Resume})
	read(back, "welcome", &again)
	if again.Recording.Trouble != "recording.broken" || again.Consent != "" {
		t.Errorf("the owner comes back to %+v", again.Recording)
	}
}

// TestAnswersOnTheWire: a moderator sees who has answered what.
func TestAnswersOnTheWire(t *testing.T) {
	s := serve(t, nil)
	owner, guest := s.join(access.Owner, "Olga"), s.join(access.Attendee, "Grace")
	owner.send("record.start", live.RecordStart{})
	guest.until("recording", has(`"state":"on"`))
	id := s.records.Takes()[0].Order.ID
	guest.send("consent", live.Consent{Recording: string(id), Yes: true, Language: "nl"})
	if told := guest.until("ok", nil); !strings.Contains(told, `consent.mine {"answer":"yes"}`) {
		t.Errorf("the guest was told\n%s", told)
	}
	var seat live.Seat
	for seat.Consent != "yes" {
		read(owner, "seat.changed", &seat)
	}
	if seat.ID != guest.welcome.You {
		t.Errorf("the owner was told %+v", seat)
	}
	guest.send("consent", live.Consent{Recording: string(id), Language: "nl", Past: true})
	if read(owner, "seat.changed", &seat); seat.Consent != "no" || seat.ID != guest.welcome.You {
		t.Errorf("the owner was told %+v", seat)
	}
	if got := s.records.Takes()[0].Consents(); len(got) > 0 {
		t.Errorf("recorded are %v", got)
	}
}
