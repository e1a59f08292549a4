// Package roomtest has what tests of rooms need beside rooms: a store that
// forgets with the process and an SFU that only takes notes.
package roomtest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/id"
	"plenum/internal/invite"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/room"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

// Store keeps one tenant with its users, and meetings.
type Store struct {
	Host user.User // owns what Add adds

	mu       sync.Mutex
	tenant   tenant.Tenant
	meetings map[id.Meeting]meeting.Meeting
	invites  map[[32]byte]invite.Invite
	users    map[id.User]user.User
	removed  map[id.Meeting]map[id.Seat]bool
	bans     []meeting.Ban
	entries  []audit.Entry
	writes   int
	fail     error
}

var _ room.Store = (*Store)(nil)

// NewStore returns a store without meetings.
func NewStore() *Store {
	t := tenant.Tenant{ID: id.New[id.Tenant](), Name: "City of Example"}
	host := user.User{ID: id.New[id.User](), Tenant: t.ID, Name: "Hanna Host", Email: "hanna@example.org"}
	return &Store{
		Host:     host,
		tenant:   t,
		users:    map[id.User]user.User{host.ID: host},
		meetings: make(map[id.Meeting]meeting.Meeting),
		invites:  make(map[[32]byte]invite.Invite),
		removed:  make(map[id.Meeting]map[id.Seat]bool),
	}
}

// Add makes a meeting of Host's and one invite for each role.
func (s *Store) Add(change func(*meeting.Meeting)) (id.Meeting, map[access.Role]pii.Secret) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := meeting.New(s.tenant.ID, s.Host.ID, "Budget", time.Now())
	if change != nil {
		change(&m)
	}
	s.meetings[m.ID] = m
	links := make(map[access.Role]pii.Secret)
	for _, role := range access.Roles() {
		i, secret := invite.New(m.ID, role, time.Now())
		s.invites[i.SecretHash] = i
		links[role] = secret
	}
	return m.ID, links
}

// Writes returns how often something was written.
func (s *Store) Writes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writes
}

// Fail makes every write fail with err, or work again with nil.
func (s *Store) Fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = err
}

// Delete takes a meeting away.
func (s *Store) Delete(m id.Meeting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.meetings, m)
}

// Meeting implements [room.Store].
func (s *Store) Meeting(_ context.Context, m id.Meeting) (meeting.Meeting, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.meetings[m]
	if !ok {
		return meeting.Meeting{}, meeting.ErrNotFound
	}
	return found, nil
}

// MeetingIn is that of [room.Store].
func (s *Store) MeetingIn(ctx context.Context, t id.Tenant, m id.Meeting) (meeting.Meeting, error) {
	found, err := s.Meeting(ctx, m)
	if err == nil && found.Tenant != t {
		return meeting.Meeting{}, meeting.ErrNotFound
	}
	return found, err
}

// InviteBySecret implements [room.Store].
func (s *Store) InviteBySecret(_ context.Context, m id.Meeting, secret pii.Secret) (invite.Invite, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.invites[invite.Hash(secret)]
	if !ok || i.Meeting != m {
		return invite.Invite{}, invite.ErrUnknown
	}
	return i, nil
}

// Tenant implements [room.Store].
func (s *Store) Tenant(context.Context, id.Tenant) (tenant.Tenant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tenant, nil
}

// ChangeTenant changes the organisation.
func (s *Store) ChangeTenant(change func(*tenant.Tenant)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.tenant)
}

// User implements [room.Store].
func (s *Store) User(_ context.Context, u id.User) (user.User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.users[u]
	if !ok {
		return user.User{}, user.ErrNotFound
	}
	return found, nil
}

// BeginSitting implements [room.Store].
func (s *Store) BeginSitting(_ context.Context, m id.Meeting, sitting id.Sitting, at time.Time) error {
	return s.write(m, nil, func(found *meeting.Meeting) {
		found.Sitting, found.SittingStartedAt, found.Ended, found.Locked = sitting, at, false, false
	})
}

// EndSitting implements [room.Store].
func (s *Store) EndSitting(_ context.Context, m id.Meeting, ended bool, entries ...audit.Entry) error {
	return s.write(m, entries, func(found *meeting.Meeting) {
		found.Sitting, found.SittingStartedAt, found.Ended, found.Locked = "", time.Time{}, ended, false
		delete(s.removed, m)
	})
}

