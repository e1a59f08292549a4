package store_test

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/id"
	"plenum/internal/invite"
	"plenum/internal/meeting"
	"plenum/internal/pii"
	"plenum/internal/recording"
	"plenum/internal/store"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

// everything is all meetings of an account.
func everything(t *testing.T, s *store.Store, u user.User) []meeting.Meeting {
	t.Helper()
	return must[[]meeting.Meeting](t)(s.MeetingsOf(t.Context(), u, meeting.Meeting{}, meeting.MaxPerOwner))
}

// note is an entry for the audit about a meeting.
func note(m meeting.Meeting, action audit.Action) audit.Entry {
	return audit.Entry{Tenant: m.Tenant, Action: action, Actor: audit.Party{Kind: audit.Operator}, Credential: "command line", Meeting: m.ID}
}

func (p part) meetings() {
	t, c := p.T, p.Config
	s := open(t, c)
	owner := setUp(t, s)
	first := meeting.New(owner.Tenant, owner.ID, "Bauausschuss", noon)
	second := meeting.New(owner.Tenant, owner.ID, "Raad", noon.Add(time.Hour))
	loose := meeting.New(owner.Tenant, "", "From the command line", noon)
	for _, m := range []meeting.Meeting{first, second, loose} {
		ok(t, s.CreateMeeting(t.Context(), m, nil))
		same(t, "meeting", must[meeting.Meeting](t)(s.Meeting(t.Context(), m.ID)), m)
	}
	same(t, "list", everything(t, s, owner), []meeting.Meeting{second, first})
	same(t, "list of nobody", everything(t, s, user.User{ID: "nobody", Tenant: owner.Tenant}), []meeting.Meeting{})

	ok(t, s.DeleteMeeting(t.Context(), first.ID))
	_, err := s.Meeting(t.Context(), first.ID)
	is(t, "deleted", err, meeting.ErrNotFound)
	is(t, "delete again", s.DeleteMeeting(t.Context(), first.ID), meeting.ErrNotFound)
	is(t, "update", s.ChangeMeeting(t.Context(), first.ID, meeting.Change{}), meeting.ErrNotFound)
	is(t, "lock", s.SetLocked(t.Context(), first.ID, true), meeting.ErrNotFound)
	is(t, "begin", s.BeginSitting(t.Context(), first.ID, "s", noon), meeting.ErrNotFound)
	is(t, "end", s.EndSitting(t.Context(), first.ID, true), meeting.ErrNotFound)
}

func (p part) meetingLimit() {
	t, c := p.T, p.Config
	if testing.Short() {
		t.Skip("a thousand writes")
	}
	s := open(t, c)
	owner := setUp(t, s)
	for range meeting.MaxPerOwner {
		ok(t, s.CreateMeeting(t.Context(), meeting.New(owner.Tenant, owner.ID, "One of many", noon), nil))
	}
	is(t, "one more", s.CreateMeeting(t.Context(), meeting.New(owner.Tenant, owner.ID, "Too many", noon), nil), meeting.ErrTooMany)
	same(t, "listed", len(everything(t, s, owner)), meeting.MaxPerOwner)
	ok(t, s.CreateMeeting(t.Context(), meeting.New(owner.Tenant, "", "On the command line there is no limit", noon), nil))
}

