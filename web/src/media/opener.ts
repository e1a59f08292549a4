/** Asks the browser for devices; for both with one prompt where both must be asked for. */
import type { Environment } from './environment';
import { errorName } from './failure';
import type { DeviceKind } from './state';

interface Waiting {
  readonly constraints: MediaTrackConstraints;
  readonly resolve: (track: MediaStreamTrack) => void;
  readonly reject: (error: unknown) => void;
}

/** How long the first of two waits for the second, in milliseconds. */
const patience = 250;

export class Opener {
  private expected = false;
  private readonly waiting = new Map<DeviceKind, Waiting>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  private readonly environment: Environment;

  constructor(environment: Environment) {
    this.environment = environment;
  }

  /** The next microphone and the next camera will be asked for in one breath. */
  expectBoth(): void {
    this.expected = true;
  }

  open(kind: DeviceKind, constraints: MediaTrackConstraints): Promise<MediaStreamTrack> {
    if (!this.expected) return this.single(kind, constraints);
    return new Promise((resolve, reject) => {
      this.waiting.set(kind, { constraints, resolve, reject });
      clearTimeout(this.timer);
      if (this.waiting.size === 2) void this.both();
      else this.timer = setTimeout(() => void this.both(), patience);
    });
  }

  private async both(): Promise<void> {
    this.expected = false;
    const asked = new Map(this.waiting);
    this.waiting.clear();
    const microphone = asked.get('microphone');
    const camera = asked.get('camera');
    if (microphone !== undefined && camera !== undefined) {
      try {
        const stream = await this.get({ audio: microphone.constraints, video: camera.constraints });
        microphone.resolve(only(stream.getAudioTracks()));
        camera.resolve(only(stream.getVideoTracks()));
        return;
      } catch (error) {
        if (errorName(error) === 'NotAllowedError') {
          await Promise.all([...asked].map(([kind, one]) => this.unlessRefused(kind, one, error)));
          return;
        }
        // One of the two is missing or busy; which one shows when they are asked for alone.
      }
    }
    for (const [kind, one] of asked) await this.single(kind, one.constraints).then(one.resolve, one.reject);
  }

  /** A refusal may concern only one of the two: ask alone for the one that the browser allows. */
  private async unlessRefused(kind: DeviceKind, one: Waiting, error: unknown): Promise<void> {
    const permission = await this.environment.permission(kind);
    if (permission?.state === 'granted')
      await this.single(kind, one.constraints).then(one.resolve, one.reject);
    else one.reject(error);
  }

  private async single(kind: DeviceKind, constraints: MediaTrackConstraints): Promise<MediaStreamTrack> {
    const stream = await this.get(kind === 'microphone' ? { audio: constraints } : { video: constraints });
    return only(kind === 'microphone' ? stream.getAudioTracks() : stream.getVideoTracks());
  }

  private async get(constraints: MediaStreamConstraints): Promise<MediaStream> {
    const { devices } = this.environment;
    if (devices === undefined) throw new DOMException('no devices outside HTTPS', 'InsecureError');
    return devices.getUserMedia(constraints);
  }
}

function only(tracks: readonly MediaStreamTrack[]): MediaStreamTrack {
  const [track] = tracks;
  if (track === undefined) throw new DOMException('the browser gave no track', 'NotFoundError');
  return track;
}
