import { useTranslation } from 'react-i18next';
import { faultText } from '@/i18n';
import { useLive } from '@/live';
import { Banner } from '@/ui';
import styles from './Trouble.module.css';
import { troubleOf } from './state';

/** Stays as long as nothing is recorded although it should be. useRecordingTold announces it. */
export function Trouble(): React.JSX.Element | null {
  const { t } = useTranslation('recording');
  const reason = useLive(troubleOf);
  return reason === '' ? null : (
    <Banner tone="warning" className={styles['trouble']}>
      {t('trouble', { reason: faultText(reason) })}
    </Banner>
  );
}
