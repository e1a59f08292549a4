package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"plenum/internal/config"
	"plenum/internal/server"
	"plenum/internal/store"
	"plenum/internal/vault"
)

// doctorCommand looks at the machine with the eyes of the server. It changes
// nothing but a database that is older than this program, as a start would.
type doctorCommand struct{ config.Serving }

// The levels of a finding. Only bad makes the exit code 1.
const (
	good = "ok  "
	poor = "warn"
	bad  = "FAIL"
)

// report prints findings as they come.
type report struct {
	out    io.Writer
	failed bool
}

func (r *report) say(level, format string, args ...any) {
	r.failed = r.failed || level == bad
	fmt.Fprintf(r.out, "%s  %s\n", level, fmt.Sprintf(format, args...))
}

// Run is called by kong.
func (c *doctorCommand) Run(ctx context.Context, place config.Place, s streams) error {
	cfg, err := config.Load(place, c.Serving)
	if err != nil {
		return err
	}
	r := &report{out: s.out}
	r.data(cfg)
	r.space(cfg.Data, "the data lies")
	r.database(ctx, cfg)
	running := isRunning(cfg.Data)
	if running {
		r.say(good, "A server is running on this data; its ports are tried, not taken.")
		r.answers(ctx, cfg)
	} else {
		r.ports(ctx, cfg)
		r.storedCertificate(cfg)
	}
	r.administration(cfg)
	r.clock()
	r.limits()
	r.recordings(ctx, cfg)
	r.say(good, "Firewall: people need TCP %s, TCP and UDP %d, UDP %d. Whether they get through from outside only somebody outside can try.", portOf(cfg.Listen), cfg.MediaPort, cfg.TURNPort)
	if r.failed {
		return exitCode(1)
	}
	return nil
}

// data checks who can read what is stored.
func (r *report) data(cfg config.Config) {
	info, err := os.Stat(cfg.Data)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.say(good, "The data directory %s does not exist yet; the first start makes it.", cfg.Data)
		return
	case err != nil:
		r.say(bad, "The data directory %s cannot be looked at by this user. Run doctor as the user of the server.", cfg.Data)
		return
	case !info.IsDir():
		r.say(bad, "%s is not a directory.", cfg.Data)
		return
	case info.Mode().Perm()&0o077 != 0:
		r.say(poor, "Others on this machine may read the data directory. Run: chmod 700 %s", cfg.Data)
	default:
		r.say(good, "The data directory %s is readable by its owner only.", cfg.Data)
	}
	if syscall.Access(cfg.Data, 2 /* W_OK */) != nil {
		r.say(bad, "This user may not write to %s. Run doctor as the user of the server, or change the owner.", cfg.Data)
	}
	key := server.MasterKeyPath(cfg)
	switch info, err := os.Stat(key); {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(server.StoreConfig(cfg).Path); err == nil {
			r.say(bad, "There is data but no master key at %s. Put it back from where you keep its copy, or say where it is with --master-key.", key)
			return
		}
		r.say(good, "The first start makes the master key %s. Keep a copy of it in another place.", key)
	case err != nil:
		r.say(bad, "The master key %s cannot be looked at by this user.", key)
	case info.Mode().Perm()&0o077 != 0:
		r.say(bad, "Others on this machine may read the master key. Run: chmod 600 %s", key)
	default:
		r.say(good, "The master key %s is readable by its owner only. Keep a copy of it in another place.", key)
		r.keyTree(vault.TreePath(key))
	}
}

// keyTree looks at what lies beside a master key.
func (r *report) keyTree(tree string) {
	switch info, err := os.Stat(tree); {
	case errors.Is(err, fs.ErrNotExist):
		r.say(poor, "There is no key tree at %s. If this server ever recorded, put it back from where you keep its copy; else the next start makes it.", tree)
	case err != nil:
		r.say(bad, "The key tree %s cannot be looked at by this user.", tree)
	case info.Mode().Perm()&0o077 != 0:
		r.say(bad, "Others on this machine may read the key tree. Run: chmod 600 %s", tree)
	case syscall.Access(filepath.Dir(tree), 2 /* W_OK */) != nil:
		r.say(poor, "This user may not write beside the key tree %s, so that the keys of deleted recordings cannot be destroyed.", tree)
	default:
		r.say(good, "The key tree %s can be written, so that deleting destroys keys. Keep a copy of it in another place.", tree)
	}
}

