import type { CSSProperties, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import {
  Button,
  Captions,
  cx,
  IconButton,
  Keyboard,
  Maximize,
  Menu,
  Minimize,
  Pause,
  PictureInPicture2,
  Play,
  RotateCcw,
  RotateCw,
  Volume2,
  VolumeX,
} from '@/ui';
import { act, goTo, setSpeed, setVolume, toggleCaptions, togglePlay } from './act';
import type { Chapter } from './chapters';
import styles from './Controls.module.css';
import { speeds } from './keys';
import range from './Range.module.css';
import { SeekBar, type SeekBarProps } from './SeekBar';
import { clock } from './time';
import type { PlayerState } from './usePlayer';
import { useLibraryWords } from './words';

export interface ControlsProps {
  video: HTMLVideoElement;
  state: PlayerState;
  length: number;
  chapters: readonly Chapter[];
  full: boolean;
  /** Nobody moves anything over a full screen. */
  idle: boolean;
  /** A picture in a window of its own would go without the watermark. */
  mayLeave: boolean;
  trim?: SeekBarProps['trim'];
  onFull: () => void;
  onHelp: () => void;
}

/** Controls are the player's buttons and bars, below the picture. */
export function Controls({
  video,
  state,
  length,
  chapters,
  full,
  idle,
  mayLeave,
  trim,
  onFull,
  onHelp,
}: ControlsProps) {
  const { t, i18n } = useTranslation('player');
  const words = useLibraryWords();
  const speed = (value: number) =>
    t('speed.times', { times: new Intl.NumberFormat(i18n.language).format(value) });
  const canLeave = mayLeave && document.pictureInPictureEnabled;
  return (
    <div className={cx(styles['controls'], full && styles['full'], idle && styles['idle'])}>
      <SeekBar
        at={state.at}
        length={length}
        loaded={state.loaded}
        chapters={chapters}
        onSeek={(at) => goTo(video, at)}
        trim={trim}
      />
      <div className={styles['buttons']} role="group" aria-label={t('controls')}>
        <IconButton
          label={t(state.playing ? 'pause' : 'play')}
          shortcut="K"
          icon={state.playing ? <Pause size={24} /> : <Play size={24} />}
          onPress={() => togglePlay(video)}
        />
        <IconButton
          label={t('back10')}
          shortcut="J"
          icon={<Ten icon={<RotateCcw size={24} />} />}
          onPress={() => act({ do: 'skip', by: -10 }, video, chapters)}
        />
        <IconButton
          label={t('on10')}
          shortcut="L"
          icon={<Ten icon={<RotateCw size={24} />} />}
          onPress={() => act({ do: 'skip', by: 10 }, video, chapters)}
        />
        <div className={styles['volume']}>
          <IconButton
            label={t('mute')}
            shortcut="M"
            pressed={state.muted}
            icon={state.muted || state.volume === 0 ? <VolumeX size={22} /> : <Volume2 size={22} />}
            onPress={() => act({ do: 'mute' }, video, chapters)}
          />
          <input
            type="range"
            className={cx(range['range'], styles['loudness'])}
            style={{ '--at': state.muted ? 0 : state.volume } as CSSProperties}
            aria-label={t('volume')}
            aria-valuetext={new Intl.NumberFormat(i18n.language, { style: 'percent' }).format(
              state.muted ? 0 : state.volume,
            )}
            min={0}
            max={1}
            step={0.05}
            value={state.muted ? 0 : state.volume}
            onChange={(event) => setVolume(video, event.target.valueAsNumber)}
          />
        </div>
        <p className={styles['clock']}>
          <span className="visually-hidden">
            {t('seek.place', { at: words.place(state.at), length: words.place(length) })}
          </span>
          <span aria-hidden="true">
            {clock(state.at)} <span className={styles['of']}>/ {clock(length)}</span>
          </span>
        </p>
        <Menu
          label={t('speed')}
          placement="top end"
          trigger={
            <Button variant="quiet" className={styles['speed']}>
              <span className="visually-hidden">{t('speed')}: </span>
              {speed(state.speed)}
            </Button>
          }
          sections={[
            {
              id: 'speeds',
              title: t('speed'),
              single: true,
              items: speeds.map((value) => ({
                id: String(value),
                label: speed(value),
                selected: value === state.speed,
                onAction: () => setSpeed(video, value),
              })),
            },
          ]}
        />
        {state.captions !== 'none' && (
          <IconButton
            label={t('captions')}
            shortcut="C"
            pressed={state.captions === 'on'}
            icon={<Captions size={22} />}
            onPress={() => toggleCaptions(video)}
          />
        )}
        <IconButton
          className={styles['help']}
          label={t('keys')}
          shortcut="?"
          icon={<Keyboard size={22} />}
          onPress={onHelp}
        />
        {canLeave && (
          <IconButton
            label={t('pip')}
            className={styles['pip']}
            icon={<PictureInPicture2 size={22} />}
            onPress={() => {
              if (document.pictureInPictureElement) void document.exitPictureInPicture();
              else void video.requestPictureInPicture().catch(() => undefined);
            }}
          />
        )}
        <IconButton
          label={t(full ? 'full.leave' : 'full')}
          shortcut="F"
          icon={full ? <Minimize size={22} /> : <Maximize size={22} />}
          onPress={onFull}
        />
      </div>
    </div>
  );
}

/** Ten seconds in the circle of an arrow. */
function Ten({ icon }: { icon: ReactNode }) {
  return (
    <span className={styles['ten']} aria-hidden="true">
      {icon}
      <span>10</span>
    </span>
  );
}
