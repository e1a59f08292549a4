import { describe, expect, it } from 'vitest';
import { aGate, aRecording, aWaiter, openPolicy } from '@/test/live';
import type { ChatMessage, Seat, Waiting, Welcome } from './protocol.gen';
import { receivesCamera } from './sight';
import { blank, forgetReactions, type LiveState, reactionLife, reduce, type ServerMessage } from './state';

const now = 1_000_000;

const seat = (id: string, change: Partial<Seat> = {}): Seat => ({
  id,
  name: id.toUpperCase(),
  role: 'attendee',
  guest: true,
  joinedAt: now,
  hand: 0,
  away: false,
  sharing: false,
  ...change,
});

const message = (id: string, from: string): ChatMessage => ({
  id,
  seat: from,
  name: from,
  at: now,
  text: id,
});

const welcome = (change: Partial<Welcome> = {}): ServerMessage => ({
  type: 'welcome',
  body: {
    version: 1,
    you: 'me',
    resume: 'secret',
    meeting: { id: 'm', name: 'Council', organisation: 'Town', welcome: '', maxShares: 2 },
    seats: [seat('ada'), seat('me')],
    chat: [],
    policy: openPolicy,
    rights: { names: ['speak', 'camera'] },
    locked: false,
    spotlight: '',
    hostPin: false,
    recording: { state: 'off', id: '', by: '', since: 0, elapsed: 0, layout: '' },
    consent: '',
    media: { token: 'token' },
    startedAt: now - 5000,
    now: now + 250,
    resumed: false,
    ...change,
  },
});

function play(...messages: ServerMessage[]): LiveState {
  return messages.reduce((state, each) => reduce(state, each, now), blank);
}

describe('reduce', () => {
  it('takes the whole state from a welcome', () => {
    const state = play(welcome());
    expect(state).toMatchObject({
      phase: 'open',
      you: 'me',
      order: ['ada', 'me'],
      clockOffset: 250,
      since: null,
    });
    expect(state.rights).toEqual(new Set(['speak', 'camera']));
  });

  it('forgets who is gone after a cut', () => {
    const state = play(welcome(), welcome({ seats: [seat('me')], resumed: true }));
    expect(Object.keys(state.seats)).toEqual(['me']);
  });

  it('keeps the order of joining, whatever changes', () => {
    const state = play(
      welcome(),
      { type: 'seat.joined', body: seat('cy') },
      { type: 'seat.changed', body: seat('ada', { hand: 5 }) },
    );
    expect(state.order).toEqual(['ada', 'me', 'cy']);
    expect(state.seats['ada']?.hand).toBe(5);
  });

  it('lets go of a seat and of its spotlight', () => {
    const state = play(
      welcome(),
      { type: 'spotlight', body: { seat: 'ada' } },
      { type: 'seat.left', body: { seat: 'ada', reason: 'left' } },
    );
    expect(state).toMatchObject({ order: ['me'], spotlight: '' });
    expect(state.seats['ada']).toBeUndefined();
  });

  it('counts what others wrote', () => {
    const state = play(
      welcome(),
      { type: 'chat', body: message('1', 'ada') },
      { type: 'chat', body: message('2', 'me') },
    );
    expect(state.unread).toBe(1);
    expect(state.chat.map(({ id }) => id)).toEqual(['1', '2']);
  });

  it('counts what was written during a cut, and only that', () => {
    const state = play(
      welcome({ chat: [message('1', 'ada')] }),
      welcome({ chat: [message('1', 'ada'), message('2', 'ada'), message('3', 'me')], resumed: true }),
    );
    expect(state.unread).toBe(1);
  });

  it('keeps the last 500 messages', () => {
    const many = Array.from(
      { length: 510 },
      (_, n): ServerMessage => ({ type: 'chat', body: message(`${n}`, 'ada') }),
    );
    expect(play(welcome(), ...many).chat).toHaveLength(500);
  });

  it('takes deleted messages away', () => {
    const state = play(welcome({ chat: [message('1', 'ada'), message('2', 'ada')] }), {
      type: 'chat.deleted',
      body: { message: '1', by: 'me' },
    });
    expect(state.chat.map(({ id }) => id)).toEqual(['2']);
  });

  it.each<[ServerMessage, Partial<LiveState>]>([
    [{ type: 'locked', body: { locked: true, by: 'ada' } }, { locked: true }],
    [{ type: 'rights', body: { names: ['chat'] } }, { rights: new Set(['chat']) }],
    [{ type: 'pong', body: { now: now - 40 } }, { clockOffset: -40 }],
  ])('follows %o', (given, expected) => {
    expect(play(welcome(), given)).toMatchObject(expected);
  });

  it('shows reactions for a while, each with a key of its own', () => {
    const state = play(
      welcome(),
      { type: 'reaction', body: { seat: 'ada', kind: 'clap' } },
      { type: 'reaction', body: { seat: 'ada', kind: 'clap' } },
    );
    expect(new Set(state.reactions.map(({ id }) => id)).size).toBe(2);
    expect(forgetReactions(state, now + reactionLife - 1).reactions).toHaveLength(2);
    expect(forgetReactions(state, now + reactionLife).reactions).toHaveLength(0);
  });
});

