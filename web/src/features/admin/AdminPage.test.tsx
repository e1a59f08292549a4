import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { expectAccessible } from '@/test/axe';
import { renderPage, serve, type Answers } from '@/test/page';
import AdminPage from './AdminPage';

const user = { id: 'u', name: 'Ada', email: 'ada@example.org', admin: true, operator: false };
const session = { user, secondFactor: true, fresh: true, mustSetUpFactor: false };
const policy = Object.fromEntries(
  [
    'microphone',
    'camera',
    'share',
    'chat',
    'chatPrivate',
    'reactions',
    'raiseHand',
    'rename',
    'seePeople',
    'seeCameras',
  ].map((name) => [name, true]),
);
const organisation = {
  id: 't',
  name: 'City',
  accent: '',
  logo: '',
  hosts: [],
  places: 200,
  meetingPolicy: policy,
  lobby: 'off',
  accountRequired: false,
  secondFactor: { administrators: true, everyone: false },
  adminNetworks: [],
  auditDays: 365,
  recording: {
    off: false,
    retention: { default: 90, min: 1, max: 365 },
    consent: { version: 2, texts: { en: 'May we record you?' } },
    erasable: false,
    watermark: false,
    problem: 'composer.missing',
  },
};
const person = (id: string, name: string, change = {}) => ({
  id,
  name,
  email: `${id}@example.org`,
  admin: false,
  operator: false,
  disabled: false,
  provider: '',
  groups: [],
  createdAt: '2026-03-12T12:00:00Z',
  ...change,
});
const party = (name: string) => ({ kind: 'user', id: name, name });
const entry = (number: number, action: string, change = {}) => ({
  number,
  at: '2026-03-12T12:00:00Z',
  action,
  actor: party('Anna'),
  credential: 'session',
  meeting: 'm',
  subject: { kind: 'seat', id: 's', name: '' },
  detail: {},
  redacted: [],
  ...change,
});
const server: Answers = {
  'GET /api/v1/server': [
    200,
    { organisation: 'City', accent: '', logo: '', setUp: true, version: '1', lan: false, providers: [] },
  ],
  'GET /api/v1/session': [200, session],
  'GET /api/v1/organisation': [200, organisation],
  'GET /api/v1/people': [
    200,
    { people: [person('u', 'Ada', { admin: true }), person('b', 'Bram')], next: '' },
  ],
  'GET /api/v1/meetings': [200, { meetings: [], next: '' }],
  'GET /api/v1/meetings/running': [
    200,
    {
      meetings: [
        { id: 'abcdefgh', name: '', people: 12, waiting: 3, startedAt: '2026-03-12T12:00:00Z' },
        { id: 'ijklmnop', name: 'Jour fixe', people: 4, waiting: 0, startedAt: '2026-03-12T12:00:00Z' },
      ],
      next: '',
    },
  ],
  'GET /api/v1/pool': [200, { places: 200, used: 170, waiting: 2, warning: true, reservations: [] }],
  'GET /api/v1/pool/usage': [
    200,
    { usage: [1, 40, 170].map((peak, hour) => ({ at: `2026-03-12T1${hour}:00:00Z`, peak, waiting: 0 })) },
  ],
  'GET /api/v1/pool/reservations': [200, { reservations: [], next: '' }],
  'GET /api/v1/providers': [200, { providers: [] }],
  'GET /api/v1/keys': [200, { keys: [], scopes: ['meetings:read', 'pool:read'] }],
  'GET /api/v1/audit': [
    200,
    {
      entries: [
        entry(4, 'lobby.admitted'),
        entry(3, 'role.set', { detail: { from: 'attendee', to: 'moderator' }, subject: party('Bram') }),
        entry(2, 'passcode.set', { detail: { set: 'false' } }),
        entry(1, 'flux.capacitor', { actor: { kind: 'system', id: '', name: '' } }),
      ],
      next: '',
    },
  ],
};

afterEach(() => {
  vi.unstubAllGlobals();
});

it('is closed to whoever administers nothing', async () => {
  serve({ ...server, 'GET /api/v1/session': [200, { ...session, user: { ...user, admin: false } }] });
  renderPage(<AdminPage />, '/admin/people');
  expect(await screen.findByRole('heading', { name: 'This page is for administrators' })).toBeInTheDocument();
});

it('shows what goes on, whether it fits, and what to do next', async () => {
  serve(server);
  renderPage(<AdminPage />, '/admin');
  expect(await screen.findByText('with 16 people in them')).toBeInTheDocument();
  const meter = await screen.findByRole('meter', { name: 'In use' });
  expect(meter).toHaveAttribute('aria-valuetext', '170 of 200');
  expect(screen.getByText(/More than 80 % are in use/)).toBeInTheDocument();
  expect(screen.getByRole('link', { name: 'Overview', current: 'page' })).toBeInTheDocument();
  expect(screen.queryByRole('link', { name: 'Organisations' })).not.toBeInTheDocument();
  await expectAccessible();
});

