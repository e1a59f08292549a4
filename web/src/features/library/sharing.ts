import type { Schemas } from '@/api/client';
import type { Audience, Sharing } from '@/api/recordings';

/** The audiences, from the fewest to the most. */
export const audiences = ['nobody', 'participants', 'members', 'link'] as const satisfies readonly Audience[];

/** What somebody has chosen in the dialog and not saved yet. */
export interface Draft {
  with: Audience;
  download: boolean;
  watermark: boolean;
  /** As the browser's field has it: "2026-03-12T14:05"; '' for never. */
  expires: string;
  /** A new passcode; '' for none. */
  passcode: string;
  /** Whether there is to be a passcode. */
  protected: boolean;
}

/** local writes a moment as the browser's own field wants it, in the person's time zone. */
export function local(at: string | null): string {
  if (at === null) return '';
  const moment = new Date(at);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function draftOf(sharing: Sharing): Draft {
  const { download, watermark, linkExpires, passcodeSet } = sharing;
  return {
    with: sharing.with,
    download,
    watermark,
    expires: local(linkExpires),
    passcode: '',
    protected: passcodeSet,
  };
}

/** What is wrong with a draft, if anything. */
export type Wrong = 'passcode' | 'past';

/** wrongOf checks what the server would refuse. `passcodeSet`: there is one that may stay. */
export function wrongOf(draft: Draft, passcodeSet: boolean, now: number): Wrong | undefined {
  if (draft.with !== 'link') return undefined;
  if (draft.expires !== '' && Date.parse(draft.expires) <= now) return 'past';
  if (!draft.protected || (passcodeSet && draft.passcode === '')) return undefined;
  const count = Array.from(draft.passcode.trim()).length;
  return count < 4 || count > 64 ? 'passcode' : undefined;
}

/** changeOf gives what is to be told to the server. */
export function changeOf(draft: Draft, passcodeSet: boolean): Schemas['SharingChange'] {
  const { with: audience, download, watermark } = draft;
  const base = { with: audience, download, watermark };
  if (audience !== 'link') return { ...base, linkExpires: null };
  const passcode = draft.passcode.trim();
  return {
    ...base,
    linkExpires: draft.expires === '' ? null : new Date(draft.expires).toISOString(),
    ...(!draft.protected && passcodeSet && { passcode: '' }),
    ...(draft.protected && passcode !== '' && { passcode }),
  };
}
