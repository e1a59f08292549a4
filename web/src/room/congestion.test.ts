import { expect, it } from 'vitest';
import { clear, nextCongestion } from './congestion';

/** Plays [ms, bad] and returns what was said after each. */
function play(...looks: [number, boolean][]): boolean[] {
  let state = clear;
  return looks.map(([now, bad]) => {
    state = nextCongestion(state, bad, now);
    return state.congested;
  });
}

it('says nothing of a hiccup', () => {
  expect(play([0, true], [4000, true], [6000, false], [8000, true], [16_000, true])).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});

it('speaks when it stays bad, and takes it back only when it stays good', () => {
  expect(
    play([0, true], [10_000, true], [12_000, false], [20_000, true], [22_000, false], [37_000, false]),
  ).toEqual([false, true, true, true, true, false]);
});
