import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { Confirmation } from '@/app/Confirmation';
import { admin } from '@/api/admin';
import { confirmed, NotConfirmed } from '@/api/confirm';
import { expectAccessible } from '@/test/axe';
import { renderPage, serve } from '@/test/page';

afterEach(() => {
  vi.unstubAllGlobals();
});

/** A server that wants a fresh proof before it deletes a key. */
function strict() {
  let fresh = false;
  return serve({
    'POST /api/v1/session/confirm/begin': [200, { with: ['password', 'totp'] }],
    'POST /api/v1/session/confirm': ({ body }) => {
      fresh = (body as { totp?: string }).totp === '123456';
      return fresh ? [200, {}] : [401, { code: 'factor.wrong' }];
    },
    'DELETE /api/v1/keys/k': () => (fresh ? [204, null] : [403, { code: 'confirm.required' }]),
  });
}

const deletions = (requests: { method: string }[]) =>
  requests.filter(({ method }) => method === 'DELETE').length;

it('asks, and then does what was wanted', async () => {
  const requests = strict();
  renderPage(<Confirmation />);
  const done = confirmed(() => admin.deleteKey('k'));
  const code = await screen.findByRole('textbox', { name: 'Six-digit code' });
  await expectAccessible();
  await userEvent.type(code, '000000');
  expect(await screen.findByText(/code is wrong/)).toBeInTheDocument();
  await userEvent.type(code, '123456');
  await done;
  expect(deletions(requests)).toBe(2);
  await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
});

it('does nothing when the person thinks better of it', async () => {
  const requests = strict();
  renderPage(<Confirmation />);
  const done = confirmed(() => admin.deleteKey('k'));
  const outcome = expect(done).rejects.toBeInstanceOf(NotConfirmed);
  await userEvent.click(await screen.findByRole('button', { name: 'Cancel' }));
  await outcome;
  expect(deletions(requests)).toBe(1);
});

it('asks once for several requests', async () => {
  const requests = strict();
  renderPage(<Confirmation />);
  const both = Promise.all([confirmed(() => admin.deleteKey('k')), confirmed(() => admin.deleteKey('k'))]);
  await userEvent.type(await screen.findByRole('textbox', { name: 'Six-digit code' }), '123456');
  await both;
  expect(requests.filter(({ path }) => path.endsWith('/begin'))).toHaveLength(1);
});
