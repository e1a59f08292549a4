import { describe, expect, it } from 'vitest';
import { personActions, type Standing } from './personActions';

const moderating = new Set(['mute', 'stopMedia', 'lowerHands', 'spotlight', 'assignRoles', 'remove']);

const standing = (change: Partial<Standing>): Standing => ({
  me: { id: 'me', role: 'moderator' },
  seat: { id: 'other', role: 'attendee', hand: 0, sharing: false, away: false },
  rights: moderating,
  policy: { microphone: true },
  muted: true,
  cameraOff: true,
  pinned: false,
  spotlit: false,
  owners: 1,
  recorded: false,
  ...change,
});
const seat = (change: Partial<Standing['seat']>) => ({ ...standing({}).seat, ...change });

describe('personActions', () => {
  it.each<[string, Partial<Standing>, string[]]>([
    [
      'a muted attendee, for a moderator',
      {},
      ['askUnmute', 'pin', 'spotlight', 'role.moderator', 'role.presenter', 'role.viewer', 'remove'],
    ],
    [
      'an attendee with everything on',
      { muted: false, cameraOff: false, seat: seat({ sharing: true, hand: 1 }), pinned: true, spotlit: true },
      [
        'mute',
        'stopCamera',
        'stopShare',
        'lowerHand',
        'unpin',
        'unspotlight',
        'role.moderator',
        'role.presenter',
        'role.viewer',
        'remove',
      ],
    ],
    [
      'an owner, for a moderator',
      { seat: seat({ role: 'owner' }), muted: false },
      ['pin', 'spotlight', 'write'],
    ],
    [
      'a muted owner may be asked',
      { seat: seat({ role: 'owner' }) },
      ['askUnmute', 'pin', 'spotlight', 'write'],
    ],
    [
      'an owner, for an owner',
      { me: { id: 'me', role: 'owner' }, seat: seat({ role: 'owner' }), muted: false },
      [
        'mute',
        'pin',
        'spotlight',
        'write',
        'role.moderator',
        'role.presenter',
        'role.attendee',
        'role.viewer',
        'remove',
      ],
    ],
    [
      'somebody who may not speak is not asked to',
      { policy: { microphone: false } },
      ['pin', 'spotlight', 'role.moderator', 'role.presenter', 'role.viewer', 'remove'],
    ],
    [
      'a viewer is not shown large',
      { seat: seat({ role: 'viewer' }) },
      ['role.moderator', 'role.presenter', 'role.attendee', 'remove'],
    ],
    ['anybody, for an attendee', { me: { id: 'me', role: 'attendee' }, rights: new Set(['chat']) }, ['pin']],
    [
      'a moderator, for an attendee who may write to nobody else',
      {
        me: { id: 'me', role: 'attendee' },
        rights: new Set(),
        seat: seat({ role: 'moderator' }),
      },
      ['pin', 'write'],
    ],
    [
      'a presenter, for an attendee who may write to nobody else',
      {
        me: { id: 'me', role: 'attendee' },
        rights: new Set(),
        seat: seat({ role: 'presenter' }),
      },
      ['pin', 'write'],
    ],
    [
      'one who was forbidden to speak is not asked to',
      { rights: new Set(['mute']), seat: seat({ exceptions: { allow: [], deny: ['speak'] } }) },
      ['pin'],
    ],
    [
      'one who alone may speak is asked to',
      {
        rights: new Set(['mute']),
        policy: { microphone: false },
        seat: seat({ exceptions: { allow: ['speak'], deny: [] } }),
      },
      ['askUnmute', 'pin'],
    ],
    [
      'an attendee, for a moderator with all rights over persons',
      { rights: new Set(['chatPrivate', 'renameOthers', 'setPolicy']) },
      ['pin', 'write', 'rename', 'rights'],
    ],
    [
      'an owner is bound by no rules and renamed by no moderator',
      { rights: new Set(['renameOthers', 'setPolicy']), seat: seat({ role: 'owner' }) },
      ['pin', 'write'],
    ],
    [
      'oneself as moderator',
      { seat: seat({ id: 'me', role: 'moderator', hand: 5 }) },
      ['lowerHand', 'pin', 'spotlight', 'stepDown'],
    ],
    [
      'the only owner',
      { me: { id: 'me', role: 'owner' }, seat: seat({ id: 'me', role: 'owner' }) },
      ['pin', 'spotlight'],
    ],
    [
      'one of two owners',
      { me: { id: 'me', role: 'owner' }, seat: seat({ id: 'me', role: 'owner' }), owners: 2 },
      ['pin', 'spotlight', 'stepDown'],
    ],
    [
      'oneself in a recorded meeting',
      { seat: seat({ id: 'me' }), rights: new Set(['rename']), recorded: true },
      ['pin', 'consent', 'rename'],
    ],
    ['somebody else in a recorded meeting', { rights: new Set(), recorded: true }, ['pin']],
    [
      'oneself as attendee',
      { me: { id: 'me', role: 'attendee' }, seat: seat({ id: 'me', hand: 5 }), rights: new Set() },
      ['lowerHand', 'pin'],
    ],
  ])('%s', (_, change, want) => {
    expect(personActions(standing(change)).flat()).toEqual(want);
  });

  it('has no empty section', () => {
    expect(personActions(standing({ rights: new Set(), seat: seat({ role: 'viewer' }) }))).toEqual([]);
  });
});
