import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { textOf } from '@/api';
import { account } from '@/api/account';
import { getPasskey, hasPasskeys, PasskeyDeclined } from '@/features/passkey';
import { Banner, Button, CodeInput, Dialog, Fingerprint, PasswordField, Spinner } from '@/ui';
import styles from './ConfirmIdentity.module.css';

export interface ConfirmIdentityProps {
  onEnd: (confirmed: boolean) => void;
}

/** The ways, the quickest first. */
const allWays = ['totp', 'passkey', 'password'] as const;

/** ConfirmIdentity asks for a proof that it is still the same person, before something dangerous. */
export default function ConfirmIdentity({ onEnd }: ConfirmIdentityProps) {
  const { t } = useTranslation('confirm');
  const { t: common } = useTranslation('common');
  const begun = useQuery({
    queryKey: ['session', 'confirm'],
    queryFn: account.beginConfirm,
    gcTime: 0, // a challenge serves once
    staleTime: Infinity,
  });
  const [chosen, setChosen] = useState<(typeof allWays)[number]>();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');

  const offered = begun.data?.with ?? [];
  const ways = allWays.filter((each) => offered.includes(each) && (each !== 'passkey' || hasPasskeys()));
  const way = chosen ?? ways[0];

  const prove = useMutation({
    mutationFn: async (typed: string) => {
      if (way === 'totp') return account.confirm({ totp: typed });
      if (way === 'password') return account.confirm({ password });
      const { challenge = '', options } = begun.data ?? {};
      return account.confirm({ challenge, passkey: await getPasskey(options) });
    },
    onSuccess: () => onEnd(true),
    onError: () => setCode(''),
  });
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    prove.mutate(code);
  };

  return (
    <Dialog
      isOpen
      onOpenChange={() => onEnd(false)}
      size="small"
      title={t('title')}
      actions={
        <>
          <Button onPress={() => onEnd(false)}>{common('cancel')}</Button>
          {way !== undefined && (
            <Button
              variant="primary"
              type="submit"
              form="confirm-identity"
              icon={way === 'passkey' ? <Fingerprint size={20} aria-hidden="true" /> : undefined}
              isPending={prove.isPending}
            >
              {t(way === 'passkey' ? 'passkey' : 'submit')}
            </Button>
          )}
        </>
      }
    >
      <form id="confirm-identity" className={styles['form']} onSubmit={onSubmit} noValidate>
        <p>{t('text')}</p>
        {begun.isPending && <Spinner label={common('loading')} />}
        {begun.isSuccess && way === undefined && <ByProvider />}
        {(prove.isError || begun.isError) && (
          <Banner tone={prove.error instanceof PasskeyDeclined ? 'info' : 'danger'} live>
            {prove.error instanceof PasskeyDeclined ? t('declined') : textOf(prove.error ?? begun.error)}
          </Banner>
        )}
        {way === 'totp' && (
          <CodeInput
            label={t('code')}
            value={code}
            onChange={setCode}
            onComplete={(digits) => prove.mutate(digits)}
            autoFocus
          />
        )}
        {way === 'password' && (
          <PasswordField
            label={t('password')}
            autoComplete="current-password"
            value={password}
            onChange={setPassword}
            autoFocus
            isRequired
          />
        )}
        {ways.length > 1 && (
          <div className={styles['ways']}>
            {ways
              .filter((other) => other !== way)
              .map((other) => (
                <Button
                  key={other}
                  variant="quiet"
                  size="small"
                  onPress={() => {
                    prove.reset();
                    setChosen(other);
                  }}
                >
                  {t(`use.${other}`)}
                </Button>
              ))}
          </div>
        )}
      </form>
    </Dialog>
  );
}

/** ByProvider has whoever signed in elsewhere prove it there again. */
function ByProvider() {
  const { t } = useTranslation('confirm');
  const sessions = useQuery({ queryKey: ['account', 'sessions'], queryFn: account.sessions });
  if (!sessions.data) return null;
  const provider = sessions.data.sessions.find(({ current }) => current)?.provider ?? '';
  if (provider === '') return <Banner tone="warning">{t('none')}</Banner>;
  const query = new URLSearchParams({ return: window.location.pathname, confirm: 'true' });
  return (
    <div className={styles['form']}>
      <p>{t('provider.text')}</p>
      <Button variant="primary" onPress={() => window.location.assign(`/api/v1/signin/${provider}?${query}`)}>
        {t('provider')}
      </Button>
    </div>
  );
}
