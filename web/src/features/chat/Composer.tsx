import { type KeyboardEvent, type RefObject, useEffect, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { refusalText } from '@/features/notices/attempt';
import { useLive } from '@/live';
import { cx, IconButton, SendHorizontal, useMediaQuery, VisuallyHidden } from '@/ui';
import styles from './Chat.module.css';
import { characters, counterFrom, longest } from './grouping';
import { sendMessage, setDraft, useOutbox } from './outbox';

interface Props {
  onSend: () => void;
  field: RefObject<HTMLTextAreaElement | null>;
}

/** Where a message is written. */
export function Composer({ onSend, field }: Props) {
  const { t } = useTranslation('chat');
  const id = useId();
  const draft = useOutbox((outbox) => outbox.draft);
  const refused = useOutbox((outbox) => outbox.refused);
  const open = useLive((state) => state.phase === 'open');
  // A keyboard on the screen has no Shift and Enter: there Enter begins a new line.
  const onScreenKeyboard = useMediaQuery('(pointer: coarse) and (hover: none)');
  const left = longest - characters(draft.trim());
  const sendable = open && left >= 0 && draft.trim() !== '';

  // Who opens the chat means to write; a keyboard on the screen would cover the messages.
  useEffect(() => {
    if (!onScreenKeyboard) field.current?.focus();
  }, [field, onScreenKeyboard]);

  const submit = () => {
    if (!sendable) return;
    onSend();
    void sendMessage(draft);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes (Chinese, Japanese), Enter chooses a word.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || onScreenKeyboard) return;
    event.preventDefault();
    submit();
  };

  return (
    <form
      className={styles['composer']}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
        field.current?.focus();
      }}
    >
      <div className={cx(styles['box'], left < 0 && styles['invalid'])}>
        <label htmlFor={id}>
          <VisuallyHidden>{t('field')}</VisuallyHidden>
        </label>
        <textarea
          ref={field}
          id={id}
          className={styles['field']}
          dir="auto"
          rows={Math.min(6, draft.split('\n').length)}
          placeholder={t('placeholder')}
          value={draft}
          enterKeyHint={onScreenKeyboard ? 'enter' : 'send'}
          aria-describedby={`${id}-hint ${id}-state`}
          aria-invalid={left < 0 || refused !== null}
          onChange={(event) => {
            setDraft(event.target.value);
          }}
          onKeyDown={onKeyDown}
        />
        <IconButton
          variant={sendable ? 'primary' : 'quiet'}
          size="small"
          className={styles['send']}
          label={t('send')}
          icon={<SendHorizontal size={18} />}
          isDisabled={!sendable}
          onPress={() => {
            submit();
            field.current?.focus();
          }}
        />
      </div>
      <p
        id={`${id}-state`}
        className={cx(styles['state'], (left < 0 || refused !== null) && styles['wrong'])}
      >
        {!open && t('reconnecting')}
        {open && refused !== null && refusalText(refused)}
        {open && refused === null && left < counterFrom && (
          <span data-numbers>{t(left < 0 ? 'over' : 'left', { count: Math.abs(left) })}</span>
        )}
      </p>
      <p id={`${id}-hint`} className={styles['hint']}>
        {t('hint')}
      </p>
    </form>
  );
}
