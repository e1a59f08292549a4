import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { media, OWN_PICTURE } from '@/media';
import { expectAccessible } from '@/test/axe';
import { BackgroundSettings } from '.';

const initial = media.getState();
const picture = 'data:image/jpeg;base64,/9j/4AAQ';

beforeEach(() => {
  localStorage.clear();
  // jsdom paints nothing.
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
  media.setState(initial);
});

test('one background is chosen at a time', async () => {
  render(<BackgroundSettings />);
  expect(screen.getByRole('radio', { name: 'None' })).toHaveProperty('checked', true);
  await userEvent.click(screen.getByRole('radio', { name: 'Blurred' }));
  expect(media.getState().background).toBe('blur');
  expect(screen.getByRole('radio', { name: 'None' })).toHaveProperty('checked', false);
  await expectAccessible();
});

test('an own picture can be chosen and removed; what is behind then is blurred, not bare', async () => {
  localStorage.setItem('plenum.media.picture', picture);
  render(<BackgroundSettings />);
  await userEvent.click(screen.getByRole('radio', { name: 'Own picture' }));
  expect(media.getState().background).toBe(OWN_PICTURE);
  await userEvent.click(screen.getByRole('button', { name: 'Remove my picture' }));
  expect(media.getState().background).toBe('blur');
  expect(localStorage.getItem('plenum.media.picture')).toBeNull();
  expect(screen.queryByRole('radio', { name: 'Own picture' })).toBeNull();
  await expectAccessible();
});

test('a file that is no picture is refused in words', async () => {
  vi.stubGlobal('createImageBitmap', () => Promise.reject(new Error('no picture')));
  render(<BackgroundSettings />);
  const input = document.querySelector('input[type=file]');
  if (!(input instanceof HTMLInputElement)) throw new Error('no file field');
  await userEvent.upload(input, new File(['x'], 'x.png', { type: 'image/png' }));
  expect((await screen.findByRole('alert')).textContent).toContain('JPEG, PNG or WebP');
  expect(media.getState().background).toBe('none');
  vi.unstubAllGlobals();
});
