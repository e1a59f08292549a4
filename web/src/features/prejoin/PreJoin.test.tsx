import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { media } from '@/media';
import { expectAccessible } from '@/test/axe';
import { type Door, PreJoin, type Refusal } from '.';

const door: Door = {
  name: 'Council meeting',
  organisation: 'Town of Halder',
  host: 'Anna Verbeek',
  welcome: '',
  role: 'attendee',
  locked: false,
  passcodeNeeded: false,
  waits: false,
  recorded: false,
  accountRequired: false,
  nameBound: '',
  signedInName: '',
};

const start = vi.fn();
const retry = vi.fn();
const initial = media.getState();

beforeEach(() => {
  localStorage.clear();
  media.setState({ ...initial, start, retry });
});

afterEach(() => {
  start.mockReset();
  retry.mockReset();
});

type Change = Partial<ReturnType<typeof media.getState>['camera']>;

function devices(microphone: Change, camera: Change = microphone): void {
  media.setState({
    microphone: { ...initial.microphone, wanted: true, ...microphone },
    camera: { ...initial.camera, wanted: true, ...camera },
  });
}

function show(change: Partial<Door> = {}, props: { busy?: boolean; refusal?: Refusal } = {}) {
  const onJoin = vi.fn();
  render(
    <PreJoin
      door={{ ...door, ...change }}
      onJoin={onJoin}
      busy={props.busy ?? false}
      refusal={props.refusal}
      signIn="/signin?from=%2Fm%2Fa"
    />,
  );
  return onJoin;
}

describe('joining', () => {
  test('takes a name and Enter, without any device', async () => {
    devices({ state: 'missing' });
    const onJoin = show();
    await userEvent.type(screen.getByRole('textbox', { name: 'Your name' }), '  Bo Lind {Enter}');
    expect(onJoin).toHaveBeenCalledExactlyOnceWith({ name: 'Bo Lind', passcode: '' });
    await expectAccessible();
  });

  test('asks for a name where there is none, and puts the person into the field', async () => {
    const onJoin = show();
    await userEvent.click(screen.getByRole('button', { name: 'Join' }));
    expect(onJoin).not.toHaveBeenCalled();
    const field = screen.getByRole('textbox', { name: 'Your name' });
    expect(field.getAttribute('aria-invalid')).toBe('true');
    expect(document.activeElement).toBe(field);
    expect(screen.getByText(/Enter the name/)).toBeTruthy();
    await expectAccessible();
  });

  test('refuses a name of more than 100 characters in words', async () => {
    localStorage.setItem('plenum.name', 'x');
    const onJoin = show();
    await userEvent.type(screen.getByRole('textbox', { name: 'Your name' }), 'ä'.repeat(100));
    await userEvent.click(screen.getByRole('button', { name: 'Join' }));
    expect(onJoin).not.toHaveBeenCalled();
    expect(screen.getByText(/up to 100 characters/)).toBeTruthy();
  });

  test('knows the name of last time, and prefers the account’s', async () => {
    const first = show();
    await userEvent.type(screen.getByRole('textbox', { name: 'Your name' }), 'Bo{Enter}');
    expect(first).toHaveBeenCalledWith({ name: 'Bo', passcode: '' });
    cleanup();
    show();
    expect(screen.getByRole('textbox', { name: 'Your name' })).toHaveProperty('value', 'Bo');
    cleanup();
    show({ signedInName: 'Dr Bo Lind' });
    expect(screen.getByRole('textbox', { name: 'Your name' })).toHaveProperty('value', 'Dr Bo Lind');
  });

  test('says why it was refused', async () => {
    show({}, { refusal: { code: 'server.draining', retry: 0 } });
    expect(screen.getByRole('alert').textContent).toContain('The server is being restarted.');
    await expectAccessible();
  });

  test('does not ask twice while the first is under way', async () => {
    localStorage.setItem('plenum.name', 'Bo');
    const onJoin = show({}, { busy: true });
    await userEvent.type(screen.getByRole('textbox', { name: 'Your name' }), '{Enter}');
    expect(onJoin).not.toHaveBeenCalled();
  });
});

