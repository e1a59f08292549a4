import { afterEach, describe, expect, it } from 'vitest';
import { applyPreferences, readPreferences, setPreferences, writePreferences } from './store';

function memory(text: string | null) {
  let kept = text;
  return { getItem: () => kept, setItem: (_: string, value: string) => void (kept = value) };
}

const initial = {
  theme: 'system',
  reduceMotion: false,
  mirror: true,
  sounds: { join: true, leave: true, hand: true, knock: true, muted: true },
};

describe('readPreferences', () => {
  it.each<[string, string | null, object]>([
    ['nothing stored', null, initial],
    ['no JSON', '{', initial],
    ['another shape', '[1,"x"]', initial],
    ['senseless values', '{"theme":"pink","mirror":"no","sounds":7,"reduceMotion":"yes"}', initial],
    [
      'some values',
      '{"theme":"dark","mirror":false,"sounds":{"join":false},"extra":1}',
      { ...initial, theme: 'dark', mirror: false, sounds: { ...initial.sounds, join: false } },
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
    const mine = { ...readPreferences(store), theme: 'light', reduceMotion: true } as const;
    writePreferences(store, mine);
    expect(readPreferences(store)).toEqual(mine);
  });
});

describe('applyPreferences', () => {
  afterEach(() => setPreferences({ theme: 'system', reduceMotion: false }));

  it('marks the page and follows changes', () => {
    const root = document.createElement('html');
    const stop = applyPreferences(root);
    expect({ ...root.dataset }).toEqual({});
    setPreferences({ theme: 'dark', reduceMotion: true });
    expect({ ...root.dataset }).toEqual({ theme: 'dark', motion: 'reduced' });
    setPreferences({ theme: 'system', reduceMotion: false });
    expect({ ...root.dataset }).toEqual({});
    stop();
    setPreferences({ theme: 'dark' });
    expect({ ...root.dataset }).toEqual({});
  });
});
