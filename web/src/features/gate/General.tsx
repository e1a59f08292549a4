import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, Select, TextField, toast } from '@/ui';
import styles from './Gate.module.css';
import { useChange } from './queries';
import type { SectionProps } from './section';

// The server's bounds for simultaneous shares.
const shareCounts = ['1', '2', '3', '4', '5', '6', '7', '8'] as const;

/** What the meeting is called and what everyone reads before joining. */
export function General({ meeting }: SectionProps) {
  const { t } = useTranslation('gate');
  const { t: common } = useTranslation('common');
  const change = useChange(meeting.id);
  const [name, setName] = useState(meeting.name);
  const [welcome, setWelcome] = useState(meeting.welcome);
  const [maxShares, setMaxShares] = useState(meeting.maxShares);
  const [pending, setPending] = useState(false);

  const save = async () => {
    if (name.trim() === '') return;
    setPending(true);
    const done = await change({ name: name.trim(), welcome: welcome.trim(), maxShares });
    setPending(false);
    if (done) toast.show(t('saved'), { tone: 'success' });
  };
  return (
    <form
      className={styles['fields']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextField
        label={t('general.name')}
        value={name}
        onChange={setName}
        maxLength={150}
        errorMessage={name.trim() === '' ? common('fault.name_empty') : undefined}
        isRequired
      />
      <TextField
        label={t('general.welcome')}
        description={t('general.welcome.hint')}
        value={welcome}
        onChange={setWelcome}
        multiline
        rows={3}
      />
      <Select
        label={t('general.maxShares')}
        items={shareCounts.map((count) => ({ id: count, label: count }))}
        value={shareCounts[maxShares - 1] ?? null}
        onChange={(count) => setMaxShares(Number(count))}
      />
      <div className={styles['buttons']}>
        <Button type="submit" variant="primary" isPending={pending}>
          {common('save')}
        </Button>
      </div>
    </form>
  );
}
