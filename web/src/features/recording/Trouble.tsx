import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { faultText } from '@/i18n';
import { useLive } from '@/live';
import { Banner, IconButton, X } from '@/ui';
import { runs, troubleKey, troubleOf } from './state';
import styles from './Trouble.module.css';

/**
 * Stays as long as nothing is recorded although it should be; the word of a
 * recording that ended by it can be put away. useRecordingTold announces it.
 */
export function Trouble(): React.JSX.Element | null {
  const { t } = useTranslation(['recording', 'common']);
  const recording = useLive((state) => state.recording);
  const reason = useLive(troubleOf);
  const over = !runs(recording);
  const [seen, setSeen] = useState(false);
  if (seen && !over) {
    setSeen(false);
  }
  if (reason === '' || seen) {
    return null;
  }
  return (
    <Banner
      tone="warning"
      className={styles['trouble']}
      actions={
        over ? (
          <IconButton
            size="small"
            label={t('common:close')}
            tooltip={false}
            icon={<X size={18} />}
            onPress={() => setSeen(true)}
          />
        ) : undefined
      }
    >
      {t(`recording:${troubleKey(recording)}`, { reason: faultText(reason) })}
    </Banner>
  );
}