// existing is dir, or the first directory above it that exists.
func existing(dir string) string {
	for {
		if _, err := os.Stat(dir); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

// space checks the disk on which something lies. A meeting itself writes next to nothing.
func (r *report) space(dir, what string) {
	dir = existing(dir)
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil || st.Blocks == 0 { // some file systems do not say
		r.say(poor, "The free space of %s cannot be found out.", dir)
		return
	}
	const mega = 1 << 20
	free := st.Bavail * uint64(st.Frsize) / mega //nolint:gosec // a block size is not negative
	switch {
	case free < 100:
		r.say(bad, "Only %d MB are free where %s. Free some space.", free, what)
	case free < 2_000:
		r.say(poor, "Only %d MB are free where %s.", free, what)
	default:
		r.say(good, "%d GB are free where %s.", free/1024, what)
	}
}

// database opens it as a start would.
func (r *report) database(ctx context.Context, cfg config.Config) {
	where := server.StoreConfig(cfg)
	if where.Path != "" {
		if _, err := os.Stat(where.Path); errors.Is(err, fs.ErrNotExist) {
			r.say(good, "The first start makes the database.")
			return
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	db, err := store.Open(ctx, where)
	if err != nil {
		r.say(bad, "%s", server.Explain(err))
		return
	}
	defer db.Close() //nolint:errcheck // nothing is written
	done, err := db.IsSetUp(ctx)
	switch {
	case err != nil:
		r.say(bad, "%s", server.Explain(err))
	case !done:
		r.say(poor, "The database is sound. Nobody has set this server up yet: start it and open the link it prints.")
	default:
		r.say(good, "The database is sound and of this version.")
		r.tenants(ctx, cfg, db)
	}
}

// isRunning reports whether a server holds the data.
func isRunning(dir string) bool {
	lock, err := os.Open(filepath.Join(dir, "server.lock"))
	if err != nil {
		return false
	}
	defer lock.Close()                                                                                    //nolint:errcheck // gives the lock back, too
	return errors.Is(syscall.Flock(int(lock.Fd()), syscall.LOCK_SH|syscall.LOCK_NB), syscall.EWOULDBLOCK) //nolint:gosec // descriptors are small
}

// ports takes each port for a moment.
func (r *report) ports(ctx context.Context, cfg config.Config) {
	media, turn := net.JoinHostPort("", strconv.Itoa(cfg.MediaPort)), net.JoinHostPort("", strconv.Itoa(cfg.TURNPort))
	for _, p := range []struct{ network, address, flag string }{
		{"tcp", cfg.Listen, "listen"}, {"tcp", cfg.AdminListen, "admin-listen"}, {"tcp", media, "media-port"}, {"udp", media, "media-port"}, {"udp", turn, "turn-port"}, {"tcp", cfg.MetricsListen, "metrics-listen"},
	} {
		if p.address == "" {
			continue
		}
		name := strings.ToUpper(p.network) + " " + portOf(p.address)
		switch err := take(ctx, p.network, p.address); {
		case err == nil:
			r.say(good, "%s is free (--%s).", name, p.flag)
		case errors.Is(err, syscall.EADDRINUSE):
			r.say(bad, "%s is taken by another program. Stop it (ss -lntup shows which it is) or choose another port with --%s.", name, p.flag)
		case errors.Is(err, fs.ErrPermission):
			r.say(bad, "This user may not listen on %s. Choose a port above 1023 with --%s, or run doctor as the user of the server.", name, p.flag)
		default:
			r.say(bad, "%s cannot be listened on: %v.", name, err)
		}
	}
}

func take(ctx context.Context, network, address string) error {
	var lc net.ListenConfig
	var (
		c   io.Closer
		err error
	)
	if network == "udp" {
		c, err = lc.ListenPacket(ctx, network, address)
	} else {
		c, err = lc.Listen(ctx, network, address)
	}
	if err != nil {
		return err
	}
	return c.Close()
}

// answers talks to the running server as a browser would.
func (r *report) answers(ctx context.Context, cfg config.Config) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	name := cfg.Domain
	if name == "" {
		name = "localhost"
	}
	d := tls.Dialer{Config: &tls.Config{ServerName: name, InsecureSkipVerify: true}} //nolint:gosec // its dates are what is looked at
	conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(hostOf(cfg.Listen), portOf(cfg.Listen)))
	if err != nil {
		r.say(bad, "The pages do not answer on TCP %s. Is that the port the server was started with?", portOf(cfg.Listen))
	} else {
		r.say(good, "The pages answer on TCP %s.", portOf(cfg.Listen))
		state := conn.(*tls.Conn).ConnectionState() //nolint:forcetypeassert,errcheck // documented by tls.Dialer
		r.certificate(cfg, state.PeerCertificates[0])
		conn.Close() //nolint:errcheck // nothing more to say
	}
	if tcp, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort("localhost", strconv.Itoa(cfg.MediaPort))); err != nil {
		// The media server listens on the network's addresses; localhost may not be one.
		if err := take(ctx, "tcp", net.JoinHostPort("", strconv.Itoa(cfg.MediaPort))); err == nil {
			r.say(bad, "Nobody listens for media on TCP %d.", cfg.MediaPort)
		} else {
			r.say(good, "Media is listened for on TCP %d.", cfg.MediaPort)
		}
	} else {
		r.say(good, "Media is listened for on TCP %d.", cfg.MediaPort)
		tcp.Close() //nolint:errcheck // nothing was sent
	}
	if err := stun(ctx, cfg.TURNPort); err != nil {
		r.say(bad, "The relay does not answer on UDP %d.", cfg.TURNPort)
	} else {
		r.say(good, "The relay answers on UDP %d.", cfg.TURNPort)
	}
}

// stun asks the embedded server for our address (RFC 8489 §6) on each address of
// this machine until one answers.
func stun(ctx context.Context, port int) error {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return err
	}
	request := make([]byte, 20) // a Binding request without attributes
	binary.BigEndian.PutUint16(request, 0x0001)
	binary.BigEndian.PutUint32(request[4:], 0x2112A442)
	copy(request[8:], "plenumdoctor")
	err = errors.New("no address")
	for _, a := range addrs {
		n, ok := a.(*net.IPNet)
		if !ok || n.IP.IsLinkLocalUnicast() {
			continue
		}
		if err = exchange(ctx, net.JoinHostPort(n.IP.String(), strconv.Itoa(port)), request); err == nil {
			return nil
		}
	}
	return err
}

