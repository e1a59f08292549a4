import { type RefObject, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeading } from '@/a11y';
import { faultText } from '@/i18n';
import { connectionLost } from '@/live';
import { useMedia } from '@/media';
import { Banner, Button, LinkButton, PasswordField, TextField } from '@/ui';
import { longestName, nameFault, rememberedName, rememberName } from './name';
import type { Door, PreJoinProps, Refusal } from './PreJoin';
import styles from './PreJoin.module.css';

export function JoinForm({ door, ...rest }: PreJoinProps) {
  const { t } = useTranslation('prejoin');
  const account = door.accountRequired && door.signedInName === '';
  return (
    <div className={styles['form']}>
      <header className={styles['head']}>
        {door.organisation !== '' && <p className={styles['organisation']}>{door.organisation}</p>}
        <PageHeading title={t('title', { name: door.name })} className={styles['title']}>
          {door.name}
        </PageHeading>
        {door.host !== '' && <p className={styles['host']}>{t('invites', { name: door.host })}</p>}
        {door.welcome !== '' && <p className={styles['welcome']}>{door.welcome}</p>}
      </header>
      {account ? <AccountNeeded signIn={rest.signIn} /> : <Fields door={door} {...rest} />}
    </div>
  );
}

/** Without an account there is nothing to fill in: the way in leads over the sign-in page. */
function AccountNeeded({ signIn }: { signIn: string }) {
  const { t } = useTranslation('prejoin');
  return (
    <div className={styles['go']}>
      <Banner tone="info" title={t('account.title')}>
        {t('account.text')}
      </Banner>
      <LinkButton href={signIn} variant="primary" size="large" wide>
        {t('account.signIn')}
      </LinkButton>
    </div>
  );
}

function Fields({ door, onJoin, busy, refusal }: PreJoinProps) {
  const { t } = useTranslation('prejoin');
  const [typed, setTyped] = useState(() => (door.signedInName === '' ? rememberedName() : door.signedInName));
  const [tried, setTried] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const code = useRef<HTMLInputElement>(null);
  const passcode = usePasscode(refusal, code);
  const bound = door.nameBound !== '';
  const name = bound ? door.nameBound : typed;
  const fault = bound ? null : nameFault(name);
  const error = refusal === undefined || aboutPasscode(refusal) ? undefined : textOf(refusal.code);

  const join = (): void => {
    if (busy) return;
    setTried(true);
    if (fault !== null) {
      field.current?.focus();
      return;
    }
    if (door.passcodeNeeded && passcode.value === '') {
      passcode.miss();
      code.current?.focus();
      return;
    }
    if (!bound) rememberName(name.trim());
    onJoin({ name: name.trim(), passcode: passcode.value });
  };
  return (
    <form
      className={styles['form']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        join();
      }}
    >
      {bound ? (
        <p className={styles['bound']}>
          <span className={styles['boundAs']}>{t('bound.as')}</span>
          <bdi className={styles['boundName']}>{name}</bdi>
          <span className={styles['boundAs']}>{t('bound.text')}</span>
        </p>
      ) : (
        <TextField
          ref={field}
          label={t('name')}
          value={typed}
          onChange={setTyped}
          name="name"
          autoComplete="name"
          isRequired
          autoFocus={name === ''}
          {...(tried && fault !== null
            ? { errorMessage: t(`name.${fault}`, { count: longestName }) }
            : { description: t('name.hint') })}
        />
      )}
      {door.passcodeNeeded && (
        <PasswordField
          ref={code}
          label={t('passcode')}
          value={passcode.value}
          onChange={passcode.change}
          name="passcode"
          autoComplete="off"
          maxLength={64}
          isRequired
          {...(passcode.error === undefined
            ? { description: t('passcode.hint') }
            : { errorMessage: passcode.error })}
        />
      )}
      {error !== undefined && (
        <Banner tone="danger" live>
          {error}
        </Banner>
      )}
      <div className={styles['go']}>
        <Button type="submit" variant="primary" size="large" wide isPending={busy}>
          {t('join')}
        </Button>
        <WhatHappens door={door} />
      </div>
    </form>
  );
}

const textOf = (code: string): string => faultText(code === connectionLost ? 'network' : code);

const aboutPasscode = ({ code }: Refusal): boolean => code.startsWith('passcode.');

/** The passcode as typed, with what is wrong about it until the person changes it. */
function usePasscode(refusal: Refusal | undefined, field: RefObject<HTMLInputElement | null>) {
  const { t } = useTranslation('prejoin');
  const [value, setValue] = useState('');
  const [empty, setEmpty] = useState(false);
  /** The refusal that was answered by typing something else. */
  const [answered, setAnswered] = useState<Refusal>();
  const refused =
    refusal !== undefined && refusal !== answered && aboutPasscode(refusal) ? refusal : undefined;

  useEffect(() => {
    if (refused !== undefined) {
      field.current?.focus();
      field.current?.select();
    }
  }, [refused, field]);

  let error: string | undefined;
  if (empty && value === '') error = t('passcode.empty');
  else if (refused?.code === 'passcode.too_many') {
    error = t('passcode.tooMany', { count: Math.max(1, Math.ceil(refused.retry / 60)) });
  } else if (refused !== undefined) {
    error = t(refused.code === 'passcode.required' ? 'passcode.new' : 'passcode.wrong');
  }
  return {
    value,
    error,
    change: (next: string) => {
      setValue(next);
      setAnswered(refusal);
    },
    /** Somebody tried without. */
    miss: () => setEmpty(true),
  };
}

/** Nobody should be surprised on the other side of the door. */
function WhatHappens({ door: { role, locked, waits, recorded } }: { door: Door }) {
  const { t } = useTranslation('prejoin');
  const heard = useMedia(({ microphone }) => microphone.wanted && microphone.state === 'on');
  const seen = useMedia(({ camera }) => camera.wanted && camera.state === 'on');
  const will = heard ? (seen ? 'both' : 'heard') : seen ? 'seen' : 'neither';
  const mayEnter = role === 'owner' || role === 'moderator';
  return (
    <ul className={styles['happens']}>
      {locked && <li>{t(mayEnter ? 'locked.you' : 'locked')}</li>}
      {waits && <li>{t('waits')}</li>}
      {recorded && <li>{t('recorded')}</li>}
      {role !== 'viewer' && <li>{t(`will.${will}`)}</li>}
      {role !== 'attendee' && <li>{t(`role.${role}`)}</li>}
    </ul>
  );
}
