import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatTime } from '@/i18n';
import type { ChatMessage } from '@/live';
import { Avatar, cx, IconButton, Trash2 } from '@/ui';
import styles from './Chat.module.css';
import { excerpt, type Group } from './grouping';
import { Words } from './Message';

interface Props {
  group: Group<ChatMessage>;
  mine: boolean;
  /** Set when these messages may be deleted by this person. */
  onDelete: ((message: ChatMessage) => void) | undefined;
}

/** A label must stay short enough to be listened to, in characters. */
const labelled = 40;

export const MessageGroup = memo(function MessageGroup({ group, mine, onDelete }: Props) {
  const { t } = useTranslation('chat');
  return (
    <li className={cx(styles['group'], mine && styles['mine'])}>
      {!mine && <Avatar name={group.name} size={28} className={styles['avatar']} />}
      <div className={styles['head']}>
        <bdi className={styles['name']}>{mine ? t('you') : group.name}</bdi>
        <time dateTime={new Date(group.at).toISOString()} className={styles['time']}>
          {formatTime(group.at)}
        </time>
      </div>
      <ul role="list" className={styles['messages']}>
        {group.messages.map((message) => (
          <li key={message.id} className={styles['message']}>
            <div className={styles['bubble']}>
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
    </li>
  );
});
