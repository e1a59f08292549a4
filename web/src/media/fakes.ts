/** Hardware for tests: plugs that can be pulled, prompts that wait, programs that hold a camera. */
import type { DevicesLike, Effect, Environment, PermissionLike } from './environment';
import type { DeviceKind } from './state';

export class FakeTrack extends EventTarget {
  private static made = 0;
  readonly id = `track ${String(++FakeTrack.made)}`;
  readonly kind: string;
  readonly label: string;
  readonly settings: MediaTrackSettings;
  readyState: MediaStreamTrackState = 'live';
  enabled = true;

  constructor(kind: string, label: string, settings: MediaTrackSettings) {
    super();
    this.kind = kind;
    this.label = label;
    this.settings = settings;
  }

  getSettings(): MediaTrackSettings {
    return this.settings;
  }

  stop(): void {
    this.readyState = 'ended';
  }

  /** The device goes away: the browser ends the track and says so, which stop() does not. */
  end(): void {
    this.readyState = 'ended';
    this.dispatchEvent(new Event('ended'));
  }
}

export interface Hardware {
  readonly kind: DeviceKind | 'speaker';
  readonly id: string;
  readonly label: string;
  readonly facing?: string;
}

class FakePermission extends EventTarget implements PermissionLike {
  state: PermissionState;

  constructor(state: PermissionState) {
    super();
    this.state = state;
  }
}

const kinds = { microphone: 'audioinput', camera: 'videoinput', speaker: 'audiooutput' } as const;

export class FakeBrowser {
  readonly hardware: Hardware[];
  readonly permissions = { microphone: new FakePermission('granted'), camera: new FakePermission('granted') };
  readonly asked: MediaStreamConstraints[] = [];
  readonly tracks: FakeTrack[] = [];
  readonly busy = new Set<string>();
  readonly stored = new Map<string, string>();
  readonly sessionStored = new Map<string, string>();
  /** What the noise and background steps give; tests replace them to make them fail or wait. */
  noise: (raw: MediaStreamTrack, broken: (cause: unknown) => void) => Promise<Effect> = (raw) =>
    Promise.resolve(this.effect(raw, 'quiet'));
  background: (choice: string, raw: MediaStreamTrack, broken: (cause: unknown) => void) => Promise<Effect> = (
    choice,
    raw,
  ) => Promise.resolve(this.effect(raw, choice));
  private readonly events = new EventTarget();
  private prompt: { answer(how: 'allow' | 'deny' | 'dismiss'): void } | null = null;
  secure = true;

  constructor(hardware: readonly Hardware[]) {
    this.hardware = [...hardware];
  }

  effect(raw: MediaStreamTrack, name: string): Effect {
    const track = new FakeTrack(raw.kind, `${raw.label} ${name}`, {});
    this.tracks.push(track);
    return { track: asTrack(track), stop: () => track.stop() };
  }

  /** Live tracks straight from a device, by label. */
  open(): string[] {
    return this.tracks.filter((track) => track.readyState === 'live').map((track) => track.label);
  }

  plugIn(device: Hardware, first = false): void {
    if (first) this.hardware.unshift(device);
    else this.hardware.push(device);
    this.events.dispatchEvent(new Event('devicechange'));
  }

  unplug(id: string): void {
    const index = this.hardware.findIndex((device) => device.id === id);
    this.hardware.splice(index, 1);
    for (const track of this.tracks)
      if (track.settings.deviceId === id && track.readyState === 'live') track.end();
    this.events.dispatchEvent(new Event('devicechange'));
  }

  /** The system's default is the first of its kind, as the specification has it. */
  makeDefault(id: string): void {
    const [device] = this.hardware.splice(
      this.hardware.findIndex((one) => one.id === id),
      1,
    );
    if (device !== undefined) this.plugIn(device, true);
  }

  change(kind: DeviceKind, state: PermissionState): void {
    this.permissions[kind].state = state;
    this.permissions[kind].dispatchEvent(new Event('change'));
  }

