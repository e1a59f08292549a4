/**
 * Who is shown large because they speak. A cough or an "mm-hm" takes nobody's
 * place: one must speak for a while before the picture changes.
 */

export interface SpeakerState {
  /** Seat shown as the speaker, '' before anybody spoke. */
  readonly shown: string;
  /** Seat that speaks instead, '' for none. */
  readonly candidate: string;
  /** Since when, ms on any steady clock. */
  readonly since: number;
}

export const silence: SpeakerState = { shown: '', candidate: '', since: 0 };

/** How long somebody speaks before they are shown, ms. */
export const patience = 1200;

/**
 * @param speaking seats heard at the moment, loudest first, without myself
 * @param here whether a seat is still in the room
 * @param now ms on the same clock as since
 */
export function nextSpeaker(
  state: SpeakerState,
  speaking: readonly string[],
  here: (seat: string) => boolean,
  now: number,
): SpeakerState {
  const shown = here(state.shown) ? state.shown : '';
  const loudest = speaking[0];
  if (shown === '') {
    return loudest === undefined ? { ...silence } : { shown: loudest, candidate: '', since: now };
  }
  if (loudest === undefined || speaking.includes(shown)) {
    return shown === state.shown && state.candidate === '' ? state : { shown, candidate: '', since: now };
  }
  if (state.candidate !== loudest) {
    return { shown, candidate: loudest, since: now };
  }
  return now - state.since >= patience ? { shown: loudest, candidate: '', since: now } : state;
}
