import { useSyncExternalStore } from 'react';

/** useMediaQuery follows a CSS media query. */
export function useMediaQuery(query: string): boolean {
  return useSyncExternalStore(
    (onChange) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', onChange);
      return () => list.removeEventListener('change', onChange);
    },
    () => window.matchMedia(query).matches,
  );
}

/** useIsPhone is true where panels become sheets. */
export function useIsPhone(): boolean {
  return useMediaQuery('(max-width: 640px), (max-height: 480px) and (pointer: coarse)');
}
