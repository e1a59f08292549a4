import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeading } from '@/a11y';
import { ApiFault, textOf } from '@/api';
import { recordings } from '@/api/recordings';
import { Frame, FullPageMessage } from '@/features/frame';
import { Banner, Button, CircleAlert, Clapperboard, PasswordField } from '@/ui';
import form from './Form.module.css';
import styles from './LinkDoor.module.css';

/** What the link says of itself. */
export interface Door {
  readonly title: string;
  readonly organisation: string;
  readonly passcodeNeeded: boolean;
}

export interface LinkDoorProps {
  id: string;
  secret: string;
  /** This browser may watch now. */
  onOpen: (door: Door) => void;
  /** The link is no good: perhaps the person may watch without it. */
  onWorthless: () => void;
}

/** LinkDoor lets somebody with a link in, after the passcode where there is one. */
export function LinkDoor({ id, secret, onOpen, onWorthless }: LinkDoorProps) {
  const { t } = useTranslation('player');
  const { t: common } = useTranslation('common');
  const [door, setDoor] = useState<Door>();
  const [failure, setFailure] = useState<unknown>();
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    let gone = false;
    const enter = async () => {
      const found = await recordings.door(id, secret);
      if (!found.passcodeNeeded) await recordings.open(id, secret, '');
      return found;
    };
    enter().then(
      (found) => {
        if (gone) return;
        if (found.passcodeNeeded) setDoor(found);
        else onOpen(found);
      },
      (error: unknown) => {
        if (gone) return;
        if (error instanceof ApiFault && (error.status === 404 || error.status === 403)) onWorthless();
        else setFailure(error);
      },
    );
    return () => {
      gone = true;
    };
    // Only another link is another door.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id, secret, attempt]);

  if (failure !== undefined) {
    return (
      <FullPageMessage
        title={t('door.failed')}
        icon={<CircleAlert size={40} strokeWidth={1.5} />}
        tone="warning"
        actions={
          <Button
            variant="primary"
            size="large"
            onPress={() => {
              setFailure(undefined);
              setAttempt(attempt + 1);
            }}
          >
            {common('tryAgain')}
          </Button>
        }
      >
        <p>{textOf(failure)}</p>
      </FullPageMessage>
    );
  }
  return door ? <Passcode id={id} secret={secret} door={door} onOpen={onOpen} /> : null;
}

function Passcode({
  id,
  secret,
  door,
  onOpen,
}: Pick<LinkDoorProps, 'id' | 'secret' | 'onOpen'> & { door: Door }) {
  const { t } = useTranslation('player');
  const [passcode, setPasscode] = useState('');
  const [wrong, setWrong] = useState('');
  const [failure, setFailure] = useState<unknown>();
  const [pending, setPending] = useState(false);

  const submit = async () => {
    if (passcode.trim() === '') {
      setWrong(t('door.passcode.empty'));
      return;
    }
    setPending(true);
    setFailure(undefined);
    try {
      await recordings.open(id, secret, passcode.trim());
      onOpen(door);
    } catch (error) {
      if (error instanceof ApiFault && error.code.startsWith('passcode.')) setWrong(error.text);
      else setFailure(error);
    } finally {
      setPending(false);
    }
  };
  return (
    <Frame organisation={door.organisation} centred>
      <form
        className={styles['door']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <span className={styles['disc']} aria-hidden="true">
          <Clapperboard size={32} strokeWidth={1.5} />
        </span>
        <div>
          <PageHeading title={door.title} />
          <p className={form['soft']}>{t('shared', { organisation: door.organisation })}</p>
        </div>
        {failure !== undefined && (
          <Banner tone="danger" live>
            {textOf(failure)}
          </Banner>
        )}
        <PasswordField
          label={t('door.passcode')}
          description={t('door.passcode.hint')}
          value={passcode}
          onChange={(text) => {
            setPasscode(text);
            setWrong('');
          }}
          autoComplete="off"
          errorMessage={wrong === '' ? undefined : wrong}
          autoFocus
        />
        <Button type="submit" variant="primary" size="large" wide isPending={pending}>
          {t('door.watch')}
        </Button>
      </form>
    </Frame>
  );
}
