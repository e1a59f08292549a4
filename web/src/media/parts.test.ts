import { describe, expect, test } from 'vitest';
import { cropTo } from './background/compositor';
import { failureOf } from './failure';
import { levelOf } from './level';
import { listDevices } from './list';
import { testSound } from './speaker';

describe('level', () => {
  const sine = (amplitude: number): Float32Array =>
    Float32Array.from({ length: 1024 }, (_, i) => amplitude * Math.sin((i * Math.PI) / 32));

  test('is 0 for silence, 1 for a shout, and rises with loudness between', () => {
    expect(levelOf(new Float32Array(1024))).toBe(0);
    expect(levelOf(sine(1))).toBe(1);
    const [quiet, loud] = [levelOf(sine(0.02)), levelOf(sine(0.1))];
    expect(quiet).toBeGreaterThan(0.2);
    expect(loud).toBeGreaterThan(quiet);
    expect(loud).toBeLessThan(1);
  });
});

test('the test sound is a WAV file that is heard, does not clip and ends in silence', () => {
  const file = new DataView(testSound());
  const text = (at: number): string =>
    String.fromCharCode(...Array.from({ length: 4 }, (_, i) => file.getUint8(at + i)));
  expect([text(0), text(8), text(36)]).toEqual(['RIFF', 'WAVE', 'data']);
  expect(file.getUint32(40, true)).toBe(file.byteLength - 44);
  let peak = 0;
  for (let at = 44; at < file.byteLength; at += 2) peak = Math.max(peak, Math.abs(file.getInt16(at, true)));
  expect(peak).toBeGreaterThan(6000);
  expect(peak).toBeLessThan(32_000);
  expect(Math.abs(file.getInt16(file.byteLength - 2, true))).toBeLessThan(60);
});

describe('device list', () => {
  const info = (
    kind: MediaDeviceKind,
    deviceId: string,
    label: string,
    groupId = deviceId,
  ): MediaDeviceInfo => ({
    kind,
    deviceId,
    label,
    groupId,
    toJSON: () => ({}),
  });

  test('has no aliases, tidy names and tells twins apart', () => {
    const { devices } = listDevices([
      info('audioinput', 'default', 'Default - Headset (046d:0a44)', 'g2'),
      info('audioinput', 'communications', 'Communications - Headset', 'g2'),
      info('audioinput', 'a', 'Built-in'),
      info('audioinput', 'b', 'Headset (046d:0a44)', 'g2'),
      info('videoinput', 'c', 'Cam'),
      info('videoinput', 'd', 'Cam'),
    ]);
    expect(devices.microphones).toEqual([
      { id: 'a', label: 'Built-in' },
      { id: 'b', label: 'Headset' },
    ]);
    expect(devices.cameras.map(({ label }) => label)).toEqual(['Cam (1)', 'Cam (2)']);
  });

  test('the default is Chromium’s own entry, else the first of the list', () => {
    const a = info('audioinput', 'a', 'Built-in');
    const b = info('audioinput', 'b', 'Headset');
    const alias = info('audioinput', 'default', 'Default - Headset', 'b');
    expect(listDevices([alias, a, b]).devices.defaultMicrophone).toBe('Headset');
    expect(listDevices([a, b]).devices.defaultMicrophone).toBe('Built-in');
    expect(listDevices([a, b]).defaultMicrophone).not.toBe(listDevices([b, a]).defaultMicrophone);
  });

  test('nameless devices before permission are nothing to choose from', () => {
    expect(listDevices([info('videoinput', '', '')]).devices.cameras).toEqual([]);
  });
});

test.each([
  ['NotAllowedError', '', 'prompt', { state: 'blocked', reason: 'dismissed' }],
  ['NotAllowedError', '', 'denied', { state: 'blocked', reason: 'denied' }],
  ['NotAllowedError', '', null, { state: 'blocked', reason: 'denied' }],
  ['NotAllowedError', '', 'granted', { state: 'blocked', reason: 'system' }],
  ['NotAllowedError', 'Permission denied by system', 'prompt', { state: 'blocked', reason: 'system' }],
  ['NotFoundError', '', 'granted', { state: 'missing', reason: null }],
  ['OverconstrainedError', '', 'granted', { state: 'missing', reason: null }],
  ['NotReadableError', '', 'granted', { state: 'busy', reason: null }],
  ['AbortError', '', 'granted', { state: 'busy', reason: null }],
  ['SecurityError', '', null, { state: 'blocked', reason: 'denied' }],
  ['TypeError', '', null, { state: 'failed', reason: 'unknown' }],
] as const)('%s %s with permission %s', (name, message, permission, expected) => {
  expect(failureOf(new DOMException(message, name), permission)).toEqual(expected);
});

test('a picture fills the frame from its middle without distortion', () => {
  expect(cropTo(16 / 9, 16 / 9)).toEqual([1, 1, 0, 0]);
  expect(cropTo(2, 1)).toEqual([0.5, 1, 0.25, 0]);
  expect(cropTo(1, 2)).toEqual([1, 0.5, 0, 0.25]);
});
