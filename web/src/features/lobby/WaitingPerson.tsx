import { memo, useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { attempt } from '@/features/notices/attempt';
import { roleOf } from '@/features/people/authority';
import { live, useLive, type Waiter } from '@/live';
import { Avatar, Button, Ellipsis, IconButton, Menu, type MenuItem, TriangleAlert } from '@/ui';
import styles from './Lobby.module.css';

interface Props {
  waiter: Waiter;
  items: readonly MenuItem[];
  /** Something is being done about this person. */
  onAct: () => void;
}

/** One who waits: as they named themselves, what is known of them, and the answer. */
export const WaitingPerson = memo(function WaitingPerson({ waiter, items, onAct }: Props) {
  const { t } = useTranslation('lobby');
  const name = useId();
  const [pending, setPending] = useState<'admit' | 'deny' | null>(null);
  const knocks = waiter.reason === 'lobby';

  const answer = async (which: 'admit' | 'deny') => {
    onAct();
    setPending(which);
    const command =
      which === 'admit'
        ? live.send('lobby.admit', { waiter: waiter.id })
        : live.send('lobby.deny', { waiter: waiter.id, text: '', ban: false });
    if (await attempt(command)) announce(t(`${which}.done`, { name: waiter.name }));
    else setPending(null);
  };
  return (
    <li className={styles['person']}>
      <Avatar name={waiter.name} size={32} />
      <div className={styles['words']}>
        <p id={name} className={styles['name']}>
          <bdi>{waiter.name}</bdi>
        </p>
        <Facts waiter={waiter} />
        {waiter.suspect && (
          <p className={styles['suspect']}>
            <TriangleAlert size={14} aria-hidden="true" />
            {t('suspect')}
          </p>
        )}
      </div>
      <div className={styles['answers']}>
        {knocks ? (
          <>
            <Button
              size="small"
              variant="primary"
              aria-describedby={name}
              isPending={pending === 'admit'}
              onPress={() => void answer('admit')}
            >
              {t('admit')}
            </Button>
            <Button
              size="small"
              aria-describedby={name}
              isPending={pending === 'deny'}
              onPress={() => void answer('deny')}
            >
              {t('deny')}
            </Button>
          </>
        ) : (
          <p className={styles['fact']}>{t('full')}</p>
        )}
      </div>
      <div className={styles['more']}>
        <Menu
          label={t('more', { name: waiter.name })}
          items={items}
          trigger={
            <IconButton
              size="small"
              label={t('more', { name: waiter.name })}
              tooltip={false}
              icon={<Ellipsis size={18} />}
            />
          }
        />
      </div>
    </li>
  );
});

/** What is known of somebody beyond the name they typed. */
function Facts({ waiter }: { waiter: Waiter }) {
  const { t } = useTranslation('lobby');
  const { t: common } = useTranslation('common');
  const minutes = useMinutes(waiter.since);
  const role = roleOf(waiter.role);
  const who = waiter.guest ? t('guest') : waiter.email === '' ? t('account') : waiter.email;
  const facts = [
    who,
    ...(waiter.invited ? [t('invited')] : []),
    ...(role === 'attendee' ? [] : [common(`role.${role}`)]),
    ...(minutes > 0 ? [t('since', { count: minutes })] : []),
  ];
  return (
    <p className={styles['fact']} data-numbers>
      {facts.join(' · ')}
    </p>
  );
}

/** Whole minutes since then, on the server's clock. */
function useMinutes(since: number): number {
  const offset = useLive((state) => state.clockOffset);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 20_000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, Math.floor((now + offset - since) / 60_000));
}
