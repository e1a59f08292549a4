import { useTranslation } from 'react-i18next';
import { textOf } from '@/api';
import { NotConfirmed } from '@/api/confirm';
import { Banner, Button } from '@/ui';

export interface FailureProps {
  error: Error | null;
  /** Offers to ask again, for what could not be read. */
  onRetry?: () => void;
}

/** Failure says why something was not read or not done; nothing when nobody need be told. */
export function Failure({ error, onRetry }: FailureProps) {
  const { t } = useTranslation('common');
  if (!error || error instanceof NotConfirmed) return null;
  return (
    <Banner
      tone="danger"
      live
      actions={
        onRetry && (
          <Button size="small" onPress={onRetry}>
            {t('tryAgain')}
          </Button>
        )
      }
    >
      {textOf(error)}
    </Banner>
  );
}
