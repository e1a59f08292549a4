package composer

import (
	"os/exec"
	"testing"
)

// BenchmarkStart says what being confined adds to the start of a program.
func BenchmarkStart(b *testing.B) {
	const program = "/usr/bin/true"
	for name, start := range map[string]func(*exec.Cmd) error{"free": (*exec.Cmd).Start, "confined": newCell(program).start} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				cmd := exec.CommandContext(b.Context(), program)
				if err := start(cmd); err != nil {
					b.Fatal(err)
				}
				if err := cmd.Wait(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
