package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"plenum/internal/access"
	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/config"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/invite"
	"plenum/internal/meeting"
	"plenum/internal/server"
	"plenum/internal/store"
	"plenum/internal/tenant"
	"plenum/internal/user"
)

type meetingCommand struct {
	Create meetingCreate `cmd:"" help:"Make a meeting and print a link for each role."`
	Invite meetingInvite `cmd:"" help:"Make a personal link to a meeting and print it."`
	List   meetingList   `cmd:"" help:"List the meetings of an account."`
}

type meetingCreate struct {
	whose

	Name            string            `help:"What the meeting is called." required:"" placeholder:"NAME"`
	Owner           string            `help:"E-mail of the account that owns it; without, only the links give power." placeholder:"EMAIL"`
	Policy          map[string]string `help:"What attendees may do: microphone, camera, share, chat, chatPrivate, reactions, raiseHand, rename, seePeople, seeCameras=on|off; maxShares=1…8." placeholder:"KEY=VALUE;…"`
	Lobby           string            `help:"Who waits to be let in: off, guests or everyone." placeholder:"MODE"`
	Passcode        string            `help:"What people with the link have to know too, 4 to 64 characters." env:"PLENUM_PASSCODE" placeholder:"CODE"`
	AccountRequired bool              `help:"Refuse guests without an invite."`
	Newcomers       string            `help:"What the link alone makes somebody: attendee, or viewer for a webinar." placeholder:"ROLE"`
	JSON            bool              `help:"Print JSON." name:"json"`
}

// madeMeeting is the answer of "meeting create --json"; scripts rely on it.
type madeMeeting struct {
	ID    string    `json:"id"`
	Links roleLinks `json:"links"`
}

// roleLinks holds a complete address for each role.
type roleLinks struct {
	Owner     string `json:"owner"`
	Moderator string `json:"moderator"`
	Presenter string `json:"presenter"`
	Attendee  string `json:"attendee"`
	Viewer    string `json:"viewer"`
}

// Run is called by kong.
func (c *meetingCreate) Run(ctx context.Context, place config.Place, s streams) error {
	cfg, db, t, err := c.find(ctx, place)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // all is committed by then
	now := time.Now()
	m, err := c.meeting(ctx, db, t, now)
	if err != nil {
		return err
	}
	base, err := baseURL(ctx, cfg, db)
	if err != nil {
		return err
	}
	base = tenantURL(base, t)
	made := madeMeeting{ID: string(m.ID)}
	invites := make([]invite.Invite, 0, len(access.Roles()))
	for _, role := range access.Roles() {
		i, secret := invite.New(m.ID, role, now)
		invites = append(invites, i)
		*made.Links.of(role) = base + "/m/" + made.ID + "#i=" + secret.Text()
	}
	if err := db.CreateMeeting(ctx, m, invites, aboutMeeting(m, audit.MeetingCreated)); err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(s.out).Encode(made)
	}
	for _, role := range access.Roles() {
		fmt.Fprintf(s.out, "%-10s %s\n", role, *made.Links.of(role))
	}
	return nil
}

// meeting is the one that the flags describe.
func (c *meetingCreate) meeting(ctx context.Context, db *store.Store, t tenant.Tenant, now time.Time) (meeting.Meeting, error) {
	name, err := meeting.ParseName(c.Name)
	if err != nil {
		return meeting.Meeting{}, err
	}
	m := meeting.New(t.ID, "", name, now).Under(t.Settings)
	if c.Owner != "" {
		owner, err := findUser(ctx, db, t.ID, c.Owner)
		if err != nil {
			return m, err
		}
		m.Owner = owner.ID
	}
	if err := applyPolicy(&m, c.Policy); err != nil {
		return m, err
	}
	if c.Lobby != "" {
		if m.Lobby, err = (meeting.Lobby{Mode: meeting.LobbyMode(c.Lobby)}).Check(); err != nil {
			return m, err
		}
	}
	if c.Newcomers != "" {
		if m.Newcomers, err = meeting.ParseNewcomers(c.Newcomers); err != nil {
			return m, err
		}
	}
	m.AccountRequired = m.AccountRequired || c.AccountRequired
	if c.Passcode != "" {
		passcode, err := meeting.ParsePasscode(c.Passcode)
		if err != nil {
			return m, err
		}
		m.PasscodeHash, err = auth.NewPasswords(auth.DefaultParams()).Hash(ctx, passcode)
		return m, err
	}
	return m, nil
}

