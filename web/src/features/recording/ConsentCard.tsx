/**
 * The question whether one may be recorded. It blocks nothing: the meeting goes
 * on behind it, and until it is answered nothing of this person is recorded.
 */
import i18next from 'i18next';
import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { useCall } from '@/features/call/store';
import { attempt } from '@/features/notices/attempt';
import { live, useLive } from '@/live';
import { Button, Checkbox, ChevronUp, IconButton, useMediaQuery, X } from '@/ui';
import styles from './ConsentCard.module.css';
import { type Answer, answerOf, questionKey, wordsOf } from './state';
import { closeConsent, isShown, ownMark, useConsent } from './store';

/** Mount it once in the call. */
export function ConsentCard(): React.JSX.Element | null {
  const consent = useConsent();
  const shown = useLive((state) => isShown(state, consent));
  // Other words are another question: it is read from the top, with nothing ticked.
  const key = useLive((state) => questionKey(state.recording));
  useEffect(() => {
    if (!shown) {
      useConsent.setState({ open: false });
    }
  }, [shown]);
  return shown ? <Question key={key} byHand={consent.open} /> : null;
}

/** Where somebody types or has something open, the focus is left alone: they are told, and find the way. */
const occupied =
  'input, textarea, select, [contenteditable], [role="dialog"], [role="menu"], [role="listbox"]';

/** Takes the focus to the question, and gives it back when the question goes with the focus in it. */
function useFocus(byHand: boolean): React.RefObject<HTMLElement | null> {
  const card = useRef<HTMLElement>(null);
  const wanted = useRef(byHand);
  useEffect(() => {
    const element = card.current;
    const before = document.activeElement;
    if (wanted.current || before?.closest(occupied) === null) {
      element?.focus();
    }
    return () => {
      // Still in the page during this cleanup, or gone with it: then the focus is nowhere.
      const now = document.activeElement;
      if (now === document.body || element?.contains(now) === true) {
        const back = before instanceof HTMLElement && before !== document.body && before.isConnected;
        (back ? before : document.getElementById(ownMark))?.focus();
      }
    };
  }, []);
  return card;
}

/**
 * Beside the people while that leaves them more than half of the window, also
 * beside an open panel; else below them. A phone held sideways has no below.
 */
function usePlace(): 'beside' | 'below' {
  const panel = useCall((state) => state.panel !== null);
  const narrow = useMediaQuery('(max-width: 900px) and (min-height: 481px)');
  const narrowForThree = useMediaQuery('(max-width: 1240px) and (min-height: 481px)');
  return narrow || (panel && narrowForThree) ? 'below' : 'beside';
}

function Question({ byHand }: { readonly byHand: boolean }): React.JSX.Element {
  const { t } = useTranslation(['recording', 'common']);
  const title = useId();
  const text = useId();
  const card = useFocus(byHand);
  const place = usePlace();
  const recording = useLive((state) => state.recording);
  const answer = useLive((state) => answerOf(state.consent));
  const [past, setPast] = useState(false);
  const [pending, setPending] = useState<boolean | null>(null);
  const words = wordsOf(recording.question, i18next.language);
  const erases = answer === 'yes' && recording.question?.erasable === true;

  const send = async (yes: boolean): Promise<void> => {
    setPending(yes);
    const erase = !yes && erases && past;
    const body = { recording: recording.id, yes, version: words.version, language: words.language };
    const done = await attempt(live.send('consent', { ...body, ...(erase && { past: true }) }));
    setPending(null);
    if (done) {
      announce(t(yes ? 'consent.said.yes' : said(answer, erase)));
      closeConsent();
    }
  };
  return (
    // Escape is a convenience: the card has a button for it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      ref={card}
      className={styles['card']}
      data-place={place}
      role="dialog"
      aria-labelledby={title}
      aria-describedby={text}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) {
          event.stopPropagation();
          closeConsent();
        }
      }}
    >
      <div className={styles['head']}>
        <h2 id={title} className={styles['title']}>
          {t(answer === 'asked' ? 'consent.title' : 'consent')}
        </h2>
        <IconButton
          size="small"
          label={t(answer === 'asked' ? 'recording:consent.later' : 'common:close')}
          icon={answer === 'asked' ? <ChevronUp size={20} /> : <X size={20} />}
          onPress={closeConsent}
        />
      </div>
      {/* A text longer than the card is scrolled by keyboard too. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles['body']} tabIndex={0} role="group" aria-labelledby={title}>
        <p id={text} className={styles['text']}>
          {words.text ?? t('consent.words')}
        </p>
      </div>
      {erases && (
        <Checkbox
          className={styles['past']}
          label={t('consent.past')}
          description={t('consent.past.text')}
          value={past}
          onChange={setPast}
        />
      )}
      <p className={styles['now']}>{t(answer === 'asked' ? 'consent.until' : `consent.now.${answer}`)}</p>
      <div className={styles['answers']}>
        <Button wide isPending={pending === true} onPress={() => void send(true)}>
          {t('consent.agree')}
        </Button>
        <Button wide isPending={pending === false} onPress={() => void send(false)}>
          {t('consent.refuse')}
        </Button>
      </div>
    </section>
  );
}

/** What a no means for this person. */
function said(
  before: Answer,
  erase: boolean,
): 'consent.said.no' | 'consent.said.withdrawn' | 'consent.said.past' {
  if (erase) {
    return 'consent.said.past';
  }
  return before === 'yes' ? 'consent.said.withdrawn' : 'consent.said.no';
}
