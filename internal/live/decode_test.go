package live

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plenum/internal/access"
	"plenum/internal/chat"
	"plenum/internal/consent"
	"plenum/internal/meeting"
	"plenum/internal/recording"
	"plenum/internal/room"
)

func TestParseIsStrict(t *testing.T) {
	for name, data := range map[string]string{
		"nothing":              ``,
		"no object":            `"chat.send"`,
		"an array":             `[{"type":"ping"}]`,
		"no type":              `{"ref":1}`,
		"type is no string":    `{"type":1}`,
		"type is null":         `{"type":null}`,
		"type twice":           `{"type":"ping","type":"end"}`,
		"type in two cases":    `{"type":"ping","Type":"end"}`,
		"type in another case": `{"TYPE":"ping"}`,
		"escaped twin":         `{"type":"ping","t\u0079pe":"end"}`,
		"unknown member":       `{"type":"ping","from":"somebody"}`,
		"prototype":            `{"type":"ping","__proto__":{}}`,
		"negative ref":         `{"type":"ping","ref":-1}`,
		"broken ref":           `{"type":"ping","ref":1.5}`,
		"ref beyond exactness": `{"type":"ping","ref":9007199254740992}`,
		"ref is a string":      `{"type":"ping","ref":"1"}`,
		"body is null":         `{"type":"ping","body":null}`,
		"something behind":     `{"type":"ping"}{"type":"end"}`,
		"a word behind":        `{"type":"ping"} x`,
		"cut off":              `{"type":"ping"`,
		"broken UTF-8":         "{\"type\":\"pi\xffng\"}",
		"deep":                 strings.Repeat(`{"body":`, 2_000) + `{}` + strings.Repeat(`}`, 2_000),
		"very deep":            strings.Repeat(`[`, 16_000),
	} {
		t.Run(name, func(t *testing.T) {
			if m, err := parse([]byte(data)); err == nil {
				t.Errorf("parsed as %+v", m)
			}
		})
	}
	m, err := parse([]byte(` {"body":{"text":"x"},"ref":7,"type":"chat.send"} `))
	if want := (message{kind: "chat.send", ref: 7, body: []byte(`{"text":"x"}`)}); err != nil || !cmp.Equal(m, want, cmp.AllowUnexported(message{})) {
		t.Errorf("parsed as %+v, %v", m, err)
	}
	if m, err := parse([]byte(`{"type":"ping"}`)); err != nil || string(m.body) != "{}" {
		t.Errorf("without a body: %+v, %v", m, err)
	}
}

