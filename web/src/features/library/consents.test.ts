import { expect, it } from 'vitest';
import type { ConsentEvidence } from '@/api/recordings';
import { consentersOf } from './consents';

const said = (seat: string, answer: ConsentEvidence['answer'], change: Partial<ConsentEvidence> = {}) => ({
  at: '2026-03-12T12:00:00Z',
  seat,
  name: '',
  userName: '',
  answer,
  version: 0,
  language: '',
  text: '',
  ...change,
});
const grace = { name: 'Grace', userName: 'Grace Hopper' };

it('gathers what somebody did into one line with their last answer', () => {
  const people = consentersOf([
    said('a', 'asked'),
    said('b', 'asked'),
    said('b', 'yes', grace),
    said('b', 'withdrawn'),
  ]);
  expect(
    people.map(({ seat, last, name, userName, steps }) => [seat, last.answer, name, userName, steps.length]),
  ).toEqual([
    ['b', 'withdrawn', 'Grace', 'Grace Hopper', 3],
    ['a', 'asked', '', '', 1],
  ]);
});

it('holds an answer for given when somebody is asked once more', () => {
  const [person] = consentersOf([said('a', 'asked'), said('a', 'no'), said('a', 'asked')]);
  expect(person?.last.answer).toBe('no');
});

it('keeps two people of one name apart', () => {
  expect(consentersOf([said('a', 'yes', grace), said('b', 'yes', grace)])).toHaveLength(2);
  expect(consentersOf([])).toEqual([]);
});