// SetLocked implements [room.Store].
func (s *Store) SetLocked(_ context.Context, m id.Meeting, locked bool, entries ...audit.Entry) error {
	return s.write(m, entries, func(found *meeting.Meeting) { found.Locked = locked })
}

// SetLobby implements [room.Store].
func (s *Store) SetLobby(_ context.Context, m id.Meeting, lobby meeting.Lobby, entries ...audit.Entry) error {
	return s.write(m, entries, func(found *meeting.Meeting) { found.Lobby = lobby })
}

// SetPasscode implements [room.Store].
func (s *Store) SetPasscode(_ context.Context, m id.Meeting, hash string, entries ...audit.Entry) error {
	return s.write(m, entries, func(found *meeting.Meeting) { found.PasscodeHash = hash })
}

// SetPolicy implements [room.Store].
func (s *Store) SetPolicy(_ context.Context, m id.Meeting, policy access.Policy, entries ...audit.Entry) error {
	return s.write(m, entries, func(found *meeting.Meeting) { found.Policy = policy })
}

// Change changes a meeting as the settings page does.
func (s *Store) Change(m id.Meeting, change func(*meeting.Meeting)) error {
	return s.write(m, nil, change)
}

// RemoveSeat implements [room.Store].
func (s *Store) RemoveSeat(_ context.Context, m id.Meeting, seat id.Seat, entries ...audit.Entry) error {
	return s.write(m, entries, func(*meeting.Meeting) {
		if s.removed[m] == nil {
			s.removed[m] = make(map[id.Seat]bool)
		}
		s.removed[m][seat] = true
	})
}

// RemovedSeats implements [room.Store].
func (s *Store) RemovedSeats(_ context.Context, m id.Meeting) ([]id.Seat, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.removed[m])), nil
}

// Ban implements [room.Store].
func (s *Store) Ban(_ context.Context, b meeting.Ban, entries ...audit.Entry) error {
	return s.write(b.Meeting, entries, func(*meeting.Meeting) { s.bans = append(s.bans, b) })
}

// Banned implements [room.Store].
func (s *Store) Banned(_ context.Context, m id.Meeting, u id.User, i id.Invite) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.bans, func(b meeting.Ban) bool {
		return b.Meeting == m && (b.User != "" && b.User == u || b.Invite != "" && b.Invite == i)
	}), nil
}

// Bans returns all bans.
func (s *Store) Bans() []meeting.Ban {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.bans)
}

// LiftBans forgets all bans.
func (s *Store) LiftBans() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bans = nil
}

// Record implements [room.Store].
func (s *Store) Record(_ context.Context, entries ...audit.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return s.fail
	}
	return s.note(entries)
}

// note keeps entries. Caller holds mu.
func (s *Store) note(entries []audit.Entry) error {
	for _, e := range entries {
		if err := e.Check(); err != nil {
			return err
		}
	}
	s.entries = append(s.entries, entries...)
	return nil
}

// Entries returns what was written down so far.
func (s *Store) Entries() []audit.Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.entries)
}

// Invite implements [room.Store].
func (s *Store) Invite(_ context.Context, i id.Invite) (invite.Invite, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, found := range s.invites {
		if found.ID == i {
			return found, nil
		}
	}
	return invite.Invite{}, invite.ErrUnknown
}

// UseInvite implements [room.Store].
func (s *Store) UseInvite(_ context.Context, i id.Invite, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for hash, found := range s.invites {
		if found.ID != i {
			continue
		}
		if err := found.Usable(now); err != nil {
			return err
		}
		found.Uses++
		s.invites[hash] = found
		return nil
	}
	return invite.ErrUnknown
}

// ReturnInvite implements [room.Store].
func (s *Store) ReturnInvite(_ context.Context, i id.Invite) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for hash, found := range s.invites {
		if found.ID == i {
			found.Uses--
			s.invites[hash] = found
		}
	}
	return nil
}