func TestBodiesAreStrict(t *testing.T) {
	for kind, bodies := range map[string][]string{
		"chat.send":      {`{}`, `{"text":null}`, `{"text":1}`, `{"text":"a","text":"b"}`, `{"Text":"a"}`, `{"text":"a","x":1}`, `[]`, `"a"`, `{"text":["a"]}`},
		"leave":          {`{"seat":"a"}`, `[]`, `1`},
		"policy.set":     {`{}`, `{"microphone":true,"camera":true,"share":true,"chat":true}`, `{"microphone":1,"camera":true,"share":true,"chat":true,"reactions":true}`},
		"role.set":       {`{"seat":"a"}`, `{"seat":"a","role":"king"}`, `{"seat":"a","role":""}`, `{"seat":"a","role":"Owner"}`},
		"locked.set":     {`{"locked":"true"}`, `{}`},
		"remove":         {`{"seat":"a"}`, `{"seat":"a","ban":null}`, `{"seat":"a","ban":1}`},
		"rename":         {`{"name":"a"}`, `{"seat":"a"}`, `{"seat":"a","name":["a"]}`},
		"exceptions.set": {`{"seat":"a","allow":[]}`, `{"seat":"a","allow":null,"deny":[]}`, `{"seat":"a","allow":[1],"deny":[]}`, `{"seat":"a","allow":"chat","deny":[]}`},
		"host.claim":     {`{}`, `{"pin":123456}`, `{"PIN":"123456"}`},
		"lobby.set":      {`{}`, `{"mode":"off"}`, `{"mode":"off","signedIn":false,"invited":false,"domains":null}`, `{"mode":["off"],"signedIn":false,"invited":false,"domains":[]}`},
		"lobby.admit":    {`{}`, `{"seat":"a"}`, `{"waiter":["a"]}`},
		"lobby.admitAll": {`{"waiter":"a"}`},
		"lobby.deny":     {`{"waiter":"a"}`, `{"waiter":"a","text":""}`, `{"waiter":"a","text":"","ban":"yes"}`},
		"lobby.denyAll":  {`{}`, `{"text":1}`},
		"lobby.tell":     {`{"text":"a"}`, `{"waiter":"a"}`},
		"record.start":   {`{}`, `{"layout":null}`, `{"layout":"tiles"}`, `{"layout":"Grid"}`, `{"layout":["grid"]}`, `{"layout":"grid","seat":"a"}`},
		"record.pause":   {`{"layout":""}`},
		"record.resume":  {`{"layout":""}`},
		"record.stop":    {`{"recording":"a"}`},
		"record.layout":  {`{}`, `{"layout":"tiles"}`},
		"record.chapter": {`{}`, `{"title":null}`, `{"title":1}`, `{"title":"a","at":0}`},
		"consent": {
			`{}`, `{"yes":true}`, `{"recording":"a","yes":"true","version":0,"language":"en"}`, `{"recording":"a","yes":1,"version":0,"language":"en"}`,
			`{"recording":"a","yes":null,"version":0,"language":"en"}`, `{"recording":"a","yes":true,"version":"0","language":"en"}`,
			`{"recording":"a","yes":true,"version":0.5,"language":"en"}`, `{"recording":"a","yes":true,"version":0}`, `{"recording":"a","yes":true,"language":"en"}`,
			`{"yes":true,"version":0,"language":"en"}`, `{"recording":"a","yes":true,"yes":false,"version":0,"language":"en"}`,
			`{"recording":"a","Yes":true,"version":0,"language":"en"}`, `{"recording":"a","yes":false,"version":0,"language":"en","past":null}`,
			`{"recording":"a","yes":true,"version":0,"language":"en","seat":"b"}`,
		},
		"passcode.set": {`{}`, `{"passcode":null}`, `{"passcode":1234}`},
	} {
		for _, b := range bodies {
			if c, err := readers()[kind](message{kind: kind, body: []byte(b)}); err == nil {
				t.Errorf("%s %s was read as %+v", kind, b, c)
			}
		}
	}
}

// TestEveryCommandIsRead holds the words of the protocol against what the
// channel understands.
func TestEveryCommandIsRead(t *testing.T) {
	var promised []string
	all := reflect.TypeFor[Commands]()
	for f := range all.Fields() {
		kind := f.Tag.Get("json")
		if kind == "hello" || kind == "ping" {
			continue
		}
		promised = append(promised, kind)
		read, known := readers()[kind]
		if !known {
			t.Errorf("nobody reads %q", kind)
			continue
		}
		b, err := json.Marshal(reflect.New(f.Type).Interface())
		if err != nil {
			t.Fatal(err)
		}
		switch kind { // whose zero value is not one of theirs
		case "role.set":
			b = []byte(`{"seat":"x","role":"viewer"}`)
		case "exceptions.set":
			b = []byte(`{"seat":"x","allow":["chat"],"deny":[]}`)
		case "lobby.set":
			b = []byte(`{"mode":"guests","signedIn":true,"invited":false,"domains":["example.org"]}`)
		}
		if _, err := read(message{kind: kind, body: b}); err != nil {
			t.Errorf("%s does not take its own body %s: %v", kind, b, err)
		}
	}
	for kind := range readers() {
		if !slices.Contains(promised, kind) {
			t.Errorf("%q is read but not promised", kind)
		}
	}
}

