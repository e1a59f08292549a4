package server_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"plenum/internal/server/servertest"
)

// TestACrowdOfGuessersKeepsNobodyOut: machines that keep the server busy with
// passwords are told to come back, and others sign in meanwhile.
func TestACrowdOfGuessersKeepsNobodyOut(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	s.SetUp(t, "127.0.0.2")
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	busy := make(chan struct{})
	full := sync.OnceFunc(func() { close(busy) })
	for machine := range 3 {
		guesser := s.Browser(t, fmt.Sprintf("127.0.1.%d", machine+1))
		for n := range 50 {
			body := fmt.Sprintf(`{"email":"nobody%d-%d@town.example","password":"correct horse"}`, machine, n)
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/api/v1/session", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			wg.Go(func() {
				resp, err := guesser.HTTP().Do(req)
				if err != nil {
					return // the test is over
				}
				if resp.Body.Close(); resp.StatusCode == http.StatusServiceUnavailable {
					full()
				}
			})
		}
	}
	<-busy
	in := map[string]string{"email": "ada@town.example", "password": servertest.Password}
	if status := s.Browser(t, "127.0.0.3").Call(t, http.MethodPost, "/api/v1/session", in, nil); status != http.StatusOK {
		t.Errorf("signing in meanwhile: %d", status)
	}
}
