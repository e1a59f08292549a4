/**
 * What the client knows of the room, and the pure function that brings it up
 * to date with one message of the server. Nothing here touches the network.
 */
import type {
  ChatMessage,
  Events,
  Gate,
  MeetingInfo,
  Policy,
  Recording,
  Seat,
  Waiter,
  Waiting,
} from './protocol.gen';

/** A message of the server: its type, its body and, on answers, the ref of the command. */
export type ServerMessage = {
  [K in keyof Events]: { type: K; body: Events[K]; ref?: number };
}[keyof Events];

/**
 * Where the channel stands. `waiting` is before the door: nothing of the room is
 * known. `reconnecting` keeps the whole state, so that the last picture stays, or
 * the place in the line; `over` ends it until the next connect.
 */
export type Phase = 'idle' | 'connecting' | 'waiting' | 'open' | 'reconnecting' | 'over';

/** What somebody before the door knows; the resume secret stays with the channel. */
export type WaitingState = Readonly<Omit<Waiting, 'resume' | 'now'>>;

/** A reaction that is still being shown. */
export interface RecentReaction {
  /** Counts up within this page; a key for lists. */
  readonly id: number;
  readonly seat: string;
  readonly kind: string;
  /** This client's clock, unix ms. */
  readonly at: number;
}

/** How the recording stands, as the server told it at `at` on this client's clock, unix ms. */
export interface RecordingState extends Readonly<Recording> {
  readonly at: number;
}

/** The room as this client sees it. */
export interface LiveState {
  readonly phase: Phase;
  /** Why it is over: a reason of Bye, or a fault code. */
  readonly over: string | null;
  /** What whoever runs the meeting wrote with it, plain; '' for nothing. */
  readonly overText: string;
  /** Set while I wait to be let in, null in the room. */
  readonly waiting: WaitingState | null;
  /** Unix ms of the moment the connection was lost, null while it is there. */
  readonly since: number | null;
  /** My seat id, '' before the first welcome. */
  readonly you: string;
  /** The people. Machines are not among them, so that nobody counts, hears or shows one as a person. */
  readonly seats: Readonly<Record<string, Seat>>;
  /** Seats that are no people: the recorder. */
  readonly machines: readonly Seat[];
  /** Seat ids in order of joining. */
  readonly order: readonly string[];
  /** Oldest first, at most {@link chatLimit}. */
  readonly chat: readonly ChatMessage[];
  /** Messages of others since the chat was last open. */
  readonly unread: number;
  readonly policy: Policy;
  readonly rights: ReadonlySet<string>;
  readonly locked: boolean;
  /** Seat shown large for everyone, '' for none. */
  readonly spotlight: string;
  readonly meeting: MeetingInfo | null;
  /** The meeting has a PIN that makes its owner known. */
  readonly hostPin: boolean;
  /** Who waits and how the door stands; null for who may not admit. */
  readonly gate: Gate | null;
  readonly recording: RecordingState;
  /** My answer about the running recording: 'asked', 'yes', 'no'; '' when there is none. */
  readonly consent: string;
  /** Unix ms, server clock. */
  readonly startedAt: number;
  /** Server clock minus this client's clock, ms. */
  readonly clockOffset: number;
  /** Oldest first, at most {@link reactionLimit}. */
  readonly reactions: readonly RecentReaction[];
}

/** The server keeps as many; see Welcome. */
const chatLimit = 500;

/** More at once than anybody can see; keeps the overlay cheap in a large room. */
const reactionLimit = 40;

/** How long a reaction stays, ms. */
export const reactionLife = 5000;

const nothingAllowed: Policy = {
  microphone: false,
  camera: false,
  share: false,
  chat: false,
  chatPrivate: false,
  reactions: false,
  raiseHand: false,
  rename: false,
  seePeople: false,
  seeCameras: false,
};

const emptyGate: Gate = {
  waiting: [],
  lobby: { mode: 'off', signedIn: false, invited: false, domains: [] },
  passcode: false,
};

const notRecorded: RecordingState = {
  state: 'off',
  id: '',
  by: '',
  since: 0,
  elapsed: 0,
  layout: '',
  at: 0,
};

/** The state before anything is known. */
export const blank: LiveState = {
  phase: 'idle',
  over: null,
  overText: '',
  waiting: null,
  since: null,
  you: '',
  seats: {},
  machines: [],
  order: [],
  chat: [],
  unread: 0,
  policy: nothingAllowed,
  rights: new Set(),
  locked: false,
  spotlight: '',
  meeting: null,
  hostPin: false,
  gate: null,
  recording: notRecorded,
  consent: '',
  startedAt: 0,
  clockOffset: 0,
  reactions: [],
};

/** The state after message, at `now` on this client's clock (unix ms). */
export function reduce(state: LiveState, message: ServerMessage, now: number): LiveState {
  switch (message.type) {
    case 'welcome':
      return welcome(state, message.body, now);
    case 'pong':
      return { ...state, clockOffset: message.body.now - now };
    case 'seat.joined':
    case 'seat.changed':
      return withSeat(state, message.body);
    case 'seat.left':
      return withoutSeat(state, message.body.seat);
    case 'chat':
      return {
        ...state,
        chat: [...state.chat, message.body].slice(-chatLimit),
        unread: state.unread + (message.body.seat === state.you ? 0 : 1),
      };
    case 'chat.deleted':
      return { ...state, chat: state.chat.filter((m) => m.id !== message.body.message) };
    case 'reaction':
      return withReaction(state, message.body.seat, message.body.kind, now);
    case 'policy':
      return { ...state, policy: message.body };
    case 'rights':
      return withRights(state, message.body.names);
    case 'locked':
      return { ...state, locked: message.body.locked };
    case 'spotlight':
      return { ...state, spotlight: message.body.seat };
    case 'recording':
      return withRecording(state, message.body, now);
    case 'consent.mine':
      return { ...state, consent: message.body.answer };
    default:
      return reduceDoor(state, message, now);
  }
}

