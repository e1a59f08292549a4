import { expect, it } from 'vitest';
import type { RecordingUse } from '@/api/recordings';
import { visitedDaysOf } from './visits';

const used = (id: string, day: number, minute: number, what: RecordingUse['what'] = 'viewed') => ({
  at: new Date(2026, 2, day, 14, minute).toISOString(),
  what,
  who: { kind: 'user', id, name: id },
});

it('gathers views and downloads by day and person, newest first', () => {
  const days = visitedDaysOf([
    used('anke', 13, 40),
    used('bram', 13, 30),
    used('anke', 13, 20, 'downloaded'),
    used('anke', 13, 2),
    used('anke', 12, 50),
  ]);
  expect(
    days.map(({ visits }) =>
      visits.map(({ who, viewed, downloaded, uses }) => [who.name, viewed, downloaded, uses.length]),
    ),
  ).toEqual([
    [
      ['anke', 2, 1, 3],
      ['bram', 1, 0, 1],
    ],
    [['anke', 1, 0, 1]],
  ]);
});

it('does not take somebody with the link for an account', () => {
  const viewer = { ...used('x', 13, 2), who: { kind: 'viewer', id: 'x', name: '' } };
  expect(visitedDaysOf([used('x', 13, 3), viewer])[0]?.visits).toHaveLength(2);
  expect(visitedDaysOf([])).toEqual([]);
});
