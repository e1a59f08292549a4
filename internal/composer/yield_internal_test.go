package composer

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestAGroupIsMadeOnlyWhereItWasHandedOver(t *testing.T) {
	const own = "1:name=systemd:/x\n0::/system.slice/plenum.service/serve\n"
	mount := t.TempDir()
	above := filepath.Join(mount, "system.slice", "plenum.service")
	if err := os.MkdirAll(above, 0o700); err != nil {
		t.Fatal(err)
	}
	control := filepath.Join(above, "cgroup.subtree_control")
	if err := os.WriteFile(control, []byte("memory pids\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, own := range []string{own, "0::/\n", "0::/user.slice\n", "", "4:memory:/a/b\n"} {
		if y, err := newYard(own, mount); err == nil {
			t.Errorf("%q: made in %s", own, y.dir.Name())
		}
	}
	if err := syscall.Setxattr(above, "user.delegate", []byte("1"), 0); err != nil {
		t.Skip("this file system has no attributes:", err)
	}
	for range 2 { // the second time it is there
		y, err := newYard(own, mount)
		if err != nil {
			t.Fatal(err)
		}
		var attr syscall.SysProcAttr
		if y.enter(&attr); !attr.UseCgroupFD || attr.CgroupFD != int(y.dir.Fd()) {
			t.Error("a process would not begin in it")
		}
		y.close()
	}
	b, err := os.ReadFile(filepath.Join(above, "compose", "cpu.weight"))
	if err != nil || string(b) != weight {
		t.Error(string(b), err)
	}
	if b, err := os.ReadFile(control); err != nil || !strings.Contains(string(b), "+cpu") {
		t.Error(string(b), err)
	}
}
