import { useTranslation } from 'react-i18next';
import { Button } from './Button';
import styles from './LoadMore.module.css';

export interface LoadMoreProps {
  /** False shows nothing: the list is complete. */
  hasMore: boolean;
  isPending: boolean;
  onPress: () => void;
}

/** LoadMore continues a list that the server gives in parts. */
export function LoadMore({ hasMore, isPending, onPress }: LoadMoreProps) {
  const { t } = useTranslation('common');
  if (!hasMore) return null;
  return (
    <div className={styles['more']}>
      <Button isPending={isPending} onPress={onPress}>
        {t('list.more')}
      </Button>
    </div>
  );
}
