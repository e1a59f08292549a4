/** When to say that the network is too weak: not at a hiccup, and not on and off. */

export interface Congestion {
  readonly congested: boolean;
  /** Since when the opposite has been seen, ms; null while nothing speaks against it. */
  readonly turnedAt: number | null;
}

export const clear: Congestion = { congested: false, turnedAt: null };

/** It must be bad for so long before we speak of it, ms. */
const badFor = 10_000;

/** And good for so long before we take it back, ms. */
const goodFor = 15_000;

export function nextCongestion(state: Congestion, bad: boolean, now: number): Congestion {
  if (bad === state.congested) {
    return state.turnedAt === null ? state : { ...state, turnedAt: null };
  }
  if (state.turnedAt === null) {
    return { ...state, turnedAt: now };
  }
  const needed = bad ? badFor : goodFor;
  return now - state.turnedAt >= needed ? { congested: bad, turnedAt: null } : state;
}
