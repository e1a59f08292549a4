import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { playTestSound, useMedia } from '@/media';
import { Button, Select, Volume2 } from '@/ui';
import { choicesOf } from './choices';
import styles from './DeviceSettings.module.css';

export function SpeakerSettings() {
  const { t } = useTranslation('devices');
  const { t: tMedia } = useTranslation('media');
  const { deviceId, selectable } = useMedia((media) => media.speaker);
  const speakers = useMedia((media) => media.devices.speakers);
  const byDefault = useMedia((media) => media.devices.defaultSpeaker);
  const choose = useMedia((media) => media.chooseSpeaker);
  const [state, setState] = useState<'idle' | 'playing' | 'failed'>('idle');
  const playing = useRef<AbortController | null>(null);
  useEffect(() => () => playing.current?.abort(), []);

  const play = (): void => {
    playing.current?.abort();
    const mine = new AbortController();
    playing.current = mine;
    setState('playing');
    playTestSound(deviceId, mine.signal).then(
      () => {
        if (playing.current === mine) setState('idle');
      },
      () => {
        if (playing.current === mine) setState('failed');
      },
    );
  };
  return (
    <section className={styles['device']} aria-label={tMedia('speaker')}>
      <div className={styles['choice']}>
        {selectable ? (
          <Select
            className={styles['grow']}
            label={tMedia('speaker')}
            items={choicesOf(speakers, deviceId, {
              byDefault: byDefault === '' ? t('default') : t('default.named', { name: byDefault }),
              unplugged: t('unplugged'),
            })}
            value={deviceId}
            onChange={choose}
          />
        ) : (
          <div className={styles['grow']}>
            <p className={styles['label']}>{tMedia('speaker')}</p>
            <p className={styles['hint']}>{t('speaker.system')}</p>
          </div>
        )}
        <Button icon={<Volume2 size={18} aria-hidden="true" />} onPress={play}>
          {t('speaker.test')}
        </Button>
      </div>
      <p role="status" className={styles['hint']}>
        {state === 'playing' && t('speaker.playing')}
        {state === 'failed' && t('speaker.failed')}
      </p>
    </section>
  );
}
