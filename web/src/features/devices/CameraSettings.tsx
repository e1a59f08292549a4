import { useTranslation } from 'react-i18next';
import { useMedia } from '@/media';
import { Button, Select, Spinner, Video } from '@/ui';
import { choicesOf } from './choices';
import { DeviceProblem } from './DeviceProblem';
import styles from './DeviceSettings.module.css';
import { problemOf } from './problem';
import { useTrial } from './useTrial';
import { VideoPreview } from './VideoPreview';

export function CameraSettings() {
  const { t } = useTranslation(['devices', 'media']);
  const { t: tMedia } = useTranslation('media');
  const camera = useMedia((media) => media.camera);
  const cameras = useMedia((media) => media.devices.cameras);
  const choose = useMedia((media) => media.chooseCamera);
  const trial = useTrial('camera', camera.deviceId);
  const track = camera.track ?? trial.track;
  const problem = trial.problem === null ? null : problemOf(tMedia, 'camera', trial.problem);
  const testing = camera.track === null && (trial.track !== null || trial.isStarting);
  return (
    <section className={styles['device']} aria-label={tMedia('camera')}>
      <div className={styles['choice']}>
        <Select
          className={styles['grow']}
          label={tMedia('camera')}
          items={choicesOf(cameras, camera.deviceId, {
            byDefault: camera.label === '' ? t('automatic') : `${t('automatic')}: ${camera.label}`,
            unplugged: t('unplugged'),
          })}
          value={camera.deviceId}
          onChange={choose}
          {...(cameras.length === 0 ? { description: t('unnamed') } : {})}
        />
        {camera.track === null && (
          <Button icon={<Video size={18} aria-hidden="true" />} onPress={testing ? trial.stop : trial.start}>
            {t(testing ? 'test.stop' : 'camera.test')}
          </Button>
        )}
      </div>
      <div className={styles['screen']}>
        {track === null ? (
          <p className={styles['hint']}>{trial.isStarting ? <Spinner /> : t('camera.off')}</p>
        ) : (
          <VideoPreview
            track={track}
            label={t('camera.preview')}
            mirrored={camera.facing !== 'environment'}
          />
        )}
      </div>
      {trial.track !== null && camera.track === null && <p className={styles['hint']}>{t('test.private')}</p>}
      {problem !== null && (
        <p role="alert" className={styles['hint']}>
          {problem.title}. {problem.help}
        </p>
      )}
      <DeviceProblem kind="camera" />
    </section>
  );
}
