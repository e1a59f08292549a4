package composer

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// forbidden are system calls that neither ffmpeg nor starting it needs: every way to
// a network on all kernels, to other processes, their memory and their turn at the
// processor, and what changes files without opening them, which Landlock does not see
// or not in its first versions.
func forbidden() []uint32 {
	return append([]uint32{
		unix.SYS_SOCKET, unix.SYS_IO_URING_SETUP,
		unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PIDFD_GETFD, unix.SYS_KCMP,
		unix.SYS_SHMGET, unix.SYS_SEMGET, unix.SYS_MSGGET, unix.SYS_MQ_OPEN,
		unix.SYS_TRUNCATE, unix.SYS_OPENAT2, unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_UTIMENSAT,
		unix.SYS_FCHMOD, unix.SYS_FCHMODAT, unix.SYS_FCHMODAT2, unix.SYS_FCHOWN, unix.SYS_FCHOWNAT,
		unix.SYS_SETXATTR, unix.SYS_LSETXATTR, unix.SYS_FSETXATTR, unix.SYS_SETXATTRAT,
		unix.SYS_REMOVEXATTR, unix.SYS_LREMOVEXATTR, unix.SYS_FREMOVEXATTR, unix.SYS_REMOVEXATTRAT,
		unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY, unix.SYS_KEYCTL,
		unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_USERFAULTFD,
		unix.SYS_SCHED_SETSCHEDULER, unix.SYS_SCHED_SETPARAM, unix.SYS_SCHED_SETATTR, unix.SYS_SCHED_SETAFFINITY,
		unix.SYS_IOPRIO_SET, unix.SYS_MIGRATE_PAGES, unix.SYS_MOVE_PAGES,
	}, machines()[runtime.GOARCH].older...)
}

// machine is what system calls depend on.
type machine struct {
	audit uint32   // how the kernel calls it
	older []uint32 // calls of its first years, which newer machines do not have
	open  uint32   // of these the one whose flags are looked at, or 0
}

// machines are those that releases are made for.
func machines() map[string]machine {
	return map[string]machine{
		"amd64": {unix.AUDIT_ARCH_X86_64, []uint32{ // asm/unistd_64.h
			85,         // creat
			90, 92, 94, /* chmod, chown, lchown */
			132, 235, 261, /* utime, utimes, futimesat */
		}, 2},
		"arm64": {unix.AUDIT_ARCH_AARCH64, nil, 0},
	}
}

// Where seccomp_data (linux/seccomp.h) has what; arguments are 64 bits, and both
// machines have the lower half first.
const (
	atNumber = 0
	atArch   = 4
	atArgs   = 16
)

// filter forbids the calling thread, and what it starts, the forbidden calls; they
// fail with EPERM.
func filter() (bool, error) {
	m, known := machines()[runtime.GOARCH]
	if !known || !filters() {
		return false, nil
	}
	load := func(at uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
	}
	when := func(test uint16, k uint32, yes, no uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_K | test, K: k, Jt: yes, Jf: no}
	}
	allow := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW}
	deny := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)}
	const x32 = 0x40000000 // numbers of amd64's other calling convention
	code := []unix.SockFilter{
		load(atArch), when(unix.BPF_JEQ, m.audit, 1, 0), deny,
		load(atNumber), when(unix.BPF_JGE, x32, 0, 1), deny,
	}
	for _, call := range forbidden() {
		code = append(code, when(unix.BPF_JEQ, call, 0, 1), deny)
	}
	// Emptying a file while it is opened is no writing to the first two Landlocks.
	opens := [][2]uint32{{unix.SYS_OPENAT, 2}}
	if m.open != 0 {
		opens = append(opens, [2]uint32{m.open, 1})
	}
	for _, call := range opens {
		code = append(code, when(unix.BPF_JEQ, call[0], 0, 4), load(atArgs+8*call[1]), when(unix.BPF_JSET, unix.O_TRUNC, 0, 1), deny, allow)
	}
	// Limits are a process's own business.
	code = append(code, when(unix.BPF_JEQ, unix.SYS_PRLIMIT64, 0, 4), load(atArgs), when(unix.BPF_JEQ, 0, 1, 0), deny, allow)
	// So is its turn, which encoders give their threads less of (PRIO_PROCESS is 0).
	code = append(code, when(unix.BPF_JEQ, unix.SYS_SETPRIORITY, 0, 5), load(atArgs), when(unix.BPF_JEQ, unix.PRIO_PROCESS, 0, 2),
		load(atArgs+8), when(unix.BPF_JEQ, 0, 1, 0), deny, allow)

	program := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}                                       //nolint:gosec // a hundred
	err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0) //nolint:gosec // as the kernel takes it
	runtime.KeepAlive(code)
	if absent(err) {
		return false, nil
	}
	return err == nil, err
}

// filters reports whether this kernel has filters, so that one which it does not take
// is a mistake of ours. Units that forbid seccomp(2) allow prctl(2).
func filters() bool {
	_, err := unix.PrctlRetInt(unix.PR_GET_SECCOMP, 0, 0, 0, 0)
	return err == nil
}
