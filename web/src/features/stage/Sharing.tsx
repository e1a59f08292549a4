import { useTranslation } from 'react-i18next';
import { stopShare, useRoom } from '@/room';
import { Button, MonitorUp } from '@/ui';
import styles from './Stage.module.css';

/** One must never forget that others see one's screen. */
export function Sharing(): React.JSX.Element | null {
  const { t } = useTranslation('stage');
  const sharing = useRoom((state) => state.sharing === 'on');
  if (!sharing) {
    return null;
  }
  return (
    <div className={styles['sharing']} role="status">
      <MonitorUp size={18} aria-hidden="true" />
      <span>{t('sharing')}</span>
      <Button size="small" variant="danger" onPress={stopShare}>
        {t('sharing.stop')}
      </Button>
    </div>
  );
}
