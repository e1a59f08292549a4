// Weighs what a guest loads before the pre-join page is complete, from the
// manifest of the last build, and fails above the budget: `npm run size`.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const budget = 250_000; // bytes after gzip, JavaScript, CSS and messages together
const entries = ['index.html', 'src/features/call/MeetingPage.tsx'];
const namespaces = ['common', 'prejoin', 'devices', 'media'];
const languages = ['en', 'de', 'fr', 'nl'];

const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');

/** @typedef {{ file: string, css?: string[], imports?: string[] }} Chunk */
/** @type {unknown} */
const parsed = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
const manifest = /** @type {Record<string, Chunk>} */ (parsed);

/**
 * Adds the files that come with a chunk and with all it imports at once.
 * @param {string} key
 * @param {Set<string>} files
 */
function collect(key, files) {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`${key} is not in the build`);
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const css of chunk.css ?? []) files.add(css);
  for (const imported of chunk.imports ?? []) collect(imported, files);
}

/** @param {string} file */
const weight = (file) => gzipSync(readFileSync(join(dist, file))).length;

/** @type {Set<string>} */
const files = new Set();
for (const entry of entries) collect(entry, files);

const weights = [...files].map((file) => ({ file, bytes: weight(file) }));
const heaviest = Math.max(
  ...languages.map((language) =>
    namespaces
      .map((namespace) => manifest[`locales/${language}/${namespace}.json`])
      .reduce((sum, chunk) => sum + (chunk ? weight(chunk.file) : 0), 0),
  ),
);
weights.push({ file: 'messages of the wordiest language', bytes: heaviest });

const total = weights.reduce((sum, { bytes }) => sum + bytes, 0);
/** @param {number} bytes */
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1).padStart(7)} kB`;
const lines = weights
  .sort((a, b) => b.bytes - a.bytes)
  .map(({ file, bytes }) => `${kilobytes(bytes)}  ${file}`);
lines.push(`${kilobytes(total)}  first load to the pre-join page, of ${budget / 1000} kB allowed`);
process.stdout.write(`${lines.join('\n')}\n`);
if (total > budget) process.exitCode = 1;
