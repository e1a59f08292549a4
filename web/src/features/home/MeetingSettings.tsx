import { useId, useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { textOf, useChangeMeeting, type Meeting, type Policy } from '@/api';
import { Banner, Button, Checkbox, Dialog, Select, TextField, toast } from '@/ui';
import styles from './MeetingSettings.module.css';

const permissions = ['microphone', 'camera', 'share', 'chat', 'reactions'] as const;
// The server's bounds for simultaneous shares.
const shareCounts = ['1', '2', '3', '4', '5', '6', '7', '8'] as const;

export default function MeetingSettings({ meeting, onClose }: { meeting: Meeting; onClose: () => void }) {
  const { t } = useTranslation('home');
  const { t: common } = useTranslation('common');
  const form = useId();
  const change = useChangeMeeting();
  const [name, setName] = useState(meeting.name);
  const [welcome, setWelcome] = useState(meeting.welcome);
  const [policy, setPolicy] = useState<Policy>(meeting.policy);
  const [maxShares, setMaxShares] = useState(meeting.maxShares);

  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (name.trim() === '') return;
    change.mutate(
      { id: meeting.id, change: { name: name.trim(), welcome: welcome.trim(), policy, maxShares } },
      {
        onSuccess: () => {
          toast.show(t('settings.saved'), { tone: 'success' });
          onClose();
        },
      },
    );
  };

  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t('settings.title')}
      actions={
        <>
          <Button onPress={onClose}>{common('cancel')}</Button>
          <Button variant="primary" type="submit" form={form} isPending={change.isPending}>
            {common('save')}
          </Button>
        </>
      }
    >
      <form id={form} className={styles['form']} onSubmit={onSubmit} noValidate>
        {change.isError && (
          <Banner tone="danger" live>
            {textOf(change.error)}
          </Banner>
        )}
        <TextField
          label={t('settings.name')}
          value={name}
          onChange={setName}
          maxLength={100}
          errorMessage={name.trim() === '' ? common('fault.name_empty') : undefined}
          isRequired
        />
        <TextField
          label={t('settings.welcome')}
          description={t('settings.welcome.hint')}
          value={welcome}
          onChange={setWelcome}
          multiline
          rows={3}
        />
        <fieldset className={styles['permissions']}>
          <legend>{t('settings.attendees')}</legend>
          <p className={styles['hint']}>{t('settings.attendees.hint')}</p>
          {permissions.map((permission) => (
            <Checkbox
              key={permission}
              label={t(`settings.${permission}`)}
              value={policy[permission]}
              onChange={(allowed) => setPolicy({ ...policy, [permission]: allowed })}
            />
          ))}
        </fieldset>
        <Select
          label={t('settings.maxShares')}
          items={shareCounts.map((count) => ({ id: count, label: count }))}
          value={shareCounts[maxShares - 1] ?? null}
          onChange={(count) => setMaxShares(Number(count))}
        />
      </form>
    </Dialog>
  );
}
