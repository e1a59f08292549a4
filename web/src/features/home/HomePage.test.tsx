import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Meeting } from '@/api';
import { expectAccessible } from '@/test/axe';
import { recordingSettings } from '@/features/library/test';
import { openPolicy } from '@/test/live';
import { renderPage, serve, type Answers } from '@/test/page';
import { useDeletions } from './deletions';
import HomePage from './HomePage';

const meeting = (id: string, name: string, people = 0): Meeting => ({
  id,
  name,
  welcome: '',
  link: `https://meet.example.org/m/${id}`,
  policy: { ...openPolicy, recordStart: 'moderator', recordStop: 'moderator' },
  recording: recordingSettings,
  recordings: 0,
  recordingRules: { off: false, retention: { default: 30, min: 7, max: 365 }, watermark: false },
  maxShares: 2,
  createdAt: '2026-03-12T12:00:00Z',
  live: people > 0,
  people,
  ended: false,
  lobby: { mode: 'off', signedIn: false, invited: false, domains: [] },
  passcodeSet: false,
  hostPinSet: false,
  accountRequired: false,
  newcomers: 'attendee',
  roles: [],
  locked: false,
});
const meetings = [
  meeting('a', 'Town council', 14),
  meeting('b', 'Building committee'),
  meeting('c', 'School board'),
  meeting('d', 'Jour fixe'),
];
const server = (list: Meeting[]): Answers => ({
  'GET /api/v1/server': [200, { organisation: 'City of Rosenheim', setUp: true, version: '1', lan: false }],
  'GET /api/v1/session': [
    200,
    { user: { id: 'u', name: 'Ada Lovelace', email: 'a@example.org', admin: true } },
  ],
  'GET /api/v1/meetings': [200, { meetings: list, next: '' }],
});

