import { describe, expect, it } from 'vitest';
import { type Scene, scene, subjects, type Wishes } from './scene';

const area = { width: 1264, height: 696 };

function wishes(people: number, change: Partial<Wishes> = {}): Wishes {
  return {
    people: Array.from({ length: people }, (_, n) => ({
      seat: n === 0 ? 'me' : `p${n}`,
      sharing: false,
      away: false,
    })),
    you: 'me',
    layout: 'grid',
    pinned: [],
    spotlight: '',
    speaker: '',
    share: '',
    showShare: true,
    hideSelf: false,
    page: 0,
    phone: false,
    ...change,
  };
}

function sharing(all: Wishes, ...seats: string[]): Wishes {
  return { ...all, people: all.people.map((p) => ({ ...p, sharing: seats.includes(p.seat) })) };
}

const at = (of: Scene, place: string): string[] =>
  of.tiles.filter((tile) => tile.place === place).map((tile) => tile.key);

describe('subjects', () => {
  const many = wishes(4, { layout: 'speaker', speaker: 'p2' });
  it.each([
    ['who speaks', many, ['camera:p2']],
    ['nobody in a grid', { ...many, layout: 'grid' as const }, []],
    ['a share before who speaks', sharing(many, 'p1'), ['screen:p1']],
    ['a share in a grid', sharing({ ...many, layout: 'grid' as const }, 'p1'), ['screen:p1']],
    ['the newest share', sharing(many, 'p1', 'p3'), ['screen:p3']],
    ['the share I brought forward', sharing({ ...many, share: 'p1' }, 'p1', 'p3'), ['screen:p1']],
    ["another's share before my own", sharing(many, 'me', 'p1'), ['screen:p1']],
    ['no mirror of my own screen', sharing(many, 'me'), ['camera:p2']],
    ['my own screen when I ask for it', sharing({ ...many, share: 'me' }, 'me'), ['screen:me']],
    ['the spotlight before a share', sharing({ ...many, spotlight: 'p3' }, 'p1'), ['camera:p3']],
    ['my pin before the spotlight', { ...many, spotlight: 'p3', pinned: ['p1'] }, ['camera:p1']],
    ['all of my pins', { ...many, pinned: ['p1', 'p2'] }, ['camera:p1', 'camera:p2']],
    ['no pin of one who left', { ...many, pinned: ['gone'] }, ['camera:p2']],
    ['another when the speaker left', { ...many, speaker: 'gone' }, ['camera:p1']],
    [
      'nobody who is away while others are here',
      {
        ...many,
        speaker: '',
        people: many.people.map((person) => ({ ...person, away: person.seat === 'p1' })),
      },
      ['camera:p2'],
    ],
    ['me when alone', wishes(1, { layout: 'speaker' }), ['camera:me']],
  ])('shows %s', (_, given, expected) => {
    expect(subjects(given).map(({ seat, source }) => `${source}:${seat}`)).toEqual(expected);
  });
});

describe('grid scene', () => {
  it.each([
    [1, ['camera:me'], []],
    [2, ['camera:p1'], ['camera:me']],
    [3, ['camera:p1', 'camera:p2'], ['camera:me']],
    [4, ['camera:me', 'camera:p1', 'camera:p2', 'camera:p3'], []],
  ])('with %i people', (count, inGrid, inCorner) => {
    const shown = scene(wishes(count), area);
    expect(at(shown, 'grid')).toEqual(inGrid);
    expect(at(shown, 'corner')).toEqual(inCorner);
  });

  it('pages from the 26th person on and keeps tiles in place on the last page', () => {
    const first = scene(wishes(26), area);
    const last = scene(wishes(26, { page: 1 }), area);
    expect(first.pages).toBe(2);
    expect(first.tiles).toHaveLength(25);
    expect(last.tiles.map((tile) => tile.key)).toEqual(['camera:p25']);
    expect(last.tiles[0]?.rect).toEqual(first.tiles[0]?.rect);
  });

  it('shows a share among the people when I want to see them', () => {
    const shown = scene(sharing(wishes(5, { showShare: false }), 'p1'), area);
    expect(at(shown, 'grid')[0]).toBe('screen:p1');
    expect(shown.tiles).toHaveLength(6);
  });

  it('can leave me out', () => {
    expect(at(scene(wishes(2, { hideSelf: true }), area), 'corner')).toEqual([]);
  });
});

describe('focus scene', () => {
  it('floats my own tile when two are there', () => {
    const shown = scene(wishes(2, { layout: 'speaker' }), area);
    expect(at(shown, 'main')).toEqual(['camera:p1']);
    expect(at(shown, 'corner')).toEqual(['camera:me']);
    expect(shown.strip).toBeNull();
  });

  it('keeps the order of joining in the strip, whoever speaks', () => {
    const before = scene(wishes(5, { layout: 'speaker', speaker: 'p1' }), area);
    const after = scene(wishes(5, { layout: 'speaker', speaker: 'p3' }), area);
    expect(at(before, 'strip')).toEqual(['camera:me', 'camera:p2', 'camera:p3', 'camera:p4']);
    expect(at(after, 'strip')).toEqual(['camera:me', 'camera:p1', 'camera:p2', 'camera:p4']);
  });

  it('puts the other shares first in the strip and the sharer beside them', () => {
    const shown = scene(sharing(wishes(3), 'p1', 'p2'), area);
    expect(at(shown, 'main')).toEqual(['screen:p2']);
    expect(at(shown, 'strip')).toEqual(['screen:p1', 'camera:me', 'camera:p1', 'camera:p2']);
  });

  it('never covers a share with my own tile', () => {
    const shown = scene(sharing(wishes(1, { share: 'me' }), 'me'), area);
    expect(at(shown, 'main')).toEqual(['screen:me']);
    expect(at(shown, 'strip')).toEqual(['camera:me']);
  });

  it('fills a phone with one picture', () => {
    const phone = { width: 374, height: 660 };
    const shown = scene(wishes(2, { layout: 'speaker', phone: true }), phone);
    expect(shown.tiles[0]?.rect).toEqual({ x: 0, y: 0, ...phone });
  });
});
