import { useStore } from 'zustand';
import { browserEnvironment } from './environment';
import type { Media } from './state';
import { createMedia } from './store';

/** The person's devices. Outside components: media.getState(), media.subscribe(). */
export const media = createMedia(
  browserEnvironment({
    // Both are large and needed by few: they load when chosen.
    noise: async (raw, broken) => (await import('./noise')).suppressNoise(raw, broken),
    background: (choice) => async (raw, broken) =>
      (await import('./background/effect')).replaceBackground(choice, raw, broken),
  }),
);

/** A part of the media state, or one of its actions. */
export function useMedia<T>(selector: (state: Media) => T): T {
  return useStore(media, selector);
}

export { borrowAudio } from './audio';
export { tryDevice } from './trial';
export { useLevel, watchLevel } from './level';
export { playTestSound, routeTo } from './speaker';
export * from './state';