describe('what the page says', () => {
  test('who invites to what, and what will happen', async () => {
    devices({ state: 'on' }, { wanted: false });
    show({ role: 'moderator', locked: true, welcome: 'Please be early.' });
    expect(screen.getByRole('heading', { level: 1, name: 'Council meeting' })).toBeTruthy();
    for (const text of [
      'Anna Verbeek invites you',
      'Please be early.',
      'You will be heard, not seen.',
      'You join as a moderator.',
      /locked; you may come in/,
    ])
      expect(screen.getByText(text)).toBeTruthy();
    await expectAccessible();
  });

  test('that the browser’s permission is awaited', async () => {
    devices({ state: 'asking' });
    show();
    expect(start).toHaveBeenCalled();
    expect(screen.getByText('Waiting for your browser’s permission')).toBeTruthy();
    await expectAccessible();
  });

  test('once and not twice that both devices are blocked, and tries both again', async () => {
    devices({ state: 'blocked', reason: 'denied' });
    show();
    expect(screen.getAllByRole('alert')).toHaveLength(1);
    expect(screen.getByRole('alert').textContent).toContain('camera and microphone');
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(retry.mock.calls.map(([kind]) => String(kind))).toEqual(['microphone', 'camera']);
    await expectAccessible();
  });

  test('that only the microphone is held by another program', async () => {
    devices({ state: 'busy' }, { wanted: false });
    show();
    expect(screen.getByRole('alert').textContent).toContain('Your microphone is used by another program');
    expect(screen.getByText('Your camera is off')).toBeTruthy();
    await expectAccessible();
  });

  test('that a background does not work, with the way out', async () => {
    devices({ wanted: false }, { state: 'failed', reason: 'background' });
    media.setState({ background: 'blur' });
    show();
    await userEvent.click(screen.getByRole('button', { name: 'Show my room as it is' }));
    expect(media.getState().background).toBe('none');
  });
});

test('the toggles say whether they are on', async () => {
  devices({ state: 'on' });
  show();
  const microphone = screen.getByRole('button', { name: 'Microphone' });
  expect(microphone.getAttribute('aria-pressed')).toBe('true');
  await userEvent.click(microphone);
  await waitFor(() => expect(microphone.getAttribute('aria-pressed')).toBe('false'));
  expect(media.getState().microphone.wanted).toBe(false);
});

test('a viewer is asked for no device', async () => {
  show({ role: 'viewer' });
  expect(start).not.toHaveBeenCalled();
  expect(screen.queryByRole('button', { name: 'Camera' })).toBeNull();
  await expectAccessible();
});

describe('the door', () => {
  test('says before that one will wait', () => {
    show({ waits: true });
    expect(screen.getByText('You will wait until you are let in.')).toBeTruthy();
  });

  test('says before that the meeting is being recorded', () => {
    show({ recorded: true });
    expect(screen.getByText('This meeting is being recorded. You will be asked first.')).toBeTruthy();
  });

  test('asks for the passcode beside the name, and lets nobody try without', async () => {
    localStorage.setItem('plenum.name', 'Bo');
    const onJoin = show({ passcodeNeeded: true });
    const field = screen.getByLabelText('Passcode');
    await userEvent.click(screen.getByRole('button', { name: 'Join' }));
    expect(onJoin).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(field);
    expect(screen.getByText('Enter the passcode of this meeting.')).toBeTruthy();
    await expectAccessible();
    await userEvent.type(field, 'open sesame{Enter}');
    expect(onJoin).toHaveBeenCalledExactlyOnceWith({ name: 'Bo', passcode: 'open sesame' });
  });

  test.each<[Refusal, RegExp]>([
    [{ code: 'passcode.wrong', retry: 0 }, /not the passcode/],
    [{ code: 'passcode.required', retry: 0 }, /has a passcode now/],
    [{ code: 'passcode.too_many', retry: 610 }, /in 11 minutes/],
  ])('says at the field what is wrong with the passcode: %o', async (refusal, words) => {
    localStorage.setItem('plenum.name', 'Bo');
    show({ passcodeNeeded: true }, { refusal });
    const field = screen.getByLabelText('Passcode');
    expect(field).toHaveAccessibleDescription(words);
    expect(document.activeElement).toBe(field);
    expect(screen.queryByRole('alert')).toBeNull();
    await expectAccessible();
    await userEvent.type(field, 'x');
    expect(field.getAttribute('aria-invalid')).not.toBe('true');
  });

  test('leads to signing in where an account is needed, and shows no form', async () => {
    show({ accountRequired: true });
    expect(screen.getByRole('link', { name: 'Sign in' }).getAttribute('href')).toBe('/signin?from=%2Fm%2Fa');
    expect(screen.queryByRole('button', { name: 'Join' })).toBeNull();
    await expectAccessible();
  });

  test('asks nothing more of who has signed in', () => {
    show({ accountRequired: true, signedInName: 'Bo Lind' });
    expect(screen.getByRole('button', { name: 'Join' })).toBeTruthy();
  });

  test('shows the name an invitation is made out to, and does not let it be changed', async () => {
    localStorage.setItem('plenum.name', 'Somebody Else');
    const onJoin = show({ nameBound: 'Anna Bell' });
    expect(screen.queryByRole('textbox', { name: 'Your name' })).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Join' }));
    expect(onJoin).toHaveBeenCalledExactlyOnceWith({ name: 'Anna Bell', passcode: '' });
    expect(localStorage.getItem('plenum.name')).toBe('Somebody Else');
    await expectAccessible();
  });
});
