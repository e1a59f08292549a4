import { useTranslation } from 'react-i18next';
import { Banner, LinkButton } from '@/ui';

/** FactorNeeded says that a second factor is wanted for this, and leads to where one is set up. */
export function FactorNeeded() {
  const { t } = useTranslation('library');
  return (
    <Banner
      tone="warning"
      title={t('hold.factor.title')}
      actions={<LinkButton href="/account">{t('hold.factor.do')}</LinkButton>}
    >
      <p>{t('hold.factor.text')}</p>
    </Banner>
  );
}
