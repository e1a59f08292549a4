package archive_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/logger"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
	sample "github.com/pion/webrtc/v4/pkg/media"

	"plenum/internal/access"
	"plenum/internal/archive"
	"plenum/internal/audit"
	"plenum/internal/blob"
	"plenum/internal/composer"
	"plenum/internal/id"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/recording"
	"plenum/internal/room"
	"plenum/internal/sfu"
	"plenum/internal/store"
	"plenum/internal/tenant"
	"plenum/internal/vault"
)

func TestMain(m *testing.M) {
	lksdk.SetLogger(logger.GetDiscardLogger())
	os.Exit(m.Run())
}

// patience is how long a test waits for what must happen.
const patience = 60 * time.Second

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func must[T any](t testing.TB) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		ok(t, err)
		return v
	}
}

// world is a server without its front: a database, keys, files and an archive.
type world struct {
	*archive.Archive

	t       testing.TB
	dir     string // of everything, but the files when they are elsewhere
	files   blob.Store
	store   *store.Store
	keys    *vault.Vault
	signer  audit.Signer
	of      tenant.Tenant
	meeting id.Meeting
	stop    func()
	config  archive.Config
}

// options is how a world differs.
type options struct {
	dir    string // to begin in; "" is a new one
	files  blob.Store
	db     string // a PostgreSQL address; "" for SQLite
	ffmpeg string
	signal http.Handler
	idle   bool                 // nothing runs by itself
	ahead  func() time.Duration // of the clock; nil for right
	jobs   int                  // 0 is one, less is none
	atOnce int                  // recordings; 0 is one
}

