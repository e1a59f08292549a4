import { act, renderHook } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { readPreferences, setPreferences, useMotion, writePreferences } from './store';

function memory(text: string | null) {
  let kept = text;
  return { getItem: () => kept, setItem: (_: string, value: string) => void (kept = value) };
}

const initial = {
  reduceMotion: false,
  mirror: true,
  sounds: { join: true, leave: true, hand: true, knock: true, asked: true, muted: true },
};

describe('readPreferences', () => {
  it.each<[string, string | null, object]>([
    ['nothing stored', null, initial],
    ['no JSON', '{', initial],
    ['another shape', '[1,"x"]', initial],
    ['senseless values', '{"mirror":"no","sounds":7,"reduceMotion":"yes"}', initial],
    [
      'some values',
      '{"mirror":false,"sounds":{"join":false},"extra":1}',
      { ...initial, mirror: false, sounds: { ...initial.sounds, join: false } },
    ],
  ])('%s', (_, text, want) => {
    expect(readPreferences(memory(text))).toEqual(want);
  });

  it('survives a storage that throws', () => {
    const broken = {
      getItem: () => {
        throw new Error('closed');
      },
      setItem: () => {
        throw new Error('closed');
      },
    };
    expect(readPreferences(broken)).toEqual(initial);
    writePreferences(broken, readPreferences(broken));
  });

  it('reads what it wrote', () => {
    const store = memory(null);
    const mine = { ...readPreferences(store), reduceMotion: true };
    writePreferences(store, mine);
    expect(readPreferences(store)).toEqual(mine);
  });
});

describe('useMotion', () => {
  it('stills the page while wanted and mounted', () => {
    const { dataset } = document.documentElement;
    const { unmount } = renderHook(useMotion);
    expect(dataset['motion']).toBeUndefined();
    act(() => setPreferences({ reduceMotion: true }));
    expect(dataset['motion']).toBe('reduced');
    unmount();
    expect(dataset['motion']).toBeUndefined();
    setPreferences({ reduceMotion: false });
  });
});
