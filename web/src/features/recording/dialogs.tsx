/** The dialogs of those who record. They load when the first of them opens. */
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { closeDialog, useCall } from '@/features/call/store';
import { attempt } from '@/features/notices/attempt';
import { faultText } from '@/i18n';
import { live, useLive } from '@/live';
import { Banner, Button, RecordSign, ConfirmDialog, Dialog, TextField } from '@/ui';
import styles from './LayoutChoice.module.css';
import { LayoutChoice } from './LayoutChoice';
import { findsIt, type Layout, layoutOf } from './state';

/** The title of a chapter in characters; see RecordChapter. */
const longestTitle = 100;

function close(isOpen: boolean): void {
  if (!isOpen) {
    closeDialog();
  }
}

/** Says what will happen and how the video will look, or why there will be none. */
export function StartDialog(): React.JSX.Element | null {
  const isOpen = useCall((state) => state.dialog === 'record');
  return isOpen ? <Start /> : null;
}

function Start(): React.JSX.Element {
  const { t } = useTranslation(['recording', 'common']);
  const usual = useLive((state) => state.recording.layout);
  const unavailable = useLive((state) => state.recording.unavailable ?? '');
  const [chosen, setChosen] = useState<Layout | null>(null);
  const found = useLive((state) => findsIt(state, true));
  const [wrong, setWrong] = useState<string>();
  const [pending, setPending] = useState(false);
  const start = async (): Promise<void> => {
    setPending(true);
    setWrong(undefined);
    // Without a choice the meeting's settings decide.
    const started = await attempt(live.send('record.start', { layout: chosen ?? usual }), setWrong);
    setPending(false);
    if (started) {
      closeDialog();
    }
  };
  if (unavailable !== '') {
    return (
      <Dialog
        title={t('recording:unavailable.title')}
        size="small"
        isOpen
        onOpenChange={close}
        actions={<Button onPress={closeDialog}>{t('common:close')}</Button>}
      >
        <Banner tone="warning">{faultText(unavailable)}</Banner>
      </Dialog>
    );
  }
  return (
    <Dialog
      title={t('recording:start.title')}
      isOpen
      onOpenChange={close}
      actions={
        <>
          <Button onPress={closeDialog}>{t('common:cancel')}</Button>
          <Button
            variant="primary"
            icon={<RecordSign size={18} aria-hidden="true" />}
            isPending={pending}
            onPress={() => void start()}
          >
            {t('recording:start.confirm')}
          </Button>
        </>
      }
    >
      <p>{t('recording:start.text')}</p>
      <LayoutChoice value={chosen ?? layoutOf(usual)} onChange={setChosen} />
      <p className={styles['after']}>{t(found ? 'recording:start.after' : 'recording:start.after.owners')}</p>
      {wrong !== undefined && (
        <Banner tone="danger" live className={styles['wrong']}>
          {wrong}
        </Banner>
      )}
    </Dialog>
  );
}

/** Arranges the picture of a running recording anew. */
export function LayoutDialog(): React.JSX.Element | null {
  const isOpen = useCall((state) => state.dialog === 'recordLayout');
  return isOpen ? <ChangeLayout /> : null;
}

function ChangeLayout(): React.JSX.Element {
  const { t } = useTranslation(['recording', 'common']);
  const [layout, setLayout] = useState(() => layoutOf(useLive.getState().recording.layout));
  const [pending, setPending] = useState(false);
  const change = async (): Promise<void> => {
    setPending(true);
    const changed = await attempt(live.send('record.layout', { layout }));
    setPending(false);
    if (changed) {
      announce(t('recording:layout.changed'));
      closeDialog();
    }
  };
  return (
    <Dialog
      title={t('recording:layout.confirm')}
      isOpen
      onOpenChange={close}
      actions={
        <>
          <Button onPress={closeDialog}>{t('common:cancel')}</Button>
          <Button variant="primary" isPending={pending} onPress={() => void change()}>
            {t('recording:layout.confirm')}
          </Button>
        </>
      }
    >
      <p>{t('recording:layout.text')}</p>
      <LayoutChoice value={layout} onChange={setLayout} />
    </Dialog>
  );
}

/** Begins a chapter at this moment. */
export function ChapterDialog(): React.JSX.Element | null {
  const isOpen = useCall((state) => state.dialog === 'recordChapter');
  // Nothing typed outlives the dialog.
  return isOpen ? <AddChapter /> : null;
}

function AddChapter(): React.JSX.Element {
  const { t } = useTranslation(['recording', 'common']);
  const form = useId();
  const [title, setTitle] = useState('');
  const [wrong, setWrong] = useState<string>();
  const [pending, setPending] = useState(false);
  const add = async (): Promise<void> => {
    if (title.trim() === '') {
      setWrong(t('recording:chapter.empty'));
      return;
    }
    setPending(true);
    const added = await attempt(live.send('record.chapter', { title: title.trim() }));
    setPending(false);
    if (added) {
      announce(t('recording:chapter.added'));
      closeDialog();
    }
  };
  return (
    <Dialog
      title={t('recording:chapter.title')}
      size="small"
      isOpen
      onOpenChange={close}
      actions={
        <>
          <Button onPress={closeDialog}>{t('common:cancel')}</Button>
          <Button variant="primary" type="submit" form={form} isPending={pending}>
            {t('recording:chapter.confirm')}
          </Button>
        </>
      }
    >
      <form
        id={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <TextField
          label={t('recording:chapter.name')}
          description={t('recording:chapter.text')}
          value={title}
          onChange={(typed) => {
            setTitle(typed);
            setWrong(undefined);
          }}
          errorMessage={wrong}
          maxLength={longestTitle}
          autoFocus
          isRequired
        />
      </form>
    </Dialog>
  );
}

/** A recording that has ended cannot go on: it is asked first. */
export function StopDialog(): React.JSX.Element {
  const { t } = useTranslation('recording');
  const isOpen = useCall((state) => state.dialog === 'recordStop');
  const [pending, setPending] = useState(false);
  const stop = async (): Promise<void> => {
    setPending(true);
    await attempt(live.send('record.stop'));
    setPending(false);
    closeDialog();
  };
  return (
    <ConfirmDialog
      title={t('stop.title')}
      isOpen={isOpen}
      onOpenChange={closeDialog}
      confirmLabel={t('stop.confirm')}
      isPending={pending}
      onConfirm={() => void stop()}
    >
      {t('stop.text')}
    </ConfirmDialog>
  );
}
