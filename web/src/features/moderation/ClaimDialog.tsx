import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { closeDialog, useCall } from '@/features/call/store';
import { refusalText } from '@/features/notices/attempt';
import { LiveFault, live } from '@/live';
import { Button, Dialog, PasswordField } from '@/ui';

/** Asks for the meeting's PIN; with the right one this person becomes an owner. */
export function ClaimDialog() {
  const isOpen = useCall((state) => state.dialog === 'claimHost');
  // Nothing typed outlives the dialog.
  return isOpen ? <Claim /> : null;
}

function Claim() {
  const { t } = useTranslation('moderation');
  const { t: common } = useTranslation('common');
  const form = useId();
  const [pin, setPin] = useState('');
  const [wrong, setWrong] = useState<string>();
  const [pending, setPending] = useState(false);

  const claim = async () => {
    if (pin === '') {
      setWrong(t('claim.empty'));
      return;
    }
    setPending(true);
    try {
      await live.send('host.claim', { pin });
      closeDialog();
    } catch (error) {
      setWrong(refusalText(error instanceof LiveFault ? error.code : 'internal'));
      setPending(false);
    }
  };
  return (
    <Dialog
      isOpen
      onOpenChange={closeDialog}
      size="small"
      title={t('claim.title')}
      actions={
        <>
          <Button onPress={closeDialog}>{common('cancel')}</Button>
          <Button variant="primary" type="submit" form={form} isPending={pending}>
            {t('claim.confirm')}
          </Button>
        </>
      }
    >
      <form
        id={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void claim();
        }}
      >
        <PasswordField
          label={t('claim.pin')}
          description={t('claim.text')}
          value={pin}
          onChange={(typed) => {
            setPin(typed);
            setWrong(undefined);
          }}
          errorMessage={wrong}
          autoComplete="off"
          maxLength={12}
          autoFocus
          isRequired
        />
      </form>
    </Dialog>
  );
}
