import { act, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { media } from '@/media';
import * as player from '@/features/sounds/player';
import { setSound } from '@/features/preferences/store';
import { KitProvider, Toasts } from '@/ui';
import { aSeat, aWaiter, fakeLive, openPolicy } from '@/test/live';
import { Notices } from './Notices';

const spoken = () => document.getElementById('announcer-polite')?.textContent ?? '';
const me = aSeat('me', { role: 'attendee' });
const mia = aSeat('mia', { name: 'Mia', role: 'moderator' });
const pass = (ms: number): void => {
  act(() => {
    vi.advanceTimersByTime(ms);
  });
};

function mount() {
  render(
    <KitProvider locale="en" navigate={() => undefined}>
      <Notices />
      <Toasts />
    </KitProvider>,
  );
}

let played: MockInstance<typeof player.play>;

beforeEach(() => {
  vi.useFakeTimers();
  played = vi.spyOn(player, 'play').mockResolvedValue();
  document.getElementById('announcer-polite')?.replaceChildren();
});
afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
});

describe('announcements', () => {
  it('tell those who come in one sentence', () => {
    const server = fakeLive([me]);
    mount();
    for (const name of ['Ada', 'Ben', 'Cy', 'Di', 'Eva']) server.emit('seat.joined', aSeat(name));
    pass(5000);
    expect(spoken()).toBe('Ada, Ben, Cy, and 2 other people joined');
  });

  it('tell who left by name, and nothing of who came and went at once', () => {
    const server = fakeLive([me, mia]);
    mount();
    server.emit('seat.left', { seat: 'mia', reason: 'left' });
    server.emit('seat.joined', aSeat('Ada'));
    server.emit('seat.left', { seat: 'Ada', reason: 'left' });
    pass(5000);
    expect(spoken()).toBe('Mia left');
  });

  it('tell whose hand went up, unless it is down again', () => {
    const server = fakeLive([me, mia, aSeat('Ada')]);
    mount();
    server.emit('seat.changed', { ...mia, hand: 5 });
    server.emit('seat.changed', aSeat('Ada', { hand: 6 }));
    server.emit('seat.changed', aSeat('Ada'));
    server.emit('seat.changed', { ...me, hand: 7 });
    pass(5000);
    expect(spoken()).toBe('Mia raised a hand');
  });

  it('read one message out and count several', () => {
    const server = fakeLive([me, mia]);
    mount();
    const from = (id: string, seat: string) => ({ id, seat, name: seat, at: 0, text: `text ${id}` });
    server.emit('chat', from('1', 'Mia'));
    server.emit('chat', from('2', 'me'));
    pass(5000);
    expect(spoken()).toBe('Mia: text 1');
    server.emit('chat', from('3', 'Mia'));
    server.emit('chat', from('4', 'Ada'));
    server.emit('chat', from('5', 'Ada'));
    server.emit('chat.deleted', { message: '5', by: 'mia' });
    pass(5000);
    expect(spoken()).toBe('2 new messages from Mia and Ada');
  });

  it('tell reactions by kind', () => {
    const server = fakeLive([me, mia, aSeat('Ada')]);
    mount();
    server.emit('reaction', { seat: 'mia', kind: 'clap' });
    server.emit('reaction', { seat: 'Ada', kind: 'clap' });
    server.emit('reaction', { seat: 'Ada', kind: 'no such thing' });
    pass(5000);
    expect(spoken()).toBe('Mia and Ada: Applause');
  });
});

