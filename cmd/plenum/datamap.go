package main

import (
	"io"

	"plenum/internal/datamap"
)

// datamapCommand prints docs/privacy.md.
type datamapCommand struct{}

// Run is called by kong.
func (datamapCommand) Run(s streams) error {
	text, err := datamap.Markdown()
	if err != nil {
		return err
	}
	_, err = io.WriteString(s.out, text)
	return err
}
