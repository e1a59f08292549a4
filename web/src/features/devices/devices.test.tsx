import { fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import i18next from 'i18next';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { media, SYSTEM_DEFAULT } from '@/media';
import { expectAccessible } from '@/test/axe';
import { DeviceSettings, problemOf, usePushToTalk } from '.';
import { choicesOf } from './choices';
import { keyName } from './keyName';
import { noticeText } from './notice';
import { browserFamily, systemFamily } from './problem';

const initial = media.getState();
beforeEach(() => {
  localStorage.clear();
  media.setState({
    ...initial,
    devices: {
      microphones: [{ id: 'm1', label: 'Headset' }],
      cameras: [{ id: 'c1', label: 'Webcam' }],
      speakers: [{ id: 's1', label: 'Hall' }],
      defaultMicrophone: 'Headset',
      defaultSpeaker: 'Hall',
    },
    speaker: { deviceId: SYSTEM_DEFAULT, selectable: true },
  });
});

describe('device settings', () => {
  test('name each device and keep the choice', async () => {
    render(<DeviceSettings />);
    await userEvent.click(screen.getByRole('button', { name: /Hall\s*Speaker|Speaker/ }));
    await userEvent.click(screen.getByRole('option', { name: 'Hall' }));
    expect(media.getState().speaker.deviceId).toBe('s1');
    expect(localStorage.getItem('plenum.media')).toContain('"speakerId":"s1"');
    await expectAccessible();
  });

  test('a chosen device that is away stays in the list', () => {
    const words = { byDefault: 'System default', unplugged: 'Not plugged in' };
    expect(choicesOf([{ id: 'a', label: 'A' }], 'gone', words).map(({ label }) => label)).toEqual([
      'System default',
      'A',
      'Not plugged in',
    ]);
  });

  test('without a choice of speakers the browser’s way is said', async () => {
    media.setState({ speaker: { deviceId: SYSTEM_DEFAULT, selectable: false } });
    render(<DeviceSettings />);
    expect(screen.getByText(/uses the speaker of your system/)).toBeTruthy();
    await expectAccessible();
  });

  test('the push-to-talk key is the one that is pressed next; Escape keeps the old one', async () => {
    media.setState({ pushToTalk: { enabled: true, key: 'Space', held: false } });
    render(<DeviceSettings />);
    const change = screen.getByRole('button', { name: 'Change key' });
    await userEvent.click(change);
    fireEvent.keyDown(window, { code: 'Escape' });
    expect(media.getState().pushToTalk.key).toBe('Space');
    await userEvent.click(change);
    fireEvent.keyDown(window, { code: 'KeyT' });
    expect(media.getState().pushToTalk.key).toBe('KeyT');
    expect(screen.getByText('Key: T')).toBeTruthy();
    await expectAccessible();
  });
});

function Talker() {
  usePushToTalk();
  return (
    <>
      <input aria-label="Message" />
      <button type="button">Other</button>
    </>
  );
}

describe('push-to-talk', () => {
  const wanted = (): boolean => media.getState().microphone.wanted;
  beforeEach(() => {
    media.getState().setPushToTalk({ enabled: true, key: 'Space' });
    render(<Talker />);
  });

  test('is heard while the key is held, however often it repeats', () => {
    expect(wanted()).toBe(false);
    fireEvent.keyDown(document.body, { code: 'Space' });
    fireEvent.keyDown(document.body, { code: 'Space', repeat: true });
    expect(wanted()).toBe(true);
    fireEvent.keyUp(document.body, { code: 'Space' });
    expect(wanted()).toBe(false);
  });

  test('is not heard while typing, nor with a modifier, nor for another key', () => {
    fireEvent.keyDown(screen.getByRole('textbox'), { code: 'Space' });
    fireEvent.keyDown(document.body, { code: 'Space', ctrlKey: true });
    fireEvent.keyDown(document.body, { code: 'KeyT' });
    expect(wanted()).toBe(false);
  });

  test('ends when the window loses the keyboard', () => {
    fireEvent.keyDown(document.body, { code: 'Space' });
    fireEvent.blur(window);
    expect(wanted()).toBe(false);
  });

  test('keeps the pressed key from doing anything else', () => {
    const scrolled = vi.fn();
    document.body.addEventListener('keydown', scrolled);
    expect(fireEvent.keyDown(document.body, { code: 'Space' })).toBe(false);
    expect(scrolled).not.toHaveBeenCalled();
    document.body.removeEventListener('keydown', scrolled);
  });
});

describe('words', () => {
  const t = i18next.getFixedT('en', 'media');

  test.each([
    ['Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0', 'firefox', 'other'],
    ['Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36', 'chromium', 'windows'],
    ['Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/18 Safari/605.1.15', 'safari', 'mac'],
    ['Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 CriOS/140 Safari/604.1', 'safari', 'other'],
  ])('%s is %s on %s', (agent, browser, system) => {
    expect([browserFamily(agent), systemFamily(agent)]).toEqual([browser, system]);
  });

  test('every trouble has a sentence and a way out, and never the name of an error', () => {
    for (const kind of ['microphone', 'camera'] as const)
      for (const state of ['blocked', 'missing', 'busy', 'failed'] as const)
        for (const reason of ['denied', 'dismissed', 'system', 'insecure', 'unknown', null] as const) {
          const problem = problemOf(t, kind, { state, reason });
          expect(problem?.title).toMatch(/^[A-Z].* /);
          expect(problem?.help).toMatch(/\.$/);
          expect(`${problem?.title ?? ''}${problem?.help ?? ''}`).not.toMatch(/Error|problem\.|help\./);
        }
    for (const state of ['on', 'off', 'asking', 'starting'] as const)
      expect(problemOf(t, 'camera', { state, reason: null })).toBeNull();
  });

  test('a notice names what went and what is used now', () => {
    expect(noticeText(t, { id: 1, device: 'microphone', event: 'lost', from: 'Headset', to: 'Laptop' })).toBe(
      '“Headset” was unplugged. Your microphone is now “Laptop”.',
    );
    expect(noticeText(t, { id: 2, device: 'speaker', event: 'gone', from: 'Hall', to: '' })).toBeNull();
  });

  test.each([
    ['Space', 'Space bar'],
    ['KeyT', 'T'],
    ['Digit4', '4'],
    ['ControlRight', 'Control Right'],
    ['F8', 'F8'],
  ])('the key %s is called %s', (code, name) => {
    expect(keyName(code, 'Space bar')).toBe(name);
  });
});
