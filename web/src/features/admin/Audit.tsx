import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { admin, type AuditEntry, type AuditFilter } from '@/api/admin';
import { usePages } from '@/api/pages';
import { AuditSentence } from '@/features/audit';
import { formatDate, formatTime } from '@/i18n';
import type { resources } from '@/i18n/resources.gen';
import {
  Banner,
  Button,
  DateField,
  Download,
  EmptyState,
  LoadMore,
  Menu,
  ScrollText,
  Select,
  ShieldCheck,
  Table,
} from '@/ui';
import styles from './Admin.module.css';
import { Failure } from './Failure';
import { Head } from './Head';
import { Redact } from './Redact';

const formats = ['jsonl', 'csv', 'cef', 'syslog'] as const;

type ActionKey = Extract<keyof resources['audit'], `action.${string}`>;
/** The kinds of event one filters by: each is an action of the audit. */
const actions = [
  'door.admitted',
  'door.refused',
  'lobby.admitted',
  'lobby.denied',
  'role.set',
  'seat.removed',
  'meeting.changed',
  'account.signedIn',
  'account.refused',
  'account.read',
  'tenant.changed',
  'recording.started',
  'recording.viewed',
  'recording.deleted',
  'consent.given',
  'audit.read',
] as const;

const day = 86_400_000; // ms

/** The filter as the server takes it; the days are those of the person's own clock, both included. */
function filterOf(action: string, from: string, until: string): AuditFilter {
  return {
    ...(action === 'all' ? {} : { action }),
    ...(from === '' ? {} : { from: new Date(`${from}T00:00:00`).toISOString() }),
    ...(until === '' ? {} : { to: new Date(Date.parse(`${until}T00:00:00`) + day).toISOString() }),
  };
}

/** Audit is the evidence of who decided what, in sentences. */
export default function Audit() {
  const { t } = useTranslation('audit');
  const [action, setAction] = useState<(typeof actions)[number] | 'all'>('all');
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const [redacting, setRedacting] = useState(false);
  const filter = filterOf(action, from, until);
  const audit = usePages(
    ['audit', filter],
    (cursor) => admin.audit(filter, cursor),
    (part) => part.entries,
  );
  const verify = useMutation({ mutationFn: admin.verifyAudit });
  const filtered = action !== 'all' || from !== '' || until !== '';

  return (
    <div className={styles['page']}>
      <Head title={t('title')} lead={t('lead')} />
      <div className={styles['actions']}>
        <Button
          variant="primary"
          icon={<ShieldCheck size={18} aria-hidden="true" />}
          isPending={verify.isPending}
          onPress={() => verify.mutate()}
        >
          {t('verify')}
        </Button>
        <Menu
          label={t('export')}
          trigger={<Button icon={<Download size={18} aria-hidden="true" />}>{t('export')}</Button>}
          placement="bottom start"
          items={formats.map((format) => ({
            id: format,
            label: t(`export.${format}`),
            onAction: () => download(format),
          }))}
        />
        <Button variant="quiet" onPress={() => setRedacting(true)}>
          {t('redact')}
        </Button>
      </div>
      <Failure error={verify.error} />
      {verify.data &&
        (verify.data.ok ? (
          <Banner tone="success" live>
            {t('verify.good', { count: verify.data.entries })}
          </Banner>
        ) : (
          <Banner tone="danger" live title={t('verify.bad.title')}>
            {t(`problem.${verify.data.problem?.what ?? 'changed'}`, {
              number: verify.data.problem?.from ?? 0,
            })}{' '}
            {t('verify.bad')}
          </Banner>
        ))}
      <div className={styles['row']} role="search" aria-label={t('filter')}>
        <Select
          label={t('filter')}
          items={[
            { id: 'all', label: t('filter.all') },
            ...actions.map((id) => ({ id, label: t(`action.${id}` satisfies ActionKey) })),
          ]}
          value={action}
          onChange={setAction}
          className={styles['grow']}
        />
        <DateField label={t('from')} value={from} onChange={setFrom} />
        <DateField label={t('to')} value={until} onChange={setUntil} />
        {filtered && (
          <Button
            variant="quiet"
            onPress={() => {
              setAction('all');
              setFrom('');
              setUntil('');
            }}
          >
            {t('clear')}
          </Button>
        )}
      </div>
      <Failure error={audit.error} onRetry={() => void audit.refetch()} />
      {audit.items?.length === 0 && (
        <EmptyState icon={<ScrollText size={32} strokeWidth={1.5} />} title={t('empty')} />
      )}
      {audit.items && audit.items.length > 0 && <Entries entries={audit.items} />}
      <LoadMore
        hasMore={audit.hasNextPage}
        isPending={audit.isFetchingNextPage}
        onPress={() => void audit.fetchNextPage()}
      />
      {redacting && <Redact onClose={() => setRedacting(false)} />}
    </div>
  );
}

function Entries({ entries }: { entries: readonly AuditEntry[] }) {
  const { t, i18n } = useTranslation('audit');
  const credentialOf = ({ credential }: AuditEntry) => {
    const kind = credential.split(':')[0] === 'command line' ? 'commandLine' : credential.split(':')[0];
    const key = `credential.${kind ?? ''}`;
    const has = (name: string): name is Extract<keyof resources['audit'], `credential.${string}`> =>
      i18n.exists(name, { ns: 'audit' });
    return has(key) ? t(key) : '';
  };
  return (
    <Table
      label={t('title')}
      rows={entries}
      keyOf={({ number }) => String(number)}
      columns={[
        { id: 'what', title: t('what'), cell: (entry) => <AuditSentence entry={entry} /> },
        // The beginning of the meeting's link: titles are not in the log.
        { id: 'meeting', title: t('meeting'), cell: ({ meeting }) => meeting.slice(0, 6) },
        { id: 'credential', title: t('credential'), cell: credentialOf },
        {
          id: 'when',
          title: t('when'),
          cell: ({ at }) => (
            <time dateTime={at} className={styles['moment']}>
              {formatDate(new Date(at))}, {formatTime(new Date(at))}
            </time>
          ),
        },
      ]}
    />
  );
}

/** Lets the browser save the whole log itself: it may be larger than what fits into memory. */
function download(format: string): void {
  const link = document.createElement('a');
  link.href = `/api/v1/audit/export?${new URLSearchParams({ format })}`;
  link.download = '';
  link.click();
}
