package main

import "plenum/internal/api"

type openapiCommand struct{}

// Run is called by kong.
func (openapiCommand) Run(s streams) error {
	_, err := s.out.Write(api.Spec())
	return err
}
