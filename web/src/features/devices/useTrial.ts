import { useCallback, useEffect, useRef, useState } from 'react';
import { type DeviceKind, tryDevice } from '@/media';
import type { ProblemState } from './problem';

export interface DeviceTrial {
  readonly track: MediaStreamTrack | null;
  readonly problem: ProblemState | null;
  readonly isStarting: boolean;
  readonly start: () => void;
  readonly stop: () => void;
}

interface Running {
  readonly deviceId: string;
  readonly track: MediaStreamTrack | null;
  readonly problem: ProblemState | null;
}

/** A test of a device that nobody else sees or hears; it ends with the component or when another device is chosen. */
export function useTrial(kind: DeviceKind, deviceId: string): DeviceTrial {
  const [running, setRunning] = useState<Running | null>(null);
  const current = useRef<MediaStreamTrack | null>(null);
  const attempt = useRef(0);

  const end = useCallback((): void => {
    attempt.current += 1;
    current.current?.stop();
    current.current = null;
  }, []);
  const stop = useCallback((): void => {
    end();
    setRunning(null);
  }, [end]);
  const start = useCallback((): void => {
    end();
    const mine = attempt.current;
    setRunning({ deviceId, track: null, problem: null });
    void tryDevice(kind, deviceId).then((result) => {
      const track = 'track' in result ? result.track : null;
      if (mine !== attempt.current) {
        track?.stop();
        return;
      }
      current.current = track;
      setRunning({ deviceId, track, problem: 'failure' in result ? result.failure : null });
    });
  }, [kind, deviceId, end]);

  // Another device was chosen: what runs is no longer the one in question.
  useEffect(() => end, [deviceId, end]);

  const shown = running?.deviceId === deviceId ? running : null;
  return {
    track: shown?.track ?? null,
    problem: shown?.problem ?? null,
    isStarting: shown !== null && shown.track === null && shown.problem === null,
    start,
    stop,
  };
}
