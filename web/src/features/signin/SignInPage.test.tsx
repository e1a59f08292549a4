import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { expectAccessible } from '@/test/axe';
import { renderPage, serve, type Answers } from '@/test/page';
import SignInPage from './SignInPage';

const ada = { id: 'u', name: 'Ada', email: 'ada@example.org', admin: true };
const server: Answers = {
  'GET /api/v1/server': [200, { organisation: 'City of Rosenheim', setUp: true, version: '1', lan: false }],
  'GET /api/v1/session': [200, { user: null }],
};

afterEach(() => {
  vi.unstubAllGlobals();
});

async function signIn(password: string) {
  await userEvent.type(await screen.findByRole('textbox', { name: 'E-mail address' }), 'ada@example.org');
  await userEvent.type(screen.getByLabelText('Password'), password);
  await userEvent.keyboard('{Enter}');
}

it('signs in by keyboard alone and leads to the meetings', async () => {
  serve({ ...server, 'POST /api/v1/session': [200, { user: ada }] });
  const history = renderPage(<SignInPage />, '/signin');
  await expectAccessible();
  await signIn('four quiet words');
  await waitFor(() => expect(history.at(-1)).toBe('/'));
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
  serve({ ...server, 'GET /api/v1/session': [200, { user: ada }] });
  const history = renderPage(<SignInPage />, '/signin');
  await waitFor(() => expect(history.at(-1)).toBe('/'));
});
