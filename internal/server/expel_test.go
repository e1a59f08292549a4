package server_test

import (
	"net/http"
	"testing"

	"plenum/internal/access"
	"plenum/internal/live"
	"plenum/internal/server/servertest"
)

// TestAClosedAccountLeaves: disabled by an administrator, somebody is out of the
// room at once, at the SFU too, and comes back by nothing, also after a restart.
func TestAClosedAccountLeaves(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	ada := s.SetUp(t, "")
	ada.PassSecondFactor(t)
	m := s.CreateMeeting(t, "Council")
	watcher := s.Browser(t, "").Join(t, m, access.Owner, "Watcher")
	mallory, account := person(t, s, ada, "Mallory")
	inside := mallory.Join(t, m, access.Moderator, "Mallory")
	ws, status := rtc(t, mallory, inside.Welcome.Media.Token)
	if ws == nil {
		t.Fatalf("the SFU does not open: %d", status)
	}
	token := refreshed(t, ws)
	unused := mallory.Ticket(t, m, "", "Mallory")

	if status := ada.Call(t, http.MethodPatch, "/api/v1/people/"+account, map[string]any{"disabled": true}, nil); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	if bye := inside.Ended(t); bye.Reason != "removed" {
		t.Errorf("Mallory is told %q", bye.Reason)
	}
	var left live.SeatLeft
	if watcher.Await(t, "seat.left", &left); left.Seat != inside.Welcome.You || left.Reason != "removed" {
		t.Errorf("the others are told %+v", left)
	}
	for err := error(nil); err == nil; { // until the SFU has closed
		_, _, err = ws.Read(t.Context())
	}
	if _, status := rtc(t, mallory, token); status != http.StatusUnauthorized {
		t.Errorf("the SFU's refreshed token: %d", status)
	}
	if _, refused := mallory.Hello(t, live.Hello{Version: live.Version, Ticket: unused}); refused != "ticket.invalid" {
		t.Errorf("a ticket from before: %q", refused)
	}
	if _, refused := mallory.Resume(t, inside); refused != "account.disabled" {
		t.Errorf("coming back: %q", refused)
	}
	again := s.Restart(t)
	if _, refused := again.Browser(t, "").Resume(t, inside); refused != "account.disabled" {
		t.Errorf("coming back after a restart: %q", refused)
	}
}
