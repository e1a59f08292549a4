import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { useLive } from '@/live';
import { Button, Link2, toast } from '@/ui';
import styles from './Stage.module.css';

/** What the first one in sees: that nothing is wrong, and how to bring others. */
export function Alone(): React.JSX.Element {
  const { t } = useTranslation('stage');
  const meeting = useLive((state) => state.meeting);
  const link = `${location.origin}/m/${meeting?.id ?? ''}`;
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(link);
      announce(t('alone.copied'));
      toast.show(t('alone.copied'), { tone: 'success' });
    } catch {
      // Without permission to write, the person can still read and copy it by hand.
      toast.show(link, { timeout: 30_000 });
    }
  };
  return (
    <div className={styles['alone']}>
      <p className={styles['aloneTitle']}>{t('alone.title')}</p>
      <p className={styles['aloneText']}>{t('alone.text')}</p>
      <Button variant="primary" icon={<Link2 size={18} aria-hidden="true" />} onPress={() => void copy()}>
        {t('alone.copy')}
      </Button>
    </div>
  );
}
