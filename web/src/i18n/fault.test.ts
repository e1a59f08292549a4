import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { faultText } from './fault';

// Told to the operator on the console, never to a browser.
const forOperators = /^(data\.|backup\.|restore\.|media\.port_taken$|config\.|listen\.|setup\.secret)/;

/** Every fault code in the server's source. */
function codesOfTheServer(): string[] {
  const source = join(import.meta.dirname, '../../../internal');
  const codes = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.go') && !file.endsWith('_test.go'))
    .flatMap((file) => [
      ...readFileSync(join(source, file), 'utf8').matchAll(/fault\.New\("[^"]*",\s*[\w.]+,\s*"([a-z_.]+)"/g),
    ])
    .map(([, code]) => code ?? '');
  return [...new Set(codes)].filter((code) => !forOperators.test(code)).sort();
}

const codes = codesOfTheServer();

it('finds the codes', () => {
  expect(codes).toEqual(expect.arrayContaining(['meeting.not_found', 'signin.wrong', 'name.too_long']));
});

it.each(codes.filter((code) => code !== 'internal'))('has words of its own for %s', (code) => {
  expect(faultText(code)).not.toBe(faultText('internal'));
});

it('says something sensible for a code it does not know', () => {
  expect(faultText('flux.capacitor')).toBe('Something went wrong on the server. Try again in a moment.');
});

it('names the reference of a mistake of the server', () => {
  expect(faultText('internal', { reference: 'k3v5q2' })).toContain('k3v5q2');
});
