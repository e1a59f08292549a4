package composer

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// cell is what an ffmpeg is confined to: it may read and run itself and its
// libraries, and nothing else of the file system; it may make no connection, and
// signal and trace nobody outside (docs/adr/0018-confining-ffmpeg.md). The kernel's
// Landlock does the first and the last, a system call filter (filter.go) the rest.
type cell struct{ rules []rule }

// rule grants rights, Landlock's LANDLOCK_ACCESS_FS_*, to a file or below a directory.
type rule struct {
	path   string
	rights uint64
}

const (
	runs  = unix.LANDLOCK_ACCESS_FS_EXECUTE
	reads = unix.LANDLOCK_ACCESS_FS_READ_FILE
	lists = unix.LANDLOCK_ACCESS_FS_READ_DIR
)

// newCell is for the program at an absolute path. What is a script may run what the
// system's directories of programs have: there is no telling what it needs.
func newCell(path string) cell {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // a path is run as it was given, a rule is for what it leads to
	}
	libraries := uint64(reads | lists)
	c := cell{[]rule{
		{path, reads | runs},
		{"/dev/null", reads | unix.LANDLOCK_ACCESS_FS_WRITE_FILE},
		{"/dev/urandom", reads},
		{"/etc/ld.so.cache", reads},
		{"/etc/ld.so.preload", reads},
		{"/sys/devices/system/cpu", reads | lists}, // how many there are
		{"/sys/devices/system/node", reads | lists},
	}}
	if loader, binary := loaderOf(path); !binary {
		libraries |= runs
		for _, dir := range []string{"/bin", "/usr/bin", "/usr/local/bin"} {
			c.rules = append(c.rules, rule{dir, libraries})
		}
	} else if loader != "" {
		c.rules = append(c.rules, rule{loader, reads | runs})
	}
	for _, dir := range []string{"/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64", "/nix/store", "/gnu/store"} {
		c.rules = append(c.rules, rule{dir, libraries})
	}
	return c
}

// loaderOf returns what a program is loaded by, "" when that is the kernel, and
// whether it is a program for the kernel at all.
func loaderOf(path string) (loader string, binary bool) {
	f, err := elf.Open(path)
	if err != nil {
		return "", false
	}
	defer f.Close() //nolint:errcheck // only read
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			name, err := io.ReadAll(io.LimitReader(p.Open(), unix.PathMax))
			return strings.TrimRight(string(name), "\x00"), err == nil
		}
	}
	return "", true
}

// start is [exec.Cmd.Start], confined as far as the kernel can.
func (c cell) start(cmd *exec.Cmd) error {
	var err error
	apart(func() {
		_, cmd.Err = c.enter() // with an error Start only cleans up
		err = cmd.Start()
	})
	if err == nil {
		limit(cmd.Process.Pid)
	}
	return err
}

// apart runs do on a thread that ends with it: what do forbids the thread is forbidden
// to it and to what it starts, for ever, and to nothing else of this process. The Go
// runtime makes no thread out of a locked one, and ends those that are not unlocked.
func apart(do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if unix.Gettid() == unix.Getpid() { // the main thread cannot end: while we hold it, another one is found
			apart(do)
			runtime.UnlockOSThread()
			return
		}
		do()
	}()
	<-done
}

// enter confines the calling thread. What this kernel does not have is left out; an
// error is anything else, and nothing may be started then.
func (c cell) enter() (Confinement, error) {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return Confinement{}, fmt.Errorf("confining: %w", err)
	}
	disempower()
	var got Confinement
	var err error
	if got.Files, got.Signals, err = c.landlock(); err != nil {
		return Confinement{}, fmt.Errorf("confining: Landlock: %w", err)
	}
	if got.Network, err = filter(); err != nil {
		return Confinement{}, fmt.Errorf("confining: seccomp: %w", err)
	}
	return got, nil
}

// Confinement says what ffmpeg is kept from on this machine: the server's files,
// every network, and signalling other processes.
type Confinement struct{ Files, Network, Signals bool }

// Confinement tries it on a thread that ends.
func (*Composer) Confinement() (got Confinement, err error) {
	apart(func() { got, err = newCell("/dev/null").enter() })
	return got, err
}

