import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { textOf } from '@/api';
import { account, type Account } from '@/api/account';
import { Button, TextField, toast } from '@/ui';
import styles from './Account.module.css';
import { Section } from './Section';

export function Name({ account: me }: { account: Account }) {
  const { t } = useTranslation('account');
  const { t: common } = useTranslation('common');
  const client = useQueryClient();
  const [name, setName] = useState(me.name);
  const rename = useMutation({
    mutationFn: () => account.rename(name.trim()),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['account'] });
      await client.invalidateQueries({ queryKey: ['session'] });
      toast.show(t('name.saved'), { tone: 'success' });
    },
  });
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (name.trim() !== '') rename.mutate();
  };
  return (
    <Section title={t('name.title')} text={t('name.text', { email: me.email })}>
      <form className={styles['line']} onSubmit={onSubmit} noValidate>
        <TextField
          label={t('name')}
          autoComplete="name"
          value={name}
          onChange={setName}
          maxLength={100}
          errorMessage={
            name.trim() === ''
              ? common('fault.name_empty')
              : rename.isError
                ? textOf(rename.error)
                : undefined
          }
          className={styles['grow']}
          isRequired
        />
        <Button type="submit" isDisabled={name.trim() === me.name} isPending={rename.isPending}>
          {common('save')}
        </Button>
      </form>
    </Section>
  );
}
