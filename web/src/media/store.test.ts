import { describe, expect, test, vi } from 'vitest';
import type { StoreApi } from 'zustand/vanilla';
import { FakeBrowser, type Hardware } from './fakes';
import { type Media, SYSTEM_DEFAULT } from './state';
import { createMedia } from './store';

const laptopMicrophone: Hardware = { kind: 'microphone', id: 'm1', label: 'Laptop microphone' };
const headset: Hardware = { kind: 'microphone', id: 'm2', label: 'Headset' };
const webcam: Hardware = { kind: 'camera', id: 'c1', label: 'Webcam' };
const document: Hardware = { kind: 'camera', id: 'c2', label: 'Document camera' };

function everything(): FakeBrowser {
  return new FakeBrowser([laptopMicrophone, headset, webcam, document]);
}

function unasked(): FakeBrowser {
  const browser = everything();
  browser.permissions.microphone.state = 'prompt';
  browser.permissions.camera.state = 'prompt';
  return browser;
}

/** Waits for the event itself: a state that satisfies the assertion. */
async function until(media: StoreApi<Media>, assert: (state: Media) => void): Promise<void> {
  await vi.waitFor(() => assert(media.getState()));
}

async function started(browser: FakeBrowser): Promise<StoreApi<Media>> {
  const media = createMedia(browser.environment());
  media.getState().start();
  await until(media, ({ microphone, camera }) => {
    expect([microphone.state, camera.state]).not.toContain('off');
    expect([microphone.state, camera.state]).not.toContain('starting');
  });
  return media;
}

describe('permission', () => {
  test('is asked for both devices with one prompt, and said to be awaited meanwhile', async () => {
    const browser = unasked();
    const media = await started(browser);
    await until(media, ({ microphone, camera }) => {
      expect(microphone.state).toBe('asking');
      expect(camera.state).toBe('asking');
    });
    await vi.waitFor(() => expect(browser.asked).toHaveLength(1));
    expect(browser.asked[0]).toMatchObject({ audio: {}, video: {} });
    browser.answer('allow');
    await until(media, ({ microphone, camera, devices }) => {
      expect([microphone.state, microphone.label]).toEqual(['on', 'Laptop microphone']);
      expect([camera.state, camera.label]).toEqual(['on', 'Webcam']);
      expect(devices.microphones.map(({ label }) => label)).toEqual(['Laptop microphone', 'Headset']);
    });
    expect(browser.asked).toHaveLength(1);
  });

  test.each([
    ['deny', 'denied'],
    ['dismiss', 'dismissed'],
  ] as const)('that is not given (%s) is told and not asked for again by itself', async (how, reason) => {
    const browser = unasked();
    const media = await started(browser);
    await vi.waitFor(() => expect(browser.asked).toHaveLength(1));
    browser.answer(how);
    await until(media, ({ microphone, camera }) => {
      expect([microphone.state, microphone.reason]).toEqual(['blocked', reason]);
      expect([camera.state, camera.reason]).toEqual(['blocked', reason]);
      expect(camera.wanted).toBe(true);
    });
    browser.plugIn({ kind: 'microphone', id: 'm3', label: 'Another' });
    await vi.waitFor(() => expect(media.getState().devices).toBeDefined());
    expect(browser.asked).toHaveLength(1);
  });

  test('given later in the browser’s own settings opens the device', async () => {
    const browser = everything();
    browser.permissions.camera.state = 'denied';
    const media = await started(browser);
    await until(media, ({ camera, microphone }) => {
      expect(camera.state).toBe('blocked');
      expect(microphone.state).toBe('on');
    });
    browser.change('camera', 'granted');
    await until(media, ({ camera }) => expect(camera.state).toBe('on'));
  });

  test('given in the browser and refused all the same is the operating system’s', async () => {
    const browser = everything();
    const environment = browser.environment();
    vi.spyOn(environment.devices ?? fail(), 'getUserMedia').mockRejectedValue(
      new DOMException('Permission denied by system', 'NotAllowedError'),
    );
    const media = createMedia(environment);
    media.getState().start();
    await until(media, ({ camera }) => expect([camera.state, camera.reason]).toEqual(['blocked', 'system']));
  });

  test('answered after the person has switched off opens nothing', async () => {
    const browser = unasked();
    const media = await started(browser);
    await vi.waitFor(() => expect(browser.asked).toHaveLength(1));
    media.getState().setCamera(false);
    expect(media.getState().camera.state).toBe('off');
    browser.answer('allow');
    await until(media, ({ microphone }) => expect(microphone.state).toBe('on'));
    expect(browser.open()).toEqual(['Laptop microphone']);
  });
});

