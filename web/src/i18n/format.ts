import i18next from 'i18next';

/**
 * The interface's language as this person's region writes it: somebody who reads
 * English with an Irish browser gets Irish dates.
 */
function locale(): string {
  const { language } = i18next;
  return navigator.languages.find((tag) => tag.split('-')[0] === language) ?? language;
}

// Intl objects are dear to make and cheap to use.
const made = new Map<string, unknown>();
function remembered<T>(key: string, make: (locale: string) => T): T {
  const here = locale();
  const id = `${here}:${key}`;
  let value = made.get(id) as T | undefined;
  if (value === undefined) {
    value = make(here);
    made.set(id, value);
  }
  return value;
}

/** formatDate gives the day: "12 March 2026". */
export function formatDate(at: Date | number): string {
  return remembered('date', (tag) => new Intl.DateTimeFormat(tag, { dateStyle: 'long' })).format(at);
}

/** formatTime gives the time of day: "14:05". */
export function formatTime(at: Date | number): string {
  return remembered('time', (tag) => new Intl.DateTimeFormat(tag, { timeStyle: 'short' })).format(at);
}

/** formatRelative says how long ago: "yesterday", "3 weeks ago". */
export function formatRelative(at: Date | number, now = Date.now()): string {
  const format = remembered('relative', (tag) => new Intl.RelativeTimeFormat(tag, { numeric: 'auto' }));
  const seconds = (Number(at) - now) / 1000;
  const units: [Intl.RelativeTimeFormatUnit, number][] = [
    ['year', 31_557_600],
    ['month', 2_629_800],
    ['week', 604_800],
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ];
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
  }
  return format.format(0, 'second');
}

/** formatList joins names: "Ada, Grace and Alan". */
export function formatList(items: readonly string[]): string {
  return remembered('list', (tag) => new Intl.ListFormat(tag, { type: 'conjunction' })).format(items);
}
