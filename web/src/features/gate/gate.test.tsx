import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Invite, Meeting } from '@/api';
import { expectAccessible } from '@/test/axe';
import { recordingSettings } from '@/features/library/test';
import { openPolicy } from '@/test/live';
import { renderPage, serve } from '@/test/page';
import { domainsOf, isDomain } from './domains';
import MeetingSettings from './MeetingSettings';
import { stateOf } from './validity';

const meeting: Meeting = {
  id: 'm',
  name: 'Town council',
  welcome: '',
  link: 'https://meet.example.org/m/m',
  policy: { ...openPolicy, recordStart: 'moderator', recordStop: 'moderator' },
  recording: recordingSettings,
  recordings: 0,
  recordingRules: { off: false, retention: { default: 30, min: 7, max: 365 }, watermark: false },
  maxShares: 2,
  lobby: { mode: 'off', signedIn: false, invited: false, domains: [] },
  passcodeSet: false,
  hostPinSet: false,
  accountRequired: false,
  newcomers: 'attendee',
  roles: [],
  locked: false,
  createdAt: '2026-03-12T12:00:00Z',
  live: false,
  people: 0,
  ended: false,
};
const invite = (change: Partial<Invite> = {}): Invite => ({
  id: 'i',
  role: 'presenter',
  name: 'Anna Bell',
  personal: true,
  maxUses: 1,
  uses: 0,
  notBefore: null,
  expiresAt: null,
  revoked: false,
  createdAt: '2026-03-12T12:00:00Z',
  ...change,
});
const ban = { id: 'b', userName: 'Rudi', inviteName: '', createdAt: '2026-03-12T12:00:00Z' };

function show(change: Partial<Meeting> = {}, invites: Invite[] = [], bans = [ban]) {
  const requests = serve({
    'GET /api/v1/meetings/m/invites': [200, { invites, next: '' }],
    'GET /api/v1/meetings/m/bans': [200, { bans, next: '' }],
    'PATCH /api/v1/meetings/m': ({ body }) => [200, { ...meeting, ...(body as object) }],
    'POST /api/v1/meetings/m/invites': ({ body }) => [
      201,
      { invite: invite(body as object), link: 'https://meet.example.org/m/m#i=secret' },
    ],
    'DELETE /api/v1/meetings/m/invites/i': [204, null],
    'DELETE /api/v1/meetings/m/bans/b': [204, null],
  });
  renderPage(<MeetingSettings meeting={{ ...meeting, ...change }} onClose={vi.fn()} />);
  return (method: string) => requests.filter((request) => request.method === method).map(({ body }) => body);
}
const open = async (name: RegExp) => userEvent.click(await screen.findByRole('button', { name }));

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the settings of a meeting', () => {
  it('say first how everything stands', async () => {
    show(
      {
        lobby: { ...meeting.lobby, mode: 'guests' },
        passcodeSet: true,
        policy: { ...meeting.policy, chat: false },
        roles: [{ kind: 'domain', value: 'example.org', role: 'presenter' }],
      },
      [invite()],
    );
    expect(await screen.findByText('1 link')).toBeInTheDocument();
    expect(screen.getByText('Guests wait to be let in · passcode')).toBeInTheDocument();
    expect(screen.getByText('Everything but 1 thing')).toBeInTheDocument();
    expect(screen.getByText('1 rule')).toBeInTheDocument();
    expect(await screen.findByText('1 person')).toBeInTheDocument();
    await expectAccessible();
  });

  it('lead into a part and back to where one was', async () => {
    show();
    await open(/^Roles/);
    expect(screen.getByRole('heading', { name: 'Roles' })).toHaveFocus();
    await open(/^All settings/);
    expect(screen.getByRole('button', { name: /^Roles/ })).toHaveFocus();
  });
});