describe('a device that does not open', () => {
  test('says that there is none, and the other one works', async () => {
    const browser = new FakeBrowser([laptopMicrophone]);
    const media = await started(browser);
    await until(media, ({ microphone, camera }) => {
      expect(microphone.state).toBe('on');
      expect(camera.state).toBe('missing');
    });
    browser.plugIn(webcam);
    await until(media, ({ camera }) => expect(camera.state).toBe('on'));
  });

  test('says that another program has it, and opens on request when that is over', async () => {
    const browser = everything();
    browser.busy.add('c1');
    const media = await started(browser);
    await until(media, ({ camera }) => expect(camera.state).toBe('busy'));
    browser.busy.clear();
    media.getState().retry('camera');
    await until(media, ({ camera }) => expect(camera.state).toBe('on'));
  });

  test('gives way to the default one when it was chosen, and says so', async () => {
    const browser = everything();
    browser.busy.add('c2');
    const media = await started(browser);
    media.getState().chooseCamera('c2');
    await until(media, ({ camera, notice }) => {
      expect([camera.state, camera.label]).toEqual(['on', 'Webcam']);
      expect(camera.deviceId).toBe('c2');
      expect(notice).toMatchObject({ device: 'camera', event: 'unusable' });
    });
    expect(browser.open()).toEqual(['Laptop microphone', 'Webcam']);
  });

  test('has no chance without HTTPS', async () => {
    const browser = everything();
    browser.secure = false;
    const media = await started(browser);
    expect(media.getState().camera).toMatchObject({ state: 'failed', reason: 'insecure' });
  });
});

describe('plugs', () => {
  test('pulled: the system’s own is used, told, and the chosen one taken again when it is back', async () => {
    const browser = everything();
    const media = await started(browser);
    media.getState().chooseMicrophone('m2');
    await until(media, ({ microphone }) => expect(microphone.label).toBe('Headset'));

    browser.unplug('m2');
    await until(media, ({ microphone, notice }) => {
      expect([microphone.state, microphone.label]).toEqual(['on', 'Laptop microphone']);
      expect(microphone.deviceId).toBe('m2');
      expect(notice).toMatchObject({ event: 'lost', from: 'Headset', to: 'Laptop microphone' });
    });

    browser.plugIn(headset);
    await until(media, ({ microphone, notice }) => {
      expect(microphone.label).toBe('Headset');
      expect(notice).toMatchObject({ event: 'returned', to: 'Headset' });
    });
    expect(browser.open().toSorted()).toEqual(['Headset', 'Webcam']);
  });

  test('pulled with nothing left says so and waits', async () => {
    const browser = new FakeBrowser([laptopMicrophone, webcam]);
    const media = await started(browser);
    browser.unplug('c1');
    await until(media, ({ camera, notice }) => {
      expect(camera.state).toBe('missing');
      expect(notice).toMatchObject({ device: 'camera', event: 'gone', from: 'Webcam' });
    });
    browser.plugIn(document);
    await until(media, ({ camera }) => expect(camera.label).toBe('Document camera'));
  });

  test('a new default microphone is followed', async () => {
    const browser = everything();
    const media = await started(browser);
    browser.makeDefault('m2');
    await until(media, ({ microphone, notice }) => {
      expect(microphone.label).toBe('Headset');
      expect(microphone.deviceId).toBe(SYSTEM_DEFAULT);
      expect(notice).toMatchObject({ event: 'followed', to: 'Headset' });
    });
  });

  test('a new default does not touch a chosen microphone, nor any camera in use', async () => {
    const browser = everything();
    const media = await started(browser);
    media.getState().chooseMicrophone('m1');
    await until(media, ({ microphone }) => expect(microphone.deviceId).toBe('m1'));
    const asked = browser.asked.length;
    browser.makeDefault('m2');
    browser.makeDefault('c2');
    await until(media, ({ devices }) => expect(devices.cameras[0]?.label).toBe('Document camera'));
    expect(media.getState().microphone.label).toBe('Laptop microphone');
    expect(media.getState().camera.label).toBe('Webcam');
    expect(browser.asked.length).toBeLessThanOrEqual(asked + 1);
  });

  test('of a speaker: lost and returned are told', async () => {
    const browser = everything();
    const speakers: Hardware = { kind: 'speaker', id: 's1', label: 'Built-in' };
    const big: Hardware = { kind: 'speaker', id: 's2', label: 'Hall' };
    browser.hardware.push(speakers, big);
    const media = await started(browser);
    media.getState().chooseSpeaker('s2');
    browser.unplug('s2');
    await until(media, ({ notice }) =>
      expect(notice).toMatchObject({ device: 'speaker', event: 'lost', from: 'Hall', to: 'Built-in' }),
    );
    browser.plugIn(big);
    await until(media, ({ notice }) => expect(notice).toMatchObject({ event: 'returned', to: 'Hall' }));
  });
});

