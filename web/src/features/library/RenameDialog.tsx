import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Recording, recordings } from '@/api/recordings';
import { Button, Dialog, TextField } from '@/ui';
import styles from './Form.module.css';
import { useChange } from './queries';

/** The server's limit, in characters. */
const longest = 150;

export function RenameDialog({ recording, onClose }: { recording: Recording; onClose: () => void }) {
  const { t } = useTranslation('library');
  const { t: common } = useTranslation('common');
  const [title, setTitle] = useState(recording.title);
  const [tried, setTried] = useState(false);
  const empty = title.trim() === '';
  const rename = useChange({
    act: () => recordings.change(recording.id, { title: title.trim() }),
    onDone: onClose,
  });
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t('rename.title')}
      size="small"
      actions={
        <>
          <Button onPress={onClose}>{common('cancel')}</Button>
          <Button type="submit" form="rename-recording" variant="primary" isPending={rename.isPending}>
            {common('save')}
          </Button>
        </>
      }
    >
      <form
        id="rename-recording"
        className={styles['form']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (!empty) rename.mutate();
        }}
      >
        <TextField
          label={t('rename.label')}
          value={title}
          onChange={setTitle}
          maxLength={longest}
          errorMessage={tried && empty ? common('fault.name_empty') : undefined}
          autoFocus
          isRequired
        />
      </form>
    </Dialog>
  );
}
