import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatTime } from '@/i18n';
import type { ChatMessage } from '@/live';
import { Avatar, Button, cx, IconButton, LockKeyhole, Reply, Trash2 } from '@/ui';
import styles from './Chat.module.css';
import { excerpt, type Group } from './grouping';
import { Words } from './Message';

interface Props {
  group: Group<ChatMessage>;
  mine: boolean;
  /** Set when these messages may be deleted by this person. */
  onDelete: ((message: ChatMessage) => void) | undefined;
  /** Writes back to the sender alone; set for messages of others. */
  onReply: ((seat: string, name: string) => void) | undefined;
}

/** A label must stay short enough to be listened to, in characters. */
const labelled = 40;

/** Over a private message: who alone reads it. */
export function OnlyTo({ name }: { name: string }) {
  const { t } = useTranslation('chat');
  return (
    <p className={styles['only']}>
      <LockKeyhole size={14} aria-hidden="true" />
      {t('only.to', { name })}
    </p>
  );
}

export const MessageGroup = memo(function MessageGroup({ group, mine, onDelete, onReply }: Props) {
  const { t } = useTranslation('chat');
  const first = group.messages[0];
  const secret = (first?.to ?? '') !== '';
  return (
    <li className={cx(styles['group'], mine && styles['mine'])}>
      {!mine && <Avatar name={group.name} size={28} className={styles['avatar']} />}
      <div className={styles['head']}>
        <bdi className={styles['name']}>{mine ? t('you') : group.name}</bdi>
        <time dateTime={new Date(group.at).toISOString()} className={styles['time']}>
          {formatTime(group.at)}
        </time>
      </div>
      {secret && mine && <OnlyTo name={first?.toName ?? ''} />}
      {secret && !mine && (
        <p className={styles['only']}>
          <LockKeyhole size={14} aria-hidden="true" />
          {t('only.you')}
        </p>
      )}
      <ul role="list" className={styles['messages']}>
        {group.messages.map((message) => (
          <li key={message.id} className={styles['message']}>
            <div className={cx(styles['bubble'], secret && styles['private'])}>
              <Words text={message.text} />
            </div>
            {onDelete !== undefined && (
              <IconButton
                size="small"
                className={styles['delete']}
                label={t('delete.of', {
                  name: mine ? t('you') : group.name,
                  text: excerpt(message.text, labelled),
                })}
                tooltip={t('delete')}
                icon={<Trash2 size={16} />}
                onPress={() => onDelete(message)}
              />
            )}
          </li>
        ))}
      </ul>
      {secret && onReply !== undefined && (
        <Button
          size="small"
          variant="quiet"
          className={styles['reply']}
          icon={<Reply size={16} aria-hidden="true" />}
          onPress={() => onReply(group.seat, group.name)}
        >
          {t('reply', { name: group.name })}
        </Button>
      )}
    </li>
  );
});
