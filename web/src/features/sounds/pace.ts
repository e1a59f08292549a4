import type { Sound } from './tones';

/** At most one sound in this time, in ms: ten people coming at once are one "ding". */
export const apart = 500;

/** In a room of more people than this nobody's coming and going makes a sound. */
export const largestRoom = 10;

/** How long a sound waits for a pause in somebody's speech before it is dropped, in ms. */
export const patience = 3000;

// When several wait, the one that asks something of the listener wins.
const weight: Readonly<Record<Sound, number>> = { muted: 5, asked: 4, knock: 3, hand: 2, join: 1, leave: 0 };

/** What a moment's decision is made from. */
export interface Moment {
  /** Ms of any steady clock. */
  readonly now: number;
  readonly people: number;
  /** Somebody is speaking right now. */
  readonly speech: boolean;
}

/**
 * Decides which sounds are played and when: one at a time, never in somebody's
 * speech (except "muted", which concerns one's own microphone), none for people
 * coming and going in a large room. Pure: the caller brings the clock.
 */
export class Pace {
  #waiting: { sound: Sound; since: number } | undefined;
  #last = Number.NEGATIVE_INFINITY;

  /** Asks for a sound. */
  ask(sound: Sound, { now, people }: Moment): void {
    if ((sound === 'join' || sound === 'leave') && people > largestRoom) return;
    if (this.#waiting !== undefined && weight[this.#waiting.sound] > weight[sound]) return;
    this.#waiting = { sound, since: now };
  }

  /** The sound to play now, if any. */
  due({ now, speech }: Moment): Sound | undefined {
    const waiting = this.#waiting;
    if (waiting === undefined) return undefined;
    if (now - waiting.since > patience) {
      this.#waiting = undefined;
      return undefined;
    }
    if (now - this.#last < apart || (speech && waiting.sound !== 'muted')) return undefined;
    this.#waiting = undefined;
    this.#last = now;
    return waiting.sound;
  }

  /** Whether a sound waits for its moment. */
  get waits(): boolean {
    return this.#waiting !== undefined;
  }
}
