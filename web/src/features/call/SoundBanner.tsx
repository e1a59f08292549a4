import { useTranslation } from 'react-i18next';
import { unlockSound, useRoom } from '@/room';
import { Button, Volume2 } from '@/ui';
import styles from './Call.module.css';

/** Browsers on phones play no sound before a tap: one large button says so. */
export function SoundBanner(): React.JSX.Element | null {
  const { t } = useTranslation('call');
  const blocked = useRoom((state) => state.soundBlocked);
  if (!blocked) {
    return null;
  }
  return (
    <div className={styles['sound']} role="alert">
      <Button
        variant="primary"
        size="large"
        icon={<Volume2 size={22} aria-hidden="true" />}
        onPress={unlockSound}
      >
        {t('sound.unlock')}
      </Button>
    </div>
  );
}
