package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"plenum/internal/audit"
	"plenum/internal/id"
	"plenum/internal/store"
	"plenum/internal/store/pgtest"
	"plenum/internal/user"
)

// logbook is an organisation's log of 250 entries, with checkpoints at 100 and
// 200, and a way around the program to its tables.
type logbook struct {
	*testing.T
	store  *store.Store
	raw    *sql.DB
	tenant id.Tenant
	person id.User // acted in the even entries, was acted upon in those divisible by 5
}

const logEntries = 250

// TestAudit runs on both databases; each block of a part gets a log of its own.
func TestAudit(t *testing.T) {
	server := pgtest.Start(t)
	parts := map[string]func(each func(func(*logbook))){
		"Sound":               auditSound,
		"FlippedByte":         auditFlippedByte,
		"TakenOut":            auditTakenOut,
		"PutIn":               auditPutIn,
		"Rewritten":           auditRewritten,
		"Redact":              auditRedact,
		"Retention":           auditRetention,
		"Together":            auditTogether,
		"RefusesPersonalData": auditRefusesPersonalData,
	}
	for name, part := range parts {
		t.Run("SQLite/"+name, func(t *testing.T) {
			part(func(test func(*logbook)) {
				path := filepath.Join(t.TempDir(), "plenum.db")
				test(newLogbook(t, store.Config{Path: path}, "sqlite", path))
			})
		})
		t.Run("PostgreSQL/"+name, func(t *testing.T) {
			part(func(test func(*logbook)) {
				url := server.Database(t)
				test(newLogbook(t, store.Config{URL: url}, "pgx", url))
			})
		})
	}
}

func newLogbook(t *testing.T, c store.Config, driver, address string) *logbook {
	t.Helper()
	c.AuditKey = audit.NewSigner([32]byte{1})
	b := &logbook{T: t, store: open(t, c), person: id.New[id.User]()}
	home, err := b.store.Home(t.Context())
	ok(t, err)
	b.tenant = home.ID
	b.raw, err = sql.Open(driver, address)
	ok(t, err)
	t.Cleanup(func() { b.raw.Close() })
	var batch []audit.Entry
	for i := 1; i <= logEntries; i++ {
		if batch = append(batch, b.entry(i)); len(batch) == 10 {
			ok(t, b.store.Record(t.Context(), batch...))
			batch = nil
		}
	}
	return b
}

func (b *logbook) entry(i int) audit.Entry {
	e := audit.Entry{
		Tenant: b.tenant, At: noon.Add(time.Duration(i) * time.Second), Action: audit.RoleSet, Credential: "session",
		Actor:   audit.Party{Kind: audit.User, ID: id.New[string]()},
		Meeting: id.New[id.Meeting](), Subject: audit.Party{Kind: audit.Seat, ID: id.New[string]()},
		Detail: map[string]string{"from": "attendee", "to": "presenter"},
	}
	if i%2 == 0 {
		e.Actor.ID = string(b.person)
	}
	if i%5 == 0 {
		e.Subject = audit.Party{Kind: audit.User, ID: string(b.person)}
	}
	return e
}

// exec goes around the program.
func (b *logbook) exec(statement string, args ...any) {
	b.Helper()
	if _, err := b.raw.ExecContext(b.Context(), statement, args...); err != nil {
		b.Fatalf("%s: %v", statement, err)
	}
}

func (b *logbook) verify() *audit.Problem {
	b.Helper()
	report, err := b.store.VerifyAudit(b.Context(), b.tenant)
	ok(b.T, err)
	return report.Problem
}

// finds checks that the log is not sound, and where.
func (b *logbook) finds(name, what string, from, through int64) {
	b.Helper()
	p := b.verify()
	if p == nil {
		b.Fatalf("%s: not found", name)
	}
	if p.What != what || p.From != from || p.Through != through || p.Tenant != b.tenant {
		b.Errorf("%s: found %s %d–%d (%v), want %s %d–%d", name, p.What, p.From, p.Through, p, what, from, through)
	}
}

