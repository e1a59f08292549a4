import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type InviteDraft, type MadeInvite, textOf } from '@/api';
import { Banner, Button, Select, TextField } from '@/ui';
import styles from './Gate.module.css';
import { useMakeInvite } from './queries';

const roles = ['moderator', 'presenter', 'attendee', 'viewer'] as const;
type Role = (typeof roles)[number];

/** How often a link lets somebody in. Coming back is no use of it. */
const uses = ['once', 'some', 'any'] as const;
type Uses = (typeof uses)[number];

/** The server's limit. */
const mostUses = 1_000_000;

interface Props {
  meeting: string;
  onMade: (made: MadeInvite) => void;
  onCancel: () => void;
}

/** Asks for whom a link is, as what, how often and when. Only the role has to be chosen. */
export function LinkForm({ meeting, onMade, onCancel }: Props) {
  const { t } = useTranslation('gate');
  const { t: common } = useTranslation('common');
  const make = useMakeInvite(meeting);
  const [role, setRole] = useState<Role>('attendee');
  const [name, setName] = useState('');
  const [often, setOften] = useState<Uses>('once');
  const [count, setCount] = useState('10');
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const [opened] = useState(Date.now);
  const number = Number(count);
  const countWrong = often === 'some' && !(Number.isInteger(number) && number > 0 && number <= mostUses);
  const timesWrong = from !== '' && until !== '' && Date.parse(until) <= Date.parse(from);
  const past = until !== '' && Date.parse(until) <= opened;

  const submit = () => {
    if (countWrong || timesWrong || past) return;
    const draft: InviteDraft = {
      role,
      ...(name.trim() !== '' && { name: name.trim() }),
      maxUses: often === 'once' ? 1 : often === 'some' ? number : 0,
      ...(from !== '' && { notBefore: new Date(from).toISOString() }),
      ...(until !== '' && { expiresAt: new Date(until).toISOString() }),
    };
    make.mutate(draft, { onSuccess: onMade });
  };
  return (
    <form
      className={styles['card']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <TextField
        label={t('links.name')}
        description={t('links.name.hint')}
        value={name}
        onChange={setName}
        maxLength={100}
        autoFocus
      />
      <div className={styles['pair']}>
        <Select
          label={t('links.role')}
          items={roles.map((id) => ({ id, label: common(`role.${id}`) }))}
          value={role}
          onChange={setRole}
        />
        <Select
          label={t('links.uses')}
          items={uses.map((id) => ({ id, label: t(`links.uses.${id}`) }))}
          value={often}
          onChange={setOften}
        />
      </div>
      {often === 'some' && (
        <TextField
          label={t('links.count')}
          value={count}
          onChange={setCount}
          inputMode="numeric"
          errorMessage={countWrong ? t('links.count.wrong') : undefined}
        />
      )}
      <TextField label={t('links.notBefore')} type="datetime-local" value={from} onChange={setFrom} />
      <TextField
        label={t('links.expiresAt')}
        type="datetime-local"
        value={until}
        onChange={setUntil}
        errorMessage={timesWrong ? t('links.times.wrong') : past ? t('links.times.past') : undefined}
      />
      {make.isError && (
        <Banner tone="danger" live>
          {textOf(make.error)}
        </Banner>
      )}
      <div className={styles['buttons']}>
        <Button type="submit" variant="primary" isPending={make.isPending}>
          {t('links.create')}
        </Button>
        <Button onPress={onCancel}>{common('cancel')}</Button>
      </div>
    </form>
  );
}
