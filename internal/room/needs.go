package room

import (
	"context"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/capacity"
	"plenum/internal/id"
	"plenum/internal/invite"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

// Store is what rooms need to know and to keep. Of persons it keeps ids: who may
// not come back, and in the audit who decided what. Whatever takes entries writes
// them in the same transaction as the change.
type Store interface {
	Meeting(ctx context.Context, meeting id.Meeting) (meeting.Meeting, error) // [meeting.ErrNotFound]
	// MeetingIn is Meeting for one organisation: others\' are [meeting.ErrNotFound], too.
	MeetingIn(ctx context.Context, tenant id.Tenant, meeting id.Meeting) (meeting.Meeting, error)
	Invite(ctx context.Context, invite id.Invite) (invite.Invite, error)                              // [invite.ErrUnknown]
	InviteBySecret(ctx context.Context, meeting id.Meeting, secret pii.Secret) (invite.Invite, error) // [invite.ErrUnknown]
	// UseInvite counts a newcomer, or says why the invite is worth nothing:
	// [invite.ErrUsedUp], [invite.ErrExpired], [invite.ErrNotYet], [invite.ErrRevoked].
	UseInvite(ctx context.Context, invite id.Invite, now time.Time) error
	// ReturnInvite takes back what UseInvite counted when nobody came in after all.
	ReturnInvite(ctx context.Context, invite id.Invite) error
	User(ctx context.Context, user id.User) (user.User, error) // [user.ErrNotFound]
	Tenant(ctx context.Context, tenant id.Tenant) (tenant.Tenant, error)

	// BeginSitting notes the running sitting and that the meeting is not over.
	BeginSitting(ctx context.Context, meeting id.Meeting, sitting id.Sitting, at time.Time) error
	// EndSitting forgets the sitting, the lock and the removed seats; ended marks
	// the meeting as over until an owner or moderator comes again.
	EndSitting(ctx context.Context, meeting id.Meeting, ended bool, entries ...audit.Entry) error
	// Each of these writes its own columns only: the settings page may write others
	// at the same time.
	SetLocked(ctx context.Context, meeting id.Meeting, locked bool, entries ...audit.Entry) error
	SetLobby(ctx context.Context, meeting id.Meeting, lobby meeting.Lobby, entries ...audit.Entry) error
	SetPasscode(ctx context.Context, meeting id.Meeting, hash string, entries ...audit.Entry) error
	SetPolicy(ctx context.Context, meeting id.Meeting, policy access.Policy, entries ...audit.Entry) error
	// RemoveSeat notes that seat may not come back during the running sitting. It
	// must be durable when it returns.
	RemoveSeat(ctx context.Context, meeting id.Meeting, seat id.Seat, entries ...audit.Entry) error
	RemovedSeats(ctx context.Context, meeting id.Meeting) ([]id.Seat, error)
	Ban(ctx context.Context, ban meeting.Ban, entries ...audit.Entry) error
	Banned(ctx context.Context, meeting id.Meeting, user id.User, invite id.Invite) (bool, error)
	// Record writes decisions that change nothing else. Many at once share a
	// transaction.
	Record(ctx context.Context, entries ...audit.Entry) error
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

// Pool shares the organisation's connections among its meetings. What becomes of
// a claim that had to wait is told through [Rooms.Moved].
type Pool interface {
	// Claim asks for a connection, or how the claim stands. A seat that claims
	// again keeps its connection, or its place in the line.
	Claim(ctx context.Context, c capacity.Claim) (capacity.Standing, error)
	// Release gives a connection or a place in the line back. It never blocks.
	Release(seat id.Seat)
}

// Passwords hashes passcodes and verifies them and host PINs, slowly on purpose.
type Passwords interface {
	Hash(ctx context.Context, password pii.Secret) (string, error)
	Verify(ctx context.Context, hash string, password pii.Secret) (bool, error)
}
