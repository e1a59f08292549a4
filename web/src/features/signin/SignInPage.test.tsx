import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { expectAccessible } from '@/test/axe';
import { renderPage, serve, type Answers } from '@/test/page';
import SignInPage from './SignInPage';

const ada = { id: 'u', name: 'Ada', email: 'ada@example.org', admin: true, operator: false };
const about = {
  organisation: 'City of Rosenheim',
  accent: '',
  logo: '',
  setUp: true,
  version: '1',
  lan: false,
  passkeys: true,
  operator: true,
  providers: [] as object[],
};
const nobody = { user: null, secondFactor: false, fresh: false, mustSetUpFactor: false };
const server: Answers = {
  'GET /api/v1/server': [200, about],
  'GET /api/v1/session': [200, nobody],
};

beforeEach(() => {
  window.history.replaceState(null, '', '/signin');
});
afterEach(() => {
  vi.unstubAllGlobals();
});

async function signIn(password: string) {
  await userEvent.type(await screen.findByRole('textbox', { name: 'E-mail address' }), 'ada@example.org');
  await userEvent.type(screen.getByLabelText('Password'), password);
  await userEvent.keyboard('{Enter}');
}

describe('with a password', () => {
  it('signs in by keyboard alone and leads to the meetings', async () => {
    serve({ ...server, 'POST /api/v1/session': [200, { user: ada }] });
    const history = renderPage(<SignInPage />, '/signin');
    await expectAccessible();
    await signIn('four quiet words');
    await waitFor(() => expect(history.at(-1)).toBe('/'));
  });

  it('leads back to where one came from', async () => {
    serve({ ...server, 'POST /api/v1/session': [200, { user: ada }] });
    const history = renderPage(<SignInPage />, '/signin?from=%2Faccount');
    await signIn('four quiet words');
    await waitFor(() => expect(history.at(-1)).toBe('/account'));
  });

  it('says what to do when the password is wrong, and keeps the address', async () => {
    serve({ ...server, 'POST /api/v1/session': [401, { code: 'signin.wrong' }] });
    renderPage(<SignInPage />, '/signin');
    await signIn('wrong words');
    const words = await screen.findByText(/do not match. Check both and try again/);
    expect(words.closest('[role=alert]')).not.toBeNull();
    expect(screen.getByRole('textbox', { name: 'E-mail address' })).toHaveValue('ada@example.org');
    await expectAccessible();
  });

  it('says that the server cannot be reached', async () => {
    serve(server);
    renderPage(<SignInPage />, '/signin');
    await screen.findByText('City of Rosenheim');
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    await signIn('four quiet words');
    expect(await screen.findByText(/The server cannot be reached/)).toBeInTheDocument();
  });

  it('asks for nothing when one is signed in', async () => {
    serve({ ...server, 'GET /api/v1/session': [200, { ...nobody, user: ada }] });
    const history = renderPage(<SignInPage />, '/signin');
    await waitFor(() => expect(history.at(-1)).toBe('/'));
  });
});

describe('with a second factor', () => {
  const wanted = { factor: ['totp', 'recovery'], challenge: 'secret' };

  it('takes the code as soon as it is whole', async () => {
    const requests = serve({
      ...server,
      'POST /api/v1/session': [200, wanted],
      'POST /api/v1/session/factor': [200, { user: ada }],
    });
    const history = renderPage(<SignInPage />, '/signin');
    await signIn('four quiet words');
    const code = await screen.findByRole('textbox', { name: 'Six-digit code' });
    expect(code).toHaveFocus();
    expect(code).toHaveAttribute('autocomplete', 'one-time-code');
    await expectAccessible();
    await userEvent.type(code, '123 456');
    await waitFor(() => expect(history.at(-1)).toBe('/'));
    expect(requests.find(({ path }) => path.endsWith('/factor'))?.body).toEqual({
      challenge: 'secret',
      totp: '123456',
    });
  });

  it('empties the field when the code was wrong', async () => {
    serve({
      ...server,
      'POST /api/v1/session': [200, wanted],
      'POST /api/v1/session/factor': [401, { code: 'factor.wrong' }],
    });
    renderPage(<SignInPage />, '/signin');
    await signIn('four quiet words');
    await userEvent.type(await screen.findByRole('textbox', { name: 'Six-digit code' }), '123456');
    expect(await screen.findByText(/code is wrong/)).toBeInTheDocument();
    expect(screen.getByRole('textbox', { name: 'Six-digit code' })).toHaveValue('');
  });

  it('takes a recovery code in its place', async () => {
    const requests = serve({
      ...server,
      'POST /api/v1/session': [200, wanted],
      'POST /api/v1/session/factor': [200, { user: ada }],
    });
    renderPage(<SignInPage />, '/signin');
    await signIn('four quiet words');
    await userEvent.click(await screen.findByRole('button', { name: 'Use a recovery code' }));
    await userEvent.type(screen.getByRole('textbox', { name: 'Recovery code' }), 'abcd-efgh{Enter}');
    await waitFor(() =>
      expect(requests.find(({ path }) => path.endsWith('/factor'))?.body).toEqual({
        challenge: 'secret',
        recovery: 'abcd-efgh',
      }),
    );
  });
});

describe('elsewhere', () => {
  const providers = [
    { id: 'p', name: 'Town hall', kind: 'oidc' },
    { id: 'd', name: 'the directory', kind: 'ldap' },
  ];
  const withProviders: Answers = { ...server, 'GET /api/v1/server': [200, { ...about, providers }] };

  it('says why signing in elsewhere did not work', async () => {
    serve(withProviders);
    renderPage(<SignInPage />, '/signin?error=signin.wrong');
    expect(await screen.findByText(/do not match/)).toBeInTheDocument();
    expect(await screen.findByRole('button', { name: 'Sign in with Town hall' })).toBeInTheDocument();
    await expectAccessible();
  });

  it('asks for the directory’s name and password in a form of its own', async () => {
    const requests = serve({ ...withProviders, 'POST /api/v1/signin/d/ldap': [200, { user: ada }] });
    const history = renderPage(<SignInPage />, '/signin');
    await userEvent.click(await screen.findByRole('button', { name: 'Sign in with the directory' }));
    const dialog = within(await screen.findByRole('dialog'));
    await expectAccessible();
    await userEvent.type(dialog.getByRole('textbox', { name: 'User name' }), 'ada');
    await userEvent.type(dialog.getByLabelText('Password'), 'four quiet words{Enter}');
    await waitFor(() => expect(history.at(-1)).toBe('/'));
    expect(requests.find(({ path }) => path.endsWith('/ldap'))?.body).toEqual({
      user: 'ada',
      password: 'four quiet words',
    });
  });
});
