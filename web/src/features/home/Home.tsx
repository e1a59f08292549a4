import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Redirect } from 'wouter';
import { PageHeading } from '@/a11y';
import { ApiFault, textOf, useCreateMeeting, useMeetings, type Meeting, type User } from '@/api';
import { Frame } from '@/features/frame';
import { formatDate } from '@/i18n';
import { Banner, Button, Clapperboard, LinkButton, Plus, SearchField, toast, Video } from '@/ui';
import { copyLater } from './clipboard';
import { Created } from './Created';
import { useDeletions } from './deletions';
import styles from './Home.module.css';
import { MeetingRow } from './MeetingRow';

const MeetingSettings = lazy(() => import('@/features/gate/MeetingSettings'));

// With fewer the eye is faster than the keyboard.
const searchFrom = 4;

export function Home({ user, organisation }: { user: User; organisation: string }) {
  const { t } = useTranslation('home');
  const { t: common } = useTranslation('common');
  const meetings = useMeetings();
  const create = useCreateMeeting();
  const deleted = useDeletions((state) => state.waiting);
  const [search, setSearch] = useState('');
  const [created, setCreated] = useState<{ meeting: Meeting; copied: boolean }>();
  const [settingsOf, setSettingsOf] = useState<string>();

  const present = (meetings.data ?? []).filter(({ id }) => !deleted.has(id));
  const wanted = search.trim().toLocaleLowerCase();
  const found = present.filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
  const fresh = present.find(({ id }) => id === created?.meeting.id);
  const inSettings = present.find(({ id }) => id === settingsOf);

  const onNew = async () => {
    const making = create.mutateAsync(t('newName', { date: formatDate(Date.now()) }));
    const copying = copyLater(making.then(({ link }) => link));
    try {
      const meeting = await making;
      setSearch('');
      setCreated({ meeting, copied: await copying });
    } catch (error) {
      toast.show(textOf(error), { tone: 'danger' });
    }
  };

  // The organisation wants a second factor of everybody; the account's page leads through it.
  if (meetings.error instanceof ApiFault && meetings.error.code === 'factor.required') {
    return <Redirect to="/account" replace />;
  }

  const newButton = (
    <Button
      variant="primary"
      size="large"
      icon={<Plus size={20} aria-hidden="true" />}
      isPending={create.isPending}
      onPress={() => void onNew()}
    >
      {t('new')}
    </Button>
  );

  return (
    <Frame organisation={organisation} user={user}>
      <div className={styles['top']}>
        <PageHeading title={t('title')} />
        <div className={styles['topActions']}>
          <LinkButton href="/recordings" size="large" icon={<Clapperboard size={20} aria-hidden="true" />}>
            {t('recordings')}
          </LinkButton>
          {newButton}
        </div>
      </div>
      {fresh && (
        <Created
          meeting={fresh}
          copied={created?.copied === true}
          onSettings={() => setSettingsOf(fresh.id)}
          onClose={() => setCreated(undefined)}
        />
      )}
      {meetings.isError && (
        <Banner
          tone="danger"
          live
          actions={
            <Button size="small" onPress={() => void meetings.refetch()}>
              {common('tryAgain')}
            </Button>
          }
        >
          {textOf(meetings.error)}
        </Banner>
      )}
      {present.length >= searchFrom && (
        <SearchField label={t('search')} value={search} onChange={setSearch} className={styles['search']} />
      )}
      {meetings.isPending && <Placeholder label={common('loading')} />}
      {meetings.isSuccess && present.length === 0 && (
        <div className={styles['empty']}>
          <div className={styles['disc']} aria-hidden="true">
            <Video size={40} strokeWidth={1.5} />
          </div>
          <h2>{t('empty.title')}</h2>
          <p>{t('empty.text')}</p>
        </div>
      )}
      {present.length > 0 && found.length === 0 && (
        <p className={styles['none']}>{t('search.none', { search })}</p>
      )}
      {found.length > 0 && (
        <ul role="list" className={styles['list']} aria-label={t('title')}>
          {found.map((meeting) => (
            <MeetingRow key={meeting.id} meeting={meeting} onSettings={() => setSettingsOf(meeting.id)} />
          ))}
        </ul>
      )}
      {inSettings && (
        <Suspense>
          <MeetingSettings meeting={inSettings} onClose={() => setSettingsOf(undefined)} />
        </Suspense>
      )}
    </Frame>
  );
}

/** Placeholder keeps the place of the list while it loads. */
function Placeholder({ label }: { label: string }) {
  return (
    <div className={styles['list']} role="status" aria-label={label}>
      {[1, 2, 3].map((row) => (
        <div key={row} className={styles['row']}>
          <span className={styles['shadow']} />
        </div>
      ))}
    </div>
  );
}
