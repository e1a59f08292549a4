import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { focusFirstInvalid } from '@/a11y';
import { admin, type Tenant } from '@/api/admin';
import { usePages } from '@/api/pages';
import {
  Badge,
  Button,
  Dialog,
  IconButton,
  LoadMore,
  Pencil,
  Plus,
  Table,
  TextField,
  toast,
  Trash2,
} from '@/ui';
import styles from './Admin.module.css';
import { Failure } from './Failure';
import { Head } from './Head';
import { OneTimeLink } from './OneTimeLink';
import { useAct } from './useAct';

/** Tenants lists the organisations of this server, for those who run it. */
export default function Tenants() {
  const { t } = useTranslation('admin');
  const tenants = usePages(['tenants'], admin.tenants, (part) => part.tenants);
  const [editing, setEditing] = useState<Tenant | 'new'>();
  const [removing, setRemoving] = useState<Tenant>();
  const [link, setLink] = useState<{ name: string; link: string }>();
  return (
    <div className={styles['page']}>
      <Head
        title={t('section.tenants')}
        lead={t('tenants.lead')}
        action={
          <Button
            variant="primary"
            size="large"
            icon={<Plus size={20} aria-hidden="true" />}
            onPress={() => setEditing('new')}
          >
            {t('tenants.add')}
          </Button>
        }
      />
      <Failure error={tenants.error} onRetry={() => void tenants.refetch()} />
      {tenants.items && (
        <Table
          label={t('section.tenants')}
          rows={tenants.items}
          keyOf={({ id }) => id}
          columns={[
            {
              id: 'name',
              title: t('organisation.name'),
              cell: ({ name, home }) => (
                <span className={styles['badges']}>
                  <span className={styles['name']}>{name}</span>
                  {home && <Badge tone="accent">{t('tenants.home')}</Badge>}
                </span>
              ),
            },
            { id: 'hosts', title: t('tenants.hosts'), cell: ({ hosts, link: at }) => hosts.join(', ') || at },
            {
              id: 'places',
              title: t('tenants.places'),
              numeric: true,
              cell: ({ places }) => (places === 0 ? t('tenants.noLimit') : places),
            },
            {
              id: 'actions',
              title: t('people.actions'),
              hideTitle: true,
              corner: true,
              numeric: true,
              cell: (tenant) => (
                <>
                  <IconButton
                    label={t('tenants.edit.of', { name: tenant.name })}
                    tooltip={t('tenants.edit')}
                    icon={<Pencil size={20} />}
                    onPress={() => setEditing(tenant)}
                  />
                  {!tenant.home && (
                    <IconButton
                      label={t('tenants.delete.of', { name: tenant.name })}
                      tooltip={t('tenants.delete')}
                      icon={<Trash2 size={20} />}
                      onPress={() => setRemoving(tenant)}
                    />
                  )}
                </>
              ),
            },
          ]}
        />
      )}
      <LoadMore
        hasMore={tenants.hasNextPage}
        isPending={tenants.isFetchingNextPage}
        onPress={() => void tenants.fetchNextPage()}
      />
      {editing !== undefined && (
        <TenantForm
          tenant={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
          onMade={setLink}
        />
      )}
      {removing && <DeleteTenant tenant={removing} onClose={() => setRemoving(undefined)} />}
      {link && <OneTimeLink {...link} onClose={() => setLink(undefined)} />}
    </div>
  );
}

interface TenantFormProps {
  tenant: Tenant | undefined;
  onClose: () => void;
  onMade: (made: { name: string; link: string }) => void;
}

function TenantForm({ tenant, onClose, onMade }: TenantFormProps) {
  const { t } = useTranslation('admin');
  const { t: common } = useTranslation('common');
  const [name, setName] = useState(tenant?.name ?? '');
  const [hosts, setHosts] = useState(tenant?.hosts.join('\n') ?? '');
  const [places, setPlaces] = useState(String(tenant?.places ?? 0));
  const [adminName, setAdminName] = useState('');
  const [adminEmail, setAdminEmail] = useState('');
  const [asked, setAsked] = useState(false);
  const fields = {
    name: name.trim(),
    hosts: hosts.split(/[\s,]+/).filter(Boolean),
    places: Number(places),
  };
  const save = useAct({
    act: async () => {
      if (tenant) {
        await admin.changeTenant(tenant.id, fields);
        return undefined;
      }
      const person = { adminName: adminName.trim(), adminEmail: adminEmail.trim() };
      return (await admin.addTenant({ ...fields, ...person })).link;
    },
    refresh: ['tenants'],
    onDone: (link) => {
      onClose();
      if (link === undefined) toast.show(t('saved'), { tone: 'success' });
      else onMade({ name: adminName.trim(), link });
    },
    toastsFailure: false,
  });
  const wrong = {
    name: fields.name === '',
    hosts: fields.hosts.length === 0 && !tenant?.home,
    places: !/^\d{1,6}$/.test(places),
    adminName: !tenant && adminName.trim() === '',
    adminEmail: !tenant && !/^[^\s@]+@[^\s@]+$/.test(adminEmail.trim()),
  };
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setAsked(true);
    if (Object.values(wrong).some(Boolean)) focusFirstInvalid(event.currentTarget);
    else save.mutate();
  };
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t(tenant ? 'tenants.edit' : 'tenants.add')}
      actions={
        <>
          <Button onPress={onClose}>{common('cancel')}</Button>
          <Button variant="primary" type="submit" form="tenant" isPending={save.isPending}>
            {t(tenant ? 'tenants.save' : 'tenants.add')}
          </Button>
        </>
      }
    >
      <form id="tenant" className={styles['form']} onSubmit={onSubmit} noValidate>
        <Failure error={save.error} />
        <TextField
          label={t('organisation.name')}
          value={name}
          onChange={setName}
          maxLength={100}
          autoComplete="off"
          errorMessage={asked && wrong.name ? common('fault.name_empty') : undefined}
          autoFocus
          isRequired
        />
        <TextField
          label={t('tenants.hosts')}
          description={t('tenants.hosts.hint')}
          placeholder="meet.example.org"
          value={hosts}
          onChange={setHosts}
          multiline
          rows={2}
          errorMessage={asked && wrong.hosts ? t('tenants.hosts.missing') : undefined}
          isRequired={!tenant?.home}
        />
        <TextField
          label={t('tenants.places')}
          description={t('tenants.places.hint')}
          inputMode="numeric"
          value={places}
          onChange={setPlaces}
          errorMessage={asked && wrong.places ? t('tenants.places.wrong') : undefined}
        />
        {!tenant && (
          <>
            <TextField
              label={t('tenants.adminName')}
              value={adminName}
              onChange={setAdminName}
              maxLength={100}
              autoComplete="off"
              errorMessage={asked && wrong.adminName ? common('fault.name_empty') : undefined}
              isRequired
            />
            <TextField
              label={t('tenants.adminEmail')}
              type="email"
              value={adminEmail}
              onChange={setAdminEmail}
              autoComplete="off"
              errorMessage={asked && wrong.adminEmail ? common('fault.email_invalid') : undefined}
              isRequired
            />
          </>
        )}
      </form>
    </Dialog>
  );
}

