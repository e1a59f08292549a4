import type { resources } from './resources.gen';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: resources;
    keySeparator: false;
    returnNull: false;
    strictKeyChecks: true;
  }
}
