import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { textOf } from '@/api';
import { account } from '@/api/account';
import { confirmed, NotConfirmed } from '@/api/confirm';
import { Banner, Button, CodeInput, CopyField, Spinner } from '@/ui';
import styles from './Account.module.css';
import { QrCode } from './QrCode';

export interface TotpSetUpProps {
  /** The app works; the codes for when it is lost. */
  onDone: (recoveryCodes: string[]) => void;
  onCancel?: () => void;
}

/** TotpSetUp ties an authenticator app to the account. */
export function TotpSetUp({ onDone, onCancel }: TotpSetUpProps) {
  const { t } = useTranslation('account');
  const { t: common } = useTranslation('common');
  const [code, setCode] = useState('');
  const begun = useQuery({
    queryKey: ['account', 'totp'],
    queryFn: () => confirmed(account.beginTotp),
    staleTime: Infinity, // a second secret would make the first useless
    gcTime: 0,
    retry: false,
  });
  const confirm = useMutation({
    mutationFn: account.confirmTotp,
    onSuccess: ({ recoveryCodes }) => onDone(recoveryCodes),
    onError: () => setCode(''),
  });
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (code !== '') confirm.mutate(code);
  };

  if (begun.isError) {
    return (
      <Banner
        tone={begun.error instanceof NotConfirmed ? 'info' : 'danger'}
        live
        actions={
          <Button size="small" onPress={() => void begun.refetch()}>
            {common('tryAgain')}
          </Button>
        }
      >
        {begun.error instanceof NotConfirmed ? t('notConfirmed') : textOf(begun.error)}
      </Banner>
    );
  }
  return (
    <form className={styles['steps']} onSubmit={onSubmit} noValidate>
      <div className={styles['scan']}>
        {begun.data ? (
          <QrCode text={begun.data.uri} label={t('totp.qr')} />
        ) : (
          <div className={styles['qr']}>
            <Spinner label={common('loading')} />
          </div>
        )}
        <div className={styles['form']}>
          <p>{t('totp.scan')}</p>
          {begun.data && <CopyField label={t('totp.secret')} text={spaced(begun.data.secret)} />}
        </div>
      </div>
      {confirm.isError && (
        <Banner tone="danger" live>
          {textOf(confirm.error)}
        </Banner>
      )}
      <CodeInput
        label={t('totp.code')}
        description={t('totp.code.hint')}
        value={code}
        onChange={setCode}
        onComplete={(digits) => confirm.mutate(digits)}
      />
      <div className={styles['actions']}>
        <Button type="submit" variant="primary" isPending={confirm.isPending}>
          {t('totp.confirm')}
        </Button>
        {onCancel && <Button onPress={onCancel}>{common('cancel')}</Button>}
      </div>
    </form>
  );
}

/** In groups of four: it is to be typed. Apps take it with or without the spaces. */
function spaced(secret: string): string {
  return secret.replaceAll(/(.{4})(?=.)/g, '$1 ');
}
