/** The browser as far as this folder uses it, so that tests can unplug a microphone. */
import { unlockAudio } from './audio';
import type { DeviceKind } from './state';

export interface Environment {
  /** undefined where the page is not served over HTTPS. */
  readonly devices: DevicesLike | undefined;
  readonly local: Pick<Storage, 'getItem' | 'setItem'>;
  readonly session: Pick<Storage, 'getItem' | 'setItem'>;
  /** null where the browser does not tell. */
  permission(kind: DeviceKind): Promise<PermissionLike | null>;
  /** Whether sound can be sent to a chosen speaker. */
  readonly speakerSelectable: boolean;
  readonly effects: Effects;
  /** Called once, when devices are first wanted. */
  prepare(): void;
}

export type DevicesLike = Pick<
  MediaDevices,
  'getUserMedia' | 'enumerateDevices' | 'getSupportedConstraints' | 'addEventListener'
>;

export type PermissionLike = Pick<PermissionStatus, 'state' | 'addEventListener'>;

/** A running step between the device and the final track. */
export interface Effect {
  readonly track: MediaStreamTrack;
  stop(): void;
}

/** Begins the step. `broken` may be called later, when it stops working. The bare track stays the caller's. */
export type EffectMaker = (raw: MediaStreamTrack, broken: (cause: unknown) => void) => Promise<Effect>;

export interface Effects {
  /** Noise suppression of our own. */
  readonly noise: EffectMaker;
  background(choice: string): EffectMaker;
}

/** The real browser. Storage is blocked in some privacy settings, where even naming it throws. */
export function browserEnvironment(effects: Effects): Environment {
  return {
    devices: navigator.mediaDevices,
    local: storageOr(() => localStorage),
    session: storageOr(() => sessionStorage),
    speakerSelectable: 'setSinkId' in HTMLMediaElement.prototype,
    effects,
    prepare: () => void unlockAudio(),
    async permission(kind) {
      try {
        return await navigator.permissions.query({ name: kind });
      } catch {
        return null; // Firefox before 132 and old Safari do not know these names.
      }
    },
  };
}

function storageOr(storage: () => Storage): Environment['local'] {
  try {
    return storage();
  } catch {
    const kept = new Map<string, string>();
    return {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => {
        kept.set(key, value);
      },
    };
  }
}