func (p part) invites() {
	t, c := p.T, p.Config
	s := open(t, c)
	home := must[tenant.Tenant](t)(s.Home(t.Context()))
	m, other := meeting.New(home.ID, "", "A", noon), meeting.New(home.ID, "", "B", noon)
	moderator, secret := invite.New(m.ID, access.Moderator, noon)
	viewer, viewerSecret := invite.New(m.ID, access.Viewer, noon)
	ok(t, s.CreateMeeting(t.Context(), m, []invite.Invite{moderator, viewer}))
	ok(t, s.CreateMeeting(t.Context(), other, nil))

	same(t, "moderator", must[invite.Invite](t)(s.InviteBySecret(t.Context(), m.ID, secret)), moderator)
	same(t, "viewer", must[invite.Invite](t)(s.InviteBySecret(t.Context(), m.ID, viewerSecret)), viewer)
	for name, secret := range map[string]pii.Secret{"empty": "", "wrong": pii.Secret(id.NewSecret()), "case": pii.Secret(strings.ToUpper(secret.Text()))} {
		_, err := s.InviteBySecret(t.Context(), m.ID, secret)
		is(t, name, err, invite.ErrUnknown)
	}
	_, err := s.InviteBySecret(t.Context(), other.ID, secret)
	is(t, "in another meeting", err, invite.ErrUnknown)
	ok(t, s.DeleteMeeting(t.Context(), m.ID))
	_, err = s.InviteBySecret(t.Context(), m.ID, secret)
	is(t, "of a deleted meeting", err, invite.ErrUnknown)

	failing := meeting.New(home.ID, "", "C", noon)
	same := moderator
	if err := s.CreateMeeting(t.Context(), failing, []invite.Invite{moderator, same}); err == nil {
		t.Error("an invite was kept twice")
	}
	_, err = s.Meeting(t.Context(), failing.ID)
	is(t, "a meeting whose invites failed", err, meeting.ErrNotFound)
}

func (p part) sitting() {
	t, c := p.T, p.Config
	s := open(t, c)
	home := must[tenant.Tenant](t)(s.Home(t.Context()))
	m := meeting.New(home.ID, "", "A", noon)
	m.Ended = true
	ok(t, s.CreateMeeting(t.Context(), m, nil))
	sitting := id.New[id.Sitting]()
	seats := []id.Seat{id.New[id.Seat](), id.New[id.Seat]()}
	slices.Sort(seats)

	ok(t, s.BeginSitting(t.Context(), m.ID, sitting, noon))
	ok(t, s.SetLocked(t.Context(), m.ID, true))
	ok(t, s.RemoveSeat(t.Context(), m.ID, seats[1]))
	ok(t, s.RemoveSeat(t.Context(), m.ID, seats[0]))
	ok(t, s.RemoveSeat(t.Context(), m.ID, seats[0]))
	m.Ended, m.Locked, m.Sitting, m.SittingStartedAt = false, true, sitting, noon
	same(t, "sitting", must[meeting.Meeting](t)(s.Meeting(t.Context(), m.ID)), m)
	same(t, "removed", must[[]id.Seat](t)(s.RemovedSeats(t.Context(), m.ID)), seats)

	ok(t, s.EndSitting(t.Context(), m.ID, true))
	m.Ended, m.Locked, m.Sitting, m.SittingStartedAt = true, false, "", time.Time{}
	same(t, "ended", must[meeting.Meeting](t)(s.Meeting(t.Context(), m.ID)), m)
	same(t, "removed after the end", must[[]id.Seat](t)(s.RemovedSeats(t.Context(), m.ID)), []id.Seat{})
	if err := s.RemoveSeat(t.Context(), "nowhere", seats[0]); err == nil {
		t.Error("a seat of no meeting was kept")
	}
}

