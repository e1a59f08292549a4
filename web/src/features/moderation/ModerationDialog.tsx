import { useId, useOptimistic, useTransition } from 'react';
import { useTranslation } from 'react-i18next';
import { closeDialog, useCall } from '@/features/call/store';
import { attempt } from '@/features/notices/attempt';
import { live, type Policy, useLive, useMay } from '@/live';
import { Button, Dialog, MicOff, Switch } from '@/ui';
import { muteEveryone, setLocked } from './commands';
import styles from './Moderation.module.css';

const ofAttendees = ['microphone', 'camera', 'share', 'chat'] as const;

/** What attendees may do, and the door. Each switch takes effect at once. */
export function ModerationDialog() {
  const { t } = useTranslation('moderation');
  const isOpen = useCall((state) => state.dialog === 'moderation');
  const maySet = useMay('setPolicy');
  return (
    <Dialog
      title={t('title')}
      isOpen={isOpen && maySet}
      onOpenChange={(open) => {
        if (!open) closeDialog();
      }}
      isDismissable
    >
      <Switches />
    </Dialog>
  );
}

function Switches() {
  const { t } = useTranslation('moderation');
  const attendees = useId();
  const everyone = useId();
  const [policy, change] = usePolicy();
  const [locked, lock] = useLock();
  const mayMute = useMay('mute');
  return (
    <div className={styles['switches']}>
      <section aria-labelledby={attendees} className={styles['section']}>
        <h3 id={attendees}>{t('attendees')}</h3>
        <p className={styles['soft']}>{t('attendees.text')}</p>
        {ofAttendees.map((name) => (
          <Switch
            key={name}
            label={t(`policy.${name}`)}
            value={policy[name]}
            onChange={(on) => {
              change({ [name]: on });
            }}
          />
        ))}
      </section>
      <section aria-labelledby={everyone} className={styles['section']}>
        <h3 id={everyone}>{t('everyone')}</h3>
        <Switch
          label={t('policy.reactions')}
          description={t('policy.reactions.text')}
          value={policy.reactions}
          onChange={(reactions) => {
            change({ reactions });
          }}
        />
        <Switch label={t('lock')} description={t('lock.text')} value={locked} onChange={lock} />
        {mayMute && (
          <Button icon={<MicOff size={16} aria-hidden="true" />} wide onPress={() => void muteEveryone()}>
            {t('muteAll')}
          </Button>
        )}
      </section>
    </div>
  );
}

/** The policy as it will be once the server agrees; a refusal takes the change back. */
function usePolicy(): [Policy, (change: Partial<Policy>) => void] {
  const policy = useLive((state) => state.policy);
  const [shown, show] = useOptimistic(policy, (now: Policy, change: Partial<Policy>) => ({
    ...now,
    ...change,
  }));
  const [, start] = useTransition();
  const change = (wanted: Partial<Policy>) => {
    start(async () => {
      show(wanted);
      await attempt(live.send('policy.set', { ...shown, ...wanted }));
    });
  };
  return [shown, change];
}

function useLock(): [boolean, (locked: boolean) => void] {
  const locked = useLive((state) => state.locked);
  const [shown, show] = useOptimistic(locked);
  const [, start] = useTransition();
  const change = (wanted: boolean) => {
    start(async () => {
      show(wanted);
      await setLocked(wanted);
    });
  };
  return [shown, change];
}
