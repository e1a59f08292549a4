import { useTranslation } from 'react-i18next';
import { Spinner } from '@/ui';
import styles from './Loading.module.css';

export function Loading() {
  const { t } = useTranslation('common');
  return (
    <main className={styles['loading']} aria-busy="true">
      <Spinner size={32} label={t('loading')} />
    </main>
  );
}
