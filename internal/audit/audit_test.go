package audit_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"plenum/internal/audit"
	"plenum/internal/id"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 123_000_000, time.UTC)

// sample is a log in memory: entries 1 to 30 with a checkpoint at 10 and 20.
type sample struct {
	end         audit.Checkpoint
	checkpoints map[int64]audit.Checkpoint
	records     []audit.Record
	signer      audit.Signer
}

func newSample() *sample {
	s := &sample{checkpoints: map[int64]audit.Checkpoint{}, signer: audit.NewSigner([32]byte{1})}
	tenant, hash := id.New[id.Tenant](), audit.Beginning()
	for seq := int64(1); seq <= 30; seq++ {
		r := audit.Follow(audit.Entry{
			Tenant: tenant, At: noon, Action: audit.SeatRemoved, Credential: "invite:" + id.New[string](),
			Actor:   audit.Party{Kind: audit.User, ID: id.New[string]()},
			Subject: audit.Party{Kind: audit.Seat, ID: id.New[string]()},
			Meeting: id.New[id.Meeting](), Detail: map[string]string{"ban": "true"},
		}, seq, hash)
		hash = r.Hash
		s.records = append(s.records, r)
		s.end = s.signer.Sign(audit.Checkpoint{Tenant: tenant, Seq: seq, At: noon, Hash: hash})
		if seq%10 == 0 {
			s.checkpoints[seq] = s.end
		}
	}
	s.records[21] = s.signer.RedactActor(s.records[21])
	return s
}

