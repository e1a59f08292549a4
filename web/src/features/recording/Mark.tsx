/**
 * The sign that the meeting is being recorded. It stands above everything, in
 * the body itself, so that no panel, dialog or idle bar can hide it.
 */
import { useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { useTranslation } from 'react-i18next';
import { useLive } from '@/live';
import { CircleCheck, CircleQuestionMark, CircleSlash, cx, Pause } from '@/ui';
import styles from './Mark.module.css';
import { type Answer, clock, elapsed, markOf } from './state';
import { closeConsent, isShown, openConsent, ownMark, useConsent } from './store';

/** The moving part: how long has been recorded. */
function Elapsed(): React.JSX.Element {
  const recording = useLive((state) => state.recording);
  const [now, setNow] = useState(() => Date.now());
  const running = recording.state === 'on';
  useEffect(() => {
    if (!running) {
      return;
    }
    const timer = setInterval(() => {
      setNow(Date.now());
    }, 1000);
    return () => {
      clearInterval(timer);
    };
  }, [running]);
  return (
    <span className={styles['time']} data-numbers>
      {clock(elapsed(recording, now))}
    </span>
  );
}

/** Dot, word and time, as also the small window shows them. */
export function RecordingSign({
  className,
}: {
  readonly className?: string | undefined;
}): React.JSX.Element | null {
  const { t } = useTranslation('recording');
  const paused = useLive((state) => markOf(state)?.paused);
  if (paused === undefined) {
    return null;
  }
  return (
    <span className={cx(styles['sign'], className)} data-paused={paused}>
      <span className={styles['what']} role="img" aria-label={t(paused ? 'mark.paused.long' : 'mark')}>
        {paused ? <Pause size={14} aria-hidden="true" /> : <span className={styles['dot']} />}
        {t(paused ? 'mark.paused' : 'mark')}
      </span>
      <Elapsed />
    </span>
  );
}

const icons = { yes: CircleCheck, no: CircleSlash, asked: CircleQuestionMark } as const;

/** What the recording has of me; a press leads to the question, or folds it again. */
function Me({ me, paused }: { readonly me: Answer; readonly paused: boolean }): React.JSX.Element {
  const { t } = useTranslation('recording');
  const consent = useConsent();
  const shown = useLive((state) => isShown(state, consent));
  const Icon = icons[me];
  // Without an answer one is not recorded, and that is what must be known; the colour asks for the answer.
  const words = me === 'yes' ? (paused ? 'me.yes.paused' : 'me.yes') : 'me.no';
  return (
    <button
      id={ownMark}
      type="button"
      className={styles['me']}
      data-me={me}
      aria-expanded={shown}
      title={t(me === 'asked' ? 'me.asked' : 'consent')}
      onClick={shown ? closeConsent : openConsent}
    >
      <Icon size={14} aria-hidden="true" />
      <span className={styles['words']}>{t(words)}</span>
    </button>
  );
}

/** Stands first in the page, so that it is also the first thing the keyboard meets. */
function usePlace(): HTMLElement {
  const [place] = useState(() => document.createElement('div'));
  useEffect(() => {
    document.body.prepend(place);
    return () => {
      place.remove();
    };
  }, [place]);
  return place;
}

/** Mount it once in the call. */
export function Mark(): React.JSX.Element | null {
  const { t } = useTranslation('recording');
  const place = usePlace();
  const recorded = useLive((state) => markOf(state) !== null);
  const paused = useLive((state) => markOf(state)?.paused === true);
  const me = useLive((state) => markOf(state)?.me ?? 'asked');
  if (!recorded) {
    return null;
  }
  return createPortal(
    <aside className={styles['mark']} aria-label={t('menu')}>
      <RecordingSign />
      <Me me={me} paused={paused} />
    </aside>,
    place,
  );
}
