package api

import (
	"context"
	"errors"
	"slices"
	"time"

	"plenum/internal/audit"
	"plenum/internal/auth"
	"plenum/internal/id"
	"plenum/internal/recording"
)

// onlooker is who wants something of a recording: a person with an account, a key,
// or a browser that was let in by the link.
type onlooker struct {
	actor

	viewer recording.Viewer
	visit  visit // zero for who did not come by the link
}

// party names the onlooker in the audit.
func (w onlooker) party() audit.Party {
	if w.key == nil && w.user.ID == "" {
		return audit.Party{Kind: audit.Viewer, ID: w.visit.ID}
	}
	return w.actor.party()
}

// about begins the audit's note of what the onlooker does with a recording.
func (w onlooker) about(r recording.Recording, action audit.Action, detail map[string]string) audit.Entry {
	e := audit.Entry{
		Tenant: r.Tenant, Action: action, Actor: w.party(), Credential: w.credential(), Meeting: r.Meeting,
		Subject: audit.Party{Kind: audit.Recorded, ID: string(r.ID)}, Detail: detail,
	}
	if e.Actor.Kind == audit.Viewer {
		e.Credential = "link"
	}
	return e
}

// bearer is what proves an onlooker to be the same in another request: not the
// person but this very session, visit or key.
func (w onlooker) bearer() string {
	switch {
	case w.key != nil:
		return "key:" + string(w.key.ID)
	case w.user.ID != "":
		return "session:" + w.session.ID
	}
	return "visit:" + w.visit.ID
}

// name is by whom a marked copy is made and found again.
func (w onlooker) name() string { return string(w.party().Kind) + ":" + w.party().ID }

// sight is a recording with what somebody may do with it.
type sight struct {
	onlooker
	recording.Recording

	rel recording.Relation
	may recording.Rights
}

// The rights that operations ask for.
func mayWatch(may recording.Rights) bool    { return may.Watch }
func mayDownload(may recording.Rights) bool { return may.Watch && may.Download }
func mayManage(may recording.Rights) bool   { return may.Manage }
func mayOversee(may recording.Rights) bool  { return may.Oversee }
func mayWithdraw(may recording.Rights) bool { return may.Withdraw }
func maySee(may recording.Rights) bool      { return may.Watch || may.Manage || may.Oversee }

// look finds a recording with which the caller may do enough; it is the one place
// that decides so. All others look like none, by what is answered and by when.
func (a *api) look(ctx context.Context, in RecordingPath, need scope, enough func(recording.Rights) bool) (sight, error) {
	began := time.Now()
	wanted, err := id.Parse[id.Recording](in.ID)
	if err != nil {
		wanted = "" // there is none of that name
	}
	who, err := a.onlooker(ctx, wanted, need)
	if err != nil {
		return sight{}, err
	}
	s, err := a.see(ctx, who, wanted, enough)
	return s, answerEvenly(ctx, began, err)
}

func (a *api) see(ctx context.Context, who onlooker, wanted id.Recording, enough func(recording.Rights) bool) (sight, error) {
	if wanted == "" {
		return sight{}, recording.ErrNotFound
	}
	r, rel, err := a.Recordings.Find(ctx, who.tenant.ID, wanted, who.viewer)
	if err != nil {
		return sight{}, err
	}
	if r.Tenant != who.tenant.ID {
		return sight{}, recording.ErrNotFound
	}
	if who.viewer.User == "" {
		rel = recording.Relation{} // nobody is not the guest who started it
	}
	if who.visit.ID != "" && !who.visit.opens(a, r) {
		who.viewer.Link, who.visit = false, visit{}
	}
	may := r.Allowed(who.viewer, rel, time.Now())
	if !enough(may) {
		return sight{}, recording.ErrNotFound
	}
	return sight{onlooker: who, Recording: r, rel: rel, may: may}, nil
}

