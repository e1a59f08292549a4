import { useTranslation } from 'react-i18next';
import { useSessionState } from '@/api';
import { type Receipt, type Recording, recordings } from '@/api/recordings';
import { Button, ConfirmDialog, Dialog, toast } from '@/ui';
import { ComposeDialog } from './ComposeDialog';
import { DetailsDialog } from './DetailsDialog';
import { DownloadDialog } from './DownloadDialog';
import { FactorNeeded } from './FactorNeeded';
import { HoldDialog } from './HoldDialog';
import { useChange } from './queries';
import { RenameDialog } from './RenameDialog';
import { ShareDialog } from './ShareDialog';

/** What can be done with a recording in a dialog. */
export type WishKind =
  | 'download'
  | 'share'
  | 'rename'
  | 'details'
  | 'compose'
  | 'hold'
  | 'release'
  | 'delete';

export interface Wish {
  readonly kind: WishKind;
  readonly recording: Recording;
}

export interface DialogsProps {
  wish: Wish;
  onClose: () => void;
  onDeleted: (receipt: Receipt) => void;
}

/** Dialogs shows the dialog for what somebody wants to do with a recording. */
export function Dialogs({ wish: { kind, recording }, onClose, onDeleted }: DialogsProps) {
  const props = { recording, onClose };
  switch (kind) {
    case 'download':
      return <DownloadDialog recording={recording.id} onClose={onClose} />;
    case 'share':
      return <ShareDialog {...props} />;
    case 'rename':
      return <RenameDialog {...props} />;
    case 'details':
      return <DetailsDialog {...props} />;
    case 'compose':
      return <ComposeDialog {...props} />;
    case 'hold':
      return <HoldDialog {...props} />;
    case 'release':
      return <Release {...props} />;
    case 'delete':
      return <Delete {...props} onDeleted={onDeleted} />;
  }
}

interface AskProps {
  recording: Recording;
  onClose: () => void;
}

function Release({ recording: { id, title }, onClose }: AskProps) {
  const { t } = useTranslation('library');
  const { t: common } = useTranslation('common');
  const factorNeeded = useSessionState().data?.mustSetUpFactor === true;
  const release = useChange({
    act: () => recordings.release(id),
    onDone: () => {
      onClose();
      toast.show(t('release.done', { title }), { tone: 'success' });
    },
  });
  if (factorNeeded) {
    return (
      <Dialog
        isOpen
        onOpenChange={onClose}
        title={t('release.title')}
        actions={<Button onPress={onClose}>{common('cancel')}</Button>}
      >
        <FactorNeeded />
      </Dialog>
    );
  }
  return (
    <ConfirmDialog
      isOpen
      onOpenChange={onClose}
      title={t('release.title')}
      confirmLabel={t('release.do')}
      tone="primary"
      isPending={release.isPending}
      onConfirm={() => release.mutate()}
    >
      {t('release.text', { title })}
    </ConfirmDialog>
  );
}

function Delete({
  recording: { id, title },
  onClose,
  onDeleted,
}: AskProps & Pick<DialogsProps, 'onDeleted'>) {
  const { t } = useTranslation('library');
  const remove = useChange({ act: () => recordings.delete(id), onDone: onDeleted });
  return (
    <ConfirmDialog
      isOpen
      onOpenChange={onClose}
      title={t('delete.title')}
      confirmLabel={t('delete.do')}
      isPending={remove.isPending}
      onConfirm={() => remove.mutate()}
    >
      {t('delete.text', { title })}
    </ConfirmDialog>
  );
}