/** The messages of who waits, and of who lets them in. */
function reduceDoor(state: LiveState, message: ServerMessage, now: number): LiveState {
  switch (message.type) {
    case 'waiting': {
      const { reason, ahead, since, told, name, organisation, now: theirs } = message.body;
      const waiting = { reason, ahead, since, told, name, organisation };
      // A seat that was lost may have to wait again: then nothing of the room is kept.
      return { ...blank, phase: 'waiting', waiting, clockOffset: theirs - now };
    }
    case 'waiting.told':
      return state.waiting === null
        ? state
        : { ...state, waiting: { ...state.waiting, told: message.body.text } };
    case 'waiter.came':
      return withGate(state, (gate) => ({ ...gate, waiting: inLine(gate.waiting, message.body) }));
    case 'waiter.gone':
      return withGate(state, (gate) => ({
        ...gate,
        waiting: gate.waiting.filter(({ id }) => id !== message.body.waiter),
      }));
    case 'lobby':
      return withGate(state, (gate) => ({ ...gate, lobby: message.body.lobby }));
    case 'passcode':
      return withGate(state, (gate) => ({ ...gate, passcode: message.body.set }));
    default:
      return state;
  }
}

/** Somebody's first word of the gate may come with a role, after the welcome. */
function withGate(state: LiveState, change: (gate: Gate) => Gate): LiveState {
  return { ...state, gate: change(state.gate ?? emptyGate) };
}

/** Longest first; whoever comes again stands where they stood. */
function inLine(waiting: readonly Waiter[], waiter: Waiter): Waiter[] {
  return [...waiting.filter(({ id }) => id !== waiter.id), waiter].sort((a, b) => a.since - b.since);
}

/** Each recording asks anew: what was answered about the one before says nothing of this one. */
function withRecording(state: LiveState, recording: Recording, now: number): LiveState {
  const same = recording.id === state.recording.id;
  const next = { ...state, recording: { ...recording, at: now } };
  if (same) {
    return next;
  }
  // Who moderates is told answers one by one, but not that everybody was asked.
  const asked = recording.id !== '' && state.rights.has('mute') ? 'asked' : '';
  const seats = Object.values(state.seats).map((seat) => [seat.id, { ...seat, consent: asked }]);
  return {
    ...next,
    consent: recording.id === '' ? '' : 'asked',
    seats: Object.fromEntries(seats) as LiveState['seats'],
  };
}

const isMachine = ({ machine }: Seat): boolean => machine !== undefined && machine !== '';

function withRights(state: LiveState, names: readonly string[]): LiveState {
  const rights = new Set(names);
  return { ...state, rights, gate: rights.has('admit') ? (state.gate ?? emptyGate) : null };
}

/** The state without reactions that have had their time. */
export function forgetReactions(state: LiveState, now: number): LiveState {
  const reactions = state.reactions.filter((r) => now - r.at < reactionLife);
  return reactions.length === state.reactions.length ? state : { ...state, reactions };
}

function welcome(state: LiveState, body: Events['welcome'], now: number): LiveState {
  const sameRoom = state.you === body.you && state.meeting?.id === body.meeting.id;
  const known = new Set(state.chat.map((m) => m.id));
  const people = body.seats.filter((seat) => !isMachine(seat));
  const missed = body.chat.filter((m) => m.seat !== body.you && !known.has(m.id)).length;
  return {
    phase: 'open',
    over: null,
    overText: '',
    waiting: null,
    since: null,
    you: body.you,
    seats: Object.fromEntries(people.map((seat) => [seat.id, seat])),
    machines: body.seats.filter(isMachine),
    order: people.map((seat) => seat.id),
    chat: body.chat,
    unread: sameRoom ? state.unread + missed : 0,
    policy: body.policy,
    rights: new Set(body.rights.names),
    locked: body.locked,
    spotlight: body.spotlight,
    meeting: body.meeting,
    hostPin: body.hostPin,
    gate: body.gate ?? null,
    recording: { ...body.recording, at: now },
    consent: body.consent,
    startedAt: body.startedAt,
    clockOffset: body.now - now,
    reactions: sameRoom ? state.reactions : [],
  };
}

function withSeat(state: LiveState, seat: Seat): LiveState {
  if (isMachine(seat)) {
    return { ...state, machines: [...state.machines.filter(({ id }) => id !== seat.id), seat] };
  }
  return {
    ...state,
    seats: { ...state.seats, [seat.id]: seat },
    order: seat.id in state.seats ? state.order : [...state.order, seat.id],
  };
}

function withoutSeat(state: LiveState, id: string): LiveState {
  return {
    ...state,
    seats: Object.fromEntries(Object.entries(state.seats).filter(([key]) => key !== id)),
    machines: state.machines.filter((machine) => machine.id !== id),
    order: state.order.filter((other) => other !== id),
    spotlight: state.spotlight === id ? '' : state.spotlight,
  };
}

function withReaction(state: LiveState, seat: string, kind: string, now: number): LiveState {
  const last = state.reactions.at(-1)?.id ?? 0;
  const next = { id: Math.max(last, now) + 1, seat, kind, at: now };
  return { ...state, reactions: [...state.reactions, next].slice(-reactionLimit) };
}
