package recording

import (
	"io"
	"time"

	"plenum/internal/consent"
	"plenum/internal/fault"
	"plenum/internal/id"
	"plenum/internal/pii"
)

// The faults of recordings. One that exists and one that does not give the same
// ErrNotFound to whoever may not know of it.
var (
	ErrNotFound    = fault.New("recording.Find", fault.NotFound, "recording.not_found", "There is no recording behind this link.")
	ErrUnavailable = fault.New("recording.Begin", fault.Unavailable, "recording.unavailable", "This server cannot record: its administrator has to set it up.")
	ErrOff         = fault.New("recording.Begin", fault.Forbidden, "recording.off", "The organisation does not allow recording.")
	ErrEndToEnd    = fault.New("recording.Begin", fault.Forbidden, "recording.end_to_end", "This meeting is end-to-end encrypted: the server cannot see it, so it cannot record it.")
	ErrRunning     = fault.New("recording.Begin", fault.Conflict, "recording.running", "This meeting is being recorded already.")
	ErrTooMany     = fault.New("recording.Begin", fault.Unavailable, "recording.too_many", "As many meetings are being recorded as this server can record at once. Please try again when one of them has ended.")
	ErrTooOften    = fault.New("recording.Begin", fault.Exhausted, "recording.too_often", "Recordings of this meeting have been started too often. Please wait some minutes.")
	ErrNotRunning  = fault.New("recording.Stop", fault.Conflict, "recording.not_running", "This meeting is not being recorded.")
	ErrHeld        = fault.New("recording.Delete", fault.Conflict, "recording.held", "This recording is under legal hold and cannot be deleted.")
	ErrNotReady    = fault.New("recording.Open", fault.Conflict, "recording.not_ready", "The video is not made yet.")
)

// MaxTitle is the length of a recording's title in characters.
const MaxTitle = 150

// State is how far a recording is.
type State string

// The states. One that is deleted has none: only its number and its receipt are
// left.
const (
	StateRecording State = "recording" // the journal is being written, or was when the server died
	StateComposing State = "composing" // the video is being made, or waits its turn
	StateReady     State = "ready"
	StateFailed    State = "failed" // see Problem; it can be tried again
)

// Recording is what is known of one beside what was recorded.
type Recording struct {
	ID      id.Recording
	Tenant  id.Tenant
	Meeting id.Meeting
	Sitting id.Sitting
	By      id.User  // who started it; "" for a guest
	Title   pii.Name // the meeting's name, until renamed; sealed in the database

	// Number is the leaf of the key tree, unique on the server and never given
	// again; Wrapped is the key under it.
	Number  uint32
	Wrapped []byte

	State     State
	Problem   string // of StateFailed: the fault's code
	StartedAt time.Time
	EndedAt   time.Time     // zero while recording
	Length    time.Duration // of the video, before trimming
	Chunks    uint64        // of the finished journal
	Settings  Settings      // as they were when it began
	Sharing   Sharing
	Cut       Cut
	ExpiresAt time.Time // zero while recording
	Hold      Hold
	Chapters  []ChapterMark
	Assets    []Asset
	Progress  float64 // 0 to 1, of what is being made
}

// ChapterMark is where a chapter begins.
type ChapterMark struct {
	At    time.Duration `json:"at"`
	Title pii.Name      `json:"title"` // sealed in the database, with the title
}

// Settings say what is made of a recording, and what holds for it at first. They
// belong to the meeting.
type Settings struct {
	Layout          Layout  `json:"layout"`          // of a recording "" for as it was in the meeting
	Height          int     `json:"height"`          // 720 or 1080
	Names           bool    `json:"names"`           // in the picture
	Logo            bool    `json:"logo"`            // the organisation's
	Mark            string  `json:"mark"`            // burnt in, at most 100 characters
	SpeakerChapters bool    `json:"speakerChapters"` // a chapter when another person speaks
	Audio           bool    `json:"audio"`           // also a file of the sound alone
	Speakers        bool    `json:"speakers"`        // also one file per speaker
	Days            int     `json:"days"`            // kept so long; 0 for the organisation's default
	Sharing         Sharing `json:"sharing"`

	// Words is what everybody is asked, as it was when a recording began. Of a
	// meeting it is empty: there the organisation's present ones count.
	Words consent.Words `json:"words,omitzero"`
}

// DefaultSettings are a new meeting's.
func DefaultSettings() Settings {
	return Settings{Layout: Speaker, Height: 720, Names: true, Logo: true, Sharing: Sharing{With: Nobody}}
}

// Audience is who may watch a recording beside those who own its meeting.
type Audience string

// The audiences.
const (
	Nobody       Audience = "nobody"
	Participants Audience = "participants" // accounts that were asked for consent in it
	Members      Audience = "members"      // accounts of the organisation
	Link         Audience = "link"         // whoever has the link; and participants
)

