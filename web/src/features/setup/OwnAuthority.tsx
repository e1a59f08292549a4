import { useTranslation } from 'react-i18next';
import { Download, LinkButton, ShieldCheck } from '@/ui';
import styles from './SetupPage.module.css';

const systems = ['windows', 'mac', 'ios', 'android', 'firefox'] as const;

/**
 * OwnAuthority gives out the certificate of a server without internet, so that
 * browsers in the house stop warning about it.
 */
export function OwnAuthority() {
  const { t } = useTranslation('setup');
  return (
    <section className={styles['card']} aria-labelledby="own-authority">
      <div className={styles['authority']}>
        <ShieldCheck size={24} aria-hidden="true" />
        <div>
          <h2 id="own-authority">{t('authority.title')}</h2>
          <p className={styles['lead']}>{t('authority.text')}</p>
        </div>
      </div>
      <LinkButton href="/ca.crt" download="plenum-ca.crt" icon={<Download size={18} aria-hidden="true" />}>
        {t('authority.download')}
      </LinkButton>
      <div className={styles['systems']}>
        {systems.map((system) => (
          <details key={system}>
            <summary>{t(`authority.${system}`)}</summary>
            <p>{t(`authority.${system}.how`)}</p>
          </details>
        ))}
      </div>
    </section>
  );
}
