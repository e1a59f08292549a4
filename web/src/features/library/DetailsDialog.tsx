import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { textOf } from '@/api';
import type { AuditParty } from '@/api/admin';
import { usePages } from '@/api/pages';
import { type ConsentEvidence, type Recording, recordings } from '@/api/recordings';
import { languages } from '@/i18n';
import {
  Badge,
  Banner,
  Button,
  Dialog,
  Download,
  IconButton,
  LinkButton,
  LoadMore,
  Spinner,
  Tabs,
} from '@/ui';
import { DownloadDialog } from './DownloadDialog';
import styles from './Library.module.css';
import { libraryKey } from './queries';
import { clock } from './time';
import { useLibraryWords } from './words';

export interface DetailsDialogProps {
  recording: Recording;
  onClose: () => void;
}

/** DetailsDialog is what those who manage a recording may know of it. */
export function DetailsDialog({ recording, onClose }: DetailsDialogProps) {
  const { t } = useTranslation('library');
  return (
    <Dialog isOpen onOpenChange={onClose} title={recording.title} size="large">
      <Tabs
        label={t('details')}
        items={[
          { id: 'facts', label: t('details.facts'), content: <Facts recording={recording} /> },
          { id: 'chapters', label: t('details.chapters'), content: <Chapters recording={recording} /> },
          { id: 'consents', label: t('details.consents'), content: <Consents id={recording.id} /> },
          { id: 'views', label: t('details.views'), content: <Views id={recording.id} /> },
        ]}
      />
    </Dialog>
  );
}

function Facts({ recording }: { recording: Recording }) {
  const { t } = useTranslation('library');
  const words = useLibraryWords();
  const [now] = useState(Date.now);
  const [wanted, setWanted] = useState<string>();
  const { settings, sharing, hold, cut, assets } = recording;
  const made = settings && [
    t(`make.layout.${settings.layout}`),
    t(settings.height === 1080 ? 'make.height.1080' : 'make.height.720'),
    ...(settings.names ? [t('make.names')] : []),
    ...(settings.logo ? [t('make.logo')] : []),
    ...(settings.mark === '' ? [] : [`“${settings.mark}”`]),
  ];
  return (
    <div className={styles['form']}>
      <dl className={styles['table']}>
        <dt>{t('facts.meeting')}</dt>
        <dd>{recording.meetingName}</dd>
        <dt>{t('facts.started')}</dt>
        <dd>{words.moment(recording.startedAt)}</dd>
        {recording.endedAt !== null && (
          <>
            <dt>{t('facts.ended')}</dt>
            <dd>{words.moment(recording.endedAt)}</dd>
          </>
        )}
        {recording.length > 0 && (
          <>
            <dt>{t('facts.length')}</dt>
            <dd>{words.length(recording.length)}</dd>
          </>
        )}
        {cut !== null && (
          <>
            <dt>{t('facts.cut')}</dt>
            <dd>{t('facts.cut.text', { from: clock(cut.from), to: clock(cut.to) })}</dd>
          </>
        )}
        {sharing && (
          <>
            <dt>{t('facts.with')}</dt>
            <dd>{t(`share.sum.${sharing.with}`)}</dd>
          </>
        )}
        {made && (
          <>
            <dt>{t('facts.made')}</dt>
            <dd>{made.join(' · ')}</dd>
          </>
        )}
        {recording.expiresAt !== null && (
          <>
            <dt>{t('facts.ends')}</dt>
            <dd>
              {words.moment(recording.expiresAt)} ({words.ends(recording.expiresAt, now)})
            </dd>
          </>
        )}
        {hold && (
          <>
            <dt>{t('hold.mark')}</dt>
            <dd>
              {t('facts.hold', { when: words.moment(hold.at) })} {hold.reason}
            </dd>
          </>
        )}
      </dl>
      {assets.length > 0 && (
        <ul role="list" className={styles['pairs']} aria-label={t('facts.files')}>
          {assets.map(({ id, kind, name, size }) => {
            const label = name === '' ? t(`file.${kind}`) : t('file.of', { name });
            return (
              <li key={id}>
                <span>{label}</span>
                <span className={styles['soft']}>{words.size(size)}</span>
                {recording.may.download && (
                  <IconButton
                    label={t('download.of', { name: label })}
                    tooltip={t('do.download')}
                    icon={<Download size={18} />}
                    onPress={() => setWanted(id)}
                  />
                )}
              </li>
            );
          })}
        </ul>
      )}
      {wanted !== undefined && (
        <DownloadDialog recording={recording.id} asset={wanted} onClose={() => setWanted(undefined)} />
      )}
    </div>
  );
}

