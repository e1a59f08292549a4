import { useCallback, useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { attempt } from '@/features/notices/attempt';
import { type ChatMessage, live, useLive, useMay } from '@/live';
import { ArrowDown, Button, cx, MessageSquare } from '@/ui';
import styles from './Chat.module.css';
import { Composer } from './Composer';
import { grouped } from './grouping';
import { Words } from './Message';
import { MessageGroup, OnlyTo } from './MessageGroup';
import { openOutbox, useOutbox, writeTo } from './outbox';
import { useReading } from './useReading';

/** The chat: what was said, to everyone and to me alone, and where to say something. Fills a `filled` side panel. */
export function ChatPanel() {
  const { t } = useTranslation('chat');
  const messages = useLive((state) => state.chat);
  const you = useLive((state) => state.you);
  const sending = useOutbox((outbox) => outbox.sending);
  const moderates = useMay('moderateChat');
  const field = useRef<HTMLTextAreaElement>(null);
  const groups = useMemo(() => grouped(messages), [messages]);
  const { scroller, onScroll, following, unseen, follow } = useReading(messages, sending.length, you);

  useEffect(openOutbox, []);
  useEffect(() => {
    const read = () => {
      if (following && document.visibilityState === 'visible') live.markRead();
    };
    read();
    document.addEventListener('visibilitychange', read);
    return () => document.removeEventListener('visibilitychange', read);
  }, [messages, following]);

  const remove = useCallback(
    async (message: ChatMessage) => {
      if (await attempt(live.send('chat.delete', { message: message.id }))) announce(t('deleted'), 'polite');
      // The button that had the focus is gone with its message.
      (field.current ?? scroller.current)?.focus();
    },
    [t, scroller],
  );

  const reply = useCallback((seat: string, name: string) => {
    writeTo({ to: seat, toName: name });
    field.current?.focus();
  }, []);

  const empty = messages.length === 0 && sending.length === 0;
  return (
    <div className={styles['chat']}>
      <div
        ref={scroller}
        className={styles['scroller']}
        onScroll={onScroll}
        role="region"
        aria-label={t('log')}
        // Read by keyboard: the arrow keys scroll what has the focus.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
      >
        {empty ? (
          <Empty />
        ) : (
          <ol role="list" className={styles['groups']}>
            {groups.map((group) => (
              <MessageGroup
                key={group.id}
                group={group}
                mine={group.seat === you}
                onReply={group.seat === you ? undefined : reply}
                onDelete={moderates || group.seat === you ? (message) => void remove(message) : undefined}
              />
            ))}
            {sending.map((message) => (
              <li
                key={message.key}
                className={`${styles['group'] ?? ''} ${styles['mine'] ?? ''} ${styles['sending'] ?? ''}`}
              >
                {message.to !== '' && <OnlyTo name={message.toName} />}
                <div className={cx(styles['bubble'], message.to !== '' && styles['private'])}>
                  <Words text={message.text} />
                </div>
              </li>
            ))}
          </ol>
        )}
      </div>
      {unseen > 0 && (
        <div className={styles['pill']}>
          <Button variant="primary" size="small" icon={<ArrowDown size={16} />} onPress={follow}>
            {t('new', { count: unseen })}
          </Button>
        </div>
      )}
      <Composer onSend={follow} field={field} />
    </div>
  );
}

function Empty() {
  const { t } = useTranslation('chat');
  return (
    <div className={styles['empty']}>
      <MessageSquare size={32} strokeWidth={1.5} aria-hidden="true" />
      <p className={styles['emptyTitle']}>{t('empty.title')}</p>
      <p>{t('empty.text')}</p>
    </div>
  );
}
