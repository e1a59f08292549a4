import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { closeDialog, useCall } from '@/features/call/store';
import { attempt } from '@/features/notices/attempt';
import { live, useLive } from '@/live';
import { ConfirmDialog } from '@/ui';

/** Asks before the meeting ends for everyone, because that cannot be undone. */
export function EndDialog() {
  const { t } = useTranslation('moderation');
  const isOpen = useCall((state) => state.dialog === 'end');
  const people = useLive((state) => state.order.length);
  const [pending, setPending] = useState(false);
  const end = async () => {
    setPending(true);
    await attempt(live.send('end'));
    setPending(false);
    closeDialog();
  };
  return (
    <ConfirmDialog
      title={t('end.title')}
      isOpen={isOpen}
      onOpenChange={closeDialog}
      confirmLabel={t('end.confirm')}
      isPending={pending}
      onConfirm={() => void end()}
    >
      {t('end.text', { count: people })}
    </ConfirmDialog>
  );
}
