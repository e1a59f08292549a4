import { expect, it } from 'vitest';
import { tally } from './tally';

it('sums up by kind, most people first, each name once', () => {
  expect(
    tally([
      { kind: 'heart', name: 'Ada' },
      { kind: 'clap', name: 'Ada' },
      { kind: 'clap', name: 'Ada' },
      { kind: 'clap', name: 'Ben' },
    ]),
  ).toEqual([
    { kind: 'clap', names: ['Ada', 'Ben'] },
    { kind: 'heart', names: ['Ada'] },
  ]);
  expect(tally([])).toEqual([]);
});