func (s *sample) walk(t *testing.T, w audit.Walker, after int64) {
	t.Helper()
	must(t, w.Begin(s.end, after))
	for _, r := range s.records {
		if r.Seq <= after {
			continue
		}
		must(t, w.Record(r))
		if c, known := s.checkpoints[r.Seq]; known {
			must(t, w.Checkpoint(c))
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *sample) export(t *testing.T, f audit.Format, after int64) string {
	t.Helper()
	var b strings.Builder
	s.walk(t, audit.NewWriter(f, &b, s.signer.Public(), "1.0|x"), after)
	return b.String()
}

func verifyText(text string) (*audit.Problem, error) {
	report, _, err := audit.VerifyFile(strings.NewReader(text))
	return report.Problem, err
}

func TestFileIsSound(t *testing.T) {
	s := newSample()
	for _, after := range []int64{0, 5, 10, 29, 30} {
		report, key, err := audit.VerifyFile(strings.NewReader(s.export(t, audit.JSONL, after)))
		must(t, err)
		if report.Problem != nil || report.Entries != 30-after || !bytes.Equal(key, s.signer.Public()) {
			t.Errorf("after %d: %d entries, %v", after, report.Entries, report.Problem)
		}
	}
}

// Every byte of an export counts: whichever is changed, the file is not sound.
func TestFileFlippedByte(t *testing.T) {
	s := newSample()
	text := s.export(t, audit.JSONL, 19) // the verifier reads it for each byte
	number := regexp.MustCompile(`"entry":\{"seq":(\d+),`)
	start := 0
	for _, line := range strings.SplitAfter(text, "\n") {
		for i := range len(line) {
			spoilt := []byte(text)
			spoilt[start+i] ^= 1
			p, err := verifyText(string(spoilt))
			if p == nil && err == nil {
				t.Fatalf("byte %d of %.80s: not found", i, line)
			}
			entry := number.FindStringSubmatch(line)
			inside := i > len(`{"type":"entry","entry":{"seq":10`) && i < len(line)-1
			if entry != nil && inside && p != nil && strconv.FormatInt(p.From, 10) != entry[1] {
				t.Fatalf("byte %d of %.80s: found %v", i, line, p)
			}
		}
		start += len(line)
	}
}

func TestFileLines(t *testing.T) {
	s := newSample()
	lines := strings.SplitAfter(strings.TrimSuffix(s.export(t, audit.JSONL, 0), "\n"), "\n")
	lines[len(lines)-1] += "\n"
	at := func(seq int) int { // index of an entry's line
		for i, line := range lines {
			if strings.Contains(line, fmt.Sprintf(`"entry":{"seq":%d,`, seq)) {
				return i
			}
		}
		t.Fatal("no such entry")
		return 0
	}
	without := func(from, to int) string {
		return strings.Join(append(append([]string{}, lines[:from]...), lines[to:]...), "")
	}
	swapped := append([]string{}, lines...)
	swapped[at(3)], swapped[at(4)] = swapped[at(4)], swapped[at(3)]
	for name, test := range map[string]struct{ text, found string }{
		"one missing":            {without(at(7), at(7)+1), "entry 7 of TENANT is missing"},
		"three missing":          {without(at(12), at(15)), "entries 12 to 14 of TENANT are missing"},
		"last missing":           {without(at(30), at(30)+1), "entry 30 of TENANT is missing"},
		"first missing":          {without(at(1), at(2)), "entry 1 of TENANT is missing"},
		"end cut off":            {without(at(25), len(lines)), "entries 25 to 30 of TENANT are missing"},
		"cut at a checkpoint":    {without(at(21), len(lines)), "entries 21 to 30 of TENANT are missing"},
		"twice":                  {strings.Join(lines[:at(7)+1], "") + lines[at(7)] + strings.Join(lines[at(8):], ""), "entry 7 of TENANT was put in"},
		"swapped":                {strings.Join(swapped, ""), "entry 3 of TENANT is missing"},
		"checkpoints missing":    {strings.ReplaceAll(without(at(10)+1, at(11)), lines[at(20)+1], ""), ""},
		"checkpoint of nowhere":  {strings.Join(lines[:at(5)], "") + lines[at(10)+1] + strings.Join(lines[at(5):], ""), "entries 5 to 10 of TENANT are missing"},
		"checkpoint comes late":  {strings.Join(lines, "") + lines[at(10)+1], "entries 11 to 30 of TENANT were put in"},
		"end of another log":     {newSample().export(t, audit.JSONL, 30) + strings.Join(lines[1:], ""), ""},
		"end of another server":  {resigned(t, s), "the end at entry 30 of TENANT was not signed by this server: something after entry 0 was rewritten or is missing"},
		"nothing":                {"", "audit.file"},
		"no log":                 {"name,email\n", "audit.file"},
		"an entry alone":         {lines[at(3)], "audit.file"},
		"two logs":               {strings.Join(lines, "") + lines[0], "audit.file"},
		"a line longer than any": {`{"type":"` + strings.Repeat("x", 300_000), "audit.file"},
	} {
		p, err := verifyText(test.text)
		got := ""
		switch {
		case err != nil:
			got = "audit.file"
		case p != nil:
			got = strings.ReplaceAll(p.String(), string(s.end.Tenant), "TENANT")
		}
		if name == "end of another log" {
			if got == "" {
				t.Error(name, "not found")
			}
			continue
		}
		if got != test.found {
			t.Errorf("%s: found %q, want %q", name, got, test.found)
		}
	}
}

// resigned is an export whose end somebody else signed, with checkpoints left out.
func resigned(t *testing.T, s *sample) string {
	t.Helper()
	forged := &sample{signer: s.signer, records: s.records, end: audit.NewSigner([32]byte{2}).Sign(s.end)}
	forged.records = append([]audit.Record{}, s.records...)
	return forged.export(t, audit.JSONL, 0)
}

// What a table, a collector of events and a log daemon get is one record an
// entry, whatever stands in it: even a database that somebody spoilt.
func TestExportsAreEscaped(t *testing.T) {
	s := newSample()
	for i, evil := range []string{"=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "a\nb,\"c\"", `x|y\z=1`, `"] <13>1 forged`, "a\r\nCEF:0|x"} {
		s.records[i].Credential = evil
		s.records[i].DetailText = evil
		s.records[i].Action = audit.Action(evil)
	}

	table, err := csv.NewReader(strings.NewReader(s.export(t, audit.CSV, 0))).ReadAll()
	must(t, err)
	if len(table) != 31 {
		t.Errorf("%d lines in the table", len(table))
	}
	for _, row := range table {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
				t.Errorf("a formula: %q", cell)
			}
		}
	}
	if table[1][5] != "'=cmd|'/c calc'!A1" || table[7][5] != "a\nb,\"c\"" || table[0][2] != "action" {
		t.Errorf("cells: %q", table[:8])
	}

	text := s.export(t, audit.CEF, 0)
	header := regexp.MustCompile(`^CEF:0\|Plenum\|Plenum\|1\.0\\\|x\|(?:[^|\\]|\\.)*\|(?:[^|\\]|\\.)*\|[35]\|rt=\d+ externalId=\d+( [a-zA-Z0-9]+=(?:[^=\\]|\\.)*)+$`)
	eachLine(t, text, 30, header)
	if !strings.Contains(text, `cs4=x|y\\z\=1`) || !strings.Contains(text, `cs4=a\r\nCEF:0|x`) {
		t.Error("CEF values are not escaped")
	}

	text = s.export(t, audit.Syslog, 0)
	eachLine(t, text, 30, regexp.MustCompile(`^<1(09|10)>1 2026-11-21T12:00:00\.123Z - plenum - [!-~]{1,32} \[plenum@32473( [a-zA-Z]+="(?:[^"\\\]]|\\["\\\]])*")+\]$`))
	if !strings.Contains(text, `credential="\"\] <13>1 forged"`) {
		t.Error("syslog values are not escaped")
	}
}

func eachLine(t *testing.T, text string, n int, shape *regexp.Regexp) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) != n {
		t.Errorf("%d lines, want %d", len(lines), n)
	}
	for _, line := range lines {
		if !shape.MatchString(line) {
			t.Errorf("not of the shape: %q", line)
		}
	}
}

func FuzzVerifyFile(f *testing.F) {
	s := newSample()
	var b bytes.Buffer
	w := audit.NewWriter(audit.JSONL, &b, s.signer.Public(), "1")
	w.Begin(s.end, 28) //nolint:errcheck // to memory
	for _, r := range s.records[28:] {
		w.Record(r) //nolint:errcheck // to memory
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"type":"log","log":{"version":1}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		report, key, err := audit.VerifyFile(bytes.NewReader(text))
		if err == nil && report.Problem == nil && len(key) == 0 {
			t.Error("sound without a key")
		}
		if report.Problem != nil && report.Problem.String() == "" {
			t.Error("a problem without words")
		}
	})
}
