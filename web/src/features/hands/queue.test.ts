import { describe, expect, it } from 'vitest';
import { handQueue, newlyRaised, type Raised } from './queue';

const seat = (id: string, hand: number, joinedAt = 0): Raised => ({ id, hand, joinedAt });

describe('handQueue', () => {
  it.each<[string, Raised[], string[]]>([
    ['nobody', [], []],
    ['no hands', [seat('a', 0), seat('b', 0)], []],
    ['the longest waiting first', [seat('a', 30), seat('b', 10), seat('c', 20)], ['b', 'c', 'a']],
    ['same millisecond: who joined first', [seat('a', 10, 2), seat('b', 10, 1)], ['b', 'a']],
    ['same everything: by id', [seat('b', 10), seat('a', 10)], ['a', 'b']],
    ['hands that are down are left out', [seat('a', 0), seat('b', 5)], ['b']],
  ])('%s', (_, seats, want) => {
    expect(handQueue(seats).map((s) => s.id)).toEqual(want);
  });

  it('does not change what it is given', () => {
    const seats = [seat('b', 2), seat('a', 1)];
    handQueue(seats);
    expect(seats.map((s) => s.id)).toEqual(['b', 'a']);
  });
});

describe('newlyRaised', () => {
  it('names new hands and hands raised again, in queue order', () => {
    const before = { a: seat('a', 5), b: seat('b', 0), c: seat('c', 4) };
    const after = [seat('a', 5), seat('b', 9), seat('c', 8), seat('d', 0)];
    expect(newlyRaised(before, after).map((s) => s.id)).toEqual(['c', 'b']);
  });

  it('counts a newcomer who comes back with a raised hand', () => {
    expect(newlyRaised({}, [seat('a', 1)]).map((s) => s.id)).toEqual(['a']);
  });
});