// meetingChanges writes column by column: two who change different things at once
// both get what they asked for.
func (p part) meetingChanges() {
	t, c := p.T, p.Config
	s := open(t, c)
	owner := setUp(t, s)
	m := meeting.New(owner.Tenant, owner.ID, "Raad", noon)
	m.Lobby = meeting.Lobby{Mode: meeting.LobbyGuests, SignedIn: true, Invited: true, Domains: []string{"example.org", "example.net"}}
	m.PasscodeHash, m.HostPINHash, m.AccountRequired, m.Newcomers = "$p", "$h", true, access.Viewer
	m.Policy = access.Policy{Camera: true, ChatPrivate: true, SeePeople: true, RecordStart: access.Presenter}
	m.Recording.Layout, m.Recording.Mark, m.Recording.Days, m.EndToEnd = recording.Grid, "Entwurf", 30, true
	m.Roles = []meeting.RoleRule{{Kind: meeting.ByDomain, Value: "example.org", Role: access.Presenter}}
	ok(t, s.CreateMeeting(t.Context(), m, nil, note(m, audit.MeetingCreated)))
	same(t, "as made", must[meeting.Meeting](t)(s.Meeting(t.Context(), m.ID)), m)
	ok(t, s.ChangeMeeting(t.Context(), m.ID, meeting.Change{}))
	same(t, "after no change", must[meeting.Meeting](t)(s.Meeting(t.Context(), m.ID)), m)

	on, off, shares, hash, none := true, false, 8, "$q", ""
	name, welcome, newcomers := pii.Name("Finanzen"), "Willkommen\n<b>nicht fett</b>", access.Attendee
	roles := []meeting.RoleRule{
		{Kind: meeting.ByUser, Value: string(owner.ID), Role: access.Owner},
		{Kind: meeting.ByGroup, Value: "cn=Räte,ou=Stadt", Role: access.Moderator},
		{Kind: meeting.ByEmail, Value: "a@example.org", Role: access.Viewer},
	}
	lobby := meeting.Lobby{Mode: meeting.LobbyEveryone}
	start, nobody := access.Owner, access.Role("")
	settings := recording.Settings{Layout: recording.Share, Height: 1080, Audio: true, Sharing: recording.Sharing{With: recording.Members, Watermark: true}}
	ok(t, s.ChangeMeeting(t.Context(), m.ID, meeting.Change{
		Name: &name, Welcome: &welcome, MaxShares: &shares, Recording: &settings,
		Policy: meeting.PolicyChange{Microphone: &on, Camera: &off, RecordStart: &start, RecordStop: &nobody},
		Lobby:  &lobby, PasscodeHash: &hash, HostPINHash: &none, AccountRequired: &off, Newcomers: &newcomers, Roles: &roles, Locked: &on,
	}, note(m, audit.MeetingChanged)))
	m.Name, m.Welcome, m.MaxShares, m.Policy.Microphone, m.Policy.Camera = name, welcome, shares, true, false
	m.Policy.RecordStart, m.Policy.RecordStop, m.Recording = start, nobody, settings
	m.Lobby, m.PasscodeHash, m.HostPINHash, m.AccountRequired, m.Newcomers, m.Roles, m.Locked = lobby, hash, "", false, newcomers, roles, true
	same(t, "changed", must[meeting.Meeting](t)(s.Meeting(t.Context(), m.ID)), m)

	var wg sync.WaitGroup
	for i, change := range []func() error{
		func() error { return s.SetPolicy(t.Context(), m.ID, access.DefaultPolicy(), note(m, audit.PolicySet)) },
		func() error {
			return s.SetLobby(t.Context(), m.ID, meeting.Lobby{Mode: meeting.LobbyOff}, note(m, audit.LobbySet))
		},
		func() error { return s.SetPasscode(t.Context(), m.ID, "", note(m, audit.PasscodeSet)) },
		func() error { return s.SetLocked(t.Context(), m.ID, false, note(m, audit.DoorLocked)) },
		func() error { return s.ChangeMeeting(t.Context(), m.ID, meeting.Change{Roles: &[]meeting.RoleRule{}}) },
	} {
		wg.Go(func() {
			if err := change(); err != nil {
				t.Errorf("change %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	m.Policy, m.Lobby, m.PasscodeHash, m.Locked, m.Roles = access.DefaultPolicy(), meeting.Lobby{Mode: meeting.LobbyOff}, "", false, nil
	m.Policy.RecordStart, m.Policy.RecordStop = start, nobody // not for the room to change
	same(t, "after changes at once", must[meeting.Meeting](t)(s.Meeting(t.Context(), m.ID)), m)

	// A change whose entry cannot be written is none.
	if err := s.SetLocked(t.Context(), m.ID, true, audit.Entry{Tenant: m.Tenant}); err == nil {
		t.Error("a change without evidence")
	}
	same(t, "after a change without evidence", must[meeting.Meeting](t)(s.Meeting(t.Context(), m.ID)), m)
}

func (p part) meetingPages() {
	t, c := p.T, p.Config
	s := open(t, c)
	owner := setUp(t, s)
	all, loose := make([]meeting.Meeting, 0, 7), make([]meeting.Meeting, 0, 7)
	for i := range 7 {
		m := meeting.New(owner.Tenant, owner.ID, "One of seven", noon.Add(time.Duration(i/3)*time.Second)) // some at the same moment
		all = append(all, m)
		ok(t, s.CreateMeeting(t.Context(), m, nil))
		m = meeting.New(owner.Tenant, "", "From the command line", noon.Add(time.Duration(i/3)*time.Second))
		loose = append(loose, m)
		ok(t, s.CreateMeeting(t.Context(), m, nil))
	}
	newestFirst := func(a, b meeting.Meeting) int {
		if n := b.CreatedAt.Compare(a.CreatedAt); n != 0 {
			return n
		}
		return strings.Compare(string(a.ID), string(b.ID))
	}
	slices.SortFunc(all, newestFirst)
	slices.SortFunc(loose, newestFirst)
	page := func(list func(after meeting.Meeting) ([]meeting.Meeting, error)) []meeting.Meeting {
		var got []meeting.Meeting
		var last meeting.Meeting
		for {
			found := must[[]meeting.Meeting](t)(list(last))
			if len(found) == 0 {
				return got
			}
			got = append(got, found...)
			last = meeting.Meeting{ID: found[len(found)-1].ID, CreatedAt: found[len(found)-1].CreatedAt}
		}
	}
	same(t, "own, by twos", page(func(after meeting.Meeting) ([]meeting.Meeting, error) {
		return s.MeetingsOf(t.Context(), owner, after, 2)
	}), all)
	same(t, "nobody's, by threes", page(func(after meeting.Meeting) ([]meeting.Meeting, error) {
		return s.MeetingsIn(t.Context(), owner.Tenant, after, 3)
	}), loose)
	same(t, "of another organisation", must[[]meeting.Meeting](t)(s.MeetingsIn(t.Context(), "other", meeting.Meeting{}, 3)), []meeting.Meeting{})
}

// rules that name an owner put the meeting into that person's list.
func (p part) rules() {
	t, c := p.T, p.Config
	s := open(t, c)
	owner := setUp(t, s)
	byID, byEmail, stranger := newOwner(), newOwner(), newOwner()
	for _, u := range []*user.User{&byID, &byEmail, &stranger} {
		u.Tenant = owner.Tenant
		ok(t, s.CreateUser(t.Context(), *u))
	}
	m := meeting.New(owner.Tenant, owner.ID, "Raad", noon)
	m.Roles = []meeting.RoleRule{
		{Kind: meeting.ByUser, Value: string(byID.ID), Role: access.Owner},
		{Kind: meeting.ByEmail, Value: byEmail.Email.Text(), Role: access.Owner},
		{Kind: meeting.ByUser, Value: string(stranger.ID), Role: access.Moderator},
	}
	for i := range meeting.MaxRoles - 3 {
		m.Roles = append(m.Roles, meeting.RoleRule{Kind: meeting.ByEmail, Value: "n" + strconv.Itoa(i) + "@example.org", Role: access.Viewer})
	}
	ok(t, s.CreateMeeting(t.Context(), m, nil))
	for name, u := range map[string]user.User{"by id": byID, "by e-mail": byEmail, "maker": owner} {
		same(t, name, everything(t, s, u), []meeting.Meeting{m})
	}
	same(t, "moderators have it not in their list", everything(t, s, stranger), []meeting.Meeting{})
	abroad := byEmail
	abroad.ID, abroad.Tenant = "abroad", "elsewhere"
	same(t, "the same address in another organisation", everything(t, s, abroad), []meeting.Meeting{})
	ok(t, s.DeleteMeeting(t.Context(), m.ID))
	same(t, "deleted", everything(t, s, byID), []meeting.Meeting{})
}

func (p part) invitePages() {
	t, c := p.T, p.Config
	s := open(t, c)
	home := must[tenant.Tenant](t)(s.Home(t.Context()))
	m, other := meeting.New(home.ID, "", "A", noon), meeting.New(home.ID, "", "B", noon)
	ok(t, s.CreateMeeting(t.Context(), m, nil))
	ok(t, s.CreateMeeting(t.Context(), other, nil))
	var want []invite.Invite
	for i := range 5 {
		made, _ := invite.New(m.ID, access.Presenter, noon.Add(time.Duration(i)*time.Second))
		made.Personal, made.Name, made.MaxUses, made.NotBefore, made.ExpiresAt = true, "Zoë 🎺", i, noon, noon.Add(time.Hour)
		ok(t, s.CreateInvite(t.Context(), made, note(m, audit.InviteCreated)))
		same(t, "by id", must[invite.Invite](t)(s.Invite(t.Context(), made.ID)), made)
		want = append([]invite.Invite{made}, want...)
	}
	first := must[[]invite.Invite](t)(s.Invites(t.Context(), m.ID, invite.Invite{}, 3))
	same(t, "first page", first, want[:3])
	same(t, "second page", must[[]invite.Invite](t)(s.Invites(t.Context(), m.ID, first[2], 3)), want[3:])
	same(t, "of another meeting", must[[]invite.Invite](t)(s.Invites(t.Context(), other.ID, invite.Invite{}, 3)), []invite.Invite{})

	is(t, "revoked by another meeting", s.RevokeInvite(t.Context(), other.ID, first[0].ID), invite.ErrUnknown)
	ok(t, s.RevokeInvite(t.Context(), m.ID, first[0].ID, note(m, audit.InviteRevoked)))
	ok(t, s.RevokeInvite(t.Context(), m.ID, first[0].ID))
	same(t, "revoked", must[invite.Invite](t)(s.Invite(t.Context(), first[0].ID)).Revoked, true)
	_, err := s.Invite(t.Context(), "nobody")
	is(t, "unknown", err, invite.ErrUnknown)
}

// inviteUses: however many come by an invite at once, and by whichever node, no
// more are let in than it has uses.
func (p part) inviteUses() {
	t, c := p.T, p.Config
	stores := []*store.Store{open(t, c), open(t, c)}
	s := stores[0]
	home := must[tenant.Tenant](t)(s.Home(t.Context()))
	m := meeting.New(home.ID, "", "A", noon)
	ok(t, s.CreateMeeting(t.Context(), m, nil))
	keep := func(change func(*invite.Invite)) id.Invite {
		i, _ := invite.New(m.ID, access.Attendee, noon)
		change(&i)
		ok(t, s.CreateInvite(t.Context(), i))
		return i.ID
	}
	for uses, tries := range map[int]int{1: 100, 7: 40, 0: 30} {
		i := keep(func(i *invite.Invite) { i.MaxUses = uses })
		results := make([]error, tries)
		var wg sync.WaitGroup
		for n := range results {
			wg.Go(func() { results[n] = stores[n%2].UseInvite(t.Context(), i, noon) })
		}
		wg.Wait()
		used := 0
		for _, err := range results {
			if err == nil {
				used++
			} else {
				is(t, "too many", err, invite.ErrUsedUp)
			}
		}
		want := uses
		if uses == 0 {
			want = tries
		}
		same(t, "let in by an invite of "+strconv.Itoa(uses), used, want)
		same(t, "counted", must[invite.Invite](t)(s.Invite(t.Context(), i)).Uses, want)
		ok(t, s.ReturnInvite(t.Context(), i))
		same(t, "given back", must[invite.Invite](t)(s.Invite(t.Context(), i)).Uses, want-1)
		ok(t, s.UseInvite(t.Context(), i, noon))
	}
	late := keep(func(i *invite.Invite) { i.NotBefore, i.ExpiresAt = noon.Add(time.Hour), noon.Add(2*time.Hour) })
	ok(t, s.ReturnInvite(t.Context(), late))
	same(t, "nothing to give back", must[invite.Invite](t)(s.Invite(t.Context(), late)).Uses, 0)
	is(t, "not yet", s.UseInvite(t.Context(), late, noon.Add(time.Hour-time.Millisecond)), invite.ErrNotYet)
	ok(t, s.UseInvite(t.Context(), late, noon.Add(time.Hour)))
	ok(t, s.UseInvite(t.Context(), late, noon.Add(2*time.Hour-time.Millisecond)))
	is(t, "expired", s.UseInvite(t.Context(), late, noon.Add(2*time.Hour)), invite.ErrExpired)
	ok(t, s.RevokeInvite(t.Context(), m.ID, late))
	is(t, "revoked", s.UseInvite(t.Context(), late, noon.Add(time.Hour)), invite.ErrRevoked)
	is(t, "unknown", s.UseInvite(t.Context(), "nobody", noon), invite.ErrUnknown)
}

func (p part) bans() {
	t, c := p.T, p.Config
	s := open(t, c)
	owner := setUp(t, s)
	m, other := meeting.New(owner.Tenant, owner.ID, "A", noon), meeting.New(owner.Tenant, owner.ID, "B", noon)
	i, _ := invite.New(m.ID, access.Attendee, noon)
	i.Name = "Guest of honour"
	ok(t, s.CreateMeeting(t.Context(), m, []invite.Invite{i}))
	ok(t, s.CreateMeeting(t.Context(), other, nil))
	guest := newOwner()
	guest.Tenant = owner.Tenant
	ok(t, s.CreateUser(t.Context(), guest))
	banned := func(m id.Meeting, u id.User, i id.Invite) bool {
		t.Helper()
		return must[bool](t)(s.Banned(t.Context(), m, u, i))
	}
	same(t, "at first", banned(m.ID, guest.ID, i.ID), false)
	person := meeting.Ban{ID: id.New[id.Ban](), Meeting: m.ID, User: guest.ID, CreatedAt: noon}
	link := meeting.Ban{ID: id.New[id.Ban](), Meeting: m.ID, Invite: i.ID, CreatedAt: noon.Add(time.Second)}
	ok(t, s.Ban(t.Context(), person, note(m, audit.SeatRemoved)))
	ok(t, s.Ban(t.Context(), link, note(m, audit.SeatRemoved)))
	again := person
	again.ID = id.New[id.Ban]()
	ok(t, s.Ban(t.Context(), again))
	for name, test := range map[string]struct{ got, want bool }{
		"the person":               {banned(m.ID, guest.ID, ""), true},
		"the person by the invite": {banned(m.ID, guest.ID, i.ID), true},
		"the invite":               {banned(m.ID, "", i.ID), true},
		"another by the invite":    {banned(m.ID, owner.ID, i.ID), true},
		"another":                  {banned(m.ID, owner.ID, ""), false},
		"a guest without invite":   {banned(m.ID, "", ""), false},
		"in another meeting":       {banned(other.ID, guest.ID, i.ID), false},
	} {
		same(t, name, test.got, test.want)
	}
	list := must[[]meeting.NamedBan](t)(s.Bans(t.Context(), m.ID, meeting.Ban{}, 10))
	same(t, "list", list, []meeting.NamedBan{{Ban: link, InviteName: "Guest of honour"}, {Ban: person, UserName: guest.Name}})
	same(t, "second page", must[[]meeting.NamedBan](t)(s.Bans(t.Context(), m.ID, link, 10)), list[1:])

	is(t, "lifted by another meeting", s.LiftBan(t.Context(), other.ID, person.ID), meeting.ErrNoBan)
	ok(t, s.LiftBan(t.Context(), m.ID, person.ID, note(m, audit.BanLifted)))
	is(t, "lifted twice", s.LiftBan(t.Context(), m.ID, person.ID), meeting.ErrNoBan)
	same(t, "after it was lifted", banned(m.ID, guest.ID, ""), false)
	ok(t, s.DeleteMeeting(t.Context(), m.ID))
	same(t, "of a deleted meeting", banned(m.ID, "", i.ID), false)
}
