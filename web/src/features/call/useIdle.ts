import { useEffect, useState } from 'react';

/** The bar steps back after so long without a hand on mouse, screen or keyboard, ms. */
const patience = 3500;

/** Whether nobody has touched anything for a while; never while not active. */
export function useIdle(active: boolean): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    if (!active) {
      return;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wake = (): void => {
      setIdle(false);
      clearTimeout(timer);
      timer = setTimeout(() => {
        setIdle(true);
      }, patience);
    };
    const signs = ['pointermove', 'pointerdown', 'keydown', 'focusin'] as const;
    for (const sign of signs) {
      document.addEventListener(sign, wake);
    }
    wake();
    return () => {
      clearTimeout(timer);
      for (const sign of signs) {
        document.removeEventListener(sign, wake);
      }
      setIdle(false);
    };
  }, [active]);
  return active && idle;
}
