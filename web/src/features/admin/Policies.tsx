import { useQuery } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { admin, type Organisation, type OrganisationChange } from '@/api/admin';
import { Button, Checkbox, RadioGroup, TextField, toast } from '@/ui';
import styles from './Admin.module.css';
import { Failure } from './Failure';
import { Head } from './Head';
import { useAct } from './useAct';

const switches = [
  'microphone',
  'camera',
  'share',
  'chat',
  'chatPrivate',
  'reactions',
  'raiseHand',
  'rename',
  'seePeople',
  'seeCameras',
] as const;

const longestAudit = 3650; // days, as the server has it

/** Policies is what holds for all meetings and accounts of the organisation. */
export default function Policies() {
  const { t } = useTranslation('admin');
  const organisation = useQuery({ queryKey: ['organisation'], queryFn: admin.organisation });
  return (
    <div className={styles['page']}>
      <Head title={t('section.policies')} lead={t('policies.lead')} />
      <Failure error={organisation.error} onRetry={() => void organisation.refetch()} />
      {organisation.data && <PoliciesForm organisation={organisation.data} />}
    </div>
  );
}

function PoliciesForm({ organisation }: { organisation: Organisation }) {
  const { t } = useTranslation('admin');
  const { t: common } = useTranslation('common');
  const [policy, setPolicy] = useState(organisation.meetingPolicy);
  const [lobby, setLobby] = useState(organisation.lobby);
  const [accountRequired, setAccountRequired] = useState(organisation.accountRequired);
  const [factor, setFactor] = useState(organisation.secondFactor);
  const [networks, setNetworks] = useState(organisation.adminNetworks.join('\n'));
  const [days, setDays] = useState(String(organisation.auditDays));
  const wrongDays = !/^\d+$/.test(days) || Number(days) < 1 || Number(days) > longestAudit;

  const change = changeOf(organisation, {
    meetingPolicy: policy,
    lobby,
    accountRequired,
    secondFactor: factor,
    adminNetworks: networks.split(/[\s,]+/).filter(Boolean),
    auditDays: Number(days),
  });
  const changed = Object.keys(change).length > 0;
  const save = useAct({
    act: () => admin.changeOrganisation(change),
    refresh: ['organisation'],
    onDone: () => toast.show(t('saved'), { tone: 'success' }),
    toastsFailure: false,
  });
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!wrongDays) save.mutate();
  };

  return (
    <form className={styles['page']} onSubmit={onSubmit} noValidate>
      <section className={styles['card']} aria-labelledby="policies-meetings">
        <h2 id="policies-meetings">{t('policies.meetings')}</h2>
        <fieldset className={styles['checks']}>
          <legend>{t('policies.attendees')}</legend>
          <div className={styles['twoColumns']}>
            {switches.map((name) => (
              <Checkbox
                key={name}
                label={t(`policy.${name}`)}
                value={policy[name]}
                onChange={(allowed) => setPolicy({ ...policy, [name]: allowed })}
              />
            ))}
          </div>
        </fieldset>
        <RadioGroup
          label={t('policies.lobby')}
          items={(['off', 'guests', 'everyone'] as const).map((id) => ({ id, label: t(`lobby.${id}`) }))}
          value={lobby}
          onChange={setLobby}
        />
        <Checkbox
          label={t('policies.account')}
          description={t('policies.account.hint')}
          value={accountRequired}
          onChange={setAccountRequired}
        />
      </section>
      <section className={styles['card']} aria-labelledby="policies-accounts">
        <h2 id="policies-accounts">{t('policies.accounts')}</h2>
        <fieldset className={styles['checks']}>
          <legend>{t('policies.factor')}</legend>
          <Checkbox
            label={t('policies.factor.administrators')}
            value={factor.administrators || factor.everyone}
            isDisabled={factor.everyone}
            onChange={(administrators) => setFactor({ ...factor, administrators })}
          />
          <Checkbox
            label={t('policies.factor.everyone')}
            description={t('policies.factor.hint')}
            value={factor.everyone}
            onChange={(everyone) => setFactor({ ...factor, everyone })}
          />
        </fieldset>
        <TextField
          label={t('policies.networks')}
          description={t('policies.networks.hint')}
          placeholder="192.0.2.0/24"
          value={networks}
          onChange={setNetworks}
          multiline
          rows={3}
        />
      </section>
      <section className={styles['card']} aria-labelledby="policies-audit">
        <h2 id="policies-audit">{t('section.audit')}</h2>
        <TextField
          label={t('policies.days')}
          description={t('policies.days.hint')}
          inputMode="numeric"
          value={days}
          onChange={setDays}
          errorMessage={wrongDays ? t('policies.days.wrong') : undefined}
        />
      </section>
      <div className={styles['saveBar']} data-changed={changed || undefined}>
        <Failure error={changed ? save.error : null} />
        <p role="status">{changed ? t('unsaved') : ''}</p>
        <Button type="submit" variant="primary" isDisabled={!changed} isPending={save.isPending}>
          {common('save')}
        </Button>
      </div>
    </form>
  );
}

/** What differs: only that is sent, so that what is harmless needs no proof of identity. */
function changeOf(
  before: Organisation,
  now: Required<Omit<OrganisationChange, 'name' | 'accent' | 'recording'>>,
) {
  return Object.fromEntries(
    Object.entries(now).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof Organisation]),
    ),
  ) as OrganisationChange;
}
