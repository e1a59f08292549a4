// Writes src/i18n/resources.gen.ts, which types the message keys by the English
// files: `npm run gen`. A test fails when it is out of date.
import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = join(dirname(fileURLToPath(import.meta.url)), '..');

/** @returns {string} the file that types the message keys */
export function resourcesSource() {
  const namespaces = readdirSync(join(web, 'locales/en'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
  return [
    '// Made by `npm run gen` from locales/en. Do not edit.',
    ...namespaces.map((name) => `import type ${name} from '../../locales/en/${name}.json';`),
    '',
    'export interface resources {',
    ...namespaces.map((name) => `  ${name}: typeof ${name};`),
    '}',
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(web, 'src/i18n/resources.gen.ts'), resourcesSource());
}
