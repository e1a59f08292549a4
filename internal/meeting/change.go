package meeting

import (
	"plenum/internal/access"
	"plenum/internal/pii"
	"plenum/internal/recording"
)

// Change is what is to change of a meeting; what is nil stays, so that two who
// change different things at once both get what they asked for.
type Change struct {
	Name            *pii.Name
	Welcome         *string
	Policy          PolicyChange
	MaxShares       *int
	Lobby           *Lobby
	PasscodeHash    *string
	HostPINHash     *string
	AccountRequired *bool
	Newcomers       *access.Role
	Roles           *[]RoleRule
	Locked          *bool
	Recording       *recording.Settings
}

// PolicyChange is what is to change of a policy, switch by switch.
type PolicyChange struct {
	Microphone, Camera, Share, Chat, ChatPrivate, Reactions, RaiseHand, Rename, SeePeople, SeeCameras *bool

	RecordStart, RecordStop *access.Role
}

// Fields names what changes beside policy, lobby, passcode and lock, of which it
// can be said to what.
func (c Change) Fields() []string {
	var fields []string
	for _, f := range []struct {
		name  string
		given bool
	}{
		{"name", c.Name != nil},
		{"welcome", c.Welcome != nil},
		{"maxShares", c.MaxShares != nil},
		{"hostPin", c.HostPINHash != nil},
		{"accountRequired", c.AccountRequired != nil},
		{"newcomers", c.Newcomers != nil},
		{"roles", c.Roles != nil},
		{"recording", c.Recording != nil},
	} {
		if f.given {
			fields = append(fields, f.name)
		}
	}
	return fields
}

// Roles names the roles that change of who may record, and to which; "" is nobody.
func (p PolicyChange) Roles() map[string]access.Role {
	roles := map[string]access.Role{}
	for name, to := range map[string]*access.Role{"recordStart": p.RecordStart, "recordStop": p.RecordStop} {
		if to != nil {
			roles[name] = *to
		}
	}
	return roles
}

// Switches names the switches that change, and how.
func (p PolicyChange) Switches() map[string]bool {
	switches := map[string]bool{}
	for name, to := range map[string]*bool{
		"microphone": p.Microphone, "camera": p.Camera, "share": p.Share, "chat": p.Chat, "chatPrivate": p.ChatPrivate,
		"reactions": p.Reactions, "raiseHand": p.RaiseHand, "rename": p.Rename, "seePeople": p.SeePeople, "seeCameras": p.SeeCameras,
	} {
		if to != nil {
			switches[name] = *to
		}
	}
	return switches
}