describe('access', () => {
  it('takes a choice over at once, and shows rules only where they matter', async () => {
    const sent = show();
    await open(/^Access/);
    expect(screen.queryByRole('switch', { name: 'People with a personal link' })).not.toBeInTheDocument();
    await expectAccessible();
    await userEvent.click(screen.getByRole('radio', { name: 'Guests' }));
    expect(sent('PATCH')).toEqual([{ lobby: { ...meeting.lobby, mode: 'guests' } }]);
  });

  it('says a passcode only once', async () => {
    const sent = show({ passcodeSet: true });
    await open(/^Access/);
    await userEvent.click(screen.getByRole('button', { name: 'Change' }));
    const field = screen.getByRole('textbox', { name: 'New passcode' });
    await userEvent.type(field, 'abc{Enter}');
    expect(screen.getByText('A passcode has 4 to 64 characters.')).toBeInTheDocument();
    await userEvent.type(field, 'def{Enter}');
    expect(await screen.findByText('abcdef')).toBeInTheDocument();
    expect(sent('PATCH')).toEqual([{ passcode: 'abcdef' }]);
    await expectAccessible();
    await userEvent.click(screen.getByRole('button', { name: 'Remove' }));
    await waitFor(() => expect(sent('PATCH')).toEqual([{ passcode: 'abcdef' }, { passcode: '' }]));
  });

  it('tells why something was not done', async () => {
    serve({
      'GET /api/v1/meetings/m/invites': [200, { invites: [], next: '' }],
      'GET /api/v1/meetings/m/bans': [200, { bans: [], next: '' }],
      'PATCH /api/v1/meetings/m': [503, { code: 'server.busy' }],
    });
    renderPage(<MeetingSettings meeting={meeting} onClose={vi.fn()} />);
    await open(/^Access/);
    await userEvent.click(screen.getByRole('radio', { name: 'Guests' }));
    expect(await screen.findByText(/The server has a lot to do/)).toBeInTheDocument();
    await waitFor(() => expect(screen.getByRole('radio', { name: 'Nobody' })).toBeChecked());
  });
});

describe('recording', () => {
  it('says who records and who watches, and takes each choice over at once', async () => {
    const sent = show();
    expect(screen.getByText('Moderators record · only owners watch')).toBeInTheDocument();
    await open(/^Recording/);
    await expectAccessible();
    await userEvent.click(screen.getByRole('radio', { name: 'Grid' }));
    await userEvent.click(screen.getByRole('switch', { name: 'A file of the sound alone' }));
    await userEvent.click(screen.getByRole('button', { name: /Start a recording$/ }));
    await userEvent.click(await screen.findByRole('option', { name: 'Only owners' }));
    await waitFor(() =>
      expect(sent('PATCH')).toEqual([
        { recording: { ...recordingSettings, layout: 'grid' } },
        { recording: { ...recordingSettings, audio: true } },
        { policy: { recordStart: 'owner' } },
      ]),
    );
  });

  it('sends what is typed when the field is left, if it makes sense', async () => {
    const sent = show();
    await open(/^Recording/);
    const days = screen.getByRole('textbox', { name: 'Kept for how many days' });
    await userEvent.type(days, '5000');
    await userEvent.tab();
    expect(screen.getByText('Your organisation allows 7 to 365 days.')).toBeInTheDocument();
    await userEvent.clear(days);
    await userEvent.type(days, '30');
    await userEvent.tab();
    await userEvent.type(screen.getByRole('textbox', { name: 'Text over the whole video' }), 'Draft');
    await userEvent.tab();
    await waitFor(() =>
      expect(sent('PATCH')).toEqual([
        { recording: { ...recordingSettings, days: 30 } },
        { recording: { ...recordingSettings, mark: 'Draft' } },
      ]),
    );
    await expectAccessible();
  });

  it('says what the organisation has decided', async () => {
    show({ recordingRules: { ...meeting.recordingRules, off: true, watermark: true } });
    await open(/^Recording/);
    expect(screen.getByText('Your organisation does not allow recording at present.')).toBeInTheDocument();
    expect(screen.getByRole('switch', { name: /^With the viewer’s name/ })).toBeChecked();
    expect(screen.getByRole('switch', { name: /^With the viewer’s name/ })).toBeDisabled();
    expect(screen.getByText(/Leave it empty for the organisation’s own time, 30 days/)).toBeInTheDocument();
  });
});

