import { expect, it } from 'vitest';
import { changeOf, draftOf, local, wrongOf } from './sharing';

const sharing = {
  with: 'nobody',
  download: false,
  watermark: false,
  linkSet: false,
  linkExpires: null,
  passcodeSet: false,
} as const;
const draft = { ...draftOf(sharing), with: 'link' as const };
const now = Date.parse('2026-03-12T12:00:00Z');

it('writes a moment for the browser’s field and reads it back', () => {
  expect(new Date(local('2026-07-01T10:30:00Z')).toISOString()).toBe('2026-07-01T10:30:00.000Z');
  expect(local(null)).toBe('');
});

it.each([
  [{}, undefined],
  [{ protected: true }, 'passcode'],
  [{ protected: true, passcode: 'abc' }, 'passcode'],
  [{ protected: true, passcode: 'abcd' }, undefined],
  [{ expires: '2026-03-11T12:00' }, 'past'],
  [{ expires: '2026-03-14T12:00' }, undefined],
])('%j: %s', (change, wrong) => {
  expect(wrongOf({ ...draft, ...change }, false, now)).toBe(wrong);
});

it('lets a passcode stay that is set', () => {
  const kept = { ...draft, protected: true };
  expect(wrongOf(kept, true, now)).toBeUndefined();
  expect(changeOf(kept, true)).not.toHaveProperty('passcode');
  expect(changeOf({ ...kept, protected: false }, true)).toHaveProperty('passcode', '');
  expect(changeOf({ ...kept, passcode: ' geheim ' }, true)).toHaveProperty('passcode', 'geheim');
});

it('says nothing of links where there is none', () => {
  expect(changeOf({ ...draft, with: 'members', passcode: 'abcd', protected: true }, false)).toEqual({
    with: 'members',
    download: false,
    watermark: false,
    linkExpires: null,
  });
});
