import { useTranslation } from 'react-i18next';
import { textOf } from '@/api';
import { account } from '@/api/account';
import { usePages } from '@/api/pages';
import { AuditSentence } from '@/features/audit';
import { formatDate, formatTime } from '@/i18n';
import { Banner, LoadMore } from '@/ui';
import styles from './Account.module.css';
import { Section } from './Section';

/** WhoLooked tells the person who read or changed what is kept of them. */
export function WhoLooked() {
  const { t } = useTranslation('account');
  const seen = usePages(['account', 'access'], account.access, (part) => part.entries);
  const list = seen.items ?? [];
  return (
    <Section title={t('access.title')} text={t('access.text')}>
      {seen.isError && <Banner tone="danger">{textOf(seen.error)}</Banner>}
      {seen.isSuccess && list.length === 0 && <p>{t('access.none')}</p>}
      {list.length > 0 && (
        <ul role="list" className={styles['list']} aria-label={t('access.title')}>
          {list.map((entry) => (
            <li key={entry.number} className={styles['item']}>
              <div className={styles['words']}>
                <p>
                  <AuditSentence entry={entry} />
                </p>
                <p className={styles['soft']}>
                  {formatDate(new Date(entry.at))}, {formatTime(new Date(entry.at))}
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
      <LoadMore
        hasMore={seen.hasNextPage}
        isPending={seen.isFetchingNextPage}
        onPress={() => void seen.fetchNextPage()}
      />
    </Section>
  );
}