describe('personal links', () => {
  it('are made for a name and shown once', async () => {
    const sent = show();
    await open(/^Personal links/);
    await userEvent.click(screen.getByRole('button', { name: 'New link' }));
    await expectAccessible();
    await userEvent.type(screen.getByRole('textbox', { name: /^For whom/ }), 'Anna Bell');
    await userEvent.click(screen.getByRole('button', { name: 'Make link' }));
    expect(await screen.findByText('https://meet.example.org/m/m#i=secret')).toBeInTheDocument();
    expect(sent('POST')).toEqual([{ role: 'attendee', name: 'Anna Bell', maxUses: 1 }]);
    const list = within(screen.getByRole('list', { name: 'Personal links' }));
    expect(list.getByText('Anna Bell')).toBeInTheDocument();
    await expectAccessible();
  });

  it('are withdrawn only after asking', async () => {
    const sent = show({}, [invite({ uses: 1 })]);
    await open(/^Personal links/);
    expect(await screen.findByText('Presenter · used 1 of 1 time · used up')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Withdraw' }));
    expect(sent('DELETE')).toEqual([]);
    const dialog = within(screen.getByRole('alertdialog', { name: 'Withdraw this link?' }));
    await userEvent.click(dialog.getByRole('button', { name: 'Withdraw' }));
    expect(await screen.findByText(/· withdrawn$/)).toBeInTheDocument();
    expect(sent('DELETE')).toHaveLength(1);
  });

  it.each<[string, Partial<Invite>, string]>([
    ['as made', {}, 'open'],
    ['before its time', { notBefore: '2026-03-13T00:00:00Z' }, 'not_yet'],
    ['after its time', { expiresAt: '2026-03-11T00:00:00Z' }, 'expired'],
    ['used as often as it may be', { uses: 1 }, 'used_up'],
    ['for any number', { uses: 9, maxUses: 0 }, 'open'],
    ['withdrawn, whatever else', { revoked: true, uses: 1 }, 'revoked'],
  ])('%s', (_, change, expected) => {
    expect(stateOf(invite(change), Date.parse('2026-03-12T12:00:00Z'))).toBe(expected);
  });
});

describe('roles', () => {
  it('are given by rules, which go as a whole', async () => {
    const rule = { kind: 'group', value: 'council', role: 'moderator' } as const;
    const sent = show({ roles: [rule] });
    await open(/^Roles/);
    await expectAccessible();
    const field = screen.getByRole('textbox', { name: 'E-mail address' });
    await userEvent.type(field, 'Anna@{Enter}');
    expect(screen.getByText(/not a complete e-mail address/)).toBeInTheDocument();
    await userEvent.type(field, 'Example.org{Enter}');
    expect(sent('PATCH')).toEqual([
      { roles: [rule, { kind: 'email', value: 'anna@example.org', role: 'moderator' }] },
    ]);
    await userEvent.click(screen.getByRole('button', { name: 'Remove the rule for council' }));
    expect(sent('PATCH').at(-1)).toEqual({ roles: [] });
  });
});

describe('bans and the PIN', () => {
  it('are lifted one by one', async () => {
    const sent = show();
    await open(/^Banned/);
    expect(await screen.findByText('Rudi')).toBeInTheDocument();
    await expectAccessible();
    await userEvent.click(screen.getByRole('button', { name: 'Lift ban' }));
    expect(await screen.findByText(/Nobody is banned/)).toBeInTheDocument();
    expect(sent('DELETE')).toHaveLength(1);
  });

  it('takes digits only', async () => {
    const sent = show();
    await open(/^Host PIN/);
    await userEvent.click(screen.getByRole('button', { name: 'Set a PIN' }));
    const field = screen.getByRole('textbox', { name: 'New PIN' });
    await userEvent.type(field, '12345x{Enter}');
    expect(screen.getByText('A PIN has 6 to 12 digits.')).toBeInTheDocument();
    await userEvent.type(field, '{Backspace}6{Enter}');
    await waitFor(() => expect(sent('PATCH')).toEqual([{ hostPin: '123456' }]));
    await expectAccessible();
  });
});

describe('domains', () => {
  it('are read as people type them', () => {
    expect(domainsOf(' @Example.ORG, b.org;c.org  info@d.org,b.org')).toEqual([
      'example.org',
      'b.org',
      'c.org',
      'd.org',
    ]);
  });

  it.each([
    ['example.org', true],
    ['gemeinde.köln.de', true],
    ['example', false],
    ['-a.org', false],
    ['a..org', false],
    ['https://a.org', false],
  ])('%s: %s', (domain, expected) => {
    expect(isDomain(domain)).toBe(expected);
  });
});
