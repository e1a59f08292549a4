import { useCallback, useSyncExternalStore } from 'react';

/** How a video stands. Places and lengths are in seconds. */
export interface PlayerState {
  readonly playing: boolean;
  /** It wants to play and has nothing to show yet. */
  readonly waiting: boolean;
  readonly ended: boolean;
  readonly at: number;
  readonly length: number;
  /** How far it is loaded without a gap from here on. */
  readonly loaded: number;
  /** 0 to 1. */
  readonly volume: number;
  readonly muted: boolean;
  readonly speed: number;
  readonly captions: 'none' | 'off' | 'on';
}

export const silent: PlayerState = {
  playing: false,
  waiting: false,
  ended: false,
  at: 0,
  length: 0,
  loaded: 0,
  volume: 1,
  muted: false,
  speed: 1,
  captions: 'none',
};

const events = [
  'play',
  'pause',
  'ended',
  'timeupdate',
  'seeking',
  'seeked',
  'durationchange',
  'progress',
  'volumechange',
  'ratechange',
  'waiting',
  'playing',
  'emptied',
] as const;

/** Three dots in readyState: there is a picture, and more to come (HTML, HTMLMediaElement.HAVE_FUTURE_DATA). */
const enough = 3;

function read(video: HTMLVideoElement): PlayerState {
  const tracks = Array.from(video.textTracks);
  return {
    playing: !video.paused && !video.ended,
    waiting: !video.paused && !video.ended && video.readyState < enough,
    ended: video.ended,
    at: video.currentTime,
    length: Number.isFinite(video.duration) ? video.duration : 0,
    loaded: loadedFrom(video.buffered, video.currentTime),
    volume: video.volume,
    muted: video.muted,
    speed: video.playbackRate,
    captions: tracks.length === 0 ? 'none' : tracks.some(({ mode }) => mode === 'showing') ? 'on' : 'off',
  };
}

function loadedFrom(ranges: TimeRanges, at: number): number {
  for (let index = 0; index < ranges.length; index++) {
    if (ranges.start(index) <= at + 0.1 && ranges.end(index) >= at) return ranges.end(index);
  }
  return at;
}

/** What was read last of each video, so that nothing is drawn anew that has not changed. */
const last = new WeakMap<HTMLVideoElement, PlayerState>();

function snapshot(video: HTMLVideoElement): PlayerState {
  const now = read(video);
  const before = last.get(video);
  if (
    before !== undefined &&
    (Object.keys(now) as (keyof PlayerState)[]).every((key) => now[key] === before[key])
  )
    return before;
  last.set(video, now);
  return now;
}

/** usePlayer follows a video element. */
export function usePlayer(video: HTMLVideoElement | null): PlayerState {
  const subscribe = useCallback(
    (onChange: () => void) => {
      if (!video) return () => undefined;
      const gone = new AbortController();
      const { signal } = gone;
      for (const event of events) video.addEventListener(event, onChange, { signal });
      for (const event of ['change', 'addtrack', 'removetrack'])
        video.textTracks.addEventListener(event, onChange, { signal });
      return () => gone.abort();
    },
    [video],
  );
  return useSyncExternalStore(subscribe, () => (video ? snapshot(video) : silent));
}