describe('before the door', () => {
  const waiting = (change: Partial<Waiting> = {}): ServerMessage => ({
    type: 'waiting',
    body: {
      reason: 'lobby',
      ahead: 0,
      since: now - 1000,
      now: now + 70,
      resume: 'secret',
      told: '',
      name: 'Council',
      organisation: 'Town',
      ...change,
    },
  });

  it('knows the line and nothing of the room', () => {
    const state = play(waiting({ reason: 'full', ahead: 3 }));
    expect(state).toMatchObject({ phase: 'waiting', clockOffset: 70, seats: {}, meeting: null });
    expect(state.waiting).toEqual({
      reason: 'full',
      ahead: 3,
      since: now - 1000,
      told: '',
      name: 'Council',
      organisation: 'Town',
    });
  });

  it('takes what a moderator writes', () => {
    const state = play(waiting(), { type: 'waiting.told', body: { text: 'Five more minutes' } });
    expect(state.waiting?.told).toBe('Five more minutes');
  });

  it('is over with the welcome', () => {
    expect(play(waiting(), welcome())).toMatchObject({ phase: 'open', waiting: null });
  });

  it('forgets the room when a lost seat has to wait again', () => {
    expect(play(welcome(), waiting())).toMatchObject({ phase: 'waiting', seats: {}, order: [], chat: [] });
  });
});

describe('the recording', () => {
  const recorder = seat('robot', { name: '', machine: 'recorder' });
  const running = aRecording({ elapsed: 7000 });

  it('keeps machines apart from people', () => {
    const state = play(welcome({ seats: [seat('ada'), recorder, seat('me')] }));
    expect(state.order).toEqual(['ada', 'me']);
    expect(Object.keys(state.seats)).toEqual(['ada', 'me']);
    expect(state.machines).toEqual([recorder]);
    const later = play(
      welcome(),
      { type: 'seat.joined', body: recorder },
      { type: 'seat.changed', body: { ...recorder, away: true } },
    );
    expect(later).toMatchObject({ order: ['ada', 'me'], machines: [{ id: 'robot', away: true }] });
    const gone = reduce(later, { type: 'seat.left', body: { seat: 'robot', reason: 'left' } }, now);
    expect(gone.machines).toEqual([]);
  });

  it('stands as the server says, with the moment it was said', () => {
    const state = play(welcome({ recording: running, consent: 'yes' }));
    expect(state.recording).toEqual({ ...running, at: now });
    expect(state.consent).toBe('yes');
  });

  it('asks when it begins, keeps the answer while it goes on, and asks anew in the next', () => {
    const begun = play(welcome(), { type: 'recording', body: { ...running, state: 'starting' } });
    expect(begun.consent).toBe('asked');
    const answered = reduce(begun, { type: 'consent.mine', body: { answer: 'yes' } }, now);
    const paused = reduce(answered, { type: 'recording', body: { ...running, state: 'paused' } }, now);
    expect(paused.consent).toBe('yes');
    const next = reduce(paused, { type: 'recording', body: { ...running, id: 'another' } }, now);
    expect(next.consent).toBe('asked');
    const others = reduce(begun, { type: 'seat.changed', body: seat('ada', { consent: 'yes' }) }, now);
    expect(others.seats['ada']?.consent).toBe('yes');
    const after = reduce(others, { type: 'recording', body: { ...running, id: 'another' } }, now);
    expect(after.seats['ada']?.consent).toBe('');
    const off = { state: 'off', id: '', by: '', since: 0, elapsed: 0, layout: '' };
    expect(reduce(next, { type: 'recording', body: off }, now).consent).toBe('');
  });

  it('tells who moderates that everybody was asked', () => {
    const moderating = play(welcome({ rights: { names: ['mute'] } }));
    const begun = reduce(moderating, { type: 'recording', body: running }, now);
    expect(begun.seats['ada']?.consent).toBe('asked');
  });
});

describe('the gate', () => {
  const admitting = welcome({
    rights: { names: ['admit'] },
    gate: aGate({ waiting: [aWaiter('b', { since: 2 })] }),
  });

  it('lists who waits, longest first, and nobody twice', () => {
    const state = play(
      admitting,
      { type: 'waiter.came', body: aWaiter('a', { since: 1 }) },
      { type: 'waiter.came', body: aWaiter('b', { since: 2, reason: 'full' }) },
    );
    expect(state.gate?.waiting.map(({ id, reason }) => [id, reason])).toEqual([
      ['a', 'lobby'],
      ['b', 'full'],
    ]);
  });

  it('follows who goes, the lobby and the passcode', () => {
    const lobby = { mode: 'guests', signedIn: true, invited: false, domains: [] };
    const state = play(
      admitting,
      { type: 'waiter.gone', body: { waiter: 'b', reason: 'left', by: '' } },
      { type: 'lobby', body: { lobby, by: 'ada' } },
      { type: 'passcode', body: { set: true, by: 'ada' } },
    );
    expect(state.gate).toEqual({ waiting: [], lobby, passcode: true });
  });

  it('comes with the right to admit and goes with it', () => {
    const given = play(welcome(), { type: 'rights', body: { names: ['admit'] } });
    expect(given.gate).toEqual(aGate());
    const taken = play(admitting, { type: 'rights', body: { names: ['speak'] } });
    expect(taken.gate).toBeNull();
  });
});

describe('whose camera reaches me', () => {
  it.each<[string[], string, boolean]>([
    [['seeCameras', 'seePeople'], 'ada', true],
    [['seePeople'], 'ada', false],
    [['seePeople'], 'olaf', true],
    [['seePeople'], 'me', true],
    [['seeCameras'], 'gone', false],
  ])('with %j of %s: %s', (names, id, expected) => {
    const state = play(
      welcome({ rights: { names }, seats: [seat('me'), seat('ada'), seat('olaf', { role: 'owner' })] }),
    );
    expect(receivesCamera(state, id)).toBe(expected);
  });
});
