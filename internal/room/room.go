// Package room is the live sitting of a meeting: the gate everybody comes in
// through, and one goroutine per room that owns its state. What people do comes
// in as commands, what is decided goes out as events; media itself is the SFU's.
package room

import (
	"context"
	"time"

	"plenum/internal/access"
	"plenum/internal/id"
	"plenum/internal/invite"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

// Store is what rooms need to know and to keep. Nothing about persons is
// written: a sitting and the random ids that may not come back.
type Store interface {
	Meeting(ctx context.Context, meeting id.Meeting) (meeting.Meeting, error)                         // [meeting.ErrNotFound]
	InviteBySecret(ctx context.Context, meeting id.Meeting, secret pii.Secret) (invite.Invite, error) // [invite.ErrNotFound]
	Tenant(ctx context.Context, tenant id.Tenant) (tenant.Tenant, error)
	User(ctx context.Context, user id.User) (user.User, error)

	// BeginSitting notes the running sitting and that the meeting is not over.
	BeginSitting(ctx context.Context, meeting id.Meeting, sitting id.Sitting, at time.Time) error
	// EndSitting forgets the sitting, the lock and the removed seats; ended marks
	// the meeting as over until an owner or moderator comes again.
	EndSitting(ctx context.Context, meeting id.Meeting, ended bool) error
	SetLocked(ctx context.Context, meeting id.Meeting, locked bool) error
	// UpdateMeeting writes the settings. The room changes only the policy: what
	// moderators decide in the call must not be given back by a restart.
	UpdateMeeting(ctx context.Context, m meeting.Meeting) error
	// RemoveSeat notes that seat may not come back during the running sitting. It
	// must be durable when it returns.
	RemoveSeat(ctx context.Context, meeting id.Meeting, seat id.Seat) error
	RemovedSeats(ctx context.Context, meeting id.Meeting) ([]id.Seat, error)
}

// Media is the SFU. A seat that is not connected there is not an error.
type Media interface {
	// Open makes the room ready; opening an open room does nothing.
	Open(ctx context.Context, meeting id.Meeting) error
	Close(ctx context.Context, meeting id.Meeting) error
	// Token opens one connection and lives 60 s. Grants set later win over its own.
	Token(meeting id.Meeting, seat id.Seat, grants access.Grants) (pii.Secret, error)
	// SetGrants takes effect within a second; tracks no longer granted are
	// unpublished by the SFU.
	SetGrants(ctx context.Context, meeting id.Meeting, seat id.Seat, grants access.Grants) error
	// Mute silences a track; the seat may unmute itself again.
	Mute(ctx context.Context, meeting id.Meeting, seat id.Seat, source access.Source) error
	// Remove ends the seat's connection and every token issued for it up to now.
	Remove(ctx context.Context, meeting id.Meeting, seat id.Seat) error
}

// Caller is somebody at the door.
type Caller struct {
	Meeting id.Meeting
	User    *user.User // nil for guests
	// InviteSecret is the secret of a role link, "" without one. A wrong one
	// counts for nothing: the caller is then an attendee like anyone with the link.
	InviteSecret pii.Secret
}

// Door is what somebody who has not come in yet may know.
type Door struct {
	Name         pii.Name // the meeting's
	Organisation string
	Host         pii.Name // who invites; "" for meetings made on the command line
	Welcome      string
	Role         access.Role // what the caller would be
	Locked       bool        // and the caller could not come in
}

// Request asks the gate for a ticket.
type Request struct {
	Caller
	Name string // as typed; see [user.ParseName]
}
