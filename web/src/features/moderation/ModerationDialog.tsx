import { useId, useOptimistic, useTransition } from 'react';
import { useTranslation } from 'react-i18next';
import { closeDialog, useCall } from '@/features/call/store';
import { LobbyFields } from '@/features/gate/LobbyFields';
import { PolicyFields } from '@/features/gate/PolicyFields';
import { SecretFields } from '@/features/gate/SecretFields';
import { attempt } from '@/features/notices/attempt';
import { type Lobby, live, type Policy, useLive, useMay } from '@/live';
import { Button, Dialog, DoorOpen, MicOff, Switch, Tabs, Users } from '@/ui';
import { muteEveryone, setLocked } from './commands';
import styles from './Moderation.module.css';

/** The door and what attendees may do. Each choice takes effect at once. */
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
      <Tabs
        label={t('title')}
        items={[
          { id: 'door', label: t('tab.door'), icon: <DoorOpen size={18} />, content: <Door /> },
          { id: 'attendees', label: t('attendees'), icon: <Users size={18} />, content: <Attendees /> },
        ]}
      />
    </Dialog>
  );
}

/** Who comes in, and how. */
function Door() {
  const { t } = useTranslation('moderation');
  const waiting = useId();
  const passcode = useId();
  const gate = useLive((state) => state.gate);
  const maySetPasscode = useMay('setPasscode');
  const [locked, lock] = useLock();
  return (
    <div className={styles['switches']}>
      <Switch label={t('lock')} description={t('lock.text')} value={locked} onChange={lock} />
      {gate !== null && (
        <section aria-labelledby={waiting} className={styles['section']}>
          <h3 id={waiting}>{t('lobby')}</h3>
          <LobbyOfGate lobby={gate.lobby} />
        </section>
      )}
      {gate !== null && maySetPasscode && (
        <section aria-labelledby={passcode} className={styles['section']}>
          <h3 id={passcode}>{t('passcode')}</h3>
          <SecretFields
            kind="passcode"
            set={gate.passcode}
            onSave={(text) => attempt(live.send('passcode.set', { passcode: text }))}
          />
        </section>
      )}
    </div>
  );
}

function LobbyOfGate({ lobby }: { lobby: Lobby }) {
  const [shown, show] = useOptimistic(lobby);
  const [, start] = useTransition();
  return (
    <LobbyFields
      lobby={shown}
      onChange={(next) => {
        start(async () => {
          show(next);
          await attempt(live.send('lobby.set', next));
        });
      }}
    />
  );
}

function Attendees() {
  const { t } = useTranslation('moderation');
  const [policy, change] = usePolicy();
  const mayMute = useMay('mute');
  return (
    <div className={styles['switches']}>
      <PolicyFields policy={policy} onChange={change} />
      {mayMute && (
        <Button icon={<MicOff size={16} aria-hidden="true" />} wide onPress={() => void muteEveryone()}>
          {t('muteAll')}
        </Button>
      )}
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
