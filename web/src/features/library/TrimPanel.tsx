import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { type Recording, recordings } from '@/api/recordings';
import { Button, Play, TextField, toast } from '@/ui';
import { goTo } from './act';
import form from './Form.module.css';
import { useChange } from './queries';
import { clock, parseClock } from './time';
import styles from './TrimPanel.module.css';
import { type Cut, isWhole, removed, withFrom, withTo } from './trim';
import { usePlayer } from './usePlayer';
import { useLibraryWords } from './words';

export interface TrimPanelProps {
  recording: Recording;
  video: HTMLVideoElement | null;
  /** Of the whole video, in seconds. */
  length: number;
  cut: Cut;
  onCut: (cut: Cut) => void;
  onClose: () => void;
}

/** TrimPanel says in numbers what stays of a video, and has it cut. */
export function TrimPanel({ recording, video, length, cut, onCut, onClose }: TrimPanelProps) {
  const { t } = useTranslation('player');
  const { t: common } = useTranslation('common');
  const words = useLibraryWords();
  const title = useId();
  const [trying, setTrying] = useState(false);
  const { at } = usePlayer(video);
  const { before, after, kept } = removed(cut, length);
  const whole = isWhole(cut, length);
  const save = useChange({
    act: (change: Cut) => recordings.change(recording.id, { cut: { from: change.from, to: change.to } }),
    onDone: (_, change) => {
      toast.show(t(change.to === 0 ? 'trim.restored' : 'trim.begun'), { tone: 'success' });
      onClose();
    },
  });

  // What is tried out stops where the video will end.
  useEffect(() => {
    if (!trying || !video) return undefined;
    const stop = () => {
      if (video.currentTime < cut.to) return;
      video.pause();
      setTrying(false);
    };
    video.addEventListener('timeupdate', stop);
    return () => video.removeEventListener('timeupdate', stop);
  }, [trying, video, cut.to]);

  const set = (next: Cut, told: string) => {
    onCut(next);
    announce(told);
  };
  return (
    <section className={styles['trim']} aria-labelledby={title}>
      <h2 id={title}>{t('trim')}</h2>
      <p className={form['soft']}>{t('trim.text')}</p>
      <div className={styles['ends']}>
        <End
          label={t('trim.from')}
          value={cut.from}
          onChange={(from) => onCut(withFrom(cut, from))}
          action={t('trim.from.here')}
          onHere={() => set(withFrom(cut, at), t('trim.from.told', { at: clock(at, true) }))}
        />
        <End
          label={t('trim.to')}
          value={cut.to}
          onChange={(to) => onCut(withTo(cut, to, length))}
          action={t('trim.to.here')}
          onHere={() => set(withTo(cut, at, length), t('trim.to.told', { at: clock(at, true) }))}
        />
      </div>
      <p className={form['sum']} role="status">
        {whole
          ? t('trim.whole')
          : [
              ...(before > 0 ? [t('trim.before', { length: words.length(before) })] : []),
              ...(after > 0 ? [t('trim.after', { length: words.length(after) })] : []),
              t('trim.kept', { length: words.length(kept) }),
            ].join(' ')}
      </p>
      <div className={styles['row']}>
        <Button
          icon={<Play size={18} aria-hidden="true" />}
          isDisabled={!video}
          onPress={() => {
            if (!video) return;
            goTo(video, cut.from);
            setTrying(true);
            void video.play().catch(() => undefined);
          }}
        >
          {t('trim.try')}
        </Button>
        <span className={styles['space']} />
        {recording.cut !== null && (
          <Button
            variant="quiet"
            isPending={save.isPending && save.variables.to === 0}
            onPress={() => save.mutate({ from: 0, to: 0 })}
          >
            {t('trim.restore')}
          </Button>
        )}
        <Button onPress={onClose}>{common('cancel')}</Button>
        <Button
          variant="primary"
          isDisabled={whole}
          isPending={save.isPending && save.variables.to !== 0}
          onPress={() => save.mutate(cut)}
        >
          {t('trim.do')}
        </Button>
      </div>
    </section>
  );
}

interface EndProps {
  label: string;
  value: number;
  onChange: (at: number) => void;
  action: string;
  onHere: () => void;
}

/** One end of what stays, as a time to be typed. */
function End({ label, value, onChange, action, onHere }: EndProps) {
  const { t } = useTranslation('player');
  const [typed, setTyped] = useState<string>();
  const wrong = typed !== undefined && parseClock(typed) === undefined;
  const take = () => {
    const at = parseClock(typed ?? '');
    if (at === undefined) return;
    onChange(at);
    setTyped(undefined);
  };
  return (
    <form
      className={styles['end']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        take();
      }}
    >
      <TextField
        label={label}
        value={typed ?? clock(value, true)}
        onChange={setTyped}
        onBlur={take}
        autoComplete="off"
        errorMessage={wrong ? t('trim.wrong') : undefined}
      />
      <Button
        onPress={() => {
          setTyped(undefined);
          onHere();
        }}
      >
        {action}
      </Button>
    </form>
  );
}
