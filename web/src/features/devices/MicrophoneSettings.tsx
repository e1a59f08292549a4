import { useTranslation } from 'react-i18next';
import { useMedia } from '@/media';
import { Button, Mic, Select } from '@/ui';
import { choicesOf } from './choices';
import { DeviceProblem } from './DeviceProblem';
import styles from './DeviceSettings.module.css';
import { MicrophoneTest } from './MicrophoneTest';
import { problemOf } from './problem';
import { useTrial } from './useTrial';

export function MicrophoneSettings() {
  const { t } = useTranslation('devices');
  const { t: tMedia } = useTranslation('media');
  const microphone = useMedia((media) => media.microphone);
  const microphones = useMedia((media) => media.devices.microphones);
  const byDefault = useMedia((media) => media.devices.defaultMicrophone);
  const choose = useMedia((media) => media.chooseMicrophone);
  const trial = useTrial('microphone', microphone.deviceId);
  const live = microphone.wanted ? microphone.track : null;
  const track = live ?? trial.track;
  const problem = trial.problem === null ? null : problemOf(tMedia, 'microphone', trial.problem);
  const testing = trial.track !== null || trial.isStarting;
  return (
    <section className={styles['device']} aria-label={tMedia('microphone')}>
      <div className={styles['choice']}>
        <Select
          className={styles['grow']}
          label={tMedia('microphone')}
          items={choicesOf(microphones, microphone.deviceId, {
            byDefault: byDefault === '' ? t('default') : t('default.named', { name: byDefault }),
            unplugged: t('unplugged'),
          })}
          value={microphone.deviceId}
          onChange={choose}
          {...(microphones.length === 0 ? { description: t('unnamed') } : {})}
        />
        {live === null && (
          <Button icon={<Mic size={18} aria-hidden="true" />} onPress={testing ? trial.stop : trial.start}>
            {t(testing ? 'test.stop' : 'microphone.test')}
          </Button>
        )}
      </div>
      {track === null ? (
        !microphone.wanted && <p className={styles['hint']}>{t('microphone.muted')}</p>
      ) : (
        <MicrophoneTest track={track} />
      )}
      {problem !== null && (
        <p role="alert" className={styles['hint']}>
          {problem.title}. {problem.help}
        </p>
      )}
      <DeviceProblem kind="microphone" />
    </section>
  );
}
