import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Recording } from '@/api/recordings';
import { Dialog, Download, IconButton, Tabs } from '@/ui';
import { Consents } from './Consents';
import styles from './DetailsDialog.module.css';
import { DownloadDialog } from './DownloadDialog';
import facts from './Facts.module.css';
import form from './Form.module.css';
import { clock } from './time';
import { Views } from './Views';
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
      <div className={styles['tabs']}>
        <Tabs
          label={t('details')}
          items={[
            { id: 'facts', label: t('details.facts'), content: <Facts recording={recording} /> },
            { id: 'chapters', label: t('details.chapters'), content: <Chapters recording={recording} /> },
            { id: 'consents', label: t('details.consents'), content: <Consents id={recording.id} /> },
            { id: 'views', label: t('details.views'), content: <Views id={recording.id} /> },
          ]}
        />
      </div>
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
    t(`make.layout.${settings.layout === '' ? 'meeting' : settings.layout}`),
    t(settings.height === 1080 ? 'make.height.1080' : 'make.height.720'),
    ...(settings.names ? [t('make.names')] : []),
    ...(settings.logo ? [t('make.logo')] : []),
    ...(settings.mark === '' ? [] : [`“${settings.mark}”`]),
  ];
  return (
    <div className={form['form']}>
      <dl className={facts['facts']}>
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
            <dd>{words.place(recording.length)}</dd>
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
                <span className={form['soft']}>{words.size(size)}</span>
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
