import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { focusFirstInvalid } from '@/a11y';
import { textOf } from '@/api';
import { account, type Account } from '@/api/account';
import { confirmed, NotConfirmed } from '@/api/confirm';
import { leastLength, PasswordStrength } from '@/features/setup';
import { Banner, Button, PasswordField, toast } from '@/ui';
import styles from './Account.module.css';
import { Section } from './Section';

export function Password({ account: me }: { account: Account }) {
  const { t } = useTranslation('account');
  const { t: common } = useTranslation('common');
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState('');
  const [asked, setAsked] = useState(false);
  const close = () => {
    setOpen(false);
    setOld('');
    setFresh('');
    setAsked(false);
    change.reset();
  };
  const change = useMutation({
    mutationFn: () => confirmed(() => account.changePassword({ old, new: fresh })),
    onSuccess: async () => {
      close();
      toast.show(t('password.saved'), { tone: 'success' });
      await client.invalidateQueries({ queryKey: ['account'] });
    },
  });
  if (!me.password) return null; // the provider's own matter

  const tooShort = Array.from(fresh).length < leastLength;
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setAsked(true);
    if (tooShort || old === '') focusFirstInvalid(event.currentTarget);
    else change.mutate();
  };
  return (
    <Section title={t('password.title')} text={t('password.text')}>
      {open ? (
        <form className={styles['form']} onSubmit={onSubmit} noValidate>
          {change.isError && !(change.error instanceof NotConfirmed) && (
            <Banner tone="danger" live>
              {textOf(change.error)}
            </Banner>
          )}
          <PasswordField
            label={t('password.old')}
            autoComplete="current-password"
            value={old}
            onChange={setOld}
            errorMessage={asked && old === '' ? t('password.old.missing') : undefined}
            autoFocus
            isRequired
          />
          <PasswordField
            label={t('password.new')}
            autoComplete="new-password"
            value={fresh}
            onChange={setFresh}
            description={<PasswordStrength password={fresh} />}
            errorMessage={asked && tooShort ? common('fault.password_too_short') : undefined}
            isRequired
          />
          <div className={styles['actions']}>
            <Button type="submit" variant="primary" isPending={change.isPending}>
              {t('password.change')}
            </Button>
            <Button onPress={close}>{common('cancel')}</Button>
          </div>
        </form>
      ) : (
        <div className={styles['actions']}>
          <Button onPress={() => setOpen(true)}>{t('password.change')}</Button>
        </div>
      )}
    </Section>
  );
}
