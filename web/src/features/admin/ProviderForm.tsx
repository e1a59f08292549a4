import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { focusFirstInvalid } from '@/a11y';
import { admin, type Provider } from '@/api/admin';
import { Button, Checkbox, CopyField, Dialog, PasswordField, TextField, toast } from '@/ui';
import styles from './Admin.module.css';
import { Failure } from './Failure';
import { draftOf, settingsOf, type Draft } from './providerDraft';
import { useAct } from './useAct';

export interface ProviderFormProps {
  provider: Provider | undefined;
  kind: Provider['kind'];
  onClose: () => void;
}

/** The fields of each kind, the needed ones first; the rest stands under "more". */
const fields = {
  oidc: { needed: ['issuer', 'clientId'], more: ['scopes', 'groupsClaim'], secret: 'clientSecret' },
  ldap: {
    needed: ['url', 'baseDn', 'userFilter'],
    more: ['bindDn', 'nameAttribute', 'emailAttribute', 'subjectAttribute', 'groupsAttribute'],
    secret: 'bindPassword',
  },
} as const;

/** ProviderForm sets up an identity provider: OpenID Connect or a directory. */
export function ProviderForm({ provider, kind, onClose }: ProviderFormProps) {
  const { t } = useTranslation('admin');
  const { t: common } = useTranslation('common');
  const [draft, setDraft] = useState<Draft>(() => draftOf(kind, provider));
  const [asked, setAsked] = useState(false);
  const set = (change: Partial<Draft>) => setDraft((present) => ({ ...present, ...change }));
  const { needed, more, secret } = fields[kind];
  const missing = (field: keyof Draft) => (asked && draft[field] === '' ? t('providers.missing') : undefined);

  const save = useAct({
    act: () => {
      const body = {
        name: draft.name.trim(),
        enabled: draft.enabled,
        settings: settingsOf(kind, draft, provider),
        ...(draft.secret === '' ? {} : { secret: draft.secret }),
      };
      return provider ? admin.changeProvider(provider.id, body) : admin.addProvider({ kind, ...body });
    },
    refresh: ['providers'],
    onDone: () => {
      onClose();
      toast.show(t('saved'), { tone: 'success' });
    },
    toastsFailure: false,
  });
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setAsked(true);
    if (draft.name.trim() === '' || needed.some((field) => draft[field].trim() === ''))
      focusFirstInvalid(event.currentTarget);
    else save.mutate();
  };
  const text = (field: (typeof needed)[number] | (typeof more)[number], isRequired: boolean) => (
    <TextField
      key={field}
      label={t(`providers.${field}`)}
      description={t(`providers.${field}.hint`)}
      value={draft[field]}
      onChange={(value) => set({ [field]: value })}
      autoComplete="off"
      errorMessage={isRequired ? missing(field) : undefined}
      isRequired={isRequired}
    />
  );

  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t(`providers.kind.${kind}`)}
      actions={
        <>
          <Button onPress={onClose}>{common('cancel')}</Button>
          <Button variant="primary" type="submit" form="provider" isPending={save.isPending}>
            {common('save')}
          </Button>
        </>
      }
    >
      <form id="provider" className={styles['form']} onSubmit={onSubmit} noValidate>
        <Failure error={save.error} />
        {provider && kind === 'oidc' && (
          <div className={styles['form']}>
            <p className={styles['soft']}>{t('providers.register')}</p>
            <CopyField label={t('providers.redirect')} text={provider.redirectUri} />
            <CopyField label={t('providers.backchannel')} text={provider.backchannelUri} />
          </div>
        )}
        <TextField
          label={t('providers.name')}
          description={t('providers.name.hint')}
          value={draft.name}
          onChange={(name) => set({ name })}
          maxLength={60}
          autoComplete="off"
          errorMessage={missing('name')}
          autoFocus
          isRequired
        />
        {needed.map((field) => text(field, true))}
        <PasswordField
          label={t(`providers.${secret}`)}
          description={provider?.secretSet ? t('providers.secret.kept') : undefined}
          value={draft.secret}
          onChange={(value) => set({ secret: value })}
          autoComplete="off"
        />
        {kind === 'ldap' && (
          <Checkbox
            label={t('providers.startTls')}
            description={t('providers.startTls.hint')}
            value={draft.startTls}
            onChange={(startTls) => set({ startTls })}
          />
        )}
        <Checkbox
          label={t('providers.create')}
          description={t('providers.create.hint')}
          value={draft.create}
          onChange={(create) => set({ create })}
        />
        <TextField
          label={t('providers.domains')}
          description={t('providers.domains.hint')}
          placeholder="example.org"
          value={draft.domains}
          onChange={(domains) => set({ domains })}
          autoComplete="off"
        />
        <TextField
          label={t('providers.adminGroups')}
          description={t('providers.adminGroups.hint')}
          value={draft.adminGroups}
          onChange={(adminGroups) => set({ adminGroups })}
          autoComplete="off"
        />
        <details className={styles['details']}>
          <summary>{t('providers.more')}</summary>
          <div className={styles['form']}>{more.map((field) => text(field, false))}</div>
        </details>
        <Checkbox
          label={t('providers.enabled')}
          description={t('providers.enabled.hint')}
          value={draft.enabled}
          onChange={(enabled) => set({ enabled })}
        />
      </form>
    </Dialog>
  );
}
