import { useTranslation } from 'react-i18next';
import { type DataSaver, type NoiseSuppression, useMedia } from '@/media';
import { RadioGroup } from '@/ui';
import { CameraSettings } from './CameraSettings';
import styles from './DeviceSettings.module.css';
import { MicrophoneSettings } from './MicrophoneSettings';
import { PushToTalkSettings } from './PushToTalkSettings';
import { SpeakerSettings } from './SpeakerSettings';

const noises: readonly NoiseSuppression[] = ['browser', 'local', 'off'];
const savers: readonly DataSaver[] = ['off', 'low', 'audio'];

/** Choice and test of camera, microphone and speaker, and how sound and data are handled. */
export function DeviceSettings() {
  const { t } = useTranslation('devices');
  const noise = useMedia((media) => media.noise);
  const setNoise = useMedia((media) => media.setNoise);
  const dataSaver = useMedia((media) => media.dataSaver);
  const setDataSaver = useMedia((media) => media.setDataSaver);
  return (
    <div className={styles['settings']}>
      <CameraSettings />
      <MicrophoneSettings />
      <SpeakerSettings />
      <RadioGroup
        label={t('noise')}
        items={noises.map((id) => ({ id, label: t(`noise.${id}`), description: t(`noise.${id}.hint`) }))}
        value={noise}
        onChange={setNoise}
      />
      <PushToTalkSettings />
      <RadioGroup
        label={t('saver')}
        items={savers.map((id) => ({
          id,
          label: t(`saver.${id}`),
          description: id === 'off' ? undefined : t(`saver.${id}.hint`),
        }))}
        value={dataSaver}
        onChange={setDataSaver}
      />
    </div>
  );
}
