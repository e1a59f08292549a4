import { useTranslation } from 'react-i18next';
import { openDialog } from '@/features/call/store';
import { type Device, SYSTEM_DEFAULT, useMedia } from '@/media';
import { ChevronUp, IconButton, Menu, type MenuSection, Settings } from '@/ui';
import styles from './Bar.module.css';

interface Choice {
  readonly id: string;
  readonly title: string;
  readonly devices: readonly Device[];
  readonly chosen: string;
  readonly standard: string;
  readonly choose: (id: string) => void;
}

function section({ id, title, devices, chosen, standard, choose }: Choice): MenuSection {
  const all = [
    { id: SYSTEM_DEFAULT, label: standard },
    ...devices.filter((device) => device.id !== SYSTEM_DEFAULT),
  ];
  return {
    id,
    title,
    single: true,
    items: all.map((device) => ({
      id: `${id}:${device.id}`,
      label: device.label,
      selected: device.id === chosen,
      onAction: () => {
        choose(device.id);
      },
    })),
  };
}

/** The chevron beside microphone and camera: change the device without leaving the call. */
export function DeviceMenu({ kind }: { readonly kind: 'audio' | 'video' }): React.JSX.Element {
  const { t } = useTranslation('bar');
  const devices = useMedia((state) => state.devices);
  const microphone = useMedia((state) => state.microphone.deviceId);
  const camera = useMedia((state) => state.camera.deviceId);
  const speaker = useMedia((state) => state.speaker);
  const chooseMicrophone = useMedia((state) => state.chooseMicrophone);
  const chooseCamera = useMedia((state) => state.chooseCamera);
  const chooseSpeaker = useMedia((state) => state.chooseSpeaker);
  const standard = (name: string): string =>
    name === '' ? t('device.standard') : t('device.standard.named', { name });

  const sections: MenuSection[] =
    kind === 'audio'
      ? [
          section({
            id: 'microphone',
            title: t('device.microphone'),
            devices: devices.microphones,
            chosen: microphone,
            standard: standard(devices.defaultMicrophone),
            choose: chooseMicrophone,
          }),
        ]
      : [
          section({
            id: 'camera',
            title: t('device.camera'),
            devices: devices.cameras,
            chosen: camera,
            standard: standard(''),
            choose: chooseCamera,
          }),
        ];
  if (kind === 'audio' && speaker.selectable) {
    sections.push(
      section({
        id: 'speaker',
        title: t('device.speaker'),
        devices: devices.speakers,
        chosen: speaker.deviceId,
        standard: standard(devices.defaultSpeaker),
        choose: chooseSpeaker,
      }),
    );
  }
  sections.push({
    id: 'more',
    items: [
      {
        id: 'settings',
        label: t('settings'),
        icon: <Settings size={18} />,
        onAction: () => {
          openDialog('settings');
        },
      },
    ],
  });
  const label = t(kind === 'audio' ? 'device.audio' : 'device.video');
  return (
    <Menu
      label={label}
      placement="top"
      sections={sections}
      trigger={<IconButton className={styles['chevron']} label={label} icon={<ChevronUp size={16} />} />}
    />
  );
}
