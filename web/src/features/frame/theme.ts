import { create } from 'zustand';
import { startAccent } from './accent';

export type Theme = 'system' | 'light' | 'dark';

const storageKey = 'plenum.theme';

function stored(): Theme {
  const value = localStorage.getItem(storageKey);
  return value === 'light' || value === 'dark' ? value : 'system';
}

function apply(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

/** useTheme holds the choice of light and dark, remembered in this browser. */
export const useTheme = create<{ theme: Theme; choose: (theme: Theme) => void }>((set) => ({
  theme: stored(),
  choose: (theme) => {
    localStorage.setItem(storageKey, theme);
    apply(theme);
    set({ theme });
  },
}));

/** startTheme sets the remembered choice and the organisation's colour before anything is drawn. */
export function startTheme(): void {
  apply(useTheme.getState().theme);
  startAccent();
}
