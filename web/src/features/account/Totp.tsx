import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { textOf } from '@/api';
import { account, type Account } from '@/api/account';
import { confirmed, NotConfirmed } from '@/api/confirm';
import { Badge, Button, Check, ConfirmDialog, toast } from '@/ui';
import styles from './Account.module.css';
import { RecoveryCodes } from './RecoveryCodes';
import { Section } from './Section';
import { TotpSetUp } from './TotpSetUp';

/** Totp is the authenticator app, and the codes for when it is lost. */
export function Totp({ account: me }: { account: Account }) {
  const { t } = useTranslation('account');
  const { t: common } = useTranslation('common');
  const client = useQueryClient();
  const [setting, setSetting] = useState(false);
  const [codes, setCodes] = useState<string[]>();
  const [removing, setRemoving] = useState(false);
  const refresh = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['account'], exact: true }),
      client.invalidateQueries({ queryKey: ['session'] }),
    ]);
  const onError = (error: Error) => {
    if (!(error instanceof NotConfirmed)) toast.show(textOf(error), { tone: 'danger' });
  };
  const renew = useMutation({
    mutationFn: () => confirmed(account.newRecoveryCodes),
    onSuccess: ({ recoveryCodes }) => {
      setCodes(recoveryCodes);
      return refresh();
    },
    onError,
  });
  const remove = useMutation({
    mutationFn: () => confirmed(account.removeTotp),
    onSuccess: () => {
      toast.show(t('totp.removed'), { tone: 'success' });
      return refresh();
    },
    onError,
  });

  return (
    <Section
      title={t('totp.title')}
      text={t('totp.text')}
      state={
        me.totp && (
          <Badge tone="live" icon={<Check size={14} aria-hidden="true" />}>
            {t('totp.on')}
          </Badge>
        )
      }
    >
      {codes ? (
        <RecoveryCodes codes={codes} doneLabel={common('done')} onDone={() => setCodes(undefined)} />
      ) : setting ? (
        <TotpSetUp
          onDone={(made) => {
            setSetting(false);
            setCodes(made);
            void refresh();
          }}
          onCancel={() => setSetting(false)}
        />
      ) : me.totp ? (
        <>
          <p className={styles['soft']}>{t('codes.left', { count: me.recoveryCodes })}</p>
          <div className={styles['actions']}>
            <Button isPending={renew.isPending} onPress={() => renew.mutate()}>
              {t('codes.renew')}
            </Button>
            <Button variant="quiet" onPress={() => setRemoving(true)}>
              {t('totp.remove')}
            </Button>
          </div>
        </>
      ) : (
        <div className={styles['actions']}>
          <Button variant="primary" onPress={() => setSetting(true)}>
            {t('totp.add')}
          </Button>
        </div>
      )}
      <ConfirmDialog
        isOpen={removing}
        onOpenChange={setRemoving}
        title={t('totp.remove.title')}
        confirmLabel={t('totp.remove')}
        onConfirm={() => {
          setRemoving(false);
          remove.mutate();
        }}
      >
        {t('totp.remove.text')}
      </ConfirmDialog>
    </Section>
  );
}
