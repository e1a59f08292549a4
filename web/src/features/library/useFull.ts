import { useEffect, useState } from 'react';

/**
 * useFull makes an element fill the screen: the whole page becomes full-screen
 * and the style sheet lays the element over it. So the watermark stays over the
 * picture, menus and dialogs open above it, and phones that let only a bare video
 * fill the screen (iPhone) show it as large as their window is.
 */
export function useFull(): { full: boolean; toggle: () => void } {
  const [full, setFull] = useState(false);
  useEffect(() => {
    if (!full) return undefined;
    const changed = () => {
      if (document.fullscreenElement === null) setFull(false);
    };
    const pressed = ({ key, defaultPrevented }: KeyboardEvent) => {
      // A menu or a dialog above takes the key for itself.
      if (key === 'Escape' && !defaultPrevented && !document.querySelector('[role=dialog], [role=menu]'))
        setFull(false);
    };
    document.addEventListener('fullscreenchange', changed);
    document.addEventListener('keydown', pressed);
    return () => {
      document.removeEventListener('fullscreenchange', changed);
      document.removeEventListener('keydown', pressed);
      if (document.fullscreenElement !== null) void document.exitFullscreen();
    };
  }, [full]);
  const toggle = () => {
    setFull(!full);
    if (!full && document.fullscreenEnabled)
      void document.documentElement.requestFullscreen().catch(() => undefined);
  };
  return { full, toggle };
}
