import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { closeDialog, useCall } from '@/features/call/store';
import { Dialog, Image, Settings, SlidersHorizontal, Spinner, Tabs } from '@/ui';
import { General } from './General';
import styles from './Settings.module.css';

// Each tab loads when it is opened; the pictures of the background are large.
const DeviceSettings = lazy(async () => ({ default: (await import('@/features/devices')).DeviceSettings }));
const BackgroundSettings = lazy(async () => ({
  default: (await import('@/features/background')).BackgroundSettings,
}));

type Tab = 'devices' | 'background' | 'general';

/** The person's own settings during a call. They take effect at once. */
export function SettingsDialog() {
  const { t } = useTranslation('preferences');
  const isOpen = useCall((state) => state.dialog === 'settings');
  const [tab, setTab] = useState<Tab>('devices');
  return (
    <Dialog
      title={t('title')}
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) closeDialog();
      }}
      size="large"
      isDismissable
    >
      <div className={styles['settings']}>
        <Tabs
          label={t('title')}
          value={tab}
          onChange={setTab}
          items={[
            {
              id: 'devices',
              label: t('tab.devices'),
              icon: <SlidersHorizontal size={18} aria-hidden="true" />,
              content: (
                <Loaded>
                  <DeviceSettings />
                </Loaded>
              ),
            },
            {
              id: 'background',
              label: t('tab.background'),
              icon: <Image size={18} aria-hidden="true" />,
              content: (
                <Loaded>
                  <BackgroundSettings />
                </Loaded>
              ),
            },
            {
              id: 'general',
              label: t('tab.general'),
              icon: <Settings size={18} aria-hidden="true" />,
              // Its words load with it; without a place of its own the whole dialog would vanish for that long.
              content: (
                <Loaded>
                  <General />
                </Loaded>
              ),
            },
          ]}
        />
      </div>
    </Dialog>
  );
}

function Loaded({ children }: { children: React.ReactNode }) {
  const { t } = useTranslation('common');
  return (
    <Suspense
      fallback={
        <div className={styles['loading']}>
          <Spinner label={t('loading')} />
        </div>
      }
    >
      {children}
    </Suspense>
  );
}
