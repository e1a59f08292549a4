import { useRef } from 'react';

/** So far a finger moves before it counts as a swipe, CSS pixels. */
const distance = 60;

interface SwipeHandlers {
  readonly onPointerDown: (event: React.PointerEvent) => void;
  readonly onPointerUp: (event: React.PointerEvent) => void;
}

/**
 * Calls swiped with 1 for a swipe to the next, -1 for one back, and with how far
 * down the element it began. Fingers only.
 */
export function useSwipe(swiped: (direction: 1 | -1, y: number) => void): SwipeHandlers {
  const start = useRef<{ id: number; x: number; y: number } | null>(null);
  return {
    onPointerDown: (event) => {
      const zoomed = event.target instanceof Element && event.target.closest('[data-zoomed="true"]');
      start.current =
        event.pointerType === 'touch' && event.isPrimary && !zoomed
          ? { id: event.pointerId, x: event.clientX, y: event.clientY }
          : null;
    },
    onPointerUp: (event) => {
      const from = start.current;
      start.current = null;
      if (from?.id !== event.pointerId) {
        return;
      }
      const dx = event.clientX - from.x;
      if (Math.abs(dx) < distance || Math.abs(event.clientY - from.y) > Math.abs(dx) / 2) {
        return;
      }
      const forward = dx < 0 === (document.documentElement.dir !== 'rtl');
      const top = event.currentTarget.getBoundingClientRect().top;
      swiped(forward ? 1 : -1, from.y - top);
    },
  };
}
