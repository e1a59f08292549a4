import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import type { View } from '@/api/recordings';
import { Button, cx, Play, Spinner, WifiOff } from '@/ui';
import { act } from './act';
import { chapterAt } from './chapters';
import { Controls } from './Controls';
import { KeysDialog } from './KeysDialog';
import type { PlayerCommand } from './keys';
import styles from './Player.module.css';
import type { SeekBarProps } from './SeekBar';
import { clock } from './time';
import { useFull } from './useFull';
import { useKeys } from './useKeys';
import { type PlayerState, usePlayer } from './usePlayer';
import { keepMark } from './watermark';

// Milliseconds without a pointer or a key after which a full screen shows the picture alone.
const idleAfter = 3_000;

export interface PlayerProps {
  view: View;
  /** The address of a picture to show before it plays. */
  poster: string | undefined;
  /** The connection is lost and being looked for. */
  lost: boolean;
  /** The address of the view does not work any more. */
  onBroken: () => void;
  onPlays: () => void;
  /** The video element, for what is beside the player. */
  onVideo: (video: HTMLVideoElement | null) => void;
  trim?: SeekBarProps['trim'];
}

/** Player shows a recording with controls of its own. It keeps nothing on the device. */
export function Player({ view, poster, lost, onBroken, onPlays, onVideo, trim }: PlayerProps) {
  const { t } = useTranslation('player');
  const [video, setVideo] = useState<HTMLVideoElement | null>(null);
  const [box, setBox] = useState<HTMLDivElement | null>(null);
  const [picture, setPicture] = useState<HTMLDivElement | null>(null);
  const [helping, setHelping] = useState(false);
  const [keysOn, setKeysOn] = useState(true);
  const state = usePlayer(video);
  const { full, toggle } = useFull();
  const idle = useIdleOver(box, full && state.playing);
  const say = useTold(state);
  useResumed(video, view.url, lost);
  useEffect(() => onVideo(video), [video, onVideo]);

  useEffect(() => {
    if (picture === null || view.watermark === '') return undefined;
    return keepMark(picture, view.watermark, styles['watermark'] ?? '');
  }, [picture, view.watermark]);

  const length = state.length > 0 ? state.length : view.length;
  const run = (command: PlayerCommand) => {
    if (command.do === 'help') setHelping(true);
    else if (command.do === 'fullscreen') toggle();
    else if (video) {
      act(command, video, view.chapters);
      say(command, video, view.chapters[chapterAt(view.chapters, video.currentTime)]?.title);
    }
  };
  // "?" works in any case: it is how one finds the switch again.
  useKeys(true, (command) => {
    if (keysOn || command.do === 'help') run(command);
  });

  return (
    <div
      ref={setBox}
      className={cx(styles['player'], full && styles['full'], idle && styles['idle'])}
      data-surface="stage"
      role="region"
      aria-label={t('player')}
    >
      <div ref={setPicture} className={styles['picture']}>
        {/* Captions come with the file where there are any; the controls show them. */}
        {/* eslint-disable-next-line jsx-a11y/media-has-caption */}
        <video
          ref={setVideo}
          className={styles['video']}
          src={view.url}
          poster={poster}
          preload="metadata"
          playsInline
          disablePictureInPicture={view.watermark !== ''}
          disableRemotePlayback={view.watermark !== ''}
          controlsList="nodownload noremoteplayback"
          aria-label={view.title}
          onClick={() => run({ do: 'toggle' })}
          onDoubleClick={toggle}
          onError={onBroken}
          onTimeUpdate={(event) => {
            if (!event.currentTarget.paused) onPlays();
          }}
          onContextMenu={(event) => {
            if (!view.download) event.preventDefault();
          }}
        />
        {/* A sign, no button: a press goes to the video below it, and the first control is the button. */}
        {!state.playing && !lost && (
          <span className={styles['big']} aria-hidden="true">
            <Play size={40} />
          </span>
        )}
        {(state.waiting || lost) && (
          <div className={styles['over']}>
            {lost ? (
              <div className={styles['lost']} role="alert">
                <WifiOff size={28} aria-hidden="true" />
                <p>{t('lost')}</p>
                <Button size="small" onPress={onBroken}>
                  {t('lost.now')}
                </Button>
              </div>
            ) : (
              <Spinner size={48} label={t('waiting')} />
            )}
          </div>
        )}
      </div>
      {video && (
        <Controls
          video={video}
          state={state}
          length={length}
          chapters={view.chapters}
          full={full}
          idle={idle}
          mayLeave={view.watermark === ''}
          trim={trim}
          onFull={toggle}
          onHelp={() => setHelping(true)}
        />
      )}
      {helping && <KeysDialog on={keysOn} onChange={setKeysOn} onClose={() => setHelping(false)} />}
    </div>
  );
}

