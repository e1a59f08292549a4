import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { textOf } from '@/api';
import { account, type Passkey } from '@/api/account';
import { confirmed, NotConfirmed } from '@/api/confirm';
import { hasPasskeys, PasskeyDeclined } from '@/features/passkey';
import { formatDate } from '@/i18n';
import { Banner, Button, Dialog, Fingerprint, IconButton, Pencil, TextField, toast, Trash2 } from '@/ui';
import styles from './Account.module.css';
import { Section } from './Section';
import { useAddPasskey } from './useAddPasskey';

export function Passkeys() {
  const { t } = useTranslation('account');
  const client = useQueryClient();
  const passkeys = useQuery({ queryKey: ['account', 'passkeys'], queryFn: account.passkeys });
  const [naming, setNaming] = useState<Passkey>();
  const add = useAddPasskey(() => toast.show(t('passkeys.added'), { tone: 'success' }));
  const list = passkeys.data?.passkeys ?? [];
  const refresh = () => client.invalidateQueries({ queryKey: ['account'] });
  const remove = useMutation({
    mutationFn: (id: string) => confirmed(() => account.deletePasskey(id)),
    onSuccess: () => {
      toast.show(t('passkeys.deleted'), { tone: 'success' });
      return refresh();
    },
    onError: (error) => {
      if (!(error instanceof NotConfirmed)) toast.show(textOf(error), { tone: 'danger' });
    },
  });

  return (
    <Section title={t('passkeys.title')} text={t('passkeys.text')}>
      {passkeys.isError && <Banner tone="danger">{textOf(passkeys.error)}</Banner>}
      {add.isError && !(add.error instanceof NotConfirmed) && (
        <Banner tone={add.error instanceof PasskeyDeclined ? 'info' : 'danger'} live>
          {add.error instanceof PasskeyDeclined ? t('passkeys.declined') : textOf(add.error)}
        </Banner>
      )}
      {list.length > 0 && (
        <ul role="list" className={styles['list']} aria-label={t('passkeys.title')}>
          {list.map((passkey) => (
            <li key={passkey.id} className={styles['item']}>
              <div className={styles['words']}>
                <p className={styles['name']}>{passkey.name}</p>
                <p className={styles['soft']}>
                  {t('passkeys.made', { when: formatDate(new Date(passkey.createdAt)) })}
                </p>
              </div>
              <div className={styles['buttons']}>
                <IconButton
                  label={t('passkeys.rename.of', { name: passkey.name })}
                  tooltip={t('passkeys.rename')}
                  icon={<Pencil size={18} />}
                  onPress={() => setNaming(passkey)}
                />
                <IconButton
                  label={t('passkeys.delete.of', { name: passkey.name })}
                  tooltip={t('passkeys.delete')}
                  icon={<Trash2 size={18} />}
                  onPress={() => remove.mutate(passkey.id)}
                />
              </div>
            </li>
          ))}
        </ul>
      )}
      {hasPasskeys() ? (
        <div className={styles['actions']}>
          <Button
            icon={<Fingerprint size={18} aria-hidden="true" />}
            isPending={add.isPending}
            onPress={() => add.mutate(t('passkeys.newName', { date: formatDate(Date.now()) }))}
          >
            {t('passkeys.add')}
          </Button>
        </div>
      ) : (
        <p className={styles['soft']}>{t('passkeys.cannot')}</p>
      )}
      {naming && (
        <Rename
          passkey={naming}
          onClose={() => setNaming(undefined)}
          onDone={() => {
            setNaming(undefined);
            void refresh();
          }}
        />
      )}
    </Section>
  );
}

function Rename({ passkey, onClose, onDone }: { passkey: Passkey; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation('account');
  const { t: common } = useTranslation('common');
  const [name, setName] = useState(passkey.name);
  const rename = useMutation({
    mutationFn: () => account.renamePasskey(passkey.id, name.trim()),
    onSuccess: onDone,
  });
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (name.trim() !== '') rename.mutate();
  };
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      size="small"
      title={t('passkeys.rename')}
      actions={
        <>
          <Button onPress={onClose}>{common('cancel')}</Button>
          <Button variant="primary" type="submit" form="rename-passkey" isPending={rename.isPending}>
            {common('save')}
          </Button>
        </>
      }
    >
      <form id="rename-passkey" onSubmit={onSubmit} noValidate>
        <TextField
          label={t('passkeys.name')}
          description={t('passkeys.name.hint')}
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
          autoFocus
          isRequired
        />
      </form>
    </Dialog>
  );
}
