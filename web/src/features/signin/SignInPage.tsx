import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Redirect, useLocation } from 'wouter';
import { focusFirstInvalid, PageHeading } from '@/a11y';
import { textOf, useServer, useSession, useSignIn } from '@/api';
import { Frame } from '@/features/frame';
import { Banner, Button, PasswordField, TextField } from '@/ui';
import styles from './SignInPage.module.css';

export default function SignInPage() {
  const { t } = useTranslation('signin');
  const [, navigate] = useLocation();
  const server = useServer();
  const session = useSession();
  const signIn = useSignIn();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [asked, setAsked] = useState(false);

  if (session.data && !signIn.isPending) return <Redirect to="/" replace />;
  if (server.data?.setUp === false) return <Redirect to="/" replace />;

  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setAsked(true);
    if (email.trim() === '' || password === '') {
      focusFirstInvalid(event.currentTarget);
      return;
    }
    signIn.mutate({ email: email.trim(), password }, { onSuccess: () => navigate('/', { replace: true }) });
  };

  return (
    <Frame organisation={server.data?.organisation} centred>
      <div className={styles['card']}>
        <PageHeading title={t('title')} />
        <form className={styles['form']} onSubmit={onSubmit} noValidate>
          {signIn.isError && (
            <Banner tone="danger" live>
              {textOf(signIn.error)}
            </Banner>
          )}
          <TextField
            label={t('email')}
            type="email"
            name="email"
            autoComplete="username"
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
          <Button type="submit" variant="primary" size="large" wide isPending={signIn.isPending}>
            {t('submit')}
          </Button>
        </form>
        <p className={styles['guests']}>{t('guests')}</p>
      </div>
    </Frame>
  );
}