// TestEveryEventHasWords holds what the room tells against the protocol.
func TestEveryEventHasWords(t *testing.T) {
	words := make(map[string]reflect.Type)
	all := reflect.TypeFor[Events]()
	for field := range all.Fields() {
		words[field.Tag.Get("json")] = field.Type
	}
	for _, own := range []string{"ok", "refused", "pong"} { // the channel's, not the room's
		delete(words, own)
	}
	for _, e := range []room.Event{
		room.Welcome{},
		room.Joined{},
		room.Changed{},
		room.Gone{},
		room.Said{},
		room.Unsaid{},
		room.Reacted{},
		room.PolicySet{},
		room.RightsSet{},
		room.ResumeSet{},
		room.LockedSet{},
		room.SpotlightSet{},
		room.Muted{},
		room.Stopped{},
		room.UnmuteAsked{},
		room.MediaOpened{},
		room.Waiting{},
		room.WaitingTold{},
		room.WaiterCame{},
		room.WaiterGone{},
		room.LobbyChanged{},
		room.PasscodeChanged{},
		room.RecordingSet{},
		room.Consented{},
		room.Bye{},
	} {
		got := envelope(e)
		if want := words[got.Type]; want != reflect.TypeOf(got.Body) {
			t.Errorf("%T becomes %q with a body of %T, promised is %v", e, got.Type, got.Body, want)
		}
		delete(words, got.Type)
	}
	if len(words) > 0 {
		t.Errorf("nothing says %v", words)
	}
}

func TestAWelcomeInJSON(t *testing.T) {
	at := time.UnixMilli(1_700_000_000_000)
	data, err := json.MarshalIndent(envelope(room.Welcome{
		You: "s1", Resume: "r", Organisation: "City",
		Meeting: meeting.Meeting{
			ID: "m1", Name: "Budget", Welcome: "Hello", Policy: access.Policy{Chat: true},
			MaxShares: 2, Locked: true, SittingStartedAt: at,
		},
		Seats: []room.Seat{{ID: "s1", Name: "Ada", Role: access.Owner, JoinedAt: at, Hand: at.Add(time.Second), Exceptions: access.Exceptions{Deny: []access.Right{access.Chat}}, Consent: consent.Yes}, {ID: "s2", Role: access.Viewer, JoinedAt: at, Machine: room.Recorder}},
		Chat:  []chat.Message{{ID: "c1", Seat: "s0", Name: "Bob", At: at, Text: "<b>"}, {ID: "c2", Seat: "s0", Name: "Bob", To: "s1", ToName: "Ada", At: at, Text: "psst"}},
		Recording: room.Recording{
			State: room.RecordingPaused, ID: "r1", By: "s1", Since: at, Elapsed: 1500 * time.Millisecond, Layout: recording.Grid,
			Question: &room.Question{Words: consent.Words{Version: 3, Texts: map[string]string{"de": "Ja?"}}, Erasable: true},
			Trouble:  "recording.stalled", Unavailable: "recording.off", Interrupted: true,
		},
		Consent: consent.Asked,
		HostPIN: true, Gate: &room.Gate{
			Waiting: []room.Waiter{{ID: "w1", Name: "Eve", Role: access.Attendee, Email: "eve@example.org", Invited: true, Since: at, Suspect: true, Reason: "lobby"}},
			Lobby:   meeting.Lobby{Mode: meeting.LobbyGuests, SignedIn: true}, Passcode: true,
		},
		Rights: []access.Right{access.Speak}, Media: "t", Now: at.Add(2 * time.Second), Resumed: true,
	}), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	const want = `{
 "type": "welcome",
 "body": {
  "version": 1,
  "you": "s1",
  "resume": "r",
  "meeting": {
   "id": "m1",
   "name": "Budget",
   "organisation": "City",
   "welcome": "Hello",
   "maxShares": 2
  },
  "seats": [
   {
    "id": "s1",
    "name": "Ada",
    "role": "owner",
    "guest": false,
    "joinedAt": 1700000000000,
    "hand": 1700000001000,
    "away": false,
    "sharing": false,
    "consent": "yes",
    "exceptions": {
     "allow": [],
     "deny": [
      "chat"
     ]
    }
   },
   {
    "id": "s2",
    "name": "",
    "role": "viewer",
    "guest": false,
    "joinedAt": 1700000000000,
    "hand": 0,
    "away": false,
    "sharing": false,
    "machine": "recorder"
   }
  ],
  "chat": [
   {
    "id": "c1",
    "seat": "s0",
    "name": "Bob",
    "at": 1700000000000,
    "text": "\u003cb\u003e"
   },
   {
    "id": "c2",
    "seat": "s0",
    "name": "Bob",
    "to": "s1",
    "toName": "Ada",
    "at": 1700000000000,
    "text": "psst"
   }
  ],
  "policy": {
   "microphone": false,
   "camera": false,
   "share": false,
   "chat": true,
   "chatPrivate": false,
   "reactions": false,
   "raiseHand": false,
   "rename": false,
   "seePeople": false,
   "seeCameras": false
  },
  "rights": {
   "names": [
    "speak"
   ]
  },
  "locked": true,
  "spotlight": "",
  "hostPin": true,
  "gate": {
   "waiting": [
    {
     "id": "w1",
     "name": "Eve",
     "role": "attendee",
     "guest": false,
     "email": "eve@example.org",
     "invited": true,
     "since": 1700000000000,
     "suspect": true,
     "reason": "lobby"
    }
   ],
   "lobby": {
    "mode": "guests",
    "signedIn": true,
    "invited": false,
    "domains": []
   },
   "passcode": true
  },
  "recording": {
   "state": "paused",
   "id": "r1",
   "by": "s1",
   "since": 1700000000000,
   "elapsed": 1500,
   "layout": "grid",
   "question": {
    "version": 3,
    "texts": {
     "de": "Ja?"
    },
    "erasable": true
   },
   "trouble": "recording.stalled",
   "unavailable": "recording.off",
   "interrupted": true
  },
  "consent": "asked",
  "media": {
   "token": "t"
  },
  "startedAt": 1700000000000,
  "now": 1700000002000,
  "resumed": true
 }
}`
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Error(diff)
	}
}