it('says so when no place is left', async () => {
  serve({
    ...server,
    'GET /api/v1/pool': [200, { places: 200, used: 200, waiting: 2, warning: true, reservations: [] }],
  });
  renderPage(<AdminPage />, '/admin');
  expect(await screen.findByText(/All places are in use/)).toBeInTheDocument();
  expect(screen.queryByText(/More than 80 %/)).not.toBeInTheDocument();
});

describe('people', () => {
  it('are added with a link for them', async () => {
    const requests = serve({
      ...server,
      'POST /api/v1/people': [201, { person: person('c', 'Chantal'), link: 'https://x/welcome#s' }],
    });
    renderPage(<AdminPage />, '/admin/people');
    await userEvent.click(await screen.findByRole('button', { name: 'Add a person' }));
    const dialog = within(await screen.findByRole('dialog'));
    await userEvent.type(dialog.getByRole('textbox', { name: 'Name' }), 'Chantal');
    await userEvent.type(dialog.getByRole('textbox', { name: 'E-mail address' }), 'c@example.org');
    await userEvent.click(dialog.getByRole('button', { name: 'Add a person' }));
    expect(await screen.findByText('https://x/welcome#s')).toBeInTheDocument();
    expect(requests.find(({ method }) => method === 'POST')?.body).toEqual({
      name: 'Chantal',
      email: 'c@example.org',
      admin: false,
    });
    await expectAccessible();
  });

  it('cannot shut themselves out', async () => {
    serve(server);
    renderPage(<AdminPage />, '/admin/people');
    await userEvent.click(await screen.findByRole('button', { name: 'Actions for Ada' }));
    expect(await screen.findByRole('menuitem', { name: /Sign out everywhere/ })).toBeInTheDocument();
    expect(screen.queryByRole('menuitem', { name: /Delete|Disable/ })).not.toBeInTheDocument();
  });

  it('can be let in again after being shut out', async () => {
    const requests = serve({
      ...server,
      'PATCH /api/v1/people/b': [200, person('b', 'Bram', { disabled: true })],
    });
    renderPage(<AdminPage />, '/admin/people');
    await userEvent.click(await screen.findByRole('button', { name: 'Actions for Bram' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: /Disable/ }));
    await userEvent.click(await screen.findByRole('button', { name: 'Undo' }));
    await waitFor(() =>
      expect(requests.filter(({ method }) => method === 'PATCH').map(({ body }) => body)).toEqual([
        { disabled: true },
        { disabled: false },
      ]),
    );
  });
});

it('shows no name of a meeting that is none of the business', async () => {
  serve(server);
  renderPage(<AdminPage />, '/admin/meetings');
  const table = within(await screen.findByRole('table', { name: 'Running meetings' }));
  expect(table.getByRole('rowheader', { name: 'Jour fixe' })).toBeInTheDocument();
  expect(table.getByRole('rowheader', { name: 'Meeting abcdef…' })).toBeInTheDocument();
  await expectAccessible();
});

it('sends only the policies that were changed', async () => {
  const requests = serve({ ...server, 'PATCH /api/v1/organisation': [200, organisation] });
  renderPage(<AdminPage />, '/admin/policies');
  await userEvent.click(await screen.findByRole('radio', { name: 'Guests without an account' }));
  await expectAccessible();
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() =>
    expect(requests.find(({ method }) => method === 'PATCH')?.body).toEqual({ lobby: 'guests' }),
  );
});

it('refuses a retention that the server would refuse', async () => {
  serve(server);
  renderPage(<AdminPage />, '/admin/policies');
  const days = await screen.findByRole('textbox', { name: 'Days that the log is kept' });
  await userEvent.clear(days);
  await userEvent.type(days, '4000');
  expect(await screen.findByText('Enter a number from 1 to 3,650.')).toBeInTheDocument();
});

it('says what becomes of a colour that is hard to read', async () => {
  serve(server);
  renderPage(<AdminPage />, '/admin/organisation');
  await userEvent.type(await screen.findByRole('textbox', { name: 'Colour' }), '#ffff00');
  expect(await screen.findByText(/hard to read/)).toBeInTheDocument();
  await expectAccessible();
});

