import { expect, it } from 'vitest';
import { formatRelative } from './format';
import { pickLanguage } from './languages';

it.each([
  [['de-AT', 'en'], 'de'],
  [['pt-BR', 'fr-CA'], 'fr'],
  [[null, 'nl'], 'nl'],
  [['zz'], 'en'],
  [[], 'en'],
] as const)('picks for %j the language %s', (wanted, language) => {
  expect(pickLanguage([...wanted])).toBe(language);
});

it('says how long ago in words', () => {
  const now = Date.parse('2026-03-12T12:00:00Z');
  expect(formatRelative(now - 1_000, now)).toBe('now');
  expect(formatRelative(now - 26 * 3_600_000, now)).toBe('yesterday');
  expect(formatRelative(now - 21 * 86_400_000, now)).toBe('3 weeks ago');
});
