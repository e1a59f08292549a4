import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLevel, useMedia } from '@/media';
import {
  Dialog,
  IconButton,
  Image,
  Mic,
  MicOff,
  Settings,
  Sheet,
  Spinner,
  SwitchCamera,
  useIsPhone,
  Video,
  VideoOff,
} from '@/ui';
import styles from './PreJoin.module.css';

// What few people open is not in the first load.
const DeviceSettings = lazy(async () => ({
  default: (await import('@/features/devices/DeviceSettings')).DeviceSettings,
}));
const BackgroundSettings = lazy(async () => ({
  default: (await import('@/features/background')).BackgroundSettings,
}));

const trouble = new Set(['blocked', 'missing', 'busy', 'failed']);

export function PreviewControls() {
  const { t } = useTranslation('prejoin');
  const [open, setOpen] = useState<'settings' | 'background' | null>(null);
  return (
    <div className={styles['controls']}>
      <MicrophoneButton />
      <CameraButton />
      <FlipButton />
      <IconButton
        label={t('background')}
        icon={<Image size={22} />}
        variant="secondary"
        size="large"
        onPress={() => setOpen('background')}
      />
      <IconButton
        label={t('settings')}
        icon={<Settings size={22} />}
        variant="secondary"
        size="large"
        onPress={() => setOpen('settings')}
      />
      <Deeper title={t('settings')} isOpen={open === 'settings'} onClose={() => setOpen(null)}>
        <DeviceSettings />
      </Deeper>
      <Deeper title={t('background')} isOpen={open === 'background'} onClose={() => setOpen(null)}>
        <BackgroundSettings />
      </Deeper>
    </div>
  );
}

function MicrophoneButton() {
  const { t } = useTranslation('media');
  const { wanted, state, track } = useMedia((media) => media.microphone);
  const set = useMedia((media) => media.setMicrophone);
  const ring = useLevel<HTMLSpanElement>(wanted ? track : null);
  return (
    <span ref={ring} className={styles['ring']}>
      <IconButton
        label={t('microphone')}
        icon={wanted ? <Mic size={22} /> : <MicOff size={22} />}
        pressed={wanted}
        badge={wanted && trouble.has(state) && '!'}
        variant="secondary"
        size="large"
        onPress={() => set(!wanted)}
      />
    </span>
  );
}

function CameraButton() {
  const { t } = useTranslation('media');
  const { wanted, state } = useMedia((media) => media.camera);
  const set = useMedia((media) => media.setCamera);
  return (
    <IconButton
      label={t('camera')}
      icon={wanted ? <Video size={22} /> : <VideoOff size={22} />}
      pressed={wanted}
      badge={wanted && trouble.has(state) && '!'}
      variant="secondary"
      size="large"
      onPress={() => set(!wanted)}
    />
  );
}

/** Only where the browser says which way a camera looks, which is on phones and tablets. */
function FlipButton() {
  const { t } = useTranslation('prejoin');
  const visible = useMedia(({ camera, devices }) => camera.facing !== null && devices.cameras.length > 1);
  const flip = useMedia((media) => media.flipCamera);
  if (!visible) return null;
  return (
    <IconButton
      label={t('flip')}
      icon={<SwitchCamera size={22} />}
      variant="secondary"
      size="large"
      onPress={flip}
    />
  );
}

interface DeeperProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: React.ReactNode;
}

/** One level deeper: a dialog, and a sheet on a phone. */
function Deeper({ title, isOpen, onClose, children }: DeeperProps) {
  const isPhone = useIsPhone();
  const onOpenChange = (open: boolean): void => {
    if (!open) onClose();
  };
  const content = <Suspense fallback={<Spinner />}>{children}</Suspense>;
  return isPhone ? (
    <Sheet title={title} isOpen={isOpen} onOpenChange={onOpenChange} tall>
      {content}
    </Sheet>
  ) : (
    <Dialog title={title} isOpen={isOpen} onOpenChange={onOpenChange} isDismissable>
      {content}
    </Dialog>
  );
}
