/** Whether the question about the recording is open on this page; nothing of it reaches the server. */
import { create } from 'zustand';
import { type LiveState, useLive } from '@/live';
import { mustAnswer, questionKey, runs } from './state';

interface ConsentState {
  /** Opened by hand, to read it again or to answer otherwise. */
  readonly open: boolean;
  /** The question that was put off, as questionKey names it. */
  readonly folded: string;
}

export const useConsent = create<ConsentState>(() => ({ open: false, folded: '' }));

/** The mark's part that speaks of oneself: where the question folds to, and the focus returns. */
export const ownMark = 'recording-me';

/** Shows the question, whether or not it was answered. */
export function openConsent(): void {
  useConsent.setState({ open: true });
}

/** Folds the question away; one that is not answered stays in the mark. */
export function closeConsent(): void {
  useConsent.setState({ open: false, folded: questionKey(useLive.getState().recording) });
}

/** Whether the question is to be seen. */
export function isShown(
  live: Pick<LiveState, 'recording' | 'consent'>,
  { open, folded }: ConsentState,
): boolean {
  return runs(live.recording) && (open || (mustAnswer(live) && folded !== questionKey(live.recording)));
}
