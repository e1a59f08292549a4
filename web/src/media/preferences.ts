/**
 * Choices kept in this browser only. Reading is forgiving, because whatever lies in storage may come from another
 * version; writing may fail (private windows, full storage) and then the choice lasts as long as the page.
 */
import { type BackgroundChoice, type DataSaver, type NoiseSuppression, SYSTEM_DEFAULT } from './state';

export interface Preferences {
  microphoneOn: boolean;
  cameraOn: boolean;
  microphoneId: string;
  cameraId: string;
  speakerId: string;
  background: BackgroundChoice;
  noise: NoiseSuppression;
  pushToTalk: boolean;
  pushToTalkKey: string;
  dataSaver: DataSaver;
}

export const initialPreferences: Preferences = {
  microphoneOn: true,
  cameraOn: true,
  microphoneId: SYSTEM_DEFAULT,
  cameraId: SYSTEM_DEFAULT,
  speakerId: SYSTEM_DEFAULT,
  background: 'none',
  noise: 'browser',
  pushToTalk: false,
  pushToTalkKey: 'Space',
  dataSaver: 'off',
};

const key = 'plenum.media';

/** Storage as far as it is used here; getItem and setItem may throw. */
export type Store = Pick<Storage, 'getItem' | 'setItem'>;

export function readPreferences(store: Store): Preferences {
  const found = read(store);
  const text = (name: keyof Preferences, fallback: string): string => {
    const value = found[name];
    return typeof value === 'string' && value !== '' && value.length <= 512 ? value : fallback;
  };
  const flag = (name: keyof Preferences, fallback: boolean): boolean => {
    const value = found[name];
    return typeof value === 'boolean' ? value : fallback;
  };
  const oneOf = <T extends string>(name: keyof Preferences, all: readonly T[], fallback: T): T =>
    all.find((item) => item === found[name]) ?? fallback;
  const initial = initialPreferences;
  return {
    microphoneOn: flag('microphoneOn', initial.microphoneOn),
    cameraOn: flag('cameraOn', initial.cameraOn),
    microphoneId: text('microphoneId', initial.microphoneId),
    cameraId: text('cameraId', initial.cameraId),
    speakerId: text('speakerId', initial.speakerId),
    background: text('background', initial.background),
    noise: oneOf('noise', ['off', 'browser', 'local'], initial.noise),
    pushToTalk: flag('pushToTalk', initial.pushToTalk),
    pushToTalkKey: text('pushToTalkKey', initial.pushToTalkKey),
    dataSaver: oneOf('dataSaver', ['off', 'low', 'audio'], initial.dataSaver),
  };
}

export function writePreferences(store: Store, change: Partial<Preferences>): void {
  try {
    store.setItem(key, JSON.stringify({ ...readPreferences(store), ...change }));
  } catch {
    // The choice lasts as long as the page; nothing else can be done and nobody needs to hear of it.
  }
}

const sessionKey = 'plenum.media.session';

/** Muted stays muted over a reload in the middle of a call. */
export interface Session {
  microphoneOn: boolean;
  cameraOn: boolean;
}

export function readSession(store: Store): Session | null {
  const found = read(store, sessionKey);
  return typeof found.microphoneOn === 'boolean' && typeof found.cameraOn === 'boolean'
    ? { microphoneOn: found.microphoneOn, cameraOn: found.cameraOn }
    : null;
}

export function writeSession(store: Store, session: Session): void {
  try {
    store.setItem(sessionKey, JSON.stringify(session));
  } catch {
    // As above.
  }
}

function read(store: Store, name = key): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(store.getItem(name) ?? '{}');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
