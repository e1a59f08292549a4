package composer_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"plenum/internal/composer"
)

// TestMain lets this program stand in for an ffmpeg that strangers have taken over.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "taken-over" {
		os.Exit(takenOver())
	}
	os.Exit(m.Run())
}

// loot is what it is after; it knows of it from its own end, since it has no
// environment and may read no other file.
type loot struct{ Key, Data, Dir, TCP, UDP, Socket string }

// takenOver answers as ffmpeg does when it is asked what it is, and else tries what it
// can; what succeeded is on its standard error.
func takenOver() int {
	own, err := os.ReadFile(os.Args[0])
	var l loot
	if err == nil {
		n := int(binary.BigEndian.Uint32(own[len(own)-4:]))
		err = json.Unmarshal(own[len(own)-4-n:len(own)-4], &l)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	asked := slices.ContainsFunc(os.Args, func(a string) bool {
		return a == "-version" || a == "-encoders" || a == "-decoders"
	})
	if !asked {
		_, _ = os.Stdin.Read(make([]byte, 1)) // limits are there before anything to read is
	}
	tried, done := 0, []string{}
	for _, trick := range l.tricks() {
		if bounded := trick.name == "memory" || trick.name == "core"; bounded && asked {
			continue
		}
		if tried++; trick.try() == nil {
			done = append(done, trick.name)
		}
	}
	if !asked || len(done) > 0 {
		fmt.Fprintf(os.Stderr, "tried %d, done %v", tried, done)
		return 1
	}
	fmt.Fprintln(os.Stdout, "ffmpeg version 9.9\n V libx264\n V aac\n V vp8\n V vp9\n V h264\n V libopus")
	return 0
}

type trick struct {
	name string
	try  func() error
}

func (l loot) tricks() []trick {
	open := func(path string, flags int) func() error {
		return func() error {
			f, err := os.OpenFile(path, flags, 0o600)
			if err == nil {
				err = f.Close()
			}
			return err
		}
	}
	dial := func(network, address string) func() error {
		return func() error {
			c, err := net.Dial(network, address)
			if err == nil {
				err = c.Close()
			}
			return err
		}
	}
	server := os.Getppid()
	proc := "/proc/" + strconv.Itoa(server)
	return []trick{
		{"read key", open(l.Key, os.O_RDONLY)},
		{"read data", open(l.Data, os.O_RDONLY)},
		{"read users", open("/etc/passwd", os.O_RDONLY)},
		{"read settings", open(proc+"/cmdline", os.O_RDONLY)},
		{"read memory", open(proc+"/mem", os.O_RDONLY)},
		{"write", open(l.Data, os.O_WRONLY)},
		{"append itself", open(os.Args[0], os.O_WRONLY|os.O_APPEND)},
		{"empty", open(l.Data, syscall.O_ACCMODE|os.O_TRUNC)},
		{"truncate", func() error { return os.Truncate(l.Data, 0) }},
		{"create", open(filepath.Join(l.Dir, "new"), os.O_WRONLY|os.O_CREATE)},
		{"create tmp", open(filepath.Join("/tmp", fmt.Sprint("taken-over-", os.Getpid())), os.O_WRONLY|os.O_CREATE|os.O_EXCL)},
		{"list", func() error { _, err := os.ReadDir(l.Dir); return err }},
		{"make dir", func() error { return os.Mkdir(filepath.Join(l.Dir, "dir"), 0o700) }},
		{"open up", func() error { return os.Chmod(l.Key, 0o644) }},
		{"link", func() error { return os.Symlink(l.Key, filepath.Join(l.Dir, "link")) }},
		{"connect", dial("tcp", l.TCP)},
		{"datagram", dial("udp", l.UDP)},
		{"abstract", dial("unix", l.Socket)},
		{"listen", func() error {
			s, err := net.Listen("tcp", "127.0.0.1:0")
			if err == nil {
				err = s.Close()
			}
			return err
		}},
		{"signal", func() error { return syscall.Kill(server, 0) }},
		{"trace", func() error { return unix.PtraceSeize(server) }},
		{"limits", func() error { return unix.Prlimit(server, unix.RLIMIT_NOFILE, nil, new(unix.Rlimit)) }},
		// To what it is: the unconfined one must not slow down who tests it.
		{"slow down", func() error {
			now, err := unix.Getpriority(unix.PRIO_PROCESS, server) // 20 for nice 0
			return errors.Join(err, unix.Setpriority(unix.PRIO_PROCESS, server, 20-now))
		}},
		{"pin", func() error {
			var where unix.CPUSet
			return errors.Join(unix.SchedGetaffinity(server, &where), unix.SchedSetaffinity(server, &where))
		}},
		{"let wait", func() error {
			attr, err := unix.SchedGetAttr(server, 0)
			if err != nil {
				return err
			}
			return unix.SchedSetAttr(server, attr, 0)
		}},
		{"shell", exec.Command("/bin/sh", "-c", "true").Run},
		{"privileges", noPrivileges},
		{"memory", func() error {
			b, err := unix.Mmap(-1, 0, 3<<30, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
			if err == nil {
				err = unix.Munmap(b)
			}
			return err
		}},
		{"core", func() error {
			var r unix.Rlimit
			if err := unix.Getrlimit(unix.RLIMIT_CORE, &r); err != nil || r.Max <= 1 {
				return errors.New("none")
			}
			return nil
		}},
		{"rename", func() error { return os.Rename(l.Data, l.Data+"2") }},
		{"remove", func() error { return os.Remove(l.Data) }},
	}
}

// noPrivileges fails when there are none and will be none.
func noPrivileges() error {
	var caps [2]unix.CapUserData
	if err := unix.Capget(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &caps[0]); err != nil {
		return err
	}
	bare := caps[0].Effective|caps[0].Permitted|caps[1].Effective|caps[1].Permitted == 0
	if n, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); err != nil || n == 1 && bare {
		return errors.New("none")
	}
	return nil
}

// takeOver makes that program, and what it is after.
func takeOver(t *testing.T) (program string, l loot) {
	t.Helper()
	data, elsewhere := t.TempDir(), t.TempDir()
	l = loot{Key: filepath.Join(elsewhere, "master.key"), Data: filepath.Join(data, "plenum.db"), Dir: data, Socket: "@" + filepath.Base(elsewhere) + strconv.Itoa(os.Getpid())}
	for _, path := range []string{l.Key, l.Data} {
		if err := os.WriteFile(path, []byte("secret"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	listen := func(network, address string) string {
		s, err := net.Listen(network, address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s.Addr().String()
	}
	l.TCP = listen("tcp", "127.0.0.1:0")
	l.UDP = l.TCP
	listen("unix", l.Socket)
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(own)
	if err != nil {
		t.Fatal(err)
	}
	end, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	program = filepath.Join(t.TempDir(), "taken-over")
	b = binary.BigEndian.AppendUint32(append(b, end...), uint32(len(end)))
	if err := os.WriteFile(program, b, 0o700); err != nil {
		t.Fatal(err)
	}
	return program, l
}

// Whoever takes ffmpeg over by what it decodes has got nothing: no file, no network,
// no other process. That it could without being confined is seen, too.
func TestAnFFmpegThatWasTakenOver(t *testing.T) {
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		t.Skip("the race detector's own memory is more than the stand-in gets")
	}
	program, l := takeOver(t)
	before := ownState(t)
	c := composer.New(composer.Config{Program: program})
	got, err := c.Confinement()
	if err != nil {
		t.Fatal(err)
	}
	if !got.Network && strings.Contains(before, "Seccomp_filters") {
		t.Fatal("the kernel does not take the filter")
	}
	if !got.Files || !got.Network {
		t.Skipf("this kernel cannot confine: %+v", got)
	}
	if version, err := c.Check(t.Context()); err != nil || version != "9.9" {
		t.Errorf("while it was asked: %s, %v", version, err)
	}
	want := "tried 31, done []"
	if !got.Signals {
		want = "tried 31, done [signal]"
	}
	var b bytes.Buffer
	_, err = c.Compose(t.Context(), short(t), composer.Options{Width: 320, Height: 180}, &b)
	if !errors.Is(err, composer.ErrFailed) || !strings.Contains(err.Error(), want) || b.Len() > 0 {
		t.Errorf("%v, %d bytes", err, b.Len())
	}
	if left := children(t); len(left) > 0 {
		t.Error("still running:", left)
	}
	key, err := os.ReadFile(l.Key)
	files, err2 := os.ReadDir(l.Dir)
	if err := errors.Join(err, err2); err != nil || string(key) != "secret" || len(files) != 1 {
		t.Error(err, key, files)
	}

	if now := ownState(t); now != before {
		t.Errorf("we are confined ourselves: %s, before %s", now, before)
	}
	free := exec.Command(program)
	free.Stdin = strings.NewReader("x")
	out, _ := free.CombinedOutput()
	for _, name := range []string{"read key", "read data", "read users", "read settings", "write", "truncate", "create", "list", "connect", "datagram", "abstract", "listen", "signal", "slow down", "pin", "let wait", "shell"} {
		if !strings.Contains(string(out), name) {
			t.Errorf("unconfined it cannot %s: %s", name, out)
		}
	}
}

// ownState is what our main thread may not.
func ownState(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(regexp.MustCompile(`(?m)^(Seccomp|Seccomp_filters|NoNewPrivs|CapEff):.*$`).FindAllString(string(b), -1), " ")
}
