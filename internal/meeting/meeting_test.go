package meeting_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/meeting"
)

func TestParseWelcome(t *testing.T) {
	tests := []struct {
		in, want string
		err      error
	}{
		{"", "", nil},
		{"  Kom binnen.\r\n\r\n\tAgenda:\n- 1 \n", "Kom binnen.\n\n\tAgenda:\n- 1", nil},
		{"<b>bold</b>", "<b>bold</b>", nil},
		{strings.Repeat("é", meeting.MaxWelcome), strings.Repeat("é", meeting.MaxWelcome), nil},
		{strings.Repeat("é", meeting.MaxWelcome+1), "", meeting.ErrTextTooLong},
		{strings.Repeat("x", 1_000_000), "", meeting.ErrTextTooLong},
		{"a\x00", "", meeting.ErrTextInvalid},
		{"a\rb", "", meeting.ErrTextInvalid},
		{"\u202eevil", "", meeting.ErrTextInvalid},
		{"\xff", "", meeting.ErrTextInvalid},
	}
	for _, test := range tests {
		got, err := meeting.ParseWelcome(test.in)
		if got != test.want || !errors.Is(err, test.err) {
			t.Errorf("%.20q: %.20q %v, want %.20q %v", test.in, got, err, test.want, test.err)
		}
	}
}

func TestParseMaxShares(t *testing.T) {
	for n, ok := range map[int]bool{-1: false, 0: false, 1: true, 8: true, 9: false} {
		got, err := meeting.ParseMaxShares(n)
		if ok != (err == nil) || ok && got != n {
			t.Errorf("%d: %d %v", n, got, err)
		}
	}
}

func TestNew(t *testing.T) {
	now := time.Now()
	a, b := meeting.New("t", "u", "Raad", now), meeting.New("t", "u", "Raad", now)
	if a.ID == b.ID || len(a.ID) != 26 {
		t.Errorf("ids %s and %s", a.ID, b.ID)
	}
	if a.Tenant != "t" || a.Owner != "u" || a.Name != "Raad" || a.Policy != access.DefaultPolicy() || a.MaxShares != 2 || a.CreatedAt != now || a.Ended || a.Locked {
		t.Errorf("%+v", a)
	}
	if _, err := meeting.ParseName(meeting.DefaultName); err != nil {
		t.Error(err)
	}
}