describe('messages about me', () => {
  it('name who muted me and who stopped my camera', () => {
    const server = fakeLive([me, mia]);
    mount();
    server.emit('muted', { by: 'mia' });
    server.emit('stopped', { what: 'camera', by: 'mia' });
    expect(screen.getByText('You were muted by Mia')).toBeTruthy();
    expect(screen.getByText('Your camera was stopped by Mia')).toBeTruthy();
  });

  it('tell a new role once, whatever rights come with it', () => {
    const server = fakeLive([me, mia], { rights: ['speak'] });
    mount();
    server.emit('seat.changed', { ...me, role: 'moderator' });
    server.emit('rights', { names: ['speak', 'share', 'mute'] });
    pass(1000);
    expect(screen.getByText('You are now a moderator')).toBeTruthy();
    expect(screen.queryByText(/share your screen/)).toBeNull();
  });

  it('tell of changes at the door, not of how it stands when I begin to moderate', () => {
    const server = fakeLive([me, mia]);
    mount();
    const lobby = { mode: 'guests', signedIn: false, invited: false, domains: [] };
    server.emit('rights', { names: ['admit'] });
    server.emit('lobby', { lobby, by: '' });
    server.emit('passcode', { set: false, by: '' });
    pass(1000);
    expect(spoken()).toBe('');
    server.emit('lobby', { lobby, by: 'mia' });
    server.emit('passcode', { set: true, by: '' });
    pass(1000);
    expect(spoken()).toBe('Mia has changed who has to wait. A moderator has set a passcode');
  });

  it('tell what attendees may no longer do, and when they may again', () => {
    const server = fakeLive([me, mia], { rights: ['speak', 'chat'], policy: openPolicy });
    media.getState().setMicrophone(false);
    mount();
    server.emit('policy', { ...openPolicy, microphone: false });
    server.emit('rights', { names: ['chat'] });
    pass(1000);
    expect(screen.getByText('Microphones of attendees are switched off')).toBeTruthy();
    server.emit('rights', { names: ['chat', 'speak'] });
    pass(1000);
    expect(screen.getByText('You may use your microphone now')).toBeTruthy();
    expect(media.getState().microphone.wanted).toBe(false);
    // Taken from this person alone: nobody else is spoken of.
    server.emit('rights', { names: ['speak'] });
    pass(1000);
    expect(screen.getByText('You may not write in the chat at the moment')).toBeTruthy();
  });
});

describe('sounds', () => {
  it('sound for coming, hands and being asked, one at a time', () => {
    const server = fakeLive([me, mia]);
    mount();
    server.emit('seat.joined', aSeat('Ada'));
    server.emit('seat.joined', aSeat('Ben'));
    expect(played.mock.calls).toEqual([['join']]);
    pass(600);
    expect(played.mock.calls).toEqual([['join'], ['join']]);
    pass(600);
    server.emit('seat.changed', { ...mia, hand: 5 });
    pass(600);
    server.emit('unmute.asked', { by: 'mia' });
    expect(played.mock.calls.slice(2)).toEqual([['hand'], ['asked']]);
  });

  it('knock for who waits, and are silent for people who were only hidden', () => {
    const server = fakeLive([me, mia], { rights: ['admit'] });
    mount();
    server.emit('seat.left', { seat: 'mia', reason: 'hidden' });
    server.emit('seat.joined', { ...mia, joinedAt: Date.now() - 600_000 });
    server.emit('waiter.came', aWaiter('late', { reason: 'full' }));
    expect(played).not.toHaveBeenCalled();
    server.emit('waiter.came', aWaiter('anna'));
    expect(played.mock.calls).toEqual([['knock']]);
  });

  it('are silent about machines', () => {
    const server = fakeLive([me, mia]);
    mount();
    const recorder = aSeat('robot', { name: '', machine: 'recorder' });
    server.emit('seat.joined', recorder);
    pass(1000);
    server.emit('seat.left', { seat: 'robot', reason: 'left' });
    pass(4000);
    expect(played).not.toHaveBeenCalled();
    expect(spoken()).toBe('');
  });

  it('stay silent when switched off', () => {
    setSound('join', false);
    const server = fakeLive([me]);
    mount();
    server.emit('seat.joined', aSeat('Ada'));
    pass(1000);
    expect(played).not.toHaveBeenCalled();
    setSound('join', true);
  });
});
