import { useTranslation } from 'react-i18next';
import { admin } from '@/api/admin';
import { usePages } from '@/api/pages';
import { formatDate, formatTime } from '@/i18n';
import { EmptyState, LoadMore, Radio, Table } from '@/ui';
import styles from './Admin.module.css';
import { Failure } from './Failure';
import { Head } from './Head';

/** Running lists the meetings that go on now, by their numbers. */
export default function Running() {
  const { t } = useTranslation('admin');
  const running = usePages(['running', 'all'], admin.running, (part) => part.meetings, 10_000);
  const meetings = running.items ?? [];
  return (
    <div className={styles['page']}>
      <Head title={t('section.running')} lead={t('running.lead')} />
      <Failure error={running.error} onRetry={() => void running.refetch()} />
      {running.isSuccess && meetings.length === 0 && (
        <EmptyState icon={<Radio size={32} strokeWidth={1.5} />} title={t('running.none')}>
          {t('running.none.text')}
        </EmptyState>
      )}
      {meetings.length > 0 && (
        <Table
          label={t('section.running')}
          rows={meetings}
          keyOf={({ id }) => id}
          columns={[
            {
              id: 'name',
              title: t('running.meeting'),
              cell: ({ name, id }) =>
                name === '' ? (
                  <span className={styles['soft']}>{t('running.hidden', { id: id.slice(0, 6) })}</span>
                ) : (
                  <span className={styles['name']}>{name}</span>
                ),
            },
            { id: 'people', title: t('running.people'), numeric: true, cell: ({ people }) => people },
            { id: 'waiting', title: t('running.waiting'), numeric: true, cell: ({ waiting }) => waiting },
            {
              id: 'since',
              title: t('running.since'),
              cell: ({ startedAt }) =>
                startedAt !== null && (
                  <time dateTime={startedAt} title={formatDate(new Date(startedAt))}>
                    {formatTime(new Date(startedAt))}
                  </time>
                ),
            },
          ]}
        />
      )}
      <LoadMore
        hasMore={running.hasNextPage}
        isPending={running.isFetchingNextPage}
        onPress={() => void running.fetchNextPage()}
      />
    </div>
  );
}
