import { useMutation } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { focusFirstInvalid } from '@/a11y';
import { textOf } from '@/api';
import { signin, type SignInProvider, type Step } from '@/api/signin';
import { Banner, Building2, Button, Dialog, PasswordField, TextField } from '@/ui';
import styles from './SignInPage.module.css';

export interface ProvidersProps {
  providers: readonly SignInProvider[];
  /** The path to come back to. */
  from: string;
  onStep: (step: Step) => Promise<void>;
}

/** Providers offers one button for each place elsewhere that knows the person. */
export function Providers({ providers, from, onStep }: ProvidersProps) {
  const { t } = useTranslation('signin');
  const [directory, setDirectory] = useState<SignInProvider>();
  if (providers.length === 0) return null;
  return (
    <div className={styles['others']}>
      {providers.map((provider) => (
        <Button
          key={provider.id}
          size="large"
          wide
          icon={<Building2 size={20} aria-hidden="true" />}
          onPress={() =>
            provider.kind === 'ldap'
              ? setDirectory(provider)
              : window.location.assign(
                  `/api/v1/signin/${provider.id}?${new URLSearchParams({ return: from })}`,
                )
          }
        >
          {t('with', { name: provider.name })}
        </Button>
      ))}
      {directory && (
        <Directory provider={directory} onClose={() => setDirectory(undefined)} onStep={onStep} />
      )}
    </div>
  );
}

/** Directory takes the name and password that the organisation's directory knows (LDAP). */
function Directory({
  provider,
  onClose,
  onStep,
}: {
  provider: SignInProvider;
  onClose: () => void;
  onStep: ProvidersProps['onStep'];
}) {
  const { t } = useTranslation('signin');
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [asked, setAsked] = useState(false);
  const enter = useMutation({
    mutationFn: () => signin.ldap(provider.id, user.trim(), password),
    onSuccess: onStep,
  });
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setAsked(true);
    if (user.trim() === '' || password === '') focusFirstInvalid(event.currentTarget);
    else enter.mutate();
  };
  return (
    <Dialog isOpen onOpenChange={onClose} size="small" title={t('with', { name: provider.name })}>
      <form className={styles['form']} onSubmit={onSubmit} noValidate>
        {enter.isError && (
          <Banner tone="danger" live>
            {textOf(enter.error)}
          </Banner>
        )}
        <TextField
          label={t('user')}
          autoComplete="username"
          value={user}
          onChange={setUser}
          errorMessage={asked && user.trim() === '' ? t('user.missing') : undefined}
          autoFocus
          isRequired
        />
        <PasswordField
          label={t('password')}
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          errorMessage={asked && password === '' ? t('password.missing') : undefined}
          isRequired
        />
        <Button type="submit" variant="primary" size="large" wide isPending={enter.isPending}>
          {t('submit')}
        </Button>
      </form>
    </Dialog>
  );
}
