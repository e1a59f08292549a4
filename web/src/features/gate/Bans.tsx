import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { textOf } from '@/api';
import { formatDate } from '@/i18n';
import { Banner, Button, Spinner } from '@/ui';
import styles from './Gate.module.css';
import { useBans, useLiftBan } from './queries';
import type { SectionProps } from './section';

/** Who is kept out of this meeting for good, and how they are let in again. */
export function Bans({ meeting }: SectionProps) {
  const { t } = useTranslation('gate');
  const { t: common } = useTranslation('common');
  const bans = useBans(meeting.id);
  const lift = useLiftBan(meeting.id);
  const box = useRef<HTMLDivElement>(null);
  if (bans.isError) return <Banner tone="danger">{textOf(bans.error)}</Banner>;
  if (bans.isPending) {
    return (
      <div className={styles['loading']}>
        <Spinner label={common('loading')} />
      </div>
    );
  }
  return (
    <div ref={box} tabIndex={-1} className={styles['part']}>
      <p className={styles['soft']}>{t('bans.text')}</p>
      {bans.data.length === 0 ? (
        <p className={styles['empty']}>{t('bans.none')}</p>
      ) : (
        <ul role="list" className={styles['list']} aria-label={t('section.bans')}>
          {bans.data.map(({ id, userName, inviteName, createdAt }) => {
            const name = userName || inviteName || t('bans.nameless');
            return (
              <li key={id} className={styles['item']}>
                <div className={styles['itemWords']}>
                  <p className={styles['itemName']}>
                    <bdi>{name}</bdi>
                  </p>
                  <p className={styles['soft']}>
                    {t(userName === '' ? 'bans.invite' : 'bans.account', {
                      date: formatDate(new Date(createdAt)),
                    })}
                  </p>
                </div>
                <Button
                  size="small"
                  isPending={lift.isPending && lift.variables === id}
                  onPress={() => {
                    lift.mutate(id, {
                      onSuccess: () => {
                        announce(t('bans.lifted', { name }));
                        box.current?.focus();
                      },
                    });
                  }}
                >
                  {t('bans.lift')}
                </Button>
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