describe('on and off', () => {
  test('a muted microphone stays open and silent; a camera that is off is closed', async () => {
    const browser = everything();
    const media = await started(browser);
    const { track } = media.getState().microphone;
    media.getState().setMicrophone(false);
    media.getState().setCamera(false);
    expect(track?.enabled).toBe(false);
    expect(media.getState().microphone).toMatchObject({ state: 'on', wanted: false, track });
    expect(media.getState().camera).toMatchObject({ state: 'off', track: null });
    expect(browser.open()).toEqual(['Laptop microphone']);
    media.getState().setMicrophone(true);
    expect(track?.enabled).toBe(true);
    expect(browser.asked.length).toBeLessThanOrEqual(2);
  });

  test('stop closes everything', async () => {
    const browser = everything();
    const media = await started(browser);
    media.getState().stop();
    expect(browser.open()).toEqual([]);
    media.getState().start();
    await until(media, ({ camera }) => expect(camera.state).toBe('on'));
  });

  test('what was joined with is remembered; what was muted stays muted over a reload only', async () => {
    const browser = everything();
    const media = await started(browser);
    media.getState().setCamera(false);
    media.getState().remember();
    media.getState().setMicrophone(false);
    const reloaded = createMedia(browser.environment()).getState();
    expect([reloaded.microphone.wanted, reloaded.camera.wanted]).toEqual([false, false]);
    browser.sessionStored.clear();
    const nextVisit = createMedia(browser.environment()).getState();
    expect([nextVisit.microphone.wanted, nextVisit.camera.wanted]).toEqual([true, false]);
  });

  test('broken storage means the choices of a first visit', () => {
    const browser = everything();
    browser.stored.set('plenum.media', '{"noise":"loud","cameraOn":7,"background":');
    expect(createMedia(browser.environment()).getState()).toMatchObject({
      noise: 'browser',
      background: 'none',
      camera: { wanted: true },
    });
  });

  test('push-to-talk: muted, and heard while the key is held', async () => {
    const browser = everything();
    const media = await started(browser);
    media.getState().setPushToTalk({ enabled: true });
    expect(media.getState().microphone).toMatchObject({ wanted: false, track: { enabled: false } });
    media.getState().hold(true);
    expect(media.getState().microphone).toMatchObject({ wanted: true, track: { enabled: true } });
    media.getState().hold(false);
    expect(media.getState().microphone).toMatchObject({ wanted: false, track: { enabled: false } });
    expect(createMedia(browser.environment()).getState().microphone.wanted).toBe(false);
  });

  test('the data saver asks for small pictures, and for none', async () => {
    const browser = everything();
    const media = await started(browser);
    media.getState().setDataSaver('low');
    await vi.waitFor(() => expect(browser.asked.at(-1)).toMatchObject({ video: { height: { ideal: 360 } } }));
    media.getState().setDataSaver('audio');
    expect(media.getState().camera).toMatchObject({ wanted: false, track: null });
  });

  test('a phone’s camera turns round', async () => {
    const browser = new FakeBrowser([laptopMicrophone, { ...webcam, facing: 'user' }]);
    const media = await started(browser);
    expect(media.getState().camera.facing).toBe('user');
    media.getState().flipCamera();
    await vi.waitFor(() =>
      expect(browser.asked.at(-1)).toMatchObject({ video: { facingMode: { ideal: 'environment' } } }),
    );
  });
});

