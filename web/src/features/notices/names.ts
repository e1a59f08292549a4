import { formatList } from '@/i18n';

/** At most so many people are named in one sentence; the rest are counted. */
export const named = 3;

/**
 * "Ada", "Ada and Ben", "Ada, Ben, Cy and 4 other people", as the language writes it.
 *
 * @param others words for the people who are not named
 */
export function nameList(names: readonly string[], others: (count: number) => string): string {
  const rest = names.length - named;
  // Naming one more is shorter than counting one.
  if (rest <= 1) return formatList(names);
  return formatList([...names.slice(0, named), others(rest)]);
}
