import { useTranslation } from 'react-i18next';
import { usePages } from '@/api/pages';
import { recordings } from '@/api/recordings';
import { formatDate, formatTime } from '@/i18n';
import { LoadMore, Spinner } from '@/ui';
import details from './DetailsDialog.module.css';
import { Fold, Folds, Steps } from './Fold';
import form from './Form.module.css';
import { libraryKey } from './queries';
import { Retry } from './Retry';
import styles from './Views.module.css';
import { type Visit, visitedDaysOf } from './visits';

/** So many letters of a viewer's id are over the picture; see sight.mark in internal/api. */
const inMark = 8;

/** Views says day by day who has watched or downloaded a recording. */
export function Views({ id }: { id: string }) {
  const { t } = useTranslation('library');
  const { t: common } = useTranslation('common');
  const seen = usePages(
    [...libraryKey, 'views', id],
    (cursor) => recordings.views(id, cursor),
    (part) => part.views,
  );
  if (seen.isError) return <Retry error={seen.error} onRetry={() => void seen.refetch()} />;
  if (seen.isPending) return <Spinner label={common('loading')} />;
  const days = visitedDaysOf(seen.items ?? []);
  if (days.length === 0) return <p className={details['none']}>{t('views.none')}</p>;
  return (
    <div className={form['form']}>
      {days.map(({ at, visits }) => {
        const day = formatDate(new Date(at));
        return (
          <section key={day} className={styles['day']}>
            <h3>{day}</h3>
            <Folds label={`${t('details.views')}, ${day}`}>
              {visits.map((visit) => (
                <OneVisit key={visit.id} visit={visit} />
              ))}
            </Folds>
          </section>
        );
      })}
      <LoadMore
        hasMore={seen.hasNextPage}
        isPending={seen.isFetchingNextPage}
        onPress={() => void seen.fetchNextPage()}
      />
    </div>
  );
}

function OneVisit({ visit: { who, viewed, downloaded, uses } }: { visit: Visit }) {
  const { t } = useTranslation('library');
  const times = [uses.at(-1), uses[0]].map((use) => (use ? formatTime(new Date(use.at)) : ''));
  const name =
    who.name !== ''
      ? who.name
      : who.kind === 'viewer'
        ? t('views.link', { mark: who.id.slice(0, inMark) })
        : t('views.somebody');
  return (
    <Fold
      name={name}
      unnamed={who.name === ''}
      facts={[times[0] === times[1] ? (times[0] ?? '') : times.join('–')]}
      end={[
        ...(viewed > 0 ? [t('views.times', { count: viewed })] : []),
        ...(downloaded > 0 ? [t('views.downloads', { count: downloaded })] : []),
      ].join(', ')}
    >
      {uses.length > 1 && (
        <Steps
          label={t('views.each')}
          steps={uses.map(({ what, at }) => ({
            what: t(`views.${what}`),
            at,
            moment: formatTime(new Date(at)),
          }))}
        />
      )}
    </Fold>
  );
}
