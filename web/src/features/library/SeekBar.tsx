import { type CSSProperties, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cx } from '@/ui';
import { type Chapter, chapterAt } from './chapters';
import range from './Range.module.css';
import styles from './SeekBar.module.css';
import { clock } from './time';
import { type Cut, withFrom, withTo } from './trim';
import { useLibraryWords } from './words';

export interface SeekBarProps {
  at: number;
  length: number;
  loaded: number;
  chapters: readonly Chapter[];
  onSeek: (at: number) => void;
  /** While trimming: what stays, and how it is changed. */
  trim?: { readonly cut: Cut; readonly onCut: (cut: Cut) => void } | undefined;
}

const share = (part: number, whole: number) => (whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0);

/** SeekBar is where in the video one is, and how one goes elsewhere; chapters are gaps in it. */
export function SeekBar({ at, length, loaded, chapters, onSeek, trim }: SeekBarProps) {
  const { t } = useTranslation('player');
  const words = useLibraryWords();
  const [pointed, setPointed] = useState<number>();
  const chapter = chapters[chapterAt(chapters, at)];
  const place = t('seek.place', { at: words.place(at), length: words.place(length) });
  return (
    <div
      className={styles['seek']}
      style={
        {
          '--at': share(at, length),
          '--loaded': share(loaded, length),
          '--from': share(trim?.cut.from ?? 0, length),
          '--to': share(trim?.cut.to ?? length, length),
        } as CSSProperties
      }
      onPointerMove={(event) => {
        const { left, width } = event.currentTarget.getBoundingClientRect();
        setPointed(event.pointerType === 'mouse' ? share(event.clientX - left, width) * length : undefined);
      }}
      onPointerLeave={() => setPointed(undefined)}
    >
      <div className={styles['rail']} aria-hidden="true">
        <span className={styles['loaded']} />
        <span className={styles['played']} />
        {trim && <span className={styles['kept']} />}
        {chapters
          .filter((one) => one.at > 0 && one.at < length)
          .map((one) => (
            <span
              key={one.at}
              className={styles['tick']}
              style={{ insetInlineStart: `${share(one.at, length) * 100}%` }}
            />
          ))}
      </div>
      <input
        type="range"
        className={cx(range['range'], styles['thumb'])}
        data-seek
        aria-label={t('seek')}
        aria-valuetext={chapter === undefined ? place : `${place}, ${chapter.title}`}
        min={0}
        max={length}
        step={0.1}
        value={at}
        disabled={length === 0}
        onChange={(event) => onSeek(event.target.valueAsNumber)}
      />
      {trim && (
        <>
          <Handle
            name={t('trim.from')}
            value={trim.cut.from}
            length={length}
            onMove={(from) => trim.onCut(withFrom(trim.cut, from))}
          />
          <Handle
            name={t('trim.to')}
            value={trim.cut.to}
            length={length}
            onMove={(to) => trim.onCut(withTo(trim.cut, to, length))}
          />
        </>
      )}
      {pointed !== undefined && length > 0 && (
        <span
          className={styles['bubble']}
          style={{ insetInlineStart: `${Math.min(0.94, Math.max(0.06, share(pointed, length))) * 100}%` }}
          aria-hidden="true"
        >
          {clock(pointed)}
          {chapters.length > 0 && <span>{chapters[chapterAt(chapters, pointed)]?.title}</span>}
        </span>
      )}
    </div>
  );
}

interface HandleProps {
  name: string;
  value: number;
  length: number;
  onMove: (to: number) => void;
}

/** Handle is one end of what stays. Its keys move it: arrows by a tenth of a second, page keys by ten seconds. */
function Handle({ name, value, length, onMove }: HandleProps) {
  const words = useLibraryWords();
  return (
    <input
      type="range"
      className={cx(range['range'], styles['thumb'], styles['handle'])}
      aria-label={name}
      aria-valuetext={`${words.length(value)} (${clock(value, true)})`}
      min={0}
      max={length}
      step={0.1}
      value={value}
      onChange={(event) => onMove(event.target.valueAsNumber)}
      onKeyDown={(event) => {
        const by = { PageUp: 10, PageDown: -10 }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        onMove(value + by);
      }}
    />
  );
}
