import { useEffect } from 'react';

/**
 * useStage makes the whole page a dark call surface while the component is
 * mounted, with the menus and dialogs that open above it.
 */
export function useStage(): void {
  useEffect(() => {
    const root = document.documentElement;
    root.dataset['surface'] = 'stage';
    return () => {
      delete root.dataset['surface'];
    };
  }, []);
}
