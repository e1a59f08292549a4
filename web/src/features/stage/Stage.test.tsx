import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { resetCall, useCall } from '@/features/call/store';
import { useLive } from '@/live';
import type { Seat } from '@/live/protocol.gen';
import { blank } from '@/live/state';
import { expectAccessible } from '@/test/axe';
import { Stage } from './Stage';

const seat = (id: string, name: string, change: Partial<Seat> = {}): Seat => ({
  id,
  name,
  role: 'attendee',
  guest: true,
  joinedAt: 0,
  hand: 0,
  away: false,
  sharing: false,
  ...change,
});

function enter(...seats: Seat[]): void {
  useLive.setState({
    ...blank,
    phase: 'open',
    you: 'me',
    seats: Object.fromEntries(seats.map((each) => [each.id, each])),
    order: seats.map(({ id }) => id),
    rights: new Set(['seePeople', 'seeCameras']),
    meeting: { id: 'm', name: 'Council', organisation: 'Town', welcome: '', maxShares: 1 },
  });
}

const names = (): (string | null)[] =>
  screen
    .getAllByRole('figure')
    .map(
      (figure) => document.getElementById(figure.getAttribute('aria-labelledby') ?? '')?.textContent ?? null,
    );

beforeEach(() => {
  resetCall('grid');
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1280);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(720);
});

describe('Stage', () => {
  it('shows a figure named after each person, in order of joining, but no viewer', async () => {
    enter(
      seat('me', 'Ada'),
      seat('b', 'Ben', { hand: 1 }),
      seat('v', 'Vera', { role: 'viewer' }),
      seat('c', 'Clara', { away: true }),
      seat('d', 'Dan'),
    );
    render(<Stage />);
    expect(names()).toEqual(['Ada', 'Ben', 'Clara', 'Dan']);
    expect(screen.getByRole('img', { name: 'Hand raised, number 1 in the queue' })).toBeTruthy();
    expect(screen.getByRole('img', { name: 'Connection lost, coming back' })).toBeTruthy();
    await expectAccessible();
  });

  it('keeps the tiles of those who stay when somebody goes', () => {
    const people = [
      seat('me', 'Ada'),
      seat('b', 'Ben'),
      seat('c', 'Clara'),
      seat('d', 'Dan'),
      seat('e', 'Eva'),
    ];
    enter(...people);
    render(<Stage />);
    const before = screen.getAllByRole('figure').filter((figure) => figure.dataset['seat'] !== 'b');
    act(() => {
      enter(...people.filter(({ id }) => id !== 'b'));
    });
    expect(screen.getAllByRole('figure')).toEqual(before);
  });

  it('pins for me', async () => {
    enter(seat('me', 'Ada'), seat('b', 'Ben'), seat('c', 'Clara'), seat('d', 'Dan'));
    render(<Stage />);
    await userEvent.click(screen.getByRole('button', { name: 'Pin Clara' }));
    expect(useCall.getState().pinned).toEqual(['c']);
    const large = screen.getAllByRole('figure').filter((figure) => figure.dataset['place'] === 'main');
    expect(large.map((figure) => figure.dataset['seat'])).toEqual(['c']);
    await expectAccessible();
  });

  it('turns pages by button and arrow key', async () => {
    enter(...Array.from({ length: 26 }, (_, n) => seat(n === 0 ? 'me' : `p${n}`, `P${n}`)));
    render(<Stage />);
    expect(screen.getAllByRole('figure')).toHaveLength(25);
    await userEvent.click(screen.getByRole('button', { name: 'Next page' }));
    expect(names()).toEqual(['P25']);
    await userEvent.keyboard('{ArrowLeft}');
    expect(screen.getAllByRole('figure')).toHaveLength(25);
  });

  it('offers the link to whoever is alone', async () => {
    enter(seat('me', 'Ada'));
    render(<Stage />);
    expect(screen.getByRole('button', { name: 'Copy link' })).toBeTruthy();
    await expectAccessible();
  });
});
