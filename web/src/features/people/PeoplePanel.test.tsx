import { fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { useCall } from '@/features/call/store';
import { useOutbox } from '@/features/chat/outbox';
import { expectAccessible } from '@/test/axe';
import { useConsent } from '@/features/recording/store';
import { aGate, aRecording, aSeat, aWaiter, fakeLive, openPolicy } from '@/test/live';
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
  'renameOthers',
  'seePeople',
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
    fakeLive([me, ada, olaf], { rights: ['seePeople'] });
    render(<PeoplePanel />);
    expect(names()).toEqual(['Mia', 'Olaf', 'Ada']);
    expect(screen.getByText('3 people here')).toBeTruthy();
    expect(screen.getByText('Owner')).toBeTruthy();
    expect(screen.getByText('Attendee · guest')).toBeTruthy();
    expect(screen.getAllByRole('img', { name: 'Muted' })).toHaveLength(3);
    await expectAccessible();
  });

  it('lists the recorder as a machine, counts it as nobody and does nothing about it', async () => {
    const recorder = aSeat('robot', { name: '', machine: 'recorder' });
    fakeLive([me, ada], { recording: aRecording(), machines: [recorder], rights: ['seePeople'] });
    render(<PeoplePanel />);
    const machines = screen.getByRole('list', { name: 'Machines' });
    expect(within(machines).getByText('Recorder')).toBeTruthy();
    expect(within(machines).getByText('Machine')).toBeTruthy();
    expect(within(machines).queryByRole('button')).toBeNull();
    expect(screen.getByText('2 people here')).toBeTruthy();
    await expectAccessible();
  });

  it('shows who agreed to be recorded, to those who moderate', () => {
    const seats = [me, { ...ada, consent: 'no' }, { ...olaf, consent: 'yes' }];
    fakeLive(seats, { recording: aRecording() });
    const { unmount } = render(<PeoplePanel />);
    const signs = ['Agreed to be recorded', 'Does not want to be recorded', /^Has not answered/];
    for (const name of signs) expect(screen.getAllByRole('img', { name })).toHaveLength(1);
    unmount();
    fakeLive([ada, me, olaf], { recording: aRecording() });
    render(<PeoplePanel />);
    for (const name of signs) expect(screen.queryByRole('img', { name })).toBeNull();
  });

  it('leads to the question of the recording from one’s own menu', async () => {
    fakeLive([ada, me], { recording: aRecording(), consent: 'yes' });
    render(<PeoplePanel />);
    expect(await open('Ada')).toEqual(['Pin for me', 'Recording consent']);
    await userEvent.click(screen.getByRole('menuitem', { name: 'Recording consent' }));
    expect(useConsent.getState().open).toBe(true);
  });

  it('offers an attendee nothing but their own view', async () => {
    fakeLive([ada, me], { rights: ['chat', 'raiseHand'] });
    render(<PeoplePanel />);
    expect(await open('Mia')).toEqual(['Pin for me', 'Write privately']);
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByRole('button', { name: 'Mute everyone' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Moderation' })).toBeNull();
  });

  it('offers a moderator what the server would carry out', async () => {
    const server = fakeLive([me, ada, olaf], {
      rights: moderating,
      policy: openPolicy,
    });
    render(<PeoplePanel />);
    expect(await open('Olaf')).toEqual([
      'Ask to unmute',
      'Pin for me',
      'Spotlight for everyone',
      'Write privately',
    ]);
    await userEvent.keyboard('{Escape}');
    expect(await open('Ada')).toEqual([
      'Ask to unmute',
      'Pin for me',
      'Spotlight for everyone',
      'Rename…',
      'Permissions…',
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
    await userEvent.click(within(dialog).getByRole('checkbox', { name: 'Ban from this meeting' }));
    await userEvent.click(within(dialog).getByRole('button', { name: 'Remove' }));
    expect(server.sent).toEqual([{ type: 'remove', body: { seat: 'ada', ban: true } }]);
  });

  it('makes an owner only after asking', async () => {
    const server = fakeLive([{ ...me, role: 'owner' }, ada], { rights: moderating });
    render(<PeoplePanel />);
    const ask = async () => {
      await open('Ada');
      await userEvent.click(screen.getByRole('menuitem', { name: 'Make owner…' }));
      return within(screen.getByRole('alertdialog', { name: 'Make Ada an owner?' }));
    };
    let dialog = await ask();
    expect(dialog.getByText(/Ada can then remove you and end the meeting/)).toBeTruthy();
    await expectAccessible();
    await userEvent.click(dialog.getByRole('button', { name: 'Cancel' }));
    expect(server.sent).toEqual([]);
    dialog = await ask();
    await userEvent.click(dialog.getByRole('button', { name: 'Make owner' }));
    expect(server.sent).toEqual([{ type: 'role.set', body: { seat: 'ada', role: 'owner' } }]);
    expect(screen.queryByRole('alertdialog')).toBeNull();
  });

  it('hands the meeting over: my own role goes only after the other has theirs', async () => {
    const server = fakeLive([{ ...me, role: 'owner' }, ada], { rights: moderating });
    render(<PeoplePanel />);
    const handOver = async () => {
      await open('Ada');
      await userEvent.click(screen.getByRole('menuitem', { name: 'Make owner…' }));
      await userEvent.click(screen.getByRole('checkbox', { name: 'and become a moderator myself' }));
      await userEvent.click(screen.getByRole('button', { name: 'Make owner' }));
    };
    const given = { type: 'role.set', body: { seat: 'ada', role: 'owner' } };
    const answer = server.hold();
    await handOver();
    expect(server.sent).toEqual([given]);
    await answer();
    expect(server.sent).toEqual([given, { type: 'role.set', body: { seat: 'me', role: 'moderator' } }]);
    server.sent.length = 0;
    server.refuse('right.missing');
    await handOver();
    expect(server.sent).toEqual([given]);
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

  it('says that others are hidden, and counts only whom it shows', async () => {
    fakeLive([ada, olaf]);
    render(<PeoplePanel />);
    expect(screen.getByText('2 people shown')).toBeTruthy();
    expect(screen.getByText(/Others may be here too/)).toBeTruthy();
    await expectAccessible();
  });

  it('gives and takes rights of one person, with effect at once', async () => {
    const server = fakeLive([me, { ...ada, exceptions: { allow: [], deny: ['chat'] } }], {
      rights: moderating,
      policy: { ...openPolicy, camera: false },
    });
    render(<PeoplePanel />);
    expect(screen.getByText(/own permissions/)).toBeTruthy();
    await open('Ada');
    await userEvent.click(screen.getByRole('menuitem', { name: 'Permissions…' }));
    const dialog = within(screen.getByRole('dialog', { name: 'Permissions of Ada' }));
    await expectAccessible();
    expect(dialog.getByRole('button', { name: /Use the microphone/ })).toHaveTextContent(
      'As for everyone (allowed)',
    );
    expect(dialog.getByRole('button', { name: /Write to everyone/ })).toHaveTextContent('Not allowed');
    await userEvent.click(dialog.getByRole('button', { name: /Use the camera/ }));
    await userEvent.click(screen.getByRole('option', { name: 'Allowed' }));
    await userEvent.click(dialog.getByRole('button', { name: 'As for everyone' }));
    expect(server.sent).toEqual([
      { type: 'exceptions.set', body: { seat: 'ada', allow: ['camera'], deny: ['chat'] } },
      { type: 'exceptions.set', body: { seat: 'ada', allow: [], deny: [] } },
    ]);
  });

  it('changes a name', async () => {
    const server = fakeLive([ada, me], { rights: ['rename'] });
    render(<PeoplePanel />);
    await open('Ada');
    await userEvent.click(screen.getByRole('menuitem', { name: 'Rename…' }));
    const dialog = within(screen.getByRole('dialog', { name: 'Change the name' }));
    const field = dialog.getByRole('textbox', { name: 'Name' });
    await userEvent.clear(field);
    await userEvent.click(dialog.getByRole('button', { name: 'Save' }));
    expect(server.sent).toEqual([]);
    await userEvent.type(field, ' Ada Lovelace {Enter}');
    expect(server.sent).toEqual([{ type: 'rename', body: { seat: 'ada', name: 'Ada Lovelace' } }]);
    await expectAccessible();
  });

  it('leads to a private message', async () => {
    fakeLive([ada, me], { rights: ['chatPrivate'] });
    render(<PeoplePanel />);
    await open('Mia');
    await userEvent.click(screen.getByRole('menuitem', { name: 'Write privately' }));
    expect(useCall.getState().panel).toBe('chat');
    expect(useOutbox.getState()).toMatchObject({ to: 'me', toName: 'Mia' });
  });

  it('has who waits on top, for who may admit', async () => {
    fakeLive([me, ada], { rights: [...moderating, 'admit'], gate: aGate({ waiting: [aWaiter('Anna')] }) });
    render(<PeoplePanel />);
    expect(screen.getByRole('region', { name: 'Waiting' })).toBeTruthy();
    await expectAccessible();
  });
});
