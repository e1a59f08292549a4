import type { Organisation, OrganisationChange } from '@/api/admin';

type Recording = Organisation['recording'];
type Retention = Recording['retention'];

/** How long recordings are kept, as typed. */
export type Days = Record<keyof Retention, string>;

/** Ten years, as the server has it. */
const longest = 3650;

export function daysOf({ default: usual, min, max }: Retention): Days {
  return { default: String(usual), min: String(min), max: String(max) };
}

/** wrongDays names the first number that is none, or that contradicts the others. */
export function wrongDays(days: Days): keyof Days | undefined {
  const isDays = (text: string) =>
    /^\d{1,4}$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= longest;
  if (!isDays(days.min)) return 'min';
  if (!isDays(days.max) || Number(days.max) < Number(days.min)) return 'max';
  const usual = Number(days.default);
  return isDays(days.default) && usual >= Number(days.min) && usual <= Number(days.max)
    ? undefined
    : 'default';
}

export interface RecordingDraft {
  off: boolean;
  days: Days;
  texts: Recording['consent']['texts'];
  erasable: boolean;
  watermark: boolean;
}

/** Texts that say something; an empty one is the program's own words. */
export function written(texts: RecordingDraft['texts']): RecordingDraft['texts'] {
  return Object.fromEntries(
    Object.entries(texts)
      .map(([language, text]) => [language, text.trim()] as const)
      .filter(([, text]) => text !== '')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** recordingChange gives what differs from how it is; other words are a new version, so only if they differ. */
export function recordingChange(
  before: Recording,
  { off, days, texts, erasable, watermark }: RecordingDraft,
): NonNullable<OrganisationChange['recording']> {
  const retention = { default: Number(days.default), min: Number(days.min), max: Number(days.max) };
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const present = before.retention;
  return {
    ...(off !== before.off && { off }),
    ...(!same(retention, { default: present.default, min: present.min, max: present.max }) && { retention }),
    ...(!same(written(texts), written(before.consent.texts)) && { consent: { texts: written(texts) } }),
    ...(erasable !== before.erasable && { erasable }),
    ...(watermark !== before.watermark && { watermark }),
  };
}