it('tells the log in sentences, also what it does not know', async () => {
  serve({
    ...server,
    'POST /api/v1/audit/verify': [
      200,
      {
        ok: false,
        entries: 4,
        last: 4,
        publicKey: '',
        problem: { what: 'changed', from: 3, through: 3, instead: 0, text: '' },
      },
    ],
  });
  renderPage(<AdminPage />, '/admin/audit');
  expect(await screen.findByText('Anna let somebody in: Guest s')).toBeInTheDocument();
  expect(screen.getByText('Anna changed the role of Bram from attendee to moderator')).toBeInTheDocument();
  expect(screen.getByText('Anna removed the passcode')).toBeInTheDocument();
  expect(screen.getByText('The server by itself: flux.capacitor')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Verify' }));
  expect(await screen.findByText(/Entry 3 was changed\./)).toBeInTheDocument();
  await expectAccessible();
});

it('draws the use of connections and says the same in a table', async () => {
  serve(server);
  renderPage(<AdminPage />, '/admin/pool');
  expect(
    await screen.findByRole('img', { name: 'Connections over time; at most 170 at once' }),
  ).toBeInTheDocument();
  await userEvent.click(screen.getByText('The same as a table'));
  expect(screen.getAllByRole('cell', { name: '170' })).toHaveLength(1);
  await expectAccessible();
});

it('sets up a provider with what is usual for the rest', async () => {
  const requests = serve({ ...server, 'POST /api/v1/providers': [201, {}] });
  renderPage(<AdminPage />, '/admin/providers');
  await userEvent.click(await screen.findByRole('button', { name: 'Add a provider' }));
  await userEvent.click(await screen.findByRole('menuitem', { name: /OpenID Connect/ }));
  const dialog = within(await screen.findByRole('dialog'));
  await userEvent.click(dialog.getByRole('button', { name: 'Save' }));
  expect(dialog.getAllByText('Please fill this in.')).toHaveLength(3);
  await userEvent.type(dialog.getByRole('textbox', { name: 'Name on the button' }), 'Town hall');
  await userEvent.type(dialog.getByRole('textbox', { name: 'Issuer' }), 'https://id.example.org');
  await userEvent.type(dialog.getByRole('textbox', { name: 'Client ID' }), 'plenum');
  await expectAccessible();
  await userEvent.click(dialog.getByRole('button', { name: 'Save' }));
  await waitFor(() =>
    expect(requests.find(({ method }) => method === 'POST')?.body).toEqual({
      kind: 'oidc',
      name: 'Town hall',
      enabled: true,
      settings: {
        accounts: { create: true, domains: [], adminGroups: [] },
        oidc: { issuer: 'https://id.example.org', clientId: 'plenum', scopes: [], groupsClaim: '' },
      },
    }),
  );
});

it('makes a key for what was chosen and shows it once', async () => {
  const requests = serve({
    ...server,
    'POST /api/v1/keys': [
      201,
      {
        key: { id: 'k', name: 'Figures', scopes: ['pool:read'], createdAt: '2026-03-12T12:00:00Z' },
        secret: 'plenum_abc',
      },
    ],
  });
  renderPage(<AdminPage />, '/admin/keys');
  await userEvent.click(await screen.findByRole('button', { name: 'Make a key' }));
  const dialog = within(await screen.findByRole('dialog'));
  await userEvent.type(dialog.getByRole('textbox', { name: 'What it is for' }), 'Figures');
  await userEvent.click(dialog.getByRole('checkbox', { name: 'see how many connections are used' }));
  await userEvent.click(dialog.getByRole('button', { name: 'Make a key' }));
  expect(await screen.findByText('plenum_abc')).toBeInTheDocument();
  expect(requests.find(({ method }) => method === 'POST')?.body).toEqual({
    name: 'Figures',
    scopes: ['pool:read'],
  });
  await expectAccessible();
});

describe('recording', () => {
  it('has the question in each language, as people will see it, with its version', async () => {
    const requests = serve({ ...server, 'PATCH /api/v1/organisation': [200, organisation] });
    renderPage(<AdminPage />, '/admin/recordings');
    expect(await screen.findByText(/the program ffmpeg is missing/)).toBeInTheDocument();
    expect(screen.getByText('Version 2 is in force.')).toBeInTheDocument();
    const preview = within(screen.getByRole('region', { name: 'What people see' }));
    expect(await preview.findByText('May we record you?')).toBeInTheDocument();
    await expectAccessible();
    await userEvent.click(screen.getByRole('tab', { name: 'Deutsch' }));
    const german = await screen.findByRole('textbox', { name: 'Your words in Deutsch' });
    expect(await screen.findByText(/wird aufgezeichnet/)).toBeInTheDocument(); // the program's own words
    await userEvent.type(german, 'Dürfen wir?');
    expect(screen.getByText('Saving makes this version 3.')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('checkbox', { name: /^Always with the viewer/ }));
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() =>
      expect(requests.find(({ method }) => method === 'PATCH')?.body).toEqual({
        recording: {
          consent: { texts: { de: 'Dürfen wir?', en: 'May we record you?' } },
          watermark: true,
        },
      }),
    );
  });

  it('refuses bounds that contradict each other', async () => {
    const requests = serve(server);
    renderPage(<AdminPage />, '/admin/recordings');
    const usual = await screen.findByRole('textbox', { name: 'Usually, in days' });
    await userEvent.clear(usual);
    await userEvent.type(usual, '400{Enter}');
    expect(screen.getByText('Write a number of days between the least and the most.')).toBeInTheDocument();
    expect(requests.some(({ method }) => method === 'PATCH')).toBe(false);
    await expectAccessible();
  });
});