/** Goes on where it was when the address has changed: at the place, at the speed, and playing if it did. */
function useResumed(video: HTMLVideoElement | null, url: string, lost: boolean): void {
  const was = useRef({ at: 0, playing: false, speed: 1 });
  const wanted = useRef(url);
  useEffect(() => {
    if (!video) return undefined;
    const gone = new AbortController();
    const { signal } = gone;
    const note = () => {
      // An element that lost its source is at 0 and paused: that is not where the person was.
      if (!video.error && video.readyState > 0 && video.currentTime > 0)
        was.current = { at: video.currentTime, playing: !video.paused, speed: video.playbackRate };
    };
    for (const event of ['timeupdate', 'play', 'pause', 'ratechange'])
      video.addEventListener(event, note, { signal });
    return () => gone.abort();
  }, [video]);
  useEffect(() => {
    if (!video || lost || wanted.current === url) return undefined;
    wanted.current = url;
    const { at, playing, speed } = was.current;
    const ready = () => {
      video.currentTime = at;
      video.playbackRate = speed;
      if (playing) void video.play().catch(() => undefined);
    };
    video.addEventListener('loadedmetadata', ready, { once: true });
    return () => video.removeEventListener('loadedmetadata', ready);
  }, [video, url, lost]);
}

/** Whether nothing has been moved or pressed over an element for a while. */
function useIdleOver(box: HTMLElement | null, on: boolean): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    if (!box || !on) return undefined;
    let timer = setTimeout(() => setIdle(true), idleAfter);
    const moved = () => {
      setIdle(false);
      clearTimeout(timer);
      timer = setTimeout(() => setIdle(true), idleAfter);
    };
    const gone = new AbortController();
    for (const event of ['pointermove', 'pointerdown', 'keydown', 'focusin'])
      box.addEventListener(event, moved, { signal: gone.signal });
    return () => {
      gone.abort();
      clearTimeout(timer);
      setIdle(false);
    };
  }, [box, on]);
  return idle;
}

/** Gives what says aloud what a key has done, and says when the video begins, stops and ends. */
function useTold(state: PlayerState) {
  const { t, i18n } = useTranslation('player');
  const { ended } = state;
  useEffect(() => {
    if (ended) announce(t('told.ended'));
  }, [ended, t]);
  const number = (value: number, style: 'decimal' | 'percent' = 'decimal') =>
    new Intl.NumberFormat(i18n.language, { style }).format(value);
  return (command: PlayerCommand, video: HTMLVideoElement, chapter: string | undefined) => {
    switch (command.do) {
      case 'toggle':
        announce(t(video.paused ? 'told.paused' : 'told.plays'));
        break;
      case 'skip':
      case 'goTo':
        announce(clock(video.currentTime));
        break;
      case 'chapter':
        announce([clock(video.currentTime), chapter].filter(Boolean).join(', '));
        break;
      case 'speed':
        announce(t('told.speed', { times: number(video.playbackRate) }));
        break;
      case 'volume':
        announce(t('told.volume', { percent: number(video.volume, 'percent') }));
        break;
      case 'mute':
        announce(t(video.muted ? 'told.muted' : 'told.unmuted'));
        break;
      case 'captions': {
        const tracks = Array.from(video.textTracks);
        const shown = tracks.some(({ mode }) => mode === 'showing');
        announce(t(tracks.length === 0 ? 'told.noCaptions' : shown ? 'told.captions' : 'told.captionsOff'));
        break;
      }
      case 'fullscreen':
      case 'help':
        break;
    }
  };
}
