import { expect, it } from 'vitest';
import { recordingChange, wrongDays, written } from './recordingDraft';

const before = {
  off: false,
  retention: { default: 90, min: 1, max: 365 },
  consent: { version: 2, texts: { de: 'Frage' } },
  erasable: false,
  watermark: false,
  problem: '',
};
const draft = {
  off: false,
  days: { default: '90', min: '1', max: '365' },
  texts: { de: 'Frage' },
  erasable: false,
  watermark: false,
};

it.each([
  [{}, undefined],
  [{ min: '0' }, 'min'],
  [{ min: 'x' }, 'min'],
  [{ max: '4000' }, 'max'],
  [{ min: '400' }, 'max'],
  [{ default: '500' }, 'default'],
  [{ default: '' }, 'default'],
])('%j: %s', (change, wrong) => {
  expect(wrongDays({ ...draft.days, ...change })).toBe(wrong);
});

it('sends only what differs', () => {
  expect(recordingChange(before, draft)).toEqual({});
  expect(recordingChange(before, { ...draft, texts: { de: ' Frage ', en: '' } })).toEqual({});
  expect(recordingChange(before, { ...draft, texts: { en: 'Question', de: 'Frage' } })).toEqual({
    consent: { texts: { de: 'Frage', en: 'Question' } },
  });
  expect(recordingChange(before, { ...draft, off: true, days: { ...draft.days, max: '400' } })).toEqual({
    off: true,
    retention: { default: 90, min: 1, max: 400 },
  });
});

it('leaves out the languages that have no words of their own', () => {
  expect(written({ fr: ' ', en: ' Question ' })).toEqual({ en: 'Question' });
});
