package main

import (
	"context"
	"crypto/tls"
	"database/sql"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"plenum/internal/auth"
	"plenum/internal/config"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/server"
	"plenum/internal/store"
	"plenum/internal/user"
	"plenum/internal/vault"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"plenum": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			// Ports of this script's own, and no settings of whoever runs the test.
			for _, name := range []string{"LISTEN", "MEDIA", "TURN", "METRICS"} {
				port, err := freePort()
				if err != nil {
					return err
				}
				e.Setenv(name+"_PORT", strconv.Itoa(port))
			}
			e.Setenv("PLENUM_MEDIA_PORT", e.Getenv("MEDIA_PORT"))
			e.Setenv("PLENUM_TURN_PORT", e.Getenv("TURN_PORT"))
			e.Setenv("PLENUM_LISTEN", "127.0.0.1:"+e.Getenv("LISTEN_PORT"))
			e.Setenv("PLENUM_METRICS_LISTEN", "127.0.0.1:"+e.Getenv("METRICS_PORT"))
			return nil
		},
		Condition: func(c string) (bool, error) {
			if c == "root" {
				return os.Getuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", c)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"ready": ready, "owner": owner, "meeting": planned, "factor": factor, "newer": newer, "tmpfs": tmpfs, "take": takePort, "spoil": spoil,
			"signin": signIn, "appears": appears,
		},
	})
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// ready waits until the server in the background answers.
func ready(ts *testscript.TestScript, neg bool, _ []string) {
	client := http.Client{Timeout: time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	for limit := time.Now().Add(20 * time.Second); time.Now().Before(limit); <-time.After(50 * time.Millisecond) {
		resp, err := client.Get("https://" + ts.Getenv("PLENUM_LISTEN") + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
	}
	if !neg {
		ts.Fatalf("the server is not ready")
	}
}

// planned DATA NAME makes a meeting and puts its id into $MEETING.
func planned(ts *testscript.TestScript, _ bool, args []string) {
	cfg := config.Default()
	cfg.Data = ts.MkAbs(args[0])
	ctx := context.Background()
	db, err := store.Open(ctx, server.StoreConfig(cfg))
	ts.Check(err)
	defer db.Close()
	home, err := db.Home(ctx)
	ts.Check(err)
	m := meeting.New(home.ID, "", pii.Name(args[1]), time.Now())
	ts.Check(db.CreateMeeting(ctx, m, nil))
	ts.Setenv("MEETING", string(m.ID))
}

// owner DATA EMAIL sets a server up without its page.
func owner(ts *testscript.TestScript, _ bool, args []string) {
	cfg := config.Default()
	cfg.Data = ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(cfg.Data, 0o700))
	ctx := context.Background()
	db, err := store.Open(ctx, server.StoreConfig(cfg))
	ts.Check(err)
	defer db.Close()
	email, err := user.ParseEmail(args[1])
	ts.Check(err)
	u := user.User{ID: id.New[id.User](), Name: "Ada", Email: email, Admin: true, PasswordHash: "x", CreatedAt: time.Now()}
	session, _ := auth.NewSession(u.ID, time.Now())
	_, err = db.SetUp(ctx, "Town", u, session)
	ts.Check(err)
}

// factor DATA EMAIL gives an account an authenticator app, or with ! checks that it
// has no second factor.
func factor(ts *testscript.TestScript, neg bool, args []string) {
	cfg := config.Default()
	cfg.Data = ts.MkAbs(args[0])
	ctx := context.Background()
	keys, err := vault.Open(server.MasterKeyPath(cfg))
	ts.Check(err)
	db, err := store.Open(ctx, server.SealedStoreConfig(cfg, keys))
	ts.Check(err)
	defer db.Close()
	home, err := db.Home(ctx)
	ts.Check(err)
	u, err := db.UserByEmail(ctx, home.ID, pii.Email(args[1]))
	ts.Check(err)
	if neg {
		found, err := db.Factors(ctx, u.ID)
		ts.Check(err)
		if found.Any() {
			ts.Fatalf("there is a second factor")
		}
		return
	}
	ts.Check(db.PutPendingTOTP(ctx, auth.TOTP{User: u.ID, Sealed: []byte("sealed"), CreatedAt: time.Now()}))
	ts.Check(db.ConfirmTOTP(ctx, u.ID, 1))
}

// newer DATA makes the database look as a later version would have left it.
func newer(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", filepath.Join(ts.MkAbs(args[0]), "plenum.db")) // the driver comes with package store
	ts.Check(err)
	defer db.Close()
	_, err = db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
	ts.Check(err)
}

// spoil DATA STATEMENT goes around the program to its database.
func spoil(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", filepath.Join(ts.MkAbs(args[0]), "plenum.db")+"?_busy_timeout=5000")
	ts.Check(err)
	defer db.Close()
	_, err = db.Exec(args[1])
	ts.Check(err)
}

// tmpfs DIR SIZE mounts a small disk for the time of the script.
func tmpfs(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o700))
	ts.Check(syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+args[1]))
	ts.Defer(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
}

// take PORT|PORT/udp holds a port for the time of the script.
func takePort(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 2 && args[1] == "udp" {
		c, err := net.ListenPacket("udp", ":"+args[0])
		ts.Check(err)
		ts.Defer(func() { c.Close() })
		return
	}
	l, err := net.Listen("tcp", "127.0.0.1:"+args[0])
	ts.Check(err)
	ts.Defer(func() { l.Close() })
}