func newWorld(t testing.TB, o options) *world {
	t.Helper()
	w := &world{t: t, dir: o.dir, files: o.files}
	if w.dir == "" {
		w.dir = t.TempDir()
	}
	ctx := t.Context()
	w.keys = must[*vault.Vault](t)(vault.Open(filepath.Join(w.dir, "key")))
	w.signer = audit.NewSigner(w.keys.Derive("audit"))
	place := store.Config{URL: o.db, AuditKey: w.signer}
	if o.db == "" {
		place.Path = filepath.Join(w.dir, "plenum.db")
	}
	w.store = must[*store.Store](t)(store.Open(ctx, place))
	if w.files == nil {
		w.files = must[*blob.Dir](t)(blob.OpenDir(filepath.Join(w.dir, "files")))
	}
	w.of = must[tenant.Tenant](t)(w.store.Home(ctx))
	m := meeting.New(w.of.ID, "", "Council", time.Now())
	w.meeting = m.ID
	ok(t, w.store.CreateMeeting(ctx, m, nil))
	scratch := filepath.Join(w.dir, "scratch")
	ok(t, os.MkdirAll(scratch, 0o700))
	jobs := 1
	if o.jobs != 0 {
		jobs = max(0, o.jobs)
	}
	w.config = archive.Config{
		Store: w.store, Vault: w.keys, Files: w.files, Composer: composer.New(composer.Config{Program: o.ffmpeg, Scratch: scratch}),
		Signalling: o.signal, Receipts: w.signer, Jobs: jobs, AtOnce: max(1, o.atOnce), Node: id.New[string](), Logger: slog.New(slog.DiscardHandler),
	}
	if testing.Verbose() {
		w.config.Logger = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	w.Archive = archive.New(w.config)
	if o.ahead != nil {
		w.SetWall(o.ahead)
	}
	ended := make(chan error, 1)
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	if o.idle {
		w.Look(ctx)
		ended <- nil
	} else {
		go func() { ended <- w.Run(running) }()
	}
	w.stop = sync.OnceFunc(func() {
		cancel()
		ok(t, <-ended)
		ok(t, w.store.Close())
	})
	t.Cleanup(w.stop)
	return w
}

// until waits for what no event tells.
func (w *world) until(what string, there func() bool) {
	w.t.Helper()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for end := time.Now().Add(patience); !there(); <-look.C {
		if time.Now().After(end) {
			w.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// order is one for a new recording.
func (w *world) order() recording.Order {
	return recording.Order{
		ID: id.New[id.Recording](), Tenant: w.of.ID, Meeting: w.meeting, Sitting: id.New[id.Sitting](), Title: "Council of canaries",
		Recorder: id.New[id.Seat](), StartedAt: time.Now(), Settings: settings(),
	}
}

// settings are for small pictures, so that tests are fast.
func settings() recording.Settings {
	s := recording.DefaultSettings()
	s.Layout = recording.Grid
	return s
}

// recording is one to be put into the archive.
func (w *world) recording() recording.Recording {
	o := w.order()
	return recording.Recording{
		ID: o.ID, Tenant: o.Tenant, Meeting: o.Meeting, Sitting: o.Sitting, Title: o.Title, StartedAt: o.StartedAt, Settings: o.Settings, Sharing: o.Settings.Sharing,
	}
}

// found is a recording as its owner sees it.
func (w *world) found(r id.Recording) recording.Recording {
	w.t.Helper()
	got, _, err := w.Find(w.t.Context(), w.of.ID, r, recording.Viewer{Key: true})
	ok(w.t, err)
	return got
}

// ready waits until the files of a recording are made.
func (w *world) ready(r id.Recording) recording.Recording {
	w.t.Helper()
	var got recording.Recording
	w.until("the video", func() bool {
		got = w.found(r)
		if got.State == recording.StateFailed {
			w.t.Fatalf("it failed: %s", got.Problem)
		}
		return got.State == recording.StateReady
	})
	return got
}

// journal is where the journal of a recording lies.
func (*world) journal(r id.Recording) string { return archive.JournalName(r, 0) }

func asset(t testing.TB, r recording.Recording, kind recording.AssetKind) recording.Asset {
	t.Helper()
	for _, a := range r.Assets {
		if a.Kind == kind {
			return a
		}
	}
	t.Fatalf("there is no %s: %+v", kind, r.Assets)
	return recording.Asset{}
}

// save reads a file of a recording in clear, as a browser does, into one for ffmpeg.
func (w *world) save(a recording.Asset) string {
	w.t.Helper()
	m := must[recording.Media](w.t)(w.Open(w.t.Context(), a.Recording, a.ID))
	defer m.Close()
	if m.Size() != a.Size {
		w.t.Errorf("%d bytes, of which %d are known", m.Size(), a.Size)
	}
	path := filepath.Join(w.t.TempDir(), string(a.ID)+".mp4")
	f := must[*os.File](w.t)(os.Create(path))
	must[int64](w.t)(io.Copy(f, io.NewSectionReader(m, 0, m.Size())))
	ok(w.t, f.Close())
	return path
}

// actions are those of the audit, oldest first.
func (w *world) actions() []string {
	w.t.Helper()
	var list []string
	for _, r := range must[[]audit.Record](w.t)(w.store.AuditPage(w.t.Context(), w.of.ID, audit.Filter{}, 1<<40, 1000)) {
		list = append([]string{string(r.Action)}, list...)
	}
	return list
}

// sitting is a meeting at a real SFU.
type sitting struct {
	t    testing.TB
	sfu  *sfu.SFU
	http *httptest.Server
	id   id.Meeting
}

func freePort(t testing.TB) int {
	t.Helper()
	for range 50 {
		l := must[net.Listener](t)(net.Listen("tcp", ":0"))
		port := l.Addr().(*net.TCPAddr).Port
		c, err := net.ListenUDP("udp", &net.UDPAddr{Port: port})
		l.Close()
		if err == nil {
			c.Close()
			return port
		}
	}
	t.Fatal("no free port")
	return 0
}

func sit(t testing.TB) *sitting {
	t.Helper()
	s := &sitting{t: t, id: id.New[id.Meeting]()}
	s.sfu = must[*sfu.SFU](t)(sfu.New(sfu.Config{
		MediaPort: freePort(t), TURNPort: freePort(t), NodeIPs: []netip.Addr{netip.MustParseAddr("127.0.0.1")},
		Secret: [32]byte{1, 2, 3}, Logger: slog.New(slog.DiscardHandler),
	}))
	s.http = httptest.NewServer(s.sfu.Handler())
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	stopped := make(chan error, 1)
	go func() { stopped <- s.sfu.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-stopped
		s.http.Close()
	})
	ok(t, s.sfu.Open(t.Context(), s.id))
	return s
}

// token is the recorder's.
func (s *sitting) token(seat id.Seat) func(context.Context) (pii.Secret, error) {
	return func(context.Context) (pii.Secret, error) {
		return s.sfu.Token(s.id, seat, access.Grants{SeesAll: true})
	}
}

// join lets somebody in who sends these clips until the test ends.
func (s *sitting) join(clips map[livekit.TrackSource]clip) id.Seat {
	s.t.Helper()
	seat := id.New[id.Seat]()
	token := must[pii.Secret](s.t)(s.sfu.Token(s.id, seat, access.Grants{Microphone: true, Camera: true, Screen: true, SeesAll: true}))
	p := lksdk.NewRoom(lksdk.NewRoomCallback())
	ok(s.t, p.JoinWithToken("ws"+strings.TrimPrefix(s.http.URL, "http"), token.Text(), lksdk.WithConnectTimeout(patience), lksdk.WithDisableRegionDiscovery(), lksdk.WithAutoSubscribe(false)))
	s.t.Cleanup(p.Disconnect)
	for source, c := range clips {
		track := must[*lksdk.LocalSampleTrack](s.t)(lksdk.NewLocalSampleTrack(c.capability))
		must[*lksdk.LocalTrackPublication](s.t)(p.LocalParticipant.PublishTrack(track, &lksdk.TrackPublicationOptions{Source: source, VideoWidth: 320, VideoHeight: 180}))
		go c.send(s.t.Context(), track)
	}
	return seat
}

// clip is a second of encoded picture or sound, sent over and over.
type clip struct {
	capability webrtc.RTPCodecCapability
	frames     [][]byte
}

func (c clip) send(ctx context.Context, track *lksdk.LocalSampleTrack) {
	every := time.Second / time.Duration(len(c.frames))
	pace := time.NewTicker(every)
	defer pace.Stop()
	for i := 0; ctx.Err() == nil; i++ {
		_ = track.WriteSample(sample.Sample{Data: c.frames[i%len(c.frames)], Duration: every}, nil)
		<-pace.C
	}
}

// told keeps what a take says.
type told struct {
	mu   sync.Mutex
	all  []recording.Standing
	next chan struct{}
}

func newTold() *told { return &told{next: make(chan struct{}, 1)} }

func (l *told) tell(s recording.Standing) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, s)
	select {
	case l.next <- struct{}{}:
	default:
	}
}

// until waits for a standing that is as wanted.
func (l *told) until(t testing.TB, what string, wanted func(recording.Standing) bool) {
	t.Helper()
	end := time.After(patience)
	for {
		l.mu.Lock()
		n := len(l.all)
		there := n > 0 && wanted(l.all[n-1])
		l.mu.Unlock()
		if there {
			return
		}
		select {
		case <-l.next:
		case <-end:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func connected(s recording.Standing) bool { return s.Connected }
func over(s recording.Standing) bool      { return s.Ended }

// record begins a recording of a sitting and waits until the recorder is there.
func (w *world) record(s *sitting, o recording.Order) (room.Take, *told) {
	w.t.Helper()
	l := newTold()
	take, err := w.Begin(w.t.Context(), o, s.token(o.Recorder), l.tell, audit.Entry{
		Tenant: o.Tenant, At: time.Now(), Action: audit.RecordingStarted, Actor: audit.Party{Kind: audit.System}, Credential: "rule", Meeting: o.Meeting,
	})
	ok(w.t, err)
	l.until(w.t, "the recorder", connected)
	return take, l
}