// FuzzParse looks for a message that two readers could understand differently.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"type":"chat.send","ref":1,"body":{"text":"hello"}}`))
	f.Add([]byte(`{"type":"policy.set","ref":2,"body":{"microphone":true,"camera":true,"share":false,"chat":true,"chatPrivate":true,"reactions":true,"raiseHand":true,"rename":true,"seePeople":true,"seeCameras":true}}`))
	f.Add([]byte(`{"type":"lobby.set","ref":3,"body":{"mode":"guests","signedIn":true,"invited":false,"domains":["example.org"]}}`))
	f.Add([]byte(`{"type":"record.start","ref":4,"body":{"layout":"speaker"}}`))
	f.Add([]byte(`{"type":"consent","ref":5,"body":{"recording":"a","yes":false,"version":1,"language":"de","past":true}}`))
	f.Add([]byte(`{"type":"hello","ref":1,"body":{"version":1,"ticket":"x"}}`))
	f.Add([]byte(`{"type":"ping","Type":"end"}`))
	f.Add([]byte(`{"type":"role.set","body":{"seat":"a","role":"owner","role":"viewer"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parse(data)
		if err != nil {
			return
		}
		// A plain reader, which takes any name and lets the last twin win, must
		// read the same: then there was nothing to read in two ways.
		var plain map[string]json.RawMessage
		if err := json.Unmarshal(data, &plain); err != nil {
			t.Fatalf("no JSON was parsed: %v", err)
		}
		var kind string
		if err := json.Unmarshal(plain["type"], &kind); err != nil || kind != m.kind {
			t.Fatalf("read %q, a plain reader %q, %v", m.kind, kind, err)
		}
		for name := range plain {
			if !slices.Contains([]string{"type", "ref", "body"}, name) {
				t.Fatalf("%q was let through", name)
			}
		}
		if read, known := readers()[m.kind]; known {
			if _, err := read(m); err == nil && m.kind == "chat.send" {
				var b map[string]string
				if err := json.Unmarshal(m.body, &b); err != nil || len(b) > 2 {
					t.Fatalf("the body %s was let through", m.body)
				}
			}
		}
	})
}
