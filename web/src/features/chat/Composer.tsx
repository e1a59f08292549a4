import { type KeyboardEvent, type RefObject, useEffect, useId, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { refusalText } from '@/features/notices/attempt';
import { useLive } from '@/live';
import { cx, IconButton, SendHorizontal, useMediaQuery, VisuallyHidden } from '@/ui';
import styles from './Chat.module.css';
import { characters, counterFrom, longest } from './grouping';
import { sendDraft, setDraft, useOutbox } from './outbox';
import { RecipientPicker } from './RecipientPicker';
import { recipients } from './recipients';

interface Props {
  onSend: () => void;
  field: RefObject<HTMLTextAreaElement | null>;
}

/** Where a message is written. */
export function Composer({ onSend, field }: Props) {
  const { t } = useTranslation('chat');
  const id = useId();
  const to = useOutbox((outbox) => outbox.to);
  const toName = useOutbox((outbox) => outbox.toName);
  const draft = useOutbox((outbox) => outbox.drafts[outbox.to] ?? '');
  const refusal = useOutbox((outbox) => outbox.refused);
  const refused = refusal?.to === to ? refusal.code : null;
  const choices = useRecipients();
  const mayWrite = choices.some((choice) => choice.to === to);
  const secret = to !== '';
  const open = useLive((state) => state.phase === 'open');
  // A keyboard on the screen has no Shift and Enter: there Enter begins a new line.
  const onScreenKeyboard = useMediaQuery('(pointer: coarse) and (hover: none)');
  const left = longest - characters(draft.trim());
  const sendable = open && mayWrite && left >= 0 && draft.trim() !== '';

  // Who opens the chat means to write; a keyboard on the screen would cover the messages.
  useEffect(() => {
    if (!onScreenKeyboard) field.current?.focus();
  }, [field, onScreenKeyboard, to]);

  const submit = () => {
    if (!sendable) return;
    onSend();
    void sendDraft();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes (Chinese, Japanese), Enter chooses a word.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || onScreenKeyboard) return;
    event.preventDefault();
    submit();
  };

  if (choices.length === 0) return <p className={styles['off']}>{t('off')}</p>;
  // Whoever may not write to everyone can still reach who runs the meeting.
  const undecided = !secret && !mayWrite;
  return (
    <form
      className={cx(styles['composer'], secret && styles['composerSecret'])}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
        field.current?.focus();
      }}
    >
      {undecided && <p className={styles['offPartly']}>{t('off.partly')}</p>}
      {(choices.length > 1 || secret || undecided) && (
        <RecipientPicker choices={choices} gone={secret && !mayWrite} />
      )}
      <div hidden={undecided} className={cx(styles['box'], left < 0 && styles['invalid'])}>
        <label htmlFor={id}>
          <VisuallyHidden>{secret ? t('field.only', { name: toName }) : t('field')}</VisuallyHidden>
        </label>
        <textarea
          ref={field}
          id={id}
          className={styles['field']}
          dir="auto"
          rows={Math.min(6, draft.split('\n').length)}
          placeholder={secret ? t('placeholder.only', { name: toName }) : t('placeholder')}
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
          label={secret ? t('send.only', { name: toName }) : t('send')}
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

/** Whom I may write to; the same list as long as nobody comes or goes. */
function useRecipients() {
  const rights = useLive((state) => state.rights);
  const seats = useLive((state) => state.seats);
  const order = useLive((state) => state.order);
  const you = useLive((state) => state.you);
  return useMemo(() => recipients({ rights, seats, order, you }), [rights, seats, order, you]);
}
