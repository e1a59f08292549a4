package archive

import (
	"encoding/json"
	"strconv"

	"plenum/internal/consent"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
	"plenum/internal/recording"
	"plenum/internal/vault"
)

// What is said in words about a recording is sealed with its key: it dies with it,
// in every copy of the database.
const (
	boxDetails = "details"
	boxAsset   = "asset/"   // and its id
	boxConsent = "consent/" // and the seat
	boxJob     = "job/"     // and its id
)

// details are title and chapters.
type details struct {
	Title    pii.Name                `json:"title"`
	Chapters []recording.ChapterMark `json:"chapters"`
}

// key opens the key of a recording.
func (a *Archive) key(r recording.Recording) (*vault.Key, error) {
	return a.cfg.Vault.Unwrap(string(r.ID), r.Wrapped)
}

func seal(key *vault.Key, box string, plain []byte) ([]byte, error) {
	return key.Boxes(box).Seal(nil, plain, nil, 0)
}

func open(key *vault.Key, box string, sealed []byte) ([]byte, error) {
	return key.Boxes(box).Open(sealed, nil, 0)
}

// sealName gives nil for no name.
func sealName(key *vault.Key, box string, name pii.Name) ([]byte, error) {
	if name == "" {
		return nil, nil
	}
	return seal(key, box, []byte(name))
}

func openName(key *vault.Key, box string, sealed []byte) (pii.Name, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := open(key, box, sealed)
	return pii.Name(plain), err
}

func sealDetails(key *vault.Key, r recording.Recording) ([]byte, error) {
	plain, err := json.Marshal(details{r.Title, r.Chapters})
	if err != nil {
		return nil, fault.Wrap("archive.seal", err)
	}
	return seal(key, boxDetails, plain)
}

// reveal opens all that is sealed of a recording.
func (a *Archive) reveal(s recording.Sealed) (recording.Recording, error) {
	r := s.Recording
	key, err := a.key(r)
	if err != nil {
		return r, err
	}
	defer key.Close()
	plain, err := open(key, boxDetails, s.Sealed)
	if err != nil {
		return r, err
	}
	var d details
	if err := json.Unmarshal(plain, &d); err != nil {
		return r, fault.Wrap("archive.reveal", err)
	}
	r.Title, r.Chapters = d.Title, d.Chapters
	for _, f := range s.Files {
		if f.Name, err = openName(key, boxAsset+string(f.ID), f.Sealed); err != nil {
			return r, err
		}
		r.Assets = append(r.Assets, f.Asset)
	}
	return r, nil
}

// revealAnswers opens the names in answers about one recording.
func revealAnswers(key *vault.Key, list []consent.Sealed) ([]consent.Evidence, error) {
	answers := make([]consent.Evidence, 0, len(list))
	for _, s := range list {
		e := s.Evidence
		var err error
		if e.Name, err = openName(key, boxConsent+string(e.Seat), s.Sealed); err != nil {
			return nil, err
		}
		answers = append(answers, e)
	}
	return answers, nil
}

// The files of a recording lie in a folder of its own.

const folder = "r/"

func folderName(r id.Recording) string { return folder + string(r) }

func assetName(r id.Recording, a id.Asset) string { return folderName(r) + "/" + string(a) }

// journalName is that of the journal as it was recorded, 0, or of what is left of
// it after people withdrew.
func journalName(r id.Recording, edition int) string {
	return folderName(r) + "/" + journalBoxes(edition)
}

// journalBoxes is under which name an edition is encrypted, and the last part of
// its file's.
func journalBoxes(edition int) string {
	if edition == 0 {
		return "journal"
	}
	return "journal-" + strconv.Itoa(edition)
}

// unusable says that files cannot be written, if the store itself does not say it
// in words.
func unusable(err error) error {
	if err == nil || fault.KindOf(err) != fault.Internal {
		return err
	}
	return ErrFiles.With(err)
}

// ErrFiles is for a place of the files that cannot be used.
var ErrFiles = fault.New("archive.Files", fault.Unavailable, "files.unusable", "The place where recordings are kept cannot be used. The server's administrator finds out why with plenum doctor.")