/** DeleteTenant wants the name typed: everything of the organisation goes with it. */
function DeleteTenant({ tenant, onClose }: { tenant: Tenant; onClose: () => void }) {
  const { t } = useTranslation('admin');
  const { t: common } = useTranslation('common');
  const [typed, setTyped] = useState('');
  const remove = useAct({
    act: () => admin.deleteTenant(tenant.id, typed.trim()),
    refresh: ['tenants'],
    onDone: () => {
      onClose();
      toast.show(t('tenants.deleted', { name: tenant.name }), { tone: 'success' });
    },
    toastsFailure: false,
  });
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (typed.trim() === tenant.name) remove.mutate();
  };
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t('tenants.delete.title', { name: tenant.name })}
      actions={
        <>
          <Button onPress={onClose}>{common('cancel')}</Button>
          <Button
            variant="danger"
            type="submit"
            form="delete-tenant"
            isDisabled={typed.trim() !== tenant.name}
            isPending={remove.isPending}
          >
            {t('tenants.delete')}
          </Button>
        </>
      }
    >
      <form id="delete-tenant" className={styles['form']} onSubmit={onSubmit} noValidate>
        <Failure error={remove.error} />
        <p>{t('tenants.delete.text')}</p>
        <TextField
          label={t('tenants.delete.type', { name: tenant.name })}
          value={typed}
          onChange={setTyped}
          autoComplete="off"
          autoFocus
        />
      </form>
    </Dialog>
  );
}
