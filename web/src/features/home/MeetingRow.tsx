import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { Meeting } from '@/api';
import { formatDate, formatRelative } from '@/i18n';
import { Clapperboard, ConfirmDialog, IconButton, Link2, LinkButton, Settings, toast, Trash2 } from '@/ui';
import { copy } from './clipboard';
import styles from './Home.module.css';
import { useDeleteMeeting } from './useDeleteMeeting';

export function MeetingRow({ meeting, onSettings }: { meeting: Meeting; onSettings: () => void }) {
  const { t } = useTranslation('home');
  const [, navigate] = useLocation();
  const remove = useDeleteMeeting();
  const [asking, setAsking] = useState(false);
  const made = new Date(meeting.createdAt);
  const [shownAt] = useState(Date.now);
  const isNew = shownAt - made.getTime() < 60_000;
  const { name } = meeting;
  // They go with the meeting, for good: that is asked first.
  const losesRecordings = meeting.recordings > 0;

  const onCopy = async () => {
    if (await copy(meeting.link)) toast.show(t('linkCopied'), { tone: 'success' });
    else toast.show(t('copyFailed', { link: meeting.link }), { tone: 'warning', timeout: 20_000 });
  };

  return (
    <li className={styles['row']}>
      <div className={styles['words']}>
        <h2 className={styles['name']}>{name}</h2>
        <p className={styles['facts']}>
          {meeting.live ? (
            <span className={styles['live']}>
              <span className={styles['dot']} aria-hidden="true" />
              {t('live', { count: meeting.people })}
            </span>
          ) : (
            meeting.ended && <span>{t('ended')}</span>
          )}
          <time dateTime={meeting.createdAt} title={formatDate(made)}>
            {isNew ? t('made.now') : t('made', { when: formatRelative(made) })}
          </time>
        </p>
      </div>
      <div className={styles['actions']}>
        <LinkButton
          href={`/m/${meeting.id}`}
          label={t('join.of', { name })}
          variant={meeting.live ? 'primary' : 'secondary'}
          className={styles['join']}
        >
          {t('join')}
        </LinkButton>
        <IconButton
          label={t('copyLink.of', { name })}
          tooltip={t('copyLink')}
          icon={<Link2 size={20} />}
          onPress={() => void onCopy()}
        />
        {losesRecordings && (
          <IconButton
            label={t('recordings.of', { name })}
            tooltip={t('recordings')}
            icon={<Clapperboard size={20} />}
            onPress={() => navigate(`/recordings?meeting=${encodeURIComponent(meeting.id)}`)}
          />
        )}
        <IconButton
          label={t('settings.of', { name })}
          tooltip={t('settings')}
          icon={<Settings size={20} />}
          onPress={onSettings}
        />
        <IconButton
          label={t('delete.of', { name })}
          tooltip={t('delete')}
          icon={<Trash2 size={20} />}
          onPress={() => (meeting.people > 0 || losesRecordings ? setAsking(true) : remove(meeting))}
        />
      </div>
      <ConfirmDialog
        isOpen={asking}
        onOpenChange={setAsking}
        title={t(losesRecordings ? 'delete.recordings.title' : 'delete.live.title')}
        confirmLabel={t('delete')}
        onConfirm={() => {
          setAsking(false);
          remove(meeting);
        }}
      >
        {[
          ...(losesRecordings ? [t('delete.recordings.text', { count: meeting.recordings, name })] : []),
          ...(meeting.people > 0 ? [t('delete.live.text', { count: meeting.people, name })] : []),
        ].join(' ')}
      </ConfirmDialog>
    </li>
  );
}
