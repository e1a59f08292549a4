package composer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// child is one ffmpeg at work, connected by pipes only: what it reads was sent by
// strangers, so it is confined (confine.go), is told the format, and has no
// environment. It gives way to the meetings that are running (yield.go).
type child struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    io.ReadCloser
	marks  *os.File // what metadata filters print, when asked for
	errors tail
	wait   func() error
}

// start runs ffmpeg until ctx ends or it is done; marked connects its descriptor 3.
func (p program) start(ctx context.Context, marked bool, args ...string) (*child, error) {
	c, err := p.launch(ctx, marked, p.yard, args)
	if err != nil && p.yard != nil && ctx.Err() == nil {
		c, err = p.launch(ctx, marked, nil, args) // the kernel is older than 5.7, or the group is gone
	}
	if err != nil {
		return nil, err
	}
	yield(c.cmd.Process.Pid)
	enlarge(c.in, c.out)
	c.wait = sync.OnceValue(func() error {
		err := c.cmd.Wait()
		if c.marks != nil {
			err = errors.Join(err, c.marks.Close())
		}
		if err != nil {
			return fmt.Errorf("ffmpeg: %w: %s", err, c.errors.String())
		}
		return nil
	})
	return c, nil
}

// launch starts ffmpeg in a control group, or in ours.
func (p program) launch(ctx context.Context, marked bool, group *yard, args []string) (*child, error) {
	all := append([]string{"-hide_banner", "-loglevel", "error", "-nostdin", "-protocol_whitelist", "pipe"}, args...)
	c := &child{cmd: exec.CommandContext(ctx, p.path, all...)} //nolint:gosec // the operator's own setting
	c.cmd.Env, c.cmd.Dir, c.cmd.Stderr = []string{}, "/", &c.errors
	c.cmd.WaitDelay = 5 * time.Second
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a terminal's Ctrl-C is for us alone
	group.enter(c.cmd.SysProcAttr)
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if c.out, err = c.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	var theirs *os.File
	if marked {
		if c.marks, theirs, err = os.Pipe(); err != nil {
			return nil, err
		}
		c.cmd.ExtraFiles = []*os.File{theirs}
	}
	err = p.cell.start(c.cmd)
	if theirs != nil {
		err = errors.Join(err, theirs.Close())
	}
	if err != nil && c.marks != nil {
		err = errors.Join(err, c.marks.Close())
	}
	return c, err
}

// pipeSize is what a pipe holds: most of a tile's picture, so that whoever writes it
// seldom waits for who reads. All pipes of a user may have 64 MiB (pipe(7)).
const pipeSize = 256 << 10

// enlarge is a matter of speed only: with pipes as they come all works too.
func enlarge(pipes ...any) {
	for _, p := range pipes {
		if f, ok := p.(syscall.Conn); ok {
			if raw, err := f.SyscallConn(); err == nil {
				_ = raw.Control(func(fd uintptr) {
					_, _, _ = syscall.Syscall(syscall.SYS_FCNTL, fd, setPipeSize, pipeSize)
				})
			}
		}
	}
}

const setPipeSize = 1031 // F_SETPIPE_SZ

// killed reports that somebody ended a child, as the kernel does when memory is short:
// what is missing then is not the recording's fault, and composing again may help.
func killed(err error) bool {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && (status.Signal() == syscall.SIGKILL || status.Signal() == syscall.SIGTERM)
}

// ended waits for a decoder. Frames that it could not decode are counted elsewhere;
// that it was killed ends the whole.
func (p program) ended(ctx context.Context, c *child) {
	if err := c.wait(); killed(err) && ctx.Err() == nil {
		p.fail(err)
	}
}

// tail keeps the last of what ffmpeg complains about. It says nothing about
// persons: names are drawn here, and there are no file names.
type tail struct {
	mu  sync.Mutex
	buf []byte // guarded by mu
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p...)
	t.buf = t.buf[max(0, len(t.buf)-2000):]
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.buf))
}
