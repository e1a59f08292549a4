// Command plenum is the meeting server and its tools.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"plenum/internal/config"
	"plenum/internal/server"
	"plenum/internal/store"
	"plenum/internal/vault"
)

var version = "dev" //nolint:gochecknoglobals // set by the linker, see Makefile

// commandLine is everything plenum understands.
type commandLine struct {
	config.Place

	Serve   serveCommand   `cmd:"" help:"Run the server."`
	Meeting meetingCommand `cmd:"" help:"Make and list meetings, also while the server runs."`
	User    userCommand    `cmd:"" help:"Add accounts and reset passwords, also while the server runs."`
	Tenant  tenantCommand  `cmd:"" help:"Make and list organisations beside the first, also while the server runs."`
	Audit   auditCommand   `cmd:"" help:"Verify and export the log of who decided what, also while the server runs."`
	Backup  backupCommand  `cmd:"" help:"Write everything into one encrypted file, also while the server runs."`
	Restore restoreCommand `cmd:"" help:"Make a server of a backup, in an empty place."`
	Doctor  doctorCommand  `cmd:"" help:"Check this machine and say what to do."`
	Version versionCommand `cmd:"" help:"Print the version."`
	Datamap datamapCommand `cmd:"" hidden:"" help:"Print what is kept, as docs/privacy.md."`
	OpenAPI openapiCommand `cmd:"" name:"openapi" hidden:"" help:"Print the API's description."`
}

// streams are where a subcommand reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func main() { os.Exit(run(os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})) }

// run is main with everything it touches handed in; it returns the exit code.
func run(args []string, s streams) int {
	// The first signal asks to stop; with the handler gone again, the second one
	// ends the program at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	var cli commandLine
	exited := -1
	parser, err := kong.New(&cli,
		kong.Name("plenum"), kong.Description("A meeting server that an organisation runs itself."),
		kong.Writers(s.out, s.err), kong.Exit(func(code int) { exited = code }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(s),
	)
	if err != nil {
		panic(err) // the command line is part of the program
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 { // --help
		return exited
	}
	if err == nil {
		parsed.Bind(cli.Place)
		err = parsed.Run()
	} else {
		err = fmt.Errorf("%w. See plenum --help", err)
	}
	if code, ok := errors.AsType[exitCode](err); ok {
		return int(code)
	}
	if err != nil {
		fmt.Fprintln(s.err, "plenum: "+strings.TrimRight(server.Explain(err), "\n"))
		return 1
	}
	return 0
}

// exitCode ends the program with everything said already.
type exitCode int //nolint:errname // it is no error but the shortest way out

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// serveCommand runs the server.
type serveCommand struct{ config.Serving }

// Run is called by kong.
func (c *serveCommand) Run(ctx context.Context, place config.Place, s streams) error {
	cfg, err := config.Load(place, c.Serving)
	if err != nil {
		return err
	}
	srv, err := server.New(ctx, cfg, server.Options{Version: version, Log: s.err, Out: s.out})
	if err != nil {
		return err
	}
	return srv.Run(ctx)
}

type versionCommand struct{}

// Run is called by kong.
func (versionCommand) Run(s streams) error {
	_, err := fmt.Fprintf(s.out, "plenum %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// openStore opens the data that a subcommand works on, running server or not.
func openStore(ctx context.Context, place config.Place) (config.Config, *store.Store, error) {
	cfg, err := config.Load(place, config.Serving{})
	if err != nil {
		return cfg, nil, err
	}
	if cfg.Database == "" {
		if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
			return cfg, nil, err
		}
	}
	keys, err := vault.Open(server.MasterKeyPath(cfg))
	if err != nil {
		return cfg, nil, err
	}
	db, err := store.Open(ctx, server.SealedStoreConfig(cfg, keys))
	return cfg, db, err
}
