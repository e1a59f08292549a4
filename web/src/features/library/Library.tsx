import { useDeferredValue, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Redirect, useLocation } from 'wouter';
import { announce, PageHeading } from '@/a11y';
import { ApiFault, textOf, useMeetings, type User } from '@/api';
import type { Receipt, Recording } from '@/api/recordings';
import { Banner, Button, Clapperboard, EmptyState, LoadMore, SearchField, Select, Switch } from '@/ui';
import { Dialogs, type Wish } from './Dialogs';
import styles from './Library.module.css';
import { madeSince } from './making';
import { useLibrary } from './queries';
import { ReceiptDialog } from './ReceiptDialog';
import { RecordingRow, RowShadow } from './RecordingRow';

export interface LibraryProps {
  user: User;
  /** Id of the meeting whose recordings are shown; '' for all. */
  meeting: string;
  /** Administrators begin with all of the organisation. */
  all: boolean;
}

/** Library lists recordings, newest first. */
export function Library({ user, meeting, all }: LibraryProps) {
  const { t } = useTranslation('library');
  const { t: common } = useTranslation('common');
  const [, navigate] = useLocation();
  const meetings = useMeetings();
  const [search, setSearch] = useState('');
  const [everyone, setEveryone] = useState(all && user.admin);
  // Typing stays quick; the list follows when the keys rest.
  const wanted = useDeferredValue(search.trim());
  const list = useLibrary(wanted, meeting, everyone);
  const [wish, setWish] = useState<Wish>();
  const [receipt, setReceipt] = useState<{ title: string; receipt: Receipt }>();
  useReadyTold(list.items);

  // The organisation wants a second factor of everybody; the account's page leads through it.
  if (list.error instanceof ApiFault && list.error.code === 'factor.required' && !everyone)
    return <Redirect to="/account" replace />;

  const narrowed = wanted !== '' || meeting !== '';
  const found = list.items ?? [];
  const choices = [
    { id: 'all', label: t('filter.all') },
    ...(meetings.data ?? []).map(({ id, name }) => ({ id, label: name })),
  ];
  // A meeting of somebody else's is not among one's own; its recordings may be.
  if (meeting !== '' && !choices.some(({ id }) => id === meeting))
    choices.push({ id: meeting, label: found[0]?.meetingName ?? t('filter.other') });

  return (
    <>
      <div className={styles['top']}>
        <PageHeading title={t('title')} />
        <p className={styles['lead']}>{t('lead')}</p>
      </div>
      {(narrowed || found.length > 0 || user.admin) && (
        <div className={styles['filters']}>
          <SearchField label={t('search')} value={search} onChange={setSearch} />
          {choices.length > 1 && (
            <Select
              label={t('filter')}
              hideLabel
              items={choices}
              value={meeting === '' ? 'all' : meeting}
              onChange={(id) =>
                navigate(id === 'all' ? '/recordings' : `/recordings?meeting=${encodeURIComponent(id)}`)
              }
            />
          )}
          {user.admin && (
            <Switch
              className={styles['switch']}
              label={t('filter.organisation')}
              value={everyone}
              onChange={setEveryone}
            />
          )}
        </div>
      )}
      {list.isError && (
        <Banner
          tone="danger"
          live
          actions={
            <Button size="small" onPress={() => void list.refetch()}>
              {common('tryAgain')}
            </Button>
          }
        >
          {textOf(list.error)}
        </Banner>
      )}
      {list.isPending && <Placeholder label={common('loading')} />}
      {list.isSuccess && found.length === 0 && !list.hasNextPage && (
        <Nothing search={wanted} meeting={meeting} onAll={() => navigate('/recordings')} />
      )}
      {found.length > 0 && (
        <ul
          role="list"
          className={styles['list']}
          aria-label={t('title')}
          aria-busy={list.isPlaceholderData || undefined}
        >
          {found.map((recording) => (
            <RecordingRow
              key={recording.id}
              recording={recording}
              admin={user.admin}
              onWish={(kind) => setWish({ kind, recording })}
            />
          ))}
        </ul>
      )}
      <LoadMore
        hasMore={list.hasNextPage}
        isPending={list.isFetchingNextPage}
        onPress={() => void list.fetchNextPage()}
      />
      {wish && (
        <Dialogs
          wish={{
            ...wish,
            recording: found.find(({ id }) => id === wish.recording.id) ?? wish.recording,
          }}
          onClose={() => setWish(undefined)}
          onDeleted={(gone) => {
            setReceipt({ title: wish.recording.title, receipt: gone });
            setWish(undefined);
          }}
        />
      )}
      {receipt && <ReceiptDialog {...receipt} onClose={() => setReceipt(undefined)} />}
    </>
  );
}

/** Says it when what was being made is ready: who waits for it need not watch the bar. */
function useReadyTold(list: readonly Recording[] | undefined): void {
  const { t } = useTranslation('library');
  const before = useRef<readonly Recording[]>([]);
  useEffect(() => {
    if (list === undefined) return;
    for (const { title } of madeSince(before.current, list)) announce(t('ready.told', { title }));
    before.current = list;
  }, [list, t]);
}

function Nothing({ search, meeting, onAll }: { search: string; meeting: string; onAll: () => void }) {
  const { t } = useTranslation('library');
  if (search !== '') {
    return (
      <p className={styles['none']} role="status">
        {t('search.none', { search })}
      </p>
    );
  }
  return (
    <EmptyState
      icon={<Clapperboard size={36} strokeWidth={1.5} />}
      title={t(meeting === '' ? 'empty.title' : 'empty.meeting')}
      actions={meeting !== '' && <Button onPress={onAll}>{t('empty.all')}</Button>}
    >
      {t('empty.text')}
    </EmptyState>
  );
}

/** Placeholder keeps the place of the list while it loads. */
function Placeholder({ label }: { label: string }) {
  return (
    <div className={styles['list']} role="status" aria-label={label}>
      {[1, 2, 3].map((row) => (
        <RowShadow key={row} />
      ))}
    </div>
  );
}
