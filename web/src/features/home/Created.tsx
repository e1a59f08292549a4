import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import type { Meeting } from '@/api';
import { Button, Check, Copy, IconButton, LinkButton, Settings, X } from '@/ui';
import { copy } from './clipboard';
import styles from './Home.module.css';

export interface CreatedProps {
  meeting: Meeting;
  /** Whether the link is in the clipboard already. */
  copied: boolean;
  onSettings: () => void;
  onClose: () => void;
}

/** Created shows the meeting that was just made: what to send, and where to go. */
export function Created({ meeting, copied: copiedAtFirst, onSettings, onClose }: CreatedProps) {
  const { t } = useTranslation('home');
  const { t: common } = useTranslation('common');
  const [copied, setCopied] = useState(copiedAtFirst);
  const card = useRef<HTMLElement>(null);
  const hint = t(copied ? 'created.copied' : 'created.send');

  useEffect(() => {
    announce(`${t('created.title')}. ${t(copiedAtFirst ? 'created.copied' : 'created.send')}`);
    card.current?.scrollIntoView({ block: 'nearest' });
    // Only for the meeting itself: a change of language is no news.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [meeting.id]);

  return (
    <section ref={card} className={styles['created']} aria-labelledby="created-title">
      <div className={styles['createdHead']}>
        <div>
          <h2 id="created-title">{t('created.title')}</h2>
          <p>{hint}</p>
        </div>
        <IconButton label={common('close')} icon={<X size={20} />} tooltip={false} onPress={onClose} />
      </div>
      <div className={styles['link']}>
        <code>{meeting.link}</code>
        <Button
          icon={copied ? <Check size={18} aria-hidden="true" /> : <Copy size={18} aria-hidden="true" />}
          onPress={() =>
            void copy(meeting.link).then((done) => {
              setCopied(done);
              if (done) announce(t('linkCopied'));
            })
          }
        >
          {copied ? common('copied') : t('copyLink')}
        </Button>
      </div>
      <div className={styles['createdActions']}>
        <LinkButton variant="primary" href={`/m/${meeting.id}`}>
          {t('joinNow')}
        </LinkButton>
        <Button variant="quiet" icon={<Settings size={18} aria-hidden="true" />} onPress={onSettings}>
          {t('settings')}
        </Button>
      </div>
    </section>
  );
}
