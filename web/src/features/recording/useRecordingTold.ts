import i18next from 'i18next';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { faultText } from '@/i18n';
import { type LiveState, type RecordingState, useLive } from '@/live';
import { toast } from '@/ui';
import { speak } from './clip';
import { library } from './actions';
import { findsIt, mayRecord, mustAnswer, runs, tiding, troubleKey, troubleOf } from './state';

/** How long the word of a lost recording stays, ms: nobody expects it. */
const longWord = 30_000;

/** Announces and speaks what happens to the recording, also to whoever comes in the middle of one. */
export function useRecordingTold(): void {
  const { t } = useTranslation('recording');
  useEffect(() => {
    /** The recording that I began. */
    let mine = '';
    const tell = (before: RecordingState | null, now: LiveState): void => {
      const news = tiding(before, now.recording);
      if (news === 'started' && now.recording.by === now.you) {
        mine = now.recording.id;
      }
      if (news === null) {
        return;
      }
      void speak(news, i18next.language);
      const asked = news !== 'ended' && before?.id !== now.recording.id && mustAnswer(now);
      // Assertive, because polite ones are gathered for longer than the half second in which this must be said.
      announce(asked ? `${t(`told.${news}`)} ${t('told.asked')}` : t(`told.${news}`), 'assertive');
      if (
        news === 'ended' &&
        before?.state !== 'starting' &&
        mayRecord(now.rights) &&
        troubleOf(now) === ''
      ) {
        const found = findsIt(now, before !== null && before.id === mine);
        toast.show(t('told.video'), {
          ...(found && { link: { label: t('library'), name: t('library.name'), href: library } }),
        });
      }
    };
    const alarm = (before: LiveState | null, now: LiveState): void => {
      const reason = troubleOf(now);
      const last = before === null ? '' : troubleOf(before);
      const ended = before !== null && runs(before.recording) && !runs(now.recording);
      if (reason !== '' && (reason !== last || ended)) {
        announce(t(troubleKey(now.recording), { reason: faultText(reason) }), 'assertive');
      } else if (reason !== last && runs(now.recording) && before !== null && runs(before.recording)) {
        announce(t('trouble.over'), 'assertive');
      }
    };
    let interrupted = false;
    const interruption = ({ recording }: LiveState): void => {
      if (recording.interrupted === true && !interrupted) {
        toast.show(t('interrupted'), { tone: 'warning', timeout: longWord });
      }
      interrupted = recording.interrupted === true;
    };
    const now = useLive.getState();
    tell(null, now);
    alarm(null, now);
    interruption(now);
    return useLive.subscribe((state, last) => {
      // Back in the line before the door, or over: that says nothing of the recording.
      if (state.recording === last.recording || state.phase !== 'open') {
        return;
      }
      tell(last.recording, state);
      alarm(last, state);
      interruption(state);
    });
  }, [t]);
}