// spoil changes one value and puts it back after checking.
func (b *logbook) spoil(table, column string, seq int64, check func(name string)) {
	b.Helper()
	where := fmt.Sprintf(" WHERE tenant_id = '%s' AND seq = %d", b.tenant, seq)
	var value any
	ok(b.T, b.raw.QueryRowContext(b.Context(), "SELECT "+column+" FROM "+table+where).Scan(&value))
	var other any
	switch v := value.(type) {
	case []byte:
		flipped := append([]byte{}, v...)
		flipped[len(flipped)/2] ^= 1
		other = flipped
	case string:
		flipped := append([]byte(" "+v), ' ')
		if len(v) > 0 {
			flipped = []byte(v)
			flipped[len(v)/2] ^= 1
		}
		other = string(flipped)
	case int64:
		other = v ^ 4096
	default:
		b.Fatalf("%s.%s is a %T", table, column, value)
	}
	b.exec("UPDATE "+table+" SET "+column+" = $1"+where, other)
	check(table + "." + column)
	if column == "seq" {
		where = fmt.Sprintf(" WHERE tenant_id = '%s' AND seq = %d", b.tenant, other)
	}
	b.exec("UPDATE "+table+" SET "+column+" = $1"+where, value)
	if p := b.verify(); p != nil {
		b.Fatalf("%s.%s was put back: %v", table, column, p)
	}
}

func auditSound(each func(func(*logbook))) {
	each(func(b *logbook) {
		report, err := b.store.VerifyAudit(b.Context(), b.tenant)
		ok(b.T, err)
		if report.Problem != nil || report.Entries != logEntries || report.End.Seq != logEntries {
			b.Fatalf("%d entries, problem %v", report.Entries, report.Problem)
		}
		page, err := b.store.AuditPage(b.Context(), b.tenant, audit.Filter{}, 101, 2)
		ok(b.T, err)
		if len(page) != 2 || page[0].Seq != 100 || page[1].Seq != 99 || page[1].Detail["to"] != "presenter" {
			b.Errorf("page: %+v", page)
		}
		for name, f := range map[string]audit.Filter{
			"actor":   {Actor: string(b.person)},
			"subject": {Subject: string(b.person)},
			"meeting": {Meeting: string(page[0].Meeting)},
			"action":  {Action: audit.RoleSet},
			"nothing": {Action: audit.Admitted},
			"time":    {From: page[0].At, Until: page[0].At.Add(time.Millisecond)},
		} {
			found, err := b.store.AuditPage(b.Context(), b.tenant, f, logEntries+1, 1000)
			ok(b.T, err)
			want := map[string]int{"actor": 125, "subject": 50, "meeting": 1, "action": 250, "nothing": 0, "time": 1}[name]
			same(b.T, name, len(found), want)
		}
	})
}

func auditFlippedByte(each func(func(*logbook))) {
	columns := []string{
		"at", "action", "actor_kind", "actor_id", "credential", "actor_proof", "actor_commitment", "meeting_id",
		"subject_kind", "subject_id", "subject_proof", "subject_commitment", "detail", "previous", "hash",
	}
	each(func(b *logbook) {
		for _, seq := range []int64{1, 47, 100, 101, logEntries} {
			for _, column := range columns {
				b.spoil("audit_entry", column, seq, func(name string) { b.finds(name, audit.Changed, seq, seq) })
			}
			b.spoil("audit_entry", "seq", seq, func(name string) { b.finds(name, audit.Missing, seq, seq) })
		}
		for _, column := range []string{"first", "at", "hash", "signature"} {
			b.spoil("audit_checkpoint", column, 100, func(name string) { b.finds(name, audit.Forged, 100, 100) })
			b.spoil("audit_chain", column, logEntries, func(name string) {
				if p := b.verify(); p == nil || p.What != audit.Unsigned || p.Through != logEntries {
					b.Errorf("%s: %v", name, p)
				}
			})
		}
		b.spoil("audit_checkpoint", "seq", 100, func(name string) {
			if p := b.verify(); p == nil || p.What != audit.Forged {
				b.Errorf("%s: %v", name, p)
			}
		})
		b.spoil("audit_chain", "seq", logEntries, func(name string) {
			if p := b.verify(); p == nil {
				b.Errorf("%s: not found", name)
			}
		})
	})
}

