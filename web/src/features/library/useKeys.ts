import { useEffect, useRef } from 'react';
import { commandOf, type PlayerCommand, repeats } from './keys';

/** Where keys belong to what is typed or chosen there. */
const others =
  'input:not([type="range"], [type="checkbox"], [type="radio"]), textarea, select, [contenteditable], [role="menu"], [role="listbox"], [role="dialog"], [role="alertdialog"]';

/** Keys that a slider, other than the one for the place, moves itself by. */
const sliderKeys = /^(Arrow|Page|Home|End)/;

/** isFree reports whether a key pressed on an element is the player's to answer. */
export function isFree(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return true;
  if (target.closest(others)) return false;
  // A button is pressed by the space bar; a link and a checkbox may be, too.
  if (key === ' ' && target.closest('button, a, summary, label, input:not([type="range"])')) return false;
  return !(target.matches('input[type="range"]:not([data-seek])') && sliderKeys.test(key));
}

/** useKeys answers the player's keys wherever the focus is on the page, unless they belong to what has it. */
export function useKeys(on: boolean, run: (command: PlayerCommand) => void): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    if (!on) return undefined;
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented)
        return;
      if (!isFree(event.target, event.key)) return;
      const command = commandOf(event.key);
      if (command === undefined || (event.repeat && !repeats.has(command.do))) return;
      event.preventDefault();
      latest.current(command);
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [on]);
}
