package composer

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"

	"plenum/internal/fault"
)

// What can be wrong with ffmpeg.
var (
	ErrMissing  = fault.New("composer.Check", fault.Unavailable, "composer.missing", "ffmpeg was not found; install it (Debian: apt install ffmpeg) or set its path.")
	ErrUnsuited = fault.New("composer.Check", fault.Unavailable, "composer.unsuited", "This ffmpeg cannot be used; version 5.1 or newer with libx264 and libopus is needed.")
)

// program is an ffmpeg that was looked at.
type program struct { //nolint:recvcheck // a value, once look has filled it in
	path    string
	cell    cell
	Version string
	opus    string // its decoders
	av1     string
	running *sync.WaitGroup // what was started with it
	fail    context.CancelCauseFunc
	yard    *yard // where it runs; nil: with us
}

const oldestMajor, oldestMinor = 5, 1

// find looks for ffmpeg at path, or in PATH when it is "", and what it can do.
func find(ctx context.Context, path string) (program, error) {
	if path == "" {
		path = "ffmpeg"
	}
	path, err := exec.LookPath(path)
	if err != nil {
		return program{}, ErrMissing.With(err)
	}
	if path, err = filepath.Abs(path); err != nil { // it runs in another directory
		return program{}, ErrMissing.With(err)
	}
	p := program{path: path, cell: newCell(path), running: &sync.WaitGroup{}}
	out, err := p.ask(ctx, "-version")
	if err != nil {
		return program{}, ErrUnsuited.With(err)
	}
	// Builds from source control are called N-12345-gabcdef; they are newer.
	version := regexp.MustCompile(`^ffmpeg version (?:n?(\d+)\.(\d+)\S*|N-\S+)`).FindSubmatch(out)
	if version == nil {
		return program{}, ErrUnsuited.With(fmt.Errorf("%s is not ffmpeg", path))
	}
	p.Version = string(bytes.TrimPrefix(version[0], []byte("ffmpeg version ")))
	if len(version[1]) > 0 && tooOld(version[1], version[2]) {
		return program{}, ErrUnsuited.With(fmt.Errorf("%s is version %s", path, p.Version))
	}
	if err := p.look(ctx); err != nil {
		return program{}, ErrUnsuited.With(err)
	}
	return p, nil
}

func tooOld(version ...[]byte) bool {
	major, _ := strconv.Atoi(string(version[0])) //nolint:errcheck // digits; what does not fit is new
	minor, _ := strconv.Atoi(string(version[1])) //nolint:errcheck // as above
	return major < oldestMajor || major == oldestMajor && minor < oldestMinor
}

// look finds out which codecs there are.
func (p *program) look(ctx context.Context) error {
	encoders, err := p.ask(ctx, "-hide_banner", "-encoders")
	if err != nil {
		return err
	}
	decoders, err := p.ask(ctx, "-hide_banner", "-decoders")
	if err != nil {
		return err
	}
	has := func(list []byte, name string) bool {
		return slices.ContainsFunc(bytes.Split(list, []byte("\n")), func(line []byte) bool {
			fields := bytes.Fields(line)
			return len(fields) > 1 && string(fields[1]) == name
		})
	}
	for _, name := range []string{"libx264", "aac"} {
		if !has(encoders, name) {
			return fmt.Errorf("%s has no encoder %s", p.path, name)
		}
	}
	for _, name := range []string{"vp8", "vp9", "h264", "libopus"} {
		if !has(decoders, name) {
			return fmt.Errorf("%s has no decoder %s", p.path, name)
		}
	}
	p.opus, p.av1 = "libopus", "libdav1d"
	if !has(decoders, p.av1) {
		p.av1 = "libaom-av1"
	}
	return nil
}

func (p *program) ask(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, p.path, args...) //nolint:gosec // the operator's own setting
	var out bytes.Buffer
	var complaint tail
	cmd.Env, cmd.Stdout, cmd.Stderr = []string{}, &out, &complaint
	err := p.cell.start(cmd)
	if err == nil {
		err = cmd.Wait()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", p.path, err, complaint.String())
	}
	return out.Bytes(), nil
}
