import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { textOf } from '@/api';
import { Banner, Button, Dialog, LinkButton, Download, Meter, Spinner } from '@/ui';
import { addressOf, save } from './download';
import styles from './Form.module.css';

export interface DownloadDialogProps {
  recording: string;
  /** Id of a file; the video as it is shown without it. */
  asset?: string;
  onClose: () => void;
}

type Stage =
  | { readonly at: 'asking' }
  | { readonly at: 'making'; readonly done: number }
  | { readonly at: 'begun'; readonly url: string }
  | { readonly at: 'failed'; readonly error: unknown };

/** DownloadDialog gets a file, and waits with the person while a copy with their name in it is made. */
export function DownloadDialog({ recording, asset, onClose }: DownloadDialogProps) {
  const { t, i18n } = useTranslation('library');
  const { t: common } = useTranslation('common');
  const [stage, setStage] = useState<Stage>({ at: 'asking' });
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    const gone = new AbortController();
    addressOf(recording, asset, gone.signal, (done) => setStage({ at: 'making', done })).then(
      (url) => {
        setStage({ at: 'begun', url });
        announce(t('download.begun'));
        save(url);
      },
      (error: unknown) => {
        if (!gone.signal.aborted) setStage({ at: 'failed', error });
      },
    );
    return () => gone.abort();
    // A change of language must not download it again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [recording, asset, attempt]);

  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t('download.title')}
      size="small"
      actions={
        <Button variant={stage.at === 'begun' ? 'primary' : 'secondary'} onPress={onClose}>
          {stage.at === 'begun' ? common('done') : common('close')}
        </Button>
      }
    >
      <div className={styles['form']}>
        {stage.at === 'asking' && <Spinner label={common('loading')} />}
        {stage.at === 'making' && (
          <>
            <Meter
              progress
              label={t('download.making')}
              text={new Intl.NumberFormat(i18n.language, { style: 'percent' }).format(stage.done)}
              value={stage.done}
            />
            <p className={styles['soft']}>{t('download.making.text')}</p>
          </>
        )}
        {stage.at === 'begun' && (
          <>
            <p>{t('download.begun.text')}</p>
            <div className={styles['buttons']}>
              <LinkButton
                href={stage.url}
                download=""
                icon={<Download size={18} aria-hidden="true" />}
                size="small"
              >
                {t('download.again')}
              </LinkButton>
            </div>
          </>
        )}
        {stage.at === 'failed' && (
          <Banner
            tone="danger"
            live
            actions={
              <Button
                size="small"
                onPress={() => {
                  setStage({ at: 'asking' });
                  setAttempt(attempt + 1);
                }}
              >
                {common('tryAgain')}
              </Button>
            }
          >
            {textOf(stage.error)}
          </Banner>
        )}
      </div>
    </Dialog>
  );
}