  answer(how: 'allow' | 'deny' | 'dismiss'): void {
    this.prompt?.answer(how);
  }

  environment(): Environment {
    const storage = (kept: Map<string, string>): Environment['local'] => ({
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
    });
    const devices: DevicesLike = {
      getUserMedia: (constraints) => this.getUserMedia(constraints ?? {}),
      enumerateDevices: () => Promise.resolve(this.list()),
      getSupportedConstraints: () => ({ deviceId: true }),
      addEventListener: this.events.addEventListener.bind(this.events),
    };
    return {
      devices: this.secure ? devices : undefined,
      local: storage(this.stored),
      session: storage(this.sessionStored),
      speakerSelectable: true,
      prepare: () => undefined,
      permission: (kind) => Promise.resolve(this.permissions[kind]),
      effects: {
        noise: (raw, broken) => this.noise(raw, broken),
        background: (choice) => (raw, broken) => this.background(choice, raw, broken),
      },
    };
  }

  private async getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream> {
    this.asked.push(constraints);
    const wanted: [DeviceKind, MediaTrackConstraints][] = [];
    if (typeof constraints.audio === 'object') wanted.push(['microphone', constraints.audio]);
    if (typeof constraints.video === 'object') wanted.push(['camera', constraints.video]);
    const chosen = wanted.map(([kind, one]) => [kind, this.find(kind, one)] as const);
    await this.allow(wanted.map(([kind]) => kind));
    const tracks = chosen.map(([kind, device]) => this.start(kind, device));
    this.tracks.push(...tracks);
    const of = (kind: string): MediaStreamTrack[] =>
      tracks.filter((track) => track.kind === kind).map(asTrack);
    // Only what the code under test calls.
    return {
      getAudioTracks: () => of('audio'),
      getVideoTracks: () => of('video'),
    } as unknown as MediaStream;
  }

  private find(kind: DeviceKind, { deviceId }: MediaTrackConstraints): Hardware {
    const all = this.hardware.filter((device) => device.kind === kind);
    const exact = typeof deviceId === 'object' && 'exact' in deviceId ? deviceId.exact : undefined;
    const device = exact === undefined ? all[0] : all.find((one) => one.id === exact);
    if (device !== undefined) return device;
    throw new DOMException('', exact === undefined ? 'NotFoundError' : 'OverconstrainedError');
  }

  private async allow(asked: readonly DeviceKind[]): Promise<void> {
    const states = asked.map((kind) => this.permissions[kind]);
    if (states.some(({ state }) => state === 'denied')) throw new DOMException('', 'NotAllowedError');
    const open = states.filter(({ state }) => state === 'prompt');
    if (open.length === 0) return;
    const how = await new Promise<'allow' | 'deny' | 'dismiss'>((resolve) => {
      this.prompt = { answer: resolve };
    });
    this.prompt = null;
    if (how !== 'dismiss') for (const one of open) one.state = how === 'allow' ? 'granted' : 'denied';
    if (how !== 'allow') throw new DOMException('', 'NotAllowedError');
  }

  private start(kind: DeviceKind, { id, label, facing }: Hardware): FakeTrack {
    if (this.busy.has(id)) throw new DOMException('', 'NotReadableError');
    return new FakeTrack(kind === 'microphone' ? 'audio' : 'video', label, {
      deviceId: id,
      ...(facing === undefined ? {} : { facingMode: facing }),
    });
  }

  private list(): MediaDeviceInfo[] {
    return this.hardware.map(({ kind, id, label }) => {
      const known = kind === 'speaker' || this.permissions[kind].state === 'granted';
      const info = {
        kind: kinds[kind],
        deviceId: known ? id : '',
        label: known ? label : '',
        groupId: id,
      };
      return { ...info, toJSON: () => info };
    });
  }
}

function asTrack(track: FakeTrack): MediaStreamTrack {
  // Only what the code under test touches is there.
  return track as unknown as MediaStreamTrack;
}
