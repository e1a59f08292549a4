import { useId, useOptimistic, useTransition } from 'react';
import { useTranslation } from 'react-i18next';
import type { MeetingChange } from '@/api';
import { RadioGroup, Switch } from '@/ui';
import styles from './Gate.module.css';
import { LobbyFields, modeOf } from './LobbyFields';
import { useChange } from './queries';
import type { SectionProps } from './section';
import { SecretFields } from './SecretFields';

const newcomers = ['attendee', 'viewer'] as const;

/** Who comes in by the meeting's link, and what it takes. Each choice takes effect at once. */
export function Access({ meeting }: SectionProps) {
  const { t } = useTranslation('gate');
  const passcode = useId();
  const link = useId();
  const save = useChange(meeting.id);
  const [shown, show] = useOptimistic(meeting, (now, change: Partial<typeof meeting>) => ({
    ...now,
    ...change,
  }));
  const [, start] = useTransition();
  const change = (wanted: MeetingChange & Partial<typeof meeting>) => {
    start(async () => {
      show(wanted);
      await save(wanted);
    });
  };
  return (
    <>
      <div className={styles['part']}>
        <LobbyFields
          lobby={shown.lobby}
          onChange={(lobby) => change({ lobby: { ...lobby, mode: modeOf(lobby) } })}
        />
      </div>
      <section aria-labelledby={passcode} className={styles['part']}>
        <h4 id={passcode} className={styles['title']}>
          {t('passcode')}
        </h4>
        <SecretFields kind="passcode" set={meeting.passcodeSet} onSave={(text) => save({ passcode: text })} />
      </section>
      <section aria-labelledby={link} className={styles['part']}>
        <h4 id={link} className={styles['title']}>
          {t('access.link')}
        </h4>
        <Switch
          label={t('access.account')}
          description={t('access.account.text')}
          value={shown.accountRequired}
          onChange={(accountRequired) => change({ accountRequired })}
        />
        <RadioGroup
          label={t('access.newcomers')}
          items={newcomers.map((id) => ({
            id,
            label: t(`access.newcomers.${id}`),
            description: t(`access.newcomers.${id}.text`),
          }))}
          value={shown.newcomers}
          onChange={(next) => change({ newcomers: next })}
        />
      </section>
    </>
  );
}
