import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import type { RoleRule } from '@/api';
import { Button, IconButton, Plus, Select, TextField, Trash2 } from '@/ui';
import { isDomain } from './domains';
import styles from './Gate.module.css';
import { useChange } from './queries';
import type { SectionProps } from './section';

/** By what a role is given here. A rule by account id comes from the API only. */
const kinds = ['email', 'domain', 'group'] as const;
type Kind = (typeof kinds)[number];

const roles = ['owner', 'moderator', 'presenter', 'attendee', 'viewer'] as const;
type Role = (typeof roles)[number];

const idOf = ({ kind, value }: RoleRule): string => `${kind}:${value}`;

/** Who has which role from the beginning: known at the door by their account. */
export function Roles({ meeting }: SectionProps) {
  const { t } = useTranslation('gate');
  const { t: common } = useTranslation('common');
  const change = useChange(meeting.id);
  const rules = meeting.roles;

  const remove = async (rule: RoleRule) => {
    const rest = rules.filter((each) => idOf(each) !== idOf(rule));
    if (await change({ roles: rest })) announce(t('roles.removed', { who: rule.value }));
  };
  const add = (rule: RoleRule) =>
    change({ roles: [...rules.filter((each) => idOf(each) !== idOf(rule)), rule] });
  return (
    <>
      <div className={styles['part']}>
        <p className={styles['soft']}>{t('roles.text')}</p>
        {rules.length === 0 ? (
          <p className={styles['empty']}>{t('roles.none')}</p>
        ) : (
          <ul role="list" className={styles['list']} aria-label={t('section.roles')}>
            {rules.map((rule) => (
              <li key={idOf(rule)} className={styles['item']}>
                <div className={styles['itemWords']}>
                  <p className={styles['itemName']}>
                    {rule.kind === 'user' ? t('roles.account') : rule.value}
                  </p>
                  <p className={styles['soft']}>
                    {common(`role.${rule.role}`)} · {t(`roles.kind.${rule.kind}`)}
                  </p>
                </div>
                <IconButton
                  size="small"
                  label={t('roles.remove', { who: rule.value })}
                  icon={<Trash2 size={18} />}
                  onPress={() => void remove(rule)}
                />
              </li>
            ))}
          </ul>
        )}
      </div>
      <AddRule onAdd={add} />
    </>
  );
}

/** What is wrong with a value that does not have the shape of its kind. */
function fits(kind: Kind, value: string): boolean {
  if (value === '') return false;
  if (kind === 'email') return /^[^\s@]+@[^\s@]+\.[^\s@]+$/u.test(value);
  return kind === 'domain' ? isDomain(value) : true;
}

function AddRule({ onAdd }: { onAdd: (rule: RoleRule) => Promise<boolean> }) {
  const { t } = useTranslation('gate');
  const { t: common } = useTranslation('common');
  const [kind, setKind] = useState<Kind>('email');
  const [value, setValue] = useState('');
  const [role, setRole] = useState<Role>('moderator');
  const [tried, setTried] = useState(false);
  const [pending, setPending] = useState(false);
  const typed =
    kind === 'group'
      ? value.trim()
      : value
          .trim()
          .toLowerCase()
          .replace(kind === 'domain' ? /^@/u : '', '');

  const add = async () => {
    setTried(true);
    if (!fits(kind, typed)) return;
    setPending(true);
    const done = await onAdd({ kind, value: typed, role });
    setPending(false);
    if (!done) return;
    announce(t('roles.added', { who: typed }));
    setValue('');
    setTried(false);
  };
  return (
    <form
      className={styles['card']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <div className={styles['pair']}>
        <Select
          label={t('roles.by')}
          items={kinds.map((id) => ({ id, label: t(`roles.kind.${id}`) }))}
          value={kind}
          onChange={setKind}
        />
        <Select
          label={t('roles.role')}
          items={roles.map((id) => ({ id, label: common(`role.${id}`) }))}
          value={role}
          onChange={setRole}
        />
      </div>
      <TextField
        label={t(`roles.value.${kind}`)}
        description={t(`roles.value.${kind}.hint`)}
        value={value}
        onChange={setValue}
        maxLength={320}
        errorMessage={tried && !fits(kind, typed) ? t(`roles.value.${kind}.wrong`) : undefined}
      />
      <div className={styles['buttons']}>
        <Button type="submit" icon={<Plus size={18} aria-hidden="true" />} isPending={pending}>
          {t('roles.add')}
        </Button>
      </div>
    </form>
  );
}
