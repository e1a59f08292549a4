import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { DeviceNotices, DeviceProblem } from '@/features/devices';
import { media } from '@/media';
import { JoinForm } from './JoinForm';
import styles from './PreJoin.module.css';
import { Preview } from './Preview';
import { PreviewControls } from './PreviewControls';

/** What the page before the meeting may know of it. */
export interface Door {
  readonly name: string;
  readonly organisation: string;
  /** Who invites; '' when nobody in particular does. */
  readonly host: string;
  readonly welcome: string;
  readonly role: 'owner' | 'moderator' | 'presenter' | 'attendee' | 'viewer';
  readonly locked: boolean;
  /** The account's name, '' for a guest. */
  readonly signedInName: string;
}

export interface PreJoinProps {
  door: Door;
  onJoin: (name: string) => void;
  /** The way in has been asked for. */
  busy: boolean;
  /** Why it was refused, in words. */
  error?: string | undefined;
}

/** The page before joining: how one looks and sounds, the name, and what will happen. */
export function PreJoin({ door, onJoin, busy, error }: PreJoinProps) {
  const { t } = useTranslation('prejoin');
  const viewer = door.role === 'viewer';
  useEffect(() => {
    // Somebody who only watches is not asked for a camera.
    if (!viewer) media.getState().start();
  }, [viewer]);
  return (
    <div className={styles['page']}>
      <div className={styles['card']} data-viewer={viewer || undefined}>
        {!viewer && (
          <section className={styles['devices']} aria-label={t('label')}>
            <Preview />
            <PreviewControls />
            <DeviceProblem kind="microphone" />
          </section>
        )}
        <JoinForm
          door={door}
          busy={busy}
          error={error}
          onJoin={(name) => {
            if (!viewer) media.getState().remember();
            onJoin(name);
          }}
        />
      </div>
      <DeviceNotices />
    </div>
  );
}
