import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { textOf, useSessionState } from '@/api';
import { NotConfirmed } from '@/api/confirm';
import { type Recording, recordings } from '@/api/recordings';
import { Banner, Button, Dialog, TextField, toast } from '@/ui';
import { FactorNeeded } from './FactorNeeded';
import styles from './Form.module.css';
import { useChange } from './queries';

/** The server's limit, in characters. */
const longest = 500;

/** HoldDialog asks why a recording must not be deleted by anybody or anything. */
export function HoldDialog({ recording, onClose }: { recording: Recording; onClose: () => void }) {
  const { t } = useTranslation('library');
  const { t: common } = useTranslation('common');
  const factorNeeded = useSessionState().data?.mustSetUpFactor === true;
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const empty = reason.trim() === '';
  const hold = useChange({
    act: () => recordings.hold(recording.id, reason.trim()),
    onDone: () => {
      onClose();
      toast.show(t('hold.done', { title: recording.title }), { tone: 'success' });
    },
    toastsFailure: false,
  });
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t('hold.title')}
      actions={
        <>
          <Button onPress={onClose}>{common('cancel')}</Button>
          {!factorNeeded && (
            <Button type="submit" form="hold-recording" variant="primary" isPending={hold.isPending}>
              {t('hold.do')}
            </Button>
          )}
        </>
      }
    >
      <div className={styles['form']}>
        <p>{t('hold.text', { title: recording.title })}</p>
        {factorNeeded ? (
          <FactorNeeded />
        ) : (
          <form
            id="hold-recording"
            className={styles['form']}
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              setTried(true);
              if (!empty) hold.mutate();
            }}
          >
            {hold.error && !(hold.error instanceof NotConfirmed) && (
              <Banner tone="danger" live>
                {textOf(hold.error)}
              </Banner>
            )}
            <TextField
              label={t('hold.reason')}
              description={t('hold.reason.hint')}
              value={reason}
              onChange={setReason}
              maxLength={longest}
              multiline
              rows={3}
              errorMessage={tried && empty ? t('hold.reason.empty') : undefined}
              autoFocus
              isRequired
            />
          </form>
        )}
      </div>
    </Dialog>
  );
}
