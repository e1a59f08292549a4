import { describe, expect, it } from 'vitest';
import { matches, roster } from './roster';

const collator = new Intl.Collator('en');
const p = (id: string, name: string, role = 'attendee', joinedAt = 0) => ({ id, name, role, joinedAt });

describe('roster', () => {
  it('puts oneself first, then roles, then names, then joining', () => {
    const people = [
      p('1', 'Zoë'),
      p('2', 'Åke', 'moderator'),
      p('3', 'anna', 'attendee', 2),
      p('4', 'Mia', 'viewer'),
      p('5', 'Ola', 'owner'),
      p('6', 'anna', 'attendee', 1),
    ];
    expect(roster(people, '4', '', collator).map((x) => x.id)).toEqual(['4', '5', '2', '6', '3', '1']);
  });
});

describe('matches', () => {
  it.each([
    ['Zoë van der Berg', 'zoe', true],
    ['Zoë van der Berg', 'BERG zo', true],
    ['Zoë van der Berg', 'bergen', false],
    ['Łukasz', 'łu', true],
    ['Ada', '', true],
    ['山田 太郎', '太郎', true],
  ])('%s by %s: %s', (name, search, want) => {
    expect(matches(name, search)).toBe(want);
  });
});