function Chapters({ recording: { chapters } }: { recording: Recording }) {
  const { t } = useTranslation('library');
  if (chapters.length === 0) return <p className={styles['none']}>{t('chapters.none')}</p>;
  return (
    <ol role="list" className={styles['pairs']} aria-label={t('details.chapters')}>
      {chapters.map(({ at, title }) => (
        <li key={at}>
          <span>{title}</span>
          <time>{clock(at)}</time>
        </li>
      ))}
    </ol>
  );
}

const tones = {
  asked: 'neutral',
  yes: 'live',
  no: 'danger',
  withdrawn: 'warning',
  erased: 'warning',
} as const;

function Consents({ id }: { id: string }) {
  const { t } = useTranslation('library');
  const { t: common } = useTranslation('common');
  const words = useLibraryWords();
  const found = useQuery({
    queryKey: [...libraryKey, 'consents', id],
    queryFn: () => recordings.consents(id),
    gcTime: 0, // reading it is an entry of the audit, and names are not kept longer than they are looked at
  });
  if (found.isError) return <Retry error={found.error} onRetry={() => void found.refetch()} />;
  if (found.isPending) return <Spinner label={common('loading')} />;
  const list = found.data.consents;
  if (list.length === 0) return <p className={styles['none']}>{t('consents.none')}</p>;
  return (
    <div className={styles['form']}>
      <p className={styles['soft']}>{t('consents.text')}</p>
      <div className={styles['buttons']}>
        <LinkButton
          href={recordings.consentsFile(id)}
          download="consents.csv"
          icon={<Download size={18} aria-hidden="true" />}
        >
          {t('consents.export')}
        </LinkButton>
      </div>
      <ul role="list" className={styles['pairs']} aria-label={t('details.consents')}>
        {list.map((one) => (
          <li key={`${one.seat} ${one.at} ${one.answer}`}>
            <div>
              <p className={styles['strong']}>
                <bdi>{nameOf(one) || t('consents.nameless', { mark: one.seat.slice(0, 4) })}</bdi>
              </p>
              <p className={styles['soft']}>
                {[
                  words.moment(one.at),
                  ...(one.language === '' ? [] : [languageOf(one)]),
                  t(one.version === 0 ? 'consents.own' : 'consents.version', { version: one.version }),
                ].join(' · ')}
              </p>
              {one.text !== '' && (
                <details>
                  <summary className={styles['soft']}>{t('consents.words')}</summary>
                  <p className={styles['question']} lang={one.language}>
                    {one.text}
                  </p>
                </details>
              )}
            </div>
            <Badge tone={tones[one.answer]}>{t(`answer.${one.answer}`)}</Badge>
          </li>
        ))}
      </ul>
    </div>
  );
}

function nameOf({ name, userName }: ConsentEvidence): string {
  return userName !== '' && userName !== name ? `${name} (${userName})` : name;
}

function languageOf({ language }: ConsentEvidence): string {
  return languages.find(({ id }) => id === language)?.name ?? language;
}

function Views({ id }: { id: string }) {
  const { t } = useTranslation('library');
  const { t: common } = useTranslation('common');
  const words = useLibraryWords();
  const seen = usePages(
    [...libraryKey, 'views', id],
    (cursor) => recordings.views(id, cursor),
    (part) => part.views,
  );
  if (seen.isError) return <Retry error={seen.error} onRetry={() => void seen.refetch()} />;
  if (seen.isPending) return <Spinner label={common('loading')} />;
  const list = seen.items ?? [];
  if (list.length === 0) return <p className={styles['none']}>{t('views.none')}</p>;
  const who = ({ kind, id: mark, name }: AuditParty) =>
    name !== ''
      ? name
      : kind === 'viewer'
        ? t('views.link', { mark: mark.slice(0, 4) })
        : t('views.somebody');
  return (
    <>
      <ul role="list" className={styles['pairs']} aria-label={t('details.views')}>
        {list.map((one) => (
          <li key={`${one.at} ${one.who.id} ${one.what}`}>
            <div>
              <p className={styles['strong']}>{who(one.who)}</p>
              <p className={styles['soft']}>{words.moment(one.at)}</p>
            </div>
            <Badge tone={one.what === 'downloaded' ? 'accent' : 'neutral'}>{t(`views.${one.what}`)}</Badge>
          </li>
        ))}
      </ul>
      <LoadMore
        hasMore={seen.hasNextPage}
        isPending={seen.isFetchingNextPage}
        onPress={() => void seen.fetchNextPage()}
      />
    </>
  );
}

function Retry({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const { t } = useTranslation('common');
  return (
    <Banner
      tone="danger"
      live
      actions={
        <Button size="small" onPress={onRetry}>
          {t('tryAgain')}
        </Button>
      }
    >
      {textOf(error)}
    </Banner>
  );
}
