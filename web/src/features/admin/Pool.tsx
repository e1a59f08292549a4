import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { admin, type Pool as Places } from '@/api/admin';
import { formatDate, formatTime } from '@/i18n';
import { Chart, Download, LinkButton, RadioGroup, Table } from '@/ui';
import styles from './Admin.module.css';
import { Failure } from './Failure';
import { Head } from './Head';
import { PoolMeter } from './Overview';
import { Reservations } from './Reservations';

const hour = 3_600_000; // ms
/** How far back, and in what steps: each gives 24 to 31 bars. */
const spans = {
  day: { length: 24 * hour, step: '1h' },
  week: { length: 7 * 24 * hour, step: '6h' },
  month: { length: 30 * 24 * hour, step: '24h' },
} as const;
type Span = keyof typeof spans;

/** Pool is the organisation's simultaneous connections: now, over time, and what is kept free. */
export default function Pool() {
  const { t } = useTranslation('admin');
  const pool = useQuery({ queryKey: ['pool', 'now'], queryFn: admin.pool, refetchInterval: 15_000 });
  return (
    <div className={styles['page']}>
      <Head title={t('section.pool')} lead={t('pool.lead')} />
      <Failure error={pool.error} onRetry={() => void pool.refetch()} />
      {pool.data && (
        <>
          <section className={styles['card']} aria-labelledby="pool-now">
            <h2 id="pool-now">{t('pool.now')}</h2>
            <PoolMeter {...pool.data} />
          </section>
          <Usage pool={pool.data} />
          <Reservations />
        </>
      )}
    </div>
  );
}

function Usage({ pool }: { pool: Places }) {
  const { t } = useTranslation('admin');
  const [span, setSpan] = useState<Span>('day');
  const { length, step } = spans[span];
  // To the full hour, so that the same question is asked, and answered from memory, for a while.
  const [now] = useState(() => Math.ceil(Date.now() / hour) * hour);
  const range = { from: new Date(now - length).toISOString(), to: new Date(now).toISOString() };
  const usage = useQuery({
    queryKey: ['pool', 'usage', span],
    queryFn: () => admin.usage({ ...range, step }),
  });
  const points = usage.data?.usage ?? [];
  const highest = Math.max(0, ...points.map(({ peak }) => peak));
  const labelOf = (at: string) =>
    span === 'day' ? formatTime(new Date(at)) : formatShort(new Date(at), span === 'week');
  return (
    <section className={styles['card']} aria-labelledby="pool-usage">
      <div className={styles['head']}>
        <h2 id="pool-usage">{t('pool.usage')}</h2>
        <LinkButton
          size="small"
          href={`/api/v1/pool/usage.csv?${new URLSearchParams({ ...range, step })}`}
          download="usage.csv"
          icon={<Download size={18} aria-hidden="true" />}
        >
          CSV
        </LinkButton>
      </div>
      <RadioGroup
        label={t('pool.span')}
        orientation="horizontal"
        items={(Object.keys(spans) as Span[]).map((id) => ({ id, label: t(`pool.span.${id}`) }))}
        value={span}
        onChange={setSpan}
      />
      <Failure error={usage.error} onRetry={() => void usage.refetch()} />
      {highest === 0 ? (
        usage.isSuccess && <p className={styles['soft']}>{t('pool.usage.none')}</p>
      ) : (
        <>
          <Chart
            label={t('pool.chart', { peak: highest })}
            points={points.map(({ at, peak }) => ({ label: labelOf(at), value: peak }))}
            limit={pool.places > 0 && highest > pool.places / 3 ? pool.places : undefined}
            limitLabel={t('pool.places', { count: pool.places })}
          />
          <details className={styles['details']}>
            <summary>{t('pool.table')}</summary>
            <Table
              label={t('pool.usage')}
              rows={points}
              keyOf={({ at }) => at}
              columns={[
                {
                  id: 'at',
                  title: t('pool.when'),
                  cell: ({ at }) => `${formatDate(new Date(at))}, ${formatTime(new Date(at))}`,
                },
                { id: 'peak', title: t('pool.peak'), numeric: true, cell: ({ peak }) => peak },
                { id: 'waiting', title: t('pool.waited'), numeric: true, cell: ({ waiting }) => waiting },
              ]}
            />
          </details>
        </>
      )}
    </section>
  );
}

/** "12/03", with the hour for steps shorter than a day. */
function formatShort(at: Date, withHour: boolean): string {
  const day = new Intl.DateTimeFormat(document.documentElement.lang, {
    day: '2-digit',
    month: '2-digit',
  }).format(at);
  return withHour ? `${day} ${formatTime(at)}` : day;
}
