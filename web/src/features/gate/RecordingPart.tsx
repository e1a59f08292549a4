import { useId, useOptimistic, useState, useTransition } from 'react';
import { useTranslation } from 'react-i18next';
import type { Meeting, MeetingChange } from '@/api';
import type { RecordingSettings } from '@/api/recordings';
import { MakeFields } from '@/features/library';
import { RadioGroup, Select, Switch, TextField } from '@/ui';
import styles from './Gate.module.css';
import { useChange } from './queries';
import type { SectionProps } from './section';

const starters = ['moderator', 'owner', 'presenter', 'nobody'] as const;
type Starter = (typeof starters)[number];
const audiences = ['nobody', 'participants', 'members', 'link'] as const;

const starterOf = (role: Meeting['policy']['recordStart']): Starter => (role === '' ? 'nobody' : role);
const roleOf = (id: Starter) => (id === 'nobody' ? '' : id);

/** Who may record, what is made of it, who may watch it and for how long. Each choice takes effect at once. */
export function RecordingPart({ meeting }: SectionProps) {
  const { t } = useTranslation('gate');
  const who = useId();
  const what = useId();
  const after = useId();
  const save = useChange(meeting.id);
  const [shown, show] = useOptimistic(meeting, (now, change: Partial<Meeting>) => ({ ...now, ...change }));
  const [, start] = useTransition();
  // What is typed is sent when the field is left, not at each key.
  const [mark, setMark] = useState(meeting.recording.mark);
  const change = (told: MeetingChange, seen: Partial<Meeting>) => {
    start(async () => {
      show(seen);
      await save(told);
    });
  };
  const set = (part: Partial<RecordingSettings>) => {
    const recording = { ...shown.recording, mark: meeting.recording.mark, ...part };
    change({ recording }, { recording });
  };
  const { sharing } = shown.recording;
  const rules = meeting.recordingRules;
  return (
    <>
      {rules.off && <p className={styles['soft']}>{t('recording.off')}</p>}
      <section aria-labelledby={who} className={styles['part']}>
        <h4 id={who} className={styles['title']}>
          {t('recording.who')}
        </h4>
        <Select
          label={t('recording.start')}
          items={starters.map((id) => ({ id, label: t(`recording.by.${id}`) }))}
          value={starterOf(shown.policy.recordStart)}
          onChange={(id) => {
            const recordStart = roleOf(id);
            change({ policy: { recordStart } }, { policy: { ...shown.policy, recordStart } });
          }}
        />
        <Select
          label={t('recording.stop')}
          items={starters.map((id) => ({ id, label: t(`recording.by.${id}`) }))}
          value={starterOf(shown.policy.recordStop)}
          onChange={(id) => {
            const recordStop = roleOf(id);
            change({ policy: { recordStop } }, { policy: { ...shown.policy, recordStop } });
          }}
        />
        <p className={styles['soft']}>{t('recording.asked')}</p>
      </section>
      <section aria-labelledby={what} className={styles['part']}>
        <h4 id={what} className={styles['title']}>
          {t('recording.what')}
        </h4>
        <MakeFields
          atOnce
          make={{ ...shown.recording, mark }}
          onChange={({ mark: typed, ...part }) => {
            if (typed === undefined) set(part);
            else setMark(typed);
          }}
          onMarkDone={() => {
            if (mark.trim() !== meeting.recording.mark) set({ mark: mark.trim() });
          }}
        />
      </section>
      <section aria-labelledby={after} className={styles['part']}>
        <h4 id={after} className={styles['title']}>
          {t('recording.after')}
        </h4>
        <RadioGroup
          label={t('recording.with')}
          items={audiences.map((id) => ({
            id,
            label: t(`recording.with.${id}`),
            description: t(`recording.with.${id}.text`),
          }))}
          value={sharing.with}
          onChange={(audience) => set({ sharing: { ...sharing, with: audience } })}
        />
        <Switch
          label={t('recording.download')}
          value={sharing.download}
          onChange={(download) => set({ sharing: { ...sharing, download } })}
        />
        <Switch
          label={t('recording.watermark')}
          description={t(rules.watermark ? 'recording.watermark.always' : 'recording.watermark.text')}
          value={rules.watermark || sharing.watermark}
          isDisabled={rules.watermark}
          onChange={(watermark) => set({ sharing: { ...sharing, watermark } })}
        />
        <Days days={shown.recording.days} bounds={rules.retention} onChange={(days) => set({ days })} />
      </section>
    </>
  );
}

interface DaysProps {
  days: number;
  bounds: Meeting['recordingRules']['retention'];
  onChange: (days: number) => void;
}

/** For how many days recordings are kept; empty for the organisation's own number. */
function Days({ days, bounds, onChange }: DaysProps) {
  const { t } = useTranslation('gate');
  const [text, setText] = useState(days === 0 ? '' : String(days));
  const [left, setLeft] = useState(false);
  const wanted = text.trim() === '' ? 0 : Number(text);
  const wrong =
    text.trim() !== '' && !(Number.isInteger(wanted) && wanted >= bounds.min && wanted <= bounds.max);
  return (
    <TextField
      label={t('recording.days')}
      description={t('recording.days.hint', { count: bounds.default })}
      inputMode="numeric"
      value={text}
      onChange={(next) => {
        setText(next);
        setLeft(false);
      }}
      onBlur={() => {
        setLeft(true);
        if (!wrong && wanted !== days) onChange(wanted);
      }}
      errorMessage={
        left && wrong ? t('recording.days.wrong', { min: bounds.min, max: bounds.max }) : undefined
      }
    />
  );
}