// disempower gives up all capabilities, also those that root would get back with the
// next program (capabilities(7)). Whoever has none cannot and need not.
func disempower() {
	const noRoot, noRootLocked = 1 << 0, 1 << 1 // SECBIT_NOROOT, for good
	_ = unix.Prctl(unix.PR_SET_SECUREBITS, noRoot|noRootLocked, 0, 0, 0)
	_ = unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
	var none [2]unix.CapUserData // 64 bits in two halves
	_ = unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &none[0])
}

// absent reports that a kernel has something not, or is not allowed to give it.
func absent(err error) bool {
	return errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.EPERM)
}

// landlock restricts the calling thread to the rules (landlock(7)).
func (c cell) landlock() (files, signals bool, err error) {
	version, err := createRuleset(nil, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if absent(err) {
		return false, false, nil
	} else if err != nil {
		return false, false, err
	}
	handled := handledBy(version)
	set, err := createRuleset(&handled, 0)
	if err != nil {
		return false, false, err
	}
	defer unix.Close(set) //nolint:errcheck // nothing was written
	for _, r := range c.rules {
		if err := r.add(set, handled.Access_fs); err != nil {
			return false, false, err
		}
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(set), 0, 0); absent(errno) {
		return false, false, nil
	} else if errno != 0 {
		return false, false, errno
	}
	return true, handled.Scoped&unix.LANDLOCK_SCOPE_SIGNAL != 0, nil
}

// handledBy is all that a version of Landlock can forbid; what no rule grants is.
func handledBy(version int) unix.LandlockRulesetAttr {
	a := unix.LandlockRulesetAttr{Access_fs: unix.LANDLOCK_ACCESS_FS_MAKE_SYM<<1 - 1}
	if version >= 2 { // Linux 5.19
		a.Access_fs |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if version >= 3 { // 6.2
		a.Access_fs |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	if version >= 4 { // 6.7
		a.Access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
	}
	if version >= 5 { // 6.10
		a.Access_fs |= unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	}
	if version >= 6 { // 6.12
		a.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET
		// The first kernels with it kept a thread from signalling its own process, too,
		// which the Go runtime does.
		const mended = 1 << 1 // erratum 2
		if errata, err := createRuleset(nil, unix.LANDLOCK_CREATE_RULESET_ERRATA); err == nil && errata&mended != 0 {
			a.Scoped |= unix.LANDLOCK_SCOPE_SIGNAL
		}
	}
	return a
}

func createRuleset(attr *unix.LandlockRulesetAttr, flags uintptr) (int, error) {
	size := unsafe.Sizeof(*attr)
	if attr == nil {
		size = 0
	}
	n, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(attr)), size, flags) //nolint:gosec // as the kernel takes it
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil //nolint:gosec // a descriptor or a small number
}

// add grants what is there; what is not needs no right.
func (r rule) add(set int, handled uint64) error {
	f, err := unix.Open(r.path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EACCES) {
		return nil
	} else if err != nil {
		return &os.PathError{Op: "open", Path: r.path, Err: err}
	}
	defer unix.Close(f)                                                                                                                              //nolint:errcheck // opened for its place only
	attr := unix.LandlockPathBeneathAttr{Allowed_access: r.rights & handled, Parent_fd: int32(f)}                                                    //nolint:gosec // descriptors are small
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(set), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&attr)), 0, 0, 0) //nolint:gosec // as the kernel takes it
	if errno != 0 {
		return &os.PathError{Op: "allow", Path: r.path, Err: errno}
	}
	return nil
}

// mostData is what one ffmpeg may allocate. Frames of [maxPixels] take a decoder of
// H.264 that keeps 16 of them to 1.27 GB, with its pictures made smaller; one of AV1
// to 0.48, of VP9 to 0.25 (measured). What is mapped and never touched, as by each
// thread of a machine with many, does not count, which it would in RLIMIT_AS.
const mostData = 2 << 30

// limit bounds what a process that has begun, and was fed nothing yet, can take.
// Best effort: where it is forbidden, the machine's memory is the bound.
func limit(pid int) {
	_ = unix.Prlimit(pid, unix.RLIMIT_DATA, &unix.Rlimit{Cur: mostData, Max: mostData}, nil)
	// Not 0: a core that goes to a program is written all the same then (core(5)).
	if unix.Prlimit(pid, unix.RLIMIT_CORE, &unix.Rlimit{Cur: 1, Max: 1}, nil) != nil {
		_ = unix.Prlimit(pid, unix.RLIMIT_CORE, &unix.Rlimit{}, nil)
	}
}
