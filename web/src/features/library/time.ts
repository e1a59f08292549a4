/** Places in a recording and lengths, all in seconds. */

/** clock writes a place as "4:05" or "1:04:05"; with tenths as "0:04:05.3", which people can type back. */
export function clock(seconds: number, tenths = false): string {
  const all = Math.max(0, tenths ? Math.round(seconds * 10) / 10 : Math.floor(seconds));
  const hours = Math.floor(all / 3600);
  const minutes = Math.floor((all % 3600) / 60);
  const rest = all % 60;
  const two = (part: number) => String(part).padStart(2, '0');
  if (tenths) return `${hours}:${two(minutes)}:${rest.toFixed(1).padStart(4, '0')}`;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** parseClock reads "1:04:05.3", "4:05" or "45"; a comma serves for the point. Undefined for what is no time. */
export function parseClock(text: string): number | undefined {
  const match = /^(?:(?:(\d{1,2}):)?(\d{1,3}):)?(\d{1,5}(?:[.,]\d{1,3})?)$/.exec(text.trim());
  if (!match) return undefined;
  const [, hours = '0', minutes, seconds = '0'] = match;
  const rest = Number(seconds.replace(',', '.'));
  // What stands after a colon is less than a minute or an hour.
  if (minutes !== undefined && rest >= 60) return undefined;
  if (match[1] !== undefined && Number(minutes) >= 60) return undefined;
  return Number(hours) * 3600 + Number(minutes ?? '0') * 60 + rest;
}

/** The parts of a length, for words that are read out: "1 hour 4 minutes". */
export function lengthParts(seconds: number): { hours: number; minutes: number; seconds: number } {
  const all = Math.max(0, Math.round(seconds));
  return { hours: Math.floor(all / 3600), minutes: Math.floor((all % 3600) / 60), seconds: all % 60 };
}

const day = 86_400_000; // ms

/** daysLeft counts the days until a moment as people do: 0 is today. */
export function daysLeft(at: number, now: number): number {
  const midnight = (moment: number) => new Date(moment).setHours(0, 0, 0, 0);
  return Math.max(0, Math.round((midnight(at) - midnight(now)) / day));
}
