import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLevel, watchLevel } from '@/media';
import styles from './DeviceSettings.module.css';

/** Speech, on the meter's 0..1; breathing and a room stay below. */
const speech = 0.35;

/** A level bar, and in words that somebody was heard: a bar alone tells a blind person nothing. */
export function MicrophoneTest({ track }: { track: MediaStreamTrack }) {
  const { t } = useTranslation('devices');
  const bar = useLevel<HTMLDivElement>(track);
  const [heard, setHeard] = useState<MediaStreamTrack | null>(null);
  useEffect(
    () =>
      watchLevel(track, (level) => {
        if (level > speech) setHeard(track);
      }),
    [track],
  );
  return (
    <div className={styles['test']}>
      <div ref={bar} className={styles['level']} aria-hidden="true">
        <div className={styles['fill']} />
      </div>
      <p role="status" className={styles['hint']}>
        {t(heard === track ? 'microphone.heard' : 'microphone.speak')}
      </p>
    </div>
  );
}
