import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { focusFirstInvalid, PageHeading } from '@/a11y';
import { textOf, useServer, useSignedIn } from '@/api';
import { signin } from '@/api/signin';
import { Frame, FullPageMessage } from '@/features/frame';
import { leastLength, PasswordStrength } from '@/features/setup';
import { Banner, Button, Link2Off, LinkButton, PasswordField, toast } from '@/ui';
import styles from './WelcomePage.module.css';

/** WelcomePage is where a one-time link leads: the person chooses their password. */
export default function WelcomePage() {
  const { t } = useTranslation('welcome');
  const { t: common } = useTranslation('common');
  const [, navigate] = useLocation();
  const server = useServer();
  const signedIn = useSignedIn();
  // The secret stays in the fragment: it is never part of a request for a page.
  const [secret] = useState(() => window.location.hash.slice(1));
  const [password, setPassword] = useState('');
  const [asked, setAsked] = useState(false);
  const tooShort = Array.from(password).length < leastLength;
  const whose = useQuery({
    queryKey: ['welcome', secret],
    queryFn: () => signin.whose(secret),
    enabled: secret !== '',
    staleTime: Infinity,
    retry: false,
  });
  const set = useMutation({
    mutationFn: () => signin.welcome(secret, password),
    onSuccess: async () => {
      toast.show(t('done'), { tone: 'success' });
      await signedIn();
      navigate('/', { replace: true });
    },
  });

  if (secret === '') {
    return (
      <FullPageMessage title={t('noSecret.title')} icon={<Link2Off size={40} strokeWidth={1.5} />}>
        <p>{t('noSecret.text')}</p>
      </FullPageMessage>
    );
  }
  if (whose.isError) {
    return (
      <FullPageMessage
        title={t('refused.title')}
        icon={<Link2Off size={40} strokeWidth={1.5} />}
        actions={
          <LinkButton size="large" href="/signin">
            {t('signIn')}
          </LinkButton>
        }
      >
        <p>{textOf(whose.error)}</p>
      </FullPageMessage>
    );
  }
  if (!whose.data) return null;
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setAsked(true);
    if (tooShort) focusFirstInvalid(event.currentTarget);
    else set.mutate();
  };
  return (
    <Frame organisation={server.data?.organisation} centred>
      <div className={styles['card']}>
        <PageHeading title={t('title', { name: whose.data.name })} />
        <p className={styles['lead']}>{t('lead', { email: whose.data.email })}</p>
        <form className={styles['form']} onSubmit={onSubmit} noValidate>
          {set.isError && (
            <Banner tone="danger" live>
              {textOf(set.error)}
            </Banner>
          )}
          {/* So that a password manager stores the password with its account. */}
          <input
            type="text"
            hidden
            name="username"
            autoComplete="username"
            value={whose.data.email}
            readOnly
          />
          <PasswordField
            label={t('password')}
            autoComplete="new-password"
            value={password}
            onChange={setPassword}
            description={<PasswordStrength password={password} />}
            errorMessage={asked && tooShort ? common('fault.password_too_short') : undefined}
            autoFocus
            isRequired
          />
          <Button type="submit" variant="primary" size="large" wide isPending={set.isPending}>
            {t('submit')}
          </Button>
        </form>
      </div>
    </Frame>
  );
}
