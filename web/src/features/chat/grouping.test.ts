import { describe, expect, it } from 'vitest';
import { characters, excerpt, grouped } from './grouping';

const m = (id: string, seat: string, at: number, name = seat) => ({ id, seat, name, at });

describe('grouped', () => {
  it.each<[string, ReturnType<typeof m>[], string[][]]>([
    ['nothing', [], []],
    ['same sender, same minute', [m('1', 'a', 60_000), m('2', 'a', 119_999)], [['1', '2']]],
    ['same sender, next minute', [m('1', 'a', 119_999), m('2', 'a', 120_000)], [['1'], ['2']]],
    ['another sender between', [m('1', 'a', 1), m('2', 'b', 2), m('3', 'a', 3)], [['1'], ['2'], ['3']]],
    ['a new name is a new group', [m('1', 'a', 1, 'Ada'), m('2', 'a', 2, 'Ada L.')], [['1'], ['2']]],
  ])('%s', (_, messages, want) => {
    expect(grouped(messages).map((g) => g.messages.map((x) => x.id))).toEqual(want);
  });

  it('is named after its first message', () => {
    expect(grouped([m('1', 'a', 5, 'Ada'), m('2', 'a', 6, 'Ada')])[0]).toMatchObject({
      id: '1',
      seat: 'a',
      name: 'Ada',
      at: 5,
    });
  });
});

describe('characters', () => {
  it('counts what a person calls a character as the server does', () => {
    expect(characters('aé🙂')).toBe(3);
  });
});

describe('excerpt', () => {
  it.each([
    ['short', 5, 'short'],
    ['longer', 5, 'longe…'],
    ['🙂🙂🙂', 2, '🙂🙂…'],
  ])('%s at %i', (text, most, want) => {
    expect(excerpt(text, most)).toBe(want);
  });
});
