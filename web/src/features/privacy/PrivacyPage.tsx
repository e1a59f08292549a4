import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { PageHeading } from '@/a11y';
import { textOf, useServer, useSession } from '@/api';
import { privacyData, type KeptThing } from '@/api/privacy';
import { Frame } from '@/features/frame';
import { Banner, Button, Spinner } from '@/ui';
import styles from './PrivacyPage.module.css';

/** PrivacyPage says in words all that the server keeps; the list is the server's own. */
export default function PrivacyPage() {
  const { t, i18n } = useTranslation('privacy');
  const { t: common } = useTranslation('common');
  const server = useServer();
  const session = useSession();
  const kept = useQuery({
    queryKey: ['privacy', i18n.language],
    queryFn: () => privacyData(i18n.language),
    staleTime: Infinity,
  });
  const organisation = server.data?.organisation ?? '';
  return (
    <Frame organisation={organisation} user={session.data ?? undefined}>
      <div className={styles['page']}>
        <PageHeading title={t('title')} />
        <p className={styles['lead']}>{t('lead')}</p>
        {organisation !== '' && <p className={styles['lead']}>{t('lead.controller', { organisation })}</p>}
        {kept.isPending && <Spinner label={common('loading')} />}
        {kept.isError && (
          <Banner
            tone="danger"
            live
            title={t('failed')}
            actions={
              <Button size="small" onPress={() => void kept.refetch()}>
                {common('tryAgain')}
              </Button>
            }
          >
            {textOf(kept.error)}
          </Banner>
        )}
        {kept.data?.groups.map((group) => (
          <section key={group.title} className={styles['group']}>
            <h2>{group.title}</h2>
            <ul role="list" className={styles['things']}>
              {group.things.map((thing) => (
                <Thing key={thing.what} thing={thing} />
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Frame>
  );
}

function Thing({ thing }: { thing: KeptThing }) {
  const { t } = useTranslation('privacy');
  return (
    <li className={styles['thing']}>
      <h3>{thing.what}</h3>
      <dl>
        {(['purpose', 'basis', 'retention', 'readers'] as const).map((part) => (
          <div key={part}>
            <dt>{t(part)}</dt>
            <dd>{thing[part]}</dd>
          </div>
        ))}
      </dl>
    </li>
  );
}
