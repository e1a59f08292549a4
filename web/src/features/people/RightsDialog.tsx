import { useOptimistic, useTransition } from 'react';
import { useTranslation } from 'react-i18next';
import { attempt } from '@/features/notices/attempt';
import { type Exceptions, live, type Seat, useLive } from '@/live';
import { Button, Dialog, RotateCw, Select } from '@/ui';
import { roleOf } from './authority';
import styles from './People.module.css';
import { byPolicy, exceptable, type Standing, standingOf, withStanding } from './rights';

/** What this one person may do, whatever the meeting's rules say. Each choice takes effect at once. */
export function RightsDialog({ seat, onClose }: { seat: Seat; onClose: () => void }) {
  const { t } = useTranslation('people');
  const { t: common } = useTranslation('common');
  const policy = useLive((state) => state.policy);
  const [exceptions, change] = useExceptions(seat);
  const role = roleOf(seat.role);
  const own = exceptions !== undefined && exceptions.allow.length + exceptions.deny.length > 0;
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      isDismissable
      title={t('rights.title', { name: seat.name })}
      actions={
        <>
          {own && (
            <Button
              variant="quiet"
              icon={<RotateCw size={16} aria-hidden="true" />}
              onPress={() => change({ allow: [], deny: [] })}
            >
              {t('rights.reset')}
            </Button>
          )}
          <Button variant="primary" onPress={onClose}>
            {common('close')}
          </Button>
        </>
      }
    >
      <div className={styles['form']}>
        <p className={styles['soft']}>{t('rights.text', { name: seat.name })}</p>
        <div className={styles['rights']}>
          {exceptable(seat.role).map((right) => (
            <div key={right} className={styles['right']}>
              <span aria-hidden="true">{t(`right.${right}`)}</span>
              <Select<Standing>
                label={t(`right.${right}`)}
                hideLabel
                value={standingOf(exceptions, right)}
                items={[
                  {
                    id: 'policy',
                    label: t(byPolicy(role, right, policy) ? 'rights.policy.yes' : 'rights.policy.no'),
                  },
                  { id: 'allow', label: t('rights.allow') },
                  { id: 'deny', label: t('rights.deny') },
                ]}
                onChange={(standing) => change(withStanding(exceptions, right, standing))}
              />
            </div>
          ))}
        </div>
      </div>
    </Dialog>
  );
}

/** The exceptions as they will be once the server agrees; a refusal takes the change back. */
function useExceptions(seat: Seat): [Exceptions | undefined, (next: Exceptions) => void] {
  const [shown, show] = useOptimistic(seat.exceptions);
  const [, start] = useTransition();
  const change = (next: Exceptions) => {
    start(async () => {
      show(next);
      await attempt(live.send('exceptions.set', { seat: seat.id, ...next }));
    });
  };
  return [shown, change];
}
