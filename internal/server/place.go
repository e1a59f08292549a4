package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"plenum/internal/audit"
	"plenum/internal/blob"
	"plenum/internal/config"
	"plenum/internal/edge"
	"plenum/internal/fault"
	"plenum/internal/store"
	"plenum/internal/vault"
)

// StoreConfig says where the data of cfg lies.
func StoreConfig(cfg config.Config) store.Config {
	if cfg.Database != "" {
		return store.Config{URL: cfg.Database}
	}
	return store.Config{Path: filepath.Join(cfg.Data, "plenum.db")}
}

// SealedStoreConfig is StoreConfig with the key that signs the audit.
func SealedStoreConfig(cfg config.Config, keys *vault.Vault) store.Config {
	c := StoreConfig(cfg)
	c.AuditKey = audit.NewSigner(keys.Derive("audit"))
	return c
}

// OpenFiles opens the place of the recordings of cfg. Faults: those of
// [archive.ErrFiles].
func OpenFiles(ctx context.Context, cfg config.Config) (blob.Store, error) {
	if cfg.Bucket != nil {
		return blob.OpenS3(ctx, blob.S3Config(*cfg.Bucket))
	}
	return blob.OpenDir(FilesDir(cfg))
}

// FilesDir is the directory of the recordings of cfg, when they are in one.
func FilesDir(cfg config.Config) string {
	if cfg.Files != "" {
		return cfg.Files
	}
	return filepath.Join(cfg.Data, "files")
}

// MasterKeyPath is the key file of cfg.
func MasterKeyPath(cfg config.Config) string {
	if cfg.MasterKey != "" {
		return cfg.MasterKey
	}
	return vault.DefaultPath(cfg.Data)
}

// BaseURL is the address that links begin with. A machine in a LAN that has no
// name goes by its first address there: localhost would lead others nowhere.
func BaseURL(cfg config.Config) string {
	base := cfg.BaseURL()
	if !cfg.LAN || cfg.Domain != "" {
		return base
	}
	addrs := lanAddrs()
	u, err := url.Parse(base)
	if err != nil || len(addrs) == 0 {
		return base
	}
	return lanURL(u, addrs[0])
}

// linkBase is what the API begins links with: the domain if there is one, else
// whatever name of ours the person used.
func linkBase(cfg config.Config) string {
	if cfg.Domain == "" {
		return ""
	}
	return cfg.BaseURL()
}

func lanURL(base *url.URL, addr netip.Addr) string {
	u := *base
	u.Host = addr.String()
	if port := base.Port(); port != "" {
		u.Host = net.JoinHostPort(addr.String(), port)
	} else if addr.Is6() {
		u.Host = "[" + addr.String() + "]"
	}
	return u.String()
}

// lanAddrs are the addresses under which others in the network reach us, IPv4
// first because people can read it out.
func lanAddrs() []netip.Addr {
	addrs := slices.DeleteFunc(edge.LocalAddrs(), func(a netip.Addr) bool {
		return a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast()
	})
	slices.SortStableFunc(addrs, func(a, b netip.Addr) int { return a.BitLen() - b.BitLen() })
	return addrs
}

// errInUse is what a second server on the same data gets.
var errInUse = fault.New("server.New", fault.Unavailable, "data.in_use",
	"Another Plenum server is running on this data. Stop it first, or give this one a directory of its own with --data.")

// takeData makes the data directory and keeps other servers out of it for as
// long as this one runs.
func takeData(dir string) (release func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(dir, "server.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil { //nolint:gosec // descriptors are small
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = errInUse
		}
		return nil, errors.Join(err, lock.Close())
	}
	return func() { lock.Close() }, nil //nolint:errcheck // closing gives the lock back in any case
}

// Explain turns what kept a server from starting, or a subcommand from working,
// into one sentence for the operator: what happened, then what to do.
func Explain(err error) string {
	if p, ok := errors.AsType[config.Problems](err); ok {
		return p.Error()
	}
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind != fault.Internal {
		return f.Text
	}
	var path string
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		path = " (" + p.Path + ")"
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "There is no space left where the data lies" + path + ". Free some space and start again; nothing was lost."
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Sprintf("The address %s is taken by another program, perhaps another Plenum. Stop that one, or choose another port (--listen, --metrics-listen).", address(err))
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Sprintf("This machine has no address %s. Choose one it has with --listen.", address(err))
	case errors.Is(err, fs.ErrPermission) && path == "":
		return fmt.Sprintf("This user may not listen on %s. Choose a port above 1023, or allow it: setcap cap_net_bind_service=+ep on the program.", address(err))
	case errors.Is(err, fs.ErrPermission):
		return "This user may not read and write the data" + path + ". Check owner and permissions."
	case errors.Is(err, syscall.ENOTDIR):
		return "The data directory cannot be made, something on the way to it is a file" + path + "."
	case errors.Is(err, syscall.EROFS):
		return "The data lies where nothing can be written" + path + "."
	}
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Cause != nil {
		return sentence(f.Cause.Error())
	}
	return sentence(err.Error())
}

// address names the port that a failed listen was about.
func address(err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Addr != nil {
		return op.Addr.String()
	}
	return "asked for"
}

// sentence keeps the first line of a message: what follows is for programmers.
func sentence(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	if s == "" {
		return "Something went wrong."
	}
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".") + "."
}
