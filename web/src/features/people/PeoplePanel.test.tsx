import { fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { useCall } from '@/features/call/store';
import { expectAccessible } from '@/test/axe';
import { aSeat, fakeLive } from '@/test/live';
import { PeoplePanel } from './PeoplePanel';

const moderating = [
  'mute',
  'stopMedia',
  'lowerHands',
  'spotlight',
  'assignRoles',
  'remove',
  'setPolicy',
  'lock',
];
const me = aSeat('me', { name: 'Mia', role: 'moderator' });
const ada = aSeat('ada', { name: 'Ada', guest: true });
const olaf = aSeat('olaf', { name: 'Olaf', role: 'owner' });

const names = () =>
  within(screen.getByRole('list', { name: /here|found/ }))
    .getAllByRole('listitem')
    .map((row) => row.querySelector('bdi')?.textContent);

async function open(name: string) {
  await userEvent.click(screen.getByRole('button', { name: `Actions for ${name}` }));
  return screen.getAllByRole('menuitem').map((item) => item.textContent);
}

beforeEach(() => useCall.setState({ pinned: [], dialog: null }));

describe('PeoplePanel', () => {
  it('lists people with their roles as words, me first', async () => {
    fakeLive([me, ada, olaf]);
    render(<PeoplePanel />);
    expect(names()).toEqual(['Mia', 'Olaf', 'Ada']);
    expect(screen.getByText('3 people here')).toBeTruthy();
    expect(screen.getByText('Owner')).toBeTruthy();
    expect(screen.getByText('Attendee · guest')).toBeTruthy();
    expect(screen.getAllByRole('img', { name: 'Muted' })).toHaveLength(3);
    await expectAccessible();
  });

  it('offers an attendee nothing but their own view', async () => {
    fakeLive([ada, me], { rights: ['chat', 'raiseHand'] });
    render(<PeoplePanel />);
    expect(await open('Mia')).toEqual(['Pin for me']);
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByRole('button', { name: 'Mute everyone' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Moderation' })).toBeNull();
  });

  it('offers a moderator what the server would carry out', async () => {
    const server = fakeLive([me, ada, olaf], {
      rights: moderating,
      policy: { microphone: true, camera: true, share: true, chat: true, reactions: true },
    });
    render(<PeoplePanel />);
    expect(await open('Olaf')).toEqual(['Ask to unmute', 'Pin for me', 'Spotlight for everyone']);
    await userEvent.keyboard('{Escape}');
    expect(await open('Ada')).toEqual([
      'Ask to unmute',
      'Pin for me',
      'Spotlight for everyone',
      'Make moderator',
      'Make presenter',
      'Make viewer',
      'Remove…',
    ]);
    await userEvent.click(screen.getByRole('menuitem', { name: 'Make presenter' }));
    expect(server.sent).toEqual([{ type: 'role.set', body: { seat: 'ada', role: 'presenter' } }]);
  });

  it('removes only after asking', async () => {
    const server = fakeLive([me, ada], { rights: moderating });
    render(<PeoplePanel />);
    await open('Ada');
    await userEvent.click(screen.getByRole('menuitem', { name: 'Remove…' }));
    const dialog = screen.getByRole('alertdialog', { name: 'Remove Ada?' });
    expect(server.sent).toEqual([]);
    await expectAccessible();
    await userEvent.click(within(dialog).getByRole('button', { name: 'Remove' }));
    expect(server.sent).toEqual([{ type: 'remove', body: { seat: 'ada' } }]);
  });

  it('shows raised hands in their order and lowers them', async () => {
    const server = fakeLive([me, { ...ada, hand: 20 }, { ...olaf, hand: 10 }], { rights: moderating });
    render(<PeoplePanel />);
    const queue = screen.getByRole('region', { name: 'Raised hands' });
    expect(
      within(queue)
        .getAllByRole('listitem')
        .map((row) => row.textContent),
    ).toEqual([expect.stringContaining('Olaf, Number 1'), expect.stringContaining('Ada, Number 2')]);
    await expectAccessible();
    await userEvent.click(within(queue).getByRole('button', { name: 'Lower the hand of Ada' }));
    await userEvent.click(within(queue).getByRole('button', { name: 'Lower all' }));
    expect(server.sent).toEqual([
      { type: 'hand.lower', body: { seat: 'ada' } },
      { type: 'hands.lower', body: undefined },
    ]);
    server.emit('seat.changed', ada);
    server.emit('seat.changed', olaf);
    expect(screen.queryByRole('region', { name: 'Raised hands' })).toBeNull();
  });

  it('finds people among many', async () => {
    fakeLive([
      me,
      ...Array.from({ length: 20 }, (_, n) => aSeat(`s${n}`, { name: `Person ${n}` })),
      aSeat('z', { name: 'Zoë' }),
    ]);
    render(<PeoplePanel />);
    await userEvent.type(screen.getByRole('searchbox', { name: 'Search people' }), 'zoe');
    expect(names()).toEqual(['Zoë']);
    expect(screen.getByText('1 person found')).toBeTruthy();
    await userEvent.type(screen.getByRole('searchbox'), 'x');
    expect(screen.getByText('Nobody here goes by that name.')).toBeTruthy();
  });

  it('opens a large meeting page by page', () => {
    fakeLive([me, ...Array.from({ length: 129 }, (_, n) => aSeat(`s${n}`))]);
    const { container } = render(<PeoplePanel />);
    // Queries by role take seconds in so large a page.
    expect(container.querySelectorAll('bdi')).toHaveLength(100);
    fireEvent.click(screen.getByText('Show 30 more people'));
    expect(container.querySelectorAll('bdi')).toHaveLength(130);
    expect(screen.queryByText(/^Show/)).toBeNull();
  });

  it('mutes everyone', async () => {
    const server = fakeLive([me, ada], { rights: moderating });
    render(<PeoplePanel />);
    await userEvent.click(screen.getByRole('button', { name: 'Mute everyone' }));
    expect(server.sent).toEqual([{ type: 'mute.all', body: undefined }]);
  });

  it('copies the link for attendees, never my own secret one', async () => {
    location.hash = '#i=secret';
    fakeLive([me]);
    render(<PeoplePanel />);
    // user-event brings a clipboard that can be read.
    await userEvent.setup().click(screen.getByRole('button', { name: 'Copy link' }));
    expect(await navigator.clipboard.readText()).toBe(`${location.origin}/m/meeting`);
  });
});
