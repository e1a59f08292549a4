import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiFault } from '@/api';
import { recordings, type View } from '@/api/recordings';

/** What there is to play. */
export type Watching =
  | { readonly is: 'asking' }
  | { readonly is: 'there'; readonly view: View }
  /** The connection is lost; the picture stays, and it is tried again. */
  | { readonly is: 'lost'; readonly view: View | undefined }
  /** It is over: the code of the fault, and whether somebody had been watching. */
  | { readonly is: 'over'; readonly code: string; readonly watched: boolean };

/** waitBefore gives the milliseconds before the nth attempt to come back. */
export function waitBefore(attempt: number): number {
  return Math.min(15_000, 1_000 * 2 ** attempt);
}

/** Attempts in a row that brought an address but no picture: then it is not the network. */
const mostFailures = 3;

export interface ViewControl {
  watching: Watching;
  /** The bytes cannot be had any more: asks for a new address, and goes on where it was. */
  renew: () => void;
  /** The video plays: what failed before is forgotten. */
  plays: () => void;
}

/**
 * useView asks for the address of a recording's bytes. It is for this viewer and
 * some hours; when they end, or the network does, a new one is asked for.
 * `version` changes when there is another video than before.
 */
export function useView(
  id: string,
  asset: string | undefined,
  version: string,
  enabled: boolean,
): ViewControl {
  const [watching, setWatching] = useState<Watching>({ is: 'asking' });
  const [round, setRound] = useState(0);
  const failures = useRef(0);
  const view = useRef<View>(undefined);

  useEffect(() => {
    if (!enabled) return undefined;
    let ended = false;
    let attempt = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      clearTimeout(timer);
      try {
        const fresh = await recordings.view(id, asset);
        if (ended) return;
        view.current = fresh;
        setWatching({ is: 'there', view: fresh });
      } catch (error) {
        if (ended) return;
        const fault = error instanceof ApiFault ? error : new ApiFault('internal', 500);
        const passing = fault.status === 0 || fault.status === 429 || fault.status >= 500;
        if (!passing) {
          setWatching({ is: 'over', code: fault.code, watched: view.current !== undefined });
          return;
        }
        setWatching({ is: 'lost', view: view.current });
        timer = setTimeout(() => void ask(), Math.max(waitBefore(attempt++), fault.retry * 1000));
      }
    };
    const now = () => {
      if (timer !== undefined) void ask();
    };
    void ask();
    window.addEventListener('online', now);
    return () => {
      ended = true;
      clearTimeout(timer);
      window.removeEventListener('online', now);
    };
  }, [id, asset, version, enabled, round]);

  const renew = useCallback(() => {
    failures.current += 1;
    if (failures.current > mostFailures) {
      setWatching({ is: 'over', code: 'broken', watched: true });
      return;
    }
    setWatching({ is: 'lost', view: view.current });
    setRound((before) => before + 1);
  }, []);
  const plays = useCallback(() => {
    failures.current = 0;
  }, []);
  return { watching, renew, plays };
}
