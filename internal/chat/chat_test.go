package chat_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"plenum/internal/chat"
	"plenum/internal/id"
)

func TestParseText(t *testing.T) {
	for name, tt := range map[string]struct {
		in, want string
		err      error
	}{
		"plain":               {in: "Good morning", want: "Good morning"},
		"markup is only text": {in: "<script>alert(1)</script>", want: "<script>alert(1)</script>"},
		"several lines":       {in: " one\r\ntwo\rthree\u2028four\n", want: "one\ntwo\nthree\nfour"},
		"tab":                 {in: "a\tb", want: "a b"},
		"control characters":  {in: "a\x00b\x1b[31mc\u0085d", want: "ab[31mcd"},
		"direction override":  {in: "abc\u202etxt.exe\u202c \u2066x\u2069", want: "abctxt.exe x"},
		"direction marks":     {in: "\u05d0\u200f!", want: "\u05d0\u200f!"},
		"joined emoji":        {in: "👩‍🔬", want: "👩‍🔬"},
		"broken UTF-8":        {in: "a\xffb", want: "a\uFFFDb"},
		"private use":         {in: "a\ue000b", want: "ab"},
		"empty":               {in: "", err: chat.ErrEmpty},
		"spaces":              {in: " \n\t ", err: chat.ErrEmpty},
		"only invisible":      {in: "\u200d\u202e\u200f", err: chat.ErrEmpty},
		"longest":             {in: strings.Repeat("€", chat.MaxText), want: strings.Repeat("€", chat.MaxText)},
		"too long":            {in: strings.Repeat("€", chat.MaxText+1), err: chat.ErrTooLong},
		"far too long":        {in: strings.Repeat("\x00", 1<<20), err: chat.ErrTooLong},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := chat.ParseText(tt.in)
			if got != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("ParseText(%q) = %q, %v; want %q, %v", tt.in, got, err, tt.want, tt.err)
			}
		})
	}
}

func FuzzParseText(f *testing.F) {
	f.Add("hello\u202e")
	f.Add("a\x00\n")
	f.Fuzz(func(t *testing.T, in string) {
		text, err := chat.ParseText(in)
		if err != nil {
			return
		}
		again, err := chat.ParseText(text)
		if err != nil || again != text {
			t.Errorf("ParseText is not stable: %q became %q, %v", text, again, err)
		}
		if !utf8.ValidString(text) || utf8.RuneCountInString(text) > chat.MaxText ||
			strings.ContainsAny(text, "\x00\r\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") {
			t.Errorf("ParseText(%q) let %q through", in, text)
		}
	})
}

func TestLogForgetsTheOldest(t *testing.T) {
	var log chat.Log
	ids := make([]id.Message, 0, chat.MaxMessages+3)
	for range chat.MaxMessages + 3 {
		m := chat.Message{ID: id.New[id.Message](), Text: "x"}
		ids = append(ids, m.ID)
		log.Add(m)
	}
	got := log.Messages()
	if len(got) != chat.MaxMessages || got[0].ID != ids[3] || got[len(got)-1].ID != ids[len(ids)-1] {
		t.Errorf("the log has %d messages beginning with %v", len(got), got[0].ID)
	}
	if _, found := log.Find(ids[0]); found {
		t.Error("a forgotten message was found")
	}
}

func TestLogIsBoundedInBytes(t *testing.T) {
	var log chat.Log
	for range 200 {
		log.Add(chat.Message{ID: id.New[id.Message](), Text: strings.Repeat("€", chat.MaxText)})
	}
	total := 0
	for _, m := range log.Messages() {
		total += len(m.Text)
	}
	if total > 512<<10 || total < 400<<10 {
		t.Errorf("the log holds %d bytes", total)
	}
}

func TestLogDelete(t *testing.T) {
	var log chat.Log
	a, b := chat.Message{ID: "a", Text: "1"}, chat.Message{ID: "b", Text: "2"}
	log.Add(a)
	log.Add(b)
	before := log.Messages()
	if !log.Delete("a") || log.Delete("a") {
		t.Error("Delete must succeed once")
	}
	if got := log.Messages(); len(got) != 1 || got[0].ID != "b" {
		t.Errorf("left are %v", got)
	}
	if before[0].ID != "a" || before[1].ID != "b" {
		t.Error("a copy handed out earlier changed")
	}
}
