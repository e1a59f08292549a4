import { useEffect } from 'react';
import type { Action } from './action';
import { perform } from './perform';

/** Where letters are typed or belong to a list that is searched by typing. */
const typing =
  'input:not([type="checkbox"], [type="radio"], [type="range"]), textarea, select, [contenteditable], [role="textbox"], [role="menu"], [role="listbox"], [role="dialog"], [role="alertdialog"]';

/** Runs the action whose key is pressed, unless the person types or a dialog is open. */
export function useShortcuts(actions: readonly Action[]): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const other = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
      const typed = event.target instanceof Element && event.target.closest(typing) !== null;
      if (other || typed || event.repeat || event.defaultPrevented) {
        return;
      }
      const key = event.key.toLowerCase();
      const action = actions.find(({ shortcut }) => shortcut === key);
      if (action !== undefined) {
        event.preventDefault();
        void perform(action);
      }
    };
    document.addEventListener('keydown', pressed);
    return () => {
      document.removeEventListener('keydown', pressed);
    };
  }, [actions]);
}
