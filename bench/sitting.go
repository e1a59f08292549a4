package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"plenum/internal/access"
	"plenum/internal/blob"
	"plenum/internal/id"
	"plenum/internal/journal"
	"plenum/internal/pii"
	"plenum/internal/recorder"
	"plenum/internal/recording"
	"plenum/internal/sfu"
	"plenum/internal/vault"
)

// sittingPeople send a camera and a microphone each.
const sittingPeople = 6

// opened is what the process of a sitting says first.
type opened struct {
	URL    string
	People []string // tokens
}

// recorded is what it says when a recording has ended.
type recorded struct {
	Frames, Bytes int64
}

// sit is a process of its own, whose processor time is that of the SFU and, between
// the lines "start" and "stop" on its standard input, of the recorder, the journal
// and its encryption.
func sit(ctx context.Context) error {
	s, err := sfu.New(sfu.Config{
		MediaPort: freePort(), TURNPort: freePort(), NodeIPs: []netip.Addr{netip.MustParseAddr("127.0.0.1")},
		Secret: [32]byte{1}, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", s.Handler())
	mux.HandleFunc("GET /page", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, "<!doctype html><title>bench</title>")
	})
	go func() { _ = (&http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}).Serve(listener) }()
	go func() { _ = s.Run(ctx) }()
	meeting := id.New[id.Meeting]()
	if err := s.Open(ctx, meeting); err != nil {
		return err
	}
	first := opened{URL: "ws://" + listener.Addr().String()}
	seats := make([]id.Seat, sittingPeople)
	for i := range seats {
		seats[i] = id.New[id.Seat]()
		token, err := s.Token(meeting, seats[i], access.Grants{Microphone: true, Camera: true, SeesAll: true})
		if err != nil {
			return err
		}
		first.People = append(first.People, token.Text())
	}
	say := json.NewEncoder(os.Stdout)
	if err := say.Encode(first); err != nil {
		return err
	}
	var stop func() (recorded, error)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		switch lines.Text() {
		case "token": // another, for the browser: they do not live long
			token, tokenErr := s.Token(meeting, id.New[id.Seat](), access.Grants{SeesAll: true})
			err = errors.Join(tokenErr, say.Encode(token.Text()))
		case "start":
			stop, err = record(ctx, s, meeting, seats)
		case "stop":
			var r recorded
			if r, err = stop(); err == nil {
				err = say.Encode(r)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// counted is a journal that counts.
type counted struct {
	*journal.Writer
	frames, bytes atomic.Int64
}

func (c *counted) Append(r recording.Record) error {
	if r.Kind == recording.Frame {
		c.frames.Add(1)
		c.bytes.Add(int64(len(r.Data)))
	}
	return c.Writer.Append(r)
}

// record lets the recorder come and record everybody, as the server does.
func record(ctx context.Context, s *sfu.SFU, meeting id.Meeting, seats []id.Seat) (stop func() (recorded, error), err error) {
	folder, err := os.MkdirTemp("", "plenum-bench-recording-")
	if err != nil {
		return nil, err
	}
	keys, err := vault.Open(filepath.Join(folder, "key"))
	if err != nil {
		return nil, err
	}
	files, err := blob.OpenDir(filepath.Join(folder, "files"))
	if err != nil {
		return nil, err
	}
	const name = "recording"
	key, _, err := keys.NewKey(name, 1)
	if err != nil {
		return nil, err
	}
	log, err := files.Append(ctx, name)
	if err != nil {
		return nil, err
	}
	writer, err := journal.Open(ctx, journal.Config{Log: log, Boxes: key.Boxes(name)})
	if err != nil {
		return nil, err
	}
	sink, seat := &counted{Writer: writer}, id.New[id.Seat]()
	r := recorder.New(recorder.Config{
		Signalling: s.Handler(),
		Token:      func(context.Context) (pii.Secret, error) { return s.Token(meeting, seat, access.Grants{SeesAll: true}) },
		Sink:       sink,
		Alarm:      func(error) {},
		Logger:     slog.New(slog.DiscardHandler),
	})
	ended := make(chan error, 2)
	go func() { ended <- writer.Run(ctx) }()
	go func() { ended <- r.Run(ctx) }()
	for _, person := range seats {
		r.SetConsent(person, true)
	}
	r.Start()
	return func() (recorded, error) {
		r.Stop()
		err := <-ended // the recorder's; the journal runs until it is finished
		err = errors.Join(err, writer.Finish(ctx), <-ended, os.RemoveAll(folder))
		return recorded{sink.frames.Load(), sink.bytes.Load()}, err
	}, nil
}
