// Package pgtest gives tests a PostgreSQL server of their own, started from the
// programs Debian installs and gone when the test ends.
package pgtest

import (
	"bufio"
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"plenum/internal/id"
)

// Server is a running PostgreSQL that listens on a socket in a temporary
// directory, trusts everyone who can reach it and forgets everything on exit.
type Server struct {
	socket string // directory
}

// startTimeout is generous: a loaded machine takes some seconds for initdb.
const startTimeout = 2 * time.Minute

// Start runs a server for the time of the test. A machine without PostgreSQL
// fails the test: skipping would let it pass half-tested.
func Start(tb testing.TB) *Server {
	tb.Helper()
	bin := programs(tb)
	// Not tb.TempDir: a socket's path has at most 107 bytes, and the server's user
	// must be able to reach it.
	dir, err := os.MkdirTemp("", "plenum-pg-") //nolint:usetesting // see above
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { os.RemoveAll(dir) }) //nolint:errcheck // a temporary directory
	as := unprivileged(tb, dir)

	ctx, cancel := context.WithTimeout(context.WithoutCancel(tb.Context()), startTimeout)
	defer cancel()
	data := filepath.Join(dir, "data")
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), //nolint:gosec // found under /usr/lib/postgresql
		"--pgdata="+data, "--username=plenum", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = as, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		tb.Fatalf("initdb: %v\n%s", err, out)
	}

	server := exec.Command(filepath.Join(bin, "postgres"), //nolint:gosec,noctx // ended by the cleanup, with a signal it understands
		"-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "synchronous_commit=off",
		"-c", "full_page_writes=off", "-c", "shared_buffers=32MB", "-c", "max_connections=200")
	server.SysProcAttr, server.Dir = as, dir
	stderr, err := server.StderrPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := server.Start(); err != nil {
		tb.Fatal(err)
	}
	ready, ended := make(chan struct{}), make(chan string, 1)
	go watch(server, bufio.NewScanner(stderr), ready, ended)
	tb.Cleanup(func() {
		server.Process.Signal(syscall.SIGQUIT) //nolint:errcheck // it may have ended by itself; SIGQUIT is "immediate shutdown"
		<-ended
	})
	select {
	case <-ready:
	case <-ctx.Done():
		tb.Fatal("PostgreSQL did not start in time")
	case said := <-ended:
		ended <- said
		tb.Fatalf("PostgreSQL did not start:\n%s", said)
	}
	return &Server{socket: dir}
}

// watch reads what the server says until it ends, and tells when it is ready.
func watch(server *exec.Cmd, lines *bufio.Scanner, ready chan<- struct{}, ended chan<- string) {
	var said []string
	for lines.Scan() {
		if strings.Contains(lines.Text(), "database system is ready to accept connections") {
			close(ready)
		}
		if said = append(said, lines.Text()); len(said) > 50 {
			said = said[1:]
		}
	}
	server.Wait() //nolint:errcheck // after SIGQUIT the status says nothing
	ended <- strings.Join(said, "\n")
}

// URL is the address of the database called name.
func (s *Server) URL(name string) string {
	q := url.Values{"host": {s.socket}, "user": {"plenum"}}
	return (&url.URL{Scheme: "postgres", Path: "/" + name, RawQuery: q.Encode()}).String()
}

// Database makes an empty database and returns its address.
func (s *Server) Database(tb testing.TB) string {
	tb.Helper()
	db, err := sql.Open("pgx", s.URL("postgres"))
	if err != nil {
		tb.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // one statement
	name := "test_" + id.New[string]()
	if _, err := db.ExecContext(tb.Context(), "CREATE DATABASE "+name); err != nil {
		tb.Fatal(err)
	}
	return s.URL(name)
}

// programs finds the newest installed PostgreSQL.
func programs(tb testing.TB) string {
	tb.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		tb.Fatal(err)
	}
	if len(found) == 0 {
		tb.Fatal("PostgreSQL is not installed, and half of this test is about it. Run: apt-get install postgresql")
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return cmp.Compare(version(a), version(b)) })
	return filepath.Dir(newest)
}

// version is the 15 in /usr/lib/postgresql/15/bin/initdb.
func version(path string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	if err != nil {
		return 0
	}
	return n
}

// unprivileged returns how to start the server's programs: it refuses to run as
// root, so root hands the directory and the processes to the user "postgres".
// The server ends with the test even when that is killed.
func unprivileged(tb testing.TB, dir string) *syscall.SysProcAttr {
	tb.Helper()
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Getuid() != 0 {
		return attr
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		tb.Fatal(fmt.Errorf("as root, this test needs the user that Debian's package postgresql makes: %w", err))
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		tb.Fatal(err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		tb.Fatal(err)
	}
	if err := os.Chown(dir, int(uid), int(gid)); err != nil { //nolint:gosec // 32 bits, see above
		tb.Fatal(err)
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr
}
