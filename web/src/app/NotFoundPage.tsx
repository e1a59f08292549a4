import { useTranslation } from 'react-i18next';
import { FullPageMessage } from '@/features/frame';
import { LinkButton, Link2Off } from '@/ui';

export function NotFoundPage() {
  const { t } = useTranslation('common');
  return (
    <FullPageMessage
      title={t('notFound.title')}
      icon={<Link2Off size={40} strokeWidth={1.5} />}
      actions={
        <LinkButton variant="primary" size="large" href="/">
          {t('toHome')}
        </LinkButton>
      }
    >
      <p>{t('notFound.text')}</p>
    </FullPageMessage>
  );
}
