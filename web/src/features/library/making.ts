import type { Recording } from '@/api/recordings';

/** What of a recording a page needs to know to say how far it is. */
type Progress = Pick<Recording, 'state' | 'progress' | 'cut' | 'assets'>;

/** The fault of a recording that has nobody in it: no other attempt makes a video of that. */
export const nobodyRecorded = 'recording.empty';

/** isMaking reports whether files of a recording are being made, or wait for their turn. */
export function isMaking({ state, progress, cut, assets }: Progress): boolean {
  if (state !== 'ready') return state === 'composing';
  return (progress > 0 && progress < 1) || (cut !== null && !assets.some(({ kind }) => kind === 'trimmed'));
}

// Milliseconds. Somebody who watches a bar wants it to move; a running meeting can last hours.
const whileMaking = 4_000;
const whileRecording = 20_000;

/** askAgain gives after how many milliseconds a list is worth another look; false for not. */
export function askAgain(list: readonly Progress[]): number | false {
  if (list.some(isMaking)) return whileMaking;
  return list.some(({ state }) => state === 'recording') && whileRecording;
}

/** madeSince gives the recordings that were being made in one reading of the list and are ready in the next. */
export function madeSince<Kind extends Progress & { readonly id: string }>(
  before: readonly Kind[],
  now: readonly Kind[],
): Kind[] {
  const making = new Set(before.filter(isMaking).map(({ id }) => id));
  return now.filter((one) => making.has(one.id) && one.state === 'ready' && !isMaking(one));
}

/** canWatch reports whether there is a video for this person: also while another takes its place, or could not. */
export function canWatch(recording: Pick<Recording, 'state' | 'assets' | 'may'>): boolean {
  const { state, may } = recording;
  return may.watch && (state === 'ready' || (state !== 'recording' && videoOf(recording) !== undefined));
}

/** videoOf gives the file that is watched: the cut one where there is a cut. */
export function videoOf({ assets }: Pick<Recording, 'assets'>) {
  return assets.find(({ kind }) => kind === 'trimmed') ?? assets.find(({ kind }) => kind === 'video');
}
