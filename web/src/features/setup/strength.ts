/** How well a password resists guessing, in the steps that are shown. */
export type Strength = 'short' | 'weak' | 'good' | 'strong';

/** The fewest characters the server takes. */
export const leastLength = 10;

/**
 * strengthOf is a hint while typing, not a rule: length counts most, as NIST SP
 * 800-63B recommends, repeated and neighbouring characters count little.
 */
export function strengthOf(password: string): Strength {
  const characters = Array.from(password);
  if (characters.length < leastLength) return 'short';
  const telling = characters.filter((character, index) => {
    const before = characters[index - 1]?.codePointAt(0);
    const here = character.codePointAt(0) ?? 0;
    return before === undefined || Math.abs(here - before) > 1;
  });
  const distinct = new Set(telling).size;
  if (distinct < 6) return 'weak';
  if (telling.length >= 16 && distinct >= 9) return 'strong';
  return telling.length >= 12 || distinct >= 10 ? 'good' : 'weak';
}