// onlooker finds out who asks: also nobody, where an operation is for everybody, who
// may have been let in by the link of this recording.
func (a *api) onlooker(ctx context.Context, r id.Recording, need scope) (onlooker, error) {
	w := onlooker{visit: a.visit(ctx, r)}
	w.viewer.Link = w.visit.ID != ""
	who, err := a.actor(ctx, need)
	switch {
	case errors.Is(err, auth.ErrRequired):
		w.tenant = visitorOf(ctx).tenant
		return w, nil
	case err != nil:
		return onlooker{}, err
	}
	w.actor = who
	w.viewer.User, w.viewer.Key, w.viewer.Admin = who.user.ID, who.key != nil, a.overseer(ctx, who)
	return w, nil
}

// overseer reports whether a person may administer the organisation here and now.
func (a *api) overseer(ctx context.Context, who actor) bool {
	here, _ := ctx.Value(administrationKey{}).(bool)
	return who.key == nil && who.user.Admin && (!a.AdminApart || here) &&
		who.tenant.Settings.AdminMayComeFrom(visitorOf(ctx).addr) &&
		(!who.tenant.Settings.SecondFactor.Administrators || who.session.SecondFactor)
}

// shown is the video as people see it; false when there is none yet. What was cut
// off is nobody's to see but those who can undo it.
func (s sight) shown() (recording.Asset, bool) {
	kinds := []recording.AssetKind{recording.Video}
	if s.Cut != (recording.Cut{}) {
		kinds = []recording.AssetKind{recording.Trimmed}
		if s.may.Manage {
			kinds = append(kinds, recording.Video)
		}
	}
	for _, kind := range kinds {
		if i := slices.IndexFunc(s.Assets, func(f recording.Asset) bool { return f.Kind == kind }); i >= 0 {
			return s.Assets[i], true
		}
	}
	return recording.Asset{}, false
}

// files are those that may be asked for by id: all for who manages the recording,
// else the video as it is shown, and its sound if that is no more than the video.
func (s sight) files() []recording.Asset {
	var list []recording.Asset
	shown, there := s.shown()
	for _, f := range s.Assets {
		switch {
		case f.Kind == recording.Marked, f.Kind == recording.Poster, !s.may.Watch:
		case s.may.Manage, there && f.ID == shown.ID,
			f.Kind == recording.Audio && s.Cut == recording.Cut{} && !s.marked():
			list = append(list, f)
		}
	}
	return list
}

// poster is the picture of the video as it is shown; false when there is none, and for
// whom it would be one without their mark.
func (s sight) poster() (recording.Asset, bool) {
	film, there := s.shown()
	if !there || !s.may.Watch || s.marked() {
		return recording.Asset{}, false
	}
	for _, f := range s.Assets {
		if f.Kind == recording.Poster && f.For == string(film.ID) {
			return f, true
		}
	}
	return recording.Asset{}, false
}

// file is the one with an id, or the video as it is shown without one. Faults:
// recording.not_found, recording.not_ready.
func (s sight) file(wanted *string) (recording.Asset, error) {
	if wanted == nil || *wanted == "" {
		f, there := s.shown()
		if !there {
			return recording.Asset{}, recording.ErrNotReady
		}
		return f, nil
	}
	for _, f := range s.files() {
		if string(f.ID) == *wanted {
			return f, nil
		}
	}
	return recording.Asset{}, recording.ErrNotFound
}

// marked reports whether the viewer is to be seen in what they watch.
func (s sight) marked() bool {
	return !s.may.Manage && (s.Sharing.Watermark || s.tenant.Settings.Recording.Watermark)
}

// mark is what is seen of them: the name, and the beginning of the id that the audit
// has, since a name can be changed.
func (s sight) mark() string {
	if !s.marked() {
		return ""
	}
	name, by := s.user.Name.Text(), s.party().ID
	if name == "" {
		name = s.tenant.Name
	}
	return name + " · " + by[:min(8, len(by))]
}
