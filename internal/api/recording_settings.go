package api

import (
	"maps"

	"plenum/internal/meeting"
	"plenum/internal/recording"
	"plenum/internal/retention"
	"plenum/internal/tenant"
)

// RecordingSettings say what is made of the recordings of a meeting.
type RecordingSettings struct {
	Layout          recording.Layout `json:"layout" enum:",grid,speaker,share" doc:"Empty only of a recording: as it was in the meeting, with its changes"`
	Height          int              `json:"height" enum:"720,1080" doc:"Of the picture, in pixels"`
	Names           bool             `json:"names" doc:"In the picture"`
	Logo            bool             `json:"logo" doc:"The organisation's"`
	Mark            string           `json:"mark" doc:"At most 100 characters, burnt in; empty for none"`
	SpeakerChapters bool             `json:"speakerChapters" doc:"A chapter whenever another person speaks"`
	Audio           bool             `json:"audio" doc:"Also a file of the sound alone"`
	Speakers        bool             `json:"speakers" doc:"Also one file for each who speaks"`
	Days            int              `json:"days" doc:"Kept so long, within the organisation's bounds; 0 for its default"`
	Sharing         InitialSharing   `json:"sharing" doc:"Of a new recording"`
}

// InitialSharing says who may watch a new recording.
type InitialSharing struct {
	With      recording.Audience `json:"with" enum:"nobody,participants,members,link"`
	Download  bool               `json:"download"`
	Watermark bool               `json:"watermark"`
}

// RecordingRules are an organisation's, as those who plan meetings need to know them.
type RecordingRules struct {
	Off       bool          `json:"off" doc:"Nobody may record"`
	Retention RecordingDays `json:"retention"`
	Watermark bool          `json:"watermark" doc:"Over every recording"`
}

func recordingRulesOf(r tenant.Recording) RecordingRules {
	return RecordingRules{Off: r.Off, Retention: RecordingDays(r.Retention), Watermark: r.Watermark}
}

// OrganisationRecording is what an organisation decides about recordings.
type OrganisationRecording struct {
	Off       bool          `json:"off" doc:"Nobody may record"`
	Retention RecordingDays `json:"retention"`
	Consent   ConsentWords  `json:"consent"`
	Erasable  bool          `json:"erasable" doc:"Who withdraws may have what is past blacked out and muted"`
	Watermark bool          `json:"watermark" doc:"Over every recording, whatever its own settings say"`
	Problem   string        `json:"problem" doc:"A stable word for why this server cannot record at present; empty when it can"`
}

// RecordingDays are bounds of how long recordings are kept.
type RecordingDays struct {
	Default int `json:"default" doc:"When a meeting says nothing"`
	Min     int `json:"min" doc:"At least 1"`
	Max     int `json:"max" doc:"At most 3,650"`
}

// ConsentWords is what everybody in a recorded meeting is asked.
type ConsentWords struct {
	Version int               `json:"version" doc:"Rises with each change; 0 for the program's own words"`
	Texts   map[string]string `json:"texts" nullable:"false" doc:"By language: en, de, fr, nl; the program's own words where there is none"`
}

// OrganisationRecordingChange holds what is to change; what is missing stays.
type OrganisationRecordingChange struct {
	Off       *bool              `json:"off,omitempty"`
	Retention *RecordingDays     `json:"retention,omitempty" doc:"For recordings that end from now on"`
	Consent   *ConsentWordChange `json:"consent,omitempty"`
	Erasable  *bool              `json:"erasable,omitempty"`
	Watermark *bool              `json:"watermark,omitempty"`
}

// ConsentWordChange holds other words.
type ConsentWordChange struct {
	Texts map[string]string `json:"texts" nullable:"false" doc:"All of them, by language: en, de, fr, nl; 1 to 2,000 characters; empty for the program's own"`
}

func recordingSettingsOf(s recording.Settings) RecordingSettings {
	return RecordingSettings{
		Layout: s.Layout, Height: s.Height, Names: s.Names, Logo: s.Logo, Mark: s.Mark, SpeakerChapters: s.SpeakerChapters,
		Audio: s.Audio, Speakers: s.Speakers, Days: s.Days,
		Sharing: InitialSharing{With: s.Sharing.With, Download: s.Sharing.Download, Watermark: s.Sharing.Watermark},
	}
}

// settingsWithin checks settings by what an organisation allows.
func settingsWithin(t tenant.Tenant) func(RecordingSettings) (recording.Settings, error) {
	return func(s RecordingSettings) (recording.Settings, error) {
		if err := t.Settings.Recording.Retention.Allow(s.Days); err != nil {
			return recording.Settings{}, err
		}
		return meeting.ParseRecording(recording.Settings{
			Layout: s.Layout, Height: s.Height, Names: s.Names, Logo: s.Logo, Mark: s.Mark, SpeakerChapters: s.SpeakerChapters,
			Audio: s.Audio, Speakers: s.Speakers, Days: s.Days,
			Sharing: recording.Sharing{With: s.Sharing.With, Download: s.Sharing.Download, Watermark: s.Sharing.Watermark},
		})
	}
}

func (a *api) recordingOfTenant(t tenant.Tenant) OrganisationRecording {
	r := t.Settings.Recording
	texts := maps.Clone(r.Consent.Texts)
	if texts == nil {
		texts = map[string]string{}
	}
	return OrganisationRecording{
		Off: r.Off, Retention: RecordingDays(r.Retention), Consent: ConsentWords{Version: r.Consent.Version, Texts: texts},
		Erasable: r.Erasable, Watermark: r.Watermark, Problem: problemCode(a.Recordings.Ready()),
	}
}

// apply changes what an organisation decides, if the change is a valid one.
func (c OrganisationRecordingChange) apply(r *tenant.Recording) error {
	put(&r.Off, c.Off)
	put(&r.Erasable, c.Erasable)
	put(&r.Watermark, c.Watermark)
	if c.Retention != nil {
		r.Retention = retention.Rules(*c.Retention)
		if err := r.Retention.Check(); err != nil {
			return err
		}
	}
	if c.Consent == nil {
		return nil
	}
	words, err := tenant.Reword(r.Consent, c.Consent.Texts)
	r.Consent = words
	return err
}
