package main

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"net/http"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// signIn EMAIL PASSWORD signs in at the server in the background, as a browser would.
func signIn(ts *testscript.TestScript, neg bool, args []string) {
	body, err := json.Marshal(map[string]string{"email": args[0], "password": args[1]})
	ts.Check(err)
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	resp, err := client.Post("https://"+ts.Getenv("PLENUM_LISTEN")+"/api/v1/session", "application/json", bytes.NewReader(body))
	ts.Check(err)
	defer resp.Body.Close()
	if in := resp.StatusCode == http.StatusOK; in == neg {
		ts.Fatalf("signing in is answered with %s", resp.Status)
	}
}

// appears FILE waits until a program in the background has written a megabyte of it.
func appears(ts *testscript.TestScript, _ bool, args []string) {
	for limit := time.Now().Add(20 * time.Second); time.Now().Before(limit); <-time.After(5 * time.Millisecond) {
		if info, err := os.Stat(ts.MkAbs(args[0])); err == nil && info.Size() > 1<<20 {
			return
		}
	}
	ts.Fatalf("there is no %s", args[0])
}
