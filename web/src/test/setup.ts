import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { afterEach } from 'vitest';

// Waiting ends with the event, so a long limit costs nothing but on failure.
configure({ asyncUtilTimeout: 10_000 });

// Tests speak English and have every namespace at once, so that nothing suspends.
const files = import.meta.glob<Record<string, string>>('../../locales/en/*.json', {
  eager: true,
  import: 'default',
});
const english = Object.fromEntries(
  Object.entries(files).map(([path, messages]) => [path.replace(/^.*\/|\.json$/g, ''), messages]),
);
await i18next.use(initReactI18next).init({
  lng: 'en',
  fallbackLng: false,
  resources: { en: english },
  defaultNS: 'common',
  keySeparator: false,
  returnNull: false,
  interpolation: { escapeValue: false },
});

// jsdom has none of these; components ask for them.
Object.assign(window, {
  matchMedia: (query: string) =>
    Object.assign(new EventTarget(), { matches: false, media: query, onchange: null }),
  ResizeObserver: class {
    observe() {
      // nothing has a size here
    }
    unobserve() {
      // nor stops having one
    }
    disconnect() {
      // so there is nothing to end
    }
  },
  CSS: { escape: (text: string) => text.replaceAll(/[^\w-]/g, (character) => `\\${character}`) },
});
Object.assign(Element.prototype, {
  scrollIntoView: () => undefined,
  animate: () => ({ cancel: () => undefined }),
});

afterEach(cleanup);
