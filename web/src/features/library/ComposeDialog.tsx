import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { textOf } from '@/api';
import { NotConfirmed } from '@/api/confirm';
import { type Recording, recordings } from '@/api/recordings';
import { Banner, Button, Dialog, toast } from '@/ui';
import styles from './Form.module.css';
import { type Make, MakeFields } from './MakeFields';
import { useChange } from './queries';

const plain: Make = {
  layout: '',
  height: 720,
  names: true,
  logo: true,
  mark: '',
  speakerChapters: false,
  audio: false,
  speakers: false,
};

/** ComposeDialog has the files of a recording made once more, looking otherwise. */
export function ComposeDialog({ recording, onClose }: { recording: Recording; onClose: () => void }) {
  const { t } = useTranslation('library');
  const { t: common } = useTranslation('common');
  const [make, setMake] = useState<Make>(() => makeOf(recording));
  const compose = useChange({
    act: () => recordings.compose(recording.id, { ...make, mark: make.mark.trim() }),
    onDone: () => {
      onClose();
      toast.show(t('compose.begun', { title: recording.title }), { tone: 'success' });
    },
    toastsFailure: false,
  });
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t('compose.title')}
      actions={
        <>
          <Button onPress={onClose}>{common('cancel')}</Button>
          <Button variant="primary" isPending={compose.isPending} onPress={() => compose.mutate()}>
            {t('compose.do')}
          </Button>
        </>
      }
    >
      <div className={styles['form']}>
        <p className={styles['soft']}>{t('compose.text')}</p>
        {compose.error && !(compose.error instanceof NotConfirmed) && (
          <Banner tone="danger" live>
            {textOf(compose.error)}
          </Banner>
        )}
        <MakeFields recorded make={make} onChange={(change) => setMake({ ...make, ...change })} />
      </div>
    </Dialog>
  );
}

function makeOf({ settings }: Recording): Make {
  if (!settings) return plain;
  const { layout, height, names, logo, mark, speakerChapters, audio, speakers } = settings;
  return { layout, height, names, logo, mark, speakerChapters, audio, speakers };
}
