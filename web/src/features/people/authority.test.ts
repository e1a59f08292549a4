import { describe, expect, it } from 'vitest';
import { mayActOn, mayAssign, moderates, type Role, roleOf, roles } from './authority';

describe('mayActOn', () => {
  // Rows: actor; columns: targets it may act on. As in internal/access.
  it.each<[Role, Role[]]>([
    ['owner', ['owner', 'moderator', 'presenter', 'attendee', 'viewer']],
    ['moderator', ['moderator', 'presenter', 'attendee', 'viewer']],
    ['presenter', []],
    ['attendee', []],
    ['viewer', []],
  ])('%s', (actor, targets) => {
    expect(roles.filter((target) => mayActOn(actor, target))).toEqual(targets);
  });
});

describe('mayAssign', () => {
  it('lets only an owner make an owner', () => {
    expect(mayAssign('owner', 'attendee', 'owner')).toBe(true);
    expect(mayAssign('moderator', 'attendee', 'owner')).toBe(false);
  });
  it('never offers the role somebody has already', () => {
    for (const role of roles) expect(mayAssign('owner', role, role)).toBe(false);
  });
  it('never lets a moderator touch an owner', () => {
    for (const to of roles) expect(mayAssign('moderator', 'owner', to)).toBe(false);
  });
  it('lets nobody below moderator assign anything', () => {
    for (const actor of roles.filter((r) => !moderates(r)))
      for (const from of roles) for (const to of roles) expect(mayAssign(actor, from, to)).toBe(false);
  });
});

describe('roleOf', () => {
  it('gives an unknown word the least', () => {
    expect(roleOf('emperor')).toBe('viewer');
    expect(roleOf('owner')).toBe('owner');
  });
});
