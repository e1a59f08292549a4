import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { admin, type Provider } from '@/api/admin';
import {
  Badge,
  Banner,
  Button,
  ConfirmDialog,
  EmptyState,
  IconButton,
  IdCard,
  Menu,
  Pencil,
  Plus,
  Table,
  toast,
  Trash2,
} from '@/ui';
import styles from './Admin.module.css';
import { Failure } from './Failure';
import { Head } from './Head';
import { ProviderForm } from './ProviderForm';
import { useAct } from './useAct';

/** Providers is where people may sign in with an account they have elsewhere. */
export default function Providers() {
  const { t } = useTranslation('admin');
  const providers = useQuery({ queryKey: ['providers'], queryFn: admin.providers });
  const [editing, setEditing] = useState<Provider | Provider['kind']>();
  const [removing, setRemoving] = useState<Provider>();
  const list = providers.data?.providers ?? [];
  const remove = useAct({
    act: (id: string) => admin.deleteProvider(id),
    refresh: ['providers'],
    onDone: () => toast.show(t('providers.deleted'), { tone: 'success' }),
  });
  const test = useAct({
    act: async (provider: Provider) => ({ provider, ...(await admin.testProvider(provider.id)) }),
    refresh: ['providers'],
  });
  const add = (
    <Menu
      label={t('providers.add')}
      trigger={
        <Button variant="primary" size="large" icon={<Plus size={20} aria-hidden="true" />}>
          {t('providers.add')}
        </Button>
      }
      items={(['oidc', 'ldap'] as const).map((kind) => ({
        id: kind,
        label: t(`providers.kind.${kind}`),
        description: t(`providers.kind.${kind}.hint`),
        onAction: () => setEditing(kind),
      }))}
    />
  );
  return (
    <div className={styles['page']}>
      <Head title={t('section.providers')} lead={t('providers.lead')} action={list.length > 0 && add} />
      <Failure error={providers.error} onRetry={() => void providers.refetch()} />
      {test.data && (
        <Banner
          tone={test.data.ok ? 'success' : 'danger'}
          live
          title={t(test.data.ok ? 'providers.works' : 'providers.fails', { name: test.data.provider.name })}
        >
          {test.data.ok
            ? t('providers.works.text')
            : t('providers.fails.text', { problem: test.data.problem })}
        </Banner>
      )}
      {providers.isSuccess && list.length === 0 && (
        <EmptyState icon={<IdCard size={32} strokeWidth={1.5} />} title={t('providers.none')} actions={add}>
          {t('providers.none.text')}
        </EmptyState>
      )}
      {list.length > 0 && (
        <Table
          label={t('section.providers')}
          rows={list}
          keyOf={({ id }) => id}
          columns={[
            {
              id: 'name',
              title: t('providers.name'),
              cell: ({ name }) => <span className={styles['name']}>{name}</span>,
            },
            { id: 'kind', title: t('providers.kind'), cell: ({ kind }) => t(`providers.kind.${kind}`) },
            {
              id: 'state',
              title: t('people.state'),
              cell: ({ enabled }) => (
                <Badge tone={enabled ? 'live' : 'neutral'}>
                  {t(enabled ? 'providers.on' : 'providers.off')}
                </Badge>
              ),
            },
            {
              id: 'actions',
              title: t('people.actions'),
              hideTitle: true,
              numeric: true,
              cell: (provider) => (
                <>
                  <Button
                    size="small"
                    isPending={test.isPending && test.variables.id === provider.id}
                    onPress={() => test.mutate(provider)}
                  >
                    {t('providers.test')}
                    <span className="visually-hidden">: {provider.name}</span>
                  </Button>
                  <IconButton
                    label={t('providers.edit.of', { name: provider.name })}
                    tooltip={t('providers.edit')}
                    icon={<Pencil size={20} />}
                    onPress={() => setEditing(provider)}
                  />
                  <IconButton
                    label={t('providers.delete.of', { name: provider.name })}
                    tooltip={t('providers.delete')}
                    icon={<Trash2 size={20} />}
                    onPress={() => setRemoving(provider)}
                  />
                </>
              ),
            },
          ]}
        />
      )}
      {editing !== undefined && (
        <ProviderForm
          provider={typeof editing === 'string' ? undefined : editing}
          kind={typeof editing === 'string' ? editing : editing.kind}
          onClose={() => setEditing(undefined)}
        />
      )}
      {removing && (
        <ConfirmDialog
          isOpen
          onOpenChange={() => setRemoving(undefined)}
          title={t('providers.delete.title', { name: removing.name })}
          confirmLabel={t('providers.delete')}
          onConfirm={() => {
            setRemoving(undefined);
            remove.mutate(removing.id);
          }}
        >
          {t('providers.delete.text')}
        </ConfirmDialog>
      )}
    </div>
  );
}
