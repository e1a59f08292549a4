import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { attempt } from '@/features/notices/attempt';
import { live, type Waiter } from '@/live';
import { Button, Dialog, TextField } from '@/ui';
import styles from './Lobby.module.css';

/** An answer with words. `waiter: null` is everybody who waits. */
export type Answer =
  | { readonly kind: 'tell'; readonly waiter: Waiter | null }
  | { readonly kind: 'deny' | 'ban'; readonly waiter: Waiter }
  | { readonly kind: 'denyAll' };

/** The server's limit, in characters. */
const longest = 500;

const wordsOf = (answer: Answer) =>
  answer.kind === 'tell' && answer.waiter === null ? 'tellAll' : answer.kind;

function command(answer: Answer, text: string): Promise<void> {
  switch (answer.kind) {
    case 'tell':
      return live.send('lobby.tell', { waiter: answer.waiter?.id ?? '', text });
    case 'denyAll':
      return live.send('lobby.denyAll', { text });
    default:
      return live.send('lobby.deny', { waiter: answer.waiter.id, text, ban: answer.kind === 'ban' });
  }
}

interface Props {
  answer: Answer;
  onClose: () => void;
  /** Somebody will be gone from the list. */
  onAct: () => void;
}

/** Asks for the words that go with an answer; with a denial they may be left out. */
export function AnswerDialog({ answer, onClose, onAct }: Props) {
  const { t } = useTranslation('lobby');
  const { t: common } = useTranslation('common');
  const form = useId();
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  const [pending, setPending] = useState(false);
  const words = wordsOf(answer);
  const name = 'waiter' in answer && answer.waiter !== null ? answer.waiter.name : '';
  const needed = answer.kind === 'tell';
  const written = text.trim();
  const tooLong = Array.from(written).length > longest;
  const wrong = tooLong ? t('text.long') : tried && needed && written === '' ? t('text.empty') : undefined;

  const submit = async () => {
    setTried(true);
    if (tooLong || (needed && written === '')) return;
    if (!needed) onAct();
    setPending(true);
    const done = await attempt(command(answer, written));
    setPending(false);
    if (!done) return;
    announce(t(`${words}.done`, { name }));
    onClose();
  };
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      size="small"
      title={t(`${words}.title`, { name })}
      actions={
        <>
          <Button onPress={onClose}>{common('cancel')}</Button>
          <Button variant={needed ? 'primary' : 'danger'} type="submit" form={form} isPending={pending}>
            {t(`${words}.confirm`)}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className={styles['form']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {words !== 'tell' && words !== 'deny' && (
          <p className={styles['soft']}>{t(`${words}.text`, { name })}</p>
        )}
        <TextField
          label={t(needed ? 'text' : 'text.optional')}
          description={t('text.hint')}
          value={text}
          onChange={setText}
          multiline
          rows={3}
          autoFocus
          errorMessage={wrong}
        />
      </form>
    </Dialog>
  );
}
