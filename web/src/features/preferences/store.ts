/**
 * How this person wants the interface, kept in this browser only. Reading is
 * forgiving: what lies in storage may come from another version or a curious hand.
 */
import { create } from 'zustand';
import { type Sound, sounds } from '@/features/sounds/tones';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export interface Preferences {
  readonly theme: Theme;
  /** Less motion than the device itself asks for. */
  readonly reduceMotion: boolean;
  /** One's own camera is shown to oneself as in a mirror. */
  readonly mirror: boolean;
  readonly sounds: Readonly<Record<Sound, boolean>>;
}

const key = 'plenum.preferences';

/** Storage as far as it is used here; both may throw. */
type Store = Pick<Storage, 'getItem' | 'setItem'>;

function everySound(on: (sound: Sound) => boolean): Record<Sound, boolean> {
  return Object.fromEntries(sounds.map((sound) => [sound, on(sound)])) as Record<Sound, boolean>;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** The stored preferences, with the initial value wherever one is missing or senseless. */
export function readPreferences(store: Store): Preferences {
  let found: Record<string, unknown> = {};
  try {
    found = record(JSON.parse(store.getItem(key) ?? '{}'));
  } catch {
    // Storage is closed or holds something else: begin with the initial values.
  }
  const heard = record(found['sounds']);
  return {
    theme: themes.find((theme) => theme === found['theme']) ?? 'system',
    reduceMotion: found['reduceMotion'] === true,
    mirror: found['mirror'] !== false,
    sounds: everySound((sound) => heard[sound] !== false),
  };
}

/** Keeps the preferences; without storage they last as long as the page. */
export function writePreferences(store: Store, preferences: Preferences): void {
  try {
    store.setItem(key, JSON.stringify(preferences));
  } catch {
    // Private windows and full storage: nothing is lost but the memory of it.
  }
}

// Even reading the property throws where the person forbids storage.
function browserStore(): Store {
  try {
    return localStorage;
  } catch {
    return { getItem: () => null, setItem: () => undefined };
  }
}

export const usePreferences = create<Preferences>(() => readPreferences(browserStore()));

export function setPreferences(change: Partial<Preferences>): void {
  usePreferences.setState(change);
  writePreferences(browserStore(), usePreferences.getState());
}

export function setSound(sound: Sound, on: boolean): void {
  setPreferences({ sounds: { ...usePreferences.getState().sounds, [sound]: on } });
}

/** Whether things may move: neither the device nor the person asks for less. */
export function motionAllowed({ reduceMotion }: Pick<Preferences, 'reduceMotion'>): boolean {
  return !reduceMotion && !matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** Writes theme and motion onto the page, now and at every change. Returns how to stop. */
export function applyPreferences(root: HTMLElement = document.documentElement): () => void {
  const apply = ({ theme, reduceMotion }: Preferences) => {
    if (theme === 'system') delete root.dataset['theme'];
    else root.dataset['theme'] = theme;
    if (reduceMotion) root.dataset['motion'] = 'reduced';
    else delete root.dataset['motion'];
  };
  apply(usePreferences.getState());
  return usePreferences.subscribe(apply);
}
