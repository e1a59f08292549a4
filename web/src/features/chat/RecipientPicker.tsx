import { useTranslation } from 'react-i18next';
import { useLive } from '@/live';
import { cx, IconButton, LockKeyhole, Select, Users, X } from '@/ui';
import styles from './Chat.module.css';
import { everyone, type Recipient, useOutbox, writeTo } from './outbox';

interface Props {
  choices: readonly Recipient[];
  /** The person one writes to is no longer here, or may not be written to. */
  gone: boolean;
}

/** An id that no seat has: a list needs one for everyone. */
const all = 'everyone';

/** To whom one writes. A private message looks different before a word of it is written. */
export function RecipientPicker({ choices, gone }: Props) {
  const { t } = useTranslation('chat');
  const to = useOutbox((outbox) => outbox.to);
  const toName = useOutbox((outbox) => outbox.toName);
  const seats = useLive((state) => state.seats);
  const known = choices.some((choice) => choice.to === to);
  const secret = to !== '';
  const items = choices.map((choice) => ({
    id: choice.to === '' ? all : choice.to,
    label: choice.to === '' ? t('to.everyone') : choice.toName,
  }));
  return (
    <div className={cx(styles['to'], secret && styles['secret'])}>
      <Select
        label={t('to')}
        hideLabel
        className={styles['picker']}
        icon={secret ? <LockKeyhole size={16} aria-hidden="true" /> : <Users size={16} aria-hidden="true" />}
        placeholder={gone ? toName : t('to.choose')}
        items={items}
        value={known ? (to === '' ? all : to) : null}
        onChange={(id) => {
          writeTo(id === all ? everyone : { to: id, toName: seats[id]?.name ?? '' });
        }}
      />
      {secret && (
        <p className={styles['toWords']}>
          <span>{gone ? t('to.gone', { name: toName }) : t('to.only', { name: toName })}</span>
          {choices[0]?.to === '' && (
            <IconButton
              size="small"
              label={t('to.back')}
              icon={<X size={16} />}
              onPress={() => writeTo(everyone)}
            />
          )}
        </p>
      )}
    </div>
  );
}
