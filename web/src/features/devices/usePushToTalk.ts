import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { useMedia } from '@/media';

/** Hears the push-to-talk key on the whole page, but not while somebody types. Once in the call. */
export function usePushToTalk(): void {
  const { t } = useTranslation('media');
  const enabled = useMedia((media) => media.pushToTalk.enabled);
  const key = useMedia((media) => media.pushToTalk.key);
  const hold = useMedia((media) => media.hold);
  useEffect(() => {
    if (!enabled) return;
    let held = false;
    const set = (down: boolean): void => {
      if (held === down) return;
      held = down;
      hold(down);
      announce(t(down ? 'talk.on' : 'talk.off'), 'assertive');
    };
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.code !== key || event.ctrlKey || event.metaKey || event.altKey) return;
      if (!held && belongsElsewhere(event.target, key)) return;
      // The key's own work, such as scrolling or pressing a button that was clicked before, is not wanted now.
      event.preventDefault();
      event.stopPropagation();
      set(true);
    };
    const onKeyUp = (event: KeyboardEvent): void => {
      if (event.code !== key || !held) return;
      event.preventDefault();
      event.stopPropagation();
      set(false);
    };
    // A key that is let go in another window is never heard of here.
    const onLeave = (): void => {
      set(false);
    };
    window.addEventListener('keydown', onKeyDown, { capture: true });
    window.addEventListener('keyup', onKeyUp, { capture: true });
    window.addEventListener('blur', onLeave);
    document.addEventListener('visibilitychange', onLeave);
    return () => {
      set(false);
      window.removeEventListener('keydown', onKeyDown, { capture: true });
      window.removeEventListener('keyup', onKeyUp, { capture: true });
      window.removeEventListener('blur', onLeave);
      document.removeEventListener('visibilitychange', onLeave);
    };
  }, [enabled, key, hold, t]);
}

/** Typing, and the space bar on a control that was reached by keyboard: there it presses the control. */
function belongsElsewhere(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.closest(
      'input, textarea, select, [contenteditable]:not([contenteditable="false"]), [role="textbox"]',
    )
  )
    return true;
  return key === 'Space' && target !== document.body && target.matches(':focus-visible');
}
