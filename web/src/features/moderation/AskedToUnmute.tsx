import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { live, useLive, useMay } from '@/live';
import { media, useMedia } from '@/media';
import { Button, Ear, Mic } from '@/ui';
import styles from './Moderation.module.css';

/**
 * "Ada asks you to unmute": the person decides, nothing happens by itself. It
 * takes neither the focus nor the stage; unmuting in any other way answers it too.
 */
export function AskedToUnmute() {
  const { t } = useTranslation('moderation');
  const title = useId();
  const text = useId();
  const [by, setBy] = useState<string | null>(null);
  const maySpeak = useMay('speak');
  const speaking = useMedia((state) => state.microphone.wanted);

  useEffect(
    () =>
      live.on('unmute.asked', (asked) => {
        // The name is kept: whoever asked may be gone before the answer.
        const name = useLive.getState().seats[asked.by]?.name ?? t('someone');
        if (media.getState().microphone.wanted) return;
        setBy(name);
        announce(`${t('asked', { name })}. ${t('asked.text')}`, 'assertive');
      }),
    [t],
  );
  // Unmuted with the button or the key, or forbidden to speak meanwhile: answered.
  if (by !== null && (speaking || !maySpeak)) setBy(null);
  if (by === null) return null;

  return (
    <section className={styles['asked']} role="dialog" aria-labelledby={title} aria-describedby={text}>
      <span className={styles['ear']}>
        <Ear size={20} aria-hidden="true" />
      </span>
      <div className={styles['askedWords']}>
        <p id={title} className={styles['askedTitle']}>
          {t('asked', { name: by })}
        </p>
        <p id={text} className={styles['soft']}>
          {t('asked.text')}
        </p>
      </div>
      <div className={styles['answers']}>
        <Button onPress={() => setBy(null)}>{t('asked.stay')}</Button>
        <Button
          variant="primary"
          icon={<Mic size={18} aria-hidden="true" />}
          onPress={() => {
            media.getState().setMicrophone(true);
            setBy(null);
          }}
        >
          {t('asked.unmute')}
        </Button>
      </div>
    </section>
  );
}
