package store

import (
	"errors"
	"io/fs"
	"net"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"plenum/internal/fault"
)

// What can be wrong with the place the data lies in, in the operator's words.
var (
	errDamaged     = unavailable("data.damaged", "The database is damaged or is not a Plenum database. Nothing was changed. Put back a backup, or move the file away to begin anew.")
	errNewer       = unavailable("data.newer", "The data was written by a newer version of Plenum. Nothing was changed. Install that version or a later one, or put back a backup made with this one.")
	errDenied      = unavailable("data.denied", "Plenum is not allowed to read and write its database. Check the owner and the permissions of the data directory, or the rights of the database user.")
	errUnreachable = unavailable("data.unreachable", "The database server cannot be reached. Check that it runs and that the address, user and password in the configuration are right.")
	errBusy        = unavailable("data.busy", "The database is busy with another program.")
	errFull        = unavailable("disk.full", "There is no space left where the data lies. Free some space; nothing was lost.")
	errDirectory   = unavailable("data.missing", "The directory for the data does not exist.")
)

func unavailable(code, text string) *fault.Error {
	return fault.New("store", fault.Unavailable, code, text)
}

// explain turns what a driver says into a fault; err stays as the cause.
func explain(op string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	known := explainSQLite(err)
	if known == nil {
		known = explainPostgres(err)
	}
	if known == nil && errors.Is(err, syscall.ENOSPC) {
		known = errFull
	}
	if known == nil {
		return fault.Wrap(op, err)
	}
	known = known.With(err)
	known.Op = op
	return known
}

func explainSQLite(err error) *fault.Error {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return nil
	}
	switch e.Code() & 0xff { // the primary result code, https://www.sqlite.org/rescode.html
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return errDamaged
	case lib.SQLITE_FULL:
		return errFull
	case lib.SQLITE_PERM, lib.SQLITE_READONLY, lib.SQLITE_CANTOPEN, lib.SQLITE_AUTH:
		return errDenied
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return errBusy
	}
	if e.Code() == lib.SQLITE_IOERR_SHMSIZE { // the index of the write-ahead log does not fit
		return errFull
	}
	return nil
}

func explainPostgres(err error) *fault.Error {
	e, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
			return errUnreachable
		}
		if _, ok := errors.AsType[*net.OpError](err); ok {
			return errUnreachable
		}
		return nil
	}
	// https://www.postgresql.org/docs/current/errcodes-appendix.html
	switch e.Code {
	case "42501", "3F000": // insufficient_privilege; no schema one may see
		return errDenied
	case "53100": // disk_full
		return errFull
	case "XX001", "XX002": // data_corrupted, index_corrupted
		return errDamaged
	}
	switch e.Code[:2] {
	case "08", "28", "3D", "57": // connection, authorization, no such database, shutting down
		return errUnreachable
	}
	return nil
}

// explainFile is explain for the operating system's answers about the file.
func explainFile(path string, err error) error {
	known := errDenied
	switch {
	case errors.Is(err, fs.ErrNotExist):
		known = errDirectory
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		known = errFull
	}
	known = known.With(err)
	known.Text += " (" + path + ")"
	return known
}

// isUnique reports whether err says that a unique value is taken.
func isUnique(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() == lib.SQLITE_CONSTRAINT_UNIQUE || e.Code() == lib.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == "23505" // unique_violation
	}
	return false
}

// isForeign reports whether err says that something refers to what is not there, or
// is about to go.
func isForeign(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() == lib.SQLITE_CONSTRAINT_FOREIGNKEY
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == "23503" // foreign_key_violation
	}
	return false
}
