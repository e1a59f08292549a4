import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactNode, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { focusFirstInvalid, PageHeading } from '@/a11y';
import { textOf } from '@/api';
import { signin, type Step } from '@/api/signin';
import { getPasskey, hasPasskeys, PasskeyDeclined, suggestsPasskeys } from '@/features/passkey';
import { Banner, Button, Fingerprint, PasswordField, TextField } from '@/ui';
import styles from './SignInPage.module.css';

export interface PasswordStepProps {
  onStep: (step: Step) => Promise<void>;
  /** Said above the fields. */
  children: ReactNode;
}

/** PasswordStep takes e-mail address and password, or a passkey in their place. */
export function PasswordStep({ onStep, children }: PasswordStepProps) {
  const { t } = useTranslation('signin');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [asked, setAsked] = useState(false);
  const suggestion = useSuggestedPasskey(onStep);
  const byPassword = useMutation({
    mutationFn: () => signin.password(email.trim(), password),
    onSuccess: onStep,
  });
  const byPasskey = useMutation({
    mutationFn: async () => {
      suggestion.current?.abort(); // a browser asks one question at a time
      const { challenge, options } = await signin.beginPasskey();
      return signin.passkey(challenge, await getPasskey(options));
    },
    onSuccess: onStep,
  });
  const failure = byPassword.error ?? byPasskey.error;

  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setAsked(true);
    byPasskey.reset();
    if (email.trim() === '' || password === '') {
      focusFirstInvalid(event.currentTarget);
      return;
    }
    byPassword.mutate();
  };

  return (
    <>
      <PageHeading title={t('title')} />
      <form className={styles['form']} onSubmit={onSubmit} noValidate>
        {failure ? (
          <Banner tone={failure instanceof PasskeyDeclined ? 'info' : 'danger'} live>
            {failure instanceof PasskeyDeclined ? t('passkey.declined') : textOf(failure)}
          </Banner>
        ) : (
          children
        )}
        <TextField
          label={t('email')}
          type="email"
          name="email"
          autoComplete="username webauthn"
          value={email}
          onChange={setEmail}
          errorMessage={asked && email.trim() === '' ? t('email.missing') : undefined}
          autoFocus
          isRequired
        />
        <PasswordField
          label={t('password')}
          name="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          errorMessage={asked && password === '' ? t('password.missing') : undefined}
          isRequired
        />
        <Button type="submit" variant="primary" size="large" wide isPending={byPassword.isPending}>
          {t('submit')}
        </Button>
      </form>
      {hasPasskeys() && (
        <div className={styles['others']}>
          <p className={styles['or']}>{t('or')}</p>
          <Button
            size="large"
            wide
            icon={<Fingerprint size={20} aria-hidden="true" />}
            isPending={byPasskey.isPending}
            onPress={() => {
              byPassword.reset();
              byPasskey.mutate();
            }}
          >
            {t('passkey')}
          </Button>
        </div>
      )}
    </>
  );
}

/**
 * Offers the person's passkeys among the suggestions of the e-mail field, where
 * the browser can. It never shows an error: nobody asked for it.
 */
function useSuggestedPasskey(onStep: (step: Step) => Promise<void>) {
  const controller = useRef<AbortController>(null);
  const answer = useRef(onStep);
  useEffect(() => {
    answer.current = onStep;
  });
  useEffect(() => {
    const asking = new AbortController();
    controller.current = asking;
    const offer = async () => {
      if (!(await suggestsPasskeys())) return;
      asking.signal.throwIfAborted();
      const { challenge, options } = await signin.beginPasskey();
      asking.signal.throwIfAborted();
      const credential = await getPasskey(options, { signal: asking.signal, suggested: true });
      await answer.current(await signin.passkey(challenge, credential));
    };
    offer().catch(() => undefined);
    return () => asking.abort();
  }, []);
  return controller;
}
