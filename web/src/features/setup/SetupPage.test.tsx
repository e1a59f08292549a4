import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { expectAccessible } from '@/test/axe';
import { renderPage, serve, type Answers } from '@/test/page';
import SetupPage from './SetupPage';
import { strengthOf } from './strength';

const fresh = (lan = false): Answers => ({
  'GET /api/v1/server': [200, { organisation: '', setUp: false, version: '1', lan }],
  'POST /api/v1/setup': [201, { user: { id: 'u', name: 'Ada', email: 'ada@example.org', admin: true } }],
});

afterEach(() => {
  vi.unstubAllGlobals();
  window.location.hash = '';
});

async function fillIn() {
  await userEvent.type(await screen.findByRole('textbox', { name: 'Organisation' }), ' City of Rosenheim ');
  await userEvent.type(screen.getByRole('textbox', { name: 'Your name' }), 'Ada');
  await userEvent.type(screen.getByRole('textbox', { name: 'E-mail address' }), 'ada@example.org');
  await userEvent.type(screen.getByLabelText('Password'), 'four quiet words here');
}

const setUp = () => userEvent.click(screen.getByRole('button', { name: 'Set up' }));

describe('setting up', () => {
  it('sends the secret of the fragment and leads to the meetings', async () => {
    window.location.hash = '#k3v5q2';
    const requests = serve(fresh());
    const history = renderPage(<SetupPage />, '/setup');
    await fillIn();
    await expectAccessible();
    await setUp();
    await waitFor(() => expect(history.at(-1)).toBe('/'));
    expect(requests.find(({ method }) => method === 'POST')?.body).toEqual({
      secret: 'k3v5q2',
      organisation: 'City of Rosenheim',
      name: 'Ada',
      email: 'ada@example.org',
      password: 'four quiet words here',
    });
  });

  it('says at each field what is missing, sends nothing, and puts the focus there', async () => {
    window.location.hash = '#k3v5q2';
    const requests = serve(fresh());
    renderPage(<SetupPage />, '/setup');
    await userEvent.type(await screen.findByRole('textbox', { name: 'Organisation' }), 'City');
    await setUp();
    expect(screen.getByRole('textbox', { name: 'Organisation' })).toBeValid();
    expect(screen.getByRole('textbox', { name: 'Your name' })).toHaveAccessibleDescription(
      /Please enter your name/,
    );
    await waitFor(() => expect(screen.getByRole('textbox', { name: 'Your name' })).toHaveFocus());
    expect(screen.getByLabelText('Password')).toBeInvalid();
    expect(requests.filter(({ method }) => method === 'POST')).toEqual([]);
    await expectAccessible();
  });

  it('says in plain words that the link is the wrong one', async () => {
    window.location.hash = '#old';
    serve({ ...fresh(), 'POST /api/v1/setup': [403, { code: 'setup.invalid' }] });
    renderPage(<SetupPage />, '/setup');
    await fillIn();
    await setUp();
    expect(await screen.findByText(/Use the newest link that the server has printed/)).toBeInTheDocument();
  });

  it('shows the server’s refusal at the field it is about', async () => {
    window.location.hash = '#k3v5q2';
    serve({ ...fresh(), 'POST /api/v1/setup': [422, { code: 'email.invalid' }] });
    renderPage(<SetupPage />, '/setup');
    await fillIn();
    await setUp();
    await waitFor(() => expect(screen.getByRole('textbox', { name: 'E-mail address' })).toBeInvalid());
  });

  it('explains a link without its secret, and one that was used', async () => {
    serve(fresh());
    renderPage(<SetupPage />, '/setup');
    expect(screen.getByRole('heading', { name: 'This link is incomplete' })).toBeInTheDocument();
    await expectAccessible();
  });

  it('leads to signing in when it was done before', async () => {
    window.location.hash = '#k3v5q2';
    serve({ 'GET /api/v1/server': [200, { organisation: 'City', setUp: true, version: '1', lan: false }] });
    renderPage(<SetupPage />, '/setup');
    expect(await screen.findByRole('heading', { name: 'This server is set up' })).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Sign in' })).toHaveAttribute('href', '/signin');
  });

  it('gives out the certificate of a server without internet, and of no other', async () => {
    window.location.hash = '#k3v5q2';
    serve(fresh(true));
    renderPage(<SetupPage />, '/setup');
    expect(await screen.findByRole('link', { name: 'Download the certificate' })).toHaveAttribute(
      'href',
      '/ca.crt',
    );
    await expectAccessible();
  });
});

it.each([
  ['short', 'short'],
  ['aaaaaaaaaaaaaaaa', 'weak'],
  ['1234567890123', 'weak'],
  ['password12', 'weak'],
  ['Tr4m-line.9', 'good'],
  ['four quiet words here', 'strong'],
])('holds %s for %s', (password, strength) => {
  expect(strengthOf(password)).toBe(strength);
});
