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
  readonly passcodeNeeded: boolean;
  /** This person will wait until somebody lets them in. */
  readonly waits: boolean;
  /** The meeting is being recorded; this person will be asked. */
  readonly recorded: boolean;
  /** Only people with an account may come in. */
  readonly accountRequired: boolean;
  /** The name the invite was made for; '' lets the person choose. */
  readonly nameBound: string;
  /** The account's name, '' for a guest. */
  readonly signedInName: string;
}

/** What a person gives at the door. */
export interface Entry {
  readonly name: string;
  /** '' where none is needed. */
  readonly passcode: string;
}

/** Why somebody was not let in, and what they can change about it. */
export interface Refusal {
  /** A fault code of the server. */
  readonly code: string;
  /** Seconds after which trying again makes sense, 0 for at once. */
  readonly retry: number;
}

export interface PreJoinProps {
  door: Door;
  onJoin: (entry: Entry) => void;
  /** The way in has been asked for. */
  busy: boolean;
  refusal?: Refusal | undefined;
  /** Where one signs in and comes back from. */
  signIn: string;
}

/** The page before joining: how one looks and sounds, the name, and what will happen. */
export function PreJoin({ door, onJoin, ...rest }: PreJoinProps) {
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
          {...rest}
          door={door}
          onJoin={(entry) => {
            if (!viewer) media.getState().remember();
            onJoin(entry);
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
