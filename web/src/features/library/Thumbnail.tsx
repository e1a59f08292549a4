import { useState } from 'react';
import { Link } from 'wouter';
import { type Recording, recordings } from '@/api/recordings';
import { Clapperboard, cx } from '@/ui';
import { videoOf } from './making';
import styles from './Thumbnail.module.css';
import { clock } from './time';
import { useLibraryWords } from './words';

export interface ThumbnailProps {
  recording: Recording;
  /** Whether a press leads to the video. */
  watchable: boolean;
  className?: string | undefined;
}

/** Thumbnail is a picture out of a recording with its length in the corner. */
export function Thumbnail({ recording, watchable, className }: ThumbnailProps) {
  const words = useLibraryWords();
  const [broken, setBroken] = useState('');
  const address = posterOf(recording);
  const picture =
    address === undefined || address === broken ? (
      <Clapperboard size={28} strokeWidth={1.5} aria-hidden="true" />
    ) : (
      <img
        src={address}
        alt=""
        width={640}
        height={360}
        loading="lazy"
        decoding="async"
        onError={() => setBroken(address)}
      />
    );
  return (
    <div className={cx(styles['thumbnail'], className)}>
      {watchable ? (
        // The title beside it leads there too: one link is enough to be read out and to be tabbed through.
        <Link href={`/r/${recording.id}`} className={styles['picture']} tabIndex={-1} aria-hidden="true">
          {picture}
        </Link>
      ) : (
        <div className={styles['picture']}>{picture}</div>
      )}
      {recording.length > 0 && (
        <p className={styles['length']}>
          <span aria-hidden="true">{clock(recording.length)}</span>
          <span className="visually-hidden">{words.place(recording.length)}</span>
        </p>
      )}
    </div>
  );
}

/** NoPicture keeps the place of a thumbnail. */
export function NoPicture({ className }: { className?: string | undefined }) {
  return <div className={cx(styles['thumbnail'], className)} />;
}

/** posterOf gives the address of a recording's picture, another one for each version of its video. */
export function posterOf(recording: Recording): string | undefined {
  const video = videoOf(recording);
  return recording.poster && video ? recordings.poster(recording.id, video.id) : undefined;
}
