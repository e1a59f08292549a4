import { describe, expect, it } from 'vitest';
import { nextSpeaker, patience, type SpeakerState, silence } from './speaker';

/** Plays a scene of [ms, who is heard] and returns who was shown after each. */
function play(...heard: [number, string[]][]): string[] {
  let state: SpeakerState = silence;
  return heard.map(([now, speaking]) => {
    state = nextSpeaker(state, speaking, (seat) => seat !== 'gone', now);
    return state.shown;
  });
}

describe('nextSpeaker', () => {
  it('shows the first to speak at once', () => {
    expect(play([0, ['a']])).toEqual(['a']);
  });

  it('is not moved by a cough', () => {
    expect(play([0, ['a']], [100, ['b']], [600, ['a']], [1000, ['b']], [1900, ['b']])).toEqual([
      'a',
      'a',
      'a',
      'a',
      'a',
    ]);
  });

  it('follows who goes on speaking', () => {
    expect(play([0, ['a']], [100, ['b']], [100 + patience, ['b']])).toEqual(['a', 'a', 'b']);
  });

  it('stays with the one shown while both speak', () => {
    expect(play([0, ['a']], [100, ['b', 'a']], [5000, ['b', 'a']])).toEqual(['a', 'a', 'a']);
  });

  it('keeps the last speaker in silence', () => {
    expect(play([0, ['a']], [9000, []])).toEqual(['a', 'a']);
  });

  it('lets go of one who left', () => {
    const state = { shown: 'gone', candidate: '', since: 0 };
    expect(nextSpeaker(state, [], (seat) => seat !== 'gone', 1).shown).toBe('');
    expect(nextSpeaker(state, ['b'], (seat) => seat !== 'gone', 1).shown).toBe('b');
  });
});
