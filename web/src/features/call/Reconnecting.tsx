import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { useLive } from '@/live';
import { useRoom } from '@/room';
import { Spinner } from '@/ui';
import styles from './Call.module.css';

/** A cut shorter than this is not worth a word, ms. */
const unnoticed = 1500;

/** Seconds since `since`, null while there is nothing to count. */
function useSeconds(since: number | null): number | null {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (since === null) {
      return;
    }
    const timer = setInterval(() => {
      setNow(Date.now());
    }, 250);
    return () => {
      clearInterval(timer);
    };
  }, [since]);
  if (since === null || now - since < unnoticed) {
    return null;
  }
  return Math.floor((now - since) / 1000);
}

/** The last picture stays; this lies above it and says what goes on. */
export function Reconnecting(): React.JSX.Element | null {
  const { t } = useTranslation('call');
  const since = useLive((state) => (state.phase === 'reconnecting' ? state.since : null));
  const mediaLost = useRoom((state) => state.phase === 'lost');
  const seconds = useSeconds(since);
  const lost = seconds !== null;
  const told = useRef(false);
  useEffect(() => {
    if (lost && !told.current) {
      announce(t('lost'), 'assertive');
      told.current = true;
    } else if (!lost && told.current && since === null) {
      announce(t('back'), 'assertive');
      told.current = false;
    }
  }, [lost, since, t]);
  if (!lost) {
    return mediaLost ? (
      <div className={styles['mediaLost']} role="status">
        <Spinner size={16} />
        {t('media.lost')}
      </div>
    ) : null;
  }
  return (
    <div className={styles['lost']}>
      <div className={styles['lostCard']}>
        <Spinner size={28} />
        <p className={styles['lostTitle']}>{t('lost.title')}</p>
        <p className={styles['soft']} data-numbers>
          {t('lost.since', { count: seconds })}
        </p>
        <p className={styles['soft']}>{t(navigator.onLine ? 'lost.text' : 'lost.offline')}</p>
      </div>
    </div>
  );
}
