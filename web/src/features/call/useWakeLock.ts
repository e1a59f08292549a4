import { useEffect } from 'react';

/** Keeps the screen on while the call is looked at, where the browser can. */
export function useWakeLock(): void {
  useEffect(() => {
    if (!('wakeLock' in navigator)) {
      return;
    }
    let lock: WakeLockSentinel | undefined;
    let over = false;
    const hold = async (): Promise<void> => {
      if (document.visibilityState !== 'visible') {
        return;
      }
      try {
        const held = await navigator.wakeLock.request('screen');
        if (over) {
          await held.release();
        } else {
          lock = held;
        }
      } catch {
        // Refused on low battery: the screen then follows the system's setting.
      }
    };
    const visible = (): void => void hold();
    // The browser lets go of the lock whenever the page is hidden.
    document.addEventListener('visibilitychange', visible);
    void hold();
    return () => {
      over = true;
      document.removeEventListener('visibilitychange', visible);
      void lock?.release();
    };
  }, []);
}
