package main

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"slices"

	"plenum/internal/audit"
	"plenum/internal/config"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/store"
)

type auditCommand struct {
	Verify auditVerify `cmd:"" help:"Find out whether anything in the audit log was changed, taken out or put in."`
	Export auditExport `cmd:"" help:"Print an organisation's audit log."`
}

type auditVerify struct {
	File      string `arg:"" optional:"" help:"A log exported as JSON lines; \"-\" reads standard input. Without, the logs of this server." placeholder:"FILE"`
	Tenant    string `help:"Only the log of this organisation." placeholder:"ID"`
	Against   string `help:"A log of this server exported earlier: what it held must still be there." placeholder:"FILE"`
	PublicKey string `help:"The key that must have signed the file, as \"audit verify\" prints it on the server." placeholder:"HEX"`
}

// Run is called by kong.
func (c *auditVerify) Run(ctx context.Context, place config.Place, s streams) error {
	if c.File != "" {
		return c.file(s)
	}
	var earlier earlierLog
	if c.Against != "" {
		report, key, err := verifyFile(c.Against, s.in)
		if err != nil {
			return err
		}
		if !tellReport(s.out, report, key) {
			return exitCode(1)
		}
		earlier, c.Tenant = earlierLog{report.End, key}, string(report.End.Tenant)
	}
	_, db, err := openStore(ctx, place)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // nothing is written
	tenants, err := auditTenants(ctx, db, c.Tenant)
	if err != nil {
		return err
	}
	sound := true
	if c.Tenant == "" {
		if sound, err = tellWhetherBegun(ctx, s.out, db, tenants); err != nil {
			return err
		}
	}
	for _, t := range tenants {
		v := audit.NewVerifier(db.AuditKey())
		if earlier.key != nil {
			if !earlier.key.Equal(db.AuditKey()) {
				return errOtherKey
			}
			v.Expect(earlier.end)
		}
		if err := db.WalkAudit(ctx, t, 0, v); err != nil {
			return err
		}
		report := v.Close()
		sound = tellReport(s.out, report, db.AuditKey()) && sound
	}
	if !sound {
		return exitCode(1)
	}
	return nil
}

// earlierLog is the end of a log as a file says it was.
type earlierLog struct {
	end audit.Checkpoint
	key ed25519.PublicKey
}

var errOtherKey = fault.New("audit.verify", fault.Invalid, "audit.key", "The file was signed by another server, or before this one had its present master key.")

// verifyFile verifies an export, "-" for in.
func verifyFile(name string, in io.Reader) (audit.Report, ed25519.PublicKey, error) {
	if name != "-" {
		f, err := os.Open(name) //nolint:gosec // whatever file the operator names
		if err != nil {
			return audit.Report{}, nil, fault.New("audit.verify", fault.Invalid, "audit.file", "The file "+name+" cannot be read.").With(err)
		}
		defer f.Close() //nolint:errcheck // read only
		in = f
	}
	return audit.VerifyFile(in)
}

// file verifies an export, which needs no data of a server.
func (c *auditVerify) file(s streams) error {
	report, key, err := verifyFile(c.File, s.in)
	if err != nil {
		return err
	}
	if c.PublicKey != "" && c.PublicKey != hex.EncodeToString(key) {
		fmt.Fprintln(s.out, "The file was signed by another key: "+hex.EncodeToString(key))
		return exitCode(1)
	}
	if !tellReport(s.out, report, key) {
		return exitCode(1)
	}
	return nil
}

// tellWhetherBegun says when there is no log, which is sound as long as nobody has
// an account: making the first one was noted.
func tellWhetherBegun(ctx context.Context, out io.Writer, db *store.Store, logged []id.Tenant) (sound bool, err error) {
	home, err := db.Home(ctx)
	if err != nil || slices.Contains(logged, home.ID) {
		return err == nil, err
	}
	accounts, err := db.IsSetUp(ctx)
	switch {
	case err != nil:
		return false, err
	case accounts:
		fmt.Fprintf(out, "NOT SOUND: the whole log of %s is missing.\n", home.ID)
		return false, nil
	case len(logged) == 0:
		fmt.Fprintln(out, "No audit log has been begun.")
	}
	return true, nil
}

// tellReport says in a line what was found, and whether the log is sound.
func tellReport(out io.Writer, r audit.Report, key ed25519.PublicKey) bool {
	if r.Problem != nil {
		fmt.Fprintf(out, "NOT SOUND: %s.\n", r.Problem)
		return false
	}
	fmt.Fprintf(out, "sound: %d entries of %s, up to number %d; public key %s\n", r.Entries, r.End.Tenant, r.End.Seq, hex.EncodeToString(key))
	return true
}

// errNoLog is for an organisation that this server does not have, or of which
// nothing was ever written.
var errNoLog = fault.New("audit", fault.NotFound, "audit.none", "There is no audit log of such an organisation.")

// auditTenants is the one that was asked for, or all that have a log.
func auditTenants(ctx context.Context, db *store.Store, only string) ([]id.Tenant, error) {
	tenants, err := db.AuditTenants(ctx)
	if err != nil || only == "" {
		return tenants, err
	}
	for _, t := range tenants {
		if string(t) == only {
			return []id.Tenant{t}, nil
		}
	}
	return nil, errNoLog
}

type auditExport struct {
	Format string `help:"jsonl, which can be verified later; csv, cef or syslog, which can only be read." enum:"jsonl,csv,cef,syslog" default:"jsonl"`
	Tenant string `help:"The organisation; without, the one this server belongs to." placeholder:"ID"`
	After  int64  `help:"Leave out the entries up to this number." placeholder:"N"`
}

// Run is called by kong.
func (c *auditExport) Run(ctx context.Context, place config.Place, s streams) error {
	_, db, err := openStore(ctx, place)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // all is committed by then
	log, err := db.Home(ctx)
	if c.Tenant != "" {
		log, err = db.Tenant(ctx, id.Tenant(c.Tenant))
	}
	if err != nil {
		return err
	}
	// Who reads the log is in the log.
	err = db.Record(ctx, audit.Entry{
		Tenant: log.ID, Action: audit.AuditRead, Actor: audit.Party{Kind: audit.Operator}, Credential: "command line",
		Detail: map[string]string{"format": c.Format},
	})
	if err != nil {
		return err
	}
	out := bufio.NewWriter(s.out)
	if err := db.WalkAudit(ctx, log.ID, c.After, audit.NewWriter(audit.Format(c.Format), out, db.AuditKey(), version)); err != nil {
		return err
	}
	return out.Flush()
}