describe('background and noise', () => {
  test('the bare picture is never given while a background is wanted', async () => {
    const browser = everything();
    browser.stored.set('plenum.media', '{"background":"blur"}');
    const media = createMedia(browser.environment());
    const seen = new Set<string>();
    media.subscribe(({ camera }) => camera.track !== null && seen.add(camera.track.label));
    media.getState().start();
    await until(media, ({ camera }) => expect(camera.track?.label).toBe('Webcam blur'));
    media.getState().setBackground('library');
    await until(media, ({ camera }) => expect(camera.track?.label).toBe('Webcam library'));
    expect([...seen]).toEqual(['Webcam blur', 'Webcam library']);
    expect(browser.open()).toEqual(expect.arrayContaining(['Webcam', 'Webcam library']));
    expect(browser.open()).not.toContain('Webcam blur');
  });

  test('a background that cannot be made closes the camera, until the person does without', async () => {
    const browser = everything();
    browser.background = () => Promise.reject(new Error('no WebGL'));
    const media = await started(browser);
    await until(media, ({ camera }) => expect(camera.state).toBe('on'));
    media.getState().setBackground('blur');
    await until(media, ({ camera }) =>
      expect(camera).toMatchObject({ state: 'failed', reason: 'background', track: null }),
    );
    expect(browser.open()).toEqual(['Laptop microphone']);
    media.getState().setBackground('none');
    await until(media, ({ camera }) => expect(camera.track?.label).toBe('Webcam'));
  });

  test('a background that breaks later does the same', async () => {
    const browser = everything();
    let breaks: (cause: unknown) => void = () => undefined;
    browser.background = (choice, raw, broken) => {
      breaks = broken;
      return Promise.resolve(browser.effect(raw, choice));
    };
    const media = await started(browser);
    media.getState().setBackground('blur');
    await until(media, ({ camera }) => expect(camera.track?.label).toBe('Webcam blur'));
    breaks(new Error('context lost'));
    expect(media.getState().camera).toMatchObject({ state: 'failed', track: null });
    expect(browser.open()).toEqual(['Laptop microphone']);
  });

  test('noise suppression of ours gets the sound as it is and gives the track', async () => {
    const browser = everything();
    const media = await started(browser);
    media.getState().setNoise('local');
    await until(media, ({ microphone }) => expect(microphone.track?.label).toBe('Laptop microphone quiet'));
    expect(browser.asked.at(-1)).toMatchObject({ audio: { noiseSuppression: false } });
    media.getState().setMicrophone(false);
    expect(media.getState().microphone.track?.enabled).toBe(false);
  });

  test('noise suppression that does not work is told, and the person is heard without', async () => {
    const browser = everything();
    browser.noise = () => Promise.reject(new Error('no worklet'));
    const media = await started(browser);
    media.getState().setNoise('local');
    await until(media, ({ microphone, notice }) => {
      expect([microphone.state, microphone.track?.label]).toEqual(['on', 'Laptop microphone']);
      expect(notice?.event).toBe('noise');
    });
  });
});

function fail(): never {
  throw new Error('the fake has devices');
}
