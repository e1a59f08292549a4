import i18next, { type BackendModule } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { languages, pickLanguage, type Language } from './languages';
import type { resources } from './resources.gen';

const storageKey = 'plenum.language';

type Messages = Record<string, string>;
const files = import.meta.glob<Messages>('../../locales/*/*.json', { import: 'default' });

/** Loads a namespace in one language as a chunk of its own, when a page first uses it. */
const lazyFiles: BackendModule = {
  type: 'backend',
  init() {
    // Nothing to prepare: the files are known at build time.
  },
  read(language, namespace, done) {
    const load = files[`../../locales/${language}/${namespace}.json`];
    if (load) {
      load().then(
        (messages) => done(null, messages),
        (error: unknown) => done(String(error), true), // true: it is tried again
      );
    } else done(new Error(`no messages for ${language}/${namespace}`), null);
  },
};

/** startI18n loads the first messages; nothing may be rendered before it is done. */
export async function startI18n(): Promise<void> {
  i18next.on('languageChanged', (language) => {
    document.documentElement.lang = language;
    document.documentElement.dir = i18next.dir(language);
  });
  await i18next
    .use(lazyFiles)
    .use(initReactI18next)
    .init({
      lng: pickLanguage([localStorage.getItem(storageKey), ...navigator.languages]),
      fallbackLng: false,
      supportedLngs: languages.map(({ id }) => id),
      ns: ['common'],
      defaultNS: 'common',
      keySeparator: false,
      returnNull: false,
      interpolation: { escapeValue: false }, // React escapes
    });
}

/** wordsOf gives the messages of a namespace in a language other than the interface's, too. */
export async function wordsOf(language: Language, namespace: keyof resources): Promise<Messages> {
  return (await files[`../../locales/${language}/${namespace}.json`]?.()) ?? {};
}

/** chooseLanguage changes the interface's language and remembers it in this browser. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(storageKey, language);
  await i18next.changeLanguage(language);
}
