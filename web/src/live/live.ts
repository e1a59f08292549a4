/** The one live channel of this page and the store that shows the room's state. */
import { create } from 'zustand';
import { type BodyOf, Channel, type Entry } from './channel';
import { connectionLost, LiveFault } from './fault';
import { remember, remembered } from './memory';
import type { Commands, Events, Seat } from './protocol.gen';
import { blank, forgetReactions, type LiveState, reactionLife, reduce } from './state';

/** The room's state as React reads it. */
export const useLive = create<LiveState>(() => blank);

/** How to come into a meeting. */
export interface ConnectOptions {
  meeting: string;
  /** From the gate. Without it the tab's remembered resume secret is used. */
  ticket?: string;
  /** Asks the gate for a new ticket when the resume secret is refused. */
  enter?: () => Promise<string>;
}

type Handler = (body: never) => void;

const handlers = new Map<keyof Events, Set<Handler>>();
let channel: Channel | null = null;

function address(): string {
  const url = new URL('/live', location.href);
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  return url.href;
}

function entryFor({ meeting, ticket }: ConnectOptions): Entry | null {
  if (ticket !== undefined) {
    return { ticket };
  }
  const { resume } = remembered(meeting);
  return resume === undefined ? null : { resume };
}

/** Resolves when inside or in the line before the door, rejects with a LiveFault when it is over before. */
function connect(options: ConnectOptions): Promise<void> {
  const entry = entryFor(options);
  if (entry === null) {
    return Promise.reject(new LiveFault('resume.invalid'));
  }
  channel?.leave();
  useLive.setState({ ...blank, phase: 'connecting' }, true);
  return new Promise((resolve, reject) => {
    const mine = new Channel(
      entry,
      options.enter,
      {
        message: (message) => {
          useLive.setState((state) => reduce(state, message, Date.now()), true);
          if (message.type === 'welcome' || message.type === 'waiting') {
            remember(options.meeting, { resume: message.body.resume });
            resolve();
          } else if (message.type === 'resume') {
            remember(options.meeting, { resume: message.body.resume });
          } else if (message.type === 'reaction') {
            setTimeout(() => {
              useLive.setState((state) => forgetReactions(state, Date.now()), true);
            }, reactionLife);
          }
          for (const handler of handlers.get(message.type) ?? []) {
            handler(message.body as never);
          }
        },
        lost: () => {
          useLive.setState(({ phase, since }) => ({
            phase: phase === 'open' || phase === 'waiting' ? 'reconnecting' : phase,
            since: since ?? Date.now(),
          }));
        },
        over: (over, overText) => {
          if (channel === mine) {
            channel = null;
          }
          // A seat opened elsewhere can be taken back from here; any other end is final.
          if (over !== 'replaced') {
            remember(options.meeting, { resume: undefined });
          }
          useLive.setState({ phase: 'over', over, overText, since: null });
          reject(new LiveFault(over));
        },
      },
      { open: () => new WebSocket(address()), random: Math.random },
    );
    channel = mine;
    mine.start();
  });
}

/** Sends a command; resolves when the server carried it out, rejects with a LiveFault. */
function send<K extends keyof Commands>(type: K, ...body: BodyOf<K>): Promise<void> {
  return channel?.send(type, ...body) ?? Promise.reject(new LiveFault(connectionLost));
}

/** Calls fn after each message of the type has changed the state. Returns how to stop. */
function on<K extends keyof Events>(type: K, fn: (body: Events[K]) => void): () => void {
  const set = handlers.get(type) ?? new Set();
  handlers.set(type, set.add(fn));
  return () => {
    set.delete(fn);
  };
}

function leave(): void {
  channel?.leave();
}

/** The chat is on the screen: nothing in it is unread. */
function markRead(): void {
  if (useLive.getState().unread > 0) {
    useLive.setState({ unread: 0 });
  }
}

/** Back to the state before any connection, as after leaving the page. */
function reset(): void {
  leave();
  useLive.setState(blank, true);
}

export const live = { connect, send, on, leave, markRead, reset };

/** Whether this seat has the right now; see package access for the names. */
export function useMay(right: string): boolean {
  return useLive((state) => state.rights.has(right));
}

/** A seat by its id, undefined once it is gone. */
export function useSeat(id: string): Seat | undefined {
  return useLive((state) => state.seats[id]);
}

/** My own seat, undefined before the welcome. */
export function useMe(): Seat | undefined {
  return useLive((state) => state.seats[state.you]);
}

/** Whether the list and the count of people may be incomplete: others are hidden from me. */
export function useSomeHidden(): boolean {
  return useLive(({ rights, phase }) => phase !== 'idle' && !rights.has('seePeople'));
}
