import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { type Recording, recordings } from '@/api/recordings';
import { faultText, formatDate, formatTime } from '@/i18n';
import {
  Badge,
  Banner,
  Button,
  CalendarX2,
  cx,
  Download,
  Ellipsis,
  IconButton,
  Info,
  Link2,
  LinkButton,
  Lock,
  Menu,
  type MenuItem,
  Meter,
  Pencil,
  Play,
  RotateCw,
  Scissors,
  Share2,
  Trash2,
} from '@/ui';
import type { WishKind } from './Dialogs';
import { canWatch, isMaking, nobodyRecorded } from './making';
import { useChange } from './queries';
import styles from './RecordingRow.module.css';
import { NoPicture, Thumbnail } from './Thumbnail';
import { daysLeft } from './time';
import { useLibraryWords } from './words';

// From here on the end is near enough to be marked; owners are told then, too.
const soon = 7; // days

export interface RecordingRowProps {
  recording: Recording;
  /** Whether the person administers the organisation. */
  admin: boolean;
  onWish: (kind: WishKind) => void;
}

/** RecordingRow is one recording of the list: what it is, how far, who may watch, and what one can do. */
export function RecordingRow({ recording, admin, onWish }: RecordingRowProps) {
  const { t } = useTranslation('library');
  const words = useLibraryWords();
  const { id, title, meetingName, state } = recording;
  const watchable = canWatch(recording);
  const more = isMaking(recording) || state === 'failed';
  return (
    <li className={cx(styles['row'], !watchable && styles['bare'], more && styles['tall'])}>
      <Thumbnail recording={recording} watchable={watchable} className={styles['picture']} />
      <div className={styles['words']}>
        <h2 className={styles['name']}>{watchable ? <Link href={`/r/${id}`}>{title}</Link> : title}</h2>
        <p className={styles['facts']}>
          {meetingName !== '' && meetingName !== title && <span>{meetingName}</span>}
          <time dateTime={new Date(recording.startedAt).toISOString()}>
            {formatDate(new Date(recording.startedAt))}, {formatTime(new Date(recording.startedAt))}
          </time>
          {recording.size > 0 && <span>{words.size(recording.size)}</span>}
        </p>
        <Marks recording={recording} />
      </div>
      <div className={styles['actions']}>
        {watchable && (
          <LinkButton
            href={`/r/${id}`}
            label={t('watch.of', { title })}
            className={styles['watch']}
            icon={<Play size={18} aria-hidden="true" />}
          >
            {t('watch')}
          </LinkButton>
        )}
        <RowMenu recording={recording} admin={admin} onWish={onWish} />
      </div>
      {more && (
        <div className={styles['below']}>
          {state === 'failed' ? <Failed recording={recording} /> : <Making recording={recording} />}
        </div>
      )}
    </li>
  );
}

/** RowShadow keeps the place of a row while the list loads. */
export function RowShadow() {
  return (
    <div className={styles['row']}>
      <NoPicture className={styles['picture']} />
      <span className={styles['shadow']} />
    </div>
  );
}

/** Who may watch and until when; what calls for attention stands out. */
function Marks({ recording: { state, sharing, expiresAt, hold } }: { recording: Recording }) {
  const { t } = useTranslation('library');
  const words = useLibraryWords();
  const [now] = useState(Date.now);
  const near = expiresAt !== null && daysLeft(new Date(expiresAt).getTime(), now) <= soon;
  return (
    <div className={styles['marks']}>
      {state === 'recording' && <Badge tone="danger">{t('state.recording')}</Badge>}
      {hold !== null && (
        <Badge tone="warning" icon={<Lock size={14} aria-hidden="true" />}>
          {t('hold.mark')}
        </Badge>
      )}
      {sharing?.with === 'link' && (
        <Badge tone="accent" icon={<Link2 size={14} aria-hidden="true" />}>
          {t('with.link')}
        </Badge>
      )}
      {expiresAt !== null && hold === null && near && (
        <Badge tone="warning" icon={<CalendarX2 size={14} aria-hidden="true" />}>
          {words.ends(expiresAt, now)}
        </Badge>
      )}
      <p className={styles['facts']}>
        {sharing && sharing.with !== 'link' && <span>{t(`with.${sharing.with}`)}</span>}
        {expiresAt !== null && hold === null && !near && <span>{words.ends(expiresAt, now)}</span>}
      </p>
    </div>
  );
}