func exchange(ctx context.Context, to string, request []byte) error {
	conn, err := new(net.Dialer).DialContext(ctx, "udp", to)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // UDP
	if err := conn.SetDeadline(time.Now().Add(500 * time.Millisecond)); err != nil {
		return err
	}
	if _, err := conn.Write(request); err != nil {
		return err
	}
	answer := make([]byte, 512)
	n, err := conn.Read(answer)
	if err == nil && (n < 20 || !bytes.Equal(answer[8:20], request[8:20])) {
		err = errors.New("not an answer")
	}
	return err
}

// storedCertificate looks at the server's own certificate on the disk.
func (r *report) storedCertificate(cfg config.Config) {
	raw, err := os.ReadFile(filepath.Join(cfg.Data, "tls", "leaf.pem"))
	if err != nil {
		r.say(good, "The first start makes a certificate.")
		return
	}
	for block, rest := pem.Decode(raw); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		if cert, err := x509.ParseCertificate(block.Bytes); err == nil {
			r.certificate(cfg, cert)
			return
		}
	}
	r.say(bad, "The certificate in %s is damaged. Delete the file leaf.pem there; the next start makes a new one.", filepath.Join(cfg.Data, "tls"))
}

func (r *report) certificate(cfg config.Config, cert *x509.Certificate) {
	left := time.Until(cert.NotAfter)
	self := len(cert.Issuer.Organization) > 0 && cert.Issuer.Organization[0] == "Plenum"
	switch {
	case left < 0:
		r.say(bad, "The certificate ended on %s. Restart the server and look into its log for why it was not renewed.", cert.NotAfter.Format(time.DateOnly))
	case left < 14*24*time.Hour:
		r.say(poor, "The certificate ends on %s and should have been renewed. Look into the server's log for why it was not.", cert.NotAfter.Format(time.DateOnly))
	case self && cfg.UsesACME():
		r.say(poor, "The certificate is still the self-made one. For a public one, TCP 443 of %s must reach this server from the internet.", cfg.Domain)
	case self:
		r.say(good, "The certificate is self-made and good until %s. Devices trust it once they have installed %s/ca.crt.", cert.NotAfter.Format(time.DateOnly), server.BaseURL(cfg))
	default:
		r.say(good, "The certificate is good until %s.", cert.NotAfter.Format(time.DateOnly))
	}
	name := cfg.Domain
	if name == "" {
		name = "localhost"
	}
	if err := cert.VerifyHostname(name); err != nil {
		r.say(bad, "The certificate is not for %s. Start the server with --domain %s.", name, name)
	}
}

// clock checks the time without asking anybody.
func (r *report) clock() {
	now := time.Now()
	if now.Year() < 2026 || now.Year() > 2056 {
		r.say(bad, "The clock says %s. Certificates and sign-ins cannot work: set it (timedatectl set-ntp true).", now.Format(time.DateTime))
		return
	}
	const unsynchronised = 5 // TIME_ERROR, adjtimex(2)
	var t syscall.Timex
	if state, err := syscall.Adjtimex(&t); err == nil && state == unsynchronised {
		r.say(poor, "The clock says %s and is not kept in time by anything. Run: timedatectl set-ntp true", now.Format(time.DateTime))
		return
	}
	r.say(good, "The clock says %s and is kept in time.", now.Format(time.DateTime))
}

// limits checks what the system allows the server.
func (r *report) limits() {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err == nil {
		if files.Max < 16_384 {
			r.say(poor, "This user may open %d files; each person in a meeting needs three or more. Raise it: LimitNOFILE=65536 in the systemd unit.", files.Max)
		} else {
			r.say(good, "This user may open %d files.", files.Max)
		}
	}
	const wanted = 2_500_000 // bytes: a quarter of a second of 100 senders' video
	raw, err := os.ReadFile("/proc/sys/net/core/rmem_max")
	if err != nil {
		return
	}
	if n, err := strconv.Atoi(strings.TrimSpace(string(raw))); err == nil && n < wanted {
		r.say(poor, "The system buffers %d bytes of arriving media; large meetings lose packets. Run: sysctl -w net.core.rmem_max=5000000", n)
	} else if err == nil {
		r.say(good, "The system buffers up to %d bytes of arriving media.", n)
	}
}

func portOf(address string) string {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return port
}

// hostOf is where to reach what listens on address.
func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil || host == "" || net.ParseIP(host).IsUnspecified() {
		return "localhost"
	}
	return host
}
