import { act } from '@testing-library/react';
import { vi } from 'vitest';
import {
  LiveFault,
  live,
  type LiveState,
  type Policy,
  type RecordingState,
  type Seat,
  useLive,
  type Waiter,
} from '@/live';
import type { Commands, Events, Gate } from '@/live/protocol.gen';
import { blank, reduce, type ServerMessage } from '@/live/state';

/** A policy that lets everyone take part, as a new meeting has. */
export const openPolicy: Policy = {
  microphone: true,
  camera: true,
  share: true,
  chat: true,
  chatPrivate: true,
  reactions: true,
  raiseHand: true,
  rename: true,
  seePeople: true,
  seeCameras: true,
};

/** Somebody who waits, with nothing special about them. */
export function aWaiter(id: string, change: Partial<Waiter> = {}): Waiter {
  return {
    id,
    name: id,
    role: 'attendee',
    guest: true,
    email: '',
    invited: false,
    since: 1,
    suspect: false,
    reason: 'lobby',
    ...change,
  };
}

/** A door that stands open, with nobody before it. */
export function aGate(change: Partial<Gate> = {}): Gate {
  return {
    waiting: [],
    lobby: { mode: 'off', signedIn: false, invited: false, domains: [] },
    passcode: false,
    ...change,
  };
}

/** A recording that runs, asked about in the program's own words. */
export function aRecording(change: Partial<RecordingState> = {}): RecordingState {
  return {
    state: 'on',
    id: 'recording',
    by: '',
    since: Date.now(),
    elapsed: 0,
    layout: 'speaker',
    question: { version: 0, texts: {}, erasable: false },
    at: Date.now(),
    ...change,
  };
}

/** A seat with nothing special about it. */
export function aSeat(id: string, change: Partial<Seat> = {}): Seat {
  return {
    id,
    name: id,
    role: 'attendee',
    guest: false,
    joinedAt: Date.now(),
    hand: 0,
    away: false,
    sharing: false,
    ...change,
  };
}

interface Sent {
  type: keyof Commands;
  body: unknown;
}

/**
 * The live channel without a server: the real store and the real reducer, a
 * list of what was sent, and events at will. Call it at the start of a test.
 */
export function fakeLive(
  seats: readonly Seat[],
  state: Partial<Omit<LiveState, 'rights'>> & { rights?: string[] } = {},
) {
  const sent: Sent[] = [];
  const handlers = new Map<string, Set<(body: never) => void>>();
  let refusal: string | null = null;
  let pause: Promise<void> = Promise.resolve();
  const { rights = [], ...rest } = state;
  useLive.setState(
    {
      ...blank,
      phase: 'open',
      you: seats[0]?.id ?? '',
      seats: Object.fromEntries(seats.map((seat) => [seat.id, seat])),
      order: seats.map(({ id }) => id),
      meeting: { id: 'meeting', name: 'Council', organisation: 'Town', welcome: '', maxShares: 2 },
      ...rest,
      rights: new Set(rights),
    },
    true,
  );
  vi.spyOn(live, 'send').mockImplementation(async (type, ...[body]) => {
    sent.push({ type, body });
    await pause;
    if (refusal !== null) throw new LiveFault(refusal);
  });
  vi.spyOn(live, 'on').mockImplementation((type, fn) => {
    const set = handlers.get(type) ?? new Set();
    handlers.set(type, set.add(fn));
    return () => set.delete(fn);
  });
  return {
    sent,
    /** What the server says, as it reaches the components. */
    emit<K extends keyof Events>(type: K, body: Events[K]): void {
      act(() => {
        useLive.setState((now) => reduce(now, { type, body } as ServerMessage, Date.now()), true);
        for (const handler of handlers.get(type) ?? []) handler(body as never);
      });
    },
    /** From now on every command is refused with the code. */
    refuse(code: string): void {
      refusal = code;
    },
    /** From now on commands wait for their answer; returns how to let the answer come. */
    hold(): () => Promise<void> {
      let release = () => {};
      pause = new Promise((resolve) => {
        release = resolve;
      });
      return () =>
        act(async () => {
          release();
          await pause;
        });
    },
  };
}