func auditTakenOut(each func(func(*logbook))) {
	each(func(b *logbook) {
		b.exec("DELETE FROM audit_entry WHERE seq = 47")
		b.finds("one", audit.Missing, 47, 47)
		b.exec("UPDATE audit_entry SET seq = -seq WHERE seq > 47")
		b.exec("UPDATE audit_entry SET seq = -seq - 1 WHERE seq < 0")
		if p := b.verify(); p == nil || p.What != audit.Moved || p.From != 47 || p.Instead != 48 {
			b.Errorf("closed up: %v", p)
		}
	})
	each(func(b *logbook) {
		b.exec("DELETE FROM audit_entry WHERE seq > 240")
		b.finds("the end", audit.Missing, 241, logEntries)
		b.exec("DELETE FROM audit_entry WHERE seq > 130")
		b.finds("beyond a checkpoint", audit.Missing, 131, 200)
		// The forger takes the checkpoint away and moves the end back.
		b.exec("DELETE FROM audit_checkpoint WHERE seq > 100")
		b.exec("UPDATE audit_chain SET seq = 130, hash = (SELECT hash FROM audit_entry WHERE seq = 130)")
		b.finds("with the end moved", audit.Unsigned, 100, 130)
	})
	each(func(b *logbook) { // an older end, signed, does not fit
		var hash, signature []byte
		var at int64
		ok(b.T, b.raw.QueryRowContext(b.Context(), "SELECT at, hash, signature FROM audit_checkpoint WHERE seq = 200").Scan(&at, &hash, &signature))
		b.exec("UPDATE audit_chain SET seq = 200, at = $1, hash = $2, signature = $3", at, hash, signature)
		b.finds("a checkpoint as the end", audit.Inserted, 201, 201)
	})
	each(func(b *logbook) { // as if they had expired
		b.exec("DELETE FROM audit_entry WHERE seq <= 100")
		b.finds("the beginning", audit.Missing, 1, 100)
		b.exec("UPDATE audit_chain SET first = 100")
		b.finds("with the beginning moved", audit.Unsigned, 200, logEntries)
	})
}

func auditPutIn(each func(func(*logbook))) {
	// copied puts the entry numbered from in at place.
	copied := func(b *logbook, from, place int64) {
		b.exec(`INSERT INTO audit_entry SELECT tenant_id, CAST($1 AS BIGINT), at, action, actor_kind, actor_id, credential, actor_proof, actor_commitment,
			meeting_id, subject_kind, subject_id, subject_proof, subject_commitment, detail, previous, hash FROM audit_entry WHERE seq = $2`, place, from)
	}
	each(func(b *logbook) {
		copied(b, 250, 251)
		b.finds("at the end", audit.Inserted, 250, 250)
		b.exec("DELETE FROM audit_entry WHERE seq = 251")
		copied(b, 1, 0)
		b.finds("before the beginning", audit.Inserted, 0, 0)
	})
	each(func(b *logbook) {
		b.exec("UPDATE audit_entry SET seq = -seq WHERE seq > 46")
		b.exec("UPDATE audit_entry SET seq = 1 - seq WHERE seq < 0")
		forged := audit.Follow(b.entry(47), 47, b.hash(46))
		b.insert(forged)
		b.finds("in the middle, with a right hash", audit.Inserted, 47, 47)
	})
	each(func(b *logbook) {
		for _, step := range [][2]int{{47, -1}, {120, 47}, {-1, 120}} {
			b.exec(fmt.Sprintf("UPDATE audit_entry SET seq = %d WHERE seq = %d", step[1], step[0]))
		}
		if p := b.verify(); p == nil || p.What != audit.Moved || p.From != 47 || p.Instead != 120 {
			b.Errorf("swapped: %v", p)
		}
	})
}

func (b *logbook) hash(seq int64) (hash []byte) {
	b.Helper()
	ok(b.T, b.raw.QueryRowContext(b.Context(), "SELECT hash FROM audit_entry WHERE seq = $1", seq).Scan(&hash))
	return hash
}

