import { describe, expect, it } from 'vitest';
import { resourcesSource } from '../../scripts/messages';
import { languages } from './languages';
import made from './resources.gen.ts?raw';

type Messages = Record<string, unknown>;
const files = import.meta.glob<Messages>('../../locales/*/*.json', { eager: true, import: 'default' });

const namespaces = [...new Set(Object.keys(files).map((path) => path.replace(/^.*\/|\.json$/g, '')))].sort();

function messages(language: string, namespace: string): Messages {
  return files[`../../locales/${language}/${namespace}.json`] ?? {};
}

/** A plural has as many forms as its language needs: French has "many", English has not. */
const withoutPlural = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, '');

const keysOf = (all: Messages) => [...new Set(Object.keys(all).map(withoutPlural))].sort();

const placeholdersOf = (all: Messages, key: string) =>
  [
    ...new Set(
      Object.entries(all)
        .filter(([other]) => withoutPlural(other) === key)
        .flatMap(([, text]) => String(text).match(/\{\{[^}]+\}\}|<\/?\d+>/g) ?? []),
    ),
  ].sort();

describe.each(namespaces)('messages of %s', (namespace) => {
  const english = messages('en', namespace);

  it('are sentences, not empty and not nested', () => {
    for (const { id } of languages) {
      for (const [key, text] of Object.entries(messages(id, namespace))) {
        expect(text, `${id}/${namespace}: ${key}`).toEqual(expect.stringMatching(/\S/));
      }
    }
  });

  it.each(languages.filter(({ id }) => id !== 'en').map(({ id }) => id))('are complete in %s', (language) => {
    const translated = messages(language, namespace);
    expect(keysOf(translated)).toEqual(keysOf(english));
    for (const key of keysOf(english)) {
      expect(placeholdersOf(translated, key), key).toEqual(placeholdersOf(english, key));
    }
  });

  it('have the plural forms each language needs', () => {
    for (const { id } of languages) {
      const all = messages(id, namespace);
      const plurals = new Set(
        Object.keys(all)
          .filter((key) => /_(one|other)$/.test(key))
          .map(withoutPlural),
      );
      for (const key of plurals) {
        expect(all, `${id}: ${key}`).toHaveProperty([`${key}_one`]);
        expect(all, `${id}: ${key}`).toHaveProperty([`${key}_other`]);
      }
    }
  });
});

it('types the keys of every namespace', () => {
  expect(made, 'run `npm run gen`').toBe(resourcesSource());
});