// Invited adds an invite and returns it with its secret.
func (s *Store) Invited(m id.Meeting, role access.Role, change func(*invite.Invite)) (invite.Invite, pii.Secret) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, secret := invite.New(m, role, time.Now())
	i.Personal = true
	if change != nil {
		change(&i)
	}
	s.invites[i.SecretHash] = i
	return i, secret
}

// RevokeInvite makes an invite worthless.
func (s *Store) RevokeInvite(i id.Invite) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for hash, found := range s.invites {
		if found.ID == i {
			found.Revoked = true
			s.invites[hash] = found
		}
	}
}

// AddUser adds an account of the organisation.
func (s *Store) AddUser(name pii.Name, email pii.Email, change func(*user.User)) user.User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := user.User{ID: id.New[id.User](), Tenant: s.tenant.ID, Name: name, Email: email}
	if change != nil {
		change(&u)
	}
	s.users[u.ID] = u
	return u
}

// ChangeUser changes an account.
func (s *Store) ChangeUser(u id.User, change func(*user.User)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.users[u]
	change(&found)
	s.users[u] = found
}

// DeleteUser deletes an account.
func (s *Store) DeleteUser(u id.User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.users, u)
}

// TenantID is whose everything is.
func (s *Store) TenantID() id.Tenant { return s.tenant.ID }

func (s *Store) write(m id.Meeting, entries []audit.Entry, change func(*meeting.Meeting)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return s.fail
	}
	found, ok := s.meetings[m]
	if !ok {
		return meeting.ErrNotFound
	}
	if err := s.note(entries); err != nil {
		return err
	}
	s.writes++
	change(&found)
	s.meetings[m] = found
	return nil
}

// Media notes what it is asked to do, such as "mute microphone of " and a seat.
type Media struct {
	mu     sync.Mutex
	notes  []string
	grants map[id.Seat]access.Grants
	fail   map[string]error
	block  chan struct{}
}

var _ room.Media = (*Media)(nil)

// NewMedia returns an SFU at which everything works.
func NewMedia() *Media {
	return &Media{grants: make(map[id.Seat]access.Grants), fail: make(map[string]error)}
}

// Notes returns and forgets what was asked since the last time, tokens apart.
func (m *Media) Notes() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	notes := m.notes
	m.notes = nil
	return notes
}

// Grants returns what the seat may publish as far as the SFU knows.
func (m *Media) Grants(seat id.Seat) access.Grants {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.grants[seat]
}

// Fail makes one kind of call ("open", "close", "token", "grants", "mute",
// "remove") fail with err, or work again with nil.
func (m *Media) Fail(call string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail[call] = err
}

// Block makes "grants" wait until release is called.
func (m *Media) Block() (release func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.block = make(chan struct{})
	return sync.OnceFunc(func() { close(m.block) })
}

func (m *Media) note(call, format string, args ...any) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fail[call]; err != nil {
		return err
	}
	m.notes = append(m.notes, fmt.Sprintf(format, args...))
	return nil
}

// Open implements [room.Media].
func (m *Media) Open(context.Context, id.Meeting) error { return m.note("open", "open") }

// Close implements [room.Media].
func (m *Media) Close(context.Context, id.Meeting) error { return m.note("close", "close") }

// Token implements [room.Media].
func (m *Media) Token(_ id.Meeting, seat id.Seat, grants access.Grants) (pii.Secret, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fail["token"]; err != nil {
		return "", err
	}
	m.grants[seat] = grants
	return pii.Secret("media " + id.NewSecret()), nil
}

// SetGrants implements [room.Media].
func (m *Media) SetGrants(ctx context.Context, _ id.Meeting, seat id.Seat, grants access.Grants) error {
	m.mu.Lock()
	block := m.block
	m.mu.Unlock()
	if block != nil {
		select {
		case <-block:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := m.note("grants", "grants of %s", seat); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.grants[seat] = grants
	return nil
}

// Mute implements [room.Media].
func (m *Media) Mute(_ context.Context, _ id.Meeting, seat id.Seat, source access.Source) error {
	return m.note("mute", "mute %s of %s", source, seat)
}

// Remove implements [room.Media].
func (m *Media) Remove(_ context.Context, _ id.Meeting, seat id.Seat) error {
	return m.note("remove", "remove %s", seat)
}
