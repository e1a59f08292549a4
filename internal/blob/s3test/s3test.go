// Package s3test gives tests an S3 server of their own: versitygw over a temporary
// directory, gone when the test ends.
package s3test

import (
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"plenum/internal/blob"
	"plenum/internal/pii"
)

// startTimeout is generous, for a loaded machine.
const startTimeout = time.Minute

// Start runs a server with one empty bucket for the time of the test. A machine
// without versitygw fails the test: skipping would let it pass half-tested.
func Start(tb testing.TB) blob.S3Config {
	tb.Helper()
	dir := tb.TempDir()
	data, side := filepath.Join(dir, "data"), filepath.Join(dir, "side")
	for _, d := range []string{filepath.Join(data, "plenum"), side} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			tb.Fatal(err)
		}
	}
	c := blob.S3Config{Endpoint: address(tb), Bucket: "plenum", AccessKey: "tester", SecretKey: pii.Secret("not a secret"), Plain: true}
	server := exec.Command(program(tb), "--port", c.Endpoint, "--quiet", //nolint:gosec,noctx // our own; ended by the cleanup
		"--access", c.AccessKey, "--secret", string(c.SecretKey), "posix", "--sidecar", side, data)
	ended := make(chan error, 1)
	if err := server.Start(); err != nil {
		tb.Fatal(err)
	}
	go func() { ended <- server.Wait() }()
	tb.Cleanup(func() {
		server.Process.Kill() //nolint:errcheck // it may have ended by itself
		<-ended
	})
	ready(tb, c.Endpoint, ended)
	return c
}

func program(tb testing.TB) string {
	tb.Helper()
	for dir := "."; ; dir = filepath.Join(dir, "..") {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			path, err := filepath.Abs(filepath.Join(dir, "bin", "versitygw"))
			if err == nil {
				_, err = os.Stat(path)
			}
			if err != nil {
				tb.Fatalf("there is no S3 server for the tests (run: make bin/versitygw): %v", err)
			}
			return path
		}
		if abs, err := filepath.Abs(dir); err != nil || abs == "/" {
			tb.Fatal("not in the repository")
		}
	}
}

// address returns a port of this machine that is free now.
func address(tb testing.TB) string {
	tb.Helper()
	var listen net.ListenConfig
	l, err := listen.Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // only its number is wanted
	return l.Addr().String()
}

// ready waits until the server answers.
func ready(tb testing.TB, address string, ended <-chan error) {
	tb.Helper()
	client := &http.Client{Timeout: time.Second}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(startTimeout)
	for {
		request, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, "http://"+address+"/", nil)
		if err != nil {
			tb.Fatal(err)
		}
		if response, err := client.Do(request); err == nil {
			if err := response.Body.Close(); err != nil {
				tb.Fatal(err)
			}
			return
		}
		select {
		case err := <-ended:
			tb.Fatal("the S3 server ended: ", errors.Join(err, tb.Context().Err()))
		case <-deadline:
			tb.Fatal("the S3 server does not answer")
		case <-tick.C:
		}
	}
}
