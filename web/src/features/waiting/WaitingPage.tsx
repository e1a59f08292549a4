import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce, PageHeading } from '@/a11y';
import { useWakeLock } from '@/features/call/useWakeLock';
import { DeviceNotices } from '@/features/devices';
import { Frame } from '@/features/frame';
import { Preview, PreviewControls } from '@/features/prejoin';
import { formatTime } from '@/i18n';
import { live, useLive, type WaitingState } from '@/live';
import { Button, Clock, LogOut, MessageSquare, Spinner } from '@/ui';
import styles from './Waiting.module.css';

/** How often a screen reader is told that one is still in the line, ms: rarely, but it must not be silent. */
const reassure = 120_000;

interface Props {
  /** Somebody who only watches has no devices to look at. */
  watches: boolean;
}

/**
 * The page of somebody who waits to be let in, or for a free place. It can stay
 * open for hours: it comes back by itself after a cut and never runs out.
 */
export function WaitingPage({ watches }: Props) {
  const { t } = useTranslation('waiting');
  const waiting = useLive((state) => state.waiting);
  const lost = useLive((state) => state.phase === 'reconnecting');
  useWakeLock();
  useTold(waiting);
  useLetIn();
  if (waiting === null) return null;
  const full = waiting.reason === 'full';
  return (
    <Frame organisation={waiting.organisation} bare>
      <div className={styles['page']}>
        <div className={styles['card']} data-watches={watches || undefined}>
          {!watches && (
            <section className={styles['devices']} aria-label={t('devices')}>
              <Preview />
              <PreviewControls />
              <p className={styles['unseen']}>{t('unseen')}</p>
            </section>
          )}
          <div className={styles['words']}>
            <header className={styles['head']}>
              <p className={styles['meeting']}>{waiting.name}</p>
              <PageHeading title={t(full ? 'full.title' : 'title')} />
            </header>
            {full ? <Place ahead={waiting.ahead} /> : <p className={styles['text']}>{t('text')}</p>}
            <Told text={waiting.told} />
            <div className={styles['state']}>
              {lost ? (
                <p role="status" className={styles['lost']}>
                  <Spinner size={18} />
                  {t('lost')}
                </p>
              ) : (
                <Times since={waiting.since} />
              )}
            </div>
            <Button icon={<LogOut size={18} aria-hidden="true" />} onPress={() => live.leave()}>
              {t('leave')}
            </Button>
          </div>
        </div>
        <DeviceNotices />
      </div>
    </Frame>
  );
}

/** How many come before me. Nothing is to be done about it, so it is said calmly and once per change. */
function Place({ ahead }: { ahead: number }) {
  const { t } = useTranslation('waiting');
  return (
    <div className={styles['place']} role="status">
      <p className={styles['ahead']} data-numbers>
        {ahead === 0 ? t('full.next') : t('full.ahead', { count: ahead })}
      </p>
      <p className={styles['text']}>{t('full.text')}</p>
    </div>
  );
}

/** What whoever runs the meeting has written, plain text. */
function Told({ text }: { text: string }) {
  const { t } = useTranslation('waiting');
  if (text === '') return null;
  return (
    <section className={styles['told']} aria-label={t('told')}>
      <MessageSquare size={20} aria-hidden="true" />
      <div>
        <p className={styles['toldBy']}>{t('told')}</p>
        <p className={styles['toldText']} dir="auto">
          {text}
        </p>
      </div>
    </section>
  );
}

/** What time it is, and since when one waits: both as the server counts. */
function Times({ since }: { since: number }) {
  const { t } = useTranslation('waiting');
  const offset = useLive((state) => state.clockOffset);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const minutes = Math.max(0, Math.floor((now + offset - since) / 60_000));
  return (
    <p className={styles['times']} data-numbers>
      <Clock size={18} aria-hidden="true" />
      <time>{formatTime(now)}</time>
      <span>{minutes === 0 ? t('since.now') : t('since', { count: minutes })}</span>
    </p>
  );
}

/** Reads out what changes, and from time to time that nothing did. */
function useTold(waiting: WaitingState | null): void {
  const { t } = useTranslation('waiting');
  const told = waiting?.told ?? '';
  const full = waiting?.reason === 'full';
  const ahead = waiting?.ahead ?? 0;
  useEffect(() => {
    if (told !== '') announce(t('told.said', { text: told }), 'assertive');
  }, [told, t]);
  const still = full && ahead > 0 ? t('full.ahead', { count: ahead }) : t('still');
  useEffect(() => {
    const timer = setInterval(() => announce(still), reassure);
    return () => clearInterval(timer);
  }, [still]);
}

/** The page goes without a press of one's own: whoever does not see it must hear it. */
function useLetIn(): void {
  const { t } = useTranslation('waiting');
  const words = useRef('');
  useEffect(() => {
    words.current = t('in');
  }, [t]);
  useEffect(
    () =>
      live.on('welcome', () => {
        announce(words.current, 'assertive');
      }),
    [],
  );
}
