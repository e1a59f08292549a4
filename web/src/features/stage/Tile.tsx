/** One person, or one shared screen, on the stage. */
import { memo, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { togglePin, useCall } from '@/features/call/store';
import { usePreferences } from '@/features/preferences/store';
import { useLive, useSeat } from '@/live';
import { useMedia } from '@/media';
import { useMuted, useSpeaking, useTracks, VideoView } from '@/room';
import { Avatar, IconButton, Pin, PinOff } from '@/ui';
import { CameraMarks, NameMarks } from './Marks';
import type { Tile as TileOf } from './scene';
import { ShareView } from './ShareView';
import styles from './Tile.module.css';

export interface TileProps {
  readonly tile: TileOf;
  /** A tap brings the picture forward instead of showing buttons. */
  readonly onChoose?: ((tile: TileOf) => void) | undefined;
}

export const Tile = memo(function Tile({ tile, onChoose }: TileProps): React.JSX.Element | null {
  const seat = useSeat(tile.seat);
  if (seat === undefined) {
    return null;
  }
  const { x, y, width, height } = tile.rect;
  const style = { left: x, top: y, width, height };
  return tile.source === 'screen' ? (
    <ScreenTile tile={tile} style={style} name={seat.name} onChoose={onChoose} />
  ) : (
    <PersonTile tile={tile} style={style} name={seat.name} away={seat.away} onChoose={onChoose} />
  );
});

interface PartProps extends TileProps {
  readonly style: React.CSSProperties;
  readonly name: string;
}

function PersonTile({
  tile,
  style,
  name,
  away,
  onChoose,
}: PartProps & { readonly away: boolean }): React.JSX.Element {
  const { t } = useTranslation('stage');
  const label = useId();
  const mine = useLive((state) => state.you === tile.seat);
  const speaking = useSpeaking(tile.seat);
  const cameraOff = useMuted(tile.seat, 'camera');
  const silent = useMuted(tile.seat, 'microphone');
  const audioOnly = useMedia((state) => state.dataSaver === 'audio');
  const mirror = usePreferences((state) => state.mirror);
  const facing = useMedia((state) => state.camera.facing);
  const shown = !cameraOff && (mine || !audioOnly);
  return (
    <figure
      className={styles['tile']}
      style={style}
      aria-labelledby={label}
      data-place={tile.place}
      data-seat={tile.seat}
      data-speaking={speaking && !silent}
      data-away={away}
    >
      <div className={styles['content']}>
        {shown ? (
          <VideoView
            seat={tile.seat}
            source="camera"
            fit="cover"
            mirrored={mine && mirror && facing !== 'environment'}
          />
        ) : (
          <Avatar name={name} size="clamp(32px, 34cqmin, 144px)" className={styles['avatar']} />
        )}
      </div>
      {onChoose !== undefined && <Choose tile={tile} name={name} onChoose={onChoose} />}
      <CameraMarks seat={tile.seat} />
      <figcaption className={styles['name']}>
        <NameMarks seat={tile.seat} />
        <span id={label} className={styles['words']} title={name}>
          {name}
        </span>
        {mine && <span className={styles['you']}>{t('you')}</span>}
      </figcaption>
      {onChoose === undefined && tile.place !== 'corner' && <PinButton seat={tile.seat} name={name} />}
    </figure>
  );
}

function ScreenTile({ tile, style, name, onChoose }: PartProps): React.JSX.Element {
  const { t } = useTranslation('stage');
  const label = useId();
  const large = tile.place === 'main';
  const paused = useTracks(tile.seat).screen?.paused === true;
  return (
    <figure
      className={styles['tile']}
      style={style}
      aria-labelledby={label}
      data-place={tile.place}
      data-screen
    >
      <div className={styles['content']}>
        {large ? (
          <ShareView seat={tile.seat} frame={tile.rect} />
        ) : (
          <VideoView seat={tile.seat} source="screen" fit="contain" />
        )}
        {paused && <p className={styles['paused']}>{t('paused')}</p>}
      </div>
      {!large && onChoose !== undefined && <Choose tile={tile} name={name} onChoose={onChoose} />}
      <figcaption className={styles['name']}>
        <span id={label} className={styles['words']}>
          {t('screenOf', { name })}
        </span>
      </figcaption>
    </figure>
  );
}

/** Covers the whole tile, so that a tap anywhere brings it forward. */
function Choose({
  tile,
  name,
  onChoose,
}: Required<TileProps> & { readonly name: string }): React.JSX.Element | null {
  const { t } = useTranslation('stage');
  if (onChoose === undefined) {
    return null;
  }
  return (
    <button
      type="button"
      className={styles['choose']}
      aria-label={t('showLarge', { name })}
      onClick={() => {
        onChoose(tile);
      }}
    />
  );
}

function PinButton({ seat, name }: { readonly seat: string; readonly name: string }): React.JSX.Element {
  const { t } = useTranslation('stage');
  const pinned = useCall((state) => state.pinned.includes(seat));
  return (
    <div className={styles['pin']} data-pinned={pinned}>
      <IconButton
        size="small"
        variant="secondary"
        label={t('pin', { name })}
        tooltip={pinned ? t('unpin.hint') : t('pin.hint')}
        pressed={pinned}
        icon={pinned ? <PinOff size={16} /> : <Pin size={16} />}
        onPress={() => {
          togglePin(seat);
        }}
      />
    </div>
  );
}
