/**
 * What follows for a person from how the recording stands: which mark to show,
 * what to tell, whom to ask and in which words. Pure, so that every rule has a test.
 */
import type { LiveState, Question, RecordingState } from '@/live';

/** Whether a recording is under way, also while the recorder comes and during a pause. */
export function runs({ state }: Pick<RecordingState, 'state'>): boolean {
  return state === 'starting' || state === 'on' || state === 'paused';
}

/** My answer: 'asked' means that there is none yet, and that I am not recorded. */
export type Answer = 'asked' | 'yes' | 'no';

export function answerOf(consent: string): Answer {
  return consent === 'yes' || consent === 'no' ? consent : 'asked';
}

/** The sign everybody sees. */
export interface Mark {
  readonly paused: boolean;
  readonly me: Answer;
}

/** The mark to show, null for none. */
export function markOf({ recording, consent }: Pick<LiveState, 'recording' | 'consent'>): Mark | null {
  return runs(recording) ? { paused: recording.state === 'paused', me: answerOf(consent) } : null;
}

/** How long has been recorded, ms, at `now` on this client's clock. */
export function elapsed({ state, elapsed: told, at }: RecordingState, now: number): number {
  return told + (state === 'on' ? Math.max(0, now - at) : 0);
}

/** A length of time as clocks of recorders show it: "0:07", "12:34", "1:02:03". */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** What happened to a recording, as it is announced and spoken. */
export type Tiding = 'started' | 'paused' | 'resumed' | 'ended';

/**
 * What to tell when the state changes; null for nothing. `before` is null for
 * whoever has just come: they are told of what is going on.
 */
export function tiding(before: RecordingState | null, now: RecordingState): Tiding | null {
  const ran = before !== null && runs(before);
  if (!runs(now)) {
    return ran ? 'ended' : null;
  }
  const paused = now.state === 'paused';
  if (!ran || before.id !== now.id) {
    return paused ? 'paused' : 'started';
  }
  if (paused === (before.state === 'paused')) {
    return null;
  }
  return paused ? 'paused' : 'resumed';
}

/** Whether I have yet to answer. */
export function mustAnswer({ recording, consent }: Pick<LiveState, 'recording' | 'consent'>): boolean {
  return runs(recording) && answerOf(consent) === 'asked';
}

/** Names a question: other words, or another recording, are another question. */
export function questionKey({ id, question }: RecordingState): string {
  return `${id}:${question?.version ?? 0}`;
}

/** The words somebody is asked in, and what to say of them with the answer. */
export interface Words {
  /** The organisation's, plain text with paragraphs; null for the program's own. */
  readonly text: string | null;
  readonly version: number;
  readonly language: string;
}

/** The organisation's words where it wrote some in this language, else the program's, which have version 0. */
export function wordsOf(question: Question | undefined, language: string): Words {
  const text = question?.texts[language] ?? '';
  return question === undefined || text === ''
    ? { text: null, version: 0, language }
    : { text, version: question.version, language };
}

/** Whether this person is told when nothing can be recorded, and has the button. */
export function mayRecord(rights: ReadonlySet<string>): boolean {
  return rights.has('record') || rights.has('stopRecord');
}

/**
 * Whether this person's account finds the recording in the library, whatever it
 * will be shared with: the owners of the meeting do, and who began it.
 */
export function findsIt({ seats, you }: Pick<LiveState, 'seats' | 'you'>, began: boolean): boolean {
  const me = seats[you];
  return me !== undefined && !me.guest && (began || me.role === 'owner');
}

/** Why nothing is being recorded although it should be: a fault code, '' for nothing. */
export function troubleOf({ recording, rights }: Pick<LiveState, 'recording' | 'rights'>): string {
  return mayRecord(rights) ? (recording.trouble ?? '') : '';
}

/** What to say with the reason: that it waits for better times, or that it is over. */
export function troubleKey(recording: RecordingState): 'trouble' | 'trouble.ended' {
  return runs(recording) ? 'trouble' : 'trouble.ended';
}

/** How the picture of the video is arranged. */
export const layouts = ['speaker', 'grid', 'share'] as const;
export type Layout = (typeof layouts)[number];

/** The layout of that name; the usual one for any other. */
export function layoutOf(name: string): Layout {
  return layouts.find((layout) => layout === name) ?? 'speaker';
}
