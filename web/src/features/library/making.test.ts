import { expect, it } from 'vitest';
import { askAgain, canWatch, isMaking, madeSince, videoOf } from './making';
import { recording } from './test';

const composing = recording({ state: 'composing', progress: 0.4, assets: [] });
const ready = recording();

it('knows what is being made', () => {
  expect(isMaking(composing)).toBe(true);
  expect(isMaking(ready)).toBe(false);
  expect(isMaking(recording({ state: 'failed' }))).toBe(false);
  expect(isMaking(recording({ cut: { from: 5, to: 50 } }))).toBe(true);
  expect(isMaking(recording({ progress: 0.5 }))).toBe(true);
});

it('asks again only while something changes, and rarely while a meeting runs', () => {
  expect(askAgain([ready])).toBe(false);
  const often = askAgain([ready, composing]);
  const rarely = askAgain([recording({ state: 'recording' })]);
  expect(Number(often)).toBeLessThan(Number(rarely));
});

it('tells what has become ready', () => {
  expect(madeSince([composing], [recording({ id: composing.id })])).toHaveLength(1);
  expect(madeSince([composing], [composing])).toEqual([]);
  expect(madeSince([ready], [ready])).toEqual([]);
  expect(madeSince([composing], [recording({ state: 'failed' })])).toEqual([]);
});

it.each([
  ['the first is being made', composing, false],
  ['it is made', ready, true],
  ['another is made in its place', recording({ state: 'composing', progress: 0.4 }), true],
  ['another could not be made', recording({ state: 'failed' }), true],
  ['it may not be watched', recording({ may: { ...ready.may, watch: false } }), false],
  ['the meeting runs', recording({ state: 'recording' }), false],
])('says whether there is something to watch when %s', (_, one, want) => {
  expect(canWatch(one)).toBe(want);
});

it('shows the cut video where there is one', () => {
  const [video] = ready.assets;
  const trimmed = { ...video, id: 't', kind: 'trimmed' as const, name: '', size: 5 };
  expect(videoOf(ready)?.id).toBe(video?.id);
  expect(videoOf(recording({ assets: [...ready.assets, trimmed] }))?.id).toBe('t');
  expect(videoOf(composing)).toBeUndefined();
});