// aboutMeeting begins the audit's note of what was done to a meeting here.
func aboutMeeting(m meeting.Meeting, action audit.Action) audit.Entry {
	return audit.Entry{Tenant: m.Tenant, Action: action, Actor: audit.Party{Kind: audit.Operator}, Credential: "command line", Meeting: m.ID}
}

func (l *roleLinks) of(role access.Role) *string {
	switch role {
	case access.Owner:
		return &l.Owner
	case access.Moderator:
		return &l.Moderator
	case access.Presenter:
		return &l.Presenter
	case access.Viewer:
		return &l.Viewer
	case access.Attendee:
	}
	return &l.Attendee
}

// baseURL is what the server says it is reached under; before its first start,
// what the settings say it will be.
func baseURL(ctx context.Context, cfg config.Config, db *store.Store) (string, error) {
	base, err := db.BaseURL(ctx)
	if base == "" {
		base = server.BaseURL(cfg)
	}
	return base, err
}

// applyPolicy sets what --policy says.
func applyPolicy(m *meeting.Meeting, policy map[string]string) error {
	switches := map[string]*bool{
		"microphone": &m.Policy.Microphone, "camera": &m.Policy.Camera, "share": &m.Policy.Share,
		"chat": &m.Policy.Chat, "chatPrivate": &m.Policy.ChatPrivate, "reactions": &m.Policy.Reactions,
		"raiseHand": &m.Policy.RaiseHand, "rename": &m.Policy.Rename,
		"seePeople": &m.Policy.SeePeople, "seeCameras": &m.Policy.SeeCameras,
	}
	for _, key := range slices.Sorted(maps.Keys(policy)) {
		value := policy[key]
		if key == "maxShares" {
			var n int
			if _, err := fmt.Sscanf(value, "%d", &n); err != nil {
				return meeting.ErrShares
			}
			shares, err := meeting.ParseMaxShares(n)
			if err != nil {
				return err
			}
			m.MaxShares = shares
			continue
		}
		field, known := switches[key]
		on := slices.Contains([]string{"on", "true", "yes"}, value)
		if !known || !on && !slices.Contains([]string{"off", "false", "no"}, value) {
			return fault.New("meeting.create", fault.Invalid, "policy.invalid", fmt.Sprintf(
				"The policy %q is not understood. Use %s=on or =off, or maxShares=1 to 8.", key+"="+value, strings.Join(slices.Sorted(maps.Keys(switches)), ", ")))
		}
		*field = on
	}
	return nil
}

type meetingList struct {
	whose

	Owner string `help:"E-mail of the account." required:"" placeholder:"EMAIL"`
	JSON  bool   `help:"Print JSON." name:"json"`
}

// listedMeeting is one line of "meeting list --json".
type listedMeeting struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Link string `json:"link"`
}

// Run is called by kong.
func (c *meetingList) Run(ctx context.Context, place config.Place, s streams) error {
	cfg, db, t, err := c.find(ctx, place)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // nothing is written
	owner, err := findUser(ctx, db, t.ID, c.Owner)
	if err != nil {
		return err
	}
	meetings, err := db.MeetingsOf(ctx, owner, meeting.Meeting{}, meeting.MaxPerOwner)
	if err != nil {
		return err
	}
	base, err := baseURL(ctx, cfg, db)
	if err != nil {
		return err
	}
	base = tenantURL(base, t)
	list := make([]listedMeeting, 0, len(meetings))
	for _, m := range meetings {
		list = append(list, listedMeeting{ID: string(m.ID), Name: m.Name.Text(), Link: base + "/m/" + string(m.ID)})
	}
	if c.JSON {
		return json.NewEncoder(s.out).Encode(list)
	}
	for _, m := range list {
		fmt.Fprintf(s.out, "%s  %s\n", m.Link, m.Name)
	}
	return nil
}

// findUser finds an account of an organisation by its address as typed.
func findUser(ctx context.Context, db *store.Store, t id.Tenant, email string) (user.User, error) {
	address, err := user.ParseEmail(email)
	if err != nil {
		return user.User{}, err
	}
	return db.UserByEmail(ctx, t, address)
}
