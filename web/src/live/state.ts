/**
 * What the client knows of the room, and the pure function that brings it up
 * to date with one message of the server. Nothing here touches the network.
 */
import type { ChatMessage, Events, MeetingInfo, Policy, Seat } from './protocol.gen';

/** A message of the server: its type, its body and, on answers, the ref of the command. */
export type ServerMessage = {
  [K in keyof Events]: { type: K; body: Events[K]; ref?: number };
}[keyof Events];

/**
 * Where the channel stands. `reconnecting` keeps the whole state, so that the
 * last picture stays; `over` ends it until the next connect.
 */
export type Phase = 'idle' | 'connecting' | 'open' | 'reconnecting' | 'over';

/** A reaction that is still being shown. */
export interface RecentReaction {
  /** Counts up within this page; a key for lists. */
  readonly id: number;
  readonly seat: string;
  readonly kind: string;
  /** This client's clock, unix ms. */
  readonly at: number;
}

/** The room as this client sees it. */
export interface LiveState {
  readonly phase: Phase;
  /** Why it is over: a reason of Bye, or a fault code. */
  readonly over: string | null;
  /** Unix ms of the moment the connection was lost, null while it is there. */
  readonly since: number | null;
  /** My seat id, '' before the first welcome. */
  readonly you: string;
  readonly seats: Readonly<Record<string, Seat>>;
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
  reactions: false,
};

/** The state before anything is known. */
export const blank: LiveState = {
  phase: 'idle',
  over: null,
  since: null,
  you: '',
  seats: {},
  order: [],
  chat: [],
  unread: 0,
  policy: nothingAllowed,
  rights: new Set(),
  locked: false,
  spotlight: '',
  meeting: null,
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
      return { ...state, rights: new Set(message.body.names) };
    case 'locked':
      return { ...state, locked: message.body.locked };
    case 'spotlight':
      return { ...state, spotlight: message.body.seat };
    default:
      return state;
  }
}

/** The state without reactions that have had their time. */
export function forgetReactions(state: LiveState, now: number): LiveState {
  const reactions = state.reactions.filter((r) => now - r.at < reactionLife);
  return reactions.length === state.reactions.length ? state : { ...state, reactions };
}

function welcome(state: LiveState, body: Events['welcome'], now: number): LiveState {
  const sameRoom = state.you === body.you && state.meeting?.id === body.meeting.id;
  const known = new Set(state.chat.map((m) => m.id));
  const missed = body.chat.filter((m) => m.seat !== body.you && !known.has(m.id)).length;
  return {
    phase: 'open',
    over: null,
    since: null,
    you: body.you,
    seats: Object.fromEntries(body.seats.map((seat) => [seat.id, seat])),
    order: body.seats.map((seat) => seat.id),
    chat: body.chat,
    unread: sameRoom ? state.unread + missed : 0,
    policy: body.policy,
    rights: new Set(body.rights.names),
    locked: body.locked,
    spotlight: body.spotlight,
    meeting: body.meeting,
    startedAt: body.startedAt,
    clockOffset: body.now - now,
    reactions: sameRoom ? state.reactions : [],
  };
}

function withSeat(state: LiveState, seat: Seat): LiveState {
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
    order: state.order.filter((other) => other !== id),
    spotlight: state.spotlight === id ? '' : state.spotlight,
  };
}

function withReaction(state: LiveState, seat: string, kind: string, now: number): LiveState {
  const last = state.reactions.at(-1)?.id ?? 0;
  const next = { id: Math.max(last, now) + 1, seat, kind, at: now };
  return { ...state, reactions: [...state.reactions, next].slice(-reactionLimit) };
}