let copied: string[];
beforeEach(() => {
  copied = [];
  useDeletions.setState({ waiting: new Set(), told: new Set() });
  Object.defineProperty(navigator, 'clipboard', {
    configurable: true,
    value: {
      writeText: (text: string) => {
        copied.push(text);
        return Promise.resolve();
      },
    },
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const rowOf = async (name: string) =>
  within((await screen.findByRole('heading', { name })).closest('li') ?? document.body);

describe('the meetings', () => {
  it('are listed with how many people are in them', async () => {
    serve(server(meetings));
    renderPage(<HomePage />);
    const council = await rowOf('Town council');
    expect(council.getByText('Live · 14 people')).toBeInTheDocument();
    expect(council.getByRole('link', { name: 'Join Town council' })).toHaveAttribute('href', '/m/a');
    expect((await rowOf('Jour fixe')).queryByText(/Live/)).not.toBeInTheDocument();
    await expectAccessible();
  });

  it('are made in one click, with the link copied', async () => {
    const made = meeting('n', 'Meeting of today');
    const requests = serve({ ...server([]), 'POST /api/v1/meetings': [201, made] });
    renderPage(<HomePage />);
    expect(await screen.findByRole('heading', { name: 'No meetings yet' })).toBeInTheDocument();
    await expectAccessible();
    await userEvent.click(screen.getByRole('button', { name: 'New meeting' }));
    const card = within(await screen.findByRole('region', { name: 'Your meeting is ready' }));
    expect(copied).toEqual([made.link]);
    expect(card.getByText(made.link)).toBeInTheDocument();
    expect(card.getByText(/The link is copied/)).toBeInTheDocument();
    expect(card.getByRole('link', { name: 'Join now' })).toHaveAttribute('href', '/m/n');
    expect(requests.find(({ method }) => method === 'POST')?.body).toEqual({
      name: expect.stringMatching(/^Meeting of /) as string,
    });
    await expectAccessible();
  });

  it('lead to the account first where the organisation wants a second factor of everybody', async () => {
    serve({ ...server([]), 'GET /api/v1/meetings': [403, { code: 'factor.required' }] });
    const history = renderPage(<HomePage />);
    await waitFor(() => expect(history.at(-1)).toBe('/account'));
  });

  it('show no administration where it has an address of its own', async () => {
    const apart = { organisation: 'City of Rosenheim', setUp: true, version: '1', lan: false, apart: true };
    serve({ ...server([]), 'GET /api/v1/server': [200, apart] });
    renderPage(<HomePage />);
    await userEvent.click(await screen.findByRole('button', { name: /Ada Lovelace/ }));
    expect(await screen.findByRole('menuitem', { name: 'My account' })).toBeInTheDocument();
    expect(screen.queryByRole('menuitem', { name: 'Administration' })).not.toBeInTheDocument();
  });

  it('are found by a part of their name', async () => {
    serve(server(meetings));
    renderPage(<HomePage />);
    const search = await screen.findByRole('searchbox', { name: 'Search your meetings' });
    await userEvent.type(search, 'BOARD');
    expect(screen.getAllByRole('listitem')).toHaveLength(1);
    await userEvent.type(search, 'x');
    expect(screen.getByText('No meeting is called “BOARDx”.')).toBeInTheDocument();
  });

  it('have their link copied', async () => {
    serve(server(meetings));
    renderPage(<HomePage />);
    await userEvent.click(
      (await rowOf('School board')).getByRole('button', { name: 'Copy link of School board' }),
    );
    expect(await screen.findByText('Link copied')).toBeInTheDocument();
    expect(copied).toEqual(['https://meet.example.org/m/c']);
  });

  it('come back when a deletion is undone, and the server never hears of it', async () => {
    const requests = serve(server(meetings));
    renderPage(<HomePage />);
    await userEvent.click((await rowOf('Jour fixe')).getByRole('button', { name: 'Delete Jour fixe' }));
    expect(screen.queryByRole('heading', { name: 'Jour fixe' })).not.toBeInTheDocument();
    await userEvent.click(await screen.findByRole('button', { name: 'Undo' }));
    expect(await screen.findByRole('heading', { name: 'Jour fixe' })).toBeInTheDocument();
    expect(requests.filter(({ method }) => method === 'DELETE')).toEqual([]);
  });

  it('are deleted when the message goes, or the page', async () => {
    const requests = serve({
      ...server(meetings),
      'DELETE /api/v1/meetings/d': [204, null],
      'DELETE /api/v1/meetings/c': [204, null],
    });
    renderPage(<HomePage />);
    await userEvent.click((await rowOf('Jour fixe')).getByRole('button', { name: 'Delete Jour fixe' }));
    const message = (await screen.findByText('“Jour fixe” was deleted')).closest<HTMLElement>(
      '[role=alertdialog]',
    );
    await userEvent.click(within(message ?? document.body).getByRole('button', { name: 'Close' }));
    await userEvent.click((await rowOf('School board')).getByRole('button', { name: 'Delete School board' }));
    window.dispatchEvent(new Event('pagehide'));
    await waitFor(() =>
      expect(requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path)).toEqual([
        '/api/v1/meetings/d',
        '/api/v1/meetings/c',
      ]),
    );
  });

  it('are shown again when the server refuses to delete', async () => {
    serve({ ...server(meetings), 'DELETE /api/v1/meetings/d': [503, { code: 'server.busy' }] });
    renderPage(<HomePage />);
    await userEvent.click((await rowOf('Jour fixe')).getByRole('button', { name: 'Delete Jour fixe' }));
    const message = (await screen.findByText('“Jour fixe” was deleted')).closest<HTMLElement>(
      '[role=alertdialog]',
    );
    await userEvent.click(within(message ?? document.body).getByRole('button', { name: 'Close' }));
    expect(await screen.findByText(/The server has a lot to do/)).toBeInTheDocument();
    expect(screen.getByRole('heading', { name: 'Jour fixe' })).toBeInTheDocument();
  });

  it('ask first when there are people inside', async () => {
    serve(server(meetings));
    renderPage(<HomePage />);
    await userEvent.click((await rowOf('Town council')).getByRole('button', { name: 'Delete Town council' }));
    const dialog = within(await screen.findByRole('alertdialog', { name: /under way/ }));
    expect(dialog.getByText(/14 people are in “Town council” now/)).toBeInTheDocument();
    await expectAccessible();
    await userEvent.click(dialog.getByRole('button', { name: 'Cancel' }));
    expect(await screen.findByRole('heading', { name: 'Town council' })).toBeInTheDocument();
  });

  it('say how many recordings go with them', async () => {
    const [first] = meetings;
    if (!first) throw new Error('no meeting');
    const requests = serve(server([{ ...first, people: 0, live: false, recordings: 3 }]));
    renderPage(<HomePage />);
    await userEvent.click((await rowOf('Town council')).getByRole('button', { name: 'Delete Town council' }));
    const dialog = within(await screen.findByRole('alertdialog', { name: /and its recordings/ }));
    expect(dialog.getByText(/3 recordings belong to “Town council” and go with it/)).toBeInTheDocument();
    expect(requests.some(({ method }) => method === 'DELETE')).toBe(false);
    await expectAccessible();
  });

  it('have settings, which begin with how everything stands', async () => {
    const requests = serve({
      ...server(meetings),
      'GET /api/v1/meetings/b/invites': [200, { invites: [], next: '' }],
      'GET /api/v1/meetings/b/bans': [200, { bans: [], next: '' }],
      'PATCH /api/v1/meetings/b': ({ body }) => [200, { ...meetings[1], ...(body as object) }],
    });
    renderPage(<HomePage />);
    await userEvent.click(
      (await rowOf('Building committee')).getByRole('button', { name: 'Settings of Building committee' }),
    );
    const dialog = within(await screen.findByRole('dialog', { name: 'Meeting settings' }));
    await userEvent.click(dialog.getByRole('button', { name: /^Name and welcome/ }));
    const name = dialog.getByRole('textbox', { name: 'Name' });
    await userEvent.clear(name);
    await userEvent.type(name, 'Planning committee');
    await userEvent.click(dialog.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText('Settings saved')).toBeInTheDocument();
    expect(requests.find(({ method }) => method === 'PATCH')?.body).toEqual({
      name: 'Planning committee',
      welcome: '',
      maxShares: 2,
    });
  });
});

describe('the start page', () => {
  it('leads to signing in', async () => {
    serve({ ...server([]), 'GET /api/v1/session': [200, { user: null }] });
    const history = renderPage(<HomePage />);
    await waitFor(() => expect(history.at(-1)).toBe('/signin'));
  });

  it('tells that the server is not set up', async () => {
    serve({
      ...server([]),
      'GET /api/v1/server': [200, { organisation: '', setUp: false, version: '1', lan: false }],
    });
    renderPage(<HomePage />);
    expect(await screen.findByRole('heading', { name: 'Almost ready' })).toBeInTheDocument();
    await expectAccessible();
  });

  it('signs out', async () => {
    serve({ ...server(meetings), 'DELETE /api/v1/session': [204, null] });
    const history = renderPage(<HomePage />);
    await userEvent.click(await screen.findByRole('button', { name: 'Account of Ada Lovelace' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Sign out' }));
    await waitFor(() => expect(history.at(-1)).toBe('/signin'));
  });

  it('changes between light and dark', async () => {
    serve(server(meetings));
    renderPage(<HomePage />);
    await userEvent.click(await screen.findByRole('button', { name: 'Account of Ada Lovelace' }));
    await userEvent.click(await screen.findByRole('menuitemradio', { name: 'Dark' }));
    expect(document.documentElement.dataset['theme']).toBe('dark');
    expect(localStorage.getItem('plenum.theme')).toBe('dark');
  });
});
