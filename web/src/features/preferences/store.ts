/**
 * How this person wants a call to look and sound, kept in this browser only.
 * Reading is forgiving: what lies in storage may come from another version.
 */
import { useEffect } from 'react';
import { create } from 'zustand';
import { type Sound, sounds } from '@/features/sounds/tones';
import './motion.css';

export interface Preferences {
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

/** Stills the page while it is mounted and the person asked for less motion. */
export function useMotion(): void {
  const reduceMotion = usePreferences((state) => state.reduceMotion);
  useEffect(() => {
    const root = document.documentElement;
    if (reduceMotion) root.dataset['motion'] = 'reduced';
    return () => {
      delete root.dataset['motion'];
    };
  }, [reduceMotion]);
}
