import { expect, it } from 'vitest';
import { formatDuration, formatRelative } from './format';
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

it.each([
  [0, '0:00'],
  [65_000, '1:05'],
  [3_729_000, '1:02:09'],
  [-5, '0:00'],
])('shows %i ms as %s', (span, clock) => {
  expect(formatDuration(span)).toBe(clock);
});

it('says how long ago in words', () => {
  const now = Date.parse('2026-03-12T12:00:00Z');
  expect(formatRelative(now - 1_000, now)).toBe('now');
  expect(formatRelative(now - 26 * 3_600_000, now)).toBe('yesterday');
  expect(formatRelative(now - 21 * 86_400_000, now)).toBe('3 weeks ago');
});
