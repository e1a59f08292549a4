import { useQuery } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { focusFirstInvalid } from '@/a11y';
import { admin, type Key } from '@/api/admin';
import { formatDate } from '@/i18n';
import type { resources } from '@/i18n/resources.gen';
import {
  Badge,
  Button,
  Checkbox,
  ConfirmDialog,
  CopyField,
  DateField,
  Dialog,
  EmptyState,
  IconButton,
  KeyRound,
  Plus,
  Table,
  TextField,
  toast,
  Trash2,
} from '@/ui';
import styles from './Admin.module.css';
import { Failure } from './Failure';
import { Head } from './Head';
import { useAct } from './useAct';

type ScopeKey = Extract<keyof resources['admin'], `scope.${string}`>;

/** useScopeText says in words what a scope is good for; a scope we have no words for is shown as it is. */
function useScopeText(): (scope: string) => string {
  const { t, i18n } = useTranslation('admin');
  const has = (key: string): key is ScopeKey => i18n.exists(key, { ns: 'admin' });
  return (scope) => {
    const key = `scope.${scope.replace(':', '.')}`; // i18next takes a colon for its own
    return has(key) ? t(key) : scope;
  };
}

/** Keys lets other programs in, each for what it needs. */
export default function Keys() {
  const { t } = useTranslation('admin');
  const keys = useQuery({ queryKey: ['keys'], queryFn: admin.keys });
  const scopeText = useScopeText();
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string>();
  const [removing, setRemoving] = useState<Key>();
  const list = keys.data?.keys ?? [];
  const remove = useAct({
    act: (id: string) => admin.deleteKey(id),
    refresh: ['keys'],
    onDone: () => toast.show(t('keys.deleted'), { tone: 'success' }),
  });
  const add = (
    <Button
      variant="primary"
      size="large"
      icon={<Plus size={20} aria-hidden="true" />}
      onPress={() => setAdding(true)}
    >
      {t('keys.add')}
    </Button>
  );
  return (
    <div className={styles['page']}>
      <Head title={t('section.keys')} lead={t('keys.lead')} action={list.length > 0 && add} />
      <Failure error={keys.error} onRetry={() => void keys.refetch()} />
      {keys.isSuccess && list.length === 0 && (
        <EmptyState icon={<KeyRound size={32} strokeWidth={1.5} />} title={t('keys.none')} actions={add}>
          {t('keys.none.text')}
        </EmptyState>
      )}
      {list.length > 0 && (
        <Table
          label={t('section.keys')}
          rows={list}
          keyOf={({ id }) => id}
          columns={[
            {
              id: 'name',
              title: t('keys.name'),
              cell: ({ name }) => <span className={styles['name']}>{name}</span>,
            },
            {
              id: 'scopes',
              title: t('keys.may'),
              cell: ({ scopes }) => (
                <span className={styles['badges']}>
                  {scopes.map((scope) => (
                    <Badge key={scope}>{scopeText(scope)}</Badge>
                  ))}
                </span>
              ),
            },
            {
              id: 'expires',
              title: t('keys.until'),
              cell: ({ expiresAt }) =>
                expiresAt === undefined ? t('keys.never') : formatDate(new Date(expiresAt)),
            },
            {
              id: 'actions',
              title: t('people.actions'),
              hideTitle: true,
              corner: true,
              numeric: true,
              cell: (key) => (
                <IconButton
                  label={t('keys.delete.of', { name: key.name })}
                  tooltip={t('keys.delete')}
                  icon={<Trash2 size={20} />}
                  onPress={() => setRemoving(key)}
                />
              ),
            },
          ]}
        />
      )}
      {adding && (
        <AddKey
          scopes={keys.data?.scopes ?? []}
          onClose={() => setAdding(false)}
          onMade={(made) => {
            setAdding(false);
            setSecret(made);
          }}
        />
      )}
      {secret !== undefined && <Secret secret={secret} onClose={() => setSecret(undefined)} />}
      {removing && (
        <ConfirmDialog
          isOpen
          onOpenChange={() => setRemoving(undefined)}
          title={t('keys.delete.title', { name: removing.name })}
          confirmLabel={t('keys.delete')}
          onConfirm={() => {
            setRemoving(undefined);
            remove.mutate(removing.id);
          }}
        >
          {t('keys.delete.text')}
        </ConfirmDialog>
      )}
    </div>
  );
}

interface AddKeyProps {
  scopes: readonly string[];
  onClose: () => void;
  onMade: (secret: string) => void;
}

function AddKey({ scopes, onClose, onMade }: AddKeyProps) {
  const { t } = useTranslation('admin');
  const { t: common } = useTranslation('common');
  const scopeText = useScopeText();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [until, setUntil] = useState('');
  const [asked, setAsked] = useState(false);
  const make = useAct({
    act: () =>
      admin.addKey({
        name: name.trim(),
        scopes: [...chosen],
        ...(until === '' ? {} : { expiresAt: new Date(`${until}T23:59:59`).toISOString() }),
      }),
    refresh: ['keys'],
    onDone: ({ secret }) => onMade(secret),
    toastsFailure: false,
  });
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setAsked(true);
    if (name.trim() === '') focusFirstInvalid(event.currentTarget);
    else if (chosen.length > 0) make.mutate();
  };
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t('keys.add')}
      actions={
        <>
          <Button onPress={onClose}>{common('cancel')}</Button>
          <Button variant="primary" type="submit" form="add-key" isPending={make.isPending}>
            {t('keys.add')}
          </Button>
        </>
      }
    >
      <form id="add-key" className={styles['form']} onSubmit={onSubmit} noValidate>
        <Failure error={make.error} />
        <TextField
          label={t('keys.name')}
          description={t('keys.name.hint')}
          value={name}
          onChange={setName}
          maxLength={100}
          autoComplete="off"
          errorMessage={asked && name.trim() === '' ? common('fault.name_empty') : undefined}
          autoFocus
          isRequired
        />
        <fieldset className={styles['checks']}>
          <legend>{t('keys.may')}</legend>
          {scopes.map((scope) => (
            <Checkbox
              key={scope}
              label={scopeText(scope)}
              value={chosen.includes(scope)}
              onChange={(on) =>
                setChosen(on ? [...chosen, scope] : chosen.filter((other) => other !== scope))
              }
            />
          ))}
          {asked && chosen.length === 0 && <p role="alert">{t('keys.may.missing')}</p>}
        </fieldset>
        <DateField
          label={t('keys.until')}
          description={t('keys.until.hint')}
          value={until}
          onChange={setUntil}
        />
      </form>
    </Dialog>
  );
}

function Secret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTranslation('admin');
  const { t: common } = useTranslation('common');
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t('keys.secret')}
      actions={
        <Button variant="primary" onPress={onClose}>
          {common('done')}
        </Button>
      }
    >
      <div className={styles['form']}>
        <p>{t('keys.secret.text')}</p>
        <CopyField label={t('keys.secret')} text={secret} />
      </div>
    </Dialog>
  );
}
