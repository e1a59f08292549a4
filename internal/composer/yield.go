package composer

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// niceness of ffmpeg (setpriority(2)), and its share of a processor that is wanted by
// others too, where 100 is everybody's (cgroup-v2, cpu.weight).
const niceness, weight = 10, "20"

// yard is a control group beside the server's own, whose processes get less of the
// processor. It is made where an administrator or a unit with Delegate=cpu and
// DelegateSubgroup= has handed over the group above to the server; nobody else's
// groups are touched, and nothing of this needs root.
type yard struct{ dir *os.File }

// newYard makes or finds the group; own is the content of /proc/self/cgroup and
// mount where version 2 is mounted.
func newYard(own, mount string) (*yard, error) {
	path := ""
	for line := range strings.Lines(own) {
		if rest, ok := strings.CutPrefix(line, "0::"); ok {
			path = strings.TrimSpace(rest)
		}
	}
	above := filepath.Join(mount, filepath.Dir(path))
	if path == "" || filepath.Dir(path) == "/" || !delegated(above) {
		return nil, errors.New("the control group is not ours")
	}
	control := filepath.Join(above, "cgroup.subtree_control")
	if b, err := os.ReadFile(control); err != nil { //nolint:gosec // the kernel's own
		return nil, err
	} else if !strings.Contains(" "+strings.TrimSpace(string(b))+" ", " cpu ") {
		if err := os.WriteFile(control, []byte("+cpu"), 0); err != nil {
			return nil, err
		}
	}
	dir := filepath.Join(above, "compose")
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) { //nolint:gosec // as its neighbours
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "cpu.weight"), []byte(weight), 0o644); err != nil { //nolint:gosec // as its neighbours
		return nil, err
	}
	f, err := os.Open(dir) //nolint:gosec // just made
	if err != nil {
		return nil, err
	}
	return &yard{f}, nil
}

// delegated reports whether systemd marked a group as handed over to who runs in it.
func delegated(dir string) bool {
	var b [1]byte
	for _, name := range []string{"user.delegate", "trusted.delegate"} {
		if n, err := syscall.Getxattr(dir, name, b[:]); err == nil && n == 1 && b[0] == '1' {
			return true
		}
	}
	return false
}

// enter lets a process begin in the group.
func (y *yard) enter(attr *syscall.SysProcAttr) {
	if y != nil {
		attr.UseCgroupFD, attr.CgroupFD = true, int(y.dir.Fd())
	}
}

func (y *yard) close() {
	if y != nil {
		_ = y.dir.Close()
	}
}

// yield lets a process that has begun wait for everybody else. Best effort: in a
// container it may be forbidden, and the work is the same.
func yield(pid int) { _ = syscall.Setpriority(syscall.PRIO_PROCESS, pid, niceness) }
