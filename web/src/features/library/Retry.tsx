import { useTranslation } from 'react-i18next';
import { textOf } from '@/api';
import { Banner, Button } from '@/ui';

/** Retry says why something could not be read, and reads it again. */
export function Retry({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const { t } = useTranslation('common');
  return (
    <Banner
      tone="danger"
      live
      actions={
        <Button size="small" onPress={onRetry}>
          {t('tryAgain')}
        </Button>
      }
    >
      {textOf(error)}
    </Banner>
  );
}
