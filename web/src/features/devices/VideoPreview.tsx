import { useEffect, useRef } from 'react';
import { cx } from '@/ui';
import styles from './VideoPreview.module.css';

export interface VideoPreviewProps {
  track: MediaStreamTrack;
  label: string;
  /** As in a mirror, which is how people know themselves; not for the camera at the back of a phone. */
  mirrored: boolean;
  className?: string | undefined;
}

/** One's own picture. */
export function VideoPreview({ track, label, mirrored, className }: VideoPreviewProps) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const { current } = video;
    if (current === null) return;
    current.srcObject = new MediaStream([track]);
    return () => {
      current.srcObject = null;
    };
  }, [track]);
  return (
    <video
      ref={video}
      aria-label={label}
      className={cx(styles['video'], mirrored && styles['mirrored'], className)}
      autoPlay
      playsInline
      muted
    />
  );
}
