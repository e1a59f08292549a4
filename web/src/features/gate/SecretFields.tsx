import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { Button, TextField } from '@/ui';
import styles from './Gate.module.css';
import { ShownOnce } from './ShownOnce';

/** What the server takes: of a passcode 4 to 64 characters, of a PIN 6 to 12 digits. */
const shapes = { passcode: /^.{4,64}$/u, pin: /^\d{6,12}$/ } as const;

interface Props {
  /** The passcode opens the door, the PIN makes somebody an owner. */
  kind: keyof typeof shapes;
  /** There is one; what it is nobody can look up. */
  set: boolean;
  /** Sets it, '' takes it away. Resolves with whether that was done. */
  onSave: (secret: string) => Promise<boolean>;
}

/** Sets, changes or takes away a passcode or a PIN. It is shown as long as this stays open, then never again. */
export function SecretFields({ kind, set, onSave }: Props) {
  const { t } = useTranslation('gate');
  const { t: common } = useTranslation('common');
  const [editing, setEditing] = useState(false);
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  const [pending, setPending] = useState(false);
  const [shown, setShown] = useState('');
  const wrong = !shapes[kind].test(text.trim());

  const save = async (secret: string) => {
    setPending(true);
    const done = await onSave(secret);
    setPending(false);
    if (!done) return;
    setShown(secret);
    setEditing(false);
    setText('');
    setTried(false);
    announce(t(secret === '' ? `${kind}.removed` : `${kind}.saved`));
  };
  if (editing) {
    return (
      <form
        className={styles['fields']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (!wrong) void save(text.trim());
        }}
      >
        <TextField
          label={t(`${kind}.new`)}
          description={t(`${kind}.hint`)}
          value={text}
          onChange={setText}
          autoComplete="off"
          autoFocus
          errorMessage={tried && wrong ? t(`${kind}.wrong`) : undefined}
        />
        <div className={styles['buttons']}>
          <Button type="submit" variant="primary" isPending={pending}>
            {t(`${kind}.save`)}
          </Button>
          <Button onPress={() => setEditing(false)}>{common('cancel')}</Button>
        </div>
      </form>
    );
  }
  return (
    <div className={styles['fields']}>
      {set && shown !== '' ? (
        <ShownOnce text={shown} hint={t(`${kind}.shown`)} />
      ) : (
        <p className={styles['soft']}>{t(set ? `${kind}.set` : `${kind}.none`)}</p>
      )}
      <div className={styles['buttons']}>
        <Button onPress={() => setEditing(true)}>{t(set ? `${kind}.change` : `${kind}.add`)}</Button>
        {set && (
          <Button variant="quiet" isPending={pending} onPress={() => void save('')}>
            {t(`${kind}.remove`)}
          </Button>
        )}
      </div>
    </div>
  );
}
