import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { admin } from '@/api/admin';
import { textOf, useServer } from '@/api';
import { usePages } from '@/api/pages';
import { Button, LinkButton, Meter } from '@/ui';
import styles from './Admin.module.css';
import { Failure } from './Failure';
import { Head } from './Head';

/** Where the warning about connections begins, as the server's does. */
export const warningAt = 0.8;

/** Overview is what one wants to know first: what goes on, whether it fits, what is left to do. */
export default function Overview() {
  const { t } = useTranslation('admin');
  const running = usePages(['running', 'all'], admin.running, (part) => part.meetings, 15_000);
  const pool = useQuery({ queryKey: ['pool', 'now'], queryFn: admin.pool, refetchInterval: 15_000 });
  const meetings = running.items ?? [];
  const people = meetings.reduce((sum, meeting) => sum + meeting.people, 0);
  return (
    <div className={styles['page']}>
      <Head title={t('section.overview')} />
      <Failure error={running.error ?? pool.error} />
      <div className={styles['tiles']}>
        <section className={styles['card']} aria-labelledby="overview-running">
          <h2 id="overview-running">{t('overview.running')}</h2>
          <p>
            <span className={styles['figure']}>{running.items ? meetings.length : '–'}</span>
          </p>
          <p className={styles['soft']}>
            {people === 0 ? t('overview.nobody') : t('overview.people', { count: people })}
          </p>
          <div className={styles['actions']}>
            <LinkButton href="/admin/meetings" size="small">
              {t('overview.running.see')}
            </LinkButton>
          </div>
        </section>
        <section className={styles['card']} aria-labelledby="overview-pool">
          <h2 id="overview-pool">{t('overview.pool')}</h2>
          {pool.data && <PoolMeter {...pool.data} />}
          <div className={styles['actions']}>
            <LinkButton href="/admin/pool" size="small">
              {t('overview.pool.see')}
            </LinkButton>
          </div>
        </section>
        <AuditTile />
      </div>
      <NextSteps />
    </div>
  );
}

/** PoolMeter shows how many of the connections are in use. */
export function PoolMeter({ used, places, waiting }: { used: number; places: number; waiting: number }) {
  const { t } = useTranslation('admin');
  return (
    <>
      {places === 0 ? (
        <p>{t('pool.noLimit', { count: used })}</p>
      ) : (
        <Meter
          label={t('pool.inUse')}
          text={t('pool.of', { used, places })}
          value={used / places}
          mark={warningAt}
        />
      )}
      <p className={styles['soft']}>
        {places > 0 && used / places >= warningAt ? `${t(used < places ? 'pool.warning' : 'pool.all')} ` : ''}
        {t('pool.waiting', { count: waiting })}
      </p>
    </>
  );
}

/** AuditTile says whether the log is whole, once one has asked; asking reads all of it. */
function AuditTile() {
  const { t } = useTranslation('admin');
  const verdict = useQuery({
    queryKey: ['audit-verdict'],
    queryFn: admin.verifyAudit,
    enabled: false,
    staleTime: Infinity,
  });
  const { data, error, isFetching } = verdict;
  return (
    <section className={styles['card']} aria-labelledby="overview-audit">
      <h2 id="overview-audit">{t('section.audit')}</h2>
      <p role="status" className={styles['grow']}>
        {error
          ? textOf(error)
          : data === undefined
            ? t('overview.audit.ask')
            : data.ok
              ? t('overview.audit.whole', { count: data.entries })
              : t('overview.audit.broken')}
      </p>
      <div className={styles['actions']}>
        <Button size="small" isPending={isFetching} onPress={() => void verdict.refetch()}>
          {t('overview.audit.verify')}
        </Button>
        {data?.ok === false && (
          <LinkButton size="small" href="/admin/audit">
            {t('overview.audit.see')}
          </LinkButton>
        )}
      </div>
    </section>
  );
}

/** NextSteps leads through what a new organisation still lacks. */
function NextSteps() {
  const { t } = useTranslation('admin');
  const server = useServer();
  const people = useQuery({ queryKey: ['people', 'first'], queryFn: () => admin.people('', '') });
  const keys = [
    ...(people.data && people.data.people.length < 2 ? (['people'] as const) : []),
    ...(server.data?.logo === '' ? (['organisation'] as const) : []),
    'policies' as const,
  ];
  return (
    <section className={styles['card']} aria-labelledby="overview-next">
      <h2 id="overview-next">{t('next')}</h2>
      <ul role="list" className={styles['steps']}>
        {keys.map((key) => (
          <li key={key} className={styles['step']}>
            <p>{t(`next.${key}`)}</p>
            <LinkButton size="small" href={`/admin/${key}`}>
              {t(`section.${key}`)}
            </LinkButton>
          </li>
        ))}
      </ul>
    </section>
  );
}
