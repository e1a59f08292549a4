import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { attempt } from '@/features/notices/attempt';
import { live, type Seat, useLive } from '@/live';
import { Button, Checkbox, ConfirmDialog, Dialog, TextField } from '@/ui';
import styles from './People.module.css';
import type { Asked } from './PersonMenu';
import { RightsDialog } from './RightsDialog';

interface OfSeat {
  seat: Seat;
  onClose: () => void;
  /** The row that had the focus is gone or has moved. */
  onDone: () => void;
}

/** The dialog of what is asked about one person before it is done. */
export function AskedDialog({ action, ...rest }: OfSeat & { action: Asked }) {
  switch (action) {
    case 'remove':
      return <RemoveDialog {...rest} />;
    case 'stepDown':
      return <StepDownDialog {...rest} />;
    case 'role.owner':
      return <MakeOwnerDialog {...rest} />;
    case 'rename':
      return <RenameDialog {...rest} />;
    case 'rights':
      return <RightsDialog seat={rest.seat} onClose={rest.onClose} />;
  }
}

function RemoveDialog({ seat, onClose, onDone }: OfSeat) {
  const { t } = useTranslation('people');
  const [ban, setBan] = useState(false);
  const { name } = seat;
  const remove = async () => {
    onClose();
    if (!(await attempt(live.send('remove', { seat: seat.id, ban })))) return;
    announce(t(ban ? 'done.ban' : 'done.remove', { name }));
    onDone();
  };
  return (
    <ConfirmDialog
      isOpen
      onOpenChange={onClose}
      title={t('remove.title', { name })}
      confirmLabel={t('remove.confirm')}
      onConfirm={() => void remove()}
    >
      <div className={styles['form']}>
        <p>{t('remove.text', { name })}</p>
        <Checkbox
          label={t('remove.ban')}
          description={t(seat.guest ? 'remove.ban.guest' : 'remove.ban.account')}
          value={ban}
          onChange={setBan}
        />
      </div>
    </ConfirmDialog>
  );
}

/** Only an owner is offered this, so there is always something to hand over. */
function MakeOwnerDialog({ seat, onClose, onDone }: OfSeat) {
  const { t } = useTranslation('people');
  const [handOver, setHandOver] = useState(false);
  const { name } = seat;
  const make = async () => {
    onClose();
    if (!(await attempt(live.send('role.set', { seat: seat.id, role: 'owner' })))) return;
    announce(t('done.role.owner', { name }));
    onDone();
    // Only now: the last owner cannot step back.
    if (handOver) await attempt(live.send('role.set', { seat: useLive.getState().you, role: 'moderator' }));
  };
  return (
    <ConfirmDialog
      isOpen
      onOpenChange={onClose}
      title={t('makeOwner.title', { name })}
      confirmLabel={t('makeOwner.confirm')}
      onConfirm={() => void make()}
    >
      <div className={styles['form']}>
        <p>{t('makeOwner.text', { name })}</p>
        <Checkbox label={t('makeOwner.handOver')} value={handOver} onChange={setHandOver} />
      </div>
    </ConfirmDialog>
  );
}

function StepDownDialog({ seat, onClose, onDone }: OfSeat) {
  const { t } = useTranslation('people');
  const stepDown = async () => {
    onClose();
    if (await attempt(live.send('role.set', { seat: seat.id, role: 'attendee' }))) onDone();
  };
  return (
    <ConfirmDialog
      isOpen
      onOpenChange={onClose}
      title={t('stepDown.title')}
      confirmLabel={t('stepDown.confirm')}
      onConfirm={() => void stepDown()}
    >
      {t('stepDown.text')}
    </ConfirmDialog>
  );
}

/** The server's limit, in characters. */
const longestName = 100;

function RenameDialog({ seat, onClose }: OfSeat) {
  const { t } = useTranslation('people');
  const { t: common } = useTranslation('common');
  const form = useId();
  const [name, setName] = useState(seat.name);
  const [pending, setPending] = useState(false);
  const wanted = name.trim();
  const length = Array.from(wanted).length;
  const wrong =
    length === 0
      ? common('fault.name_empty')
      : length > longestName
        ? common('fault.name_too_long')
        : undefined;

  const submit = async () => {
    if (wrong !== undefined) return;
    setPending(true);
    const done =
      wanted === seat.name || (await attempt(live.send('rename', { seat: seat.id, name: wanted })));
    setPending(false);
    if (!done) return;
    announce(t('done.rename', { name: wanted }));
    onClose();
  };
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      size="small"
      title={t('rename.title')}
      actions={
        <>
          <Button onPress={onClose}>{common('cancel')}</Button>
          <Button variant="primary" type="submit" form={form} isPending={pending}>
            {common('save')}
          </Button>
        </>
      }
    >
      <form
        id={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField
          label={t('rename.name')}
          description={t('rename.text')}
          value={name}
          onChange={setName}
          errorMessage={wrong}
          autoFocus
          isRequired
        />
      </form>
    </Dialog>
  );
}
