import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { expectAccessible } from '@/test/axe';
import { renderPage, serve, type Answers } from '@/test/page';
import AccountPage from './AccountPage';

const user = { id: 'u', name: 'Ada', email: 'ada@example.org', admin: false, operator: false };
const session = { user, secondFactor: false, fresh: true, mustSetUpFactor: false };
const me = {
  ...user,
  password: true,
  totp: false,
  recoveryCodes: 0,
  passkeys: 0,
  mustHaveFactor: false,
  createdAt: '2026-03-12T12:00:00Z',
};
const here = {
  id: 's1',
  browser: 'Firefox on Linux',
  createdAt: me.createdAt,
  lastDay: '2026-03-12',
  provider: '',
};
const server: Answers = {
  'GET /api/v1/server': [
    200,
    { organisation: 'City', accent: '', logo: '', setUp: true, version: '1', lan: false, providers: [] },
  ],
  'GET /api/v1/session': [200, session],
  'GET /api/v1/account': [200, me],
  'GET /api/v1/account/passkeys': [200, { passkeys: [] }],
  'GET /api/v1/account/sessions': [
    200,
    {
      sessions: [
        { ...here, current: true },
        { ...here, id: 's2', browser: 'Safari on iPhone', current: false },
      ],
    },
  ],
  'GET /api/v1/account/consents': [
    200,
    {
      consents: [
        {
          recording: 'r1',
          title: 'Council, budget',
          meetingName: 'Town council',
          at: '2026-03-12T12:00:00Z',
          answer: 'yes',
          mayWithdraw: true,
        },
        {
          recording: 'r2',
          title: 'School board',
          meetingName: '',
          at: '2026-03-11T12:00:00Z',
          answer: 'no',
          mayWithdraw: false,
        },
        {
          recording: 'r3',
          title: 'Planning',
          meetingName: '',
          at: '2026-03-10T12:00:00Z',
          answer: 'yes',
          mayWithdraw: false,
        },
      ],
    },
  ],
  'GET /api/v1/account/access': [
    200,
    {
      entries: [
        {
          number: 7,
          at: '2026-03-12T12:00:00Z',
          action: 'account.read',
          actor: { kind: 'user', id: 'o', name: 'Olga' },
          credential: 'session',
          meeting: '',
          subject: { kind: 'user', id: 'u', name: 'Ada' },
          detail: {},
          redacted: [],
        },
      ],
      next: '',
    },
  ],
};

afterEach(() => {
  vi.unstubAllGlobals();
});

it('shows where one is signed in and who looked', async () => {
  serve(server);
  renderPage(<AccountPage />, '/account');
  const sessions = within(await screen.findByRole('list', { name: 'Where you are signed in' }));
  expect(await sessions.findByText('Safari on iPhone')).toBeInTheDocument();
  expect(sessions.getAllByRole('button', { name: /^End/ })).toHaveLength(1);
  expect(await screen.findByText('Olga looked at an account: Ada')).toBeInTheDocument();
  await expectAccessible();
});

it('sets up an app: the picture, the key as text, the codes once', async () => {
  const recoveryCodes = ['aaaa-bbbb', 'cccc-dddd'];
  serve({
    ...server,
    'POST /api/v1/account/totp': [
      200,
      { secret: 'JBSWY3DPEHPK3PXP', uri: 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXP' },
    ],
    'POST /api/v1/account/totp/confirm': [200, { recoveryCodes }],
  });
  renderPage(<AccountPage />, '/account');
  await userEvent.click(await screen.findByRole('button', { name: 'Set up an app' }));
  expect(await screen.findByRole('img', { name: /QR code/ })).toBeInTheDocument();
  expect(screen.getByText('JBSW Y3DP EHPK 3PXP')).toBeInTheDocument();
  await expectAccessible();
  await userEvent.type(screen.getByRole('textbox', { name: 'Six-digit code' }), '123456');
  const codes = within(await screen.findByRole('list', { name: 'Recovery codes' }));
  expect(codes.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual(recoveryCodes);
  await expectAccessible();
  await userEvent.click(screen.getByRole('button', { name: 'Done' }));
  expect(screen.queryByText('aaaa-bbbb')).not.toBeInTheDocument();
});

it('leads through the second factor first where one is demanded', async () => {
  serve({ ...server, 'GET /api/v1/session': [200, { ...session, mustSetUpFactor: true }] });
  renderPage(<AccountPage />, '/account');
  expect(await screen.findByRole('heading', { name: 'One more lock on your account' })).toBeInTheDocument();
  expect(screen.queryByRole('heading', { name: 'Password' })).not.toBeInTheDocument();
  await expectAccessible();
});

it('leads to signing in, and back', async () => {
  serve({ ...server, 'GET /api/v1/session': [200, { ...session, user: null }] });
  const history = renderPage(<AccountPage />, '/account');
  await waitFor(() => expect(history.at(-1)).toBe('/signin?from=/account'));
});

it('does not send a new password that is too short', async () => {
  const requests = serve(server);
  renderPage(<AccountPage />, '/account');
  await userEvent.click(await screen.findByRole('button', { name: 'Change the password' }));
  await userEvent.type(screen.getByLabelText('Current password'), 'the old one');
  await userEvent.type(screen.getByLabelText('New password'), 'short{Enter}');
  expect(await screen.findByText(/needs at least 10 characters/)).toBeInTheDocument();
  expect(requests.some(({ path }) => path === '/api/v1/account/password')).toBe(false);
});

it('takes back a consent only after saying what happens', async () => {
  const requests = serve({ ...server, 'POST /api/v1/recordings/r1/withdraw': [204, null] });
  renderPage(<AccountPage />, '/account');
  const list = within(await screen.findByRole('list', { name: 'My recording consents' }));
  expect(list.getAllByRole('button', { name: /^Withdraw/ })).toHaveLength(1);
  expect(list.getAllByText('To take it back, ask those who ran the meeting.')).toHaveLength(1);
  await userEvent.click(list.getByRole('button', { name: /^Withdraw.*Council, budget/ }));
  const dialog = within(await screen.findByRole('alertdialog', { name: 'Withdraw your consent?' }));
  expect(dialog.getByText(/your picture is blacked out/)).toBeInTheDocument();
  await expectAccessible();
  expect(requests.some(({ method }) => method === 'POST')).toBe(false);
  await userEvent.click(dialog.getByRole('button', { name: 'Withdraw' }));
  expect(await screen.findByText(/made anew without you/)).toBeInTheDocument();
});
