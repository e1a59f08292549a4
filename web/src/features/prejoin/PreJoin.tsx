import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { DeviceNotices, DeviceProblem, problemOfBoth } from '@/features/devices';
import { media, useMedia } from '@/media';
import { Banner } from '@/ui';
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
            <MicrophoneTrouble />
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

/** What keeps the microphone off, unless the preview says it already. */
function MicrophoneTrouble() {
  const { t } = useTranslation('prejoin');
  const { t: tMedia } = useTranslation('media');
  const microphone = useMedia((media) => media.microphone);
  const camera = useMedia((media) => media.camera);
  if (microphone.wanted && microphone.state === 'asking' && camera.track !== null)
    return (
      <Banner tone="info" live title={t('asking.both')}>
        {t('asking.microphone')}
      </Banner>
    );
  const told = camera.wanted && microphone.wanted && problemOfBoth(tMedia, microphone, camera) !== null;
  return told ? null : <DeviceProblem kind="microphone" />;
}
