import { describe, expect, it } from 'vitest';
import { aRecording, aSeat } from '@/test/live';
import {
  clock,
  elapsed,
  findsIt,
  layoutOf,
  markOf,
  mustAnswer,
  questionKey,
  tiding,
  troubleKey,
  troubleOf,
  wordsOf,
} from './state';
import { isShown } from './store';

const off = aRecording({ state: 'off', id: '' });

describe('markOf', () => {
  it.each([
    ['off', '', null],
    ['', '', null],
    ['starting', 'asked', { paused: false, me: 'asked' }],
    ['on', '', { paused: false, me: 'asked' }],
    ['on', 'yes', { paused: false, me: 'yes' }],
    ['paused', 'no', { paused: true, me: 'no' }],
  ])('while %s, having answered "%s"', (state, consent, want) => {
    expect(markOf({ recording: aRecording({ state }), consent })).toEqual(want);
  });
});

describe('the clock', () => {
  it.each([
    [0, '0:00'],
    [59_999, '0:59'],
    [754_000, '12:34'],
    [3_723_000, '1:02:03'],
  ])('shows %i ms as %s', (ms, want) => {
    expect(clock(ms)).toBe(want);
  });

  it('runs only while something is recorded, and never backwards', () => {
    const told = { elapsed: 5000, at: 1000 };
    expect(elapsed(aRecording({ ...told, state: 'on' }), 4000)).toBe(8000);
    expect(elapsed(aRecording({ ...told, state: 'on' }), 500)).toBe(5000);
    expect(elapsed(aRecording({ ...told, state: 'paused' }), 4000)).toBe(5000);
    expect(elapsed(aRecording({ elapsed: 0, at: 1000, state: 'starting' }), 4000)).toBe(0);
  });
});

describe('findsIt', () => {
  it.each([
    ['an owner', { role: 'owner' }, false, true],
    ['an owner by a link, without an account', { role: 'owner', guest: true }, true, false],
    ['who began it', { role: 'moderator' }, true, true],
    ['another moderator', { role: 'moderator' }, false, false],
    ['a guest who began it', { role: 'moderator', guest: true }, true, false],
  ])('for %s', (_, change, began, want) => {
    expect(findsIt({ seats: { me: aSeat('me', change) }, you: 'me' }, began)).toBe(want);
  });
});

describe('tiding', () => {
  const is = (state: string, id = 'recording') => aRecording({ state, id });
  it.each([
    ['whoever comes into a recording', null, is('on'), 'started'],
    ['whoever comes while the recorder is on its way', null, is('starting'), 'started'],
    ['whoever comes in a pause', null, is('paused'), 'paused'],
    ['whoever comes where none is', null, off, null],
    ['the start', off, is('starting'), 'started'],
    ['the recorder is there: told already', is('starting'), is('on'), null],
    ['a pause', is('on'), is('paused'), 'paused'],
    ['the end of a pause', is('paused'), is('on'), 'resumed'],
    ['another layout', is('on'), aRecording({ layout: 'grid' }), null],
    ['the end', is('on'), off, 'ended'],
    ['the end in a pause', is('paused'), off, 'ended'],
    ['another one after a cut', is('on'), is('on', 'next'), 'started'],
    ['nothing', off, off, null],
  ])('of %s', (_, before, now, want) => {
    expect(tiding(before, now)).toBe(want);
  });
});

describe('who is asked', () => {
  const texts = { de: 'Dürfen wir?', fr: '' };
  const question = { version: 3, texts, erasable: false };

  it('is everybody without an answer, as long as it runs', () => {
    expect(mustAnswer({ recording: aRecording(), consent: 'asked' })).toBe(true);
    expect(mustAnswer({ recording: aRecording({ state: 'paused' }), consent: '' })).toBe(true);
    expect(mustAnswer({ recording: aRecording(), consent: 'no' })).toBe(false);
    expect(mustAnswer({ recording: off, consent: 'asked' })).toBe(false);
  });

  it.each([
    ['de', { text: 'Dürfen wir?', version: 3, language: 'de' }],
    ['fr', { text: null, version: 0, language: 'fr' }],
    ['en', { text: null, version: 0, language: 'en' }],
  ])('in the words for %s', (language, want) => {
    expect(wordsOf(question, language)).toEqual(want);
  });

  it('sees a question that was put off again when its words change', () => {
    const recording = aRecording({ question });
    const asked = { recording, consent: 'asked' };
    const folded = questionKey(recording);
    expect(isShown(asked, { open: false, folded: '' })).toBe(true);
    expect(isShown(asked, { open: false, folded })).toBe(false);
    expect(isShown(asked, { open: true, folded })).toBe(true);
    const other = { recording: aRecording({ question: { ...question, version: 4 } }), consent: 'asked' };
    expect(isShown(other, { open: false, folded })).toBe(true);
    expect(isShown({ recording, consent: 'yes' }, { open: false, folded: '' })).toBe(false);
    expect(isShown({ recording: off, consent: '' }, { open: true, folded: '' })).toBe(false);
  });
});

it('alarms those with the right, also when it ended the recording', () => {
  const recording = aRecording({ trouble: 'disk.full' });
  const rights = new Set(['stopRecord']);
  expect(troubleOf({ recording, rights })).toBe('disk.full');
  expect(troubleOf({ recording, rights: new Set(['chat']) })).toBe('');
  expect(troubleKey(recording)).toBe('trouble');
  expect(troubleKey({ ...recording, state: 'off' })).toBe('trouble.ended');
});

it('takes a layout it does not know for the usual one', () => {
  expect(['grid', 'share', 'speaker', '', 'mosaic'].map(layoutOf)).toEqual([
    'grid',
    'share',
    'speaker',
    'speaker',
    'speaker',
  ]);
});