// Sharing says who may watch, and how.
type Sharing struct {
	With      Audience `json:"with"`
	Download  bool     `json:"download"`  // whoever may watch may download
	Watermark bool     `json:"watermark"` // with the viewer's name over it, burnt into downloads

	// Of Link only.
	SecretHash   []byte    `json:"-"`
	LinkExpires  time.Time `json:"-"` // zero for never
	PasscodeHash string    `json:"-"` // PHC string of package auth; "" for none
}

// Cut is what of the video is shown: from From until To; both 0 for all of it.
type Cut struct{ From, To time.Duration }

// Hold keeps a recording from being deleted by anybody or anything.
type Hold struct {
	At     time.Time // zero for none
	By     id.User
	Reason string // at most 500 characters
}

// AssetKind is what a file is.
type AssetKind string

// The kinds.
const (
	Video       AssetKind = "video"   // all of it, MP4
	Trimmed     AssetKind = "trimmed" // the video within Cut
	Audio       AssetKind = "audio"   // the sound alone
	SpeakerFile AssetKind = "speaker" // one person who had a camera
	VoiceFile   AssetKind = "voice"   // one person who had none: the sound alone
	Marked      AssetKind = "marked"  // a download for one viewer, with their mark; lives a day
	Poster      AssetKind = "poster"  // one picture of the video as it is shown, JPEG
)

// Person reports whether a file is of one person.
func (k AssetKind) Person() bool { return k == SpeakerFile || k == VoiceFile }

// Sound reports whether a file has no pictures.
func (k AssetKind) Sound() bool { return k == Audio || k == VoiceFile }

// Asset is one file of a recording.
type Asset struct {
	ID        id.Asset
	Recording id.Recording
	Kind      AssetKind
	Seat      id.Seat  // whose it is, of one of a person
	Name      pii.Name // of a person's: whose it is; sealed in the database
	For       string   // of Marked: whom it was made for, as [Viewer] names them; of Poster: the id of the video
	Size      int64    // bytes in clear
	CreatedAt time.Time
	ExpiresAt time.Time // zero for as long as the recording
}

// Query narrows a list. Search finds in titles, whatever the case.
type Query struct {
	Tenant  id.Tenant
	Meeting id.Meeting // "" for all
	Search  string
	Viewer  Viewer   // lists what they may watch, manage or oversee; Link counts for nothing
	After   Position // of the last of the page before
	Many    int
}

// Viewer is who wants to do something with a recording.
type Viewer struct {
	User  id.User // "" for a key, and for who has only the link
	Admin bool    // of the organisation: manages, but does not watch
	Key   bool    // an API key of the organisation: as an owner of each
	Link  bool    // has shown the secret, and the passcode
}

// Relation is what a viewer is to one recording, as the store knows.
type Relation struct {
	Owner       bool // owns the meeting, or started the recording with an account
	Participant bool // was in it with their account
	Member      bool // an account of the organisation
}

// Rights is what somebody may do with a recording.
type Rights struct {
	Watch, Download bool
	Manage          bool // rename, share, trim, delete, see who watched and who consented
	Oversee         bool // delete, hold; not watch
	Withdraw        bool // their own consent
}

// Allowed is the table of who may do what. Now matters for links.
func (r Recording) Allowed(v Viewer, rel Relation, now time.Time) Rights {
	var may Rights
	switch s := r.Sharing; {
	case rel.Owner || v.Key:
		may = Rights{Watch: true, Download: true, Manage: true}
	case s.With == Members && rel.Member,
		(s.With == Participants || s.With == Link) && rel.Participant,
		s.With == Link && v.Link && (s.LinkExpires.IsZero() || now.Before(s.LinkExpires)):
		may = Rights{Watch: true, Download: s.Download}
	}
	may.Oversee = v.Admin || may.Manage
	may.Withdraw = rel.Participant
	return may
}

// Order is what a room wants recorded.
type Order struct {
	ID        id.Recording
	Tenant    id.Tenant
	Meeting   id.Meeting
	Sitting   id.Sitting
	By        id.User
	Title     pii.Name
	Recorder  id.Seat // the seat it takes
	StartedAt time.Time
	Settings  Settings
}

// Standing is how a recording that is being made stands. Trouble is why nothing
// can be recorded at the moment, nil mostly.
type Standing struct {
	Connected bool // to the meeting: from here on something is recorded
	Trouble   error
	Ended     bool // the last word
}

// Media is a file of a recording, open to be read in clear. It may be used by many
// at once.
type Media interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// Receipt says what a deletion destroyed; signed, in the audit.
type Receipt struct {
	Recording    id.Recording
	KeyDestroyed time.Time
	KeyTree      bool // the key can not be had from old backups either
	Files        int
	Bytes        int64
	Erased       time.Time // when the files were gone
	Signature    []byte    // of the audit's key, over the above
}
