package api

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/recording"
)

// viewerCookie holds the visits of a browser; the prefix as of [cookieName].
const viewerCookie = "__Host-plenum_viewer"

const (
	// visitLife is how long a link opens a recording for a browser, and how long the
	// address of a file serves.
	visitLife = 12 * time.Hour
	// maxVisits are remembered by one browser: 8 of 150 bytes, sealed and in base64,
	// are 1.7 kB of the 4 kB that a cookie may have.
	maxVisits = 8
)

// visit is a browser that was let in to one recording by its link. Its id is random
// and of this recording alone: nobody can tell by it who watched two of them.
type visit struct {
	ID        string       `json:"v"`
	Recording id.Recording `json:"r"`
	Mark      []byte       `json:"m"` // of the link and the passcode that opened it
	Until     int64        `json:"u"` // Unix ms
}

// opens reports whether a visit's link is still the one of the recording.
func (v visit) opens(a *api, r recording.Recording) bool {
	return len(r.Sharing.SecretHash) > 0 && subtle.ConstantTimeCompare(v.Mark, a.linkMark(r)) == 1
}

// linkMark changes with the link and with the passcode.
func (a *api) linkMark(r recording.Recording) []byte {
	mark := a.mac("link", string(r.ID), string(r.Sharing.SecretHash), r.Sharing.PasscodeHash)
	return mark[:16]
}

// visits reads what the browser's cookie says and this server sealed.
func (a *api) visits(ctx context.Context) []visit {
	v := visitorOf(ctx)
	sealed, err := base64.RawURLEncoding.DecodeString(v.visits.Text())
	if err != nil || len(sealed) == 0 {
		return nil
	}
	plain, err := a.Viewing.Open(sealed, "visits "+string(v.tenant.ID))
	if err != nil {
		return nil // of another server or organisation, or made up
	}
	var list []visit
	if err := json.Unmarshal(plain, &list); err != nil {
		return nil
	}
	now := time.Now().UnixMilli()
	return slices.DeleteFunc(list, func(v visit) bool { return v.Until <= now })
}

// visit is the browser's own to a recording; zero for none.
func (a *api) visit(ctx context.Context, r id.Recording) visit {
	for _, v := range a.visits(ctx) {
		if v.Recording == r && r != "" {
			return v
		}
	}
	return visit{}
}

// admit notes the visit of a browser that has shown the link.
func (a *api) admit(ctx context.Context, r recording.Recording, now time.Time) (http.Cookie, error) {
	list := slices.DeleteFunc(a.visits(ctx), func(v visit) bool { return v.Recording == r.ID })
	list = append(list, visit{ID: id.New[string](), Recording: r.ID, Mark: a.linkMark(r), Until: now.Add(visitLife).UnixMilli()})
	list = list[max(0, len(list)-maxVisits):] // the oldest come first
	plain, err := json.Marshal(list)
	if err != nil {
		return http.Cookie{}, err
	}
	sealed := pii.Secret(base64.RawURLEncoding.EncodeToString(a.Viewing.Seal(plain, "visits "+string(visitorOf(ctx).tenant.ID))))
	return http.Cookie{
		Name: viewerCookie, Value: sealed.Text(), Path: "/", MaxAge: int(visitLife / time.Second),
		Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	}, nil
}
