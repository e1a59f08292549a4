/** The person's devices as one store: two captures, the device list, and choices kept in this browser. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { type Aim, Capture, closed, type CaptureHooks, type Snapshot } from './capture';
import { cameraConstraints, microphoneConstraints } from './constraints';
import type { Environment } from './environment';
import { type Listed, listDevices, noDevices } from './list';
import { Opener } from './opener';
import {
  type Preferences,
  readPreferences,
  readSession,
  writePreferences,
  writeSession,
} from './preferences';
import {
  type CameraCapture,
  type Capture as CaptureState,
  type DeviceKind,
  type Facing,
  type Media,
  type Notice,
  SYSTEM_DEFAULT,
} from './state';

export function createMedia(environment: Environment): StoreApi<Media> {
  return new MediaStore(environment).store;
}

class MediaStore {
  readonly store: StoreApi<Media>;
  private readonly captures: Record<DeviceKind, Capture>;
  private readonly opener: Opener;
  private listed: Listed = { devices: noDevices, defaultMicrophone: '', defaultSpeaker: '' };
  private active = false;
  /** A muted microphone is opened only when it has been heard once, and then stays open. */
  private microphoneOpen = false;
  private turned: Facing | null = null;
  private notices = 0;
  private backgrounds = 0;
  private watching = false;

  private readonly environment: Environment;

  constructor(environment: Environment) {
    this.environment = environment;
    const kept = readPreferences(environment.local);
    const session = readSession(environment.session);
    const microphoneOn = (session ?? kept).microphoneOn && !kept.pushToTalk;
    const cameraOn = (session ?? kept).cameraOn;
    this.opener = new Opener(environment);
    this.store = createStore<Media>(() => ({
      microphone: { ...begin(microphoneOn, kept.microphoneId) },
      camera: { ...begin(cameraOn, kept.cameraId), facing: null },
      speaker: { deviceId: kept.speakerId, selectable: environment.speakerSelectable },
      devices: noDevices,
      background: kept.background,
      noise: kept.noise,
      pushToTalk: { enabled: kept.pushToTalk, key: kept.pushToTalkKey, held: false },
      dataSaver: kept.dataSaver,
      notice: null,
      ...this.actions(),
    }));
    this.captures = {
      microphone: new Capture(this.microphoneAim(), this.hooks('microphone')),
      camera: new Capture(this.cameraAim(), this.hooks('camera')),
    };
  }

  private actions(): Omit<Media, keyof StateOnly> {
    return {
      start: () => void this.start(),
      stop: () => {
        this.stop();
      },
      setMicrophone: (on) => {
        this.setMicrophone(on);
      },
      setCamera: (on) => {
        this.patch('camera', { wanted: on });
        this.keepSession();
        this.aim();
      },
      chooseMicrophone: (id) => {
        this.patch('microphone', { deviceId: id });
        this.keep({ microphoneId: id });
        this.aim();
      },
      chooseCamera: (id) => {
        this.turned = null;
        this.patch('camera', { deviceId: id });
        this.keep({ cameraId: id });
        this.aim();
      },
      chooseSpeaker: (id) => {
        this.store.setState((state) => ({ speaker: { ...state.speaker, deviceId: id } }));
        this.keep({ speakerId: id });
      },
      flipCamera: () => {
        this.turned = this.store.getState().camera.facing === 'environment' ? 'user' : 'environment';
        this.patch('camera', { deviceId: SYSTEM_DEFAULT });
        this.aim();
      },
      retry: (kind) => {
        this.captures[kind].retry();
      },
      setBackground: (background) => {
        this.backgrounds += 1;
        this.store.setState({ background });
        this.keep({ background });
        this.aim();
      },
      setNoise: (noise) => {
        this.store.setState({ noise });
        this.keep({ noise });
        this.aim();
      },
      setPushToTalk: (choice) => {
        this.setPushToTalk(choice);
      },
      hold: (down) => {
        this.hold(down);
      },
      setDataSaver: (dataSaver) => {
        this.store.setState({ dataSaver });
        this.keep({ dataSaver });
        if (dataSaver === 'audio') this.patch('camera', { wanted: false });
        this.aim();
      },
      remember: () => {
        const { microphone, camera, pushToTalk } = this.store.getState();
        // With push-to-talk everybody begins muted; that says nothing about later visits without it.
        this.keep({
          cameraOn: camera.wanted,
          ...(pushToTalk.enabled ? {} : { microphoneOn: microphone.wanted }),
        });
      },
    };
  }

  private async start(): Promise<void> {
    if (this.active) return;
    this.active = true;
    this.watch();
    await this.refresh();
    const { microphone, camera } = this.store.getState();
    const [mayHear, maySee] = await Promise.all([
      this.environment.permission('microphone'),
      this.environment.permission('camera'),
    ]);
    const asked = (permission: typeof mayHear): boolean =>
      permission === null || permission.state === 'prompt';
    if (microphone.wanted && camera.wanted && asked(mayHear) && asked(maySee)) this.opener.expectBoth();
    this.aim();
  }

  private stop(): void {
    this.active = false;
    this.microphoneOpen = false;
    this.turned = null;
    this.store.setState((state) => ({ pushToTalk: { ...state.pushToTalk, held: false }, notice: null }));
    this.aim();
  }

  private setMicrophone(on: boolean): void {
    this.patch('microphone', { wanted: on });
    this.keepSession();
    this.aim();
  }

  private setPushToTalk(choice: { enabled?: boolean; key?: string }): void {
    const before = this.store.getState().pushToTalk;
    const pushToTalk = { ...before, ...choice, held: false };
    this.store.setState({ pushToTalk });
    this.keep({ pushToTalk: pushToTalk.enabled, pushToTalkKey: pushToTalk.key });
    if (pushToTalk.enabled && !before.enabled) this.setMicrophone(false);
  }

  private hold(down: boolean): void {
    const { pushToTalk } = this.store.getState();
    if (pushToTalk.held === down || (down && !pushToTalk.enabled)) return;
    this.store.setState({ pushToTalk: { ...pushToTalk, held: down } });
    this.patch('microphone', { wanted: down });
    this.aim();
  }

  /** Restates both aims from the store. Called after every change; doing so without one costs nothing. */
  private aim(): void {
    this.captures.microphone.aimAt(this.microphoneAim());
    this.captures.camera.aimAt(this.cameraAim());
  }

  private microphoneAim(): Aim {
    const { microphone, noise } = this.store.getState();
    if (this.active && microphone.wanted) this.microphoneOpen = true;
    return {
      open: this.active && this.microphoneOpen,
      enabled: microphone.wanted,
      chosen: microphone.deviceId,
      constraints: microphoneConstraints(noise, this.knows('voiceIsolation')),
      effect:
        noise === 'local' ? { key: 'noise', make: this.environment.effects.noise, required: false } : null,
    };
  }

  private cameraAim(): Aim {
    const { camera, background, dataSaver } = this.store.getState();
    return {
      open: this.active && camera.wanted,
      enabled: true,
      chosen: camera.deviceId,
      constraints: cameraConstraints(dataSaver, this.turned),
      effect:
        background === 'none'
          ? null
          : {
              // Choosing the own picture again means that it is another one.
              key: `${background} ${this.backgrounds}`,
              make: this.environment.effects.background(background),
              required: true,
            },
    };
  }

  private knows(constraint: string): boolean {
    return constraint in (this.environment.devices?.getSupportedConstraints() ?? {});
  }

  private hooks(kind: DeviceKind): CaptureHooks {
    return {
      open: (constraints) => this.opener.open(kind, constraints),
      permission: async () => (await this.environment.permission(kind))?.state ?? null,
      present: () => {
        const { microphones, cameras } = this.listed.devices;
        const list = kind === 'microphone' ? microphones : cameras;
        return list.length === 0 ? null : new Set(list.map((device) => device.id));
      },
      // A camera in use is kept when another one is plugged in: nobody wants to be shown from elsewhere unasked.
      defaultIdentity: () => (kind === 'microphone' ? this.listed.defaultMicrophone : ''),
      opened: () => this.refresh(),
      publish: (snapshot) => {
        this.show(kind, snapshot);
      },
      tell: (event, from, to) => {
        this.tell({ device: kind, event, from, to });
      },
    };
  }

  private show(kind: DeviceKind, snapshot: Snapshot): void {
    const { facing, ...rest } = snapshot;
    if (kind === 'microphone') this.patch('microphone', rest);
    else this.patch('camera', { ...rest, facing });
  }

  private tell(notice: Omit<Notice, 'id'>): void {
    this.notices += 1;
    this.store.setState({ notice: { id: this.notices, ...notice } });
  }

  private watch(): void {
    if (this.watching) return;
    this.watching = true;
    this.environment.prepare();
    this.environment.devices?.addEventListener('devicechange', () => {
      void this.devicesChanged();
    });
    for (const kind of ['microphone', 'camera'] as const)
      void this.environment.permission(kind).then((permission) => {
        permission?.addEventListener('change', () => {
          if (permission.state === 'granted') this.captures[kind].retry();
        });
      });
  }

  private async devicesChanged(): Promise<void> {
    const before = this.listed;
    await this.refresh();
    if (!this.active) return;
    this.tellSpeaker(before);
    this.captures.microphone.devicesChanged();
    this.captures.camera.devicesChanged();
  }

  /** The browser falls back to the system's speaker by itself; the person should know why the room got loud. */
  private tellSpeaker(before: Listed): void {
    const chosen = this.store.getState().speaker.deviceId;
    const find = (listed: Listed): string | null =>
      listed.devices.speakers.find((device) => device.id === chosen)?.label ?? null;
    const was = find(before);
    const is = find(this.listed);
    const fallback = this.listed.devices.defaultSpeaker;
    if (was !== null && is === null) this.tell({ device: 'speaker', event: 'lost', from: was, to: fallback });
    if (was === null && is !== null && before.devices.speakers.length > 0)
      this.tell({ device: 'speaker', event: 'returned', from: before.devices.defaultSpeaker, to: is });
  }

  private async refresh(): Promise<void> {
    const infos = await this.environment.devices?.enumerateDevices().catch(() => []);
    this.listed = listDevices(infos ?? []);
    this.store.setState({ devices: this.listed.devices });
  }

  private keep(change: Partial<Preferences>): void {
    writePreferences(this.environment.local, change);
  }

  private keepSession(): void {
    const { microphone, camera } = this.store.getState();
    writeSession(this.environment.session, {
      microphoneOn: microphone.wanted,
      cameraOn: camera.wanted,
    });
  }

  private patch(kind: 'microphone', change: Partial<CaptureState>): void;
  private patch(kind: 'camera', change: Partial<CameraCapture>): void;
  private patch(kind: DeviceKind, change: Partial<CameraCapture>): void {
    this.store.setState((state) => ({ [kind]: { ...state[kind], ...change } }));
  }
}

type StateOnly = Pick<
  Media,
  | 'microphone'
  | 'camera'
  | 'speaker'
  | 'devices'
  | 'background'
  | 'noise'
  | 'pushToTalk'
  | 'dataSaver'
  | 'notice'
>;

function begin(wanted: boolean, deviceId: string): CaptureState {
  const { state, reason, track, activeId, label } = closed;
  return { wanted, deviceId, state, reason, track, activeId, label };
}
