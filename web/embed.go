// Package web carries the built web client inside the program.
package web

import (
	"embed"
	"io/fs"
)

// dist holds what `npm run build` made. Before the first build it has only the
// file .keep, so that the module compiles without Node.
//
//go:embed all:dist
var dist embed.FS

// Files returns the built client with index.html at its root. Everything under
// assets/ carries a hash of its content in its name and never changes.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path: fs.Sub cannot refuse it
	}
	return files
}