// insert writes an entry as the program would.
func (b *logbook) insert(r audit.Record) {
	b.Helper()
	b.exec(`INSERT INTO audit_entry VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		string(r.Tenant), r.Seq, r.At.UnixMilli(), string(r.Action), string(r.Actor.Kind), r.Actor.ID, r.Credential,
		r.ActorPart.Proof, r.ActorPart.Commitment, string(r.Meeting), string(r.Subject.Kind), r.Subject.ID,
		r.SubjectPart.Proof, r.SubjectPart.Commitment, r.DetailText, r.Previous, r.Hash)
}

// A forger who knows how hashes are made, and has all but the key.
func auditRewritten(each func(func(*logbook))) {
	rewrite := func(b *logbook, from, through int64) {
		previous := b.hash(from - 1)
		b.exec("DELETE FROM audit_entry WHERE seq BETWEEN $1 AND $2", from, through)
		for seq := from; seq <= through; seq++ {
			r := audit.Follow(b.entry(int(seq)), seq, previous)
			b.insert(r)
			previous = r.Hash
		}
	}
	each(func(b *logbook) {
		rewrite(b, 150, 150)
		b.finds("one", audit.Changed, 150, 150)
	})
	each(func(b *logbook) {
		rewrite(b, 150, logEntries)
		b.finds("to the end", audit.Rewritten, 101, 200)
		b.exec("DELETE FROM audit_checkpoint WHERE seq = 200")
		b.finds("without the checkpoint", audit.Rewritten, 101, logEntries)
		b.exec("UPDATE audit_chain SET hash = $1", b.hash(logEntries))
		b.finds("with the end made to fit", audit.Unsigned, 100, logEntries)
		forged := audit.NewSigner([32]byte{2}).Sign(audit.Checkpoint{Tenant: b.tenant, Seq: logEntries, At: noon, Hash: b.hash(logEntries)})
		b.exec("UPDATE audit_chain SET at = $1, signature = $2", noon.UnixMilli(), forged.Signature)
		b.finds("signed by somebody else", audit.Unsigned, 100, logEntries)
	})
}

func auditRedact(each func(func(*logbook))) {
	each(func(b *logbook) {
		note := audit.Entry{Tenant: b.tenant, Action: audit.AuditRedacted, Actor: audit.Party{Kind: audit.Operator}, Credential: "command line"}
		n, err := b.store.RedactAudit(b.Context(), b.tenant, b.person, note)
		ok(b.T, err)
		same(b.T, "entries", n, 150) // 125 even, 50 divisible by 5, 25 both
		if p := b.verify(); p != nil {
			b.Fatal(p)
		}
		rows := 0
		ok(b.T, b.raw.QueryRowContext(b.Context(), "SELECT count(*) FROM audit_entry WHERE actor_id = $1 OR subject_id = $1", string(b.person)).Scan(&rows))
		same(b.T, "entries that name the person", rows, 0)
		page, err := b.store.AuditPage(b.Context(), b.tenant, audit.Filter{}, 48, 3) // 47, 46, 45
		ok(b.T, err)
		if page[0].Actor.ID == "" || page[0].ActorPart.Redacted() || !page[1].ActorPart.Redacted() || page[1].SubjectPart.Redacted() ||
			page[2].ActorPart.Redacted() || !page[2].SubjectPart.Redacted() || page[2].Actor.ID == "" {
			b.Errorf("others were redacted too: %+v", page)
		}
		_, err = b.store.RedactAudit(b.Context(), b.tenant, b.person, note)
		is(b.T, "again", err, user.ErrNotFound)

		// Who blanks an entry without the key is found.
		b.exec("UPDATE audit_entry SET actor_id = '', credential = '' WHERE seq = 47")
		b.finds("blanked", audit.Changed, 47, 47)
		b.exec("UPDATE audit_entry SET actor_proof = (SELECT actor_proof FROM audit_entry WHERE seq = 46) WHERE seq = 47")
		b.finds("blanked with a signature of another", audit.Changed, 47, 47)
	})
}

func auditRetention(each func(func(*logbook))) {
	each(func(b *logbook) {
		now := time.Now()
		ok(b.T, b.store.Sweep(b.Context(), now))
		report, err := b.store.VerifyAudit(b.Context(), b.tenant)
		ok(b.T, err)
		same(b.T, "kept", report.Entries, int64(logEntries))
		ok(b.T, b.store.Record(b.Context(), b.entry(251)))

		// A sweep a year later keeps nothing that a checkpoint of then covers.
		ok(b.T, b.store.Sweep(b.Context(), now.AddDate(1, 0, 1)))
		report, err = b.store.VerifyAudit(b.Context(), b.tenant)
		ok(b.T, err)
		if report.Problem != nil || report.Entries != 0 || report.End.First != 251 || report.End.Seq != 251 {
			b.Errorf("%d entries after %d, problem %v", report.Entries, report.End.First, report.Problem)
		}
		ok(b.T, b.store.Record(b.Context(), b.entry(252), b.entry(253)))
		if p := b.verify(); p != nil {
			b.Fatal(p)
		}
		b.exec("UPDATE audit_entry SET previous = hash WHERE seq = 252")
		b.finds("the first one kept", audit.Changed, 252, 252)
		b.exec("DELETE FROM audit_entry WHERE seq = 252")
		b.finds("the first one kept taken out", audit.Missing, 252, 252)
		b.exec("DELETE FROM audit_checkpoint")
		b.exec("DELETE FROM audit_entry")
		b.finds("everything", audit.Missing, 252, 253)
	})
}

// A thousand people at the door at once must not be a thousand transactions.
func auditTogether(each func(func(*logbook))) {
	each(func(b *logbook) {
		var wg sync.WaitGroup
		for i := range 1000 {
			wg.Go(func() {
				if err := b.store.Record(b.Context(), b.entry(i)); err != nil {
					b.Error(err)
				}
			})
		}
		wg.Wait()
		report, err := b.store.VerifyAudit(b.Context(), b.tenant)
		ok(b.T, err)
		if report.Problem != nil || report.Entries != logEntries+1000 {
			b.Errorf("%d entries, problem %v", report.Entries, report.Problem)
		}

		wrong := b.entry(1)
		wrong.Tenant = id.New[id.Tenant]() // there is none
		results := make([]error, 50)
		for i := range results {
			wg.Go(func() {
				if i == 25 {
					results[i] = b.store.Record(b.Context(), wrong)
					return
				}
				results[i] = b.store.Record(b.Context(), b.entry(i))
			})
		}
		wg.Wait()
		for i, err := range results {
			if (err != nil) != (i == 25) {
				b.Errorf("call %d: %v", i, err)
			}
		}
		ctx, cancel := context.WithCancel(b.Context())
		cancel()
		for range 20 { // either not written, or no error
			before := b.count()
			if err := b.store.Record(ctx, b.entry(1)); (err == nil) != (b.count() == before+1) {
				b.Errorf("canceled: %v, %d entries more", err, b.count()-before)
			}
		}
	})
}

func (b *logbook) count() (n int) {
	b.Helper()
	ok(b.T, b.raw.QueryRowContext(b.Context(), "SELECT count(*) FROM audit_entry").Scan(&n))
	return n
}

// No name, no e-mail address and no network address gets into the log, whoever
// forgets the rule.
func auditRefusesPersonalData(each func(func(*logbook))) {
	each(func(b *logbook) {
		before := b.count()
		for name, spoil := range map[string]func(*audit.Entry){
			"name as actor":        func(e *audit.Entry) { e.Actor.ID = "Zoë Ångström" },
			"lower-case name":      func(e *audit.Entry) { e.Subject.ID = "zoe" },
			"e-mail as subject":    func(e *audit.Entry) { e.Subject.ID = "zoe@example.org" },
			"e-mail in a detail":   func(e *audit.Entry) { e.Detail["who"] = "zoe@example.org" },
			"IPv4 in a detail":     func(e *audit.Entry) { e.Detail["from"] = "192.0.2.7" },
			"IPv6 in a detail":     func(e *audit.Entry) { e.Detail["from"] = "2001:db8::7" },
			"address in a list":    func(e *audit.Entry) { e.Detail["from"] = "a, 2001:db8::7/64" },
			"accents in a detail":  func(e *audit.Entry) { e.Detail["who"] = "Zoë" },
			"new line in a detail": func(e *audit.Entry) { e.Detail["who"] = "a\nb" },
			"long detail":          func(e *audit.Entry) { e.Detail["who"] = strings.Repeat("x", 10_000) },
			"address credential":   func(e *audit.Entry) { e.Credential = "link:192.0.2.7" },
			"no actor":             func(e *audit.Entry) { e.Actor = audit.Party{} },
			"no tenant":            func(e *audit.Entry) { e.Tenant = "" },
		} {
			e := b.entry(1)
			spoil(&e)
			if err := b.store.Record(b.Context(), b.entry(2), e); err == nil {
				b.Errorf("%s was written", name)
			}
		}
		same(b.T, "entries", b.count(), before)
	})
}
