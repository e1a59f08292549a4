import { cleanup } from '@testing-library/react';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { afterEach } from 'vitest';

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
window.matchMedia ??= (query) => ({
  matches: false,
  media: query,
  onchange: null,
  addEventListener() {},
  removeEventListener() {},
  addListener() {},
  removeListener() {},
  dispatchEvent: () => false,
});
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
globalThis.CSS ??= {} as typeof CSS;
globalThis.CSS.escape ??= (text) => text.replaceAll(/[^\w-]/g, (character) => `\\${character}`);
Element.prototype.scrollIntoView ??= () => {};

afterEach(cleanup);