function Making({ recording: { state, progress } }: { recording: Recording }) {
  const { t, i18n } = useTranslation('library');
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent' }).format(progress);
  const label = t(state === 'composing' ? 'state.composing' : 'state.cutting');
  return <Meter progress label={label} text={progress > 0 ? percent : t('state.waiting')} value={progress} />;
}

function Failed({ recording: { id, problem, may } }: { recording: Recording }) {
  const { t } = useTranslation('library');
  const { t: common } = useTranslation('common');
  const again = useChange({ act: () => recordings.compose(id, {}) });
  // Nothing went wrong, and nothing would come of another attempt.
  if (problem === nobodyRecorded) return <Banner>{faultText(problem)}</Banner>;
  return (
    <Banner
      tone="danger"
      title={t('failed.title')}
      actions={
        may.manage && (
          <Button
            size="small"
            icon={<RotateCw size={16} aria-hidden="true" />}
            isPending={again.isPending}
            onPress={() => again.mutate()}
          >
            {common('tryAgain')}
          </Button>
        )
      }
    >
      {faultText(problem)}
    </Banner>
  );
}

function RowMenu({ recording, admin, onWish }: RecordingRowProps) {
  const { t } = useTranslation('library');
  const { id, title, state, problem, may, hold } = recording;
  const ready = state === 'ready';
  const wish = (kind: WishKind, Icon: typeof Info, more: Partial<MenuItem> = {}): MenuItem => ({
    id: kind,
    label: t(`do.${kind}`),
    icon: <Icon size={18} aria-hidden="true" />,
    onAction: () => onWish(kind),
    ...more,
  });
  const watching: MenuItem[] = [
    ...(canWatch(recording)
      ? [
          {
            id: 'watch',
            label: t('watch'),
            icon: <Play size={18} aria-hidden="true" />,
            href: `/r/${id}`,
          },
        ]
      : []),
    ...(ready && may.download ? [wish('download', Download)] : []),
  ];
  const managing: MenuItem[] = may.manage
    ? [
        wish('share', Share2),
        wish('rename', Pencil),
        ...(ready
          ? [
              {
                id: 'trim',
                label: t('do.trim'),
                icon: <Scissors size={18} aria-hidden="true" />,
                href: `/r/${id}?trim`,
              },
            ]
          : []),
        wish('details', Info),
        ...(state === 'ready' || (state === 'failed' && problem !== nobodyRecorded)
          ? [wish('compose', RotateCw)]
          : []),
      ]
    : [];
  const overseeing: MenuItem[] = [
    ...(admin && state !== 'recording' ? [wish(hold === null ? 'hold' : 'release', Lock)] : []),
    ...(may.oversee && state !== 'recording'
      ? [
          wish('delete', Trash2, {
            danger: true,
            ...(hold !== null && { isDisabled: true, description: t('do.delete.held') }),
          }),
        ]
      : []),
  ];
  const sections = [
    { id: 'watching', items: watching },
    { id: 'managing', items: managing },
    { id: 'overseeing', items: overseeing },
  ].filter(({ items }) => items.length > 0);
  if (sections.length === 0) return null;
  return (
    <Menu
      label={t('menu.of', { title })}
      trigger={
        <IconButton label={t('menu.of', { title })} tooltip={t('menu')} icon={<Ellipsis size={20} />} />
      }
      sections={sections}
    />
  );
}
